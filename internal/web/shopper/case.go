package shopper

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
)

// casePage is one return.
type casePage struct {
	page.Frame
	RMA      string
	Number   string // of the order
	Hero     hero
	Steps    []step
	Send     bool // the goods are to be sent
	Address  []string
	Tracking string // as known, or as typed
	CanTrack bool
	CanCall  bool
	Items    []itemRow
	Expected string
	Refunds  []refundRow
	Decision string
	Reason   string
	Note     string
	Action   string // of this case's forms: + "/sent", "/cancel"
	Errors   []formError
	Wrong    map[string]string
}

// trackingForm is what a carrier's number looks like once it is normalised.
var trackingForm = regexp.MustCompile(`^[A-Z0-9]{5,40}$`)

// findCase gives the order's case of the address; false when an answer was given instead.
func (h *handler) findCase(w http.ResponseWriter, r *http.Request, v *visit) (store.Case, ledger, bool) {
	l, err := h.ledger(r, v)
	if err != nil {
		h.complain(r, "returns not read", err)
		h.down(w, r, v.shop, v.words)
		return store.Case{}, l, false
	}
	i := slices.IndexFunc(l.cases, func(c store.Case) bool { return c.RMA == r.PathValue("rma") })
	if i < 0 {
		h.missing(w, r, v.shop)
		return store.Case{}, l, false
	}
	return l.cases[i], l, true
}

func (h *handler) showCase(w http.ResponseWriter, r *http.Request, v *visit) {
	if c, l, ok := h.findCase(w, r, v); ok {
		h.render(w, r, http.StatusOK, "case", h.casePage(v, c, l))
	}
}

// markSent keeps the number of the parcel back; it may be empty, because not every post gives one.
func (h *handler) markSent(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	c, l, ok := h.findCase(w, r, v)
	if !ok {
		return
	}
	typed := strings.TrimSpace(r.PostForm.Get("tracking"))
	if typed != "" && !trackingForm.MatchString(orders.NormalizeTracking(typed)) {
		p := h.casePage(v, c, l)
		text := v.words.T("page.error.tracking")
		p.Tracking, p.Errors, p.Wrong = typed, []formError{{Field: "tracking", Text: text}}, map[string]string{"tracking": text}
		h.render(w, r, http.StatusUnprocessableEntity, "case", p)
		return
	}
	_, err := h.Cases.MarkSent(r.Context(), c, typed)
	h.moved(w, r, v, c, err)
}

func (h *handler) callOff(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	c, _, ok := h.findCase(w, r, v)
	if !ok {
		return
	}
	_, err := h.Cases.CallOff(r.Context(), c, cases.Shopper)
	h.moved(w, r, v, c, err)
}

// moved answers a step of a case. A step that cannot be taken now leads to the page that says how the case stands.
func (h *handler) moved(w http.ResponseWriter, r *http.Request, v *visit, c store.Case, err error) {
	late := errors.Is(err, returns.ErrStep) || errors.Is(err, store.ErrConflict)
	if err != nil && !late && fault.Of(err).Class != fault.Permanent {
		h.complain(r, "return not moved", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	h.toCase(w, r, v, c)
}

func (h *handler) casePage(v *visit, c store.Case, l ledger) *casePage {
	words, state := v.words, string(c.State)
	var own []store.Refund
	for _, refund := range l.refunds {
		if refund.CaseID == c.ID {
			own = append(own, refund)
		}
	}
	p := &casePage{
		Frame: h.visitFrame(v, words.T("page.case.title", "RMA", c.RMA), "/returns/"+c.RMA), RMA: c.RMA,
		Number: words.T("page.order.title", "Number", v.order.State.Order.Number),
		Hero:   hero{Tone: caseTone(c.State), Title: words.T("page.case.hero." + state), Note: words.T("page.case.note." + state)},
		Steps:  v.caseSteps(c, paid(own)), Send: c.State == returns.Approved, Address: returnAddress(v.shop),
		Tracking: c.TrackingNumber, CanTrack: allows(c, returns.Send), CanCall: allows(c, returns.CallOff),
		Decision: c.Decision, Note: c.Note, Action: v.path + "/returns/" + c.RMA,
	}
	if c.Reason != "" { // a withdrawal has none
		p.Reason = words.Code("reason", string(c.Reason))
	}
	for _, item := range c.Items {
		if line, ok := v.line(item.LineID); ok {
			p.Items = append(p.Items, v.item(line, item.Quantity))
		}
	}
	p.Refunds = v.refundRows(own)
	if len(own) == 0 && !c.State.Final() {
		if worth, _, err := cases.Expected(c, v.order.State.Order, l.refunds); err == nil {
			p.Expected = words.Money(worth, v.order.State.Order.Currency)
		}
	}
	return p
}

func allows(c store.Case, step returns.Step) bool {
	_, err := returns.NextFor(c.Kind, c.State, step)
	return err == nil
}

// returnAddress gives where goods go back to, line by line.
func returnAddress(shop *config.Shop) []string {
	if address := lines(shop.Name, shop.Returns.Address); address != nil {
		return address
	}
	return lines(shop.Name, shop.Brand.Address)
}

func caseTone(state returns.State) string {
	switch state {
	case returns.Rejected:
		return "attention"
	case returns.Received, returns.Closed:
		return "good"
	default:
		return "calm"
	}
}

// paid tells that money went back, all of what was owed.
func paid(refunds []store.Refund) bool {
	return len(refunds) > 0 && !slices.ContainsFunc(refunds, func(r store.Refund) bool { return r.Status != store.RefundSucceeded })
}

// caseSteps shows how far a return is; none for one that ended early, or without money. The goods of a withdrawal were not
// asked for and not accepted: their way begins when they are sent.
func (v *visit) caseSteps(c store.Case, paid bool) []step {
	state := c.State
	now := map[returns.State]int{
		returns.Requested: 0, returns.Approved: 1, returns.InTransit: 2, returns.Received: 3, returns.Refunding: 4, returns.Closed: 4,
	}
	i, ok := now[state]
	if !ok || (state == returns.Closed && !paid) {
		return nil
	}
	names := []string{"requested", "approved", "in_transit", "received", "refunded"}
	if c.Kind == returns.Withdrawal {
		if names, i = names[2:], i-2; i < 0 {
			return nil
		}
	}
	return v.steps("page.case.step.", names, i, state == returns.Closed)
}
