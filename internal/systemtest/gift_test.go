package systemtest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/systemtest"
	"homeward/providers/standin/smtpd"
)

// From the buyer's code to the recipient's exchange: every mail goes to the recipient, in their language, and tells nothing of the
// order; the buyer hears nothing.
func TestAGiftFromItsCodeToItsRecipient(t *testing.T) {
	policy := func(c *config.Config) {
		c.Shops[0].Returns.Policy.Rules = []returns.Rule{{Name: "all", Terms: returns.Terms{
			Window: 30 * 24 * time.Hour, Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy},
		}}}
	}
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{Config: policy}, func(t *testing.T, s *systemtest.System) {
		path := delivered(t, s, "70077")
		before := len(s.World.Mail.Deliveries())
		status, card, _ := submit(t, s, path+"/gift", url.Values{"qty.l1": {"1"}, "language": {"pl"}, "nonce": {"gift1"}})
		if status != http.StatusSeeOther {
			t.Fatalf("no gift: %d", status)
		}
		found := regexp.MustCompile(`/g/[0-9A-Z]{16}`).FindString(page(t, s, card))
		status, to, _ := submit(t, s, found+"/returns", url.Values{
			"qty.l1": {"1"}, "reason": {"does_not_fit"}, "remedy": {"credit"}, "nonce": {"n1"}, "name": {"Jan Lis"}, "email": {"jan@recipient.example"},
		})
		if status != http.StatusSeeOther || !strings.HasPrefix(to, found+"/cases/R-") {
			t.Fatalf("%d to %q", status, to)
		}
		s.Pass(time.Minute)
		c := caseOf(t, s, "70077")
		s.Post("return.received", time.Now(), map[string]any{
			"order_id": "70077", "rma": c.RMA, "lines": []any{map[string]any{"id": "l1", "quantity": 1}}, "at": time.Now().UTC().Format(time.RFC3339),
		})
		s.Pass(2 * time.Minute)
		mails := s.World.Mail.Deliveries()[before:]
		if len(mails) != 2 {
			t.Errorf("%d mails, want two: approved, arrived", len(mails))
		}
		o := stored(t, s, "70077").State.Order
		for _, m := range mails {
			if len(m.To) != 1 || m.To[0] != "jan@recipient.example" || !strings.Contains(m.Header.Get("To"), "Jan Lis") || m.Header.Get("References") != "" {
				t.Errorf("%q goes to %v, %q", m.Subject, m.To, m.Header.Get("To"))
			}
			if !strings.Contains(m.Text, s.URL+to) || !strings.Contains(m.Subject, c.RMA) || !strings.Contains(m.Text, "zwrot") {
				t.Errorf("no way to the return, or not in Polish:\n%s", m.Text)
			}
			for _, secret := range []string{"70077", o.Customer.Name, o.Customer.Email, o.ShipTo.Line1, "39.90", "39,90", "/o/"} {
				if strings.Contains(string(m.Raw)+m.Text+m.HTML+m.Subject, secret) {
					t.Errorf("%q tells %q", m.Subject, secret)
				}
			}
		}
		if made := s.World.Stripe.Refunds(); len(made) != 0 {
			t.Errorf("Stripe paid back %+v", made)
		}
	})
}

// A recipient answers a letter of staff: the mail to staff names the order, as for any case.
func TestStaffAreToldOfARecipientsAnswer(t *testing.T) {
	setup := func(c *config.Config) {
		c.Shops[0].Returns.StaffMail = "desk@acme.example"
		c.Shops[0].Returns.Policy.Rules = []returns.Rule{{Name: "all", Terms: returns.Terms{
			Window: 30 * 24 * time.Hour, Remedies: []returns.Remedy{returns.CreditRemedy},
		}}}
	}
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{Config: setup}, func(t *testing.T, s *systemtest.System) {
		path := delivered(t, s, "70078")
		_, card, _ := submit(t, s, path+"/gift", url.Values{"qty.l1": {"1"}, "language": {"en"}, "nonce": {"gift1"}})
		found := regexp.MustCompile(`/g/[0-9A-Z]{16}`).FindString(page(t, s, card))
		_, to, _ := submit(t, s, found+"/returns", url.Values{
			"qty.l1": {"1"}, "reason": {"does_not_fit"}, "remedy": {"credit"}, "nonce": {"n1"}, "name": {"Jan Lis"}, "email": {"jan@recipient.example"},
		})
		if err := s.App.Desk.Write(t.Context(), caseOf(t, s, "70078"), "Was the lid in it?", "staff:olga"); err != nil {
			t.Fatal(err)
		}
		if status, _, _ := submit(t, s, to+"/reply", url.Values{"text": {"Yes."}, "nonce": {"r1"}}); status != http.StatusSeeOther {
			t.Fatalf("no answer: %d", status)
		}
		s.Pass(2 * time.Minute)
		all := s.World.Mail.Deliveries()
		i := slices.IndexFunc(all, func(m smtpd.Delivery) bool { return m.To[0] == "desk@acme.example" })
		if i < 0 || !strings.Contains(all[i].Subject, "#70078") || strings.Contains(all[i].Text, "/g/") {
			t.Errorf("staff were told %d, %+v", i, all[max(i, 0)].Subject)
		}
	})
}
