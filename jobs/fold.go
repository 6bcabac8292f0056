package jobs

import (
	"context"
	"slices"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/outbox"
	"homeward/internal/store"
)

// change is what events do to one order: computed outside the transaction, written under the order's version.
type change struct {
	shop  *config.Shop
	order store.Order // with the new state
	fresh bool        // the order's row does not exist yet
	event store.Event // where the news came from; empty for time's facts
	news  []orders.Event
	// before is the state that the shopper was told of last.
	before orders.State
	plan   messages.Plan
	now    time.Time
}

// newOrder is the row of an order of which nothing is known but its id.
func newOrder(shop *config.Shop, externalID string, now time.Time) store.Order {
	return store.Order{
		ID: id.New(now), Shop: shop.ID, ExternalID: externalID, Language: shop.Languages[0], Region: shop.Country,
		TimeZone: shop.Zone.String(), CreatedAt: now, UpdatedAt: now,
	}
}

// fold computes an order's new state and what is due because of it.
func (w *Worker) fold(ctx context.Context, shop *config.Shop, order store.Order, fresh bool, events []orders.Event, event store.Event) (*change, error) {
	var known []orders.Event
	var pending []messages.Pending
	if !fresh {
		var err error
		if known, err = w.DB.Facts(ctx, order.ID); err != nil {
			return nil, err
		}
		if pending, err = w.DB.PendingMessages(ctx, order.ID); err != nil {
			return nil, err
		}
	}
	c := &change{shop: shop, order: order, fresh: fresh, event: event, before: order.State, now: w.Now()}
	c.news = unknown(known, events)
	if len(c.news) == 0 && !fresh {
		return c, nil
	}
	c.order.State = orders.Fold(append(known, c.news...))
	c.order.UpdatedAt = c.now
	w.place(c)
	c.plan = messages.Due(messages.Change{
		Now: c.now, Before: c.before, After: c.order.State, Policy: outbox.Policy(shop),
		Contact: outbox.Contact(shop, c.order.State.Order), Pending: pending,
	})
	return c, nil
}

// unknown gives the events whose facts are not there yet, each once.
func unknown(known, events []orders.Event) []orders.Event {
	seen := make(map[string]bool, len(known)+len(events))
	for _, e := range known {
		seen[e.ID] = true
	}
	var news []orders.Event
	for _, e := range events {
		if !seen[e.ID] {
			seen[e.ID] = true
			news = append(news, e)
		}
	}
	return news
}

// place fills the row's keys from what the shop said, and fixes the language when the order is first known.
func (w *Worker) place(c *change) {
	o := c.order.State.Order
	c.order.NumberKey, c.order.EmailKey = orders.NumberKey(o.Number), orders.EmailKey(o.Customer.Email)
	if c.before.Known || !c.order.State.Known {
		return
	}
	c.order.Language, c.order.Region = contact.Language(o.Locale, o.ShipTo.Country, c.shop.Languages)
	if c.order.Region == "" {
		c.order.Region = c.shop.Country
	}
	c.order.TimeZone = contact.Zone(o.ShipTo.Country, c.shop.Zone).String()
}

// commit writes a change. The fold is void when the order changed meanwhile (ErrConflict).
func (w *Worker) commit(ctx context.Context, tx *store.Tx, c *change) ([]store.Task, error) {
	if len(c.news) == 0 && !c.fresh {
		return nil, nil
	}
	if err := w.writeOrder(ctx, tx, c); err != nil {
		return nil, err
	}
	tasks, err := outbox.Put(ctx, tx, c.order, c.plan, c.now)
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, *store.Tx, *change) ([]store.Task, error){w.timers, w.foreignRefunds, w.receipts, w.wake} {
		more, err := step(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

func (w *Worker) writeOrder(ctx context.Context, tx *store.Tx, c *change) error {
	var err error
	if c.fresh {
		err = tx.InsertOrder(ctx, c.order)
	} else {
		err = tx.UpdateOrder(ctx, c.order)
	}
	if err != nil {
		return err
	}
	for _, e := range c.news {
		if _, err := tx.AddFact(ctx, c.order.ID, e, c.event.ID, c.now); err != nil {
			return err
		}
	}
	for _, p := range c.order.State.Parcels {
		if number := orders.NormalizeTracking(p.TrackingNumber); number != "" {
			if err := tx.AddTracking(ctx, c.order.Shop, number, c.order.ID); err != nil {
				return err
			}
		}
	}
	for _, p := range c.order.State.Order.Payments {
		if p.Kind == "stripe" && p.Reference != "" {
			fresh, err := tx.AddPayment(ctx, c.order.Shop, p.Reference, c.order.ID)
			if err == nil && fresh {
				err = tx.StartReading(ctx, c.order.Shop, c.now)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// timers sets the order's deadlines to those that its state asks for now.
func (w *Worker) timers(ctx context.Context, tx *store.Tx, c *change) ([]store.Task, error) {
	return tx.PutDeadlines(ctx, c.order.ID, cases.Timers(c.shop, c.order, c.now))
}

// foreignRefunds enters money that the shop gave back itself into the ledger.
func (w *Worker) foreignRefunds(ctx context.Context, tx *store.Tx, c *change) ([]store.Task, error) {
	for _, e := range c.news {
		if e.Kind != orders.Refunded || e.Refund == nil {
			continue
		}
		_, err := tx.InsertRefund(ctx, store.Refund{
			ID: id.New(c.now), Shop: c.order.Shop, OrderID: c.order.ID, Origin: store.OriginShop, ExternalID: e.Source + ":" + e.Refund.ID,
			PaymentReference: e.Refund.Reference, Amount: e.Refund.Amount, Currency: c.order.State.Order.Currency, Lines: e.Refund.Lines,
			Status: store.RefundSucceeded, CreatedAt: e.At, UpdatedAt: c.now, Work: store.Work{State: store.RefundSettled},
		})
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// receipts carries goods that came back to their returns.
func (w *Worker) receipts(ctx context.Context, tx *store.Tx, c *change) ([]store.Task, error) {
	var tasks []store.Task
	for _, e := range c.news {
		if e.Kind != orders.ReturnReceived || e.Return == nil {
			continue
		}
		more, err := w.Cases.ReceiveByRMA(ctx, tx, c.shop, c.order, *e.Return)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

// wake lets events go on that waited for this order, by a key that it has only now.
func (w *Worker) wake(ctx context.Context, tx *store.Tx, c *change) ([]store.Task, error) {
	keys := store.WaitKeys(c.order)
	if !c.fresh {
		was := c.order
		was.State, was.NumberKey = c.before, orders.NumberKey(c.before.Order.Number)
		known := store.WaitKeys(was)
		keys = slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(known, key) })
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return tx.WakeEvents(ctx, c.order.Shop, keys, c.now)
}
