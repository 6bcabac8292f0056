package terms_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/follow"
	"homeward/internal/metrics"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/withdrawals"
	"homeward/jobs"
	"homeward/providers/stripe"
)

// zones are where the buyers of the worlds live.
var zones = map[string]string{
	"PL": "Europe/Warsaw", "SI": "Europe/Ljubljana", "DE": "Europe/Berlin", "FR": "Europe/Paris", "GB": "Europe/London", "US": "America/New_York",
	"CA": "America/Toronto",
}

// begin is when every world begins: its months hold Christmas and the change of the clocks.
var begin = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// policy lets recipients of gifts return them.
var policy = returns.Policy{Rules: []returns.Rule{{Name: "all", Terms: returns.Terms{
	Window: 90 * 24 * time.Hour, Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy},
}}}}

type nobody struct{}

func (nobody) Enqueue(context.Context, ...store.Task) {}

// office is a shop's desks, its worker and its follower over one SQLite file and one clock.
type office struct {
	db     *store.DB
	cfg    *config.Config
	desk   *cases.Desk
	took   *withdrawals.Desk
	worker *jobs.Worker
	at     time.Time
	orders int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db := storetest.SQLite(t)
	shop := func(id, country, zone, ftc string) config.Shop {
		at, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		return config.Shop{ID: id, Name: id, Country: country, Zone: at, Languages: []string{"en"}, Returns: config.Returns{
			Window: 90 * 24 * time.Hour, SendWithin: 14 * 24 * time.Hour, FTC: ftc, Policy: policy,
		}}
	}
	o := &office{db: db, at: begin}
	o.cfg = &config.Config{PublicURL: "http://127.0.0.1", Shops: []config.Shop{shop("acme", "PL", "Europe/Warsaw", "notify"), shop("bolt", "GB", "Europe/London", "cancel")}}
	now := func() time.Time { o.at = o.at.Add(time.Millisecond); return o.at }
	o.desk = &cases.Desk{DB: db, Config: o.cfg, Queue: nobody{}, Now: now}
	o.took = &withdrawals.Desk{DB: db, Config: o.cfg, Queue: nobody{}, Cases: o.desk, Now: now}
	o.worker = &jobs.Worker{
		DB: db, Config: o.cfg, Queue: nobody{}, Cases: o.desk, Observe: metrics.New(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return o.at },
	}
	db.Follow((&follow.Follower{Config: o.cfg, Now: now}).Hear, nobody{}.Enqueue)
	for _, s := range o.cfg.Shops { // each has told of a delivery
		w := o.place(t.Context(), s.ID, "PL")
		w.parcel("p1", orders.Delivered, orders.ToRecipient, "l1", "l2")
		if w.err != nil {
			t.Fatal(w.err)
		}
	}
	return o
}

// world is one order and everything that is said about it.
type world struct {
	*office
	ctx      context.Context
	shop     *config.Shop
	id       string
	n        int                     // of events, forms and the like
	err      error                   // what should not have failed
	known    map[string]*caseFacts   // by case
	letters  map[string]time.Time    // statements of others: when they were sent
	promises map[string]returns.Term // "ship", "deliver": as promised first
	met      map[string]bool         // of them: what was done when it was last looked at
	moves    []string
}

// caseFacts is what the test itself did about a case.
type caseFacts struct {
	claimed            returns.Contract // as it was when a claim came
	came, extended     time.Time
	declared           time.Time
	sent, proven, back time.Time
}

func (o *office) place(ctx context.Context, shop, country string) *world {
	o.orders++
	w := &world{office: o, ctx: ctx, id: fmt.Sprint("o", o.orders), known: map[string]*caseFacts{}, letters: map[string]time.Time{}, promises: map[string]returns.Term{}, met: map[string]bool{}}
	w.shop, _ = o.cfg.Shop(shop)
	said := orders.Order{
		ID: w.id, Number: "#" + w.id, PlacedAt: o.at, Currency: "EUR", PricesIncludeTax: true, Total: 10000, ShipTo: orders.Address{Country: country},
		Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com"}, Shipping: orders.Shipping{Paid: 2000, Cheapest: 1000},
		Lines:    []orders.Line{{ID: "l1", Title: "Tea", Quantity: 2, UnitPrice: 3000}, {ID: "l2", Title: "Cup", Quantity: 1, UnitPrice: 2000}},
		Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_" + w.id, Amount: 10000}},
	}
	e := w.event(orders.Placed)
	e.Order = &said
	w.write(func(tx *store.Tx) error {
		row := store.Order{
			ID: w.id, Shop: shop, ExternalID: w.id, NumberKey: w.id, EmailKey: "zofia@example.com", Language: "en", TimeZone: zones[country],
			CreatedAt: o.at, UpdatedAt: o.at, State: orders.Fold([]orders.Event{e}),
		}
		if err := tx.InsertOrder(ctx, row); err != nil {
			return err
		}
		if err := tx.AddTracking(ctx, shop, "T"+w.id, w.id); err != nil {
			return err
		}
		_, err := tx.AddFact(ctx, w.id, e, "", o.at)
		return err
	})
	return w
}

func (w *world) fail(err error) {
	if err != nil && w.err == nil {
		w.err = err
	}
}

// refusable takes what the rules refuse, because it came too late or twice.
func (w *world) refusable(err error) bool {
	var refused *cases.Refused
	var found returns.InspectionFaults
	if err == nil {
		return true
	}
	if !errors.Is(err, returns.ErrStep) && !errors.Is(err, returns.ErrQuantity) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) &&
		!errors.As(err, &refused) && !errors.As(err, &found) && fault.Of(err).Class != fault.Permanent {
		w.fail(err)
	}
	return false
}

func (w *world) write(fn func(tx *store.Tx) error) { w.fail(w.db.Write(w.ctx, fn)) }

func (w *world) order() store.Order {
	o, err := w.db.Order(w.ctx, w.id)
	w.fail(err)
	return o
}

func (w *world) next() string { w.n++; return fmt.Sprint(w.id, "-", w.n) }

func (w *world) event(kind orders.Kind) orders.Event {
	w.at = w.at.Add(time.Second)
	return orders.Event{ID: w.next(), Kind: kind, At: w.at, Source: "shop", Ref: orders.Ref{OrderID: w.id}}
}

// tell folds news into the order, as the work on an event does.
func (w *world) tell(e orders.Event) {
	w.write(func(tx *store.Tx) error {
		order, err := tx.Order(w.ctx, w.id)
		if err != nil {
			return err
		}
		facts, err := tx.Facts(w.ctx, w.id)
		if err != nil {
			return err
		}
		order.State, order.UpdatedAt = orders.Fold(append(facts, e)), w.at
		if zone := zones[order.State.Order.ShipTo.Country]; zone != "" {
			order.TimeZone = zone
		}
		if err := tx.UpdateOrder(w.ctx, order); err != nil {
			return err
		}
		_, err = tx.AddFact(w.ctx, w.id, e, "", w.at)
		return err
	})
}

func (w *world) parcel(key string, stage orders.ParcelStage, to string, lines ...string) {
	var items []orders.ParcelItem
	for _, line := range lines {
		items = append(items, orders.ParcelItem{LineID: line})
	}
	w.packed(key, stage, to, items...)
}

// packed tells of a parcel with so many units of lines in it.
func (w *world) packed(key string, stage orders.ParcelStage, to string, items ...orders.ParcelItem) {
	e := w.event(orders.ParcelUpdated)
	e.Parcel = &orders.ParcelUpdate{Aliases: []string{"erp:" + key}, Stage: stage, DeliveredTo: to, Items: items}
	w.tell(e)
}

// restate tells the whole order again, changed.
func (w *world) restate(change func(o *orders.Order)) {
	e := w.event(orders.Updated)
	said := w.order().State.Order
	said.Lines = slices.Clone(said.Lines)
	change(&said)
	e.Order = &said
	w.tell(e)
}

// someCase draws a case; false when there is none like it.
func (w *world) someCase(t *rapid.T, kinds ...returns.Kind) (store.Case, *caseFacts, bool) {
	all, err := w.db.CasesOf(w.ctx, w.id)
	w.fail(err)
	all = slices.DeleteFunc(all, func(c store.Case) bool { return len(kinds) > 0 && !slices.Contains(kinds, c.Kind) })
	if len(all) == 0 {
		return store.Case{}, nil, false
	}
	c := rapid.SampledFrom(all).Draw(t, "case")
	if w.known[c.ID] == nil {
		w.known[c.ID] = &caseFacts{}
	}
	return c, w.known[c.ID], true
}

func someItems(t *rapid.T) []returns.Item {
	return rapid.SampledFrom([][]returns.Item{
		{{LineID: "l1", Quantity: 1}}, {{LineID: "l1", Quantity: 2}}, {{LineID: "l2", Quantity: 1}}, {{LineID: "l1", Quantity: 2}, {LineID: "l2", Quantity: 1}},
	}).Draw(t, "items")
}

// pass lets time go by, and the deadlines of the order be looked at whose time comes.
func (w *world) pass(d time.Duration) {
	until := w.at.Add(d)
	for range 200 {
		all, err := w.db.TermsOfOrder(w.ctx, w.id)
		w.fail(err)
		all = slices.DeleteFunc(all, func(t store.Term) bool { return t.State != store.Due || t.DueAt.After(until) })
		if len(all) == 0 {
			break
		}
		first := slices.MinFunc(all, func(a, b store.Term) int { return a.DueAt.Compare(b.DueAt) })
		if first.DueAt.After(w.at) {
			w.at = first.DueAt
		}
		w.fail(w.worker.Do(w.ctx, store.Task{Kind: store.TermWork, ID: first.ID, Generation: first.Generation}))
	}
	if until.After(w.at) {
		w.at = until
	}
}

// moved tells what Stripe says of a refund.
func (w *world) moved(r store.Refund, status string) {
	w.write(func(tx *store.Tx) error {
		_, _, err := w.desk.RefundMoved(w.ctx, tx, w.shop, r.ID, stripe.Refund{
			ID: "re_" + r.ID, RefundID: r.ID, Amount: r.Amount, Currency: r.Currency, Status: status,
		})
		return err
	})
}
