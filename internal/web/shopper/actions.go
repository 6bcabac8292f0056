package shopper

import (
	"slices"

	"homeward/internal/orders"
)

// action is something that the shopper can do next.
type action struct {
	Title  string
	Text   string
	Code   string // to collect a parcel with
	Place  string
	Until  string
	Parcel string // which parcel, when there are several
	Href   string // where it is done …
	Here   string // the words of the link, when it is a page of ours …
	Mail   bool   // … or by writing to the shop
	Calm   bool   // it can be done, and need not be
}

// actions lists what the shopper has to do, the most pressing parcel first.
func (v *visit) actions(live []orders.Parcel) []action {
	var out []action
	for i, p := range live {
		a, ok := v.action(p)
		if !ok {
			continue
		}
		if len(live) > 1 {
			a.Parcel = v.words.T("page.parcel.many", "N", i+1, "All", len(live))
		}
		out = append(out, a)
	}
	if v.delay != nil {
		return append([]action{v.delayAction()}, out...)
	}
	if v.order.State.CancelledAt.IsZero() && len(live) == 0 && !v.fact(orders.LateToShip, "").IsZero() {
		out = append(out, v.ask("confirm_delay", "", true))
	}
	return out
}

func (v *visit) action(p orders.Parcel) (action, bool) {
	ended := slices.Contains([]orders.ParcelStage{orders.Delivered, orders.Collected, orders.Returned}, p.Stage)
	switch {
	case p.Stage == orders.ReadyForPickup:
		return v.collect(p), true
	case ended || p.Action == orders.NoAction || p.Action == "" || p.Action == orders.Collect:
		return action{}, false
	case p.Action == orders.PayDuty:
		return v.ask("pay_duty", webAddress(p.TrackingURL), false), true
	case p.Action == orders.CorrectAddress || p.Action == orders.ConfirmDelay:
		return v.ask(string(p.Action), "", true), true
	default:
		return v.ask("contact", "", true), true
	}
}

func (v *visit) ask(what, href string, mail bool) action {
	return action{
		Title: v.words.T("page.action." + what + ".title"), Text: v.words.T("page.action." + what + ".text"), Href: href,
		Mail: mail && v.shop.Brand.ReplyTo != "",
	}
}

func (v *visit) collect(p orders.Parcel) action {
	a := action{
		Title: v.words.T("page.action.collect.title"), Text: v.words.T("page.action.collect.text"),
		Code: p.Pickup.Code, Place: p.Pickup.Place, Href: webAddress(p.TrackingURL),
	}
	if a.Code == "" {
		a.Text = v.words.T("page.action.collect.no_code")
	}
	if !p.Pickup.Until.IsZero() {
		a.Until = v.words.Moment(p.Pickup.Until)
	}
	return a
}
