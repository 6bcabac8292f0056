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
func distinct(refunds []store.Refund) []store.Refund {
	paired, twice := make(map[string]bool), make(map[string]bool)
	for _, said := range refunds {
		for _, r := range refunds {
			if paired[said.ID] || paired[r.ID] || !mirrors(said, r) {
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

// mirrors tells that the shop's word and a refund at Stripe are about the same money.
func mirrors(said, at store.Refund) bool {
	apart := said.CreatedAt.Sub(at.CreatedAt)
	return said.Origin == store.OriginShop && at.Origin != store.OriginShop && at.StripeID != "" && counts(said) && counts(at) &&
		said.Amount == at.Amount && (said.PaymentReference == "" || said.PaymentReference == at.PaymentReference) &&
		apart < mirrorWithin && apart > -mirrorWithin
}
