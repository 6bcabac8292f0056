package shopper

import (
	"net/http"
	"strings"

	"homeward/internal/config"
	"homeward/internal/web/page"
)

// withdrawPage says how a withdrawal is declared to the shop, with the model form of Directive 2011/83/EU, Annex I(B).
type withdrawPage struct {
	page.Frame
	Body   string // of the mail: the model form
	Post   []string
	Form   []string // the model form, line by line
	Delete string   // its footnote
	Lookup string
}

func (h *handler) showWithdraw(w http.ResponseWriter, r *http.Request, shop *config.Shop) {
	words := h.spoken(r, shop)
	number := cut(r.URL.Query().Get("number"), 64)
	p := &withdrawPage{
		Frame: h.shopFrame(r, shop, words, words.T("page.withdraw.title")),
		Post:  lines(shop.Name, shop.Brand.Address), Lookup: lookupPath(shop, words, number),
		Delete: words.T("page.withdraw.form.delete"),
	}
	p.Subject = words.T("page.withdraw.title")
	if number != "" {
		p.Subject += " · " + words.T("page.contact.subject", "Number", number)
	}
	to := append([]string{}, lines(shop.Name, shop.Brand.Address)...)
	if shop.Brand.ReplyTo != "" {
		to = append(to, shop.Brand.ReplyTo)
	}
	p.Form = []string{
		words.T("page.withdraw.form.to") + ": " + strings.Join(to, ", "),
		words.T("page.withdraw.form.statement") + ":",
		words.T("page.withdraw.form.order") + ": " + number,
		words.T("page.withdraw.form.ordered") + ":",
		words.T("page.withdraw.form.name") + ":",
		words.T("page.withdraw.form.address") + ":",
		words.T("page.withdraw.form.signature") + ":",
		words.T("page.withdraw.form.date") + ":",
	}
	p.Body = strings.Join(p.Form, "\r\n\r\n") + "\r\n\r\n" + p.Delete
	h.render(w, r, http.StatusOK, "withdraw", p)
}

// lines puts a postal address, written in lines or in one line with commas, under a name.
func lines(name, address string) []string {
	parts := strings.FieldsFunc(address, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(parts) == 1 {
		parts = strings.Split(address, ",")
	}
	var out []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	if len(out) > 0 && !strings.HasPrefix(out[0], name) {
		out = append([]string{name}, out...)
	}
	return out
}
