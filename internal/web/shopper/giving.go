package shopper

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
)

// giftOffer is what the order page says of gifts.
type giftOffer struct{ Href, Text string }

// givenRow is what the recipient of a gift returns, for the buyer: which goods, and nothing of who or why.
type givenRow struct {
	Items []itemRow
	Date  string
}

// buyers gives the refunds that are the buyer's to see: none of what recipients of gifts got.
func (l ledger) buyers() []store.Refund {
	return slices.DeleteFunc(slices.Clone(l.refunds), func(r store.Refund) bool {
		return slices.ContainsFunc(l.given, func(c store.Case) bool { return c.ID == r.CaseID })
	})
}

func (v *visit) givenRows(l ledger) []givenRow {
	var rows []givenRow
	for _, c := range l.given {
		if c.State == returns.Rejected || c.State == returns.Withdrawn {
			continue
		}
		row := givenRow{Date: v.words.Date(c.CreatedAt)}
		for _, item := range c.Items {
			if line, ok := v.line(item.LineID); ok {
				row.Items = append(row.Items, v.item(line, item.Quantity))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// giftOffer offers a code where a recipient could do something with it, and leads to those that were made. nil for none of both.
func (h *handler) giftOffer(r *http.Request, v *visit, l ledger) *giftOffer {
	offer := &giftOffer{Href: v.path + "/gift", Text: v.words.T("page.giving.offer")}
	if l.offer.Verdict.Allowed && v.giveable(l) {
		return offer
	}
	made, err := h.Store.GiftsOf(r.Context(), v.order.ID)
	if err != nil {
		h.complain(r, "gifts not read", err) // the rest of the page is true without them
	}
	if len(made) > 0 {
		return offer
	}
	return nil
}

// giveable tells that the policy offers a recipient something for a line that can come back now.
func (v *visit) giveable(l ledger) bool {
	s := l.situation
	all := make([]returns.Item, 0, len(l.offer.Lines))
	for _, o := range l.offer.Lines {
		all = append(all, returns.Item{LineID: o.Line.ID, Quantity: o.Line.Quantity})
	}
	s.Gift = &returns.Gift{Items: all}
	return l.policy.Offer(s).Verdict.Allowed
}

// givingPage is where a buyer makes the code of a gift, and finds those made before.
type givingPage struct {
	page.Frame
	Action    string
	Nonce     string
	Lines     []formLine
	Languages []choice
	Any       bool
	NotFor    bool // the policy offers a recipient nothing
	Made      []madeGift
	Errors    []formError
	Wrong     map[string]string
	Down      bool
	Ways      *ways
}

// madeGift is a gift that its buyer made.
type madeGift struct {
	Code    string // in fours
	Items   []itemRow
	Date    string
	Href    string // of its card
	Revoke  string // where it is revoked
	Revoked bool
}

func (h *handler) givingPage(r *http.Request, v *visit, l ledger, in inputs, language string) *givingPage {
	p := &givingPage{
		Frame: h.visitFrame(v, v.words.T("page.giving.title"), "/gift"), Action: v.path + "/gift", Nonce: in.nonce, Wrong: map[string]string{}, NotFor: !v.giveable(l),
	}
	for _, o := range l.offer.Lines {
		field := quantityField + o.Line.ID
		f := formLine{
			Field: field, Title: o.Line.Title, Variant: o.Line.Variant, Left: o.Left, Value: in.quantities[o.Line.ID], Blocked: v.closed(l, o),
			Bought: v.words.T("page.form.bought", "Count", o.Line.Quantity), Number: o.Left > listed,
		}
		f.listQuantities(v)
		p.Any = p.Any || f.Blocked == ""
		p.Lines = append(p.Lines, f)
	}
	if language == "" {
		language = v.words.Lang()
	}
	for _, lang := range v.shop.Languages {
		p.Languages = append(p.Languages, choice{Value: lang, Text: h.nameOf(lang), Chosen: lang == language})
	}
	made, err := h.Store.GiftsOf(r.Context(), v.order.ID)
	if err != nil {
		h.complain(r, "gifts not read", err)
	}
	slices.Reverse(made)
	for _, g := range made {
		row := madeGift{
			Code: id.Grouped(g.Code), Items: v.giftItems(g), Date: v.words.Date(g.CreatedAt), Href: v.path + "/gift/" + g.ID, Revoke: v.path + "/gift/" + g.ID + "/revoke",
			Revoked: !g.RevokedAt.IsZero(),
		}
		p.Made = append(p.Made, row)
	}
	return p
}

func (v *visit) giftItems(g store.Gift) []itemRow {
	var rows []itemRow
	for _, item := range g.Items {
		if line, ok := v.line(item.LineID); ok {
			rows = append(rows, v.item(line, item.Quantity))
		}
	}
	return rows
}

func (h *handler) showGiving(w http.ResponseWriter, r *http.Request, v *visit) {
	if l, ok := h.readLedger(w, r, v, v.newReturn()); ok {
		h.render(w, r, http.StatusOK, "giving", h.givingPage(r, v, l, inputs{nonce: id.Secret()}, ""))
	}
}

// makeGift makes a code. The same nonce is the same code, however often it is posted.
func (h *handler) makeGift(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	in, language := readInputs(r), r.PostForm.Get("language")
	l, ok := h.readLedger(w, r, v, v.newReturn())
	if !ok {
		return
	}
	faults := returns.Faults{}
	items := in.items(l.offer, faults)
	if !nonceForm.MatchString(in.nonce) {
		faults["form"], in.nonce = "form", id.Secret()
	}
	if language != "" && !contains(v.shop.Languages, language) {
		language = ""
	}
	var g store.Gift
	var err error
	if len(faults) == 0 {
		lang := language
		if lang == "" {
			lang = v.words.Lang()
		}
		g, err = h.Cases.MakeGift(r.Context(), v.order, items, lang, in.nonce)
	}
	var refused *cases.Refused
	switch {
	case err == nil && len(faults) == 0:
		http.Redirect(w, r, v.path+"/gift/"+g.ID, http.StatusSeeOther) //nolint:gosec // a path of this page
		return
	case errors.As(err, &refused):
		faults = refused.Faults
	case fault.Code(err) == cases.TooManyGifts:
		faults["form"] = cases.TooManyGifts
	}
	p := h.givingPage(r, v, l, in, language)
	p.Speak = nil // another language would lose what was typed
	status := http.StatusUnprocessableEntity
	if len(faults) > 0 {
		p.tell(v, l.offer, faults)
	} else {
		h.complain(r, "gift not made", err)
		p.Down, p.Ways, status = true, h.ways(v.shop, v.words), http.StatusServiceUnavailable
	}
	h.render(w, r, status, "giving", p)
}

// tell puts faults into words, in the order of the form.
func (p *givingPage) tell(v *visit, offer returns.Offer, faults returns.Faults) {
	form := &formPage{Frame: p.Frame, Lines: p.Lines, Wrong: p.Wrong}
	form.tell(v, offer, nil, faults)
	p.Errors = form.Errors
}

// cardPage is a gift's code for its recipient, to print or to copy: in the recipient's language, on a page in the buyer's.
type cardPage struct {
	page.Frame
	Card    page.Words
	Shop    string
	Code    string // in fours
	Address string
	Enter   string // the address where the code is typed
	Items   []itemRow
	Revoked bool
	All     string // where the buyer finds all of them
}

func (h *handler) showCard(w http.ResponseWriter, r *http.Request, v *visit) {
	all, err := h.Store.GiftsOf(r.Context(), v.order.ID)
	if err != nil {
		h.complain(r, "gifts not read", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	i := slices.IndexFunc(all, func(g store.Gift) bool { return g.ID == r.PathValue("id") })
	if i < 0 {
		h.missing(w, r, v.shop)
		return
	}
	g := all[i]
	p := &cardPage{
		Frame: h.visitFrame(v, v.words.T("page.giving.card"), ""), Card: h.Words(g.Language, v.order.Region, v.zone), Shop: v.shop.Name, Code: id.Grouped(g.Code),
		Address: h.Config.PublicURL + "/g/" + g.Code, Enter: h.Config.PublicURL + "/s/" + v.shop.ID + "/gift", Items: v.giftItems(g), Revoked: !g.RevokedAt.IsZero(), All: v.path + "/gift",
	}
	p.Speak = nil
	h.render(w, r, http.StatusOK, "giving_card", p)
}

func (h *handler) revokeGift(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	err := h.Cases.RevokeGift(r.Context(), v.order, r.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		h.missing(w, r, v.shop)
	case err != nil:
		h.complain(r, "gift not revoked", err)
		h.down(w, r, v.shop, v.words)
	default:
		http.Redirect(w, r, v.path+"/gift", http.StatusSeeOther) //nolint:gosec // a path of this page
	}
}

// listQuantities offers the quantities of a line that can be chosen, with what was typed, also when it cannot be.
func (f *formLine) listQuantities(v *visit) {
	if f.Blocked != "" {
		return
	}
	for n := 0; n <= f.Left && !f.Number; n++ {
		value := strconv.Itoa(n)
		f.Options = append(f.Options, choice{Value: value, Text: v.words.Number(int64(n)), Chosen: f.Value == value})
	}
	if f.Value != "" && !f.Number && !slices.ContainsFunc(f.Options, func(c choice) bool { return c.Chosen }) {
		f.Options = append(f.Options, choice{Value: f.Value, Text: f.Value, Chosen: true})
	}
}
