package jobs_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/jobs"
	"homeward/providers/standin/httpfault"
)

var errCrash = errors.New("crash")

// A process that dies at any point between a refund's intent and its record pays once, and its ledger says so.
func TestRefundSurvivesACrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, point := range jobs.Points {
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			visited := false
			b := newBench(t)
			b.world.Stripe.StartAs("succeeded")
			b.worker.Crash = func(p jobs.Point) error {
				if p == point && !visited {
					visited = true
					return errCrash
				}
				return nil
			}
			b.returned("n1", returns.Item{LineID: "l1", Quantity: 1})
			b.run(10 * time.Minute)
			if sum, count := b.paidBack(); sum != 3990 || count != 1 {
				t.Errorf("Stripe paid %d in %d refunds, want 3990 in 1", sum, count)
			}
			rows := b.refunds()
			if len(rows) != 1 || rows[0].Status != store.RefundSucceeded || rows[0].State != store.RefundSettled {
				t.Errorf("ledger: %+v", rows)
			}
			if !visited {
				t.Errorf("no refund passed %s", point)
			}
		})
	}
}

// Whatever Stripe answers, or does not, it pays once.
func TestRefundIsPaidOnceWhateverStripeAnswers(t *testing.T) {
	t.Parallel()
	const create = "POST /v1/refunds"
	for name, faults := range map[string][]httpfault.Fault{
		"500":                   {{Status: http.StatusInternalServerError}},
		"500 after the effect":  {{Status: http.StatusInternalServerError, Effect: true}},
		"429":                   {{Status: http.StatusTooManyRequests}, {Status: http.StatusTooManyRequests}},
		"cut before the effect": {{Cut: true}},
		"cut after the effect":  {{Cut: true, Effect: true}},
		"cut twice":             {{Cut: true, Effect: true}, {Cut: true, Effect: true}},
		"garbage":               {{Body: "<html>"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.world.Stripe.StartAs("succeeded")
			b.world.Stripe.Fail(create, faults...)
			b.returned("n1", returns.Item{LineID: "l1", Quantity: 2})
			b.run(2 * time.Hour)
			if sum, count := b.paidBack(); sum != 7980 || count != 1 {
				t.Errorf("Stripe paid %d in %d refunds, want 7980 in 1", sum, count)
			}
			if rows := b.refunds(); len(rows) != 1 || rows[0].Status != store.RefundSucceeded {
				t.Errorf("ledger: %+v", rows)
			}
		})
	}
}

// Refunds never exceed what was captured, whoever made them.
func TestRefundDoesNotExceedWhatIsLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.world.Stripe.RefundOutside("pi_1", 5000); err != nil {
		t.Fatal(err)
	}
	b.returned("n1", returns.Item{LineID: "l1", Quantity: 2})
	b.run(time.Hour)
	if sum, count := b.paidBack(); sum != 5000 || count != 1 {
		t.Errorf("Stripe paid %d in %d refunds; only the foreign 5000 was possible", sum, count)
	}
	rows := b.refunds()
	slices.SortFunc(rows, func(x, y store.Refund) int { return int(x.Amount - y.Amount) })
	if len(rows) != 2 || rows[1].State != store.RefundHeld || !rows[1].NeedsPerson || rows[1].ErrorCode != "refund_exceeds_captured" {
		t.Fatalf("ledger: %+v", rows)
	}
	if foreign := rows[0]; foreign.Origin != store.OriginStripe || foreign.Amount != 5000 { // found without a webhook
		t.Errorf("what was refunded in the dashboard: %+v", foreign)
	}
}

// Two returns of one order come back to the cent: unit by unit is all at once.
func TestTwoReturnsOfOneOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.StartAs("succeeded")
	b.returned("n1", returns.Item{LineID: "l1", Quantity: 1})
	b.run(time.Minute)
	b.returned("n2", returns.Item{LineID: "l1", Quantity: 1}, returns.Item{LineID: "l2", Quantity: 1})
	b.run(time.Minute)
	if sum, count := b.paidBack(); sum != 10000 || count != 2 {
		t.Errorf("Stripe paid %d in %d refunds, want 10000 in 2", sum, count)
	}
}

// A disputed payment is not refunded on top.
func TestDisputedPaymentWaitsForAPerson(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.world.Stripe.Webhook("http://127.0.0.1:1/", "x", b.world.Client) // nobody listens: only the dispute counts here
	_ = b.world.Stripe.Dispute(t.Context(), "pi_1", "needs_response")
	b.returned("n1", returns.Item{LineID: "l1", Quantity: 1})
	b.run(time.Hour)
	if _, count := b.paidBack(); count != 0 {
		t.Error("a disputed payment was refunded")
	}
	if rows := b.refunds(); rows[0].ErrorCode != "payment_disputed" || !rows[0].NeedsPerson {
		t.Errorf("ledger: %+v", rows)
	}
}
