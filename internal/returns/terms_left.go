package returns

import (
	"slices"
	"time"

	"homeward/internal/orders"
)

// NeverLeft tells that no carrier has, or had, any of the goods that a withdrawal is about: nothing was packed, only a label was
// printed, or the parcel was called off. Then there is nothing to send back and nothing to wait for (Directive 2011/83/EU, Art.
// 13(3)). No items means the whole order; a parcel that does not say what is in it may hold any of them.
func NeverLeft(state orders.State, items []Item) bool {
	return len(withCarrier(state, items)) == 0
}

// NeverArrived tells when it was known that goods which a carrier took will not come to the consumer, and so cannot be sent back: the
// last of their parcels came back to the shop, or was lost on the way. False while one may still come, or came.
func NeverArrived(state orders.State, items []Item) (time.Time, bool) {
	var last time.Time
	for _, p := range withCarrier(state, items) {
		at := p.StageAt
		switch {
		case p.Stage == orders.Returned:
		case p.Incident == orders.Lost && p.DeliveredAt.IsZero():
			at = p.IncidentAt
		default:
			return time.Time{}, false
		}
		if at.After(last) {
			last = at
		}
	}
	return last, !last.IsZero()
}

// withCarrier lists the live parcels that a carrier took and that may hold some of the items. One that was called off and announced again is
// with the shop, whatever was scanned before.
func withCarrier(state orders.State, items []Item) []orders.Parcel {
	var out []orders.Parcel
	for _, p := range state.Parcels {
		taken := p.Stage != orders.Announced && (!p.HandedOverAt.IsZero() || !p.DeliveredAt.IsZero())
		if p.Live() && taken && mayHold(p, items) {
			out = append(out, p)
		}
	}
	return out
}

func mayHold(p orders.Parcel, items []Item) bool {
	if len(items) == 0 || len(p.Items) == 0 {
		return true
	}
	return slices.ContainsFunc(p.Items, func(in orders.ParcelItem) bool {
		return slices.ContainsFunc(items, func(i Item) bool { return i.LineID == in.LineID })
	})
}
