package terms_test

import (
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/terms"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// Cases from before there were terms get theirs, once; what owes nothing gets none.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	old := func(id string, kind returns.Kind, state returns.State) store.Case {
		return store.Case{
			ID: id, Shop: "acme", OrderID: "o1", RMA: "R-" + id, Kind: kind, State: state, Nonce: id, Items: []returns.Item{{LineID: "l1", Quantity: 1}},
			CreatedAt: noon, UpdatedAt: noon,
		}
	}
	gone := old("gone", returns.Withdrawal, returns.Approved)
	gone.Shop = "sold"                                      // not in the configuration any more
	err := db.Write(t.Context(), func(tx *store.Tx) error { // nobody follows: as before
		order := store.Order{
			ID: "o1", Shop: "acme", ExternalID: "1", NumberKey: "1", TimeZone: "Europe/Warsaw", CreatedAt: noon, UpdatedAt: noon,
			State: orders.State{Known: true, Order: orders.Order{ID: "1", Currency: "PLN", Lines: []orders.Line{{ID: "l1", Quantity: 9, UnitPrice: 100}}}},
		}
		if err := tx.InsertOrder(t.Context(), order); err != nil {
			return err
		}
		for _, c := range []store.Case{
			old("open", returns.Withdrawal, returns.Approved), old("over", returns.Withdrawal, returns.Closed), gone,
			old("asked", returns.Return, returns.Requested), old("owed", returns.Return, returns.Refunding),
		} {
			if err := tx.InsertCase(t.Context(), c); err != nil {
				return err
			}
		}
		_, err := tx.InsertRefund(t.Context(), store.Refund{
			ID: "r1", Shop: "acme", OrderID: "o1", CaseID: "owed", Origin: store.OriginHomeward, ExternalID: "owed:p0:0", Amount: 100, Currency: "PLN",
			Status: store.RefundPlanned, CreatedAt: noon, UpdatedAt: noon, Work: store.Work{State: store.RefundHeld},
		})
		if err != nil {
			return err
		}
		return tx.InsertWithdrawal(t.Context(), store.Withdrawal{
			ID: "w1", Shop: "acme", ReceiptKey: "k", Reference: "W-1", StatementKey: "s", Channel: "online", SubmittedAt: noon, RecordedAt: noon,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Shops: []config.Shop{{ID: "acme", Country: "PL", Zone: time.UTC, Languages: []string{"pl"}}}}
	catchUp := func() []store.Task {
		tasks, err := terms.CatchUp(t.Context(), db, cfg, func() time.Time { return noon.AddDate(0, 0, 2) })
		if err != nil {
			t.Fatal(err)
		}
		return tasks
	}
	if tasks := catchUp(); len(tasks) == 0 {
		t.Error("no bell is rung for what runs")
	}
	for owner, want := range map[string]int{"case:open": 2, "case:over": 0, "case:asked": 0, "case:owed": 1, "case:gone": 0, "withdrawal:w1": 1} {
		if got, err := db.TermsOf(t.Context(), owner); err != nil || len(got) != want {
			t.Errorf("%s has %d terms, want %d (%v)", owner, len(got), want, err)
		}
	}
	if tasks := catchUp(); len(tasks) != 0 {
		t.Errorf("done again: %v", tasks)
	}
}
