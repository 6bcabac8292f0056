package cases_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/store"
)

// TestNobodyWaitsCrosswise: what changes an order, and what moves its cases, take their locks in one order. On PostgreSQL they would
// wait for each other for a second until it undid one; meanwhile the evidence of every shop waited with them.
func TestNobodyWaitsCrosswise(t *testing.T) {
	t.Parallel()
	db, look := onPostgres(t)
	b := newBench(t)
	b.db, b.desk.DB = db, db
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), b.order) })
	b.write(func(tx *store.Tx) error {
		return tx.AddDelay(t.Context(), store.Delay{ID: "d1", Shop: "acme", OrderID: b.order.ID, Number: 1, SentAt: noon})
	})
	var tries atomic.Int32
	inOrder := func(ctx context.Context, f func(tx *store.Tx, order store.Order) error) func() error {
		return func() error {
			return db.Write(ctx, func(tx *store.Tx) error {
				tries.Add(1)
				order, err := tx.Order(ctx, b.order.ID)
				if err != nil {
					return err
				}
				return f(tx, order)
			})
		}
	}
	ctx := t.Context()
	for name, second := range map[string]func() error{
		"news of the order, then its cases": inOrder(ctx, func(tx *store.Tx, order store.Order) error {
			if err := tx.UpdateOrder(ctx, order); err != nil {
				return err
			}
			_, err := tx.CasesOf(ctx, order.ID)
			return err
		}),
		"an order that is cancelled": inOrder(ctx, func(tx *store.Tx, order store.Order) error {
			_, err := b.desk.CancelOrder(ctx, tx, order, cases.Clock)
			return err
		}),
		"a buyer who agrees to wait": func() error { tries.Add(1); return b.desk.AnswerDelay(ctx, b.order, "d1", true) },
	} {
		t.Run(name, func(t *testing.T) {
			tries.Store(0)
			var other error
			var wg sync.WaitGroup
			err := db.Write(ctx, func(tx *store.Tx) error {
				tries.Add(1)
				order, err := tx.Order(ctx, b.order.ID)
				if err != nil {
					return err
				}
				if _, err := tx.CasesOf(ctx, order.ID); err != nil {
					return err
				}
				wg.Go(func() { other = second() })
				if err := somebodyWaits(ctx, look); err != nil {
					return err
				}
				if _, err := tx.AddEvidence(ctx, store.Evidence{At: noon, Object: "claim:c1", Kind: "claim_received", Data: "{}"}); err != nil {
					return err
				}
				return tx.UpdateOrder(ctx, order)
			})
			wg.Wait()
			if err != nil || tries.Load() != 2 {
				t.Errorf("two transactions were run %d times, %v", tries.Load(), err)
			}
			if other != nil && !errors.Is(other, store.ErrConflict) { // which is tried again, see there
				t.Errorf("the second: %v", other)
			}
		})
	}
}

// somebodyWaits looks until a transaction of this database waits for a lock.
func somebodyWaits(ctx context.Context, look *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for n := 0; n == 0; {
		err := look.QueryRowContext(ctx, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n)
		if err != nil {
			return err
		}
	}
	return nil
}
