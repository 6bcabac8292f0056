package cases_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/providers/stripe"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// noBell is a queue that nobody hears.
type noBell struct{}

func (noBell) Enqueue(context.Context, ...store.Task) {}

// bench is a desk over a real SQLite file, with two shops and one order.
type bench struct {
	*testing.T
	db    *store.DB
	desk  *cases.Desk
	shop  *config.Shop
	order store.Order
	path  string // of the database
}

// newBench stores an order of 2 × 39.90, 1 × 20.20 and a gift that cost nothing: 100.00, paid through Stripe.
func newBench(t *testing.T, payments ...orders.Payment) *bench {
	t.Helper()
	path := storetest.File(t)
	db := storetest.Open(t, path)
	shop := func(id string) config.Shop {
		return config.Shop{ID: id, Name: id, Country: "PL", Zone: time.UTC, Languages: []string{"en"}, Returns: config.Returns{Window: 720 * time.Hour}}
	}
	cfg := &config.Config{Shops: []config.Shop{shop("acme"), shop("bolt")}}
	b := &bench{T: t, db: db, shop: &cfg.Shops[0], path: path}
	var ticks atomic.Int64 // a clock on which no two things happen at once
	b.desk = &cases.Desk{DB: db, Config: cfg, Queue: noBell{}, Now: func() time.Time { return noon.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }}
	if len(payments) == 0 {
		payments = []orders.Payment{{Kind: "stripe", Reference: "pi_1", Amount: 10000}}
	}
	b.order = store.Order{
		ID: "o1", Shop: "acme", ExternalID: "1001", NumberKey: "1001", Language: "en", TimeZone: "UTC", CreatedAt: noon, UpdatedAt: noon,
		State: orders.State{Known: true, Order: orders.Order{
			ID: "1001", Number: "#1001", PlacedAt: noon, Currency: "PLN", PricesIncludeTax: true, Customer: orders.Customer{Email: "zofia@example.com"},
			Lines: []orders.Line{
				{ID: "l1", Quantity: 2, UnitPrice: 3990}, {ID: "l2", Quantity: 1, UnitPrice: 2020}, {ID: "gift", Quantity: 1},
			},
			Total: 10000, Payments: payments,
		}},
	}
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), b.order) })
	return b
}

// onPostgres opens a database on PostgreSQL, once as the desk does and once to look behind its back.
func onPostgres(t *testing.T) (*store.DB, *sql.DB) {
	t.Helper()
	dsn := storetest.Postgres(t)
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	raw, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	return db, raw
}

func (b *bench) write(fn func(tx *store.Tx) error) {
	b.Helper()
	if err := b.db.Write(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

func units(pairs ...any) []returns.Item {
	var items []returns.Item
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, returns.Item{LineID: pairs[i].(string), Quantity: pairs[i+1].(int)})
	}
	return items
}

func request(items []returns.Item) returns.Request {
	return returns.Request{Items: items, Reason: "other", Remedy: returns.RefundRemedy}
}

func (b *bench) open(nonce string, items []returns.Item) store.Case {
	b.Helper()
	return b.must(b.desk.Open(b.Context(), b.order, request(items), nonce))
}

func (b *bench) receive(c store.Case, items []returns.Item) store.Case {
	b.Helper()
	return b.must(b.desk.Receive(b.Context(), c, items, "staff:olga"))
}

func (b *bench) must(c store.Case, err error) store.Case {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// stripe tells what Stripe says of a refund.
func (b *bench) stripe(row store.Refund, status string) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		_, _, err := b.desk.RefundMoved(b.Context(), tx, b.shop, row.ID, stripe.Refund{
			ID: "re_" + row.ID, RefundID: row.ID, Amount: row.Amount, Currency: row.Currency, Status: status,
		})
		return err
	})
}

func (b *bench) paidOtherwise(row store.Refund) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		_, err := b.desk.PaidOtherwise(b.Context(), tx, row.ID, "staff:olga", "by bank transfer")
		return err
	})
}

func (b *bench) state(c store.Case, want returns.State) {
	b.Helper()
	if got := b.must(b.db.Case(b.Context(), c.ID)); got.State != want {
		b.Errorf("the case is %s, want %s", got.State, want)
	}
}

// refunds gives the order's ledger, and fails when it does not hold these amounts.
func (b *bench) refunds(want ...int64) []store.Refund {
	b.Helper()
	rows, err := b.db.RefundsOf(b.Context(), b.order.ID)
	if err != nil {
		b.Fatal(err)
	}
	got := make([]int64, len(rows))
	for i, r := range rows {
		got[i] = r.Amount
	}
	if len(got) != len(want) {
		b.Fatalf("refunds %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			b.Fatalf("refunds %v, want %v", got, want)
		}
	}
	return rows
}

// told counts the messages of a topic.
func (b *bench) told(topic messages.Topic) int {
	b.Helper()
	all, err := b.db.MessagesOf(b.Context(), b.order.ID)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, m := range all {
		if m.Topic == topic {
			n++
		}
	}
	return n
}
