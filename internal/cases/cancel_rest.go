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

// restPrefix begins the ExternalID of a refund of what was not shipped of an order.
const restPrefix = "rest:"

// ofCancelled tells that a refund gives back what was cancelled, and not what a case brought.
func ofCancelled(r store.Refund) bool {
	return r.CaseID == "" && r.Origin == store.OriginHomeward
}

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
	money, err := d.planRest(ctx, tx, order, units)
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

// planRest plans the refunds of what was not shipped, but for units that went back before.
func (d *Desk) planRest(ctx context.Context, tx *store.Tx, order store.Order, units []returns.Item) ([]store.Task, error) {
	if err := tx.AloneWithOrder(ctx, order.ID); err != nil {
		return nil, err
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	rows, err := d.rest(order, refunds, units)
	if err != nil {
		return nil, err
	}
	return book(ctx, tx, rows)
}

// rest gives the refunds of units that were not shipped. Cash on delivery was collected, if at all, for what came: staff pay that back.
func (d *Desk) rest(order store.Order, refunds []store.Refund, units []returns.Item) ([]store.Refund, error) {
	o := order.State.Order
	items := unpaid(o, distinct(refunds), units)
	plan, err := returns.PlanWithdrawal(o, append(earlier(refunds), owed(o, refunds, items)...), items, returns.WithdrawalOptions{})
	if err != nil {
		return nil, err
	}
	parts := account{order: o, refunds: refunds}.parts(plan)
	cuts := returns.CutLedger(plan.Ledger, parts)
	var rows []store.Refund
	for i, part := range parts {
		row := d.refund(order, store.Case{}, part, fmt.Sprintf("%s%s:%d:%d", restPrefix, order.ID, len(order.State.Dropped), i))
		row.Lines, row.Explanation = cuts[i], plan.Lines
		rows = append(rows, row)
	}
	return rows, nil
}
