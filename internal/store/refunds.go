package store

import "context"

const refundColumns = "id, shop, order_id, case_id, origin, external_id, payment_kind, payment_reference, amount, currency, status, " +
	"lines, idempotency_key, params, issued_at, stripe_id, reference, failure_reason, needs_person, checked_at, created_at, " +
	"updated_at, explanation, released_by, consent, " + workColumns

func scanRefund(r row) (Refund, error) {
	var f Refund
	err := r.Scan(append([]any{
		&f.ID, &f.Shop, &f.OrderID, &f.CaseID, &f.Origin, &f.ExternalID, &f.PaymentKind, &f.PaymentReference, &f.Amount,
		&f.Currency, &f.Status, jsonColumn{&f.Lines}, &f.IdempotencyKey, &f.Params, timeColumn{&f.IssuedAt}, &f.StripeID,
		&f.Reference, &f.FailureReason, flagColumn{&f.NeedsPerson}, timeColumn{&f.CheckedAt}, timeColumn{&f.CreatedAt},
		timeColumn{&f.UpdatedAt}, jsonColumn{&f.Explanation}, &f.ReleasedBy, &f.Consent,
	}, f.columns()...)...)
	return f, err
}

func (r *Reads) refunds(ctx context.Context, where string, args ...any) ([]Refund, error) {
	return list(ctx, r.q, scanRefund, "SELECT "+refundColumns+" FROM refunds WHERE "+where+" ORDER BY created_at, id", args...)
}

// Refund gives a line of the ledger, or ErrNotFound.
func (r *Reads) Refund(ctx context.Context, id string) (Refund, error) {
	return first(ctx, r.q, scanRefund, "SELECT "+refundColumns+" FROM refunds WHERE id = $1", id)
}

// RefundByStripeID gives the refund that Stripe calls so, or ErrNotFound.
func (r *Reads) RefundByStripeID(ctx context.Context, stripeID string) (Refund, error) {
	return first(ctx, r.q, scanRefund,
		"SELECT "+refundColumns+" FROM refunds WHERE stripe_id = $1 AND stripe_id <> '' ORDER BY created_at, id LIMIT 1", stripeID)
}

// RefundsOf gives an order's refunds, whoever made them, oldest first.
func (r *Reads) RefundsOf(ctx context.Context, orderID string) ([]Refund, error) {
	return r.refunds(ctx, "order_id = $1", orderID)
}

// RefundsOfCase gives a case's refunds, oldest first.
func (r *Reads) RefundsOfCase(ctx context.Context, caseID string) ([]Refund, error) {
	return r.refunds(ctx, "case_id = $1 AND case_id <> ''", caseID)
}

// RefundsByPayment gives the refunds of a payment, whoever made them, oldest first.
func (r *Reads) RefundsByPayment(ctx context.Context, reference string) ([]Refund, error) {
	return r.refunds(ctx, "payment_reference = $1 AND payment_reference <> ''", reference)
}

// RefundsByPayment gives the refunds of a payment, oldest first, and keeps other transactions that ask the same from going
// on until this one ends, so that two refunds never both count on the same headroom.
func (tx *Tx) RefundsByPayment(ctx context.Context, reference string) ([]Refund, error) {
	if err := tx.lock(ctx, "payment "+reference); err != nil {
		return nil, err
	}
	return tx.Reads.RefundsByPayment(ctx, reference)
}

// RefundsForPeople gives the refunds that need a person or are held, oldest first.
func (r *Reads) RefundsForPeople(ctx context.Context, limit int) ([]Refund, error) {
	return list(ctx, r.q, scanRefund, "SELECT "+refundColumns+
		" FROM refunds WHERE (needs_person <> 0 OR state = 'held') ORDER BY created_at, id LIMIT $1", limit)
}

// RefundCounts gives how many refunds have each status.
func (r *Reads) RefundCounts(ctx context.Context) (map[RefundStatus]int, error) {
	counts := map[RefundStatus]int{}
	_, err := list(ctx, r.q, func(r row) (struct{}, error) {
		var status RefundStatus
		var n int
		err := r.Scan(&status, &n)
		counts[status] = n
		return struct{}{}, err
	}, "SELECT status, COUNT(*) FROM refunds GROUP BY status")
	return counts, err
}

// InsertRefund adds a line to the ledger; false when (shop, order, origin, external id) is there.
func (tx *Tx) InsertRefund(ctx context.Context, refund Refund) (bool, error) {
	f := &refund
	tx.touchRefund(refund)
	n, err := exec(ctx, tx.q, "INSERT INTO refunds ("+refundColumns+") VALUES ("+placeholders(1, 33)+") ON CONFLICT DO NOTHING",
		append([]any{
			f.ID, f.Shop, f.OrderID, f.CaseID, f.Origin, f.ExternalID, f.PaymentKind, f.PaymentReference, f.Amount, f.Currency,
			string(f.Status), jsonText(f.Lines), f.IdempotencyKey, f.Params, ms(f.IssuedAt), f.StripeID, f.Reference,
			f.FailureReason, number(f.NeedsPerson), ms(f.CheckedAt), ms(f.CreatedAt), ms(f.UpdatedAt), jsonText(f.Explanation),
			f.ReleasedBy, f.Consent,
		}, f.values()...)...)
	return n == 1, err
}

// SetRefund writes everything but shop, order, origin, created_at and the work columns. ErrNotFound when there is no refund.
func (tx *Tx) SetRefund(ctx context.Context, refund Refund) error {
	f := &refund
	tx.touchRefund(refund)
	return must(ctx, tx.q, ErrNotFound, `UPDATE refunds SET case_id = $2, external_id = $3, payment_kind = $4,
		payment_reference = $5, amount = $6, currency = $7, status = $8, lines = $9, idempotency_key = $10, params = $11,
		issued_at = $12, stripe_id = $13, reference = $14, failure_reason = $15, needs_person = $16, checked_at = $17,
		updated_at = $18, explanation = $19, released_by = $20, consent = $21 WHERE id = $1`,
		f.ID, f.CaseID, f.ExternalID, f.PaymentKind, f.PaymentReference, f.Amount, f.Currency, string(f.Status),
		jsonText(f.Lines), f.IdempotencyKey, f.Params, ms(f.IssuedAt), f.StripeID, f.Reference, f.FailureReason,
		number(f.NeedsPerson), ms(f.CheckedAt), ms(f.UpdatedAt), jsonText(f.Explanation),
		f.ReleasedBy, f.Consent)
}
