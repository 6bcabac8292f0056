package shopper

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/internal/web/clientip"
	"homeward/internal/web/page"
)

// lookupPage asks for an order's number and e-mail address.
type lookupPage struct {
	page.Frame
	Action string
	Number string
	Typed  string // the e-mail address
	Errors []formError
	Wrong  map[string]string // by field
	Gift   string            // where the code of a gift is typed
}

func (h *handler) showLookup(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	words := h.spoken(r, shop)
	if r.URL.Query().Get("sent") != "" {
		h.render(w, r, http.StatusOK, "notice", &notice{
			Frame: h.shopFrame(r, shop, words, words.T("page.lookup.sent.title")), Text: words.T("page.lookup.sent.text"),
			Link: &action{Text: words.T("page.lookup.again"), Href: lookupPath(shop, words, "")},
		})
		return
	}
	h.render(w, r, http.StatusOK, "lookup", &lookupPage{
		Frame: h.shopFrame(r, shop, words, words.T("page.lookup.title")), Action: r.URL.Path + "?lang=" + words.Lang(), Gift: giftPath(shop, words),
		Number: cut(r.URL.Query().Get("number"), 64),
	})
}

// giftPath gives where the code of a gift is typed; "" for a shop whose policy has nothing for recipients.
func giftPath(shop *config.Shop, words page.Words) string {
	if !cases.Policy(shop).ForGifts() {
		return ""
	}
	return codePath(shop, words)
}

// lookUp sends the link by mail when there is such an order. The answer, and how long it takes, are the same when there
// is none.
func (h *handler) lookUp(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	began := time.Now()
	words := h.spoken(r, shop)
	number, email := r.PostForm.Get("number"), strings.TrimSpace(r.PostForm.Get("email"))
	p := &lookupPage{
		Frame: h.shopFrame(r, shop, words, words.T("page.lookup.title")), Action: r.URL.Path + "?lang=" + words.Lang(), Gift: giftPath(shop, words),
		Number: number, Typed: email, Wrong: map[string]string{},
	}
	if orders.NumberKey(number) == "" || len(number) > 64 {
		p.wrong("number", words.T("page.error.number"))
	}
	if _, ok := contact.Email(email); !ok {
		p.wrong("email", words.T("page.error.email"))
	}
	if len(p.Errors) > 0 {
		h.render(w, r, http.StatusUnprocessableEntity, "lookup", p)
		return
	}
	if !h.visits.allow(clientip.Network(clientip.Of(r)), h.Now()) {
		h.render(w, r, http.StatusTooManyRequests, "notice", &notice{
			Frame: h.shopFrame(r, shop, words, words.T("page.lookup.limit.title")), Text: words.T("page.lookup.limit.text"),
		})
		return
	}
	err := h.sendLink(r, shop, orders.NumberKey(number), orders.EmailKey(email))
	h.pause(r, began)
	if err != nil {
		h.complain(r, "link not sent", err)
		h.down(w, r, shop, words)
		return
	}
	http.Redirect(w, r, r.URL.Path+"?sent=1&lang="+words.Lang(), http.StatusSeeOther) //nolint:gosec // a path of this page
}

func (h *handler) sendLink(r *http.Request, shop *config.Shop, number, email string) error {
	if !h.links.allow(shop.ID+"\x00"+number+"\x00"+email, h.Now()) {
		return nil // it went out a moment ago, if there is such an order
	}
	order, err := h.Store.OrderByNumberAndEmail(r.Context(), shop.ID, number, email)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return h.Links.SendLink(r.Context(), order)
}

// pause waits until the answer's time is a whole number of LookupPauses.
func (h *handler) pause(r *http.Request, began time.Time) {
	if h.LookupPause < 0 {
		return
	}
	timer := time.NewTimer(h.LookupPause - time.Since(began)%h.LookupPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

func (p *lookupPage) wrong(name, text string) {
	p.Errors = append(p.Errors, formError{Field: name, Text: text})
	p.Wrong[name] = text
}

// cut shortens what came in an address.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
