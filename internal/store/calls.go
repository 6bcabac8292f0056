package store

import (
	"context"
	"time"
)

// Call is an event for the shop's own systems, on its way.
type Call struct {
	ID          string // the webhook-id, the same over all attempts
	Shop        string
	Key         string // the same news has the same
	Type        string
	OrderID     string
	Body        string // JSON, exactly as it is signed
	Status      int    // of the newest answer, 0 without one
	CreatedAt   time.Time
	DeliveredAt time.Time
	Work
}

const callColumns = "id, shop, call_key, type, order_id, body, status, created_at, delivered_at, " + workColumns

func scanCall(r row) (Call, error) {
	var c Call
	err := r.Scan(append([]any{
		&c.ID, &c.Shop, &c.Key, &c.Type, &c.OrderID, &c.Body, &c.Status, timeColumn{&c.CreatedAt}, timeColumn{&c.DeliveredAt},
	}, c.columns()...)...)
	return c, err
}

// Call gives a call, or ErrNotFound.
func (r *Reads) Call(ctx context.Context, id string) (Call, error) {
	return first(ctx, r.q, scanCall, "SELECT "+callColumns+" FROM calls WHERE id = $1", id)
}

// CallsFailed gives the calls that were given up, oldest first.
func (r *Reads) CallsFailed(ctx context.Context, limit int) ([]Call, error) {
	return list(ctx, r.q, scanCall, "SELECT "+callColumns+" FROM calls WHERE state = 'failed' ORDER BY created_at, id LIMIT $1", limit)
}

// CallsWaiting gives the calls that an attempt failed of and that are to be tried again, oldest first.
func (r *Reads) CallsWaiting(ctx context.Context, limit int) ([]Call, error) {
	return list(ctx, r.q, scanCall, "SELECT "+callColumns+" FROM calls WHERE state = 'due' AND attempt > 0 ORDER BY created_at, id LIMIT $1", limit)
}

// CallsOf gives the calls about an order, oldest first.
func (r *Reads) CallsOf(ctx context.Context, orderID string) ([]Call, error) {
	return list(ctx, r.q, scanCall, "SELECT "+callColumns+" FROM calls WHERE order_id = $1 AND order_id <> '' ORDER BY created_at, id", orderID)
}

// AddCall makes a call due; false when the same news was told before.
func (tx *Tx) AddCall(ctx context.Context, c Call) (bool, error) {
	n, err := exec(ctx, tx.q, "INSERT INTO calls ("+callColumns+") VALUES ("+placeholders(1, 17)+") ON CONFLICT DO NOTHING",
		append([]any{c.ID, c.Shop, c.Key, c.Type, c.OrderID, c.Body, c.Status, ms(c.CreatedAt), ms(c.DeliveredAt)}, c.values()...)...)
	return n == 1, err
}

// AnswerCall records the answer to an attempt: its status, and when it was taken (zero: it was not).
func (tx *Tx) AnswerCall(ctx context.Context, id string, status int, delivered time.Time) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE calls SET status = $2, delivered_at = $3 WHERE id = $1", id, status, ms(delivered))
}
