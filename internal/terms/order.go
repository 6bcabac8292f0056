package terms

import (
	"context"
	"slices"
	"strings"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// OfOrder puts the terms of an order in step with the order: the time to deliver it; in the United States the time to ship it, and
// once its buyer was told of a delay, the time to ship or to cancel it; once it was cancelled by that, the time to refund it.
func OfOrder(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, now time.Time) ([]store.Task, error) {
	there, err := tx.TermsOf(ctx, store.OwnerOfOrder(order.ID))
	if err != nil {
		return nil, err
	}
	var wanted []returns.WantedTerm
	for _, ask := range []func(context.Context, *store.Tx, *config.Shop, store.Order, []store.Term) ([]returns.WantedTerm, error){cancelled, toShip, toDeliver} {
		more, err := ask(ctx, tx, shop, order, there)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, more...)
	}
	wanted = slices.DeleteFunc(wanted, func(w returns.WantedTerm) bool { return longOver(there, w, now) })
	if len(there) == 0 && len(wanted) == 0 {
		return nil, nil
	}
	wanted = append(wanted, released(order, there, wanted)...)
	return put(ctx, tx, store.OwnerOfOrder(order.ID), store.Term{Shop: shop.ID, OrderID: order.ID}, wanted, now)
}

// longOver tells of a time to deliver that nobody watched and that ended long ago: the order is from before Homeward, or before this
// deadline was watched. An alarm for each of a shop's old orders that had news would hide those that something can be done about.
func longOver(there []store.Term, w returns.WantedTerm, now time.Time) bool {
	const long = 30 * 24 * time.Hour
	watched := slices.ContainsFunc(there, func(t store.Term) bool { return t.Kind == w.Kind })
	return w.Kind == returns.TermDeliver && !watched && w.Met.IsZero() && !w.End.IsZero() && now.Sub(w.End) > long
}

func toAmerica(order store.Order) bool {
	return strings.EqualFold(order.State.Order.ShipTo.Country, "US")
}

// toShip gives the time to ship an order to the United States, or the one to ship or to cancel it.
func toShip(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, _ []store.Term) ([]returns.WantedTerm, error) {
	ship, watched, err := Ship(ctx, tx, shop, order)
	if err != nil || !watched || ship.Kind == "" {
		return nil, err
	}
	sent, err := Delays(ctx, tx, order.ID)
	if err != nil {
		return nil, err
	}
	if len(sent) > 0 && sent[0].SentAt.Before(ship.End) { // the offer to wait or to cancel is in the place of the first promise
		ship = returns.CancelTermOf(Contract(shop, order), ship, sent)
	}
	return []returns.WantedTerm{ship}, nil
}

// toDeliver gives the time to deliver an order. A shop whose sources never told of a delivery is not watched: nobody could know.
func toDeliver(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, there []store.Term) ([]returns.WantedTerm, error) {
	contract := Contract(shop, order)
	if shop.Returns.Deliver == "off" || contract.Law.Delivery.Rule == "" || !order.State.CancelledAt.IsZero() {
		return nil, nil
	}
	if watched, err := tx.TellsOfDeliveries(ctx, shop.ID); err != nil || !watched {
		return nil, err
	}
	all, err := tx.Reads.CasesOf(ctx, order.ID) // without the lock of a move
	if err != nil {
		return nil, err
	}
	ended := endedUnits(all)
	if w, ok := returns.DeliverTermOf(order.State, contract, firstPromise(there, returns.TermDeliver), ended); ok {
		return []returns.WantedTerm{w}, nil
	}
	var over []returns.WantedTerm
	for _, t := range there { // what was missed, and ended then
		if t.Kind == returns.TermDeliver && t.State == store.TermMissed && returns.NothingToDeliver(order.State, ended) {
			over = append(over, returns.WantedTerm{Kind: t.Kind, By: t.Party, Term: t.Rules(), Met: newest(order, all)})
		}
	}
	return over, nil
}

func newest(order store.Order, all []store.Case) time.Time {
	at := order.UpdatedAt
	for _, c := range all {
		if c.UpdatedAt.After(at) {
			at = c.UpdatedAt
		}
	}
	return at
}

// endedUnits gives the units whose contract ended: their buyer withdrew, or gets the money for what did not come.
func endedUnits(all []store.Case) map[string]int {
	ended := make(map[string]int)
	for _, c := range all {
		over := c.State == returns.Rejected || c.State == returns.Withdrawn
		claimed := c.Kind == returns.Claim && (c.Remedy == returns.RefundRemedy || c.Remedy == returns.TerminationRemedy)
		if over || (c.Kind != returns.Withdrawal && !claimed) {
			continue
		}
		for _, item := range c.Items {
			ended[item.LineID] += item.Quantity
		}
	}
	return ended
}

// firstPromise gives the last day of a term as it stands: what was promised first counts.
func firstPromise(there []store.Term, kind returns.TermKind) calendar.Date {
	for _, t := range there {
		if t.Kind == kind {
			return t.Last
		}
	}
	return calendar.Date{}
}

// released meets what was missed and is not wanted any more, because its law does not hold any more, once the order was shipped or
// delivered all the same: nobody else would.
func released(order store.Order, there []store.Term, wanted []returns.WantedTerm) []returns.WantedTerm {
	var met []returns.WantedTerm
	for _, t := range there {
		done, ok := returns.Shipped(order.State)
		if t.Kind == returns.TermDeliver {
			done, ok = returns.DeliveredAll(order.State)
		} else if t.Kind != returns.TermShip && t.Kind != returns.TermCancel {
			continue
		}
		again := slices.ContainsFunc(wanted, func(w returns.WantedTerm) bool { return w.Kind == t.Kind })
		if ok && !again && t.State == store.TermMissed {
			met = append(met, returns.WantedTerm{Kind: t.Kind, By: t.Party, Term: t.Rules(), Met: done})
		}
	}
	return met
}

// Ship gives the time to ship an order to the United States, by the first promise; the zero value when no law sets one. A shop whose
// sources never told of a parcel is not watched: nobody could know that it shipped.
func Ship(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order) (w returns.WantedTerm, watched bool, err error) {
	if shop.Returns.FTC == "off" || !toAmerica(order) {
		return w, false, nil
	}
	if watched, err = tx.TellsOfParcels(ctx, shop.ID); err != nil || !watched {
		return w, false, err
	}
	there, err := tx.TermsOf(ctx, store.OwnerOfOrder(order.ID))
	if err != nil {
		return w, false, err
	}
	sent, err := Delays(ctx, tx, order.ID)
	if err != nil {
		return w, false, err
	}
	contract, first := Contract(shop, order), firstPromise(there, returns.TermShip)
	w, ok := returns.ShipTermOf(order.State, contract, first)
	if ok && len(sent) > 0 && w.Last.Before(first) {
		// What a notice offered in time was counted from the first promise: an earlier day that is told after it moves nothing that
		// the buyer was told of.
		order.State.Order.Promised.ShipBy = first.String()
		if kept, _ := returns.ShipTermOf(order.State, contract, first); sent[0].SentAt.Before(kept.End) {
			w = kept
		}
	}
	return w, true, nil
}

// Delays gives the notices of delay that the buyer of an order was given, in the rules' words.
func Delays(ctx context.Context, tx *store.Tx, orderID string) ([]returns.DelayNotice, error) {
	all, err := tx.DelaysOf(ctx, orderID)
	given := make([]returns.DelayNotice, 0, len(all))
	for _, d := range all {
		if !d.GivenAt().IsZero() {
			given = append(given, d.Rules())
		}
	}
	return given, err
}

// cancelled gives the terms of an order that was cancelled, or its rest: what was to be shipped need not be any more, also where it was
// missed, and what was paid goes back.
func cancelled(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, there []store.Term) ([]returns.WantedTerm, error) {
	refund, err := toRefund(ctx, tx, shop, order)
	at := order.State.CancelledAt
	if err != nil || at.IsZero() {
		return refund, err
	}
	var wanted []returns.WantedTerm
	for _, t := range there {
		missed := t.State == store.TermMissed && (t.Kind == returns.TermShip || t.Kind == returns.TermDeliver)
		if missed || (t.Kind == returns.TermCancel && t.State != store.TermLapsed) {
			wanted = append(wanted, returns.WantedTerm{Kind: t.Kind, By: t.Party, Term: t.Rules(), Met: at})
		}
	}
	return append(wanted, refund...), nil
}

// toRefund gives the time to refund what was cancelled of an order. Of several cancellations the one counts whose money is not on its
// way for the longest time: no part is due later than that, and none sooner than by its own.
func toRefund(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order) ([]returns.WantedTerm, error) {
	if order.State.CancelledAt.IsZero() && len(order.State.Dropped) == 0 {
		return nil, nil
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	refunds = slices.DeleteFunc(refunds, func(r store.Refund) bool { return !r.OfCancelled() })
	money := moneyOf(store.Case{}, refunds, time.Time{})
	since := money.Owed
	if since.IsZero() {
		since = money.Gone
	}
	if w, ok := returns.CancelledTerm(Contract(shop, order), cancelledBefore(order.State, since), money); ok {
		return []returns.WantedTerm{w}, nil
	}
	return nil, nil
}

// cancelledBefore gives the last cancellation until a time, of an order or of its rest; the first of all when there is none.
func cancelledBefore(state orders.State, until time.Time) time.Time {
	times := make([]time.Time, 0, len(state.Dropped)+1)
	for _, d := range state.Dropped {
		times = append(times, d.At)
	}
	if !state.CancelledAt.IsZero() {
		times = append(times, state.CancelledAt)
	}
	slices.SortFunc(times, time.Time.Compare)
	at := times[0]
	for _, t := range times {
		if !t.Truncate(time.Millisecond).After(until) { // the ledger keeps milliseconds
			at = t
		}
	}
	return at
}
