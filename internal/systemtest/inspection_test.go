package systemtest_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"homeward/internal/returns"
	"homeward/internal/systemtest"
)

// A return is looked at and lowered, its shopper objects on the page, staff answer: the money is right to the cent at Stripe, and
// every mail true at its step.
func TestAnInspectionFromTheBoxToTheAnswer(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		ctx := context.Background()
		s.World.Stripe.StartAs("succeeded")
		casePath := askReturn(t, s, delivered(t, s, "1"), 2)
		c := caseOf(t, s, "1")
		found := []returns.Inspection{
			{LineID: "l1", Quantity: 1, Grade: returns.AsNew, Outcome: returns.Accept},
			{LineID: "l1", Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 1501, Reason: "The lid is scratched.", Note: "3 cm, left of the handle"},
		}
		_, err := s.App.Desk.Inspect(ctx, c, found, "staff:olga")
		must(t, err)
		s.Pass(2 * time.Minute)
		sum := func(want int64) {
			t.Helper()
			var got int64
			for _, r := range s.World.Stripe.Refunds() {
				got += r.Amount
			}
			if got != want {
				t.Errorf("Stripe gave back %d, want %d", got, want)
			}
		}
		sum(7980 - 1501)
		inspected := ""
		for _, m := range s.World.Mail.Deliveries() {
			if strings.Contains(m.Text, "The lid is scratched.") {
				inspected = m.Text
			}
		}
		for _, want := range []string{"Not everything was as expected", "15.01", "If you do not agree"} {
			if !strings.Contains(inspected, want) {
				t.Errorf("the mail lacks %q:\n%s", want, inspected)
			}
		}
		if strings.Contains(inspected, "handle") || strings.Contains(inspected, "olga") {
			t.Error("what is for staff went to the shopper")
		}
		id := regexp.MustCompile(`name="inspection" value="([^"]+)"`).FindStringSubmatch(page(t, s, casePath))
		if id == nil {
			t.Fatal("the page offers no objection")
		}
		status, _, _ := submit(t, s, casePath+"/appeal", url.Values{"inspection": {id[1]}, "text": {"It was like that."}, "nonce": {"n"}})
		if status != http.StatusSeeOther || !strings.Contains(page(t, s, casePath), "We are looking at it again") {
			t.Fatalf("the objection was answered %d", status)
		}
		now := returns.Inspection{Grade: returns.Opened, Outcome: returns.Deduct, Deduction: 500, Reason: "Only the seal is broken."}
		_, err = s.App.Desk.AnswerAppeal(ctx, caseOf(t, s, "1"), id[1], now, "staff:jan")
		must(t, err)
		s.Pass(2 * time.Minute)
		sum(7980 - 500)
		if c = caseOf(t, s, "1"); c.State != returns.Closed {
			t.Errorf("the case is %s, want closed", c.State)
		}
		told(t, s, "1", time.Minute, "placed/mail sent", "delivered/mail sent", "return_approved/mail sent", "return_inspected/mail sent",
			"refund_succeeded/mail sent", "appeal_answered/mail sent", "refund_succeeded/mail sent")
		oncePerMessage(t, s)
	})
}
