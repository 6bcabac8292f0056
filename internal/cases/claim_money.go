package cases

import (
	"context"

	"homeward/internal/fault"
	"homeward/internal/money"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// claimMoney plans the money of a remedy that waits for no goods: a price reduction, what never came, and goods that came back
// before the answer did.
func (d *Desk) claimMoney(ctx context.Context, m *claimMove) ([]store.Task, error) {
	switch {
	case m.claim.Granted == returns.ReductionRemedy && m.claim.Amount > 0:
		return d.planReduction(ctx, m, m.claim.Amount)
	case m.claim.Granted.Ends():
		return d.PlanDue(ctx, m.tx, m.order, &m.c)
	default:
		return nil, nil
	}
}

// ReduceClaim names the amount of a price reduction that the law granted because nobody answered.
func (d *Desk) ReduceClaim(ctx context.Context, caseID string, amount int64, actor string) (store.Case, error) {
	return d.onClaim(ctx, caseID, func(m *claimMove) ([]store.Task, error) {
		switch {
		case m.claim.Granted != returns.ReductionRemedy || m.claim.Amount != 0:
			return nil, returns.ErrStep
		case amount <= 0 || amount > claimWorth(m.order.State.Order, m.claim.Items):
			return nil, fault.New(fault.Permanent, "amount_invalid", "The amount of a price reduction is more than nothing and at most what was paid for the goods.", nil)
		}
		m.claim.Amount, m.claim.SeenAt = amount, d.Now()
		if err := m.tx.UpdateClaim(ctx, m.claim); err != nil {
			return nil, err
		}
		if err := d.log(ctx, m.tx, m.c.ID, actor, "reduced", ""); err != nil {
			return nil, err
		}
		if err := d.testifyClaim(ctx, m.tx, claimReduced, m.claim); err != nil {
			return nil, err
		}
		return d.planReduction(ctx, m, amount)
	})
}

// planReduction writes the refunds of a price reduction into the ledger. The goods stay, so its lines have no units; what goes
// back for the same goods later is less by it.
func (d *Desk) planReduction(ctx context.Context, m *claimMove, amount int64) ([]store.Task, error) {
	a, err := d.accountOf(ctx, m.tx, m.order, m.c)
	if err != nil {
		return nil, err
	}
	plan, err := reduction(a.order, append(earlier(a.refunds), owed(a.order, a.refunds, nil)...), m.claim.Items, amount)
	if err != nil {
		return nil, err
	}
	if plan.Total == 0 {
		return nil, d.settle(ctx, m.tx, &m.c, System, "nothing was left of what was paid")
	}
	return d.enter(ctx, m.tx, m.order, &m.c, a, plan)
}

// reduction shares a price reduction out over the goods of a claim, by what was paid for them.
func reduction(order orders.Order, before []returns.Earlier, items []returns.Item, amount int64) (returns.Breakdown, error) {
	weights := make([]int64, len(items))
	for i, item := range items {
		weights[i] = claimWorth(order, []returns.Item{item})
	}
	var all returns.Breakdown
	for i, share := range money.Allocate(amount, weights) {
		if share == 0 {
			continue
		}
		plan, err := returns.PlanReduction(order, before, items[i].LineID, share)
		if err != nil {
			return all, err
		}
		before = append(before, returns.Earlier{Amount: plan.Total, Lines: plan.Ledger})
		all.Lines, all.Ledger = append(all.Lines, plan.Lines...), append(all.Ledger, plan.Ledger...)
		all.Total, all.Capped = all.Total+plan.Total, all.Capped || plan.Capped
	}
	return all, nil
}

// claimWorth gives what was paid for the goods of a claim, whatever went back for them; 0 when it cannot be reckoned.
func claimWorth(order orders.Order, items []returns.Item) int64 {
	paid, err := returns.LinesPaid(order)
	if err != nil {
		return 0
	}
	var sum int64
	for _, item := range items {
		for i, line := range order.Lines {
			if line.ID == item.LineID && item.Quantity > 0 && item.Quantity <= line.Quantity {
				sum += money.Slice(paid[i], line.Quantity, 0, item.Quantity)
			}
		}
	}
	return sum
}

// awaitsGoods tells whether goods of a case are still to come back.
func awaitsGoods(c store.Case) bool {
	if c.Conditions.Keep || (c.Kind == returns.Claim && !c.Remedy.GoodsBack()) {
		return false
	}
	return len(left(c, nil)) > 0
}

// holds gives the units that a claim takes out of the consumer's hands: none, unless the contract ended for them. So a claim
// never stands in the way of a withdrawal or a return. The remedy of a claim's case is the one that was granted.
func holds(c store.Case) []returns.Item {
	switch {
	case !c.Remedy.Ends():
		return nil
	case c.State == returns.Closed && c.Remedy.GoodsBack():
		return c.Received
	default:
		return c.Items
	}
}
