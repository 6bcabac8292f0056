package jobs_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/standin/httpfault"
	"homeward/providers/stripe"
)

// read starts the daily reading of the shop's account, which knows the order's payment.
func (b *bench) read() {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.AddPayment(ctx, "acme", "pi_1", b.order.ID); err != nil {
			return err
		}
		return tx.StartReading(ctx, "acme", b.clock.at)
	})
}

func (b *bench) readingRow() store.Reading {
	b.t.Helper()
	row, err := b.db.Reading(b.t.Context(), "acme")
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

// What happened at Stripe without a webhook is in the ledger a day later: a refund by hand, and ours that came back after it succeeded.
func TestReadingFindsWhatNoWebhookTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("succeeded")
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	ours := b.refunds()[0]
	if ours.Status != store.RefundSucceeded {
		t.Fatalf("the refund is %s", ours.Status)
	}
	byHand, err := b.world.Stripe.RefundOutside("pi_1", 500)
	if err != nil {
		t.Fatal(err)
	}
	b.world.Stripe.AddPayment("pi_elsewhere", 4000, "PLN")
	if _, err := b.world.Stripe.RefundOutside("pi_elsewhere", 4000); err != nil { // of no order here
		t.Fatal(err)
	}
	_ = b.world.Stripe.Settle(t.Context(), ours.StripeID, "failed", "expired_or_canceled_card") // nobody listens
	b.read()
	b.run(time.Minute)
	for range 2 { // and tomorrow the same once more
		rows := b.refunds()
		if len(rows) != 2 || rows[1].StripeID != byHand || rows[1].Origin != store.OriginStripe || rows[1].Amount != 500 || rows[1].OrderID != b.order.ID {
			t.Fatalf("ledger: %+v", rows)
		}
		if rows[0].Status != store.RefundFailed || !rows[0].NeedsPerson || rows[0].FailureReason == "" {
			t.Errorf("ours: %s, in front of a person %v", rows[0].Status, rows[0].NeedsPerson)
		}
		b.run(25 * time.Hour)
	}
	if row := b.readingRow(); row.State != store.Due || row.Page != "" || row.DueAt.Before(b.clock.at) || row.DueAt.After(b.clock.at.Add(25*time.Hour)) {
		t.Errorf("the next reading: %+v", row)
	}
}

// A refund that staff paid otherwise, or one beside it, is theirs: the reading does not bring it back before them every day.
func TestReadingLeavesWhatStaffDealtWith(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("failed")
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := b.worker.Cases.PaidOtherwise(ctx, tx, b.refunds()[0].ID, "staff:olga", "cash")
		return err
	})
	_ = b.world.Stripe.Settle(t.Context(), b.world.Stripe.Refunds()[0].ID, "succeeded", "")
	b.read()
	b.run(time.Minute)
	if rows := b.refunds(); len(rows) != 1 || rows[0].NeedsPerson || rows[0].Status != store.RefundSucceeded || rows[0].StripeID != "" {
		t.Errorf("ledger: %+v", rows)
	}
}

// Many pages are read one after the other, through failures; a key that may not read is tried again in a day, and says why.
func TestReadingGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("succeeded")
	const all = stripe.PageOf + 20
	for range all {
		if _, err := b.world.Stripe.RefundOutside("pi_1", 1); err != nil {
			t.Fatal(err)
		}
	}
	b.world.Stripe.Fail("GET /v1/refunds", httpfault.Fault{Status: http.StatusInternalServerError}, httpfault.Fault{Cut: true})
	b.read()
	b.run(5 * time.Minute)
	if rows := b.refunds(); len(rows) != all {
		t.Errorf("%d of %d refunds are in the ledger", len(rows), all)
	}
	b.world.Stripe.Restrict("refunds")
	b.run(26 * time.Hour)
	if row := b.readingRow(); row.State != store.Due || row.ErrorCode != "stripe_key_rights" || row.DueAt.Before(b.clock.at) {
		t.Errorf("a key without the right: %+v", row)
	}
}

// A shop that is not paid through Stripe any more is not read; its next payment there starts the reading again.
func TestReadingStops(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	was := b.worker.Outside["acme"]
	delete(b.worker.Outside, "acme")
	b.read()
	b.run(time.Minute)
	if row := b.readingRow(); row.State != store.ReadingStopped {
		t.Fatalf("the reading: %+v", row)
	}
	b.worker.Outside["acme"] = was
	b.read()
	b.run(time.Minute)
	if row := b.readingRow(); row.State != store.Due || row.DueAt.Before(b.clock.at) {
		t.Errorf("the reading: %+v", row)
	}
}
