package systemtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/systemtest"
)

// termOf gives the term of a kind of an order.
func termOf(t *testing.T, s *systemtest.System, externalID string, kind returns.TermKind) store.Term {
	t.Helper()
	all, err := s.App.DB.TermsOfOrder(t.Context(), stored(t, s, externalID).ID)
	must(t, err)
	for _, term := range all {
		if term.Kind == kind {
			return term
		}
	}
	t.Fatalf("order %s has no term %s", externalID, kind)
	return store.Term{}
}

// topics counts the messages of a topic of an order, by their recipient.
func topics(t *testing.T, s *systemtest.System, externalID string, topic messages.Topic) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, m := range rows(t, s, externalID) {
		if m.Topic == topic && m.State == store.MessageSent {
			n[m.Recipient]++
		}
	}
	return n
}

// The money of a withdrawal that nobody gives back: the shopper is reminded to send the goods, the shop may wait for them; when
// they are proven to be sent, staff are alarmed before the end and when it is missed; paid late, it is white again.
func TestNoDeadlinePassesInSilence(t *testing.T) {
	setup := systemtest.Setup{Config: func(c *config.Config) { c.Shops[0].Returns.StaffMail = "deadlines@acme.example" }}
	systemtest.Virtual(t, systemtest.Calm, setup, func(t *testing.T, s *systemtest.System) {
		s.Post("order.placed", time.Now(), orderOf("en", "1", time.Now(), map[string]any{
			"customer": map[string]any{"name": "Zofia Nowak", "email": "zofia@example.com"},
			"ship_to":  map[string]any{"name": "Zofia Nowak", "line1": "ul. Długa 1", "city": "Kraków", "postal_code": "31-146", "country": "PL"},
			"payments": []any{map[string]any{"kind": "bank_transfer", "amount": "94.79"}},
		}))
		s.Pass(20 * time.Minute)
		path := strings.TrimPrefix(link(t, s), s.URL)
		s.Post("parcel.updated", time.Now(), parcel("1", "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
		s.Pass(20 * time.Minute)
		form := url.Values{"name": {"Zofia Nowak"}, "order": {"#1"}, "email": {""}, "qty.l1": {"2"}, "nonce": {"n1"}}
		if status, _, _ := submit(t, s, path+"/withdraw/confirm", form); status != http.StatusSeeOther {
			t.Fatalf("the statement was answered %d", status)
		}
		s.Pass(time.Hour)
		if term := termOf(t, s, "1", returns.TermRefund); term.State != store.TermOpen || term.OpenCode != returns.AwaitingGoods {
			t.Fatalf("the money may wait for the goods: %+v", term)
		}
		s.Pass(12 * 24 * time.Hour)
		if got := topics(t, s, "1", messages.ReturnSendSoon); got["zofia@example.com"] != 1 {
			t.Errorf("reminded to send: %v", got)
		}
		must(t, s.App.Desk.ProofOfDispatch(t.Context(), caseOf(t, s, "1"), "staff:olga", "a receipt of the post"))
		term := termOf(t, s, "1", returns.TermRefund)
		if term.State != store.Due || term.EndAt.IsZero() {
			t.Fatalf("sent, and the time does not run: %+v", term)
		}
		if send := termOf(t, s, "1", returns.TermSendBack); send.State != store.TermMet {
			t.Errorf("sent, and still to be sent: %+v", send)
		}
		s.PassUntil(term.EndAt.Add(2 * time.Hour))
		term = termOf(t, s, "1", returns.TermRefund)
		attention, err := s.App.DB.Attention(t.Context(), time.Now())
		must(t, err)
		if term.State != store.TermMissed || attention.Terms != 1 {
			t.Fatalf("missed, and not red: %+v", term)
		}
		told := topics(t, s, "1", messages.StaffDeadline)
		if told["deadlines@acme.example"] != 2 || len(told) != 1 {
			t.Errorf("staff were told %v", told)
		}
		for _, m := range s.World.Mail.Deliveries() {
			if m.To[0] == "deadlines@acme.example" && strings.Contains(m.Text, "/o/") {
				t.Error("a mail to staff holds the shopper's link")
			}
		}
		_, _ = s.App.Desk.Receive(t.Context(), caseOf(t, s, "1"), nil, "staff:olga") // where the proof alone did not make it due
		refunds, err := s.App.DB.RefundsOf(t.Context(), stored(t, s, "1").ID)
		must(t, err)
		for _, r := range refunds {
			must(t, s.App.DB.Write(t.Context(), func(tx *store.Tx) error {
				_, err := s.App.Desk.PaidOtherwise(t.Context(), tx, r.ID, "staff:olga", "by bank transfer")
				return err
			}))
		}
		s.Pass(time.Hour)
		if term = termOf(t, s, "1", returns.TermRefund); term.State != store.TermMet || term.MissedAt.IsZero() {
			t.Errorf("paid late: %+v", term)
		}
	})
}
