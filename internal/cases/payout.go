package cases

import (
	"context"
	"slices"
	"time"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// PayoutAgreed is the step of a case's log that AgreePayout writes.
const PayoutAgreed = "payout_agreed"

// NeedsPayout tells of a refund to a card that failed for good: with the shopper's express consent it can go another way (Directive
// 2011/83/EU, Art. 13(1)). What the bank took back for the shopper is not owed any more, and while it decides nothing is paid.
func NeedsPayout(r store.Refund) bool {
	return r.Origin == store.OriginHomeward && r.PaymentKind == stripeKind && !r.Counts() && r.NeedsPerson && !slices.Contains(atBank, r.ErrorCode)
}

// atBank are the codes of a refund whose payment the bank took back, or decides on.
var atBank = []string{"dispute_lost", "payment_disputed", "payment_inquiry"}

// Payouts gives the refunds of a case that can go another way than to the card, of all that the case has; those to which the shopper
// agreed already have their Consent.
func Payouts(c store.Case, refunds []store.Refund) []store.Refund {
	var own, out []store.Refund
	for _, r := range refunds {
		if r.CaseID == c.ID {
			own = append(own, r)
		}
	}
	for _, r := range store.Standing(own) {
		if NeedsPayout(r) {
			out = append(out, r)
		}
	}
	return out
}

// AgreePayout keeps the shopper's express consent that what failed to reach the card is paid to account instead, words of the
// shopper for staff alone: they stand on the refunds and nowhere else. The first consent stands: another account is for a person
// to ask about. An error that wraps returns.ErrStep means that there is nothing to agree to, or that it was agreed.
func (d *Desk) AgreePayout(ctx context.Context, c store.Case, account string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "case:"+c.ID); err != nil {
			return err
		}
		refunds, err := tx.RefundsOfCase(ctx, c.ID)
		if err != nil {
			return err
		}
		agreed := false
		for _, r := range Payouts(c, refunds) {
			if r.Consent != "" {
				continue
			}
			if _, err := tx.RefundsByPayment(ctx, r.PaymentReference); err != nil { // takes the lock
				return err
			}
			if r, err = tx.Refund(ctx, r.ID); err != nil {
				return err
			}
			if !NeedsPayout(r) || r.Consent != "" {
				continue
			}
			r.Consent, r.UpdatedAt = "On the page of the case, "+d.Now().UTC().Format(time.DateTime)+" UTC: "+account, d.Now()
			if err := tx.SetRefund(ctx, r); err != nil {
				return err
			}
			agreed = true
		}
		if !agreed {
			return returns.ErrStep
		}
		return d.log(ctx, tx, c.ID, Shopper, PayoutAgreed, "")
	})
}
