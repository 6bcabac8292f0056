package cases

import (
	"context"

	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// StatusWord gives a refund's status in the templates' words: one that succeeded without Stripe is "paid", because nothing
// was sent to a bank by way of the card.
func StatusWord(r store.Refund) string {
	if r.PaidOtherwise() {
		return "paid"
	}
	return string(r.Status)
}

// earlier gives the refunds that count.
func earlier(refunds []store.Refund) []returns.Earlier {
	var out []returns.Earlier
	for _, r := range store.Distinct(refunds) {
		if r.Counts() {
			out = append(out, returns.Earlier{Amount: r.Amount, Lines: r.Lines})
		}
	}
	return out
}

// planCase is PlanDue for who has not read the order.
func (d *Desk) planCase(ctx context.Context, tx *store.Tx, c *store.Case) ([]store.Task, error) {
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	return d.PlanDue(ctx, tx, order, c)
}

// PlanDue writes the refunds into the ledger that are due by now and not planned: what the units are worth by the cent, split
// over the order's payments. What no provider can pay back waits for a person. A case of which nothing more is owed is settled.
// Called again, it plans nothing more.
func (d *Desk) PlanDue(ctx context.Context, tx *store.Tx, order store.Order, c *store.Case) ([]store.Task, error) {
	a, err := d.accountOf(ctx, tx, order, *c)
	if err != nil {
		return nil, err
	}
	due := a.open(returns.DueUnits(a.facts))
	plan, err := a.plan(unpaid(order.State.Order, store.Distinct(a.refunds), due))
	if err != nil {
		return nil, err
	}
	var tasks []store.Task
	switch {
	case plan.Total > 0:
		tasks, err = d.enter(ctx, tx, order, c, a, plan)
	case a.answered(): // else goods, an inspection, or what is sent in exchange may come
		err = d.settle(ctx, tx, c, System, "nothing was owed")
	}
	if err != nil {
		return nil, err
	}
	more, err := d.planExtras(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	return append(tasks, more...), readAgain(ctx, tx, c) // it may be among those that it made something due to
}

// accountOf reads what the money of a case depends on. Two cases of one order take turns: each is reckoned with what the other took.
func (d *Desk) accountOf(ctx context.Context, tx *store.Tx, order store.Order, c store.Case) (account, error) {
	a := account{c: c, order: order.State.Order, dropped: droppedOf(order.State)}
	if err := tx.AloneWithOrder(ctx, order.ID); err != nil {
		return a, err
	}
	var err error
	if a.refunds, err = tx.RefundsOf(ctx, order.ID); err != nil {
		return a, err
	}
	looks, err := tx.InspectionsOf(ctx, c.ID)
	if err != nil {
		return a, err
	}
	log, err := tx.CaseLog(ctx, c.ID)
	if err != nil {
		return a, err
	}
	if c.Kind == returns.Return && c.Wish.Method.Labelled() {
		labels, err := tx.LabelsOf(ctx, c.ID)
		if err != nil {
			return a, err
		}
		a.labelLost = labelLost(labels)
	}
	a.looks = rules(looks)
	a.facts = factsOf(c, a.looks)
	a.facts.Scanned, a.facts.WithoutGoods, a.fulfilled = Dispatched(log), letGo(log), isFulfilled(log)
	return a, nil
}

// factsOf is what a case itself says of its money.
func factsOf(c store.Case, looks []returns.Inspection) returns.Facts {
	return returns.Facts{
		Kind: c.Kind, State: c.State, Remedy: c.Remedy, Items: c.Items, Received: c.Received, Inspections: looks, Conditions: c.Conditions,
		Exchange: c.Wish.Exchange,
	}
}

// enter writes the refunds of a plan into the ledger and sets them going.
func (d *Desk) enter(ctx context.Context, tx *store.Tx, order store.Order, c *store.Case, a account, plan returns.Breakdown) ([]store.Task, error) {
	if c.State == returns.Closed {
		if err := d.step(ctx, tx, c, returns.Reopened, System, "more is owed"); err != nil {
			return nil, err
		}
	}
	if err := d.step(ctx, tx, c, returns.Refund, System, ""); err != nil {
		return nil, err
	}
	parts := a.parts(plan)
	cuts := returns.CutLedger(plan.Ledger, parts)
	rows := make([]store.Refund, 0, len(parts))
	for i, part := range parts {
		row := d.refund(order, *c, part, a.planID(i))
		row.Lines, row.Explanation = cuts[i], plan.Lines
		if d.needsSecond(order.Shop, a, plan) {
			row.State, row.NeedsPerson, row.ErrorCode, row.ErrorMessage = store.RefundHeld, true, SecondPerson, secondSays
		}
		rows = append(rows, row)
	}
	return book(ctx, tx, rows)
}

// book writes planned refunds into the ledger and gives the tasks of those that go at once. store.ErrConflict when one is there.
func book(ctx context.Context, tx *store.Tx, rows []store.Refund) ([]store.Task, error) {
	var tasks []store.Task
	for _, row := range rows {
		added, err := tx.InsertRefund(ctx, row)
		if err != nil {
			return nil, err
		}
		if !added {
			return nil, store.ErrConflict
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
			if r.Counts() {
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
	switch {
	case part.Kind == StoreCredit:
		row.State, row.NeedsPerson = store.RefundHeld, true
		row.ErrorCode, row.ErrorMessage = "issue_credit", "The shopper takes store credit: make one of this amount in the shop, then enter its code."
		if c.GiftID != "" {
			row.ErrorMessage = "The recipient of a gift gets store credit, and the buyer no money: make one of this amount in the shop, then enter its code. Only the recipient is told."
		}
	case part.NeedsPerson:
		row.State, row.NeedsPerson = store.RefundHeld, true
		row.ErrorCode, row.ErrorMessage = "pay_by_hand", "This part of the order was not paid through Stripe: pay it back by "+words(part.Kind)+", then mark it as paid."
	}
	return row
}

// StoreCredit is the kind of payment under which the ledger keeps what a shopper takes as credit in the shop.
const StoreCredit = "store_credit"

// cashOnDelivery is the kind of what is paid to the carrier that brings the goods.
const cashOnDelivery = "cash_on_delivery"

// stripeKind is the kind of what was paid through Stripe.
const stripeKind = "stripe"

func words(kind string) string {
	switch kind {
	case "gift_card":
		return "gift card"
	case "bank_transfer", cashOnDelivery:
		return "bank transfer"
	default:
		return "the way it was paid"
	}
}
