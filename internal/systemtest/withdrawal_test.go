package systemtest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/systemtest"
	"homeward/internal/withdrawals"
	"homeward/providers/standin/smtpd"
)

// received gives the receipts of withdrawals that came by mail, by their reader.
func received(s *systemtest.System) map[string]string {
	mails := map[string]string{}
	for _, m := range s.World.Mail.Deliveries() {
		if strings.Contains(m.Text, "W-") {
			mails[m.To[0]] = m.Text
		}
	}
	return mails
}

// From the order page to the money: two steps, a receipt at once, an acknowledgement that holds the statement, the goods
// back, and everything that was paid on its way, the delivery too. Nobody approves it.
func TestAWithdrawalFromThePageToTheMoney(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		path := strings.TrimSuffix(delivered(t, s, "1"), "/withdraw")
		form := url.Values{"name": {"Zofia Nowak"}, "order": {"#1"}, "email": {""}, "qty.l1": {"2"}}
		for _, f := range regexp.MustCompile(`name="(qty\.[^"]+)"[^>]*value="(\d+)"`).FindAllStringSubmatch(page(t, s, path+"/withdraw"), -1) {
			form.Set(f[1], f[2])
		}
		nonce := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(page(t, s, path+"/withdraw"))
		if nonce == nil {
			t.Fatal("the form has no nonce")
		}
		form.Set("nonce", nonce[1])
		status, _, body := submit(t, s, path+"/withdraw", form)
		if status != http.StatusOK || !strings.Contains(body, "Confirm cancellation") {
			t.Fatalf("the statement was answered %d", status)
		}
		if all, _ := s.App.DB.WithdrawalsOf(t.Context(), stored(t, s, "1").ID); len(all) != 0 {
			t.Fatal("the first step recorded it already")
		}
		status, to, _ := submit(t, s, path+"/withdraw/confirm", form)
		if status != http.StatusSeeOther || !strings.HasPrefix(to, path+"/withdraw/") {
			t.Fatalf("the confirmation was answered %d to %q", status, to)
		}
		again, second, _ := submit(t, s, path+"/withdraw/confirm", form)
		if again != http.StatusSeeOther || second != to {
			t.Errorf("the second confirmation was answered %d to another receipt", again)
		}
		all, err := s.App.DB.WithdrawalsOf(t.Context(), stored(t, s, "1").ID)
		must(t, err)
		if len(all) != 1 || all[0].CaseID == "" || len(all[0].Flags) != 0 {
			t.Fatalf("%d statements, %v", len(all), all)
		}
		w := all[0]
		if receipt := page(t, s, to); !strings.Contains(receipt, w.Reference) {
			t.Error("the receipt lacks its reference")
		}
		s.Pass(time.Minute)
		mail := newest(t, s, "1", string(messages.WithdrawalReceived))
		for _, line := range append(strings.Split(w.Body, "\n"), w.Reference) {
			if !strings.Contains(mail.Text, strings.TrimSpace(line)) {
				t.Errorf("the acknowledgement lacks %q", line)
			}
		}
		// The warehouse has the goods.
		c := caseOf(t, s, "1")
		lines := make([]any, 0, len(c.Items))
		for _, item := range c.Items {
			lines = append(lines, map[string]any{"id": item.LineID, "quantity": item.Quantity})
		}
		s.Post("return.received", time.Now(), map[string]any{"order_id": "1", "rma": c.RMA, "lines": lines, "at": time.Now().UTC().Format(time.RFC3339)})
		s.Pass(2 * time.Minute)
		made := s.World.Stripe.Refunds()
		order := stored(t, s, "1").State.Order
		want := order.Paid() - max(order.Shipping.Paid-order.Shipping.Cheapest, 0)
		if len(made) != 1 || made[0].Amount != want {
			t.Errorf("Stripe has %+v, want one refund of %d", made, want)
		}
		if found, err := withdrawals.Verify(t.Context(), s.App.DB); err != nil || found.Statements != 1 {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// A guest whose order nobody knows, with Redis and the mail server away: the statement is taken, the receipt is there at
// once, and the acknowledgement goes when they are back.
func TestAGuestWithdrawsWhileEverythingElseIsDown(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.World.Mail.Hook(func(smtpd.Call) smtpd.Fault { return smtpd.Fault{Cut: true} })
		s.Redis.Leave()
		form := url.Values{"name": {"Jan Kowalski"}, "order": {"4711"}, "email": {"jan@example.com"}, "nonce": {"n1"}}
		status, to, _ := submit(t, s, "/s/acme/withdraw/confirm", form)
		if status != http.StatusSeeOther || !strings.HasPrefix(to, "/s/acme/withdraw/") {
			t.Fatalf("answered %d to %q", status, to)
		}
		if receipt := page(t, s, to); !strings.Contains(receipt, "4711") {
			t.Error("the receipt lacks the order's number")
		}
		s.Pass(5 * time.Minute)
		if len(received(s)) != 0 {
			t.Fatal("a mail server that is away took a mail")
		}
		s.World.Mail.Hook(nil)
		s.Redis.Return()
		s.Pass(2 * time.Hour)
		text := received(s)["jan@example.com"]
		if !strings.Contains(text, "Jan Kowalski") || !strings.Contains(text, "4711") || strings.Contains(text, "/o/") {
			t.Errorf("the acknowledgement of an unknown order:\n%s", text)
		}
		waiting, err := s.App.DB.WithdrawalsUnseen(t.Context(), 10)
		must(t, err)
		if len(waiting) != 1 || !slices.Equal(waiting[0].Flags, []string{withdrawals.OrderUnknown}) {
			t.Errorf("staff see %+v", waiting)
		}
	})
}

// Who knows the number of an order and gives another address learns nothing of it: not where it went, nor when it came.
func TestAStrangersReceiptSaysNothingOfTheOrder(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		ago := time.Now().AddDate(0, 0, -40)
		s.Post("order.placed", ago, orderOf("en", "1", ago, nil))
		s.Post("parcel.updated", ago, parcel("1", "delivered", ago.AddDate(0, 0, 1), map[string]any{"delivered_to": "recipient"}))
		s.Pass(time.Minute)
		for address, number := range map[string]string{"jan@example.com": "1", "ola@example.com": "4711"} {
			form := url.Values{"name": {"Jan Kowalski"}, "order": {number}, "email": {address}, "nonce": {"n" + number}}
			if status, _, _ := submit(t, s, "/s/acme/withdraw/confirm?lang=en", form); status != http.StatusSeeOther {
				t.Fatalf("answered %d", status)
			}
		}
		s.Pass(5 * time.Minute)
		waiting, err := s.App.DB.WithdrawalsUnseen(t.Context(), 10)
		must(t, err)
		late := 0
		for _, w := range waiting {
			if slices.Contains(w.Flags, withdrawals.Late) {
				late++
			}
		}
		for _, m := range s.World.Mail.Deliveries() {
			if m.To[0] == "jan@example.com" && m.Header.Get("References") != "" {
				t.Error("a header names the first mail of the order")
			}
		}
		mails, own := received(s), regexp.MustCompile(`W-[A-Z0-9]+|jan@|ola@|\b(1|4711)\b`)
		known, unknown := own.ReplaceAllString(mails["jan@example.com"], "…"), own.ReplaceAllString(mails["ola@example.com"], "…")
		if late != 1 || known == "" || known != unknown {
			t.Errorf("%d statements were late; of an order that is there:\n%s\nof one that is not:\n%s", late, known, unknown)
		}
	})
}
