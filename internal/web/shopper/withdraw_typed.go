package shopper

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"homeward/internal/contact"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// Bounds in characters: more than any name or number has, and what is recorded whole.
const (
	maxName   = 300
	maxNumber = 100
)

// typed is the withdrawal form as it was filled in.
type typed struct {
	Name, Order, Email string
	Quantities         map[string]string // by line id; nil: no line was spoken of, which means the whole contract
	Nonce              string
	Posted             string // the nonce that came with the form; "" when none did
}

// readTyped reads a posted form. Behind a link, a field that was not sent at all is as it was offered.
func readTyped(r *http.Request, p *place) typed {
	in := typed{Name: r.PostForm.Get("name"), Order: r.PostForm.Get("order"), Email: r.PostForm.Get("email"), Nonce: r.PostForm.Get("nonce")}
	if in.Posted = in.Nonce; !nonceForm.MatchString(in.Nonce) {
		in.Nonce, in.Posted = id.Secret(), "" // no form is refused for its nonce
	}
	if p.visit == nil {
		return in
	}
	offered := p.offered()
	in.Order = offered.Order
	if !r.PostForm.Has("name") {
		in.Name = offered.Name
	}
	for name, values := range r.PostForm {
		if id, ok := strings.CutPrefix(name, quantityField); ok && len(values) > 0 {
			if in.Quantities == nil {
				in.Quantities = map[string]string{}
			}
			in.Quantities[id] = strings.TrimSpace(values[0])
		}
	}
	if in.Quantities == nil {
		in.Quantities = offered.Quantities
	}
	return in
}

// offered is the form before anything is typed: behind a link the name, the number and every line.
func (p *place) offered() typed {
	in := typed{Nonce: id.Secret()}
	if p.visit == nil {
		return in
	}
	o := p.visit.order.State.Order
	in.Name, in.Order, in.Quantities = tidy(o.Customer.Name), o.Number, map[string]string{}
	for _, line := range p.goods() {
		in.Quantities[line.ID] = strconv.Itoa(line.Quantity)
	}
	return in
}

// goods are the lines that a statement can name: those of the order that were not cancelled, or all when none is left.
func (p *place) goods() []orders.Line {
	var live []orders.Line
	for _, line := range p.visit.order.State.Order.Lines {
		if !line.Cancelled && line.Quantity > 0 {
			live = append(live, line)
		}
	}
	if live == nil {
		return p.visit.order.State.Order.Lines
	}
	return live
}

// said is what a form says once it is right.
type said struct {
	name, number string
	email        string         // where the acknowledgement goes
	own          bool           // that is the order's address, which the page must not show in full
	items        []returns.Item // by line of the order; none on the open form
	whole        bool           // everything there is
}

// read puts a form into words, with what is missing or wrong, by field, in the form's order. Nothing but that can stop a
// statement: no order has to be known, and no period has to be open.
func (p *place) read(in typed) (said, []formError) {
	var wrong []formError
	add := func(field, key string, data ...any) { wrong = append(wrong, formError{field, p.words.T(key, data...)}) }
	s := said{name: tidy(in.Name), number: tidy(in.Order), whole: true}
	switch {
	case s.name == "":
		add("name", "page.withdraw.error.name")
	case utf8.RuneCountInString(s.name) > maxName:
		add("name", "page.withdraw.error.long", "Field", p.words.T("page.withdraw.name"), "Max", maxName)
	}
	switch {
	case p.visit != nil: // the link says which contract it is
	case s.number == "":
		add("order", "page.error.number")
	case utf8.RuneCountInString(s.number) > maxNumber:
		add("order", "page.withdraw.error.long", "Field", p.words.T("page.lookup.number"), "Max", maxNumber)
	}
	var ok bool
	if s.email, ok = contact.Email(in.Email); !ok {
		s.email, ok = p.ownEmail()
		if s.own = ok && strings.TrimSpace(in.Email) == ""; !s.own {
			add("email", "page.withdraw.error.email")
		}
	}
	if p.visit != nil {
		var faults []formError
		s.items, s.whole, faults = p.chosen(in.Quantities)
		wrong = append(wrong, faults...)
	}
	return s, wrong
}

// ownEmail is the order's address behind a link, where mail can be sent to it.
func (p *place) ownEmail() (string, bool) {
	if p.visit == nil {
		return "", false
	}
	return contact.Email(p.visit.order.State.Order.Customer.Email)
}

// chosen reads the quantities.
func (p *place) chosen(quantities map[string]string) (items []returns.Item, whole bool, wrong []formError) {
	whole = true
	known := map[string]bool{}
	for _, line := range p.goods() {
		known[line.ID] = true
		n, ok := quantity(quantities[line.ID], line.Quantity)
		if !ok {
			text := p.words.T("page.error.quantity", "Title", line.Title, "Max", line.Quantity)
			wrong = append(wrong, formError{quantityField + line.ID, text})
		}
		if n > 0 {
			items = append(items, returns.Item{LineID: line.ID, Quantity: n})
		}
		whole = whole && n == line.Quantity
	}
	for id, value := range quantities {
		if n, ok := quantity(value, 0); !known[id] && (n != 0 || !ok) { // a line that is not, or no longer, in the order
			return items, false, append(wrong, formError{"items", p.words.T("page.error.changed")})
		}
	}
	if len(items) == 0 && len(wrong) == 0 && len(known) > 0 {
		wrong = append(wrong, formError{"items", p.words.T("page.error.items")})
	}
	return items, whole, wrong
}

// quantity reads a number from 0 to most; nothing is 0.
func quantity(s string, most int) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= most
}

// tidy takes off what no name or number has: spaces around, line breaks, and characters that turn the direction of what
// stands beside them.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff', r == utf8.RuneError:
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		default:
			return r
		}
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}
