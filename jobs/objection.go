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
	// refusedAsDisputed is Stripe's own word, for a dispute that came after the charge was read.
	refusedAsDisputed = "charge_disputed"
)

// waitsForBank tells of a refund that is held because the bank decides on its payment, or took it back.
func waitsForBank(r store.Refund) bool {
	switch r.ErrorCode {
	case paymentDisputed, paymentInquiry, disputeLost, refusedAsDisputed:
		return r.State == store.RefundHeld
	default:
		return false
	}
}

// decided tells that a dispute ended and left the money with the shop.
func decided(status string) bool {
	return status == "won" || status == "warning_closed" || status == "prevented"
}

// ended gives how the work of a refund ends of which Stripe said its last word. One that failed because the bank took the payment back
// meanwhile is not paid in another way before the bank decided.
func ended(r store.Refund) (state string, f *fault.Error) {
	if !r.Counts() && r.NeedsPerson && r.FailureReason == stripe.Disputed {
		return store.RefundHeld, disputed(stripe.Charge{Dispute: "needs_response"}, r.Amount)
	}
	return store.RefundSettled, nil
}

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

// adopt takes over what Stripe says of the other refunds of a payment, for webhooks that never came: those that somebody made at
// Stripe itself are entered into the ledger, and those that stand in it go on, also one that came back after it had succeeded.
func (w *Worker) adopt(ctx context.Context, p *payout, there []stripe.Refund) error {
	for _, r := range there {
		if r.ID == p.row.StripeID || r.RefundID == p.row.ID {
			continue
		}
		var tasks []store.Task
		err := w.DB.Write(ctx, func(tx *store.Tx) error {
			tasks = nil
			row, err := ledgerRow(ctx, &tx.Reads, r)
			owner, known := w.Config.Shop(row.Shop)
			switch {
			case errors.Is(err, store.ErrNotFound):
				r.Reference = p.row.PaymentReference
				return w.enterForeign(ctx, tx, p.row.Shop, p.row.OrderID, r)
			case err != nil, !known, row.StripeID != r.ID, string(row.Status) == r.Status:
				return err
			}
			tasks, err = w.moved(ctx, tx, owner, row, r)
			return err
		})
		if err != nil && !errors.Is(err, store.ErrConflict) { // a webhook was faster
			return err
		}
		w.Queue.Enqueue(ctx, tasks...)
	}
	return nil
}
