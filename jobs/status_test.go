package jobs_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/store"
	"homeward/internal/web/hooks"
)

// Twilio's word on a message moves only the message that it is about.
func TestTwilioStatus(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		shop, sid, status string
		state             string // of the message before
		want              string
		delivery          string
	}{
		"delivered":                             {"acme", "SM1", "delivered", store.MessageSent, store.MessageSent, "delivered"},
		"undelivered":                           {"acme", "SM1", "undelivered", store.MessageSent, store.MessageFailed, "undelivered"},
		"of an attempt that another came after": {"acme", "SM0", "undelivered", store.MessageSent, store.MessageSent, ""},
		"by another shop's address":             {"bolt", "SM1", "undelivered", store.MessageSent, store.MessageSent, ""},
		"of an uncertain one":                   {"acme", "SM1", "sent", store.MessageHeld, store.MessageSent, "sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			other := b.worker.Config.Shops[0]
			other.ID = "bolt"
			b.worker.Config.Shops = append(b.worker.Config.Shops, other)
			m := store.Message{
				ID: "m1", Shop: "acme", OrderID: b.order.ID, Topic: messages.OutForDelivery, Occasion: "x", Channel: messages.SMS, Recipient: "+48512345678",
				CreatedAt: b.clock.at, Work: store.Work{State: tc.state, DueAt: b.clock.at},
			}
			if tc.state == store.MessageSent {
				m.ProviderID, m.SentAt = "SM1", b.clock.at
			}
			b.write(func(ctx context.Context, tx *store.Tx) error { _, err := tx.AddMessage(ctx, m); return err })
			b.clock.pass(time.Second)
			eventID, _, err := b.db.AcceptEvent(t.Context(), store.NewEvent{
				Shop: tc.shop, Source: "twilio/status", Vendor: "twilio.status", ReceivedAt: b.clock.at, Headers: map[string]string{hooks.MessageHeader: m.ID},
				Body: []byte(url.Values{"MessageSid": {tc.sid}, "MessageStatus": {tc.status}, "ErrorCode": {"30003"}}.Encode()),
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := b.worker.Do(t.Context(), store.Task{Kind: store.EventWork, ID: eventID}); err != nil {
				t.Fatal(err)
			}
			got, err := b.db.Message(t.Context(), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got.State != tc.want || got.Delivery != tc.delivery || got.SentAt.IsZero() {
				t.Errorf("%s %q, sent at %s; want %s %q", got.State, got.Delivery, got.SentAt, tc.want, tc.delivery)
			}
		})
	}
}
