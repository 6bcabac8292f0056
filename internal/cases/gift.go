package cases

import (
	"context"
	"errors"
	"slices"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// MostGifts is how many live gifts an order may have.
const MostGifts = 20

// TooManyGifts is the code of a gift that is one too many.
const TooManyGifts = "too_many_gifts"

// GiftRevoked is what a request is refused with, as the fault of the form, when the buyer revoked its gift.
const GiftRevoked returns.Code = "gift_revoked"

// Who has a code types any address, and each request writes to it. So requests by the codes of one order are counted, those that were called
// off and refused too: most by one code, and most by all, for a buyer can end a code and make another.
const (
	mostByGift  = 10
	mostByOrder = 40
)

// GiftUsedUp is what a request is refused with, as the fault of the form, when so many were made by gifts before.
const GiftUsedUp returns.Code = "gift_used_up"

// MakeGift makes the code of a gift for units of an order, items, of which the policy offers a recipient something or not: that is
// told on its page. The same nonce is the same gift. The error is a *Refused for what is no unit of the order that can come back, a
// *fault.Error of TooManyGifts, or the store's.
func (d *Desk) MakeGift(ctx context.Context, order store.Order, items []returns.Item, language, nonce string) (store.Gift, error) {
	shop, ok := d.Config.Shop(order.Shop)
	if !ok {
		return store.Gift{}, store.ErrNotFound
	}
	var g store.Gift
	var err error
	for range openTries { // its code may be there
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			g, err = d.makeGift(ctx, tx, shop, order.ID, items, language, nonce)
			return err
		})
		if !errors.Is(err, store.ErrDuplicate) {
			break
		}
	}
	return g, err
}

func (d *Desk) makeGift(ctx context.Context, tx *store.Tx, shop *config.Shop, orderID string, items []returns.Item, language, nonce string) (store.Gift, error) {
	if err := tx.AloneWithOrder(ctx, orderID); err != nil {
		return store.Gift{}, err
	}
	if g, err := tx.GiftByNonce(ctx, orderID, nonce); !errors.Is(err, store.ErrNotFound) {
		return g, err
	}
	all, err := tx.GiftsOf(ctx, orderID)
	if err != nil {
		return store.Gift{}, err
	}
	if len(slices.DeleteFunc(all, func(g store.Gift) bool { return !g.RevokedAt.IsZero() })) >= MostGifts {
		return store.Gift{}, fault.New(fault.Permanent, TooManyGifts, "This order has as many gifts as it may have: revoke one first.", nil)
	}
	order, err := tx.Order(ctx, orderID)
	if err != nil {
		return store.Gift{}, err
	}
	now := d.Now()
	taken, err := takenOf(ctx, tx, orderID)
	if err != nil {
		return store.Gift{}, err
	}
	offer := Policy(shop).Offer(returns.Situation{State: order.State, Now: now, Taken: taken})
	if faults := offer.CheckGift(items); faults != nil {
		return store.Gift{}, &Refused{Faults: faults}
	}
	g := store.Gift{
		ID: id.New(now), Shop: order.Shop, OrderID: orderID, Code: id.Gift(), Nonce: nonce, Items: chosen(items), Language: language, CreatedAt: now,
	}
	return g, tx.InsertGift(ctx, g)
}

// RevokeGift ends the code of a gift of an order: nothing more can be asked for with it. What was asked for goes on. Revoked again
// nothing changes; store.ErrNotFound when the order has no such gift.
func (d *Desk) RevokeGift(ctx context.Context, order store.Order, giftID string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.RevokeGift(ctx, order.ID, giftID, d.Now()) })
}

// GiftOf puts a gift into the rules' words, as things stand: all are all cases of its order.
func GiftOf(g store.Gift, all []store.Case) *returns.Gift {
	own := slices.DeleteFunc(slices.Clone(all), func(c store.Case) bool { return c.GiftID != g.ID })
	return &returns.Gift{Items: g.Items, Taken: Taken(store.Order{}, own, nil)}
}

// OpenGift takes a request for a return by the recipient of a gift, as Open does by the buyer: who asks gets its messages.
func (d *Desk) OpenGift(ctx context.Context, gift store.Gift, who store.Recipient, req returns.Request, nonce string) (store.Case, error) {
	shop, ok := d.Config.Shop(gift.Shop)
	if !ok {
		return store.Case{}, store.ErrNotFound
	}
	req.Wish.Gift = true
	return d.take(ctx, func(tx *store.Tx) (store.Case, []store.Task, error) {
		live, err := tx.Gift(ctx, gift.ID)
		if err != nil {
			return store.Case{}, nil, err
		}
		return d.openOnce(ctx, tx, shop, live.OrderID, req, nonce, &asker{gift: live, who: who})
	})
}

// asker is who asks for a return in the place of the buyer.
type asker struct {
	gift store.Gift
	who  store.Recipient
}

// admit refuses what is asked for by a gift that its buyer revoked, and what is one too many.
func (a *asker) admit(ctx context.Context, tx *store.Tx) error {
	if !a.gift.RevokedAt.IsZero() {
		return &Refused{Faults: returns.Faults{"form": GiftRevoked}}
	}
	all, err := tx.CasesOf(ctx, a.gift.OrderID)
	if err != nil {
		return err
	}
	byGift, byOrder := 0, 0
	for _, c := range all {
		if c.GiftID == a.gift.ID {
			byGift++
		}
		if c.GiftID != "" {
			byOrder++
		}
	}
	if byGift >= mostByGift || byOrder >= mostByOrder {
		return &Refused{Faults: returns.Faults{"form": GiftUsedUp}}
	}
	return nil
}

// giftOf gives the gift that a case was asked for with; nil for the buyer's own.
func giftOf(ctx context.Context, tx *store.Tx, c store.Case) (*store.Gift, error) {
	if c.GiftID == "" {
		return nil, nil
	}
	g, err := tx.Gift(ctx, c.GiftID)
	return &g, err
}

// AsGift gives an order as the recipient of a gift may know it: the goods of the gift, without a price, and the country they were
// sent to. No number, no names, no addresses, no payments, nothing of what else was bought. Pages and messages for recipients are
// made of this and never of the order, so that none can tell what is not in it.
func AsGift(order store.Order, g store.Gift) store.Order {
	full := order.State.Order
	bare := orders.Order{Currency: full.Currency, ShipTo: orders.Address{Country: full.ShipTo.Country}}
	for _, line := range full.Lines {
		i := slices.IndexFunc(g.Items, func(i returns.Item) bool { return i.LineID == line.ID })
		if i < 0 {
			continue
		}
		bare.Lines = append(bare.Lines, orders.Line{
			ID: line.ID, SKU: line.SKU, Title: line.Title, Variant: line.Variant, Quantity: g.Items[i].Quantity, Category: line.Category,
			ImageURL: line.ImageURL, Cancelled: line.Cancelled, NotShipped: line.NotShipped,
		})
	}
	return store.Order{
		ID: order.ID, Shop: order.Shop, Language: g.Language, Region: order.Region, TimeZone: order.TimeZone,
		State: orders.State{Known: order.State.Known, Order: bare},
	}
}
