package shopper

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"homeward/internal/cases"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// changeable finds the case of the address as long as its request can be changed; one that cannot any more leads to its page.
// false when an answer was given instead.
func (h *handler) changeable(w http.ResponseWriter, r *http.Request, v *visit) (store.Case, bool) {
	c, l, ok := h.findCase(w, r, v)
	if ok && !cases.Changeable(c, l.refunds) {
		h.toCase(w, r, v, c)
		return c, false
	}
	return c, ok
}

// showChange shows the form with what a return asked for.
func (h *handler) showChange(w http.ResponseWriter, r *http.Request, v *visit) {
	c, ok := h.changeable(w, r, v)
	if !ok {
		return
	}
	if l, ok := h.readLedger(w, r, v, v.change(c)); ok {
		in := inputsOf(c)
		in.nonce, in.seen = id.Secret(), strconv.FormatInt(c.Version, 10)
		h.render(w, r, http.StatusOK, "return", h.form(v, v.change(c), l, in))
	}
}

func (h *handler) checkChange(w http.ResponseWriter, r *http.Request, v *visit, form upload.Form) {
	c, ok := h.changeable(w, r, v)
	if !ok {
		return
	}
	if a, ok := h.understandReturn(w, r, v, v.change(c), h.withPhotos(r, c, form)); ok {
		h.render(w, r, http.StatusOK, "return_check", h.summary(v, a))
	}
}

// changeReturn takes the change. Posted twice it is made once: the second finds another version of the case than the form saw.
func (h *handler) changeReturn(w http.ResponseWriter, r *http.Request, v *visit, form upload.Form) {
	c, ok := h.changeable(w, r, v)
	if !ok {
		return
	}
	a, ok := h.understandReturn(w, r, v, v.change(c), h.withPhotos(r, c, form))
	if !ok {
		return
	}
	if a.in.seen != strconv.FormatInt(c.Version, 10) {
		h.toCase(w, r, v, c)
		return
	}
	changed, err := h.Cases.Change(r.Context(), c, a.request)
	if errors.Is(err, returns.ErrStep) || errors.Is(err, store.ErrConflict) { // it moved on meanwhile: its page says how it stands
		h.toCase(w, r, v, c)
		return
	}
	h.taken(w, r, v, a, changed, err)
}

// withPhotos adds the photos that a case has already to those of a form: what is asked for anew keeps them.
func (h *handler) withPhotos(r *http.Request, c store.Case, form upload.Form) upload.Form {
	kept, err := h.Store.FilesOf(r.Context(), c.ID)
	if err != nil {
		h.complain(r, "photos not read", err)
	}
	form.Files = slices.DeleteFunc(kept, func(f store.File) bool { return f.Purpose != store.PhotoFile })
	return form
}

// inputsOf puts a case back into the words of its form.
func inputsOf(c store.Case) inputs {
	in := inputs{
		quantities: map[string]string{}, exchange: map[string]string{}, answers: map[string]string{}, reason: string(c.Reason),
		remedy: string(c.Remedy), method: string(c.Wish.Method), note: c.Note,
	}
	for _, item := range c.Items {
		in.quantities[item.LineID] = strconv.Itoa(item.Quantity)
	}
	for _, e := range c.Wish.Exchange {
		in.exchange[e.LineID] = e.SKU
	}
	for _, reply := range c.Answers {
		in.answers[in.reason+"."+reply.Question] = reply.Text
	}
	return in
}
