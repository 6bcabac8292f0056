package shopper

import (
	"net/http"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/web/page"
)

// orderPage is the page that a shopper comes back to.
type orderPage struct {
	page.Frame
	Number, Placed string
	Hero           hero
	Steps          []step // when the parcels do not show their own
	Actions        []action
	Parcels        []parcelCard
	Single         bool // one parcel, which the hero speaks of
	Recent         []entry
	Earlier        []entry
	Zone           string
	Lines          []lineRow
	Sums           []sumRow
	Refunds        []refundRow
	Cases          []caseRow
	Made           []madeRow  // withdrawals
	Given          []givenRow // what recipients of gifts return
	Gift           *giftOffer
	Place, Mailbox string      // masked
	Ways           []way       // what can be done: a return, a claim, a withdrawal
	Offers         []lineOffer // the same line by line
}

// caseRow is a return in the list of the order page.
type caseRow struct{ Title, State, Href, Date string }

func (h *handler) showOrder(w http.ResponseWriter, r *http.Request, v *visit) {
	l, err := h.ledger(r, v, "")
	if err != nil {
		h.complain(r, "returns not read", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	if err := h.findDelay(r, v); err != nil {
		h.complain(r, "delays not read", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	s, words := &v.order.State, v.words
	live := liveParcels(s.Parcels)
	title := words.T("page.order.title", "Number", s.Order.Number)
	p := &orderPage{
		Frame: h.visitFrame(v, title, ""), Number: title, Hero: v.orderHero(live), Actions: v.actions(live), Parcels: v.parcelCards(live),
		Single: len(live) == 1, Zone: v.zone.String(), Lines: v.lineRows(), Sums: v.sums(), Refunds: v.refundRows(l.buyers()),
		Place: maskedPlace(s.Order.ShipTo), Mailbox: maskedEmail(s.Order.Customer.Email),
	}
	if !s.Order.PlacedAt.IsZero() {
		p.Placed = words.T("page.order.placed", "Date", words.Date(s.Order.PlacedAt))
	}
	switch {
	case len(live) == 1:
		p.Steps = p.Parcels[0].Steps
	case len(live) == 0 && s.CancelledAt.IsZero():
		p.Steps = v.steps("progress.", []string{"placed", "shipped", "on_its_way", "delivered"}, 0, false)
	}
	story := v.timeline(live)
	cut := min(len(story), openEntries)
	if len(story) == openEntries+1 {
		cut = len(story) // folding one line away saves nothing
	}
	p.Recent, p.Earlier = story[:cut], story[cut:]
	for _, c := range l.cases {
		state := words.Code("case", string(c.State))
		if c.Kind == returns.Withdrawal && c.State == returns.Approved { // nobody accepted it: it took effect by itself
			state = words.T("page.case.hero.approved")
		}
		p.Cases = append(p.Cases, caseRow{
			Title: v.ofKind("page.case.title", c.Kind, "RMA", c.RMA), State: state,
			Href: v.path + "/cases/" + c.RMA, Date: words.Date(c.CreatedAt),
		})
	}
	p.Made, p.Given, p.Gift = h.made(r, v), v.givenRows(l), h.giftOffer(r, v, l)
	p.Ways, p.Offers = v.offered(l), v.lineOffers(l)
	h.render(w, r, http.StatusOK, "order", p)
}

func liveParcels(all []orders.Parcel) []orders.Parcel {
	var live []orders.Parcel
	for _, p := range all {
		if p.Live() {
			live = append(live, p)
		}
	}
	return live
}
