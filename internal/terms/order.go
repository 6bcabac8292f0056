package terms

import (
	"context"
	"strings"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// OfOrder puts the time to ship an order to the United States in step with the order. A shop whose sources never told of a
// parcel is not watched: nobody could know that it shipped.
func OfOrder(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, now time.Time) ([]store.Task, error) {
	if shop.Returns.FTC == "off" || !strings.EqualFold(order.State.Order.ShipTo.Country, "US") {
		return nil, nil
	}
	tells, err := tx.TellsOfParcels(ctx, shop.ID)
	if err != nil || !tells {
		return nil, err
	}
	owner := store.OwnerOfOrder(order.ID)
	there, err := tx.TermsOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	var promised calendar.Date
	for _, t := range there {
		if t.Kind == returns.TermShip {
			promised = t.Last
		}
	}
	var wanted []returns.WantedTerm
	if w, ok := returns.ShipTermOf(order.State, Contract(shop, order), promised); ok {
		wanted = append(wanted, w)
	}
	return put(ctx, tx, owner, store.Term{Shop: shop.ID, OrderID: order.ID}, wanted, now)
}
