package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/jobs"
	"homeward/providers/standin"
	"homeward/providers/stripe"
)

// stripeSays stores a webhook of Stripe's at a shop's address and applies it.
func (b *bench) stripeSays(shop, stripeID, refundID, status string) store.Event {
	b.t.Helper()
	return b.stripeTells("refund.updated", shop, stripeID, refundID, status, "")
}

// stripeTells is stripeSays with the event's type and the reason of a failure.
func (b *bench) stripeTells(kind, shop, stripeID, refundID, status, reason string) store.Event {
	b.t.Helper()
	body := fmt.Sprintf(`{"id":"evt_%s_%s_%s_%s","object":"event","type":%q,"created":1,"data":{"object":{"id":%q,"object":"refund",
		"amount":2020,"currency":"pln","payment_intent":"pi_1","charge":"ch_1","status":%q,"failure_reason":%q,"metadata":{"homeward_refund":%q}}}}`,
		shop, stripeID, status, kind, kind, stripeID, status, reason, refundID)
	eventID, _, err := b.db.AcceptEvent(b.t.Context(), store.NewEvent{Shop: shop, Source: "stripe", Vendor: "stripe", Body: []byte(body), ReceivedAt: b.clock.at})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.worker.Do(b.t.Context(), store.Task{Kind: store.EventWork, ID: eventID}); err != nil {
		b.t.Fatal(err)
	}
	event, err := b.db.Event(b.t.Context(), eventID)
	if err != nil {
		b.t.Fatal(err)
	}
	return event
}

// One shop's Stripe account never speaks of another shop's money; shops of one account may share an address.
func TestStripeOfAnotherShop(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		key  string
		want store.RefundStatus
	}{
		"its own account":     {"sk_test_other", store.RefundPlanned},
		"the account of both": {standin.StripeKey, store.RefundSucceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			other := b.worker.Config.Shops[0]
			other.ID, other.Payments = "bolt", &config.Payments{StripeKey: tc.key}
			b.worker.Config.Shops = append(b.worker.Config.Shops, other)
			b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
			event := b.stripeSays("bolt", "re_9", b.refunds()[0].ID, "succeeded")
			if got := b.refunds()[0]; got.Status != tc.want {
				t.Errorf("the refund is %s, want %s (event %s)", got.Status, tc.want, event.State)
			}
			if len(b.refunds()) != 1 {
				t.Error("a foreign refund entered the ledger")
			}
		})
	}
}

// A worker that slept through its lease finds its successor's work and leaves it alone.
func TestAWorkerThatSleptDoesNotWriteOverItsSuccessor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("succeeded")
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	slept := false
	b.worker.Crash = func(p jobs.Point) error {
		if p == jobs.AfterCharge && !slept {
			slept = true
			b.run(5 * time.Minute)
		}
		return nil
	}
	_ = b.worker.Do(t.Context(), store.Task{Kind: store.RefundWork, ID: b.refunds()[0].ID})
	if sum, count := b.paidBack(); sum != 2020 || count != 1 {
		t.Errorf("Stripe paid %d in %d refunds, want 2020 in 1", sum, count)
	}
	if got := b.refunds()[0]; got.Status != store.RefundSucceeded || got.StripeID == "" || got.State != store.RefundSettled {
		t.Errorf("ledger: %s %q %s", got.Status, got.StripeID, got.State)
	}
}

// Two refunds of one payment read the charge at the same time: the second counts the first although Stripe was read before.
func TestHeadroomCountsWhatWasIssuedSinceTheChargeWasRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.AddPayment("pi_2", 6000, "PLN")
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for _, name := range []string{"r1", "r2"} {
			if _, err := tx.InsertRefund(ctx, store.Refund{
				ID: name, Shop: "acme", OrderID: b.order.ID, Origin: store.OriginHomeward, ExternalID: name, PaymentKind: "stripe", PaymentReference: "pi_2",
				Amount: 4000, Currency: "PLN", Status: store.RefundPlanned, CreatedAt: b.clock.at, Work: store.Work{State: store.Due, DueAt: b.clock.at},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	between := false
	b.worker.Crash = func(p jobs.Point) error {
		if p == jobs.AfterCharge && !between {
			between = true
			return b.worker.Do(t.Context(), store.Task{Kind: store.RefundWork, ID: "r2"})
		}
		return nil
	}
	_ = b.worker.Do(t.Context(), store.Task{Kind: store.RefundWork, ID: "r1"})
	rows := b.refunds()
	if rows[0].ErrorCode != "refund_exceeds_captured" || rows[0].State != store.RefundHeld || rows[0].IdempotencyKey != "" {
		t.Errorf("the first to read, second to issue: %s %s, key %q", rows[0].State, rows[0].ErrorCode, rows[0].IdempotencyKey)
	}
	if rows[1].Status != store.RefundPending {
		t.Errorf("the other: %s", rows[1].Status)
	}
}

// What staff paid by hand takes from the payment, also when Stripe has a failed refund of it.
func TestHeadroomCountsWhatWasPaidByHand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.AddPayment("pi_2", 6000, "PLN")
	row := store.Refund{
		ID: "r1", Shop: "acme", OrderID: b.order.ID, Origin: store.OriginHomeward, ExternalID: "r1", PaymentKind: "stripe", PaymentReference: "pi_2",
		Amount: 4000, Currency: "PLN", Status: store.RefundPlanned, CreatedAt: b.clock.at, Work: store.Work{State: store.Due, DueAt: b.clock.at},
	}
	insert := func(ctx context.Context, tx *store.Tx) error { _, err := tx.InsertRefund(ctx, row); return err }
	b.write(insert)
	b.world.Stripe.StartAs("failed")
	_ = b.worker.Do(t.Context(), store.Task{Kind: store.RefundWork, ID: "r1"})
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := b.worker.Cases.PaidOtherwise(ctx, tx, "r1", "staff:olga", "cash")
		return err
	})
	b.world.Stripe.StartAs("pending")
	row.ID, row.ExternalID, row.CreatedAt = "r2", "r2", b.clock.at.Add(time.Second)
	b.write(insert)
	_ = b.worker.Do(t.Context(), store.Task{Kind: store.RefundWork, ID: "r2"})
	if got := b.refunds()[1]; got.State != store.RefundHeld || got.ErrorCode != "refund_exceeds_captured" {
		t.Errorf("40.00 by hand and 40.00 at Stripe of 60.00: %s %s %s", got.Status, got.State, got.ErrorCode)
	}
}

// A status that nobody here knows is asked about again, every day, until it is one that is known.
func TestAnUnknownStatusIsReadAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("teleporting")
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	row := b.refunds()[0]
	if row.State != store.Due || !row.DueAt.After(b.clock.at) || row.StripeID == "" {
		t.Fatalf("%s, due %s", row.State, row.DueAt)
	}
	if err := b.world.Stripe.Settle(t.Context(), row.StripeID, "succeeded", ""); err == nil {
		t.Log("nobody listened to the webhook, and the next reading tells")
	}
	b.clock.pass(25 * time.Hour)
	b.run(time.Minute)
	if row = b.refunds()[0]; row.Status != store.RefundSucceeded || row.State != store.RefundSettled {
		t.Errorf("a day later: %s %s", row.Status, row.State)
	}
	if _, count := b.paidBack(); count != 1 {
		t.Errorf("%d refunds", count)
	}
}

// A refund that somebody makes at Stripe before the order's own webhook came is in the ledger once it came: of any shop of the account.
func TestARefundAtStripeBeforeItsOrder(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		address, key string // the shop whose address Stripe calls, and its account
		want         int
	}{
		"at the shop's address":           {"acme", "sk_test_other", 1},
		"at the address of its account":   {"bolt", standin.StripeKey, 1},
		"at the address of another's one": {"bolt", "sk_test_other", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			other := b.worker.Config.Shops[0]
			other.ID, other.Payments = "bolt", &config.Payments{StripeKey: tc.key}
			b.worker.Config.Shops = append(b.worker.Config.Shops, other)
			for _, status := range []string{"pending", "succeeded"} {
				if event := b.stripeSays(tc.address, "re_9", "", status); event.State != store.EventIgnored || event.Note == "" {
					t.Fatalf("nobody knows the payment yet: the event is %s, %q", event.State, event.Note)
				}
			}
			b.write(func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.AddPayment(ctx, "acme", "pi_1", b.order.ID); err != nil {
					return err
				}
				_, err := tx.WakeEvents(ctx, "acme", store.WaitKeys(b.order), b.clock.at)
				return err
			})
			b.run(time.Minute)
			rows := b.refunds()
			if len(rows) != tc.want {
				t.Fatalf("%d lines in the ledger, want %d", len(rows), tc.want)
			}
			for _, row := range rows {
				if row.StripeID != "re_9" || row.Status != store.RefundSucceeded || row.Amount != 2020 || row.Shop != "acme" || row.Origin != store.OriginStripe {
					t.Errorf("the ledger has %+v", row)
				}
			}
		})
	}
}

// A refund whose key is too old goes under a fresh one, but not when a webhook tells of it after Stripe was asked.
func TestAWebhookBeforeAFreshKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	row := b.refunds()[0]
	b.write(func(ctx context.Context, tx *store.Tx) error {
		row.Status, row.IdempotencyKey, row.IssuedAt = store.RefundUncertain, "homeward-refund-"+row.ID+"-1", b.clock.at.Add(-21*time.Hour)
		intent := stripe.Request{Key: row.IdempotencyKey, Reference: "pi_1", Amount: 2020, Currency: "PLN", RefundID: row.ID}
		params, err := json.Marshal(intent)
		row.Params = string(params)
		return errors.Join(err, tx.SetRefund(ctx, row))
	})
	told := false
	b.worker.Crash = func(p jobs.Point) error {
		if p != jobs.AfterCharge || told {
			return nil
		}
		told = true
		made, err := b.worker.Outside["acme"].Bank.Refund(t.Context(), stripe.Request{Key: "forgotten by Stripe since", Reference: "pi_1", Amount: 2020, Currency: "PLN", RefundID: row.ID})
		if err == nil {
			b.stripeSays("acme", made.ID, row.ID, "pending")
		}
		return err
	}
	b.run(time.Hour)
	if sum, count := b.paidBack(); sum != 2020 || count != 1 {
		t.Errorf("Stripe paid %d in %d refunds, want 2020 in 1", sum, count)
	}
	if got := b.refunds()[0]; got.Status != store.RefundPending || got.StripeID != "re_1" || got.State != store.Due {
		t.Errorf("ledger: %s %q %s", got.Status, got.StripeID, got.State)
	}
}

// What was refunded at Stripe by hand, failed, and was paid otherwise is no news to the other webhooks of that failure; that it went
// through after all is.
func TestAForeignRefundThatWasPaidOtherwise(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AddPayment(ctx, "acme", "pi_1", b.order.ID)
		return err
	})
	b.stripeSays("acme", "re_9", "", "failed")
	row := b.refunds()[0]
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := b.worker.Cases.PaidOtherwise(ctx, tx, row.ID, "staff:olga", "cash")
		return err
	})
	for status, twice := range map[string]bool{"failed": false, "succeeded": true} {
		if event := b.stripeTells("charge.refund.updated", "acme", "re_9", "", status, ""); event.State != store.EventApplied || event.OrderID != b.order.ID {
			t.Errorf("%s: the event is %s", status, event.State)
		}
		if rows := b.refunds(); len(rows) != 1 || rows[0].Status != store.RefundSucceeded || twice && rows[0].ErrorCode != "refund_paid_twice" {
			t.Errorf("%s: %+v", status, rows)
		}
	}
}

// A refund that came back after it had succeeded, and whose webhook was lost, is found when its payment is read for another one.
func TestALostWebhookOfARefundThatCameBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("succeeded")
	c := b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	_ = b.world.Stripe.Settle(t.Context(), b.refunds()[0].StripeID, "failed", "declined")
	b.returned("n2", returns.Item{LineID: "l1", Quantity: 1})
	b.run(time.Minute)
	rows := b.refunds()
	if rows[0].Status != store.RefundFailed || !rows[0].NeedsPerson || rows[0].FailureReason != "declined" || rows[1].Status != store.RefundSucceeded {
		t.Errorf("ledger: %+v", rows)
	}
	if c, err := b.db.Case(t.Context(), c.ID); err != nil || c.State != returns.Refunding {
		t.Errorf("the case is %s, %v", c.State, err)
	}
}

// A shop platform knows a payment by its charge, and Stripe tells of its refunds by the intent too: what the shop refunded itself, and
// both tell of, is one refund, and nothing is kept from the shopper.
func TestAMirroredRefundOfAPaymentThatIsKnownByItsCharge(t *testing.T) {
	t.Parallel()
	for _, heard := range []string{"by webhook", "by reading"} {
		t.Run(heard, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.world.Stripe.StartAs("succeeded")
			b.order.State.Order.Payments[0].Reference = "ch_1"
			b.write(func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.AddPayment(ctx, "acme", "ch_1", b.order.ID); err != nil {
					return err
				}
				_, err := tx.InsertRefund(ctx, store.Refund{
					ID: "said", Shop: "acme", OrderID: b.order.ID, Origin: store.OriginShop, ExternalID: "shopify:1", PaymentReference: "ch_1", Amount: 2020,
					Currency: "PLN", Lines: []orders.RefundLine{{LineID: "l2", Quantity: 1, Amount: 2020}}, Status: store.RefundSucceeded,
					CreatedAt: b.clock.at, Work: store.Work{State: store.RefundSettled},
				})
				return errors.Join(err, tx.UpdateOrder(ctx, b.order))
			})
			b.order.Version++
			foreign, err := b.world.Stripe.RefundOutside("pi_1", 2020)
			if err != nil {
				t.Fatal(err)
			}
			if heard == "by webhook" {
				b.stripeSays("acme", foreign, "", "succeeded")
			} else { // with the first of the two
				b.returned("n1", returns.Item{LineID: "l1", Quantity: 1})
				b.run(time.Minute)
			}
			b.returned("n2", returns.Item{LineID: "l1", Quantity: 1})
			if heard == "by webhook" {
				b.returned("n3", returns.Item{LineID: "l1", Quantity: 1})
			}
			b.run(time.Minute)
			if sum, count := b.paidBack(); sum != 10000 || count != 3 {
				t.Errorf("Stripe paid %d in %d refunds, want all of 10000 in 3", sum, count)
			}
		})
	}
}
