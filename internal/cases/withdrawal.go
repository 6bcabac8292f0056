package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// OpenWithdrawal opens the case by which the goods and the money of a withdrawal come back. Nobody approves it: the statement
// has taken effect. It takes as many of the units as no other case has; no items means every one. Units that a return paid for stay
// paid, and those that came back by a return stay with it; what such a return keeps of them goes back by this case, see PlanWithdrawn.
// A zero case means that nothing was left.
func (d *Desk) OpenWithdrawal(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, statementID string, items []returns.Item) (store.Case, error) {
	number, covered, err := d.takeOver(ctx, tx, order, items)
	if err != nil {
		return store.Case{}, err
	}
	all, err := tx.CasesOf(ctx, order.ID)
	if err != nil {
		return store.Case{}, err
	}
	all = append(all, store.Case{State: returns.Rejected, Conditions: returns.Conditions{Covers: covered}}) // not written yet, and known
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return store.Case{}, err
	}
	own := withdrawn(order, items, Taken(order, all, refunds))
	covered = append(covered, backByReturn(order, items, own, all, refunds)...)
	if len(own) == 0 && len(covered) == 0 {
		return store.Case{}, nil
	}
	// takeOver made who asks for the same units wait. The order's version is left alone: news of the order must never stand in the
	// way of a statement.
	now := d.Now()
	c := store.Case{
		ID: id.New(now), Shop: shop.ID, OrderID: order.ID, RMA: id.RMA(), Kind: returns.Withdrawal, State: returns.Approved,
		Nonce: noncePrefix + statementID, Remedy: returns.RefundRemedy, Items: own, TrackingNumber: number, CreatedAt: now, UpdatedAt: now,
		Conditions: returns.Conditions{Covers: covered},
	}
	if len(own) == 0 {
		c.State = returns.Received // all of it is back
	}
	if err := tx.InsertCase(ctx, c); err != nil {
		return store.Case{}, err
	}
	return c, d.log(ctx, tx, c.ID, Shopper, "withdrew", "")
}

// LeftToWithdraw tells whether a withdrawal would find anything: also what a return waits for would be its.
func (d *Desk) LeftToWithdraw(ctx context.Context, tx *store.Tx, order store.Order, items []returns.Item) (bool, error) {
	taken, err := takenOf(ctx, tx, order.ID, func(c *store.Case) {
		if waits(*c) {
			c.Items = c.Received
		}
	})
	return len(withdrawn(order, items, taken)) > 0, err
}

// waits tells of a return by the shop's goodwill of which goods are not back yet.
func waits(c store.Case) bool {
	return c.Kind == returns.Return && !c.State.Final() && len(left(c, nil)) > 0
}

// takeOver takes the goods that a statement withdraws from out of the returns that wait for them: the right is more than the
// goodwill, and a return that is refused later must not have stood in its way. What is back already stays with its return. It
// gives the number of the parcel that is on its way, when there is one, and the units that a return paid for.
func (d *Desk) takeOver(ctx context.Context, tx *store.Tx, order store.Order, items []returns.Item) (trackingNumber string, covered []returns.Covered, err error) {
	all, err := tx.CasesOf(ctx, order.ID)
	if err != nil {
		return "", nil, err
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return "", nil, err
	}
	paid := paidByReturns(all, refunds)
	named := make(map[string]int)
	for _, item := range items {
		named[item.LineID] += max(item.Quantity, 0)
	}
	for _, c := range all {
		if !waits(c) {
			continue
		}
		gone := make(map[string]int)
		for _, item := range left(c, nil) {
			n := item.Quantity
			if len(items) > 0 {
				n = min(n, named[item.LineID])
				named[item.LineID] -= n
			}
			gone[item.LineID] += n
		}
		had := c.Items
		taken, err := d.giveUp(ctx, tx, &c, gone)
		if err != nil {
			return "", nil, err
		}
		if taken && c.TrackingNumber != "" {
			trackingNumber = c.TrackingNumber
		}
		covered = append(covered, movedOf(c.ID, had, gone, paid[c.ID])...)
	}
	return trackingNumber, covered, nil
}

// TakenOver is the step of a return's log when a withdrawal takes a part of its goods over.
const TakenOver = "taken_over"

// giveUp takes units that are not back out of a return. One that has nothing else is called off; it is over when nothing more of it
// is to come.
func (d *Desk) giveUp(ctx context.Context, tx *store.Tx, c *store.Case, gone map[string]int) (bool, error) {
	const why = "its shopper withdrew from the contract"
	rest := returns.Without(c.Items, gone)
	switch {
	case units(rest) == units(c.Items):
		return false, nil
	case len(rest) == 0 && takes(*c, returns.CallOff):
		if err := d.step(ctx, tx, c, returns.CallOff, System, why); err != nil {
			return false, err
		}
		return true, d.tellTakenOver(ctx, tx, *c, "all")
	}
	c.Items, c.UpdatedAt = rest, d.Now()
	if err := tx.UpdateCase(ctx, *c); err != nil {
		return false, err
	}
	c.Version++
	if err := d.log(ctx, tx, c.ID, System, TakenOver, why); err != nil {
		return false, err
	}
	if err := d.tellTakenOver(ctx, tx, *c, strconv.FormatInt(c.Version, 10)); err != nil {
		return false, err
	}
	if !takes(*c, returns.Refund) { // no goods and no money yet: it goes on
		return true, nil
	}
	a, err := d.accountOf(ctx, tx, store.Order{ID: c.OrderID}, *c)
	if err != nil || !a.answered() {
		return true, err
	}
	return true, d.settle(ctx, tx, c, System, why)
}

// tellTakenOver tells the recipient of a gift that its buyer withdrew from what they were returning; a buyer need not be told what they
// did. Nobody rings for the message, because a statement of withdrawal does not wait for one: the sweep finds it within a minute.
func (d *Desk) tellTakenOver(ctx context.Context, tx *store.Tx, c store.Case, step string) error {
	if c.GiftID == "" {
		return nil
	}
	_, err := d.tellOf(ctx, tx, c, messages.GiftCalledOff, step, messages.Data{})
	return err
}

func units(items []returns.Item) int {
	n := 0
	for _, item := range items {
		n += item.Quantity
	}
	return n
}

// takes tells whether a case can take a step.
func takes(c store.Case, step returns.Step) bool {
	_, err := returns.NextFor(c.Kind, c.State, step)
	return err == nil
}

// withdrawn gives the units that a statement takes back: those it names, or all, without what is taken.
func withdrawn(order store.Order, items []returns.Item, taken returns.Taken) []returns.Item {
	named := make(map[string]int)
	for _, item := range items {
		named[item.LineID] += max(item.Quantity, 0)
	}
	var out []returns.Item
	for _, line := range order.State.Order.Lines {
		n := line.Quantity - taken[line.ID]
		if len(items) > 0 {
			n = min(n, named[line.ID])
		}
		if !line.Cancelled && n > 0 {
			out = append(out, returns.Item{LineID: line.ID, Quantity: n})
		}
	}
	return out
}

// StatementOf gives the id of the statement that a withdrawal's case belongs to; "" for other cases.
func StatementOf(c store.Case) string {
	id, _ := strings.CutPrefix(c.Nonce, noncePrefix)
	if c.Kind != returns.Withdrawal {
		return ""
	}
	return id
}

const noncePrefix = "withdrawal "

// doubtful tells of a withdrawal that staff have to look at before money goes: it came late, or concerns goods that may be
// excluded, and nobody has dealt with it. That its goods arrived, by who says so, stands in the log: the time to pay runs from there.
func (d *Desk) doubtful(ctx context.Context, tx *store.Tx, caseID, actor string) (bool, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return false, err
	}
	statement, odd, err := odd(ctx, tx, c)
	if err != nil || !odd || !statement.SeenAt.IsZero() {
		return false, err
	}
	return true, d.log(ctx, tx, c.ID, actor, returns.StepArrived, "the statement was late or concerns goods that may be excluded: look at it, then mark the goods as received")
}

// odd tells of a withdrawal that may not hold, with its statement: it came late, or concerns goods that may be excluded.
func odd(ctx context.Context, tx *store.Tx, c store.Case) (store.Withdrawal, bool, error) {
	if c.Kind != returns.Withdrawal {
		return store.Withdrawal{}, false, nil
	}
	statement, err := tx.Withdrawal(ctx, StatementOf(c))
	if errors.Is(err, store.ErrNotFound) {
		return statement, false, nil
	}
	return statement, slices.Contains(statement.Flags, withdrawals.Late) || slices.Contains(statement.Flags, withdrawals.Excluded), err
}

// Dispatched tells by a case's log that its goods were sent: staff saw a proof, or a carrier scanned the parcel.
func Dispatched(log []store.CaseStep) bool {
	return slices.ContainsFunc(log, func(s store.CaseStep) bool {
		return s.Step == DispatchProven || byCarrier(s)
	})
}

// byCarrier tells of a carrier's scan of the parcel back.
func byCarrier(s store.CaseStep) bool { return s.Step == string(returns.Send) && s.Actor == Carrier }

// PaidWithoutGoods is the step of a case's log that PayWithoutGoods writes.
const PaidWithoutGoods = "paid_without_goods"

// letGo tells by a case's log that staff let its money go although its goods did not come.
func letGo(log []store.CaseStep) bool {
	return slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == PaidWithoutGoods })
}

// PayWithoutGoods lets the money of a withdrawal, or of a contract that ended for a defect, go although its goods did not come:
// their dispatch was proven, or they never left the shop. Said twice it is done once. It is a *fault.Error while the shop may
// still wait for the goods.
func (d *Desk) PayWithoutGoods(ctx context.Context, c store.Case, actor, note string) (store.Case, error) {
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		tasks = nil
		if err := alone(ctx, tx, &c); err != nil {
			return err
		}
		log, err := tx.CaseLog(ctx, c.ID)
		if err != nil || letGo(log) {
			return err
		}
		owed, err := d.owedWithoutGoods(ctx, tx, c)
		if err != nil {
			return err
		}
		if !owed {
			return fault.New(fault.Permanent, "goods_awaited", "The goods may be waited for: record a proof of dispatch first, or receive them.", nil)
		}
		if err := d.log(ctx, tx, c.ID, actor, PaidWithoutGoods, note); err != nil {
			return err
		}
		tasks, err = d.planCase(ctx, tx, &c)
		return err
	})
	if err == nil {
		d.Queue.Enqueue(ctx, tasks...)
	}
	return c, err
}

// owedWithoutGoods tells of a case whose money the shop must not keep although no goods came: they were proven to be sent,
// scanned by a carrier, or never left the shop (Directive 2011/83/EU, Art. 13(3); Directive (EU) 2019/771, Art. 16(3)).
func (d *Desk) owedWithoutGoods(ctx context.Context, tx *store.Tx, c store.Case) (bool, error) {
	ended := c.Kind == returns.Claim && c.Remedy == returns.TerminationRemedy
	if (c.Kind != returns.Withdrawal && !ended) || c.State.Final() || len(left(c, nil)) == 0 {
		return false, nil
	}
	log, err := tx.CaseLog(ctx, c.ID)
	if err != nil {
		return false, err
	}
	switch {
	case letGo(log):
		return false, nil
	case Dispatched(log):
		return true, nil
	default:
		return d.neverShipped(ctx, tx, c)
	}
}

// neverShipped tells of a withdrawal from goods that never left the shop.
func (d *Desk) neverShipped(ctx context.Context, tx *store.Tx, c store.Case) (bool, error) {
	if c.Kind != returns.Withdrawal {
		return false, nil
	}
	_, err := tx.Withdrawal(ctx, StatementOf(c))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	order, err := tx.Order(ctx, c.OrderID)
	return err == nil && returns.NeverLeft(order.State, c.Items), err
}
