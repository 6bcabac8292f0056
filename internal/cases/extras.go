package cases

import (
	"context"
	"errors"
	"slices"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// planners give what is due to one case of a ledger, each on its own ground.
var planners = []func(ledger []account, at int) (returns.Breakdown, error){unplanned, extras, freed, labelBack, shortBack, postage}

// planExtras plans what news of one case, or of one refund, made due to any case of its order, and to what was cancelled of it: delivery
// and fees, because the rest of the order went back on another ground; what a return kept and a withdrawal frees; what was taken for a
// label that never came; what was not left before; and the postage that staff grant.
func (d *Desk) planExtras(ctx context.Context, tx *store.Tx, order store.Order) ([]store.Task, error) {
	ledger, err := d.ledgerOf(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	if _, gone := cancelledOf(order, nil); len(ledger) == 0 && !gone {
		return nil, nil
	}
	var tasks []store.Task
	for {
		more, err := d.planNext(ctx, tx, order, ledger)
		if err != nil {
			return nil, err
		}
		if more == nil {
			return tasks, nil
		}
		tasks = append(tasks, more...)
	}
}

// planNext plans one thing that is due; nil tells that nothing is.
func (d *Desk) planNext(ctx context.Context, tx *store.Tx, order store.Order, ledger []account) ([]store.Task, error) {
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	for n := range ledger {
		ledger[n].refunds = refunds
	}
	rows, err := d.cancelledRows(order, refunds)
	if err != nil {
		return nil, err
	}
	tasks := []store.Task{}
	if len(rows) > 0 {
		more, err := book(ctx, tx, rows)
		return append(tasks, more...), err
	}
	at, found, err := next(ledger)
	if err != nil || found.Total == 0 {
		return nil, err
	}
	more, err := d.enter(ctx, tx, order, &ledger[at].c, ledger[at], found)
	return append(tasks, more...), err
}

// next gives the first case of a ledger to which something is due, and what; a total of 0 when nothing is to none. What one case
// brings can make something due to another, so it is asked again until then.
func next(ledger []account) (at int, found returns.Breakdown, err error) {
	for _, plan := range planners {
		for i := range ledger {
			if found, err = plan(ledger, i); err != nil || found.Total > 0 {
				return i, found, err
			}
		}
	}
	return 0, returns.Breakdown{}, nil
}

// ledgerOf gives the accounts of all cases of an order that can bring money, oldest first.
func (d *Desk) ledgerOf(ctx context.Context, tx *store.Tx, order store.Order) ([]account, error) {
	if err := tx.AloneWithOrder(ctx, order.ID); err != nil {
		return nil, err
	}
	all, err := tx.CasesOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	var ledger []account
	for _, c := range all {
		if c.State == returns.Requested || c.State == returns.Rejected || c.State == returns.Withdrawn {
			continue
		}
		a, err := d.accountOf(ctx, tx, order, c)
		if err != nil {
			return nil, err
		}
		if c.Kind == returns.Withdrawal && len(c.Conditions.Covers) > 0 {
			statement, err := tx.Withdrawal(ctx, StatementOf(c))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			a.late = slices.Contains(statement.Flags, withdrawals.Late)
		}
		ledger = append(ledger, a)
	}
	return ledger, nil
}

// unplanned gives what is due of a case's own goods and could not be planned before: nothing was left of what was paid, or the fees of
// a return were more than its goods brought and a withdrawal covers them now.
func unplanned(ledger []account, at int) (returns.Breakdown, error) {
	a := ledger[at]
	items := unpaid(a.order, store.Distinct(a.refunds), a.open(returns.DueUnits(a.dueFacts())))
	if len(items) == 0 {
		return returns.Breakdown{}, nil
	}
	plan, err := a.plan(items)
	if err != nil || plan.Total > 0 || a.c.Kind != returns.Return || a.c.GiftID != "" {
		return plan, err
	}
	f := freedOf(ledger, a)
	for _, e := range f.Before {
		if e.Reason == returns.ForGoods {
			f.Units[e.LineID] -= e.Quantity
		}
	}
	free := returns.Within(items, f.Units)
	if len(free) == 0 {
		return plan, nil
	}
	before := append(earlier(a.refunds), owed(a.order, a.refunds, free)...)
	return returns.PlanReturn(a.order, before, free, returns.ReturnOptions{Inspections: a.looks, Before: a.told()})
}

// extras gives delivery and fees that are due by now to a withdrawal, or to a contract that ended for a defect.
func extras(ledger []account, at int) (returns.Breakdown, error) {
	a := ledger[at]
	if a.c.Kind == returns.Return || (a.c.Kind == returns.Claim && !a.c.Remedy.Ends()) {
		return returns.Breakdown{}, nil
	}
	due := returns.DueUnits(a.dueFacts())
	allBack := len(a.c.Items) == 0 && !a.late // by returns
	if len(a.told()) == 0 && len(due) == 0 && !allBack {
		return returns.Breakdown{}, nil // its own goods bring what is due
	}
	before := broughtNothing(ledger, at)
	if items := unpaid(a.order, store.Distinct(a.refunds), a.open(due)); len(items) > 0 { // they brought nothing either
		before = append(before, returns.Earlier{Lines: ledgerOfUnits(items)})
	}
	return a.plan(nil, before...)
}

// ledgerOfUnits puts units that brought nothing into a ledger's words.
func ledgerOfUnits(items []returns.Item) []orders.RefundLine {
	out := make([]orders.RefundLine, 0, len(items))
	for _, item := range items {
		out = append(out, orders.RefundLine{LineID: item.LineID, Quantity: item.Quantity})
	}
	return out
}

// broughtNothing gives the units that are back by other cases, or were cancelled, and brought nothing, of which no refund tells.
func broughtNothing(ledger []account, except int) []returns.Earlier {
	out := []returns.Earlier{{Lines: ledgerOfUnits(ledger[except].unbooked())}}
	for i, a := range ledger {
		if i == except || (a.c.Kind == returns.Return && sendsGoods(a.c.Remedy)) || a.c.Conditions.Keep {
			continue
		}
		items := unpaid(a.order, store.Distinct(a.refunds), a.open(returns.DueUnits(a.dueFacts())))
		if len(items) == 0 {
			continue
		}
		if plan, err := a.plan(items); err == nil && plan.Total == 0 {
			out = append(out, returns.Earlier{Lines: plan.Ledger})
		}
	}
	return out
}

// dueFacts are the facts of a case as they were before it ended: what came back for nothing is back for good.
func (a account) dueFacts() returns.Facts {
	f := a.facts
	if f.State == returns.Closed {
		f.State = returns.Received
	}
	return f
}

// labelBack gives what a return took for a label that never came.
func labelBack(ledger []account, at int) (returns.Breakdown, error) {
	a := ledger[at]
	if a.c.Kind != returns.Return || (a.c.Wish.Method.Labelled() && !a.labelLost) {
		return returns.Breakdown{}, nil
	}
	return a.back(returns.LabelBack(a.order, a.told(), a.booked()))
}

// shortBack gives what a case's goods could not bring before, when it is there now.
func shortBack(ledger []account, at int) (returns.Breakdown, error) {
	a := ledger[at]
	if !capped(a.told()) {
		return returns.Breakdown{}, nil
	}
	return a.back(returns.ShortBack(a.order, a.told(), a.booked()))
}

// freed gives what returns kept of the units that a withdrawal covers too. A statement that came late frees nothing by itself: what
// was agreed for the return stands.
func freed(ledger []account, at int) (returns.Breakdown, error) {
	var back []returns.Back
	for _, a := range ledger {
		if a.c.Kind == returns.Return && a.c.GiftID == "" && covers(ledger[at], a.c.ID) {
			back = append(back, returns.FeesBack(a.order, freedOf(ledger, a))...)
		}
	}
	return ledger[at].back(back)
}

func covers(w account, caseID string) bool {
	return !w.late && slices.ContainsFunc(w.c.Conditions.Covers, func(c returns.Covered) bool { return c.CaseID == caseID })
}

// freedOf sums what all withdrawals of an order free of one return.
func freedOf(ledger []account, r account) returns.Freed {
	f := returns.Freed{
		RMA: r.c.RMA, Before: r.told(), Booked: r.booked(), Units: map[string]int{}, Given: map[string]int64{},
	}
	for _, w := range ledger {
		if !covers(w, r.c.ID) {
			continue
		}
		moved := w.movedIn(returns.DueUnits(w.dueFacts()))
		for _, c := range w.c.Conditions.Covers {
			if c.CaseID == r.c.ID {
				n := min(c.Moved, moved[c.LineID])
				moved[c.LineID] -= n
				f.Units[c.LineID] += c.Quantity - c.Moved + n
			}
		}
		for _, e := range w.told() {
			if e.Reason == returns.FeeBack && e.Text == r.c.RMA {
				f.Given[e.LineID] += e.Amount
			}
		}
	}
	mine := map[string]int{}
	for _, e := range f.Before {
		if e.Reason == returns.ForGoods {
			mine[e.LineID] += e.Quantity
		}
	}
	f.Whole = len(mine) > 0
	for line, n := range mine {
		f.Whole = f.Whole && f.Units[line] >= n
	}
	for _, item := range left(r.c, nil) {
		f.Whole = f.Whole && f.Units[item.LineID] >= mine[item.LineID]+item.Quantity
	}
	return f
}

// back plans what is given back of what was kept. What a refund that failed is still to bring is not there for it.
func (a account) back(all []returns.Back) (returns.Breakdown, error) {
	if len(all) == 0 {
		return returns.Breakdown{}, nil
	}
	var bonus returns.Bonus
	if a.c.Kind == returns.Return && a.c.Remedy == returns.CreditRemedy {
		bonus = returns.Bonus{Before: returns.Brought(a.told()), Rate: a.c.Conditions.CreditBonus}
	}
	return returns.PlanBack(a.order, a.reserved(), all, bonus)
}

// reserved gives the refunds that count, and those that failed and are to be issued again.
func (a account) reserved() []returns.Earlier {
	before := earlier(a.refunds)
	for _, r := range store.Standing(store.Distinct(a.refunds)) {
		if r.Origin == store.OriginHomeward && !r.Counts() {
			before = append(before, returns.Earlier{Amount: r.Amount, Lines: r.Lines})
		}
	}
	return before
}

// booked gives what stands in the ledger for the plans of the case.
func (a account) booked() []orders.RefundLine {
	var out []orders.RefundLine
	for _, r := range a.refunds {
		if a.planned(r) {
			out = append(out, r.Lines...)
		}
	}
	return out
}

// moved gives the units of a withdrawal that a return paid for before it took them over.
func (a account) moved() map[string]int {
	out := map[string]int{}
	for _, c := range a.c.Conditions.Covers {
		out[c.LineID] += c.Moved
	}
	return out
}

// movedIn gives how many of those are among a withdrawal's units: the ones that nobody paid for come first.
func (a account) movedIn(items []returns.Item) map[string]int {
	moved, n := a.moved(), map[string]int{}
	for _, item := range items {
		n[item.LineID] += item.Quantity
	}
	for _, item := range a.c.Items {
		n[item.LineID] -= item.Quantity
	}
	for line, all := range moved {
		moved[line] = min(max(all+n[line], 0), all)
	}
	return moved
}
