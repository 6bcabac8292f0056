package store

import (
	"slices"
	"time"
)

// mirrorWithin is how long the shop's word on a refund and Stripe's may be apart: webhooks are repeated for days.
const mirrorWithin = 4 * 24 * time.Hour

// Distinct leaves out what is told twice. A shop whose own payments go over the same Stripe account tells of a refund that
// it made, and Stripe does too; and some shop platforms copy every refund at Stripe, ours included, into their order. A
// word of the shop's and one at Stripe of the same amount, about the same payment or an unnamed one, are one refund.
//
// Were two such refunds ever two, the next return would be reckoned too high, and Stripe still gives no more than was
// captured; counted twice, every shopper of such a shop would get too little.
//
// And what staff paid by hand in the place of a refund of ours, in the shop or at Stripe itself, is told of by those too.
func Distinct(refunds []Refund) []Refund {
	return onceEach(onceEach(refunds, mirrors), byHand)
}

// onceEach leaves out one of each two that are the same: the one that does not know its lines and its case.
func onceEach(refunds []Refund, same func(said, r Refund) bool) []Refund {
	paired, twice := make(map[string]bool), make(map[string]bool)
	for _, said := range refunds {
		for _, r := range refunds {
			if paired[said.ID] || paired[r.ID] || !same(said, r) {
				continue
			}
			paired[said.ID], paired[r.ID] = true, true
			if r.Origin == OriginHomeward { // it knows its lines and its case
				twice[said.ID] = true
			} else {
				twice[r.ID] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(refunds), func(r Refund) bool { return twice[r.ID] })
}

// byHand tells that a refund that the shop or Stripe tells of is what staff paid in the place of a refund of ours, from some days before
// its planning, or are asked to pay since: of its amount, and not about another payment.
func byHand(said, ours Refund) bool {
	if said.Origin == OriginHomeward || ours.Origin != OriginHomeward || !said.Counts() || said.Amount != ours.Amount {
		return false
	}
	same := said.PaymentReference == ours.PaymentReference
	if said.Origin == OriginShop {
		same = same || said.PaymentReference == "" || ours.PaymentReference == ""
	}
	since := said.CreatedAt.Sub(ours.CreatedAt)
	switch {
	case ours.PaidOtherwise():
		return same && since > -mirrorWithin && said.CreatedAt.Sub(ours.UpdatedAt) < mirrorWithin
	case ours.Status == RefundPlanned && ours.State == RefundHeld && ours.PaymentKind != "stripe":
		return same && since >= 0
	default:
		return false
	}
}

// mirrors tells that the shop's word and a refund at Stripe are about the same money.
func mirrors(said, at Refund) bool {
	apart := said.CreatedAt.Sub(at.CreatedAt)
	return said.Origin == OriginShop && at.Origin != OriginShop && at.StripeID != "" && said.Counts() && at.Counts() &&
		said.Amount == at.Amount && (said.PaymentReference == "" || said.PaymentReference == at.PaymentReference) &&
		apart < mirrorWithin && apart > -mirrorWithin
}

// Counts tells whether a refund's money is gone or on its way.
func (r Refund) Counts() bool { return r.Status != RefundFailed && r.Status != RefundCanceled }

// PaidOtherwise tells that staff paid a refund back by other means: it succeeded, and Stripe is out of it.
func (r Refund) PaidOtherwise() bool { return r.Status == RefundSucceeded && r.StripeID == "" }
