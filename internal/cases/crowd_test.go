package cases_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/follow"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/terms"
)

// Staff grant a claim while its time ends, the warehouse receives and looks at a return, and the shopper withdraws and asks for
// more: nobody fails because of the others, and no unit is paid twice. On PostgreSQL moves that took their locks in different
// orders waited for each other until it undid one, and gave up after some tries.
func TestACrowdAroundOneOrder(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "crowd.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			db, err := store.Open(t.Context(), dsn(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			b := newBench(t)
			b.db, b.desk.DB = db, db
			db.Follow((&follow.Follower{Config: b.desk.Config, Now: func() time.Time { return noon }}).Hear, noBell{}.Enqueue)
			for round := range 6 {
				b.crowd(round)
			}
		})
	}
}

// crowd lets everybody move cases of one new order at once.
func (b *bench) crowd(round int) {
	b.Helper()
	ctx, o, due := b.Context(), b.order, noon.AddDate(0, 0, 20)
	o.ID, o.ExternalID, o.NumberKey = fmt.Sprint("crowd", round), fmt.Sprint("20", round), fmt.Sprint("20", round)
	o.State.Order.Payments = []orders.Payment{{Kind: "stripe", Reference: fmt.Sprint("pi", round), Amount: 10000}}
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(ctx, o) })
	claim := b.must(b.desk.OpenClaim(ctx, o, claimOf(returns.ClaimMissing, returns.RefundRemedy, units("l2", 1)), "claim", nil))
	back := b.must(b.desk.Open(ctx, o, request(units("l1", 1)), "return"))
	moves := map[string]func() error{
		"grant": func() error {
			_, err := b.desk.GrantClaim(ctx, claim.ID, cases.Grant{Remedy: returns.RefundRemedy, Actor: "staff:olga"})
			return err
		},
		"deadline": func() error {
			return b.db.Write(ctx, func(tx *store.Tx) error {
				if _, err := terms.Refresh(ctx, tx, b.shop, store.OwnerOfCase(claim.ID), due); err != nil {
					return err
				}
				_, err := b.desk.DeemAccepted(ctx, tx, claim.ID, due)
				return err
			})
		},
		"receive": func() error { _, err := b.desk.Receive(ctx, back, nil, "staff:jan"); return err },
		"inspect": func() error {
			_, err := b.desk.Inspect(ctx, back, []returns.Inspection{row("l1", 1, returns.Used, returns.Accept, 0)}, "staff:eva")
			return err
		},
		"withdraw": func() error {
			return b.db.Write(ctx, func(tx *store.Tx) error {
				_, err := b.desk.OpenWithdrawal(ctx, tx, b.shop, o, id.New(b.desk.Now()), nil)
				return err
			})
		},
		"ask": func() error { _, err := b.desk.Open(ctx, o, request(units("l1", 1)), "more"); return err },
	}
	var all sync.WaitGroup
	for name, move := range moves {
		for range 2 {
			all.Go(func() {
				if err := move(); err != nil && !overtaken(err) {
					b.Errorf("%s: %v", name, err)
				}
			})
		}
	}
	all.Wait()
	rows, err := b.db.RefundsOf(ctx, o.ID)
	if err != nil {
		b.Error(err)
	}
	paid := map[string]int{}
	for _, r := range rows {
		for _, line := range r.Lines {
			paid[line.LineID] += line.Quantity
		}
	}
	if paid["l1"] > 2 || paid["l2"] > 1 {
		b.Errorf("paid for %v", paid)
	}
}

// overtaken tells that somebody else was faster.
func overtaken(err error) bool {
	var refused *cases.Refused
	var found returns.InspectionFaults
	return errors.Is(err, returns.ErrStep) || errors.Is(err, returns.ErrQuantity) || errors.Is(err, store.ErrConflict) ||
		errors.As(err, &refused) || errors.As(err, &found) || fault.Of(err).Class == fault.Permanent
}
