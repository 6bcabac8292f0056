package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/orders"
	"homeward/internal/store"
)

func anOrder(id, number string, placed time.Time) store.Order {
	return store.Order{
		ID: id, Shop: "acme", ExternalID: "ext-" + id, NumberKey: number, EmailKey: "zofia@example.com", Language: "pl",
		Region: "PL", TimeZone: "Europe/Warsaw", Version: 1, CreatedAt: t0, UpdatedAt: t0,
		State: orders.State{Known: true, Stage: orders.StagePlaced, Order: orders.Order{
			ID: "ext-" + id, Number: "#" + number, PlacedAt: placed, Currency: "PLN", Customer: orders.Customer{Name: "Zofia\x00 Nowak"},
		}},
	}
}

func insertOrders(t testing.TB, db *store.DB, all ...store.Order) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		for _, o := range all {
			if err := tx.InsertOrder(t.Context(), o); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestOrderIsFoundByWhatPeopleKnow(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		old, fresh, other := anOrder("o1", "1001", t0.AddDate(-1, 0, 0)), anOrder("o2", "1001", t0), anOrder("o3", "1001", t0.AddDate(0, 0, 1))
		other.Shop, other.EmailKey = "other", "x@example.com"
		early := anOrder("o4", "", time.Time{}) // its shop has not said anything yet
		early.EmailKey, early.State = "", orders.State{}
		insertOrders(t, db, old, fresh, other, early)
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.AddTracking(ctx, "acme", "62 00-a", "o1"), tx.AddTracking(ctx, "acme", "6200A", "o2"),
				tx.AddTracking(ctx, "acme", "6200A", "o2"), tx.AddTracking(ctx, "other", "6200A", "o3"), tx.AddTracking(ctx, "acme", "7", "o4"))
		})
		found := func(what string, want *store.Order, ask func() (store.Order, error)) {
			t.Helper()
			got, err := ask()
			if want == nil {
				if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s: %v, %v; want ErrNotFound", what, got.ID, err)
				}
				return
			}
			if diff := cmp.Diff(*want, got); diff != "" || err != nil {
				t.Errorf("%s: %v %s", what, err, diff)
			}
		}
		found("id", &old, func() (store.Order, error) { return db.Order(ctx, "o1") })
		found("no id", nil, func() (store.Order, error) { return db.Order(ctx, "nobody") })
		found("external id", &old, func() (store.Order, error) { return db.OrderByExternalID(ctx, "acme", "ext-o1") })
		found("another shop's", nil, func() (store.Order, error) { return db.OrderByExternalID(ctx, "other", "ext-o1") })
		found("number: the newest", &fresh, func() (store.Order, error) { return db.OrderByNumber(ctx, "acme", "1001") })
		found("number and mail", &fresh, func() (store.Order, error) {
			return db.OrderByNumberAndEmail(ctx, "acme", "1001", "zofia@example.com")
		})
		found("number and another's mail", nil, func() (store.Order, error) {
			return db.OrderByNumberAndEmail(ctx, "acme", "1001", "x@example.com")
		})
		found("tracking: the newest", &fresh, func() (store.Order, error) {
			return db.OrderByTracking(ctx, "acme", "6200a", t0.AddDate(0, 0, -120))
		})
		found("tracking too old", nil, func() (store.Order, error) { return db.OrderByTracking(ctx, "acme", "6200A", t0) })
		found("tracking, not placed yet", &early, func() (store.Order, error) {
			return db.OrderByTracking(ctx, "acme", "7", t0.AddDate(0, 0, -1))
		})
	})
}

func TestInsertOrderTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		insertOrders(t, db, anOrder("o1", "1001", t0))
		again := anOrder("o2", "1002", t0)
		again.ExternalID = "ext-o1"
		// The transaction goes on after it, on both databases.
		write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertOrder(ctx, again); !errors.Is(err, store.ErrDuplicate) {
				t.Errorf("%v, want ErrDuplicate", err)
			}
			return tx.InsertOrder(ctx, anOrder("o3", "1003", t0))
		})
		if _, err := db.Order(ctx, "o3"); err != nil {
			t.Error(err)
		}
	})
}

func TestUpdateOrderOnlyFromItsVersion(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		insertOrders(t, db, anOrder("o1", "1001", t0))
		write(t, db, func(tx *store.Tx) error { return tx.RevokeLinks(ctx, "o1") })
		var group sync.WaitGroup
		var won [20]bool
		for i := range won {
			group.Go(func() {
				o := anOrder("o1", fmt.Sprint(i), t0)
				err := db.Write(ctx, func(tx *store.Tx) error { return tx.UpdateOrder(ctx, o) })
				won[i] = err == nil
				if err != nil && !errors.Is(err, store.ErrConflict) {
					t.Error(cause(err))
				}
			})
		}
		group.Wait()
		winner, winners := 0, 0
		for i := range won {
			if won[i] {
				winner, winners = i, winners+1
			}
		}
		if winners != 1 {
			t.Fatalf("%d updates of one version went in", winners)
		}
		want := anOrder("o1", fmt.Sprint(winner), t0)
		want.Version, want.LinkEpoch = 2, 1
		if diff := cmp.Diff(want, must[store.Order](t)(db.Order(ctx, "o1"))); diff != "" {
			t.Error(diff)
		}
		for name, call := range map[string]struct {
			want error
			fn   func(tx *store.Tx) error
		}{
			"UpdateOrder": {store.ErrConflict, func(tx *store.Tx) error { return tx.UpdateOrder(ctx, anOrder("none", "", t0)) }},
			"RevokeLinks": {store.ErrNotFound, func(tx *store.Tx) error { return tx.RevokeLinks(ctx, "none") }},
		} {
			if err := db.Write(ctx, call.fn); !errors.Is(err, call.want) {
				t.Errorf("%s of nothing: %v", name, err)
			}
		}
	})
}

func TestFacts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		later := orders.Event{ID: "f1", Kind: orders.Paid, At: t0.Add(time.Hour + 7), Source: "erp", Payments: []orders.Payment{{Kind: "stripe", Amount: 1}}}
		first := orders.Event{ID: "f2", Kind: orders.Placed, At: t0, Order: &orders.Order{ID: "1"}}
		add := func(e orders.Event) (added bool) {
			write(t, db, func(tx *store.Tx) (err error) {
				added, err = tx.AddFact(ctx, "o1", e, "e1", t0)
				return err
			})
			return added
		}
		if !add(later) || !add(first) || add(later) {
			t.Error("each fact is new once")
		}
		if diff := cmp.Diff([]orders.Event{first, later}, must[[]orders.Event](t)(db.Facts(ctx, "o1"))); diff != "" {
			t.Error(diff)
		}
		if got := must[[]orders.Event](t)(db.Facts(ctx, "o2")); len(got) != 0 {
			t.Errorf("another order's facts: %v", got)
		}
	})
}

func TestSearch(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		mine, longer, other := anOrder("o1", "1001", t0), anOrder("o2", "10012", t0.Add(time.Hour)), anOrder("o3", "żó-77", t0.Add(2*time.Hour))
		other.EmailKey, other.Shop = "x@example.com", "other"
		insertOrders(t, db, mine, longer, other)
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.AddTracking(ctx, "acme", "620000001", "o2"), tx.InsertCase(ctx, aCase("c1", "o3")))
		})
		for query, want := range map[string][]string{
			"#1001": {"o1", "o2"}, " 1001 ": {"o1", "o2"}, "100": {"o2", "o1"}, "10012": {"o2"}, "ŻÓ": {"o3"}, "Z": nil, "2": nil,
			"Zofia@Example.com": {"o2", "o1"}, "zofia@example": nil, "62 000 0001": {"o2"}, "r-c1": {"o3"}, "": {"o3", "o2", "o1"},
			"%": nil, "_": nil, "#": nil, "\xff": nil,
		} {
			var got []string
			for _, o := range must[[]store.Order](t)(db.Search(ctx, query, 10)) {
				got = append(got, o.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q: %s", query, diff)
			}
			if some := must[[]store.Order](t)(db.Search(ctx, query, 1)); len(some) > 1 {
				t.Errorf("%q with the limit 1: %d", query, len(some))
			}
		}
	})
}
