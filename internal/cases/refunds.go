package cases

import (
	"context"
	"fmt"

	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// StatusWord gives a refund's status in the templates' words: one that succeeded without Stripe is "paid", because nothing
// was sent to a bank by way of the card.
func StatusWord(r store.Refund) string {
	if paidOtherwise(r) {
		return "paid"
	}
	return string(r.Status)
}

// counts tells whether a refund's money is gone or on its way.
func counts(r store.Refund) bool {
	return r.Status != store.RefundFailed && r.Status != store.RefundCanceled
}

// earlier gives the refunds that count, but for one.
func earlier(refunds []store.Refund, but string) []returns.Earlier {
	var out []returns.Earlier
	for _, r := range distinct(refunds) {
		if counts(r) && r.ID != but {
			out = append(out, returns.Earlier{Amount: r.Amount, Lines: r.Lines})
		}
	}
	return out
}

// planRefunds writes the refunds of goods that came back into the ledger: what they are worth by the cent, split over the
// order's payments. What no provider can pay back waits for a person.
func (d *Desk) planRefunds(ctx context.Context, tx *store.Tx, order store.Order, c *store.Case, items []returns.Item) ([]store.Task, error) {
	// Two returns of one order take turns: each is reckoned with what the other took.
	if err := tx.Alone(ctx, "plan "+order.ID); err != nil {
		return nil, err
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	once := distinct(refunds)
	looks, err := tx.InspectionsOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	a := account{*c, order.State.Order, refunds, standing(looks)}
	plan, err := a.plan(unpaid(order.State.Order, once, items))
	if err != nil {
		return nil, err
	}
	if plan.Total == 0 { // but an earlier part may be under way, and more goods may come
		return nil, d.settle(ctx, tx, c, System, "nothing was owed")
	}
	if err := d.step(ctx, tx, c, returns.Refund, System, ""); err != nil {
		return nil, err
	}
	var done []returns.Part
	for _, r := range once {
		if counts(r) {
			done = append(done, returns.Part{Kind: r.PaymentKind, Reference: r.PaymentReference, Amount: r.Amount})
		}
	}
	var tasks []store.Task
	parts := returns.Allocate(order.State.Order.Payments, done, plan.Total)
	cuts := returns.CutLedger(plan.Ledger, parts)
	for i, part := range parts {
		row := d.refund(order, *c, part, fmt.Sprintf("%s:%d:%d", c.ID, c.Version, i)) // no two plans of a case share its version
		row.Lines, row.Explanation = cuts[i], plan.Lines
		if _, err := tx.InsertRefund(ctx, row); err != nil {
			return nil, err
		}
		if row.State == store.Due {
			tasks = append(tasks, store.Task{Kind: store.RefundWork, ID: row.ID})
		}
	}
	return tasks, nil
}

// unpaid leaves out the units that the shop refunded itself meanwhile, or took out of the order: nothing more is owed for
// them, and what else came back is still worth its part.
func unpaid(order orders.Order, refunds []store.Refund, items []returns.Item) []returns.Item {
	open := open(order, refunds)
	var out []returns.Item
	for _, item := range items {
		if n := min(item.Quantity, open[item.LineID]); n > 0 {
			out = append(out, returns.Item{LineID: item.LineID, Quantity: n})
			open[item.LineID] -= n
		}
	}
	return out
}

// open gives how many units of each line did not go back.
func open(order orders.Order, refunds []store.Refund) map[string]int {
	open := make(map[string]int)
	for _, line := range order.Lines {
		if !line.Cancelled {
			open[line.ID] += line.Quantity
		}
	}
	for _, r := range refunds {
		for _, line := range r.Lines {
			if counts(r) {
				open[line.LineID] -= max(line.Quantity, 0)
			}
		}
	}
	return open
}

func (d *Desk) refund(order store.Order, c store.Case, part returns.Part, external string) store.Refund {
	now := d.Now()
	row := store.Refund{
		ID: id.New(now), Shop: order.Shop, OrderID: order.ID, CaseID: c.ID, Origin: store.OriginHomeward, ExternalID: external,
		PaymentKind: part.Kind, PaymentReference: part.Reference, Amount: part.Amount, Currency: order.State.Order.Currency,
		Status: store.RefundPlanned, CreatedAt: now, UpdatedAt: now, Work: store.Work{State: store.Due, DueAt: now},
	}
	if part.NeedsPerson {
		row.State, row.NeedsPerson = store.RefundHeld, true
		row.ErrorCode, row.ErrorMessage = "pay_by_hand", "This part of the order was not paid through Stripe: pay it back by "+words(part.Kind)+", then mark it as paid."
	}
	return row
}

func words(kind string) string {
	switch kind {
	case "gift_card":
		return "gift card"
	case "bank_transfer", "cash_on_delivery":
		return "bank transfer"
	default:
		return "the way it was paid"
	}
}
