package jobs

import (
	"context"
	"errors"

	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/store"
)

// deadline looks whether what a timer waited for came true, and if so makes it a fact of the order.
func (w *Worker) deadline(ctx context.Context, task store.Task) error {
	row, err := w.DB.Deadline(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return err
	}
	if err := early(row.Work, w.Now()); err != nil {
		return err
	}
	shop, f := w.shop(row.Shop)
	if f != nil {
		return w.finish(ctx, task, store.DeadlineLapsed, f)
	}
	for range conflictRetries {
		err = w.fire(ctx, task, row, shop)
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	return ignore(err, store.ErrStale)
}

func (w *Worker) fire(ctx context.Context, task store.Task, row store.Deadline, shop *config.Shop) error {
	order, err := w.DB.Order(ctx, row.OrderID)
	if err != nil {
		return err
	}
	fact := orders.Fact{Kind: row.Kind, ParcelKey: row.ParcelKey, Basis: row.Basis}
	if !orders.Holds(order.State, fact, w.Now()) {
		return w.finish(ctx, task, store.DeadlineLapsed, nil)
	}
	passed := orders.Event{
		ID: "time:" + string(row.Kind) + ":" + row.ParcelKey + ":" + row.Basis, Kind: orders.TimePassed, At: row.DueAt.UTC(), Source: "clock",
		Ref: orders.Ref{OrderID: order.ExternalID}, Fact: &fact,
	}
	c, err := w.fold(ctx, shop, order, false, []orders.Event{passed}, store.Event{})
	if err != nil {
		return err
	}
	var tasks []store.Task
	err = w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Finish(ctx, task.Kind, task.ID, task.Generation, store.DeadlineFired, nil); err != nil {
			return err
		}
		tasks, err = w.commit(ctx, tx, c)
		return err
	})
	if err == nil {
		w.Queue.Enqueue(ctx, tasks...)
	}
	return err
}

// parcelBack carries news of a return's own parcel to the return: a scan says that it is on its way, its delivery that
// the goods are back.
func (w *Worker) parcelBack(ctx context.Context, task store.Task, event store.Event, shop *config.Shop, c store.Case, events []orders.Event) error {
	newest := events[0]
	for _, e := range events {
		if e.At.After(newest.At) {
			newest = e
		}
	}
	var tasks []store.Task
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		order, err := tx.Order(ctx, c.OrderID)
		if err != nil {
			return err
		}
		if newest.Parcel != nil {
			if tasks, err = w.Cases.ParcelMoved(ctx, tx, shop, order, c.ID, newest.Parcel.Stage); err != nil {
				return err
			}
		}
		if err := tx.AssignEvent(ctx, event.ID, c.OrderID, "parcel of return "+c.RMA); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, store.EventApplied, nil)
	})
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	w.Queue.Enqueue(ctx, tasks...)
	w.observed(ctx, event, store.EventApplied, "", c.OrderID)
	return nil
}
