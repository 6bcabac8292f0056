package terms

import (
	"context"
	"slices"
	"strings"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// OfOrder puts the terms of an order to the United States in step with the order: the time to ship it; once its buyer was told of a
// delay, the time to ship or to cancel it; once it was cancelled, the time to refund it.
func OfOrder(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, now time.Time) ([]store.Task, error) {
	if !toAmerica(order) {
		return nil, nil
	}
	owner := store.OwnerOfOrder(order.ID)
	wanted, err := cancelled(ctx, tx, shop, order)
	if err != nil {
		return nil, err
	}
	if order.State.CancelledAt.IsZero() {
		ship, watched, err := Ship(ctx, tx, shop, order)
		if err != nil || !watched {
			return nil, err
		}
		sent, err := Delays(ctx, tx, order.ID)
		if err != nil {
			return nil, err
		}
		if len(sent) > 0 && ship.Kind != "" { // the offer to wait or to cancel is in the place of the first promise
			ship = returns.CancelTermOf(Contract(shop, order), ship, sent)
		}
		if ship.Kind != "" {
			wanted = append(wanted, ship)
		}
	}
	return put(ctx, tx, owner, store.Term{Shop: shop.ID, OrderID: order.ID}, wanted, now)
}

func toAmerica(order store.Order) bool {
	return strings.EqualFold(order.State.Order.ShipTo.Country, "US")
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
	var promised calendar.Date
	for _, t := range there {
		if t.Kind == returns.TermShip {
			promised = t.Last
		}
	}
	w, _ = returns.ShipTermOf(order.State, Contract(shop, order), promised)
	return w, true, nil
}

// Delays gives the notices of delay of an order in the rules' words.
func Delays(ctx context.Context, tx *store.Tx, orderID string) ([]returns.DelayNotice, error) {
	all, err := tx.DelaysOf(ctx, orderID)
	sent := make([]returns.DelayNotice, 0, len(all))
	for _, d := range all {
		sent = append(sent, d.Rules())
	}
	return sent, err
}

// cancelled gives the terms of an order that was cancelled: what was to be shipped need not be any more, also where it was missed, and
// what was paid goes back.
func cancelled(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order) ([]returns.WantedTerm, error) {
	at := order.State.CancelledAt
	if at.IsZero() {
		return nil, nil
	}
	there, err := tx.TermsOf(ctx, store.OwnerOfOrder(order.ID))
	if err != nil {
		return nil, err
	}
	var wanted []returns.WantedTerm
	for _, t := range there {
		missed := t.Kind == returns.TermShip && t.State == store.TermMissed
		if missed || (t.Kind == returns.TermCancel && t.State != store.TermLapsed) {
			wanted = append(wanted, returns.WantedTerm{Kind: t.Kind, By: t.Party, Term: t.Rules(), Met: at})
		}
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	refunds = slices.DeleteFunc(refunds, func(r store.Refund) bool { return r.CaseID != "" || r.Origin != store.OriginHomeward })
	if w, ok := returns.CancelledTerm(Contract(shop, order), at, moneyOf(store.Case{}, refunds, at)); ok {
		wanted = append(wanted, w)
	}
	return wanted, nil
}
