package returns

import (
	"strings"

	"homeward/internal/calendar"
	"homeward/internal/orders"
)

// ShipTermOf gives the shop's time to hand an order to a carrier where the law of the United States sets one (16 CFR 435.2(a)).
// promised is the last day that the buyer was told first: a later one is news of a delay, not a new promise. False where no law
// here sets one, and for an order that was cancelled.
func ShipTermOf(state orders.State, c Contract, promised calendar.Date) (WantedTerm, bool) {
	if !strings.EqualFold(c.Consumer.Country, "US") || !state.Known || !state.CancelledAt.IsZero() || onlyServices(state.Order.Lines) {
		return WantedTerm{}, false
	}
	due := ShipBy(state, c)
	if !promised.IsZero() && due.Last.After(promised) {
		due.Plain, due.Last = promised, promised
		due.Zone, due.End = c.earlierMidnight(promised)
	}
	w := WantedTerm{Kind: TermShip, By: ByShop, Term: due}
	if at, ok := Shipped(state); ok {
		w.Met = at
	}
	return w, true
}
