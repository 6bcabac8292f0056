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
)

// trackingForm is what a carrier's number looks like once it is normalised.
var trackingForm = regexp.MustCompile(`^[A-Z0-9]{5,40}$`)

// findCase gives the order's case of the address; false when an answer was given instead.
func (h *handler) findCase(w http.ResponseWriter, r *http.Request, v *visit) (store.Case, ledger, bool) {
	l, err := h.ledger(r, v, "")
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

// postedCase reads a form about a case and finds the case; false when an answer was given instead.
func (h *handler) postedCase(w http.ResponseWriter, r *http.Request, v *visit) (store.Case, ledger, bool) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return store.Case{}, ledger{}, false
	}
	return h.findCase(w, r, v)
}

func (h *handler) showCase(w http.ResponseWriter, r *http.Request, v *visit) {
	if c, l, ok := h.findCase(w, r, v); ok {
		h.render(w, r, http.StatusOK, "case", h.casePage(r, v, c, l))
	}
}

// markSent keeps the number of the parcel back; it may be empty, because not every post gives one.
func (h *handler) markSent(w http.ResponseWriter, r *http.Request, v *visit) {
	c, l, ok := h.postedCase(w, r, v)
	if !ok {
		return
	}
	if len(v.missing(c)) == 0 {
		h.toCase(w, r, v, c)
		return
	}
	typed := strings.TrimSpace(r.PostForm.Get("tracking"))
	if typed != "" && !trackingForm.MatchString(orders.NormalizeTracking(typed)) {
		p := h.casePage(r, v, c, l)
		text := v.words.T("page.error.tracking")
		p.Tracking, p.Errors, p.Wrong = typed, []formError{{Field: "tracking", Text: text}}, map[string]string{"tracking": text}
		h.render(w, r, http.StatusUnprocessableEntity, "case", p)
		return
	}
	_, err := h.Cases.MarkSent(r.Context(), c, typed)
	h.moved(w, r, v, c, err)
}

func (h *handler) callOff(w http.ResponseWriter, r *http.Request, v *visit) {
	c, _, ok := h.postedCase(w, r, v)
	if !ok {
		return
	}
	_, err := h.Cases.CallOff(r.Context(), c, cases.Shopper)
	h.moved(w, r, v, c, err)
}

// moved answers a step of a case. A step that cannot be taken now leads to the page that says how the case stands.
func (h *handler) moved(w http.ResponseWriter, r *http.Request, v *visit, c store.Case, err error) {
	late := errors.Is(err, returns.ErrStep) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound)
	if err != nil && !late && fault.Of(err).Class != fault.Permanent {
		h.complain(r, "return not moved", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	h.toCase(w, r, v, c)
}

// returnAddress gives where goods go back to, line by line.
func returnAddress(shop *config.Shop) []string {
	if address := lines(shop.Name, shop.Returns.Address); address != nil {
		return address
	}
	return lines(shop.Name, shop.Brand.Address)
}
