package jobs_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/metrics"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/jobs"
	"homeward/providers/standin"
	"homeward/providers/stripe"
)

// noBell is a queue whose bells nobody hears: the tests walk the rows themselves.
type noBell struct{}

func (noBell) Enqueue(context.Context, ...store.Task) {}

// clock is a time that the test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time       { return c.at }
func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

// bench is a worker over a real SQLite file and the Stripe stand-in.
type bench struct {
	t      *testing.T
	world  *standin.World
	file   string // of the database
	db     *store.DB
	worker *jobs.Worker
	clock  *clock
	order  store.Order
}

func newBench(t *testing.T) *bench {
	t.Helper()
	world, err := standin.Start(standin.Loopback{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	file := storetest.File(t)
	db := storetest.Open(t, file)
	b := &bench{t: t, world: world, file: file, db: db, clock: &clock{time.Now().UTC().Truncate(time.Second)}}
	cfg := &config.Config{PublicURL: "http://127.0.0.1", Shops: []config.Shop{{
		ID: "acme", Name: "Acme", Country: "PL", Zone: time.UTC, Languages: []string{"en"}, Returns: config.Returns{Window: 30 * 24 * time.Hour},
		Payments: &config.Payments{StripeKey: standin.StripeKey, BaseURL: world.StripeURL},
	}}}
	bank, err := stripe.New(stripe.Config{Key: standin.StripeKey, BaseURL: world.StripeURL, HTTPClient: world.Client})
	if err != nil {
		t.Fatal(err)
	}
	b.worker = &jobs.Worker{
		DB: db, Config: cfg, Outside: map[string]jobs.Outside{"acme": {Bank: bank}}, Queue: noBell{}, Observe: metrics.New(),
		Cases: &cases.Desk{DB: db, Config: cfg, Queue: noBell{}, Now: b.clock.now}, Log: slog.New(slog.DiscardHandler), Now: b.clock.now,
	}
	b.place()
	return b
}

// place stores an order of two lines that was paid through Stripe: 2 × 39.90 and 1 × 20.20, 100.00 in all.
func (b *bench) place() {
	b.world.Stripe.AddPayment("pi_1", 10000, "PLN")
	b.order = store.Order{
		ID: id.New(b.clock.at), Shop: "acme", ExternalID: "1001", NumberKey: "1001", EmailKey: "zofia@example.com", Language: "en", TimeZone: "UTC",
		CreatedAt: b.clock.at, UpdatedAt: b.clock.at,
		State: orders.State{Known: true, Order: orders.Order{
			ID: "1001", Number: "#1001", PlacedAt: b.clock.at, Currency: "PLN", PricesIncludeTax: true, Customer: orders.Customer{Email: "zofia@example.com"},
			Lines: []orders.Line{{ID: "l1", Title: "Tea", Quantity: 2, UnitPrice: 3990}, {ID: "l2", Title: "Cup", Quantity: 1, UnitPrice: 2020}},
			Total: 10000, Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_1", Amount: 10000}},
		}},
	}
	b.write(func(ctx context.Context, tx *store.Tx) error { return tx.InsertOrder(ctx, b.order) })
}

func (b *bench) write(fn func(ctx context.Context, tx *store.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error { return fn(b.t.Context(), tx) }); err != nil {
		b.t.Fatal(err)
	}
}

// returned opens a return of the items and receives it, which plans its refund.
func (b *bench) returned(nonce string, items ...returns.Item) store.Case {
	b.t.Helper()
	c, err := b.worker.Cases.Open(b.t.Context(), b.order, returns.Request{Items: items, Reason: "other", Remedy: returns.RefundRemedy}, nonce)
	if err != nil {
		b.t.Fatal(err)
	}
	if c, err = b.worker.Cases.Receive(b.t.Context(), c, nil, "staff:olga"); err != nil {
		b.t.Fatal(err)
	}
	return c
}

// run lets time pass until the time is over, in steps of ten seconds; over the steps at which no row is due it jumps.
func (b *bench) run(d time.Duration) {
	const step = 10 * time.Second
	for end := b.clock.at.Add(d); b.clock.at.Before(end); {
		jobs.Drain(b.t.Context(), b.worker)
		idle := b.nextDue(end).Sub(b.clock.at)
		b.clock.pass(max(step, (idle + step - 1).Truncate(step)))
	}
}

// nextDue is when the first row is due, or end. A row that is held or was swept may be due in the past.
func (b *bench) nextDue(end time.Time) time.Time {
	b.t.Helper()
	backlog, err := b.db.Backlog(b.t.Context(), end)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, kind := range backlog {
		if kind.Due > 0 && kind.Oldest.Before(end) {
			end = kind.Oldest
		}
	}
	return end
}

func (b *bench) refunds() []store.Refund {
	b.t.Helper()
	rows, err := b.db.RefundsOf(b.t.Context(), b.order.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

// paidBack sums what Stripe really gave back.
func (b *bench) paidBack() (sum int64, count int) {
	for _, r := range b.world.Stripe.Refunds() {
		if r.Status != "failed" && r.Status != "canceled" {
			sum += r.Amount
			count++
		}
	}
	return sum, count
}
