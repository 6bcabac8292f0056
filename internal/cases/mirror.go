package cases

import (
	"slices"
	"time"

	"homeward/internal/store"
)

// mirrorWithin is how long the shop's word on a refund and Stripe's may be apart: webhooks are repeated for days.
const mirrorWithin = 4 * 24 * time.Hour

// distinct leaves out what is told twice. A shop whose own payments go over the same Stripe account tells of a refund that
// it made, and Stripe does too; and some shop platforms copy every refund at Stripe, ours included, into their order. A
// word of the shop's and one at Stripe of the same amount, about the same payment or an unnamed one, are one refund.
//
// Were two such refunds ever two, the next return would be reckoned too high, and Stripe still gives no more than was
// captured; counted twice, every shopper of such a shop would get too little.
//
// And what staff paid by hand in the place of a refund of ours, in the shop or at Stripe itself, is told of by those too.
func distinct(refunds []store.Refund) []store.Refund {
	return onceEach(onceEach(refunds, mirrors), byHand)
}

// onceEach leaves out one of each two that are the same: the one that does not know its lines and its case.
func onceEach(refunds []store.Refund, same func(said, r store.Refund) bool) []store.Refund {
	paired, twice := make(map[string]bool), make(map[string]bool)
	for _, said := range refunds {
		for _, r := range refunds {
			if paired[said.ID] || paired[r.ID] || !same(said, r) {
				continue
			}
			paired[said.ID], paired[r.ID] = true, true
			if r.Origin == store.OriginHomeward { // it knows its lines and its case
				twice[said.ID] = true
			} else {
				twice[r.ID] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(refunds), func(r store.Refund) bool { return twice[r.ID] })
}

// byHand tells that a refund that the shop or Stripe tells of is what staff paid in the place of a refund of ours, from some days before
// its planning, or are asked to pay since: of its amount, and not about another payment.
func byHand(said, ours store.Refund) bool {
	if said.Origin == store.OriginHomeward || ours.Origin != store.OriginHomeward || !counts(said) || said.Amount != ours.Amount {
		return false
	}
	same := said.PaymentReference == ours.PaymentReference
	if said.Origin == store.OriginShop {
		same = same || said.PaymentReference == "" || ours.PaymentReference == ""
	}
	since := said.CreatedAt.Sub(ours.CreatedAt)
	switch {
	case paidOtherwise(ours):
		return same && since > -mirrorWithin && said.CreatedAt.Sub(ours.UpdatedAt) < mirrorWithin
	case ours.Status == store.RefundPlanned && ours.State == store.RefundHeld && ours.PaymentKind != stripeKind:
		return same && since >= 0
	default:
		return false
	}
}

// mirrors tells that the shop's word and a refund at Stripe are about the same money.
func mirrors(said, at store.Refund) bool {
	apart := said.CreatedAt.Sub(at.CreatedAt)
	return said.Origin == store.OriginShop && at.Origin != store.OriginShop && at.StripeID != "" && counts(said) && counts(at) &&
		said.Amount == at.Amount && (said.PaymentReference == "" || said.PaymentReference == at.PaymentReference) &&
		apart < mirrorWithin && apart > -mirrorWithin
}
