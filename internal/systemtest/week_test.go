package systemtest_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/smtpd"
)

// A week in the life of a shop: orders in six languages with everything that time does to them, a mail server that is
// down for two days, a Twilio that refuses for one, a Redis that forgets everything, and a Stripe that sends no webhook.
func TestAWeek(t *testing.T) {
	var log bytes.Buffer
	systemtest.Virtual(t, systemtest.Calm, systemtest.Setup{Log: &log}, func(t *testing.T, s *systemtest.System) {
		began := time.Now()
		s.World.Stripe.StartAs("pending")
		s.World.Stripe.AddPayment("pi_1009", 9479, "pln")
		s.World.Stripe.Webhook("", "", nil) // it says nothing by itself
		place := func(lang, id string, more map[string]any) func() {
			return func() { s.Post("order.placed", time.Now(), orderOf(lang, id, time.Now(), more)) }
		}
		news := func(id, status string, more map[string]any) func() {
			return func() { s.Post("parcel.updated", time.Now(), parcel(id, status, time.Now(), more)) }
		}
		play(s, []beat{
			// The calm window gathers siblings; what comes after it is told at once.
			{clock(0, 9, 0), place("pl", "1001", nil)},
			{clock(0, 10, 0), news("1001", "handed_over", nil)},
			{clock(0, 10, 5), news("1001", "handed_over", map[string]any{"id": "second", "tracking_number": "SECOND1001"})},
			{clock(0, 14, 0), news("1001", "in_transit", nil)},
			// Later news replaces a `shipped` that still waits.
			{clock(0, 9, 0), place("de", "1002", nil)},
			{clock(0, 11, 0), news("1002", "handed_over", nil)},
			{clock(0, 11, 4), news("1002", "in_transit", nil)},
			// Quiet hours hold an SMS until eight by the shopper's clock: Ljubljana's, Dubai's three hours before.
			{clock(0, 9, 0), place("sl", "1003", nil)},
			{clock(0, 22, 30), news("1003", "in_transit", map[string]any{"incident": "attempt_failed"})},
			{clock(0, 9, 0), place("ar", "1004", nil)},
			{clock(1, 19, 0), news("1004", "in_transit", map[string]any{"incident": "delayed", "estimated_delivery": "2026-11-28"})},
			// A parcel waits at a pickup point; a day before it goes back, the shopper hears of it again.
			{clock(0, 9, 0), place("ru", "1005", nil)},
			{clock(0, 12, 0), news("1005", "ready_for_pickup", map[string]any{
				"pickup": map[string]any{"place": "KRA01M", "code": "123456", "until": clock(5, 12, 0).UTC().Format(time.RFC3339)}})},
			// Promises that are not kept are told once each.
			{clock(0, 9, 0), place("en", "1006", map[string]any{"promised": map[string]any{"ship_by": "2026-11-24", "deliver_by": "2026-11-27"}})},
			// What only staff can act on becomes a fact and no message.
			{clock(0, 9, 0), place("pl", "1007", nil)},
			{clock(0, 9, 30), news("1007", "handed_over", nil)},
			{clock(0, 9, 0), place("pl", "1008", nil)},
			{clock(0, 9, 40), news("1008", "in_transit", nil)},
			// Goods come back, and the bank takes its time.
			{clock(0, 9, 0), place("pl", "1009", nil)},
			{clock(0, 10, 0), news("1009", "delivered", map[string]any{"delivered_to": "recipient"})},
			{clock(1, 10, 0), func() { giveBack(t, s, "1009", 1) }},
			{clock(1, 20, 0), func() {
				must(t, s.World.Stripe.Settle(context.Background(), s.World.Stripe.Refunds()[0].ID, "succeeded", ""))
			}},
			// Redis forgets everything, every timer of the week among it.
			{clock(1, 23, 0), func() { s.Redis.FlushAll() }},
			// The mail server is down from Wednesday to Friday; Twilio takes nothing on Wednesday.
			{clock(0, 9, 0), place("pl", "1010", nil)},
			{clock(2, 10, 0), func() {
				s.World.Mail.Hook(func(c smtpd.Call) smtpd.Fault { return smtpd.Fault{Cut: c.Verb == smtpd.Connect} })
				s.World.Twilio.Hook(func(httpfault.Call) httpfault.Fault { return httpfault.Fault{Status: http.StatusTooManyRequests} })
			}},
			{clock(2, 11, 0), place("pl", "1011", nil)},
			{clock(2, 12, 0), news("1010", "out_for_delivery", nil)},
			{clock(2, 12, 30), func() { // news of yesterday, which is too old before the server is back
				s.Post("parcel.updated", time.Now(), parcel("1008", "in_transit", clock(1, 9, 0), map[string]any{"incident": "customs"}))
			}},
			{clock(2, 13, 0), func() { giveBack(t, s, "1009", 1) }},
			{clock(3, 9, 0), func() { s.World.Twilio.Hook(nil) }},
			{clock(3, 15, 0), news("1010", "delivered", nil)},
			{clock(4, 10, 0), func() { s.World.Mail.Hook(nil) }},
			{clock(7, 9, 0), func() {}},
		})
		if passed := time.Since(began); passed < 7*24*time.Hour {
			t.Fatalf("only %v passed", passed)
		}
		const late = 4 * time.Minute   // two looks and a half
		const swept = 11 * time.Minute // Redis forgot the timer, the sweep made up for it
		const back = 35 * time.Minute  // after two days a mail is tried every half hour
		told(t, s, "1001", late, "placed/mail sent Mon 09:00", "shipped/mail sent Mon 10:10", "in_transit/mail sent Mon 14:00")
		told(t, s, "1002", late, "placed/mail sent Mon 09:00", "shipped/mail replaced", "in_transit/mail sent Mon 11:04")
		told(t, s, "1003", late, "placed/mail sent Mon 09:00", "attempt_failed/mail sent Mon 22:30", "attempt_failed/sms sent Tue 08:00")
		told(t, s, "1004", swept, "placed/mail sent Mon 09:00", "delayed/mail sent Tue 19:00", "delayed/sms sent Wed 05:00",
			"delayed/mail sent Sun 00:00", "delayed/sms sent Sun 05:00")
		told(t, s, "1005", swept, "placed/mail sent Mon 09:00", "ready_for_pickup/mail sent Mon 12:00", "ready_for_pickup/sms sent Mon 12:00", "pickup_ends_soon/mail sent Fri 12:00")
		told(t, s, "1006", swept, "placed/mail sent Mon 09:00", "delayed/mail sent Wed 00:00", "delayed/sms sent Wed 09:00",
			"delayed/mail sent Sat 00:00", "delayed/sms sent Sat 09:00")
		told(t, s, "1007", late, "placed/mail sent Mon 09:00", "shipped/mail sent Mon 09:40")
		told(t, s, "1008", late, "placed/mail sent Mon 09:00", "in_transit/mail sent Mon 09:40", "customs/mail expired")
		told(t, s, "1009", back, "placed/mail sent Mon 09:00", "delivered/mail sent Mon 10:00",
			"return_approved/mail sent Tue 10:00", "refund_started/mail sent Tue 10:00", "return_received/mail sent Tue 10:00",
			"refund_succeeded/mail sent Wed 09:00", // no webhook told: the daily reading of the account found it
			"return_approved/mail sent Fri 10:00", "refund_started/mail sent Fri 10:00", "return_received/mail sent Fri 10:00")
		told(t, s, "1010", back, "placed/mail sent Mon 09:00", "out_for_delivery/mail expired", "out_for_delivery/sms expired", "delivered/mail sent Fri 10:00")
		told(t, s, "1011", back, "placed/mail sent Fri 10:00")
		facts(t, s, "1007", orders.FirstScanMissing)
		facts(t, s, "1008", orders.Stalled)
		facts(t, s, "1006", orders.LateToShip, orders.Late)
		oncePerMessage(t, s)
		nobodyNamed(t, "Redis", s.Redis.Dump())
	})
	nobodyNamed(t, "the log", log.String())
}

// facts checks which facts time made of an order.
func facts(t *testing.T, s *systemtest.System, externalID string, want ...orders.FactKind) {
	t.Helper()
	have := stored(t, s, externalID).State.Facts
	if len(have) != len(want) {
		t.Errorf("order %s: facts %+v, want %v", externalID, have, want)
		return
	}
	for i, f := range have {
		if f.Kind != want[i] {
			t.Errorf("order %s: fact %s, want %s", externalID, f.Kind, want[i])
		}
	}
}

// giveBack opens a return of so many units as the order page does, and has the shop receive them.
func giveBack(t *testing.T, s *systemtest.System, externalID string, quantity int) store.Case {
	t.Helper()
	o := stored(t, s, externalID)
	all, err := s.App.DB.CasesOf(t.Context(), o.ID)
	must(t, err)
	c, err := s.App.Desk.Open(t.Context(), o, returns.Request{
		Items: []returns.Item{{LineID: "l1", Quantity: quantity}}, Reason: "does_not_fit", Remedy: returns.RefundRemedy,
	}, "nonce"+strings.Repeat("x", len(all)))
	must(t, err)
	s.Post("return.received", time.Now(), map[string]any{
		"order_id": externalID, "rma": c.RMA, "lines": []any{map[string]any{"id": "l1", "quantity": quantity}}, "at": time.Now().UTC().Format(time.RFC3339),
	})
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
