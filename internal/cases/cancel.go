package cases

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/delays"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/notify"
	"homeward/internal/orders"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// Clock is who cancels an order whose time to ship is over.
const Clock = "clock"

// PartlyShipped is the code of an order of which a carrier has some, and nobody can know what, or all.
const PartlyShipped = "partly_shipped"

// DelayOver is the code of an answer to a notice of delay that came when its time was over.
const DelayOver = "delay_over"

// CancelOrder cancels an order of which nothing was shipped, by the clock, its shopper or staff: an event of the order like any
// other, the message, the refund of everything that was paid, delivery and fees included, less what went back before (16 CFR
// 435.2(c), 435.1(b)), and an event for the shop's own systems, all in this transaction. An order that is cancelled already is left
// alone. Of an order of which a carrier has a part the rest is cancelled, see cancelRest.
func (d *Desk) CancelOrder(ctx context.Context, tx *store.Tx, order store.Order, by string) ([]store.Task, error) {
	shop, ok := d.Config.Shop(order.Shop)
	switch {
	case !ok:
		return nil, store.ErrNotFound
	case !order.State.CancelledAt.IsZero():
		return nil, nil
	case returns.PartlyShipped(order.State):
		return d.cancelRest(ctx, tx, shop, order, by)
	}
	return d.cancel(ctx, tx, shop, order, cancellation{event: cancelled(order, by, d.Now()), by: by, evidence: delays.Cancelled, news: notify.OrderCancelled, key: order.ID})
}

// cancellation is what cancels an order or its rest: who did it, and what keeps and tells of it.
type cancellation struct {
	event     orders.Event
	by        string
	evidence  string
	news, key string // the type of the event for the shop's own systems, and what it has once
}

// cancel carries out a cancellation: the event, the evidence, the refund, and the event for the shop's own systems.
func (d *Desk) cancel(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, c cancellation) ([]store.Task, error) {
	e := c.event
	tasks, err := d.foldOwn(ctx, tx, shop, &order, e)
	if err != nil {
		return nil, err
	}
	proof := map[string]any{"shop": order.Shop, "by": c.by, "reason": e.Reason}
	said := map[string]any{"order": notify.OrderOf(order), "cancelled": notify.Cancelled{By: e.Source, Reason: e.Reason, At: e.At}}
	if len(e.Units) > 0 {
		proof["units"], said["units"] = e.Units, e.Units
	}
	data, err := json.Marshal(proof)
	if err != nil {
		return nil, err
	}
	if _, err = tx.AddEvidence(ctx, store.Evidence{At: e.At, Object: store.OwnerOfOrder(order.ID), Kind: c.evidence, Data: string(data)}); err != nil {
		return nil, err
	}
	money, err := d.planCancelled(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	told, err := notify.Add(ctx, tx, shop, notify.Event{Type: c.news, Key: c.key, OrderID: order.ID, Data: said}, e.At)
	return append(append(tasks, money...), told...), err
}

// cancelled is the event of a cancellation. Its source is who cancelled: clock, shopper or staff.
func cancelled(order store.Order, by string, now time.Time) orders.Event {
	source, _, _ := strings.Cut(by, ":")
	e := orders.Event{
		ID: cancelledID, Kind: orders.Cancelled, At: now.UTC(), Source: source, Ref: orders.Ref{OrderID: order.ExternalID}, Reason: "not_shipped_in_time",
	}
	if by == Shopper {
		e.Reason = "customer"
	}
	return e
}

// foldOwn folds an event that Homeward makes into its order, with the messages and timers that follow. The message goes also where the
// shop's platform usually sends it: the platform does not know of this.
func (d *Desk) foldOwn(ctx context.Context, tx *store.Tx, shop *config.Shop, order *store.Order, e orders.Event) ([]store.Task, error) {
	known, err := tx.Facts(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	pending, err := tx.PendingMessages(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	now, before, policy := d.Now(), order.State, outbox.Policy(shop)
	delete(policy.Off, messages.OrderCancelled)
	order.State, order.UpdatedAt = orders.Fold(append(known, e)), now
	plan := messages.Due(messages.Change{
		Now: now, Before: before, After: order.State, Policy: policy, Contact: outbox.Contact(shop, order.State.Order), Pending: pending,
	})
	if err := tx.UpdateOrder(ctx, *order); err != nil {
		return nil, err
	}
	order.Version++
	if _, err := tx.AddFact(ctx, order.ID, e, "", now); err != nil {
		return nil, err
	}
	tasks, err := outbox.Put(ctx, tx, *order, plan, now)
	if err != nil {
		return nil, err
	}
	more, err := tx.PutDeadlines(ctx, order.ID, Timers(shop, *order, now))
	return append(tasks, more...), err
}

// Timers gives the deadlines that an order's state asks for.
func Timers(shop *config.Shop, order store.Order, now time.Time) []store.Deadline {
	var rows []store.Deadline
	for _, d := range orders.Deadlines(order.State, now, shop.Zone, orders.TimePolicy{}) {
		rows = append(rows, store.Deadline{
			ID: id.New(now), Shop: order.Shop, OrderID: order.ID, Kind: d.Kind, ParcelKey: d.ParcelKey, Basis: d.Basis,
			Work: store.Work{State: store.Due, DueAt: d.DueAt},
		})
	}
	return rows
}

// planCancelled plans the refunds of what is cancelled of an order: everything that was paid for it and did not go back.
func (d *Desk) planCancelled(ctx context.Context, tx *store.Tx, order store.Order) ([]store.Task, error) {
	if err := tx.AloneWithOrder(ctx, order.ID); err != nil {
		return nil, err
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	rows, err := d.cancelledRows(order, refunds)
	if err != nil {
		return nil, err
	}
	return book(ctx, tx, rows)
}

// allOpen gives the units of an order that did not go back.
func allOpen(o orders.Order, refunds []store.Refund) []returns.Item {
	left := open(o, refunds)
	var items []returns.Item
	for _, line := range o.Lines {
		if n := left[line.ID]; n > 0 && !line.Cancelled {
			items = append(items, returns.Item{LineID: line.ID, Quantity: n})
		}
	}
	return items
}

// AnswerDelay keeps what a buyer says to the newest notice of delay of an order: to wait, or to cancel, which cancels the order and
// gives the money back. Said again it is kept once; who agreed to wait may cancel until the order ships. store.ErrNotFound when
// notice is not the id of the newest one; a *fault.Error when its time is over.
func (d *Desk) AnswerDelay(ctx context.Context, order store.Order, notice string, wait bool) error {
	var tasks []store.Task
	var err error
	for range 5 { // news of the order may come between
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			var err error
			tasks, err = d.answerDelay(ctx, tx, order.ID, notice, wait)
			return err
		})
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	if err == nil {
		d.Queue.Enqueue(ctx, tasks...)
	}
	return err
}

func (d *Desk) answerDelay(ctx context.Context, tx *store.Tx, orderID, notice string, wait bool) ([]store.Task, error) {
	if err := tx.AloneWithOrder(ctx, orderID); err != nil {
		return nil, err
	}
	order, err := tx.Order(ctx, orderID)
	if err != nil {
		return nil, err
	}
	all, err := tx.DelaysOf(ctx, orderID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || all[len(all)-1].ID != notice {
		return nil, store.ErrNotFound
	}
	last := all[len(all)-1]
	if _, shipped := returns.Shipped(order.State); shipped || !order.State.CancelledAt.IsZero() {
		return nil, nil // there is nothing to wait for, and nothing to cancel
	}
	if wait {
		return d.agreeToWait(ctx, tx, order, last)
	}
	return d.refuseToWait(ctx, tx, order, last)
}

func (d *Desk) agreeToWait(ctx context.Context, tx *store.Tx, order store.Order, last store.Delay) ([]store.Task, error) {
	now := d.Now()
	shop, ok := d.Config.Shop(order.Shop)
	switch {
	case !ok:
		return nil, store.ErrNotFound
	case last.Answered():
		return nil, nil
	case !last.SilenceAt.IsZero() && !now.Before(last.SilenceAt):
		return nil, fault.New(fault.Permanent, DelayOver, "The time to agree to a later day is over.", nil)
	}
	if err := tx.ConsentDelay(ctx, last.ID, now); err != nil {
		return nil, err
	}
	last.ConsentAt = now
	if err := delays.Testify(ctx, tx, delays.Agreed, last, now); err != nil {
		return nil, err
	}
	return terms.OfOrder(ctx, tx, shop, order, now)
}

func (d *Desk) refuseToWait(ctx context.Context, tx *store.Tx, order store.Order, last store.Delay) ([]store.Task, error) {
	if !last.RefusedAt.IsZero() {
		return nil, nil
	}
	now := d.Now()
	if err := tx.RefuseDelay(ctx, last.ID, now); err != nil {
		return nil, err
	}
	last.RefusedAt = now
	if err := delays.Testify(ctx, tx, delays.Refused, last, now); err != nil {
		return nil, err
	}
	return d.CancelOrder(ctx, tx, order, Shopper)
}

// Waiting gives the newest notice of delay of an order that its buyer can still say something to; false when there is none.
func Waiting(order store.Order, all []store.Delay) (store.Delay, bool) {
	if len(all) == 0 || !order.State.CancelledAt.IsZero() || returns.ShippedUnknown(order.State) {
		return store.Delay{}, false
	}
	if _, shipped := returns.Shipped(order.State); shipped {
		return store.Delay{}, false
	}
	last := all[len(all)-1]
	return last, last.RefusedAt.IsZero()
}
