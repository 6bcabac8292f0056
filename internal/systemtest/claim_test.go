package systemtest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/providers/standin/smtpd"
)

// deliveredIn is delivered, for an order in another language.
func deliveredIn(t *testing.T, s *systemtest.System, lang, id string) string {
	t.Helper()
	s.World.Stripe.AddPayment("pi_"+id, 9479, "pln")
	s.Post("order.placed", time.Now(), orderOf(lang, id, time.Now(), nil))
	s.Pass(3 * time.Minute) // a calm bench looks once a minute
	s.Post("parcel.updated", time.Now(), parcel(id, "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
	s.Pass(3 * time.Minute) // a calm bench looks once a minute
	return strings.TrimPrefix(link(t, s), s.URL)
}

// claim fills in the form as it is shown and gives the path of the case.
func claim(t *testing.T, s *systemtest.System, path string, kind returns.ClaimKind, remedy returns.Remedy) string {
	t.Helper()
	form := page(t, s, path+"/claims/new")
	nonce := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(form)
	if nonce == nil || !strings.Contains(form, `name="line" value="l1"`) || !strings.Contains(form, `name="remedy" value="`+string(remedy)+`"`) {
		t.Fatal("the form lacks a field")
	}
	status, to, _ := submit(t, s, path+"/claims", url.Values{
		"nonce": {nonce[1]}, "line": {"l1"}, "kind": {string(kind)}, "remedy": {string(remedy)}, "text": {"Puszka jest zgnieciona."},
	})
	if status != http.StatusSeeOther || !strings.HasPrefix(to, path+"/cases/") {
		t.Fatalf("the form was answered %d to %q", status, to)
	}
	s.Pass(time.Minute)
	return to
}

// A claim in Polish, from the form to the money: told when it came and by when the answer comes, granted, the goods back at
// the shop's expense, everything paid back, told at each step.
func TestAClaimFromTheFormToTheMoney(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		path := deliveredIn(t, s, "pl", "1")
		to := claim(t, s, path, returns.ClaimDamaged, returns.TerminationRemedy)
		mail := newest(t, s, "1", string(messages.ClaimReceived))
		for _, want := range []string{"Puszka jest zgnieciona.", "Termin odpowiedzi:", "Jeśli nie odpowiemy w tym terminie, uważa się, że reklamacja została uznana."} {
			if !strings.Contains(mail.Text, want) {
				t.Errorf("the receipt lacks %q:\n%s", want, mail.Text)
			}
		}
		c := caseOf(t, s, "1")
		_, err := s.App.Desk.GrantClaim(t.Context(), c.ID, cases.Grant{Remedy: returns.TerminationRemedy, Words: "Przepraszamy za kłopot.", Actor: "staff:olga"})
		must(t, err)
		s.Pass(time.Minute)
		mail = newest(t, s, "1", string(messages.ClaimGranted))
		for _, want := range []string{"Przepraszamy za kłopot.", "Odesłanie nic Cię nie kosztuje", "wybierasz między naprawą a wymianą", c.RMA} {
			if !strings.Contains(mail.Text, want) {
				t.Errorf("the answer lacks %q:\n%s", want, mail.Text)
			}
		}
		if len(s.World.Stripe.Refunds()) != 0 {
			t.Error("money went before the goods came")
		}
		s.Post("return.received", time.Now(), map[string]any{"order_id": "1", "rma": c.RMA, "lines": []any{map[string]any{"id": "l1", "quantity": 2}}, "at": time.Now().UTC().Format(time.RFC3339)})
		s.Pass(2 * time.Minute)
		order := stored(t, s, "1").State.Order
		want := order.Paid() - max(order.Shipping.Paid-order.Shipping.Cheapest, 0)
		if made := s.World.Stripe.Refunds(); len(made) != 1 || made[0].Amount != want {
			t.Errorf("Stripe has %+v, want one refund of %d", made, want)
		}
		if c = caseOf(t, s, "1"); c.State != returns.Closed && c.State != returns.Refunding {
			t.Errorf("the case is %s", c.State)
		}
		if shown := page(t, s, to); !strings.Contains(shown, c.RMA) {
			t.Error("the case's page lacks its number")
		}
		if _, _, err := s.App.DB.VerifyEvidence(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Nobody answers: on the fifteenth day the law does, the money goes, the shopper is told and staff are alerted. Until then
// staff are reminded.
func TestPolishSilenceAcceptsAClaim(t *testing.T) {
	systemtest.Virtual(t, systemtest.Calm, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		path := deliveredIn(t, s, "pl", "1")
		claim(t, s, path, returns.ClaimMissing, returns.RefundRemedy)
		c := caseOf(t, s, "1")
		row, err := s.App.DB.ClaimOfCase(t.Context(), c.ID)
		must(t, err)
		all, err := s.App.DB.TermsOf(t.Context(), store.OwnerOfCase(c.ID))
		must(t, err)
		i := slices.IndexFunc(all, func(term store.Term) bool { return term.Kind == returns.TermAnswer })
		if i < 0 || !all[i].EndAt.Equal(row.DueAt) || !all[i].Silence {
			t.Fatalf("terms %+v", all)
		}
		s.PassUntil(row.DueAt.Add(-time.Hour))
		if len(s.World.Stripe.Refunds()) != 0 {
			t.Fatal("accepted before the end")
		}
		s.PassUntil(row.DueAt.Add(15 * time.Minute))
		if row, err = s.App.DB.ClaimOfCase(t.Context(), c.ID); err != nil || row.DeemedAt.IsZero() || row.Granted != returns.RefundRemedy {
			t.Fatalf("%+v %v", row, err)
		}
		order := stored(t, s, "1").State.Order
		want := order.Paid() - max(order.Shipping.Paid-order.Shipping.Cheapest, 0)
		if made := s.World.Stripe.Refunds(); len(made) != 1 || made[0].Amount != want {
			t.Errorf("Stripe has %+v, want one refund of %d", made, want)
		}
		told := slices.ContainsFunc(s.World.Mail.Deliveries(), func(m smtpd.Delivery) bool { return strings.Contains(m.Text, "uważa się ją za uznaną") })
		if !told {
			t.Error("the shopper was not told")
		}
		if todo, err := s.App.DB.ClaimsToDo(t.Context(), 10); err != nil || len(todo) != 1 {
			t.Errorf("staff are not alerted: %v %v", todo, err)
		}
	})
}
