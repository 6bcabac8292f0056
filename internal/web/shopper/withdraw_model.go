package shopper

import (
	"strings"

	"homeward/internal/config"
	"homeward/internal/web/page"
)

// model is how a withdrawal is declared without the function: by e-mail or by post, with the model form of Directive
// 2011/83/EU, Annex I(B).
type model struct {
	Subject string // of the mail
	Body    string // of the mail: the model form, or the statement that could not be taken
	Post    []string
	Form    []string // the model form, line by line
	Delete  string   // its footnote
}

// newModel fills in what is known; number and name may be "".
func newModel(shop *config.Shop, words page.Words, number, name string) *model {
	m := &model{
		Subject: words.T("page.withdraw.title"), Post: lines(shop.Name, shop.Brand.Address), Delete: words.T("page.withdraw.form.delete"),
	}
	if number != "" {
		m.Subject += " · " + words.T("page.contact.subject", "Number", number)
	}
	to := append([]string{}, m.Post...)
	if shop.Brand.ReplyTo != "" {
		to = append(to, shop.Brand.ReplyTo)
	}
	m.Form = []string{
		words.T("page.withdraw.form.to") + ": " + strings.Join(to, ", "),
		words.T("page.withdraw.form.statement") + ":",
		words.T("page.withdraw.form.order") + ": " + number,
		words.T("page.withdraw.form.ordered") + ":",
		strings.TrimSpace(words.T("page.withdraw.form.name") + ": " + name),
		words.T("page.withdraw.form.address") + ":",
		words.T("page.withdraw.form.signature") + ":",
		words.T("page.withdraw.form.date") + ":",
	}
	m.Body = strings.Join(m.Form, "\r\n\r\n") + "\r\n\r\n" + m.Delete
	return m
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
