package shopper

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
	"homeward/internal/web/upload"
)

// claimTyped is the form of a claim as it was typed.
type claimTyped struct {
	lines              []string          // ids of the lines that were chosen
	quantities         map[string]string // by line id; what is not typed is the whole line
	kind, remedy, text string
	nonce              string
	photos             []store.File   // that the form sent so far
	wrong              []upload.Fault // what was wrong with others
}

// claimRoutes adds the form by which a consumer says that something is wrong with goods, or that they did not come.
func (h *handler) claimRoutes() {
	h.routes.HandleFunc("GET /o/{token}/claims/new", h.order(h.showClaimForm))
	h.routes.HandleFunc("GET /o/{token}/claims", h.order(func(w http.ResponseWriter, r *http.Request, v *visit) {
		http.Redirect(w, r, v.path+"/claims/new", http.StatusSeeOther) //nolint:gosec // a path of this page
	}))
	h.routes.HandleFunc("POST /o/{token}/claims", h.order(h.uploaded(h.openClaim)))
}

// claiming tells the requests by which a claim is made: they go on when the browser hangs up.
func claiming(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/o/") && strings.HasSuffix(r.URL.Path, "/claims")
}

func (h *handler) showClaimForm(w http.ResponseWriter, r *http.Request, v *visit) {
	in := claimTyped{nonce: id.Secret()}
	if kind := r.URL.Query().Get("kind"); slices.Contains(returns.ClaimKinds, returns.ClaimKind(kind)) {
		in.kind = kind
	}
	if goods := v.claimable(); len(goods) == 1 {
		in.lines = []string{goods[0].ID}
	}
	h.render(w, r, http.StatusOK, "claim", h.claimForm(r, v, in))
}

// claimable are the lines that a claim can be about: every one, because what is wrong with a line that was cancelled is for
// staff to see.
func (v *visit) claimable() []orders.Line {
	return slices.DeleteFunc(slices.Clone(v.order.State.Order.Lines), func(l orders.Line) bool { return l.Quantity <= 0 })
}

// openClaim takes the form. The same nonce is the same case; nothing but a form that does not say what it is about is refused.
func (h *handler) openClaim(w http.ResponseWriter, r *http.Request, v *visit, form upload.Form) {
	in := typedClaim(form.Values)
	in.photos, in.wrong = form.Files, form.Faults
	req, faults := in.request(v)
	if form.Forged {
		faults["form"], in.nonce = "form", form.Nonce
	}
	if len(in.wrong) > 0 {
		faults["photo"] = returns.Code(in.wrong[0].Code)
	}
	if len(faults) > 0 {
		h.claimAgain(w, r, v, in, faults)
		return
	}
	c, err := h.Cases.OpenClaim(r.Context(), v.order, req, in.nonce, h.shownNotices(v, req.Kind))
	var refused *cases.Refused
	switch {
	case err == nil:
		h.toCase(w, r, v, c)
	case errors.As(err, &refused):
		h.claimAgain(w, r, v, in, refused.Faults)
	case errors.Is(err, store.ErrConflict) || fault.Of(err).Class == fault.Permanent:
		h.complain(r, "claim not opened", err)
		h.claimAgain(w, r, v, in, returns.Faults{"form": "form"})
	default:
		h.complain(r, "claim not opened", err)
		p := h.claimForm(r, v, in)
		p.Down, p.Ways = true, h.ways(v.shop, v.words)
		h.render(w, r, http.StatusServiceUnavailable, "claim", p)
	}
}

// shownNotices is what the form showed beside the choice, as evidence.
func (h *handler) shownNotices(v *visit, kind returns.ClaimKind) []returns.ShownNotice {
	offer := returns.OfferClaim(kind, v.order.State, terms.Contract(v.shop, v.order), v.now)
	return returns.ShowNotices(offer.Notices, v.words.Lang(), "form", v.now.Truncate(time.Millisecond))
}

func (h *handler) claimAgain(w http.ResponseWriter, r *http.Request, v *visit, in claimTyped, faults returns.Faults) {
	p := h.claimForm(r, v, in)
	p.tell(v, in, faults)
	h.render(w, r, http.StatusUnprocessableEntity, "claim", p)
}

// request puts what was typed into the rules' words.
func (in claimTyped) request(v *visit) (returns.ClaimRequest, returns.Faults) {
	req := returns.ClaimRequest{Kind: returns.ClaimKind(in.kind), Text: strings.TrimSpace(in.text)}
	req.Remedy, _ = returns.ClaimRemedy(req.Kind, in.remedy)
	bought := map[string]int{}
	for _, line := range v.claimable() {
		bought[line.ID] += line.Quantity
	}
	numbers := returns.Faults{}
	for _, line := range in.lines {
		n := bought[line]
		if typed := strings.TrimSpace(in.quantities[line]); typed != "" {
			var err error
			if n, err = strconv.Atoi(typed); err != nil {
				numbers[quantityField+line] = returns.QuantityInvalid
				n = 1
			}
		}
		req.Items = append(req.Items, returns.Item{LineID: line, Quantity: n})
	}
	faults := returns.Faults{}
	maps.Copy(faults, returns.CheckClaim(req, bought))
	maps.Copy(faults, numbers)
	return req, faults
}
