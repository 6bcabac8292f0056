package cases

import (
	"context"
	"errors"
	"slices"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// PlanWithdrawn plans what the case of a withdrawal brings at once: what returns by goodwill kept of the same units. It is for when the
// statement is on record. What stands in the way of reckoning is for staff, and never in the way of a statement.
func (d *Desk) PlanWithdrawn(ctx context.Context, tx *store.Tx, order store.Order, caseID string) ([]store.Task, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil || len(c.Conditions.Covers) == 0 {
		return nil, err
	}
	tasks, err := d.planExtras(ctx, tx, order)
	if err == nil && len(tasks) == 0 {
		err = d.endEmpty(ctx, tx, c)
	}
	if beyondReckoning(err) {
		return nil, d.log(ctx, tx, c.ID, System, notReckoned, "what its returns kept could not be reckoned: pay it back by hand")
	}
	return tasks, err
}

// notReckoned is the step of a case whose money a person has to reckon.
const notReckoned = "not_reckoned"

// beyondReckoning tells that an order, or a case, is such that its money cannot be reckoned, however often it is tried.
func beyondReckoning(err error) bool {
	return errors.Is(err, returns.ErrAmount) || errors.Is(err, returns.ErrLine) || errors.Is(err, returns.ErrQuantity) || errors.Is(err, returns.ErrDeduction)
}

// endEmpty ends the case of a withdrawal all of whose goods came back by returns that are over, and that brings nothing.
func (d *Desk) endEmpty(ctx context.Context, tx *store.Tx, was store.Case) error {
	c, err := tx.Case(ctx, was.ID)
	if err != nil || c.State != returns.Received || len(c.Items) > 0 {
		return err
	}
	for _, covered := range c.Conditions.Covers {
		r, err := tx.Case(ctx, covered.CaseID)
		if err != nil || r.State != returns.Closed {
			return err
		}
	}
	statement, err := tx.Withdrawal(ctx, StatementOf(c))
	if err != nil || slices.Contains(statement.Flags, withdrawals.Late) {
		return err // staff look at it
	}
	return d.settle(ctx, tx, &c, System, "nothing was owed")
}

// paidByReturns gives for each case the units of each line that it paid for and that no withdrawal took over.
func paidByReturns(all []store.Case, refunds []store.Refund) map[string]map[string]int {
	paid := unitsPaid(refunds)
	for _, c := range all {
		for _, covered := range c.Conditions.Covers {
			if lines := paid[covered.CaseID]; lines != nil {
				lines[covered.LineID] -= covered.Moved
			}
		}
	}
	return paid
}

// movedOf gives the units that a return gave up although it paid for them: had are its units before, gone those it gave up, paid
// those whose money went.
func movedOf(caseID string, had []returns.Item, gone, paid map[string]int) []returns.Covered {
	keeps := map[string]int{}
	for _, item := range returns.Without(had, gone) {
		keeps[item.LineID] += item.Quantity
	}
	var out []returns.Covered
	for _, item := range had {
		if n := min(gone[item.LineID], paid[item.LineID]-keeps[item.LineID]); n > 0 {
			out = append(out, returns.Covered{CaseID: caseID, LineID: item.LineID, Quantity: n, Moved: n})
			gone[item.LineID] -= n
			keeps[item.LineID] += n
		}
	}
	return out
}

// backByReturn gives the units that a statement names beside those that become its own, and that came back, or were paid for, by
// returns. What those kept is freed, and delivery and fees become due with the last. No items means every unit. None where there is nothing
// that could be due.
func backByReturn(order store.Order, items, own []returns.Item, all []store.Case, refunds []store.Refund) []returns.Covered {
	extra := order.State.Order.Shipping.Paid > 0 || order.State.Order.Shipping.Tax > 0 || len(order.State.Order.Fees) > 0
	named := map[string]int{}
	for _, item := range items {
		named[item.LineID] += item.Quantity
	}
	if len(items) == 0 {
		for _, line := range order.State.Order.Lines {
			named[line.ID] += line.Quantity
		}
	}
	for _, item := range own {
		named[item.LineID] -= item.Quantity
	}
	covered := map[string]map[string]int{}
	for _, c := range all {
		for _, x := range c.Conditions.Covers {
			if covered[x.CaseID] == nil {
				covered[x.CaseID] = map[string]int{}
			}
			covered[x.CaseID][x.LineID] += x.Quantity - x.Moved
		}
	}
	paid := paidByReturns(all, refunds)
	var out []returns.Covered
	for _, c := range all {
		if c.Kind != returns.Return || c.State == returns.Rejected || c.State == returns.Withdrawn || sendsGoods(c.Remedy) || c.GiftID != "" || (!charges(c) && !extra) {
			continue
		}
		for _, item := range returns.Without(atLeast(c.Received, paid[c.ID]), covered[c.ID]) {
			if n := min(item.Quantity, named[item.LineID]); n > 0 {
				out = append(out, returns.Covered{CaseID: c.ID, LineID: item.LineID, Quantity: n})
				named[item.LineID] -= n
			}
		}
	}
	return out
}

// charges tells of a return that takes a fee or a rate.
func charges(c store.Case) bool {
	rated := slices.ContainsFunc(c.Conditions.Restocking, func(r returns.LineRate) bool { return r.Percent > 0 })
	return rated || c.Conditions.LabelFee > 0 || c.Conditions.HandlingFee > 0
}
