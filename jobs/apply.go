package jobs

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/providers"
)

// carrierMemory is how long a tracking number belongs to an order: carriers use numbers again.
const carrierMemory = 120 * 24 * time.Hour

// conflictRetries bounds how often a fold starts again because the order changed meanwhile.
const conflictRetries = 10

// apply reads a stored webhook in our own words and folds it into its order.
func (w *Worker) apply(ctx context.Context, task store.Task) error {
	event, err := w.DB.Event(ctx, task.ID)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !current(event.Work, task)) {
		return nil
	}
	if err != nil {
		return err
	}
	shop, f := w.shop(event.Shop)
	if f != nil {
		return w.unreadable(ctx, task, event, f)
	}
	switch event.Vendor {
	case "stripe":
		return w.stripeEvent(ctx, task, event, shop)
	case "twilio.status":
		return w.twilioStatus(ctx, task, event, shop)
	case "twilio.inbound":
		return w.twilioInbound(ctx, task, event, shop)
	default:
		return w.orderEvents(ctx, task, event, shop)
	}
}

func (w *Worker) orderEvents(ctx context.Context, task store.Task, event store.Event, shop *config.Shop) error {
	source, ok := w.Sources[event.Shop+"/"+event.Source]
	if !ok {
		return w.unreadable(ctx, task, event, fault.New(fault.Permanent, "source_unknown",
			"The source "+event.Source+" is no longer in the configuration; put it back and apply the event again.", nil))
	}
	header := make(http.Header, len(event.Headers))
	for k, v := range event.Headers {
		header.Set(k, v)
	}
	reading, err := source.Read(providers.Delivery{Header: header, Body: event.Body, ReceivedAt: event.ReceivedAt})
	if err != nil {
		return w.unreadable(ctx, task, event, fault.Of(err))
	}
	if len(reading.Events) == 0 {
		return w.settle(ctx, task, event, store.EventIgnored, "", reading.Note)
	}
	for range conflictRetries {
		err = w.foldEvent(ctx, task, event, shop, reading)
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrDuplicate) {
			break
		}
	}
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	return err
}

// foldEvent resolves the orders an event speaks of and commits everything that follows from it at once, or lets the
// event wait for an order that is not known yet.
func (w *Worker) foldEvent(ctx context.Context, task store.Task, event store.Event, shop *config.Shop, reading providers.Reading) error {
	var changes []*change
	for _, group := range byRef(reading.Events) {
		target, err := w.resolve(ctx, shop, group[0].Ref)
		if err != nil {
			return err
		}
		switch {
		case target.back != nil:
			return w.parcelBack(ctx, task, event, shop, *target.back, group)
		case target.wait != nil:
			return w.wait(ctx, task, event, target.wait)
		}
		c, err := w.fold(ctx, shop, target.order, target.fresh, group, event)
		if err != nil {
			return err
		}
		changes = append(changes, c)
	}
	var tasks []store.Task
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		tasks = nil
		for _, c := range changes {
			more, err := w.commit(ctx, tx, c)
			if err != nil {
				return err
			}
			tasks = append(tasks, more...)
		}
		if err := tx.AssignEvent(ctx, event.ID, changes[0].order.ID, reading.Note); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, store.EventApplied, nil)
	})
	if err != nil {
		return err
	}
	w.Queue.Enqueue(ctx, tasks...)
	w.observed(ctx, event, store.EventApplied, "", changes[0].order.ID)
	return nil
}

// byRef groups events by the order they speak of, in the order in which the body has them.
func byRef(events []orders.Event) [][]orders.Event {
	var groups [][]orders.Event
	at := make(map[orders.Ref]int)
	for _, e := range events {
		key := orders.Ref{OrderID: e.Ref.OrderID}
		if key.OrderID == "" {
			key = orders.Ref{OrderNumber: e.Ref.OrderNumber}
		}
		if key.OrderID == "" && key.OrderNumber == "" {
			key = orders.Ref{TrackingNumber: orders.NormalizeTracking(e.Ref.TrackingNumber)}
		}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// target is where an event goes: to an order that is there or starts now, to a return whose parcel it is, or into the
// waiting room under keys.
type target struct {
	order store.Order
	fresh bool
	back  *store.Case
	wait  []string
}

func (w *Worker) resolve(ctx context.Context, shop *config.Shop, ref orders.Ref) (target, error) {
	now := w.Now()
	var keys []string
	if ref.OrderID != "" {
		order, err := w.DB.OrderByExternalID(ctx, shop.ID, ref.OrderID)
		if !errors.Is(err, store.ErrNotFound) {
			return target{order: order}, err
		}
		// The shop's own word starts an order. A tracker that names a parcel beside it may mean an order by another id.
		if ref.TrackingNumber == "" {
			return target{order: newOrder(shop, ref.OrderID, now), fresh: true}, nil
		}
		keys = append(keys, "order:"+ref.OrderID)
	}
	if ref.OrderNumber != "" {
		key := orders.NumberKey(ref.OrderNumber)
		order, err := w.DB.OrderByNumber(ctx, shop.ID, key)
		if !errors.Is(err, store.ErrNotFound) {
			return target{order: order}, err
		}
		keys = append(keys, "number:"+key)
	}
	if number := orders.NormalizeTracking(ref.TrackingNumber); number != "" {
		order, err := w.DB.OrderByTracking(ctx, shop.ID, number, now.Add(-carrierMemory))
		if !errors.Is(err, store.ErrNotFound) {
			return target{order: order}, err
		}
		c, err := w.DB.CaseByTracking(ctx, shop.ID, number)
		if err == nil {
			return target{back: &c}, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return target{}, err
		}
		keys = append(keys, "tracking:"+number)
	}
	return target{wait: keys}, nil
}

// wait keeps an event until its order is known.
func (w *Worker) wait(ctx context.Context, task store.Task, event store.Event, keys []string) error {
	if len(keys) == 0 {
		return w.unreadable(ctx, task, event, fault.New(fault.Permanent, "order_not_named",
			"The event names no order: neither an id, nor a number, nor a tracking number.", nil))
	}
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.WaitEvent(ctx, event.ID, task.Generation, event.Shop, keys)
	})
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	if err == nil {
		w.observed(ctx, event, store.EventWaiting, "", "")
	}
	return err
}

// unreadable puts an event in front of a person, with its reason.
func (w *Worker) unreadable(ctx context.Context, task store.Task, event store.Event, f *fault.Error) error {
	if f.Class != fault.Permanent {
		return w.stumble(ctx, task, f)
	}
	if err := w.finish(ctx, task, store.EventFailed, f); err != nil {
		return err
	}
	w.observed(ctx, event, store.EventFailed, f.Code, "")
	return nil
}

// settle ends an event that concerns no fold.
func (w *Worker) settle(ctx context.Context, task store.Task, event store.Event, state, orderID, note string) error {
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AssignEvent(ctx, event.ID, orderID, note); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, state, nil)
	})
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	if err == nil {
		w.observed(ctx, event, state, "", orderID)
	}
	return err
}

func (w *Worker) observed(ctx context.Context, event store.Event, outcome, code, orderID string) {
	w.Observe.Event(event.Shop, event.Source, outcome)
	w.Log.LogAttrs(ctx, slog.LevelInfo, "event", slog.String("event", event.ID), slog.String("shop", event.Shop), slog.String("source", event.Source),
		slog.String("outcome", outcome), slog.String("code", code), slog.String("order", orderID), slog.Int("attempt", event.Attempt+1),
		slog.Duration("age", w.Now().Sub(event.ReceivedAt)))
}
