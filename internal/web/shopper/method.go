package shopper

import (
	"net/http"
	"slices"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/templates"
)

// sendWay is how the goods of a case come back: with a label that is there, or to the shop's address; and the choice, while
// there is one.
type sendWay struct {
	Label, Code *fileRow
	Waits       bool   // a label was asked for and is not there yet: the address is, all the same
	DropOff     string // where a parcel with the label is handed in
	Choices     []choice
	Chosen      bool // one of them is
	Nonce       string
}

// sendWay says how the goods of a case are sent now. What cannot be read is left out: the address is always there.
func (h *handler) sendWay(r *http.Request, v *visit, c store.Case, f *caseFiles) *sendWay {
	w := &sendWay{Nonce: c.ID}
	if f != nil {
		w.Label, w.Code, w.Waits = f.Label, f.Code, f.LabelWaits
	}
	labels, err := h.Store.LabelsOf(r.Context(), c.ID)
	if err != nil {
		h.complain(r, "labels not read", err)
		return w
	}
	w.DropOff = v.words.T("page.case.how.dropoff_any")
	for _, l := range labels {
		if l.Status == store.LabelBought && l.Carrier != "" {
			w.DropOff = v.words.T("page.case.how.dropoff", "Carrier", templates.CarrierName(l.Carrier))
		}
	}
	if cases.Sendable(c, labels) {
		w.Choices = v.methodChoices(c.Wish.Method, v.labelCost(c.Conditions.LabelFee), v.ownCost(c.Kind == returns.Claim || c.Conditions.PaidBy != returns.ShopperPays))
		w.Chosen = c.Wish.Method != ""
	}
	return w
}

// offeredMethods gives the ways of sending that a form offers, each with what it costs.
func (v *visit) offeredMethods(offer returns.Offer, chosen returns.SendMethod) []choice {
	open := slices.DeleteFunc(slices.Clone(offer.Lines), func(o returns.LineOffer) bool { return o.Left == 0 })
	if len(open) == 0 {
		return nil
	}
	label, own := v.labelCost(open[0].LabelFee), v.ownCost(open[0].PaidBy != returns.ShopperPays)
	for _, o := range open {
		if o.LabelFee != open[0].LabelFee || o.PaidBy != open[0].PaidBy || paidByReason(o) {
			label = v.words.T("page.method.varies")
		}
		if o.PaidBy != open[0].PaidBy || paidByReason(o) {
			own = v.words.T("page.method.own_varies")
		}
	}
	return v.methodChoices(chosen, label, own)
}

// paidByReason tells that who pays for the way back depends on why goods come back.
func paidByReason(o returns.LineOffer) bool {
	return o.PaidBy == returns.ShopperPays && slices.ContainsFunc(o.Reasons, func(r returns.ReasonRule) bool {
		return r.Claim || (r.PaidBy != "" && r.PaidBy != o.PaidBy)
	})
}

func (v *visit) methodChoices(chosen returns.SendMethod, label, own string) []choice {
	var out []choice
	for _, m := range cases.Methods(v.shop, v.order, v.gift != nil) {
		c := choice{Value: string(m), Text: v.words.T("page.form.method." + string(m)), Chosen: m == chosen, More: label}
		if m == returns.ByOwn {
			c.More = own
		}
		out = append(out, c)
	}
	return out
}

func (v *visit) labelCost(fee int64) string {
	if fee <= 0 {
		return v.words.T("page.method.free")
	}
	return v.words.T("page.method.fee", "Money", v.words.Money(fee, v.order.State.Order.Currency))
}

func (v *visit) ownCost(shopPays bool) string {
	if shopPays {
		return v.words.T("page.method.own_we")
	}
	return v.words.T("page.method.own_you")
}

// chooseMethod keeps how the shopper sends the goods of an approved case. One that cannot be chosen any more leads to the page that
// says how the case stands.
func (h *handler) chooseMethod(w http.ResponseWriter, r *http.Request, v *visit) {
	c, l, ok := h.postedCase(w, r, v)
	if !ok {
		return
	}
	m := returns.SendMethod(r.PostForm.Get("method"))
	if !slices.Contains(cases.Methods(v.shop, v.order, v.gift != nil), m) {
		p := h.casePage(r, v, c, l)
		text := v.words.T("page.error.method")
		p.Errors, p.Wrong = []formError{{Field: "method", Text: text}}, map[string]string{"method": text}
		if p.Way == nil || len(p.Way.Choices) == 0 {
			h.toCase(w, r, v, c)
			return
		}
		h.render(w, r, http.StatusUnprocessableEntity, "case", p)
		return
	}
	_, err := h.Cases.ChooseMethod(r.Context(), c, m)
	h.moved(w, r, v, c, err)
}
