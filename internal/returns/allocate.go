package returns

import (
	"cmp"
	"slices"

	"homeward/internal/orders"
)

// Part is what goes back to one payment.
type Part struct {
	Kind      string // of the payment: stripe | gift_card | bank_transfer | cash_on_delivery | other
	Reference string
	Amount    int64 // minor units, positive
	// NeedsPerson: no provider can do it; a member of staff pays it back and says so.
	NeedsPerson bool
}

// tenderOrder is the order in which payments are filled: first what goes back by itself and at once.
var tenderOrder = map[string]int{"stripe": 0, "gift_card": 1, "bank_transfer": 2, "cash_on_delivery": 3}

// Allocate splits a refund over the payments of an order, each back to where it came from and never beyond what is left of
// it: Stripe first, then gift cards, bank transfers, cash, and others; of one kind in the order of the statement. refunded
// lists what went back before. An earlier refund that names no payment counts against them in the same order. What no
// payment can take is a part of kind "other" for a person to look at. The parts sum to amount.
func Allocate(payments []orders.Payment, refunded []Part, amount int64) []Part {
	tenders := slices.Clone(payments)
	slices.SortStableFunc(tenders, func(a, b orders.Payment) int { return cmp.Compare(tenderRank(a), tenderRank(b)) })
	deduct(tenders, refunded)
	var parts []Part
	for _, t := range tenders {
		if part := min(t.Amount, amount); part > 0 {
			parts = append(parts, Part{Kind: t.Kind, Reference: t.Reference, Amount: part, NeedsPerson: !automatic(t)})
			amount -= part
		}
	}
	if amount > 0 {
		parts = append(parts, Part{Kind: "other", Amount: amount, NeedsPerson: true})
	}
	return parts
}

func automatic(p orders.Payment) bool { return p.Kind == "stripe" && p.Reference != "" }

func tenderRank(p orders.Payment) int {
	if rank, ok := tenderOrder[p.Kind]; ok {
		return rank
	}
	return len(tenderOrder)
}

// deduct takes earlier refunds off the tenders: those that name one first, then the rest in order.
func deduct(tenders []orders.Payment, refunded []Part) {
	var unnamed int64
	for _, r := range refunded {
		rest := max(r.Amount, 0)
		for i := range tenders {
			if tenders[i].Kind == r.Kind && tenders[i].Reference == r.Reference {
				rest -= take(&tenders[i], rest)
			}
		}
		unnamed += rest
	}
	for i := range tenders {
		unnamed -= take(&tenders[i], unnamed)
	}
}

func take(t *orders.Payment, amount int64) int64 {
	taken := max(min(t.Amount, amount), 0)
	t.Amount -= taken
	return taken
}
