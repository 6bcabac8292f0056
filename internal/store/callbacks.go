package store

import (
	"context"

	"homeward/internal/fault"
)

// Settle gives work the final state that news from outside proves, whatever its state was, and makes its tasks stale.
// ErrNotFound when there is no such row.
func (tx *Tx) Settle(ctx context.Context, kind WorkKind, id, state string, f *fault.Error) error {
	table, _ := workTable(kind)
	code, message := words(f)
	return must(ctx, tx.q, ErrNotFound, "UPDATE "+table+" SET state = $2, generation = generation + 1, lease_until = 0, phase = '',"+
		" error_code = $3, error_message = $4 WHERE id = $1", id, state, code, message)
}

// AddPayment remembers which order a payment at Stripe belongs to; false when it was known.
func (tx *Tx) AddPayment(ctx context.Context, shop, reference, orderID string) (bool, error) {
	n, err := exec(ctx, tx.q, "INSERT INTO payments (shop, reference, order_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		shop, reference, orderID)
	return n == 1, err
}

// OrderByPayment gives the id of the order that a payment belongs to, or ErrNotFound.
func (r *Reads) OrderByPayment(ctx context.Context, shop, reference string) (string, error) {
	return first(ctx, r.q, value[string], "SELECT order_id FROM payments WHERE shop = $1 AND reference = $2", shop, reference)
}
