package jobs

import (
	"homeward/internal/fault"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

// room says why a refund does not fit into what is left of its payment; nil when it fits. What is left: captured, less
// what Stripe counts as refunded, less our own refunds that were made since Stripe was read or that it does not show yet,
// less what staff paid back another way.
func room(charge stripe.Charge, there []stripe.Refund, ledger []store.Refund, mine store.Refund) *fault.Error {
	if charge.Currency != mine.Currency {
		return fault.New(fault.Permanent, "currency_differs", "The payment is in "+charge.Currency+" and the refund in "+mine.Currency+"; pay it back by hand.", nil)
	}
	left := charge.Captured - max(charge.Refunded, standing(there))
	for _, r := range ledger {
		if r.ID != mine.ID && hidden(r, there) {
			left -= r.Amount
		}
	}
	if mine.Amount > left {
		return fault.New(fault.Permanent, "refund_exceeds_captured",
			"The refund is larger than what is left of the payment: somebody refunded it already, or less was captured.", nil)
	}
	return nil
}

// standing sums the refunds at Stripe that did not come back. The list is read after the charge, so it may hold more.
func standing(there []stripe.Refund) int64 {
	var sum int64
	for _, r := range there {
		if stands(r) {
			sum += r.Amount
		}
	}
	return sum
}

// hidden tells that a refund of the ledger takes from the payment and is not among those at Stripe. The shop's own are:
// if they went over Stripe at all, Stripe counts them.
func hidden(r store.Refund, there []stripe.Refund) bool {
	switch r.Status {
	case store.RefundPlanned, store.RefundFailed, store.RefundCanceled:
		return false
	}
	if r.Origin == store.OriginShop {
		return false
	}
	if r.PaidOtherwise() { // paid another way, whatever Stripe has of it
		return true
	}
	for _, t := range there {
		if t.RefundID == r.ID || t.ID == r.StripeID {
			return false
		}
	}
	return true
}
