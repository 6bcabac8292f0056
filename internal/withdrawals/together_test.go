package withdrawals_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/withdrawals"
)

// Everybody at once, on both databases: the shopper posts a statement several times and withdraws from a part as well, asks
// for returns, the warehouse receives, the shop has news of the order. Every statement is taken, no unit is in two hands, and no
// more money is planned than was paid.
func TestEverybodyAtOnce(t *testing.T) {
	t.Parallel()
	for name, dsn := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.over(dsn(t))
			for round := range 12 {
				b.crowd(round)
			}
		})
	}
}

var databases = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
	"postgres": func(t *testing.T) string { t.Helper(); return storetest.Postgres(t) },
}

// over puts the bench over another database, with a clock that stands still.
func (b *bench) over(dsn string) {
	b.Helper()
	db, err := store.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	clock := func() time.Time { return t0 }
	b.db, b.now = db, t0
	b.cases = &cases.Desk{DB: db, Config: b.cases.Config, Queue: silent{}, Now: clock}
	b.desk = &withdrawals.Desk{DB: db, Config: b.cases.Config, Queue: silent{}, Cases: b.cases, Now: clock}
}

// crowd lets everybody do something with one new order.
func (b *bench) crowd(round int) {
	b.Helper()
	ctx, order := b.Context(), b.order
	order.ID, order.ExternalID = fmt.Sprint("o", round), fmt.Sprint("100", round)
	order.State.Order.Payments = nil
	order.State.Order.Payments = append(order.State.Order.Payments, b.order.State.Order.Payments...)
	order.State.Order.Payments[0].Reference = fmt.Sprint("pi_", round)
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(ctx, order) })
	statement := func(nonce string, items ...returns.Item) func() error {
		return func() error {
			s := behindLink(items...)
			s.OrderID, s.Nonce = order.ID, nonce
			_, err := b.desk.Declare(ctx, s)
			return err
		}
	}
	give := func(nonce string, items ...returns.Item) func() error {
		return func() error {
			c, err := b.cases.Open(ctx, order, returns.Request{Items: items, Reason: "other", Remedy: returns.RefundRemedy}, nonce)
			if errors.Is(err, cases.ErrRefused) {
				return nil
			}
			if err != nil {
				return err
			}
			_, err = b.cases.Receive(ctx, c, nil, cases.Shop)
			if errors.Is(err, returns.ErrStep) || errors.Is(err, returns.ErrQuantity) { // a withdrawal took it over
				return nil
			}
			return err
		}
	}
	news := func() error {
		err := b.db.Write(ctx, func(tx *store.Tx) error {
			o, err := tx.Order(ctx, order.ID)
			if err != nil {
				return err
			}
			return tx.UpdateOrder(ctx, o)
		})
		if errors.Is(err, store.ErrConflict) { // the fold is made again
			return nil
		}
		return err
	}
	cup, pot := returns.Item{LineID: "l1", Quantity: 1}, returns.Item{LineID: "l2", Quantity: 1}
	people := []func() error{statement("n1"), statement("n1"), statement("n1"), statement("n2", pot), give("r1", cup), give("r2", cup, pot)}
	b.together(append(people, slices.Repeat([]func() error{news}, 24)...)...)
	b.nothingInTwoHands(order)
}

func (b *bench) together(all ...func() error) {
	b.Helper()
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i, do := range all {
		wg.Go(func() {
			<-start
			if err := do(); err != nil {
				b.Errorf("number %d: %v (%v)", i, err, fault.Of(err).Unwrap())
			}
		})
	}
	close(start)
	wg.Wait()
}

func (b *bench) nothingInTwoHands(order store.Order) {
	b.Helper()
	all, err := b.db.CasesOf(b.Context(), order.ID)
	if err != nil {
		b.Fatal(err)
	}
	refunds, err := b.db.RefundsOf(b.Context(), order.ID)
	if err != nil {
		b.Fatal(err)
	}
	taken := cases.Taken(order, all, refunds)
	for _, line := range order.State.Order.Lines {
		if taken[line.ID] != line.Quantity { // the whole order was withdrawn from
			b.Errorf("%d of %d units of %s are in somebody's hands: %+v", taken[line.ID], line.Quantity, line.ID, all)
		}
	}
	var sum int64
	for _, r := range refunds {
		sum += r.Amount
	}
	if sum > order.State.Order.Total {
		b.Errorf("%d is planned of %d", sum, order.State.Order.Total)
	}
	said, err := b.db.WithdrawalsOf(b.Context(), order.ID)
	if err != nil || len(said) != 2 {
		b.Errorf("%d statements stand (%v), want the whole one and the part", len(said), err)
	}
}

// TestTheCannonFiredAtOnce: forms posted in one moment count each other, on both databases: an address gets no more mails than by
// forms posted one after the other.
func TestTheCannonFiredAtOnce(t *testing.T) {
	t.Parallel()
	for name, dsn := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.over(dsn(t))
			var all []func() error
			for n := range 24 {
				s := open()
				s.Number, s.Email, s.Network, s.Nonce = fmt.Sprint(7000+n), "victim@example.com", fmt.Sprintf("198.51.100.%d", n), fmt.Sprint("n", n)
				all = append(all, func() error { _, err := b.desk.Declare(b.Context(), s); return err })
			}
			b.together(all...)
			if sent, err := b.db.MessagesAbout(b.Context(), "", ""); err != nil || len(sent) != 3 {
				b.Errorf("%d mails to an address that nobody gave us, %v", len(sent), err)
			}
		})
	}
}
