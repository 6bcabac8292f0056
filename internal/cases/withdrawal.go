package cases

import (
	"context"
	"strings"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// OpenWithdrawal opens the case by which the goods and the money of a withdrawal come back. Nobody approves it: the statement
// has taken effect. It takes as many of the units as no other case has; no items means every one. A zero case means that
// nothing was left.
func (d *Desk) OpenWithdrawal(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, statementID string, items []returns.Item) (store.Case, error) {
	all, err := tx.CasesOf(ctx, order.ID)
	if err != nil {
		return store.Case{}, err
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return store.Case{}, err
	}
	items = withdrawn(order, items, Taken(all, refunds))
	if len(items) == 0 {
		return store.Case{}, nil
	}
	if err := tx.UpdateOrder(ctx, order); err != nil { // as for returns: two at once take turns
		return store.Case{}, err
	}
	now := d.Now()
	c := store.Case{
		ID: id.New(now), Shop: shop.ID, OrderID: order.ID, RMA: id.RMA(), Kind: returns.Withdrawal, State: returns.Approved,
		Nonce: noncePrefix + statementID, Remedy: returns.RefundRemedy, Items: items, CreatedAt: now, UpdatedAt: now,
	}
	if err := tx.InsertCase(ctx, c); err != nil {
		return store.Case{}, err
	}
	return c, d.log(ctx, tx, c.ID, Shopper, "withdrew", "")
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

// tellWithdrawal tells that the goods arrived. The statement itself was acknowledged when it was made.
func (d *Desk) tellWithdrawal(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case) ([]store.Task, error) {
	if c.State != returns.Received {
		return nil, nil
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	drafts := messages.ForWithdrawal(messages.Notice{
		Now: now, Topic: messages.WithdrawalGoodsReceived, ID: StatementOf(c), Step: "goods", Data: messages.Data{CaseID: c.ID},
		Policy: outbox.Policy(shop), Contact: outbox.Contact(shop, order.State.Order),
	})
	return outbox.Add(ctx, tx, order, drafts, now)
}
