package shopper

import (
	"errors"
	"net/http"
	"regexp"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// nonceForm is what a nonce looks like: ours, or a short one of another client.
var nonceForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// purpose is what a return form is for: a new return, or the change of one.
type purpose struct {
	base string      // what its addresses begin with: the form is posted to base + "/check", then to base
	back string      // the page's part below the order's
	of   *store.Case // nil for a new one
}

func (v *visit) newReturn() purpose { return purpose{base: v.path + "/returns", back: "/returns/new"} }

func (v *visit) change(c store.Case) purpose {
	return purpose{base: v.path + "/cases/" + c.RMA + "/change", back: "/cases/" + c.RMA + "/change", of: &c}
}

func (h *handler) showReturnForm(w http.ResponseWriter, r *http.Request, v *visit) {
	if l, ok := h.readLedger(w, r, v, v.newReturn()); ok {
		h.render(w, r, http.StatusOK, "return", h.form(v, v.newReturn(), l, inputs{nonce: id.Secret()}))
	}
}

// readLedger gives the order's ledger; false when an answer was given instead.
func (h *handler) readLedger(w http.ResponseWriter, r *http.Request, v *visit, p purpose) (ledger, bool) {
	except := ""
	if p.of != nil {
		except = p.of.ID
	}
	l, err := h.ledger(r, v, except)
	if err != nil {
		h.complain(r, "returns not read", err)
		h.down(w, r, v.shop, v.words)
		return l, false
	}
	return l, true
}

// asked is a posted form, read and looked at.
type asked struct {
	purpose  purpose
	in       inputs
	request  returns.Request
	decision returns.Decision
	ledger   ledger
}

// understandReturn reads a posted return form. Without faults it gives what was asked for and what the policy decides on it;
// false when an answer was given instead.
func (h *handler) understandReturn(w http.ResponseWriter, r *http.Request, v *visit, p purpose, form upload.Form) (asked, bool) {
	a := asked{purpose: p, in: readInputs(r)}
	a.in.photos, a.in.wrong = form.Files, form.Faults
	var ok bool
	if a.ledger, ok = h.readLedger(w, r, v, p); !ok {
		return a, false
	}
	// After the ledger was read: a twin of this form that was faster is in both, or in neither.
	if p.of == nil && nonceForm.MatchString(a.in.nonce) {
		if c, err := h.Store.CaseByNonce(r.Context(), v.order.ID, a.in.nonce); err == nil {
			h.toCase(w, r, v, c)
			return a, false
		}
	}
	if r.PostForm.Get("change") != "" { // back from the summary: nothing is wrong yet
		h.render(w, r, http.StatusOK, "return", h.typedForm(v, p, a.ledger, a.in))
		return a, false
	}
	var faults, more returns.Faults
	a.request, faults = a.in.request(v, a.ledger.offer)
	if v.gift != nil {
		a.request.Wish.Gift = true
		a.in.askWho(faults)
	}
	a.request.Photos = len(a.in.photos)
	if len(a.in.wrong) > 0 {
		faults["photo"] = returns.Code(a.in.wrong[0].Code)
	}
	a.decision, more = a.ledger.policy.Decide(a.ledger.situation, a.request)
	faults = faults.Merge(more)
	if !nonceForm.MatchString(a.in.nonce) {
		faults["form"] = "form"
		if a.in.nonce = form.Nonce; a.in.nonce == "" {
			a.in.nonce = id.Secret()
		}
	}
	if len(faults) > 0 {
		h.formAgain(w, r, v, a, faults)
		return a, false
	}
	return a, true
}

// checkReturn shows what would be asked for, with every cent. It changes nothing.
func (h *handler) checkReturn(w http.ResponseWriter, r *http.Request, v *visit, form upload.Form) {
	if a, ok := h.understandReturn(w, r, v, v.newReturn(), form); ok {
		h.render(w, r, http.StatusOK, "return_check", h.summary(v, a))
	}
}

// backToForm answers who opens the address of the summary by hand.
func (h *handler) backToForm(w http.ResponseWriter, r *http.Request, v *visit) {
	http.Redirect(w, r, v.path+"/returns/new", http.StatusSeeOther) //nolint:gosec // a path of this page
}

// openReturn takes the form. The same nonce is the same case, however often it is posted.
func (h *handler) openReturn(w http.ResponseWriter, r *http.Request, v *visit, form upload.Form) {
	a, ok := h.understandReturn(w, r, v, v.newReturn(), form)
	if !ok {
		return
	}
	var c store.Case
	var err error
	if v.gift != nil {
		c, err = h.Cases.OpenGift(r.Context(), *v.gift, a.in.recipient(v), a.request, a.in.nonce)
	} else {
		c, err = h.Cases.Open(r.Context(), v.order, a.request, a.in.nonce)
	}
	if errors.Is(err, store.ErrDuplicate) {
		c, err = h.Store.CaseByNonce(r.Context(), v.order.ID, a.in.nonce)
	}
	h.taken(w, r, v, a, c, err)
}

// taken answers a form that was handed to the desk.
func (h *handler) taken(w http.ResponseWriter, r *http.Request, v *visit, a asked, c store.Case, err error) {
	var refused *cases.Refused
	switch {
	case err == nil:
		h.toCase(w, r, v, c)
	case errors.As(err, &refused):
		h.formAgain(w, r, v, a, refused.Faults)
	case errors.Is(err, store.ErrConflict) || fault.Of(err).Class == fault.Permanent:
		h.complain(r, "return not taken", err)
		h.formAgain(w, r, v, a, returns.Faults{"form": "changed"})
	default:
		h.complain(r, "return not taken", err)
		p := h.typedForm(v, a.purpose, a.ledger, a.in)
		p.Down, p.Ways, p.Action = true, h.ways(v.shop, v.words), a.purpose.base
		if v.gift != nil {
			p.Ways.Withdraw = ""
		}
		h.render(w, r, http.StatusServiceUnavailable, "return", p)
	}
}

func (h *handler) toCase(w http.ResponseWriter, r *http.Request, v *visit, c store.Case) {
	http.Redirect(w, r, v.path+"/cases/"+c.RMA, http.StatusSeeOther) //nolint:gosec // a path of this page
}

// formAgain shows the form with everything typed and what is wrong with it.
func (h *handler) formAgain(w http.ResponseWriter, r *http.Request, v *visit, a asked, faults returns.Faults) {
	p := h.typedForm(v, a.purpose, a.ledger, a.in)
	p.tell(v, a.ledger.offer, a.in.wrong, faults)
	h.render(w, r, http.StatusUnprocessableEntity, "return", p)
}
