package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// The flags of a claim: what staff should know. None of them refuses it.
const (
	ClaimLate         = "late"            // after the seller's liability, as far as it can be reckoned
	ClaimNotYet       = "not_first"       // a remedy that is due after repair or replacement only
	ClaimAlsoReturned = "also_in_case"    // units that a return, a withdrawal or another claim has as well
	ClaimRefunded     = "refunded"        // units that money went back for already
	ClaimCancelled    = "order_cancelled" // the order, or a line of it
	ClaimNotDelivered = "not_delivered"   // goods said to be in hand that no carrier says to have delivered
	ClaimDelivered    = "delivered"       // goods said not to have come that a carrier says to have delivered
	ClaimNoMail       = "no_mail"         // no address to answer to: the answer goes by letter
)

// OpenClaim records that something is wrong with goods, or that they did not come. The same nonce is the same case. Nothing but
// a form that does not say what it is about is refused (*Refused): neither a policy, nor time, nor another case of the same goods.
// notices is what the form showed. The other errors are store.ErrNotFound for a shop that is not configured, and the store's.
func (d *Desk) OpenClaim(ctx context.Context, order store.Order, req returns.ClaimRequest, nonce string, notices []returns.ShownNotice) (store.Case, error) {
	return d.takeClaim(ctx, order, claimIn{ClaimRequest: req, nonce: nonce, notices: notices, channel: claimedOnline})
}

func (d *Desk) takeClaim(ctx context.Context, order store.Order, in claimIn) (store.Case, error) {
	shop, ok := d.Config.Shop(order.Shop)
	if !ok {
		return store.Case{}, store.ErrNotFound
	}
	return d.take(ctx, func(tx *store.Tx) (store.Case, []store.Task, error) {
		return d.claimOnce(ctx, tx, shop, order.ID, in)
	})
}

func (d *Desk) claimOnce(ctx context.Context, tx *store.Tx, shop *config.Shop, orderID string, in claimIn) (store.Case, []store.Task, error) {
	c, err := tx.CaseByNonce(ctx, orderID, in.nonce)
	if !errors.Is(err, store.ErrNotFound) {
		return c, nil, err
	}
	order, err := tx.Order(ctx, orderID)
	if err != nil {
		return store.Case{}, nil, err
	}
	if faults := returns.CheckClaim(in.ClaimRequest, bought(order.State.Order)); faults != nil {
		return store.Case{}, nil, &Refused{Faults: faults}
	}
	claim, err := d.claimRow(ctx, tx, shop, order, in)
	if err != nil {
		return store.Case{}, nil, err
	}
	c = store.Case{
		ID: claim.CaseID, Shop: shop.ID, OrderID: orderID, RMA: id.RMA(), Kind: returns.Claim, State: returns.Requested, Nonce: in.nonce,
		Items: in.Items, CreatedAt: claim.CameAt, UpdatedAt: d.Now(),
	}
	if err := tx.InsertCase(ctx, c); err != nil {
		return store.Case{}, nil, err
	}
	if err := tx.InsertClaim(ctx, claim); err != nil {
		return store.Case{}, nil, err
	}
	if err := d.log(ctx, tx, c.ID, in.actor(), "claimed", in.said()); err != nil {
		return store.Case{}, nil, err
	}
	if err := d.testifyClaim(ctx, tx, claimMade, claim); err != nil {
		return store.Case{}, nil, err
	}
	tasks, err := d.tellClaim(ctx, tx, shop, claim, claimMade)
	return c, tasks, err
}

func bought(order orders.Order) map[string]int {
	units := make(map[string]int)
	for _, line := range order.Lines {
		units[line.ID] += line.Quantity
	}
	return units
}

// claimRow makes the record of a claim: by whose law it is answered, by when, and what is odd about it.
func (d *Desk) claimRow(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, in claimIn) (store.Claim, error) {
	now := d.Now().UTC().Truncate(time.Millisecond)
	came := in.cameAt.UTC().Truncate(time.Millisecond)
	if in.cameAt.IsZero() || came.After(now) {
		came = now
	}
	contract := terms.Contract(shop, order)
	answer := returns.ComplaintAnswer(contract, returns.Complaint{ReceivedAt: came})
	claim := store.Claim{
		CaseID: id.New(now), Shop: shop.ID, OrderID: order.ID, Kind: in.Kind, Items: in.Items, Text: strings.TrimSpace(in.Text),
		Wish: in.Remedy, Language: order.Language, TimeZone: order.TimeZone, Country: contract.Consumer.Country, CameAt: came, DueAt: answer.End,
		Notices: in.notices, Channel: in.channel, EnteredBy: in.user,
	}
	all, err := tx.CasesOf(ctx, order.ID)
	if err != nil {
		return claim, err
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return claim, err
	}
	claim.Flags = claimFlags(shop, order, claim, returns.OfferClaim(in.Kind, order.State, contract, came), all, refunds)
	return claim, nil
}

func claimFlags(shop *config.Shop, order store.Order, claim store.Claim, offer returns.ClaimOffer, all []store.Case, refunds []store.Refund) []string {
	flags := []string{}
	add := func(flag string, ok bool) {
		if ok {
			flags = append(flags, flag)
		}
	}
	named := func(lineID string) bool {
		return slices.ContainsFunc(claim.Items, func(i returns.Item) bool { return i.LineID == lineID })
	}
	state := order.State
	add(ClaimLate, offer.Late)
	add(ClaimNotYet, slices.ContainsFunc(offer.Options, func(o returns.ClaimOption) bool { return o.Remedy == claim.Wish && !o.AtOnce }))
	add(ClaimAlsoReturned, slices.ContainsFunc(all, func(c store.Case) bool {
		return c.State != returns.Rejected && c.State != returns.Withdrawn && slices.ContainsFunc(c.Items, func(i returns.Item) bool { return named(i.LineID) })
	}))
	add(ClaimRefunded, slices.ContainsFunc(refunds, func(r store.Refund) bool {
		return r.Counts() && slices.ContainsFunc(r.Lines, func(l orders.RefundLine) bool { return named(l.LineID) && l.Quantity > 0 })
	}))
	add(ClaimCancelled, !state.CancelledAt.IsZero() || slices.ContainsFunc(state.Order.Lines, func(l orders.Line) bool { return l.Cancelled && named(l.ID) }))
	came := deliveredAll(state.Parcels)
	add(ClaimNotDelivered, claim.Kind.InHand() && !came && len(state.Parcels) > 0)
	add(ClaimDelivered, claim.Kind == returns.ClaimNotReceived && came)
	add(ClaimNoMail, mailOf(shop, order) == "")
	return flags
}

// deliveredAll tells whether carriers say of every live parcel that it was handed over.
func deliveredAll(parcels []orders.Parcel) bool {
	live := 0
	for _, p := range parcels {
		if !p.Live() {
			continue
		}
		if live++; p.Stage != orders.Delivered && p.Stage != orders.Collected {
			return false
		}
	}
	return live > 0
}
