package shopper

import (
	"net/http"
	"net/url"
	"strings"

	"homeward/internal/config"
	"homeward/internal/web/clientip"
	"homeward/internal/web/page"
	"homeward/internal/withdrawals"
)

// maxStatement is how many bytes a form of the withdrawal function may have: far more than an honest one, so that what
// is too long in it can be said beside its field.
const maxStatement = 1 << 20

// place is where a withdrawal is declared: the open form of a shop, or behind an order's link.
type place struct {
	shop  *config.Shop
	words page.Words
	visit *visit // nil on the open form
	base  string // "/s/{shop}/withdraw" or "/o/{token}/withdraw"
	query string // "?lang=pl" on the open form, whose language stands in the address
}

// withdrawRoutes adds the withdrawal function of Directive 2011/83/EU, Art. 11a: a form, the statement with the control
// that confirms it, and the receipt.
func (h *handler) withdrawRoutes() {
	for base, at := range map[string]func(func(http.ResponseWriter, *http.Request, *place)) http.HandlerFunc{
		"/s/{shop}/withdraw": h.openForm, "/o/{token}/withdraw": h.behindLink,
	} {
		h.routes.HandleFunc("GET "+base, at(h.showWithdraw))
		h.routes.HandleFunc("POST "+base, at(h.stateWithdraw))
		h.routes.HandleFunc("GET "+base+"/confirm", at(h.backToWithdraw))
		h.routes.HandleFunc("POST "+base+"/confirm", at(h.declare))
		h.routes.HandleFunc("GET "+base+"/{key}", at(h.showReceipt))
		h.routes.HandleFunc("GET "+base+"/{key}/statement.txt", at(h.saveReceipt))
	}
}

func (h *handler) openForm(next func(http.ResponseWriter, *http.Request, *place)) http.HandlerFunc {
	return h.shop(func(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
		words := h.spoken(r, shop)
		next(w, r, &place{shop: shop, words: words, base: "/s/" + shop.ID + "/withdraw", query: "?lang=" + words.Lang()})
	})
}

func (h *handler) behindLink(next func(http.ResponseWriter, *http.Request, *place)) http.HandlerFunc {
	return h.order(func(w http.ResponseWriter, r *http.Request, v *visit) {
		next(w, r, &place{shop: v.shop, words: v.words, visit: v, base: v.path + "/withdraw"})
	})
}

// statutory tells the requests by which a statement is made: they may be long, and they go on when the browser hangs up,
// because a statement takes effect when it is sent.
func statutory(r *http.Request) bool {
	return r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/withdraw") || strings.HasSuffix(r.URL.Path, "/withdraw/confirm"))
}

// showWithdraw shows the form, or the model form alone while there is nothing that takes statements.
func (h *handler) showWithdraw(w http.ResponseWriter, r *http.Request, p *place) {
	if h.Withdrawals == nil {
		h.render(w, r, http.StatusOK, "withdraw", h.withdrawForm(r, p, typed{}, nil))
		return
	}
	in := p.offered()
	if p.visit == nil {
		in.Order = cut(r.URL.Query().Get("number"), maxNumber)
	}
	if kept, ok := h.drafts.open(r.URL.Query().Get("draft"), p.base, h.Now()); ok {
		in = kept
	}
	h.render(w, r, http.StatusOK, "withdraw", h.withdrawForm(r, p, in, nil))
}

// backToWithdraw answers who opens the address of the confirmation by hand.
func (h *handler) backToWithdraw(w http.ResponseWriter, r *http.Request, p *place) {
	http.Redirect(w, r, p.base+p.query, http.StatusSeeOther) //nolint:gosec // a path of this page
}

// understand reads what was posted; false when an answer was given instead.
func (h *handler) understand(w http.ResponseWriter, r *http.Request, p *place) (typed, said, bool) {
	if h.Withdrawals == nil {
		h.showWithdraw(w, r, p)
		return typed{}, said{}, false
	}
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return typed{}, said{}, false
	}
	in := readTyped(r, p)
	s, wrong := p.read(in)
	if len(wrong) > 0 {
		h.render(w, r, http.StatusUnprocessableEntity, "withdraw", h.withdrawForm(r, p, in, wrong))
		return in, s, false
	}
	return in, s, true
}

// stateWithdraw shows the statement that would be made. It changes nothing.
func (h *handler) stateWithdraw(w http.ResponseWriter, r *http.Request, p *place) {
	if in, s, ok := h.understand(w, r, p); ok {
		h.render(w, r, http.StatusOK, "withdraw_check", h.checkPage(r, p, in, s))
	}
}

// declare records the statement. Whatever fails, no receipt is given for what was not recorded.
func (h *handler) declare(w http.ResponseWriter, r *http.Request, p *place) {
	in, s, ok := h.understand(w, r, p)
	if !ok {
		return
	}
	receipt, err := h.Withdrawals.Declare(r.Context(), h.statement(r, p, in, s))
	if err != nil {
		h.complain(r, "withdrawal not recorded", err)
		c := h.checkPage(r, p, in, s)
		c.Down = true
		c.Model.Body = strings.ReplaceAll(c.Text, "\n", "\r\n")
		h.render(w, r, http.StatusServiceUnavailable, "withdraw_check", c)
		return
	}
	http.Redirect(w, r, p.base+"/"+url.PathEscape(p.nameOf(receipt)), http.StatusSeeOther) //nolint:gosec // a path of this page
}

// statement is what is recorded.
func (h *handler) statement(r *http.Request, p *place, in typed, s said) withdrawals.Statement {
	out := withdrawals.Statement{
		Shop: p.shop.ID, Name: s.name, Number: s.number, Email: s.email, Language: p.words.Lang(), Text: p.text(s, s.email),
		Button: p.words.T("page.withdraw.confirm"), Nonce: in.Posted, Network: clientip.Network(clientip.Of(r)),
		Agent: cut(strings.ToValidUTF8(r.UserAgent(), ""), 300),
	}
	if p.visit != nil {
		out.OrderID = p.visit.order.ID
	}
	if !s.whole {
		out.Items = s.items
	}
	return out
}

// text is the statement in full, in the page's language, with the address as it may be shown.
func (p *place) text(s said, email string) string {
	var b strings.Builder
	b.WriteString(p.words.T("page.withdraw.say") + "\n")
	if s.whole {
		b.WriteString(p.words.T("page.withdraw.say.whole") + "\n")
	}
	for _, item := range s.items {
		line, _ := p.visit.line(item.LineID)
		title := line.Title
		if line.Variant != "" {
			title += ", " + line.Variant
		}
		b.WriteString(p.words.T("page.withdraw.say.item", "Count", item.Quantity, "Item", title) + "\n")
	}
	b.WriteString("\n" + p.words.T("page.withdraw.say.order", "Number", s.number))
	b.WriteString("\n" + p.words.T("page.withdraw.say.name", "Name", s.name))
	b.WriteString("\n" + p.words.T("page.withdraw.say.email", "Email", email))
	return b.String()
}
