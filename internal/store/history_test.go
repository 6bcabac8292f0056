package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// pastOrder is a known order of a customer, placed so many days before t0.
func pastOrder(id, email string, days int) store.Order {
	placed := t0.AddDate(0, 0, -days)
	return store.Order{
		ID: id, Shop: "acme", ExternalID: id, NumberKey: id, EmailKey: email, CreatedAt: placed, UpdatedAt: placed,
		State: orders.State{Known: true, Order: orders.Order{ID: id, Number: id, PlacedAt: placed}},
	}
}

// What is known of a customer: other orders of the same shop and e-mail, placed before; their returns, but no withdrawals and
// none that was refused, called off or asked for later.
func TestHistoryOf(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		this := pastOrder("o0", "zofia@example.com", 1)
		other := pastOrder("o9", "zofia@example.com", 5)
		other.Shop = "bolt"
		unknown := pastOrder("o8", "zofia@example.com", 5)
		unknown.State.Known = false
		all := []store.Order{this, other, unknown, pastOrder("o7", "jan@example.com", 5), pastOrder("o6", "zofia@example.com", -1)}
		for i, c := range []struct {
			kind  returns.Kind
			state returns.State
			days  int
		}{{returns.Return, returns.Closed, 3}, {returns.Return, returns.Rejected, 3}, {returns.Withdrawal, returns.Closed, 3}, {returns.Return, returns.Approved, -1}} {
			id := fmt.Sprint("o", i+1)
			all = append(all, pastOrder(id, "zofia@example.com", 5))
			write(t, db, func(tx *store.Tx) error {
				return tx.InsertCase(ctx, store.Case{
					ID: "c" + id, Shop: "acme", OrderID: id, RMA: "R-" + id, Kind: c.kind, State: c.state, Nonce: "n", CreatedAt: t0.AddDate(0, 0, -c.days), UpdatedAt: t0,
				})
			})
		}
		for _, o := range all {
			write(t, db, func(tx *store.Tx) error { return tx.InsertOrder(ctx, o) })
		}
		if got := must[returns.History](t)(db.HistoryOf(ctx, this, t0)); got != (returns.History{Orders: 4, Returns: 1}) {
			t.Errorf("%+v", got)
		}
		if got := must[returns.History](t)(db.HistoryOf(ctx, this, t0.AddDate(0, 0, 9))); got != (returns.History{Orders: 5, Returns: 2}) {
			t.Errorf("later: %+v", got)
		}
		this.EmailKey = ""
		if got := must[returns.History](t)(db.HistoryOf(ctx, this, t0)); got != (returns.History{}) {
			t.Errorf("without an e-mail: %+v", got)
		}
	})
}

func TestOrdersPlacedComeInPages(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for i, days := range []int{3, 3, 9, 1, 2} {
			o := pastOrder(fmt.Sprint("o", i), "", days)
			write(t, db, func(tx *store.Tx) error { return tx.InsertOrder(ctx, o) })
		}
		since := t0.Add(-5 * 24 * time.Hour)
		if n := must[int](t)(db.CountOrdersPlaced(ctx, "acme", since)); n != 4 {
			t.Errorf("%d orders", n)
		}
		got, last := "", store.Order{}
		for {
			page := must[[]store.Order](t)(db.OrdersPlaced(ctx, "acme", since, last, 3))
			if len(page) == 0 {
				break
			}
			for _, o := range page {
				got += o.ID
			}
			last = page[len(page)-1]
		}
		if got != "o0o1o4o3" {
			t.Errorf("got %s", got)
		}
	})
}

// A database that was opened to read is not made, not migrated and not written.
func TestOpenToRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	if _, err := store.OpenToRead(t.Context(), "sqlite:"+path); err == nil {
		t.Fatal("a file that is not there was opened")
	}
	db := open(t, "sqlite:"+path)
	o := pastOrder("o1", "", 1)
	write(t, db, func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), o) })
	reader, err := store.OpenToRead(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if got, err := reader.Order(t.Context(), "o1"); err != nil || got.ID != "o1" {
		t.Errorf("%v", err)
	}
	if err := reader.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), o) }); err == nil {
		t.Error("it was written")
	}
}
