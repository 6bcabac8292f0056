package shopper

import (
	"net/http"
	"net/url"
	"sort"
	"strings"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/store"
	"homeward/internal/web/page"
	"homeward/internal/web/upload"
)

// notice is a page that says one thing, with what can be done about it.
type notice struct {
	page.Frame
	Text string
	Link *action // where to go from here
	Ways *ways   // the other ways, when this one is closed
	// Retry keeps what was typed: posting it again to the same address.
	Retry *retry
}

// ways are the ways to a shop that need no Homeward.
type ways struct {
	Email, Subject string
	Post           []string
	Withdraw       string
}

type retry struct {
	Action string
	Fields []field // hidden ones
	Typed  []field // what the shopper wrote, to be seen
}

type field struct{ Name, Label, Value string }

// only gives the shop of an installation that has one, so that a page about a broken link can still say whose it is.
func (h *handler) only(shop *config.Shop) *config.Shop {
	if shop == nil && len(h.Config.Shops) == 1 {
		return &h.Config.Shops[0]
	}
	return shop
}

// missing answers 404; shop may be nil.
func (h *handler) missing(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	shop = h.only(shop)
	words := h.spoken(r, shop)
	n := &notice{Frame: h.frame(shop, words, words.T("page.missing.title")), Text: words.T("page.missing.text")}
	if shop != nil {
		n.Link = &action{Text: words.T("page.lookup.title"), Href: lookupPath(shop, words, "")}
	}
	h.render(w, r, http.StatusNotFound, "notice", n)
}

// expired answers 410 with the way to a fresh link.
func (h *handler) expired(w http.ResponseWriter, r *http.Request, shop *config.Shop, order store.Order) {
	words := h.wordsOf(shop, order, shop.Zone)
	n := &notice{Frame: h.frame(shop, words, words.T("page.gone.title")), Text: words.T("page.gone.text")}
	n.Link = &action{Text: words.T("page.gone.link"), Href: lookupPath(shop, words, order.State.Order.Number)}
	h.render(w, r, http.StatusGone, "notice", n)
}

// refuse answers a request that is not taken: from another site, too large, or nonsense.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, status int) {
	shop := h.only(nil)
	words := h.spoken(r, shop)
	h.render(w, r, status, "notice", &notice{
		Frame: h.frame(shop, words, words.T("page.refused.title")), Text: words.T("page.refused.text"),
	})
}

// down answers 503: the database cannot be reached. What a form held is kept for another try, and the ways that need no
// database are shown, because nothing may stand in the way of a right.
func (h *handler) down(w http.ResponseWriter, r *http.Request, shop *config.Shop, words page.Words) {
	n := &notice{Frame: h.frame(shop, words, words.T("page.down.title")), Text: words.T("page.down.text"), Ways: h.ways(shop, words)}
	if r.Method == http.MethodPost {
		if err := upload.Fields(r); err != nil && len(r.PostForm) == 0 {
			h.refuse(w, r, http.StatusRequestEntityTooLarge)
			return
		}
		n.Text = words.T("page.down.form")
		n.Retry = keep(r, words)
	}
	h.render(w, r, http.StatusServiceUnavailable, "notice", n)
}

func (h *handler) ways(shop *config.Shop, words page.Words) *ways {
	return &ways{
		Email: shop.Brand.ReplyTo, Post: lines(shop.Name, shop.Brand.Address),
		Withdraw: "/s/" + shop.ID + "/withdraw?lang=" + words.Lang() + "#model",
	}
}

// keep takes over every field of the form that was posted.
func keep(r *http.Request, words page.Words) *retry {
	k := &retry{Action: r.URL.Path}
	if lang := r.URL.Query().Get("lang"); lang != "" {
		k.Action += "?lang=" + url.QueryEscape(lang)
	}
	if !r.PostForm.Has("nonce") { // a form that was opened before forms had one
		k.Fields = append(k.Fields, field{Name: "nonce", Value: id.Secret()})
	}
	labels := map[string]string{
		"note": "page.form.note", "tracking": "page.case.tracking", "number": "page.lookup.number", "email": "page.lookup.email",
		"text": "page.claim.text", "name": "page.withdraw.name", "order": "page.lookup.number",
	}
	if strings.HasSuffix(r.URL.Path, "/reply") {
		labels["text"] = "page.reply"
	}
	fields := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		fields = append(fields, name)
	}
	sort.Strings(fields)
	for _, name := range fields {
		for _, value := range r.PostForm[name] {
			k.Fields = append(k.Fields, field{Name: name, Value: value})
			if label, ok := labels[name]; ok && value != "" {
				k.Typed = append(k.Typed, field{Name: name, Label: words.T(label), Value: value})
			}
		}
	}
	return k
}

func lookupPath(shop *config.Shop, words page.Words, number string) string {
	query := url.Values{"lang": {words.Lang()}}
	if number != "" {
		query.Set("number", number)
	}
	return "/s/" + shop.ID + "/order?" + query.Encode()
}
