package shopper

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/id"
	"homeward/internal/link"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/clientip"
	"homeward/internal/web/page"
)

// giftRoutes are the pages of the recipients of gifts, behind a code, and the buyer's, who makes the codes.
func (h *handler) giftRoutes() {
	h.routes.HandleFunc("GET /o/{token}/gift", h.order(h.showGiving))
	h.routes.HandleFunc("POST /o/{token}/gift", h.order(h.makeGift))
	h.routes.HandleFunc("GET /o/{token}/gift/{id}", h.order(h.showCard))
	h.routes.HandleFunc("POST /o/{token}/gift/{id}/revoke", h.order(h.revokeGift))

	h.routes.HandleFunc("GET /s/{shop}/gift", h.shop(h.askCode))
	h.routes.HandleFunc("POST /s/{shop}/gift", h.shop(h.takeCode))

	h.routes.HandleFunc("GET /g/{code}", h.gift(h.showGift))
	h.routes.HandleFunc("POST /g/{code}/language", h.gift(h.changeLanguage))
	h.returnRoutes("/g/{code}", h.gift, h.live)
	h.caseRoutes("/g/{code}/cases/{rma}", h.gift)
	h.routes.HandleFunc("GET /g/{code}/files/{id}", h.gift(h.showFile))
}

// gift finds the gift of the address and gives its order to next as its recipient may know it, or says why it does not. Codes that
// nobody made are answered so many times and no more.
func (h *handler) gift(next func(http.ResponseWriter, *http.Request, *visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		g, shop, err := h.findGift(r, r.PathValue("code"))
		var order store.Order
		if err == nil {
			order, err = h.Store.Order(r.Context(), g.OrderID)
		}
		switch {
		case errors.Is(err, store.ErrNotFound):
			if !h.visits.allow(clientip.Network(clientip.Of(r)), h.Now()) {
				h.tooMany(w, r, h.only(shop))
				return
			}
			h.noGift(w, r, http.StatusNotFound, h.only(shop), "missing")
		case err != nil:
			h.complain(r, "gift not read", err)
			shop = h.only(shop)
			if shop == nil {
				shop = &h.Config.Shops[0]
			}
			h.down(w, r, shop, h.spoken(r, shop))
		case giftOver(g, order, h):
			h.noGift(w, r, http.StatusGone, shop, "expired")
		default:
			v := h.visit(shop, cases.AsGift(order, g), "")
			v.whole, v.gift, v.path = order, &g, "/g/"+g.Code
			next(w, r, v)
		}
	}
}

// giftOver tells that a gift is as old as the links of its order ever get.
func giftOver(g store.Gift, order store.Order, h *handler) bool {
	since := order.State.Order.PlacedAt
	if since.IsZero() || since.Before(g.CreatedAt) {
		since = g.CreatedAt
	}
	return !h.Now().Before(link.Expiry(since))
}

// findGift gives the gift of a code as it was typed, with its shop.
func (h *handler) findGift(r *http.Request, typed string) (store.Gift, *config.Shop, error) {
	code, ok := id.GiftCode(typed)
	if !ok {
		return store.Gift{}, nil, store.ErrNotFound
	}
	g, err := h.Store.GiftByCode(r.Context(), code)
	if err != nil {
		return g, nil, err
	}
	shop, known := h.Config.Shop(g.Shop)
	if !known {
		return g, nil, store.ErrNotFound
	}
	return g, shop, nil
}

// live lets nothing new be asked for with a gift that its buyer revoked.
func (h *handler) live(next func(http.ResponseWriter, *http.Request, *visit)) func(http.ResponseWriter, *http.Request, *visit) {
	return func(w http.ResponseWriter, r *http.Request, v *visit) {
		if !v.gift.RevokedAt.IsZero() {
			h.noGift(w, r, http.StatusGone, v.shop, "revoked")
			return
		}
		next(w, r, v)
	}
}

// noGift says why there is no page of a gift, and what its recipient can do; shop may be nil.
func (h *handler) noGift(w http.ResponseWriter, r *http.Request, status int, shop *config.Shop, why string) {
	words := h.spoken(r, shop)
	n := &notice{Frame: h.frame(shop, words, words.T("page.gift."+why+".title")), Text: words.T("page.gift." + why + ".text")}
	n.Withdraw, n.WithdrawToo = "", nil
	if shop != nil && why == "missing" {
		n.Link = &action{Text: words.T("page.gift.enter"), Href: codePath(shop, words)}
	}
	h.render(w, r, status, "notice", n)
}

func (h *handler) tooMany(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	words := h.spoken(r, shop)
	n := &notice{Frame: h.frame(shop, words, words.T("page.lookup.limit.title")), Text: words.T("page.lookup.limit.text")}
	n.Withdraw, n.WithdrawToo = "", nil
	h.render(w, r, http.StatusTooManyRequests, "notice", n)
}

// giftPage is what the recipient of a gift sees: what it is, and what can be done until when. No price, no order, no buyer.
type giftPage struct {
	page.Frame
	Lines   []lineOffer
	Closed  string // why nothing can be asked for
	Revoked bool
	Until   string
	Form    string // where it is asked for
	Cases   []caseRow
	Post    []string // the shop's address, for letters
}

func (h *handler) showGift(w http.ResponseWriter, r *http.Request, v *visit) {
	l, err := h.ledger(r, v, "")
	if err != nil {
		h.complain(r, "returns not read", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	if !v.gift.RevokedAt.IsZero() && len(l.cases) == 0 {
		h.noGift(w, r, http.StatusGone, v.shop, "revoked")
		return
	}
	words := v.words
	p := &giftPage{Frame: h.visitFrame(v, words.T("page.gift.title"), ""), Post: lines(v.shop.Name, v.shop.Brand.Address), Revoked: !v.gift.RevokedAt.IsZero()}
	p.HomeText = ""
	for _, o := range l.offer.Lines {
		row := lineOffer{Title: o.Line.Title, Variant: o.Line.Variant, Count: words.T("items.times", "Count", v.bought(o.Line)), Closed: v.closed(l, o)}
		if row.Closed == "" {
			row.Terms, row.Remedies = append([]string{v.returnable(o)}, v.costs(o)...), v.remedies(o)
		}
		p.Lines = append(p.Lines, row)
	}
	switch verdict := l.offer.Verdict; {
	case p.Revoked:
		p.Closed = words.T("page.gift.revoked.text")
	case !verdict.Allowed:
		p.Closed = v.giftClosed(l)
	default:
		p.Form = v.path + "/returns/new"
		if !verdict.Until.IsZero() {
			p.Until = words.T("page.gift.until", "Date", words.Date(verdict.Last.Noon(v.zone)))
		}
	}
	for _, c := range l.cases {
		p.Cases = append(p.Cases, caseRow{
			Title: words.T("page.case.title", "RMA", c.RMA), State: words.Code("case", string(c.State)), Href: v.path + "/cases/" + c.RMA, Date: words.Date(c.CreatedAt),
		})
	}
	h.render(w, r, http.StatusOK, "gift", p)
}

// giftClosed says calmly why nothing can be asked for with a gift, and who can ask instead.
func (v *visit) giftClosed(l ledger) string {
	switch l.offer.Verdict.Code {
	case returns.NotForGifts:
		return v.words.T("page.gift.closed.not_for_gifts")
	case returns.WindowOver:
		return v.words.T("page.gift.closed.over")
	default:
		return v.words.T("page.gift.closed.other")
	}
}

// bought gives how many units of a line the reader has.
func (v *visit) bought(line orders.Line) int {
	if v.gift == nil {
		return line.Quantity
	}
	n := 0
	for _, item := range v.gift.Items {
		if item.LineID == line.ID {
			n += item.Quantity
		}
	}
	return n
}

// paidFor gives the price of one unit of a line, for the rules.
func (v *visit) paidFor(lineID string) int64 {
	all := v.whole.State.Order.Lines
	if i := slices.IndexFunc(all, func(l orders.Line) bool { return l.ID == lineID }); i >= 0 {
		return all[i].UnitPrice
	}
	return 0
}

// askWho says what is wrong with how a recipient is to be called and written to.
func (in inputs) askWho(faults returns.Faults) {
	if name := tidy(in.name); name == "" || utf8.RuneCountInString(name) > maxName {
		faults["name"] = "name"
	}
	if _, ok := contact.Email(in.email); !ok {
		faults["email"] = "email"
	}
}

// recipient gives who sent a form. They are written to in the language that they read.
func (in inputs) recipient(v *visit) store.Recipient {
	email, _ := contact.Email(in.email)
	return store.Recipient{Name: tidy(in.name), Email: email, Language: v.words.Lang()}
}

// codePage asks for the code of a gift.
type codePage struct {
	page.Frame
	Action string
	Typed  string
	Wrong  string
}

func codePath(shop *config.Shop, words page.Words) string {
	return "/s/" + shop.ID + "/gift?lang=" + words.Lang()
}

func (h *handler) codePage(r *http.Request, shop *config.Shop) *codePage {
	words := h.spoken(r, shop)
	p := &codePage{Frame: h.shopFrame(r, shop, words, words.T("page.gift.enter")), Action: codePath(shop, words)}
	p.Withdraw, p.WithdrawToo = "", nil
	return p
}

func (h *handler) askCode(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	h.render(w, r, http.StatusOK, "gift_code", h.codePage(r, shop))
}

// takeCode leads to the page of a gift. A code of another shop's is as unknown as one that nobody made, and the answer takes as long.
func (h *handler) takeCode(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	began := time.Now()
	p := h.codePage(r, shop)
	p.Typed = cut(strings.TrimSpace(r.PostForm.Get("code")), 64)
	if !h.visits.allow(clientip.Network(clientip.Of(r)), h.Now()) {
		h.tooMany(w, r, shop)
		return
	}
	g, of, err := h.findGift(r, r.PostForm.Get("code"))
	h.pause(r, began)
	switch {
	case err == nil && of.ID == shop.ID:
		http.Redirect(w, r, "/g/"+g.Code, http.StatusSeeOther) //nolint:gosec // a path of ours
	case err == nil || errors.Is(err, store.ErrNotFound):
		p.Wrong, p.Speak = p.T("page.gift.unknown"), nil
		h.render(w, r, http.StatusUnprocessableEntity, "gift_code", p)
	default:
		h.complain(r, "gift not read", err)
		h.down(w, r, shop, p.Words)
	}
}
