package cases

import (
	"context"
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
	return d.cancel(ctx, tx, shop, order, cancellation{event: e, by: by, evidence: delays.RestCancelled, news: notify.RestCancelled, key: e.ID + " " + order.ID})
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
