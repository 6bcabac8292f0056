package orders

import "slices"

// Same tells whether two states of an order mean the same parcel: one key, one number or one alias in common. It holds
// across the change of a key, when an alias-keyed parcel gets its number.
func Same(a, b Parcel) bool {
	return a.Key == b.Key || overlap(a.names(), b.names())
}

// names lists every name of the parcel, a tracking number with its prefix.
func (p Parcel) names() []string {
	names := slices.Clone(p.Aliases)
	if number := NormalizeTracking(p.TrackingNumber); number != "" {
		names = append(names, numberPrefix+number)
	}
	return names
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}

// Parcel finds a parcel by its key of today or of before, by an alias, or by a tracking number in any writing.
func (s State) Parcel(key string) (Parcel, bool) {
	if key == "" {
		return Parcel{}, false
	}
	for _, p := range s.Parcels {
		if p.Key == key {
			return p, true
		}
	}
	number := numberPrefix + NormalizeTracking(key)
	for _, p := range s.Parcels {
		names := p.names()
		if slices.Contains(names, key) || (number != numberPrefix && slices.Contains(names, number)) {
			return p, true
		}
	}
	return Parcel{}, false
}

// Paid gives what the payments that are known sum to, in minor units; without any, the order's total.
func (o Order) Paid() int64 {
	if len(o.Payments) == 0 {
		return o.Total
	}
	var sum int64
	for _, p := range o.Payments {
		sum += p.Amount
	}
	return sum
}

// OrderPaid gives what was paid for the order (see Order.Paid).
func (s State) OrderPaid() int64 { return s.Order.Paid() }

// RefundedElsewhere sums what the shop gave back outside Homeward, in minor units.
func (s State) RefundedElsewhere() int64 {
	var sum int64
	for _, r := range s.Refunds {
		sum += r.Amount
	}
	return sum
}
