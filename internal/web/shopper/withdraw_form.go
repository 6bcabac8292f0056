package shopper

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/web/page"
	"homeward/internal/withdrawals"
)

// withdrawPage is the first step of the withdrawal function, above the model form.
type withdrawPage struct {
	page.Frame
	Takes                     bool // statements are taken here
	Linked                    bool // behind an order's link
	Action                    string
	Name, Number, Mail, Nonce string
	Own                       string // the order's address, masked: the acknowledgement goes there anyway
	Lines                     []formLine
	Made                      []madeRow
	Errors                    []formError
	Wrong                     map[string]string // by field
	Model                     *model
	Lookup                    string
}

// madeRow is a withdrawal that was declared already.
type madeRow struct{ Reference, When, Href string }

// withdrawForm shows the form with what was typed and what is wrong with it.
func (h *handler) withdrawForm(r *http.Request, p *place, in typed, wrong []formError) *withdrawPage {
	f := &withdrawPage{
		Frame: h.placeFrame(r, p, p.words.T("page.withdraw.title"), ""), Takes: h.Withdrawals != nil, Linked: p.visit != nil,
		Action: p.base + p.query, Name: in.Name, Number: in.Order, Mail: in.Email, Nonce: in.Nonce, Errors: wrong, Wrong: map[string]string{},
	}
	number := in.Order
	if !f.Takes {
		number = cut(r.URL.Query().Get("number"), maxNumber)
	}
	if own, ok := p.ownEmail(); ok {
		f.Own = maskedEmail(own)
	}
	if p.visit == nil {
		f.Lookup = lookupPath(p.shop, p.words, number)
	} else {
		number = p.visit.order.State.Order.Number
		f.Made = h.made(r, p.visit)
		for _, line := range p.goods() {
			f.Lines = append(f.Lines, p.pick(line, in.Quantities[line.ID]))
		}
	}
	f.Model = newModel(p.shop, p.words, tidy(cut(number, maxNumber)), "")
	f.Subject = f.Model.Subject
	for _, e := range wrong {
		f.Wrong[e.Field] = e.Text
	}
	return f
}

// pick is a line of the order on the form.
func (p *place) pick(line orders.Line, typed string) formLine {
	f := formLine{
		Field: quantityField + line.ID, Title: line.Title, Variant: line.Variant, Left: line.Quantity, Value: typed,
		Bought: p.words.T("page.form.bought", "Count", line.Quantity), Number: line.Quantity > listed,
	}
	for n := 0; n <= line.Quantity && !f.Number; n++ {
		value := strconv.Itoa(n)
		f.Options = append(f.Options, choice{Value: value, Text: p.words.Number(int64(n)), Chosen: typed == value})
	}
	if typed != "" && !f.Number && !slices.ContainsFunc(f.Options, func(c choice) bool { return c.Chosen }) {
		f.Options = append(f.Options, choice{Value: typed, Text: typed, Chosen: true}) // what was typed stays, also when it cannot be
	}
	return f
}

// checkPage is the second step: the statement, and the control that confirms it.
type checkPage struct {
	page.Frame
	Action  string
	Text    string
	Fields  []field // hidden ones
	Change  string
	Confirm *page.Wording // the control's label in the contract's language
	Down    bool          // it could not be recorded
	Model   *model
}

func (h *handler) checkPage(r *http.Request, p *place, in typed, s said) *checkPage {
	shown := s.email
	if s.own {
		shown = maskedEmail(s.email)
	}
	c := &checkPage{
		Frame: h.placeFrame(r, p, p.words.T("page.withdraw.check"), ""), Action: p.base + "/confirm" + p.query, Text: p.text(s, shown),
		Fields: []field{ // as they were understood, so that what is confirmed is what was shown
			{Name: "nonce", Value: in.Nonce}, {Name: "name", Value: s.name}, {Name: "order", Value: s.number}, {Name: "email", Value: strings.TrimSpace(in.Email)},
		},
		Confirm: h.official(p.shop, p.words, "page.withdraw.confirm"), Model: newModel(p.shop, p.words, s.number, s.name),
	}
	c.Subject, c.Speak = c.Model.Subject, nil // another language would begin again
	if p.visit != nil {
		for _, line := range p.goods() {
			if value := in.Quantities[line.ID]; value != "" {
				c.Fields = append(c.Fields, field{Name: quantityField + line.ID, Value: value})
			}
		}
	}
	c.Change = p.base + p.query
	if draft := h.drafts.seal(in, p.base, h.Now()); draft != "" {
		c.Change += map[bool]string{true: "?", false: "&"}[p.query == ""] + "draft=" + draft
	}
	return c
}

// placeFrame makes the frame of a page of the function. below is its part below the function's own address.
func (h *handler) placeFrame(r *http.Request, p *place, title, below string) page.Frame {
	var f page.Frame
	if p.visit != nil {
		f = h.visitFrame(p.visit, title, "/withdraw"+below)
	} else {
		f = h.shopFrame(r, p.shop, p.words, title)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Speak = nil // a choice of language would lose what was typed
	}
	return f
}

// unofficial are the languages that no law on the function has a label in.
var unofficial = []string{"ar", "ru"}

// official gives a label in the contract's language, to stand beside the page's own where that is no official one.
func (h *handler) official(shop *config.Shop, words page.Words, key string) *page.Wording {
	lang := first(shop.Languages)
	if lang == "" || lang == words.Lang() || !contains(unofficial, words.Lang()) {
		return nil
	}
	w := h.Words(lang, "", nil).Under(words.Country())
	return &page.Wording{Lang: lang, Dir: w.Dir(), Text: w.T(key)}
}

// made lists the withdrawals of an order. What cannot be read now does not stop another one.
func (h *handler) made(r *http.Request, v *visit) []madeRow {
	if h.Withdrawals == nil {
		return nil
	}
	all, err := h.Withdrawals.ByOrder(r.Context(), v.order.ID)
	if err != nil {
		h.complain(r, "withdrawals not read", err)
	}
	return madeRows(v, all)
}

func madeRows(v *visit, all []withdrawals.Receipt) []madeRow {
	var rows []madeRow
	for _, r := range all {
		rows = append(rows, madeRow{
			Reference: r.Reference, When: v.words.DateTime(r.SubmittedAt), Href: v.path + "/withdraw/" + r.Reference,
		})
	}
	return rows
}
