package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
	"homeward/templates"
)

// view gathers what a message can say, from the order as it is now and the data frozen with the message.
func (w *Worker) view(ctx context.Context, l *letter) templates.View {
	zone, err := time.LoadLocation(l.order.TimeZone)
	if err != nil {
		zone = l.shop.Zone
	}
	v := templates.View{
		Language: l.row.Language, Region: l.order.Region, Zone: zone, Now: l.started, Shop: Brand(l.shop), Order: l.order.State,
		Topic: l.row.Topic, Data: l.row.Data, Parcels: parcels(l.order.State, l.row),
	}
	if l.gift != nil {
		v.Link = l.gift.link
	} else {
		v.Link = w.Links.Order(l.order)
	}
	if id := l.row.Data.CaseID; id != "" {
		v.Case = w.Cases.View(ctx, id, l.order)
		if answer := l.row.Data.Claim; answer != nil {
			v.Claim = w.Cases.ClaimView(ctx, id, l.order, *answer)
		}
	}
	switch {
	case messages.ToStaff(l.row.Topic):
		viewForStaff(l, &v, w.Config.PublicURL)
	case l.said != nil:
		viewWithdrawal(l, &v)
	}
	if d := l.row.Data; d.RefundID != "" {
		v.Refund = &templates.Refund{
			Amount: d.Amount, Currency: d.Currency, Reference: d.Reference, Kind: cmp.Or(d.PaymentKind, "stripe"), Status: refundStatus(l.row.Topic), At: l.row.CreatedAt,
			Postage: d.Postage,
		}
	}
	return v
}

// viewForStaff leads staff to the console. They get no shopper's link: whoever has it acts as the shopper.
func viewForStaff(l *letter, v *templates.View, publicURL string) {
	v.Link = publicURL + "/ops/deadlines"
	if l.row.Topic == messages.StaffReply {
		v.Link = publicURL + "/ops/returns/" + l.row.Data.CaseID
	}
	if s := l.said; s != nil {
		v.Withdrawal = &templates.Withdrawal{Reference: s.Reference, Number: s.Number}
	}
	if zone := l.shop.Zone; zone != nil {
		v.Zone = zone
	}
}

// viewWithdrawal adds a statement to a view. A receipt that goes to an address which is not the order's holds no link to it:
// whoever made the statement may be a stranger.
func viewWithdrawal(l *letter, v *templates.View) {
	s := l.said
	if stranger(l) {
		v.Order, v.Link, v.Parcels = orders.State{}, "", nil
	}
	if zone, err := time.LoadLocation(s.TimeZone); err == nil {
		v.Zone = zone
	}
	v.Withdrawal = &templates.Withdrawal{
		Reference: s.Reference, Number: s.Number, Name: s.Name, Email: s.Email, Text: s.Body, SubmittedAt: s.SubmittedAt,
		Language: s.Language, Late: slices.Contains(s.Flags, withdrawals.Late),
	}
	terms := withdrawals.TermsOf(l.shop, l.order, s.SubmittedAt)
	v.Withdrawal.RefundRule = terms.Refund.Rule
	v.Withdrawal.SendBackBy, v.Withdrawal.RefundBy = terms.SendBack.LastDay(v.Zone), terms.Refund.LastDay(v.Zone)
}

// refundStatus gives the status that a refund message tells: the one it was made for, not a later one.
func refundStatus(t messages.Topic) string {
	switch t {
	case messages.RefundSucceeded:
		return string(store.RefundSucceeded)
	case messages.RefundPaid:
		return "paid"
	case messages.RefundFailed:
		return string(store.RefundFailed)
	case messages.RefundNeedsYou:
		return string(store.RefundRequiresAction)
	default:
		return string(store.RefundPending)
	}
}

// parcels gives the parcels that a message tells of, as they are now.
func parcels(state orders.State, m store.Message) []orders.Parcel {
	var out []orders.Parcel
	for _, key := range m.Parcels {
		if p, ok := state.Parcel(key); ok {
			out = append(out, p)
		}
	}
	return out
}

// Brand puts a shop's settings into the templates' words.
func Brand(shop *config.Shop) templates.Shop {
	b := templates.Shop{
		ID: shop.ID, Name: shop.Name, Logo: shop.Brand.Logo, Color: shop.Brand.Color, Address: shop.Brand.Address,
		ReplyTo: shop.Brand.ReplyTo, ReturnAddress: shop.Returns.Address, Country: shop.Country,
	}
	if b.ReturnAddress == "" {
		b.ReturnAddress = b.Address
	}
	return b
}
