package jobs_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/jobs"
	"homeward/providers/stripe"
)

// again makes a held refund due, as staff do.
func (b *bench) again(row store.Refund) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Revive(ctx, store.RefundWork, row.ID, b.clock.at)
		return err
	})
	b.run(time.Minute)
}

// mine gives the refunds that Homeward made.
func (b *bench) mine() []store.Refund {
	b.t.Helper()
	var own []store.Refund
	for _, r := range b.refunds() {
		if r.Origin == store.OriginHomeward {
			own = append(own, r)
		}
	}
	return own
}

func (b *bench) held(row store.Refund, code string) {
	b.t.Helper()
	if row.State != store.RefundHeld || row.ErrorCode != code || !row.NeedsPerson || row.IdempotencyKey != "" {
		b.t.Errorf("%s %s %q, needs a person: %v, want held for %s", row.Status, row.State, row.ErrorCode, row.NeedsPerson, code)
	}
}

// A payment that is not what the order says goes to a person before anything is paid, and goes when that person says so.
func TestAChargeThatDiffers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.order.State.Order.Payments[0].Amount = 10050
	b.order.State.Order.Total = 10050
	b.write(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateOrder(ctx, b.order) })
	b.order.Version++
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	b.held(b.mine()[0], "charge_differs")
	b.again(b.mine()[0])
	if sum, count := b.paidBack(); sum != 2020 || count != 1 {
		t.Errorf("%d in %d after staff decided", sum, count)
	}
}

// An inquiry is settled by a refund of all that is left, and by nothing less.
func TestAnInquiry(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		items []returns.Item
		code  string
	}{
		"all":    {[]returns.Item{{LineID: "l1", Quantity: 2}, {LineID: "l2", Quantity: 1}}, ""},
		"a part": {[]returns.Item{{LineID: "l1", Quantity: 2}}, "payment_inquiry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			_ = b.world.Stripe.Dispute(t.Context(), "pi_1", "warning_needs_response")
			b.returned("n1", tc.items...)
			b.run(time.Minute)
			_, count := b.paidBack()
			if tc.code != "" {
				b.held(b.mine()[0], tc.code)
			}
			if (count == 1) != (tc.code == "") {
				t.Errorf("%d refunds", count)
			}
		})
	}
}

// disputeSays stores a webhook about the dispute of pi_1 and applies it.
func (b *bench) disputeSays(status string) {
	b.t.Helper()
	body := fmt.Sprintf(`{"id":"evt_d_%s","object":"event","type":"charge.dispute.updated","created":1,"data":{"object":{"id":"dp_1","object":"dispute",
		"amount":10000,"currency":"pln","payment_intent":"pi_1","charge":"ch_1","status":%q}}}`, status, status)
	eventID, _, err := b.db.AcceptEvent(b.t.Context(), store.NewEvent{Shop: "acme", Source: "stripe", Vendor: "stripe", Body: []byte(body), ReceivedAt: b.clock.at})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.worker.Do(b.t.Context(), store.Task{Kind: store.EventWork, ID: eventID}); err != nil {
		b.t.Fatal(err)
	}
}

// A refund waits while its payment is disputed. Won, it is owed and goes by itself; lost, the shopper has the money.
func TestADisputeEnds(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{"won": "", "lost": "dispute_lost"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			_ = b.world.Stripe.Dispute(t.Context(), "pi_1", "needs_response")
			b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
			b.disputeSays("needs_response") // before anything was tried
			b.held(b.mine()[0], "payment_disputed")
			_ = b.world.Stripe.Dispute(t.Context(), "pi_1", status)
			b.disputeSays(status)
			b.run(time.Minute)
			_, count := b.paidBack()
			if want == "" && count != 1 || want != "" && count != 0 {
				t.Errorf("%d refunds", count)
			}
			if want != "" {
				b.held(b.mine()[0], want)
				b.again(b.mine()[0])
				b.held(b.mine()[0], want)
			}
		})
	}
}

// Stripe refuses a refund whose payment was disputed since it was read: it waits for the bank like any other.
func TestADisputeBetweenReadingAndCalling(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{"won": "", "lost": "dispute_lost"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.worker.Crash = func(p jobs.Point) error {
				if p == jobs.AfterIntent {
					_ = b.world.Stripe.Dispute(t.Context(), "pi_1", "needs_response")
				}
				return nil
			}
			b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
			b.run(time.Minute)
			if row := b.mine()[0]; row.State != store.RefundHeld || row.ErrorCode != "charge_disputed" {
				t.Fatalf("%s %s", row.State, row.ErrorCode)
			}
			b.worker.Crash = nil
			_ = b.world.Stripe.Dispute(t.Context(), "pi_1", status)
			b.disputeSays(status)
			b.run(time.Minute)
			row := b.mine()[0]
			if _, count := b.paidBack(); row.ErrorCode != want || (count == 1) != (want == "") {
				t.Errorf("%s %s %q, %d refunds", row.Status, row.State, row.ErrorCode, count)
			}
		})
	}
}

// A refund that was pending when the bank took the payment back fails. Nobody is asked for a bank account, or told to pay another way,
// while the bank decides.
func TestARefundThatFailsByADispute(t *testing.T) {
	t.Parallel()
	for _, disputeFirst := range []bool{true, false} {
		for end, want := range map[string]string{"won": "", "lost": "dispute_lost"} {
			t.Run(fmt.Sprint(disputeFirst, " ", end), func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				c := b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
				b.run(time.Minute)
				row := b.mine()[0]
				fails := func(kind string) { b.stripeTells(kind, "acme", row.StripeID, row.ID, "failed", stripe.Disputed) }
				if disputeFirst {
					b.disputeSays("needs_response")
					fails("refund.failed")
				} else {
					fails("refund.failed")
					b.disputeSays("needs_response")
				}
				fails("refund.updated")
				row = b.mine()[0]
				if row.State != store.RefundHeld || row.ErrorCode != "payment_disputed" || !row.NeedsPerson || len(cases.Payouts(c, b.mine())) != 0 {
					t.Errorf("while the bank decides: %s %s %q, another way is offered: %v", row.Status, row.State, row.ErrorCode, cases.Payouts(c, b.mine()))
				}
				b.disputeSays(end)
				fails("charge.refund.updated")
				row = b.mine()[0]
				if offered := len(cases.Payouts(c, b.mine())) == 1; row.ErrorCode != want || !row.NeedsPerson || offered != (want == "") {
					t.Errorf("%s: %s %s %q, another way is offered: %v", end, row.Status, row.State, row.ErrorCode, offered)
				}
			})
		}
	}
}

// A refund that failed for another reason is not paid in another way either while the bank decides on its payment.
func TestADisputeAfterARefundFailed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	row := b.mine()[0]
	b.stripeTells("refund.failed", "acme", row.StripeID, row.ID, "failed", "expired_or_canceled_card")
	if len(cases.Payouts(c, b.mine())) != 1 {
		t.Fatal("another way is not offered")
	}
	b.disputeSays("warning_needs_response")
	if row = b.mine()[0]; row.State != store.RefundHeld || row.ErrorCode != "payment_inquiry" || len(cases.Payouts(c, b.mine())) != 0 {
		t.Errorf("%s %s %q", row.Status, row.State, row.ErrorCode)
	}
	b.disputeSays("warning_closed")
	if row = b.mine()[0]; row.ErrorCode != "" || !row.NeedsPerson || len(cases.Payouts(c, b.mine())) != 1 {
		t.Errorf("%s %s %q", row.Status, row.State, row.ErrorCode)
	}
}

// What was refunded in Stripe's dashboard is found by the daily reading, also when no webhook told of it, and read until it is final.
func TestAForeignRefundIsFoundByTheDailyReading(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	foreign, err := b.world.Stripe.RefundOutside("pi_1", 1000)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.pass(25 * time.Hour)
	b.run(time.Minute)
	rows := b.refunds()
	if len(rows) != 2 || rows[1].Origin != store.OriginStripe || rows[1].StripeID != foreign || rows[1].Amount != 1000 || rows[1].Status != store.RefundPending {
		t.Fatalf("ledger: %+v", rows)
	}
	_ = b.world.Stripe.Settle(t.Context(), foreign, "failed", "declined")
	b.clock.pass(25 * time.Hour)
	b.run(time.Minute)
	if rows = b.refunds(); len(rows) != 2 || rows[1].Status != store.RefundFailed {
		t.Errorf("ledger: %+v", rows)
	}
}

// A refund that stays pending is shown to staff, because the balance may be short, and goes on by itself.
func TestARefundThatIsPendingForDays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	for range 3 {
		if row := b.mine()[0]; row.NeedsPerson {
			t.Fatalf("a person is asked after %s", b.clock.at.Sub(row.IssuedAt))
		}
		b.clock.pass(24*time.Hour + time.Minute)
		b.run(time.Minute)
	}
	if row := b.mine()[0]; !row.NeedsPerson || row.ErrorCode != "refund_pending_long" || row.State != store.Due {
		t.Errorf("%s %s %q, needs a person: %v", row.Status, row.State, row.ErrorCode, row.NeedsPerson)
	}
	_ = b.world.Stripe.Settle(t.Context(), b.mine()[0].StripeID, "succeeded", "")
	b.clock.pass(25 * time.Hour)
	b.run(time.Minute)
	if row := b.mine()[0]; row.NeedsPerson || row.Status != store.RefundSucceeded || row.State != store.RefundSettled {
		t.Errorf("%s %s, needs a person: %v", row.Status, row.State, row.NeedsPerson)
	}
}

// What is put in the place of a refund that failed does not go while the first stands at Stripe after all.
func TestAnEarlierAttemptThatStands(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.returned("n1", returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	first := b.mine()[0]
	b.write(func(ctx context.Context, tx *store.Tx) error { // as a webhook said that was wrong
		first.Status = store.RefundFailed
		if err := tx.SetRefund(ctx, first); err != nil {
			return err
		}
		if err := tx.Settle(ctx, store.RefundWork, first.ID, store.RefundSettled, nil); err != nil {
			return err
		}
		another := first
		another.ID, another.ExternalID, another.Status, another.StripeID, another.IdempotencyKey = "r2", store.AgainID(first.ID), store.RefundPlanned, "", ""
		another.Work = store.Work{State: store.Due, DueAt: b.clock.at}
		another.CreatedAt = b.clock.at.Add(time.Second)
		_, err := tx.InsertRefund(ctx, another)
		return err
	})
	b.run(time.Minute)
	b.held(b.mine()[1], "earlier_attempt_stands")
	if _, count := b.paidBack(); count != 1 {
		t.Errorf("%d refunds", count)
	}
}
