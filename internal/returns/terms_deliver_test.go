package returns_test

import (
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

func toDeliver(country string) (orders.State, returns.Contract) {
	placed := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC) // the next day in Warsaw
	state := orders.State{Known: true, Order: orders.Order{PlacedAt: placed, Lines: []orders.Line{{ID: "l1", Quantity: 2}, {ID: "l2", Quantity: 1}}}}
	return state, returns.NewContract(returns.Party{Country: country, Zone: time.UTC}, returns.Party{Country: "PL", Zone: time.UTC})
}

// TestThirtyDaysToDeliver: in the Union and in Great Britain, unless a later time was agreed; news of a delay is no agreement.
func TestThirtyDaysToDeliver(t *testing.T) {
	t.Parallel()
	thirty := calendar.NewDate(2026, 12, 20)
	for name, c := range map[string]struct {
		country, ship, deliver string
		promised               calendar.Date
		rule                   returns.TermRule
		last                   calendar.Date
	}{
		"great britain":        {country: "GB", rule: returns.DeliverGB, last: thirty},
		"poland":               {country: "PL", rule: returns.DeliverEU, last: thirty},
		"norway":               {country: "NO", rule: returns.DeliverEU, last: thirty},
		"united states":        {country: "US"},
		"switzerland":          {country: "CH"},
		"an earlier day":       {country: "GB", deliver: "2026-11-25", rule: returns.DeliverGB, last: thirty},
		"a later day":          {country: "SI", deliver: "2027-01-15", rule: returns.DeliverAgreed, last: calendar.NewDate(2027, 1, 15)},
		"later than promised":  {country: "SI", deliver: "2027-01-15", promised: thirty, rule: returns.DeliverEU, last: thirty},
		"shipped later":        {country: "GB", ship: "2027-01-10"},
		"shipped later, news":  {country: "GB", ship: "2027-01-10", promised: thirty, rule: returns.DeliverGB, last: thirty},
		"shipped within":       {country: "GB", ship: "2026-12-10", rule: returns.DeliverGB, last: thirty},
		"no date but nonsense": {country: "GB", ship: "soon", deliver: "soon", rule: returns.DeliverGB, last: thirty},
	} {
		state, contract := toDeliver(c.country)
		state.Order.Promised = orders.Promised{ShipBy: c.ship, DeliverBy: c.deliver}
		w, ok := returns.DeliverTermOf(state, contract, c.promised, nil)
		if ok != (c.rule != "") || w.Rule != c.rule || w.Last != c.last {
			t.Errorf("%s: %v %+v", name, ok, w)
		}
		if ok && (w.Kind != returns.TermDeliver || w.By != returns.ByShop || !w.End.Equal(c.last.EndOfDay(time.UTC)) || !w.Met.IsZero()) {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

// TestDeliveredIsInHandNotOnTheWay: a locker is not a hand; what was withdrawn from, refunded or cancelled need not come.
func TestDeliveredIsInHandNotOnTheWay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	both := []orders.ParcelItem{{LineID: "l1", Quantity: 2}, {LineID: "l2", Quantity: 1}}
	first, second := both[:1], both[1:]
	handed := func(items []orders.ParcelItem, to string) orders.Parcel {
		return orders.Parcel{Key: "p", Stage: orders.Delivered, Items: items, DeliveredAt: at, DeliveredTo: to, HandedOverAt: at}
	}
	away := orders.Parcel{Key: "q", Stage: orders.InTransit, Items: second, HandedOverAt: at}
	back := handed(both, orders.ToRecipient)
	back.Stage = orders.Returning
	failed := orders.Parcel{Key: "q", Stage: orders.Returned, Items: both, HandedOverAt: at}
	gone := orders.Parcel{Key: "q", Stage: orders.ParcelGone, Items: both}
	for name, c := range map[string]struct {
		parcels   []orders.Parcel
		ended     map[string]int
		refunded  int // of l1
		owed, met bool
	}{
		"nothing shipped":            {owed: true},
		"delivered":                  {parcels: []orders.Parcel{handed(both, orders.ToRecipient)}, owed: true, met: true},
		"to a neighbour":             {parcels: []orders.Parcel{handed(both, orders.ToNeighbour)}, owed: true, met: true},
		"left at a pickup point":     {parcels: []orders.Parcel{handed(both, orders.ToPickupPoint)}, owed: true},
		"delivered and coming back":  {parcels: []orders.Parcel{back}, owed: true, met: true},
		"never delivered, came back": {parcels: []orders.Parcel{failed}, owed: true},
		"cancelled label":            {parcels: []orders.Parcel{gone}, owed: true},
		"in part":                    {parcels: []orders.Parcel{handed(first, orders.ToRecipient), away}, owed: true},
		"the rest in no parcel":      {parcels: []orders.Parcel{handed(first, orders.ToRecipient)}, owed: true},
		"the rest withdrawn from":    {parcels: []orders.Parcel{handed(first, orders.ToRecipient), away}, ended: map[string]int{"l2": 1}, owed: true, met: true},
		"the rest never packed":      {parcels: []orders.Parcel{handed(first, orders.ToRecipient)}, ended: map[string]int{"l2": 1}, owed: true, met: true},
		"withdrawn from in part":     {ended: map[string]int{"l1": 1, "l2": 1}, owed: true},
		"all withdrawn from":         {ended: map[string]int{"l1": 2, "l2": 1}},
		"refunded and withdrawn":     {ended: map[string]int{"l2": 1}, refunded: 2},
	} {
		state, contract := toDeliver("GB")
		state.Parcels = c.parcels
		if c.refunded > 0 {
			state.Refunds = []orders.RefundFact{{Refund: orders.Refund{Lines: []orders.RefundLine{{LineID: "l1", Quantity: c.refunded}}}}}
		}
		w, ok := returns.DeliverTermOf(state, contract, calendar.Date{}, c.ended)
		if ok != c.owed || w.Met.IsZero() == c.met || (c.met && !w.Met.Equal(at)) {
			t.Errorf("%s: %v, met %v", name, ok, w.Met)
		}
		if returns.NothingToDeliver(state, c.ended) == c.owed {
			t.Errorf("%s: nothing to deliver %v", name, c.owed)
		}
		state.CancelledAt = at
		if _, ok = returns.DeliverTermOf(state, contract, calendar.Date{}, c.ended); ok {
			t.Errorf("%s: cancelled, and still to be delivered", name)
		}
	}
}
