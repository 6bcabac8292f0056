package store

import (
	"context"
	"time"

	"homeward/internal/returns"
)

// HistoryOf gives what is known of an order's customer from the other orders of the same shop and e-mail that were placed
// before a moment: how many, and how many of those have a return that was asked for before it and not refused or called off.
// Withdrawals and claims are not counted. An order without an e-mail has no history.
func (r *Reads) HistoryOf(ctx context.Context, order Order, before time.Time) (returns.History, error) {
	if order.EmailKey == "" {
		return returns.History{}, nil
	}
	return first(ctx, r.q, func(r row) (returns.History, error) {
		var h returns.History
		err := r.Scan(&h.Orders, &h.Returns)
		return h, err
	}, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM cases c WHERE c.order_id = o.id AND c.kind = 'return'
			AND c.state NOT IN ('rejected', 'withdrawn') AND c.created_at < $4) THEN 1 ELSE 0 END), 0)
		FROM orders o WHERE o.email_key = $1 AND o.shop = $2 AND o.id <> $3 AND o.known = 1 AND o.placed_at < $4`,
		order.EmailKey, order.Shop, order.ID, ms(before))
}
