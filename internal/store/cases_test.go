package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

func aCase(id, orderID string) store.Case {
	return store.Case{
		ID: id, Shop: "acme", OrderID: orderID, RMA: "R-" + map[string]string{"c1": "C1"}[id] + id[2:], Kind: returns.Return,
		State: returns.Requested, Nonce: "n-" + id, Reason: "damaged", Remedy: returns.RefundRemedy, Note: "It broke.",
		Items: []returns.Item{{LineID: "l1", Quantity: 2}}, Version: 1, CreatedAt: t0, UpdatedAt: t0,
	}
}

func TestCase(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), aCase("c1", "o1")
		write(t, db, func(tx *store.Tx) error { return tx.InsertCase(ctx, c) })
		sameNonce, sameRMA := c, c
		sameNonce.ID, sameNonce.RMA = "c2", "R-OTHER"
		sameRMA.ID, sameRMA.Nonce = "c3", "other"
		for what, twin := range map[string]store.Case{"nonce": sameNonce, "rma": sameRMA} {
			if err := db.Write(ctx, func(tx *store.Tx) error { return tx.InsertCase(ctx, twin) }); !errors.Is(err, store.ErrDuplicate) {
				t.Errorf("the same %s: %v", what, err)
			}
		}
		c.State, c.Received, c.TrackingNumber, c.Decision = returns.InTransit, c.Items, "6200A", "Fine."
		c.UpdatedAt = t0.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.UpdateCase(ctx, c) })
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.UpdateCase(ctx, c) }); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a second update of one version: %v", err)
		}
		c.Version = 2
		for what, ask := range map[string]func() (store.Case, error){
			"id":       func() (store.Case, error) { return db.Case(ctx, "c1") },
			"rma":      func() (store.Case, error) { return db.CaseByRMA(ctx, "acme", c.RMA) },
			"nonce":    func() (store.Case, error) { return db.CaseByNonce(ctx, "o1", c.Nonce) },
			"tracking": func() (store.Case, error) { return db.CaseByTracking(ctx, "acme", "62-00a") },
		} {
			got, err := ask()
			if diff := cmp.Diff(c, got); diff != "" || err != nil {
				t.Errorf("by %s: %v %s", what, err, diff)
			}
		}
		if diff := cmp.Diff([]store.Case{c}, must[[]store.Case](t)(db.CasesOf(ctx, "o1"))); diff != "" {
			t.Error(diff)
		}
		c.State = returns.Closed
		write(t, db, func(tx *store.Tx) error { return tx.UpdateCase(ctx, c) })
		if got, err := db.CaseByTracking(ctx, "acme", "6200A"); err != nil || got.ID != "c1" {
			t.Errorf("news of a closed case's parcel does not find it: %v", err)
		}
		open := c
		open.ID, open.RMA, open.Nonce, open.State, open.CreatedAt = "c0", "R-OLDER", "n0", returns.InTransit, c.CreatedAt.Add(-time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.InsertCase(ctx, open) })
		if got, err := db.CaseByTracking(ctx, "acme", "6200A"); err != nil || got.ID != "c0" {
			t.Errorf("a case that is open does not come before a closed one: %s %v", got.ID, err)
		}
	})
}

func TestCaseLogAndAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		second := store.CaseStep{ID: "s1", CaseID: "c1", At: t0.Add(1e9), Actor: "staff:olga", Step: "approved", Note: "ok"}
		first := store.CaseStep{ID: "s2", CaseID: "c1", At: t0, Actor: "shopper", Step: "requested"}
		third := store.CaseStep{ID: "s0", CaseID: "c1", At: second.At, Actor: "homeward", Step: "closed"} // of the same moment, after it
		old := store.AuditEntry{ID: "a1", At: t0, User: "olga", Action: "approve", Object: "case:c1", Note: "ok"}
		fresh := store.AuditEntry{ID: "a2", At: t0, User: "olga", Action: "retry", Object: "case:c1"}
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.AddCaseStep(ctx, second), tx.AddCaseStep(ctx, first), tx.AddCaseStep(ctx, third), tx.AddAudit(ctx, old), tx.AddAudit(ctx, fresh))
		})
		if diff := cmp.Diff([]store.CaseStep{first, second, third}, must[[]store.CaseStep](t)(db.CaseLog(ctx, "c1"))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]store.AuditEntry{fresh, old}, must[[]store.AuditEntry](t)(db.AuditOf(ctx, "case:c1", 9))); diff != "" {
			t.Error(diff)
		}
	})
}

func aRefund(id string) store.Refund {
	return store.Refund{
		ID: id, Shop: "acme", OrderID: "o1", CaseID: "c1", Origin: store.OriginHomeward, ExternalID: "x-" + id, PaymentKind: "stripe",
		PaymentReference: "pi_1", Amount: 3990, Currency: "PLN", Status: store.RefundPlanned,
		Lines: []orders.RefundLine{{LineID: "l1", Quantity: 1, Amount: 3990}}, CreatedAt: t0, UpdatedAt: t0,
		Work: store.Work{State: store.Due, DueAt: t0},
	}
}

func TestRefund(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, f := t.Context(), aRefund("r1")
		insert := func(f store.Refund) (added bool) {
			t.Helper()
			write(t, db, func(tx *store.Tx) (err error) {
				added, err = tx.InsertRefund(ctx, f)
				return err
			})
			return added
		}
		twin := f
		twin.ID = "r2"
		if !insert(f) || insert(twin) {
			t.Error("the same refund is entered once")
		}
		f.Status, f.IdempotencyKey, f.Params, f.StripeID, f.Reference = store.RefundFailed, "key", `{"a":1}`, "re_1", "ARN"
		f.FailureReason, f.NeedsPerson, f.IssuedAt, f.CheckedAt, f.UpdatedAt = "lost", true, t0.Add(1e9), t0.Add(2e9), t0.Add(3e9)
		write(t, db, func(tx *store.Tx) error { return tx.SetRefund(ctx, f) })
		for what, ask := range map[string]func() (store.Refund, error){
			"id":        func() (store.Refund, error) { return db.Refund(ctx, "r1") },
			"stripe id": func() (store.Refund, error) { return db.RefundByStripeID(ctx, "re_1") },
		} {
			got, err := ask()
			if diff := cmp.Diff(f, got); diff != "" || err != nil {
				t.Errorf("by %s: %v %s", what, err, diff)
			}
		}
		for what, ask := range map[string]func() ([]store.Refund, error){
			"order":   func() ([]store.Refund, error) { return db.RefundsOf(ctx, "o1") },
			"case":    func() ([]store.Refund, error) { return db.RefundsOfCase(ctx, "c1") },
			"payment": func() ([]store.Refund, error) { return db.RefundsByPayment(ctx, "pi_1") },
			"people":  func() ([]store.Refund, error) { return db.RefundsForPeople(ctx, 9) },
		} {
			if diff := cmp.Diff([]store.Refund{f}, must[[]store.Refund](t)(ask())); diff != "" {
				t.Errorf("of %s: %s", what, diff)
			}
		}
		if _, err := db.RefundByStripeID(ctx, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("without a Stripe id: %v", err)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.SetRefund(ctx, aRefund("none")) }); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("SetRefund of nothing: %v", err)
		}
		want := map[store.RefundStatus]int{store.RefundFailed: 1}
		if diff := cmp.Diff(want, must[map[store.RefundStatus]int](t)(db.RefundCounts(ctx))); diff != "" {
			t.Error(diff)
		}
	})
}

// TestHeadroomIsNotCountedTwice: transactions that look at a payment's refunds and then add one follow each other.
func TestHeadroomIsNotCountedTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for round := range 10 {
			payment := fmt.Sprint("pi_", round)
			var group sync.WaitGroup
			for i := range 12 {
				group.Go(func() {
					err := db.Write(ctx, func(tx *store.Tx) error {
						open, err := tx.RefundsByPayment(ctx, payment)
						if err != nil || len(open) > 0 {
							return err
						}
						refund := aRefund(fmt.Sprint(payment, "-", i))
						refund.PaymentReference = payment
						_, err = tx.InsertRefund(ctx, refund)
						return err
					})
					if err != nil {
						t.Error(cause(err))
					}
				})
			}
			group.Wait()
			if got := must[[]store.Refund](t)(db.RefundsByPayment(ctx, payment)); len(got) != 1 {
				t.Errorf("%d refunds were planned where there was room for one", len(got))
			}
		}
	})
}

// TestUnitsOfALineAreNotTakenTwice: the same, for the cases of an order.
func TestUnitsOfALineAreNotTakenTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var group sync.WaitGroup
		for i := range 24 {
			group.Go(func() {
				c := aCase(fmt.Sprintf("c9%d", i), "o1")
				err := db.Write(ctx, func(tx *store.Tx) error {
					if there, err := tx.CasesOf(ctx, "o1"); err != nil || len(there) > 0 {
						return err
					}
					return tx.InsertCase(ctx, c)
				})
				if err != nil {
					t.Error(cause(err))
				}
			})
		}
		group.Wait()
		if got := must[[]store.Case](t)(db.CasesOf(ctx, "o1")); len(got) != 1 {
			t.Errorf("%d cases took the same units", len(got))
		}
	})
}

func TestWhatWaitsForPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		failed, waiting := unit(t, db, store.EventWork, "e1"), unit(t, db, store.EventWork, "e2")
		write(t, db, func(tx *store.Tx) error {
			for i, state := range []string{store.MessageFailed, store.MessageHeld, store.MessageSent} {
				m := aMessage(fmt.Sprint("m", i))
				m.State = state
				if _, err := tx.AddMessage(ctx, m); err != nil {
					return err
				}
			}
			held, needy, fine := aRefund("r1"), aRefund("r2"), aRefund("r3")
			held.State, needy.NeedsPerson = store.RefundHeld, true
			for _, f := range []store.Refund{held, needy, fine} {
				if _, err := tx.InsertRefund(ctx, f); err != nil {
					return err
				}
			}
			approved := aCase("c2x", "o1")
			approved.State = returns.Approved
			return errors.Join(tx.Finish(ctx, store.EventWork, failed, 0, store.EventFailed, nil),
				tx.Finish(ctx, store.EventWork, waiting, 0, store.EventWaiting, nil),
				tx.InsertCase(ctx, aCase("c1", "o1")), tx.InsertCase(ctx, approved))
		})
		want := store.Attention{Events: 1, Messages: 2, Cases: 1, Refunds: 2}
		if diff := cmp.Diff(want, must[store.Attention](t)(db.Attention(ctx, t0))); diff != "" {
			t.Error(diff)
		}
		if got := must[[]store.Refund](t)(db.RefundsForPeople(ctx, 9)); len(got) != 2 {
			t.Errorf("%d refunds for people", len(got))
		}
	})
}

// A case that came back waits for a person only when it is to be looked at, or something is to be sent for it; the count is that of the
// lists.
func TestWhatCasesWaitFor(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		put := func(id string, state returns.State, change func(*store.Case)) {
			t.Helper()
			c := aCase(id, "o1")
			c.State, c.Items, c.Remedy = state, []returns.Item{{LineID: "l1", Quantity: 2}}, returns.RefundRemedy
			change(&c)
			write(t, db, func(tx *store.Tx) error { return tx.InsertCase(ctx, c) })
			write(t, db, func(tx *store.Tx) error { return tx.UpdateCase(ctx, c) })
		}
		some := func(n int, inspect bool) func(*store.Case) {
			return func(c *store.Case) {
				c.Received, c.Conditions.Inspect = []returns.Item{{LineID: "l1", Quantity: n}}, inspect
			}
		}
		put("asked", returns.Requested, func(*store.Case) {})
		put("claimed", returns.Requested, func(c *store.Case) { c.Kind = returns.Claim })
		put("moving", returns.InTransit, func(*store.Case) {})
		put("half", returns.Received, some(1, false))
		put("look", returns.Received, some(2, true))
		put("looked", returns.Received, some(1, true))
		put("missing", returns.Received, some(1, true))
		put("swap", returns.Received, func(c *store.Case) { some(2, true)(c); c.Remedy = returns.ExchangeRemedy })
		put("swapped", returns.Refunding, func(c *store.Case) { some(2, false)(c); c.Remedy = returns.ExchangeRemedy })
		for id, grade := range map[string]returns.Grade{"looked": returns.Used, "missing": returns.Missing} {
			write(t, db, func(tx *store.Tx) error {
				return tx.AddInspection(ctx, store.Inspection{ID: id, CaseID: id, Inspection: returns.Inspection{LineID: "l1", Quantity: 1, Grade: grade}, At: t0})
			})
		}
		write(t, db, func(tx *store.Tx) error {
			return tx.AddCaseStep(ctx, store.CaseStep{ID: "s", CaseID: "swapped", At: t0, Step: "fulfilled"})
		})
		ids := func(all []store.Case) []string {
			var out []string
			for _, c := range all {
				out = append(out, c.ID)
			}
			slices.Sort(out)
			return out
		}
		got := map[string][]string{
			"decide": ids(must[[]store.Case](t)(db.CasesFor(ctx, store.ToDecide, 9))), "look": ids(must[[]store.Case](t)(db.CasesFor(ctx, store.ToLook, 9))),
			"send": ids(must[[]store.Case](t)(db.CasesFor(ctx, store.ToSend, 9))), "expected": ids(must[[]store.Case](t)(db.CasesExpected(ctx, 9))),
		}
		want := map[string][]string{"decide": {"asked"}, "look": {"look", "missing"}, "send": {"swap"}, "expected": {"half", "looked", "moving"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if a := must[store.Attention](t)(db.Attention(ctx, t0)); a.Cases != 4 {
			t.Errorf("%d cases wait", a.Cases)
		}
	})
}
