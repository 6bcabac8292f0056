package systemtest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/providers/standin/smtpd"
)

// toAmerica is an order of 94.79 dollars that goes to the United States and is to be shipped by a day of November or December 2026.
func toAmerica(id, shipBy string, placed time.Time) map[string]any {
	return orderOf("en", id, placed, map[string]any{
		"currency": "USD", "customer": map[string]any{"name": "Mary Major", "email": "mary" + id + "@example.com"},
		"ship_to":  map[string]any{"name": "Mary Major", "line1": "1 Main St", "city": "New York", "region": "NY", "postal_code": "10001", "country": "US"},
		"payments": []any{map[string]any{"kind": "stripe", "reference": "pi_us" + id, "amount": "94.79"}},
		"promised": map[string]any{"ship_by": shipBy},
	})
}

// inAmerica puts an order with its charge into the world.
func inAmerica(s *systemtest.System, id, shipBy string) time.Time {
	placed := time.Now()
	s.World.Stripe.AddPayment("pi_us"+id, 9479, "usd")
	s.Post("order.placed", placed, toAmerica(id, shipBy, placed))
	return placed
}

// handedOver tells that an order is with a carrier, which also shows that the shop's sources tell of parcels.
func handedOver(s *systemtest.System, id string) {
	s.Post("parcel.updated", time.Now(), parcel(id, "in_transit", time.Now(), nil))
}

func delaysOf(t *testing.T, s *systemtest.System, id string) []store.Delay {
	t.Helper()
	all, err := s.App.DB.DelaysOf(t.Context(), stored(t, s, id).ID)
	must(t, err)
	return all
}

func lawful(c *config.Config) {
	c.Shops[0].Returns.FTC, c.Shops[0].Returns.StaffMail = "cancel", "deadlines@acme.example"
}

// The buyer is told of a delay before the day to ship is over, and silence agrees to a short one; a second delay needs a word: without it
// the order is cancelled, everything goes back within seven working days, and everybody hears of it. What ships in time hears nothing.
func TestAnOrderThatIsNotShippedInTime(t *testing.T) {
	systemtest.Virtual(t, systemtest.Pace(10*time.Minute), systemtest.Setup{Config: lawful}, func(t *testing.T, s *systemtest.System) {
		inAmerica(s, "2", "2026-11-27")
		s.Pass(time.Hour)
		handedOver(s, "2")
		s.Pass(time.Hour)
		placed := inAmerica(s, "1", "2026-11-27")
		s.Pass(time.Hour)
		if term := termOf(t, s, "1", returns.TermShip); term.State != store.Due || term.Last.String() != "2026-11-27" {
			t.Fatalf("the time to ship: %+v", term)
		}
		s.Post("order.updated", time.Now(), toAmerica("1", "2026-12-04", placed))
		s.Pass(time.Hour)
		all := delaysOf(t, s, "1")
		if len(all) != 1 || all[0].Silence != returns.SilenceConsents || all[0].SentBy != "shop" || all[0].Revised.String() != "2026-12-04" {
			t.Fatalf("the first notice: %+v", all)
		}
		if got := topics(t, s, "1", messages.ShipDelay); got["mary1@example.com"] != 1 {
			t.Errorf("told %v", got)
		}
		cancel := termOf(t, s, "1", returns.TermCancel)
		if ship := termOf(t, s, "1", returns.TermShip); ship.State != store.TermLapsed || cancel.Last.String() != "2026-12-04" || !all[0].SentAt.Before(ship.EndAt) {
			t.Fatalf("silence agrees to a short delay: %+v, %+v", ship, cancel)
		}
		s.PassUntil(cancel.EndAt.Add(-time.Hour))
		all = delaysOf(t, s, "1")
		if len(all) != 2 || all[1].Silence != returns.SilenceCancels || !all[1].Revised.IsZero() || !stored(t, s, "1").State.CancelledAt.IsZero() {
			t.Fatalf("the second notice: %+v", all)
		}
		s.PassUntil(cancel.EndAt.Add(2 * time.Hour))
		state := stored(t, s, "1").State
		if state.Stage != orders.StageCancelled || state.CancelReason != "not_shipped_in_time" {
			t.Fatalf("it was not cancelled: %s, %q", state.Stage, state.CancelReason)
		}
		if refund := termOf(t, s, "1", returns.TermRefund); refund.Rule != returns.RefundUS || refund.State != store.TermMet || refund.Last.String() != "2026-12-15" {
			t.Errorf("the time to refund: %+v", refund)
		}
		if made := s.World.Stripe.Refunds(); len(made) != 1 || made[0].Amount != 9479 {
			t.Errorf("the money: %+v", made)
		}
		if got := topics(t, s, "1", messages.OrderCancelled); got["mary1@example.com"] != 1 {
			t.Errorf("told of the end %v", got)
		}
		if got := topics(t, s, "1", messages.StaffDeadline); got["deadlines@acme.example"] == 0 {
			t.Error("staff heard nothing")
		}
		if len(delaysOf(t, s, "2")) != 0 || len(topics(t, s, "2", messages.ShipDelay)) != 0 || !stored(t, s, "2").State.CancelledAt.IsZero() {
			t.Error("what shipped in time was told of a delay")
		}
		_, _, err := s.App.DB.VerifyEvidence(t.Context())
		must(t, err)
	})
}

// By default the clock cancels nothing: staff are alarmed and the order stays as it is. Without a new day the buyer has thirty more.
func TestTheClockCancelsNothingUnlessItMay(t *testing.T) {
	systemtest.Virtual(t, systemtest.Pace(10*time.Minute), systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		inAmerica(s, "2", "2026-11-24")
		s.Pass(time.Hour)
		handedOver(s, "2")
		s.Pass(time.Hour)
		inAmerica(s, "1", "2026-11-24")
		placed := inAmerica(s, "3", "2026-11-24")
		s.Pass(time.Hour)
		s.Post("order.updated", time.Now(), toAmerica("3", "2026-11-25", placed))
		s.PassUntil(termOf(t, s, "1", returns.TermShip).EndAt)
		if all := delaysOf(t, s, "1"); len(all) != 1 || all[0].SentBy != "clock" || all[0].Silence != returns.SilenceCancels {
			t.Fatalf("told before the day: %+v", all)
		}
		if cancel := termOf(t, s, "1", returns.TermCancel); cancel.Last.String() != "2026-12-24" {
			t.Fatalf("thirty days more: %+v", cancel)
		}
		cancel := termOf(t, s, "3", returns.TermCancel)
		s.PassUntil(cancel.EndAt.Add(2 * time.Hour))
		if state := stored(t, s, "3").State; !state.CancelledAt.IsZero() || termOf(t, s, "3", returns.TermCancel).State != store.TermMissed {
			t.Error("cancelled by itself")
		}
	})
}

// The shopper answers on the page: agrees once, and cancels after all, which gives everything back.
func TestABuyerAnswersADelay(t *testing.T) {
	systemtest.Virtual(t, systemtest.Calm, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		inAmerica(s, "2", "2026-11-27")
		s.Pass(20 * time.Minute)
		handedOver(s, "2")
		s.Pass(20 * time.Minute)
		placed := inAmerica(s, "1", "2026-11-27")
		s.Pass(20 * time.Minute)
		order := stored(t, s, "1")
		path := strings.TrimPrefix(s.App.Links.Order(order), s.URL)
		if status, where, _ := submit(t, s, path+"/delay", url.Values{"answer": {"cancel"}, "nonce": {""}}); status != http.StatusSeeOther || where != path {
			t.Fatalf("nothing to answer: %d %s", status, where)
		}
		s.Post("order.updated", time.Now(), toAmerica("1", "2027-02-01", placed))
		s.Pass(20 * time.Minute)
		notice := delaysOf(t, s, "1")[0]
		if shown := page(t, s, path+"/delay"); !strings.Contains(shown, notice.ID) || !strings.Contains(shown, `value="wait"`) {
			t.Fatal("the page has no choice")
		}
		if !strings.Contains(page(t, s, path), path+"/delay") {
			t.Error("the order page does not lead there")
		}
		for _, form := range []url.Values{{"answer": {"wait"}, "nonce": {"another"}}, {"answer": {"maybe"}, "nonce": {notice.ID}}} {
			if status, _, _ := submit(t, s, path+"/delay", form); status != http.StatusUnprocessableEntity {
				t.Errorf("%v was answered %d", form, status)
			}
		}
		for range 2 {
			if status, _, _ := submit(t, s, path+"/delay", url.Values{"answer": {"wait"}, "nonce": {notice.ID}}); status != http.StatusSeeOther {
				t.Fatalf("to wait was answered %d", status)
			}
		}
		if term := termOf(t, s, "1", returns.TermCancel); term.Last.String() != "2027-02-01" {
			t.Errorf("agreed: %+v", term)
		}
		if shown := page(t, s, path+"/delay"); strings.Contains(shown, `value="wait"`) || !strings.Contains(shown, `value="cancel"`) {
			t.Error("who agreed may still cancel, and no more")
		}
		for range 2 {
			if status, _, _ := submit(t, s, path+"/delay", url.Values{"answer": {"cancel"}, "nonce": {notice.ID}}); status != http.StatusSeeOther {
				t.Fatalf("to cancel was answered %d", status)
			}
		}
		s.Pass(20 * time.Minute)
		if state := stored(t, s, "1").State; state.CancelReason != "customer" {
			t.Errorf("cancelled: %q", state.CancelReason)
		}
		if made := s.World.Stripe.Refunds(); len(made) != 1 || made[0].Amount != 9479 {
			t.Errorf("the money: %+v", made)
		}
		lines, err := s.App.DB.EvidenceOf(t.Context(), store.OwnerOfOrder(order.ID))
		must(t, err)
		var kinds []string
		for _, line := range lines {
			kinds = append(kinds, line.Kind)
		}
		if strings.Join(kinds, " ") != "delay_told delay_agreed delay_refused order_cancelled" {
			t.Errorf("evidence: %v", kinds)
		}
	})
}

// Of an order of which a carrier has a part only the rest is waited for: the notice names it, the buyer cancels it on the page, what was
// paid for it goes back, and news of its label changes nothing. The part that was shipped stays, and so does delivery.
func TestTheRestOfAPartlyShippedOrder(t *testing.T) {
	systemtest.Virtual(t, systemtest.Pace(10*time.Minute), systemtest.Setup{Config: lawful}, func(t *testing.T, s *systemtest.System) {
		placed := time.Now()
		order := func(shipBy string) map[string]any {
			said := toAmerica("1", shipBy, placed)
			line := func(id string) map[string]any {
				return map[string]any{"id": id, "title": "Tea " + id, "quantity": 1, "unit_price": "39.90", "discount": "0.00", "tax": "0.00"}
			}
			said["order"].(map[string]any)["lines"] = []any{line("l1"), line("l2")}
			return said
		}
		s.World.Stripe.AddPayment("pi_us1", 9479, "usd")
		s.Post("order.placed", placed, order("2026-11-27"))
		s.Pass(time.Hour)
		path := strings.TrimPrefix(link(t, s), s.URL)
		one := func(number, status, line string) {
			at := time.Now()
			s.Post("parcel.updated", at, parcel("1", status, at, map[string]any{
				"id": number, "tracking_number": number, "line_ids": []any{line},
			}))
			s.Pass(time.Hour)
		}
		one("620000000000000000000001", "in_transit", "l1")
		one("620000000000000000000002", "announced", "l2")
		s.Post("order.updated", time.Now(), order("2026-12-04"))
		s.Pass(time.Hour)
		if len(delaysOf(t, s, "1")) != 1 || !strings.Contains(newest(t, s, "1", "ship_delay").Text, "part of order #1 is on its way") {
			t.Fatal("the buyer was not told of the rest")
		}
		body := page(t, s, path+"/delay")
		if !strings.Contains(body, "Cancel the rest") || !strings.Contains(body, "<h1>The rest of your order will ship later") ||
			strings.Contains(body, "everything you paid") {
			t.Error("the page speaks of the whole order")
		}
		status, to, _ := submit(t, s, path+"/delay", url.Values{"nonce": {delaysOf(t, s, "1")[0].ID}, "answer": {"cancel"}})
		if status != http.StatusSeeOther || to != path {
			t.Fatalf("answered %d to %s", status, to)
		}
		s.Pass(time.Hour)
		one("620000000000000000000002", "announced", "l2")
		state := stored(t, s, "1").State
		if !state.CancelledAt.IsZero() || state.DroppedOf("l2") != 1 || state.Dropped[0].Reason != "customer" || state.Stage == orders.StageCancelled {
			t.Fatalf("%s, %+v", state.Stage, state.Dropped)
		}
		for _, kind := range []returns.TermKind{returns.TermCancel, returns.TermRefund} {
			if term := termOf(t, s, "1", kind); term.State != store.TermMet {
				t.Errorf("%s: %+v", kind, term)
			}
		}
		if made := s.World.Stripe.Refunds(); len(made) != 1 || made[0].Amount != 3990 {
			t.Errorf("the money: %+v", made)
		}
		told := slices.DeleteFunc(s.World.Mail.Deliveries(), func(m smtpd.Delivery) bool {
			return !strings.Contains(m.Text, "Part of your order has been cancelled")
		})
		if len(told) != 1 || !strings.Contains(told[0].Text, "Tea l2") || strings.Contains(told[0].Text, "Tea l1") {
			t.Errorf("told %+v", told)
		}
		if body := page(t, s, path+"/delay"); strings.Contains(body, "Cancel the rest") {
			t.Error("there is still something to cancel")
		}
		_, _, err := s.App.DB.VerifyEvidence(t.Context())
		must(t, err)
	})
}
