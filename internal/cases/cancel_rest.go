package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"homeward/internal/config"
	"homeward/internal/delays"
	"homeward/internal/fault"
	"homeward/internal/notify"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// cancelRest cancels what no carrier has of an order of which one has a part: an event that takes the units out, the message, their
// refund, and an event for the shop's own systems, in this transaction. Delivery goes back with the last of what was paid for, as after
// a withdrawal: the total paid less what the shipped part alone would have cost (16 CFR 435.1(b)), which is the same delivery. It is a
// *fault.Error when a parcel does not say what is in it, and when nothing is left.
func (d *Desk) cancelRest(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, by string) ([]store.Task, error) {
	units, ok := returns.Unshipped(order.State)
	if !ok {
		return nil, fault.New(fault.Permanent, PartlyShipped,
			"A carrier has all of the order, or a parcel does not say what is in it: give back by hand what was not shipped.", nil)
	}
	e := restCancelled(order, units, by)
	e.At = d.Now().UTC()
	tasks, err := d.foldOwn(ctx, tx, shop, &order, e)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(map[string]any{"shop": order.Shop, "by": by, "reason": e.Reason, "units": e.Units})
	if err != nil {
		return nil, err
	}
	if _, err = tx.AddEvidence(ctx, store.Evidence{At: e.At, Object: store.OwnerOfOrder(order.ID), Kind: delays.RestCancelled, Data: string(data)}); err != nil {
		return nil, err
	}
	money, err := d.planCancelled(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	told, err := notify.Add(ctx, tx, shop, notify.Event{
		Type: notify.RestCancelled, Key: e.ID + " " + order.ID, OrderID: order.ID,
		Data: map[string]any{
			"order": notify.OrderOf(order), "cancelled": notify.Cancelled{By: e.Source, Reason: e.Reason, At: e.At}, "units": e.Units,
		},
	}, e.At)
	return append(append(tasks, money...), told...), err
}

// restCancelled is the event; its source is who cancelled: clock, shopper or staff.
func restCancelled(order store.Order, units []returns.Item, by string) orders.Event {
	source, _, _ := strings.Cut(by, ":")
	e := orders.Event{
		ID: fmt.Sprintf("homeward:rest_cancelled:%d", len(order.State.Dropped)), Kind: orders.RestCancelled, Source: source,
		Ref: orders.Ref{OrderID: order.ExternalID}, Reason: "not_shipped_in_time",
	}
	if by == Shopper {
		e.Reason = "customer"
	}
	for _, unit := range units {
		e.Units = append(e.Units, orders.ParcelItem{LineID: unit.LineID, Quantity: unit.Quantity})
	}
	return e
}
