package jobs

import (
	"context"
	"errors"
	"fmt"

	"homeward/internal/fault"
	"homeward/internal/money"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

// The codes of a refund that waits because of its payment.
const (
	chargeDiffers   = "charge_differs"
	paymentDisputed = "payment_disputed"
	paymentInquiry  = "payment_inquiry"
	disputeLost     = "dispute_lost"
)

// objection says why a refund must wait for a person before anything is paid; nil when it need not.
func (w *Worker) objection(ctx context.Context, p *payout, charge stripe.Charge, there []stripe.Refund) (*fault.Error, error) {
	if f := disputed(charge, p.row.Amount); f != nil {
		return f, nil
	}
	if f, err := w.triedBefore(ctx, p.row, there); f != nil || err != nil {
		return f, err
	}
	return w.differs(ctx, p, charge)
}

// disputed says why a refund must wait for a person: the money is with the bank already. An inquiry is settled by a refund of
// all that is left, and by nothing less.
func disputed(c stripe.Charge, amount int64) *fault.Error {
	switch c.Dispute {
	case "":
		return nil
	case "warning_needs_response", "warning_under_review":
		if c.Settles && amount == c.Captured-c.Refunded {
			return nil
		}
		return fault.New(fault.Permanent, paymentInquiry, "The shopper's bank asks about this payment. A full refund at Stripe settles it; a partial one does not.", nil)
	case "lost":
		return fault.New(fault.Permanent, disputeLost,
			"The shopper's bank took the payment back: the shopper has the money. Never refund it again; mark it as paid otherwise, by the bank.", nil)
	default:
		return fault.New(fault.Permanent, paymentDisputed, "The payment is disputed at the shopper's bank: a refund would pay it twice. Answer the dispute first.", nil)
	}
}

// triedBefore finds an earlier attempt of this refund that stands at Stripe after all: it was given up here, and did not fail there.
func (w *Worker) triedBefore(ctx context.Context, row store.Refund, there []stripe.Refund) (*fault.Error, error) {
	for range refundTries {
		before := store.AgainOf(row.ExternalID)
		if before == "" {
			return nil, nil //nolint:nilnil // nothing is against it
		}
		if r := find(there, before); r != nil && stands(*r) {
			return fault.New(fault.Permanent, "earlier_attempt_stands",
				"An earlier attempt of this refund stands at Stripe, as "+r.ID+": it was not given back. Look at it there before anything else.", nil), nil
		}
		var err error
		if row, err = w.DB.Refund(ctx, before); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				err = nil
			}
			return nil, err
		}
	}
	return nil, nil //nolint:nilnil // nothing is against it
}

// differs compares the charge with what the order says of its payment. Whoever looked at it and tried again has decided.
func (w *Worker) differs(ctx context.Context, p *payout, charge stripe.Charge) (*fault.Error, error) {
	if p.row.ErrorCode == chargeDiffers {
		return nil, nil //nolint:nilnil // staff saw it
	}
	order, err := w.DB.Order(ctx, p.row.OrderID)
	if err != nil {
		return nil, err
	}
	var said int64
	known := false
	for _, payment := range order.State.Order.Payments {
		if payment.Kind == "stripe" && payment.Reference == p.row.PaymentReference {
			said, known = said+payment.Amount, true
		}
	}
	currency := order.State.Order.Currency
	if !known || (said == charge.Captured && currency == charge.Currency) {
		return nil, nil //nolint:nilnil // as the order says
	}
	return fault.New(fault.Permanent, chargeDiffers, fmt.Sprintf(
		"The order says that this payment is %s %s, Stripe that it is %s %s: find out which is right. Trying again refunds %s %s of it all the same.",
		money.Decimal(said, currency), currency, money.Decimal(charge.Captured, charge.Currency), charge.Currency,
		money.Decimal(p.row.Amount, p.row.Currency), p.row.Currency), nil), nil
}

// stands tells that a refund at Stripe did not come back.
func stands(r stripe.Refund) bool {
	return r.Status != string(store.RefundFailed) && r.Status != string(store.RefundCanceled)
}

// adopt enters refunds of a payment into the ledger that somebody made at Stripe itself, for webhooks that never came.
func (w *Worker) adopt(ctx context.Context, p *payout, there []stripe.Refund) error {
	for _, r := range there {
		if r.ID == p.row.StripeID || r.RefundID == p.row.ID {
			continue
		}
		err := w.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := ledgerRow(ctx, &tx.Reads, r)
			if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			return w.enterForeign(ctx, tx, p.row.Shop, p.row.OrderID, r)
		})
		if err != nil && !errors.Is(err, store.ErrConflict) { // a webhook was faster
			return err
		}
	}
	return nil
}
