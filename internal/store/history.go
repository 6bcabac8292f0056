package store

import (
	"context"
	"time"

	"homeward/internal/returns"
)

// HistoryOf gives what is known of an order's customer from the other orders of the same shop and e-mail that were placed
// before a moment: how many, and how many of those have a return that was asked for before it and not refused or called off.
// Withdrawals and claims are not counted, nor
// what recipients of gifts return. An order without an e-mail has no history.
func (r *Reads) HistoryOf(ctx context.Context, order Order, before time.Time) (returns.History, error) {
	if order.EmailKey == "" {
		return returns.History{}, nil
	}
	return first(ctx, r.q, func(r row) (returns.History, error) {
		var h returns.History
		err := r.Scan(&h.Orders, &h.Returns)
		return h, err
	}, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM cases c WHERE c.order_id = o.id AND c.kind = 'return' AND c.gift_id = ''
			AND c.state NOT IN ('rejected', 'withdrawn') AND c.created_at < $4) THEN 1 ELSE 0 END), 0)
		FROM orders o WHERE o.email_key = $1 AND o.shop = $2 AND o.id <> $3 AND o.known = 1 AND o.placed_at < $4`,
		order.EmailKey, order.Shop, order.ID, ms(before))
}

// OrdersPlaced gives a shop's orders that were placed at a moment or later, oldest first, behind the order that a page before
// ended with; the zero Order begins. An order whose placement is not known counts as placed when it was first heard of.
func (r *Reads) OrdersPlaced(ctx context.Context, shop string, since time.Time, after Order, limit int) ([]Order, error) {
	from := int64(-1)
	if after.ID != "" {
		from = placedAt(after)
	}
	return list(ctx, r.q, scanOrder, "SELECT "+orderColumns+` FROM orders WHERE shop = $1 AND known = 1 AND placed_at >= $2
		AND (placed_at > $3 OR (placed_at = $3 AND id > $4)) ORDER BY placed_at, id LIMIT $5`, shop, ms(since), from, after.ID, limit)
}

// CountOrdersPlaced says how many OrdersPlaced gives in all.
func (r *Reads) CountOrdersPlaced(ctx context.Context, shop string, since time.Time) (int, error) {
	return first(ctx, r.q, value[int], "SELECT COUNT(*) FROM orders WHERE shop = $1 AND known = 1 AND placed_at >= $2", shop, ms(since))
}
