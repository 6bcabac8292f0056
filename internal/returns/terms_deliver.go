package returns

import (
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
)

// The rules of the time to deliver.
const (
	// DeliverEU is without undue delay, and not later than 30 days from the contract, unless another time was agreed.
	// Directive 2011/83/EU, Art. 18(1).
	DeliverEU TermRule = "deliver.eu"
	// DeliverGB is the same. Consumer Rights Act 2015, s. 28(3).
	DeliverGB TermRule = "deliver.gb"
	// DeliverAgreed is a later day that was agreed. Art. 18(1); s. 28(3): "unless".
	DeliverAgreed TermRule = "deliver.agreed"
)

// Delivery is how long a shop has to deliver where no time was agreed.
type Delivery struct {
	Rule TermRule // "" where no law is known here
	Days int      // calendar days from the contract
}

// DeliverTermOf gives the shop's time to deliver an order. A later day that was promised with the order is what was agreed; an
// earlier one is no statutory limit, and its buyer is told when it passes. promised is the last day as it stood first: a later one
// is news, to which no buyer has agreed. ended are the units, by line, whose contract ended before they came. False where no law here
// sets a time, where only a later day to ship was agreed, and for an order of which nothing is owed.
func DeliverTermOf(state orders.State, c Contract, promised calendar.Date, ended map[string]int) (WantedTerm, bool) {
	law := c.Law.Delivery
	if law.Rule == "" || !state.Known || !state.CancelledAt.IsZero() || state.Order.PlacedAt.IsZero() || onlyServices(state.Order.Lines) {
		return WantedTerm{}, false
	}
	state = withoutEnded(state, ended)
	if NothingToDeliver(state, nil) {
		return WantedTerm{}, false
	}
	due, ok := deliverBy(state, c)
	if promised.IsZero() && !ok {
		return WantedTerm{}, false
	}
	if !promised.IsZero() && due.Last.After(promised) {
		due.Rule, due.Plain, due.Last = law.Rule, promised, promised
		due.Zone, due.End = c.earlierMidnight(promised)
	}
	w := WantedTerm{Kind: TermDeliver, By: ByShop, Term: due}
	if at, all := DeliveredAll(state); all {
		w.Met = at
	}
	return w, true
}

// NothingToDeliver tells that no goods of an order are owed any more, as far as ended says what came to its end otherwise than by a refund.
func NothingToDeliver(state orders.State, ended map[string]int) bool {
	state = withoutEnded(state, ended)
	return !slices.ContainsFunc(state.Order.Lines, func(l orders.Line) bool { return owedGoods(state, l) })
}

// deliverBy gives the day by the law, or a later one that was agreed; false when only a later day to ship was.
func deliverBy(state orders.State, c Contract) (Term, bool) {
	placed, law := state.Order.PlacedAt, c.Law.Delivery
	due := c.strict(law.Rule, placed, inDays(law.Days)).because(Evidence{What: Concluded, At: placed.UTC()})
	if agreed, err := calendar.Parse(state.Order.Promised.DeliverBy); err == nil {
		if !agreed.After(due.Last) {
			return due, true
		}
		later := c.strict(DeliverAgreed, placed, func(calendar.Date) calendar.Date { return agreed })
		return later.because(Evidence{What: DeliverStated, At: placed.UTC()}), true
	}
	ship, err := calendar.Parse(state.Order.Promised.ShipBy)
	return due, err != nil || !ship.After(due.Last)
}

// DeliveredAll tells when the last goods of an order were handed over: delivered to somebody at the address, or collected. What lies at
// a pickup point was not. False while a live parcel is on its way, or goods are known to be in no parcel.
func DeliveredAll(state orders.State) (time.Time, bool) {
	var last time.Time
	for _, p := range state.Parcels {
		switch {
		case !p.Live() || nothingOwedIn(state, p):
			continue
		case p.DeliveredAt.IsZero(), p.Stage == orders.Delivered && p.DeliveredTo == orders.ToPickupPoint:
			return time.Time{}, false
		case p.DeliveredAt.After(last):
			last = p.DeliveredAt
		}
	}
	if last.IsZero() || goodsUnpacked(state) {
		return time.Time{}, false
	}
	return last.UTC(), true
}

// withoutEnded counts units whose contract ended like such that were refunded.
func withoutEnded(state orders.State, ended map[string]int) orders.State {
	if len(ended) == 0 {
		return state
	}
	var fact orders.RefundFact
	for _, line := range state.Order.Lines {
		if n := ended[line.ID]; n > 0 {
			fact.Lines = append(fact.Lines, orders.RefundLine{LineID: line.ID, Quantity: n})
		}
	}
	state.Refunds = append(slices.Clone(state.Refunds), fact)
	return state
}

// owedGoods tells that units of a line are to be shipped and were neither refunded nor cancelled.
func owedGoods(state orders.State, line orders.Line) bool {
	if line.Cancelled || line.NotShipped {
		return false
	}
	left := line.Quantity - state.DroppedOf(line.ID)
	for _, refund := range state.Refunds {
		for _, r := range refund.Lines {
			if r.LineID == line.ID {
				left -= r.Quantity
			}
		}
	}
	return left > 0
}

// nothingOwedIn tells that a parcel that did not come is known to hold only what is not owed any more.
func nothingOwedIn(state orders.State, p orders.Parcel) bool {
	return len(p.Items) > 0 && p.DeliveredAt.IsZero() && !slices.ContainsFunc(p.Items, func(i orders.ParcelItem) bool {
		return slices.ContainsFunc(state.Order.Lines, func(l orders.Line) bool { return l.ID == i.LineID && owedGoods(state, l) })
	})
}
