package shopper

import (
	"slices"
	"strings"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/page"
	"homeward/internal/web/upload"
)

// listed is the most units that are offered as a list; more are typed.
const listed = 20

// formPage is the return form.
type formPage struct {
	page.Frame
	Action  string
	Nonce   string
	Seen    string // the version of the case that is to be changed
	Changes bool   // the form changes a request
	Lines   []formLine
	Reasons []choice
	Remedy  []choice
	Method  []choice
	Note    string
	Errors  []formError
	Wrong   map[string]string // by field
	Down    bool              // the database is away; what was typed is kept
	Ways    *ways
	Others  []way // what else can be done
	Photos  *photosAsked
	Any     bool // something can be returned
	Gift    *giftAsked
	None    string // that nothing can be
	NotYet  string
}

// giftAsked is what the recipient of a gift is asked and told on the form.
type giftAsked struct{ Name, Email string }

// photosAsked is the part of a form that takes photos.
type photosAsked struct {
	Title  string
	Accept string
	Hint   string
	Kept   []photoRow
	Full   bool // no more are taken
	Wrong  []string
}

func (v *visit) photosAsked(title, hint string, kept []store.File) *photosAsked {
	return &photosAsked{Title: title, Accept: upload.Accept, Hint: hint, Kept: v.photoRows(kept), Full: len(kept) >= uploads.PerForm}
}

// photoRow is a photo that the form sent already.
type photoRow struct{ ID, Src, Name, Drop string }

// askPhotos shows the part for photos where some reason wants them.
func (h *handler) askPhotos(v *visit, offer returns.Offer, in inputs) *photosAsked {
	wanted := slices.ContainsFunc(offer.Reasons(), func(r returns.ReasonRule) bool { return r.Photos != returns.NoPhotos })
	if h.Files == nil || (!wanted && len(in.photos) == 0) {
		return nil
	}
	return v.photosAsked(v.words.T("page.form.photos"), v.words.T("page.form.photos_hint", "Max", uploads.PerForm), in.photos)
}

func (v *visit) photoRows(files []store.File) []photoRow {
	rows := make([]photoRow, len(files))
	for i, f := range files {
		rows[i] = photoRow{
			ID: f.ID, Src: v.path + "/files/" + f.ID, Name: v.words.T("page.form.photo", "N", i+1), Drop: v.words.T("page.form.photo_drop", "N", i+1),
		}
	}
	return rows
}

// formLine is a line of the order on the form.
type formLine struct {
	Field          string
	Title, Variant string
	Bought, Each   string
	Terms          []string // until when, and what it costs
	Options        []choice // 0 … what is left
	Number         bool     // too many for a list: typed as a number
	Left           int
	Value          string
	Blocked        string // why it cannot be chosen
}

// choice is one of several. What it asks for or says more stands with it and shows once it is chosen.
type choice struct {
	Value, Text string
	Chosen      bool
	More        string     // what it means
	Asks        []question // what is asked of who chooses it
	Claim       bool       // a claim gives more
}

// question is a field that a choice brings with it.
type question struct {
	Field, Text, Hint, Value string
	Long                     bool // several lines of text
	Wrong                    string
}

// Described names what describes the field, for aria-describedby.
func (q question) Described() string {
	var ids []string
	if q.Hint != "" {
		ids = append(ids, q.Field+"-hint")
	}
	if q.Wrong != "" {
		ids = append(ids, q.Field+"-error")
	}
	return strings.Join(ids, " ")
}

// formError is a line of the summary, which leads to its field.
type formError struct{ Field, Text string }

// typedForm shows a form that was posted: another language would lose what was typed.
func (h *handler) typedForm(v *visit, to purpose, l ledger, in inputs) *formPage {
	p := h.form(v, to, l, in)
	p.Speak = nil
	return p
}

// form shows a return form with what was typed.
func (h *handler) form(v *visit, to purpose, l ledger, in inputs) *formPage {
	p := &formPage{
		Frame: h.visitFrame(v, v.words.T("page.form.title"), to.back), Action: to.base + "/check", Nonce: in.nonce, Seen: in.seen, Note: in.note,
		Wrong: map[string]string{}, None: v.forReader("page.form.none"), NotYet: v.forReader("page.form.not_yet"),
	}
	if v.gift != nil {
		p.Gift = &giftAsked{Name: in.name, Email: in.email}
		p.None = v.giftClosed(l)
	} else {
		p.Others = v.offered(l)[1:]
	}
	if to.of == nil {
		p.Photos = h.askPhotos(v, l.offer, in)
	} else {
		p.Title, p.Others, p.Changes = v.words.T("page.change.title", "RMA", to.of.RMA), nil, true
	}
	only := onlyUnit(l.offer)
	for _, line := range l.offer.Lines {
		typed := in.quantities[line.Line.ID]
		if typed == "" && line.Line.ID == only {
			typed = "1"
		}
		f := h.formLine(v, l, line, typed)
		p.Any = p.Any || f.Blocked == ""
		p.Lines = append(p.Lines, f)
	}
	p.Reasons, p.Remedy = v.reasonChoices(l.offer, in), v.remedyChoices(l.offer, in)
	p.Method = v.offeredMethods(l.offer, returns.SendMethod(in.method))
	return p
}

// onlyUnit gives the line of the one unit that can come back, which need not be chosen; "" when there is a choice.
func onlyUnit(offer returns.Offer) string {
	only := ""
	for _, l := range offer.Lines {
		switch {
		case l.Left == 0:
		case l.Left > 1 || only != "":
			return ""
		default:
			only = l.Line.ID
		}
	}
	return only
}

func (h *handler) formLine(v *visit, l ledger, o returns.LineOffer, typed string) formLine {
	words := v.words
	f := formLine{
		Field: quantityField + o.Line.ID, Title: o.Line.Title, Variant: o.Line.Variant, Left: o.Left, Value: typed,
		Bought: v.forReader("page.form.bought", "Count", v.bought(o.Line)), Number: o.Left > listed, Blocked: v.closed(l, o),
	}
	if f.Blocked != "" {
		return f
	}
	f.Terms = append([]string{v.returnable(o)}, v.costs(o)...)
	if list := v.remedies(o); list != "" && !sameRemedies(l.offer, o) {
		f.Terms = append(f.Terms, list)
	}
	if v.gift != nil {
		// what it brings is not theirs to know
	} else if b, err := returns.PlanReturn(v.order.State.Order, l.situation.Refunds, []returns.Item{{LineID: o.Line.ID, Quantity: 1}}, returns.ReturnOptions{}); err == nil {
		f.Each = words.T("page.form.each", "Money", words.Money(b.Total, v.order.State.Order.Currency))
	}
	f.listQuantities(v)
	return f
}

// sameRemedies tells that all lines offer what this one does.
func sameRemedies(offer returns.Offer, o returns.LineOffer) bool {
	return !slices.ContainsFunc(offer.Lines, func(l returns.LineOffer) bool { return l.Left > 0 && !slices.Equal(l.Remedies, o.Remedies) })
}

// reasonText puts a reason into words: the shop's own, else ours.
func (v *visit) reasonText(rule returns.ReasonRule) string {
	if text := rule.Text.In(v.words.Lang(), first(v.shop.Languages)); text != "" {
		return text
	}
	return v.words.Code("reason", string(rule.Code))
}

func (v *visit) reasonChoices(offer returns.Offer, in inputs) []choice {
	var out []choice
	for _, rule := range offer.Reasons() {
		c := choice{Value: string(rule.Code), Text: v.reasonText(rule), Chosen: in.reason == string(rule.Code), Claim: rule.Claim}
		if v.gift != nil && rule.ShopsFault() {
			c.Claim, c.More = false, v.words.T("page.gift.defect")
		}
		for _, q := range rule.Questions {
			text := v.questionText(q)
			if !q.Required {
				text = v.words.T("page.form.optional", "Text", text)
			}
			key := string(rule.Code) + "." + q.Code
			c.Asks = append(c.Asks, question{Field: answerField + key, Text: text, Value: in.answers[key], Long: true})
		}
		out = append(out, c)
	}
	return out
}

func (v *visit) questionText(q returns.Question) string {
	return q.Text.In(v.words.Lang(), first(v.shop.Languages))
}

// remedyChoices lists what some line offers. The only one is chosen already.
func (v *visit) remedyChoices(offer returns.Offer, in inputs) []choice {
	var all []returns.Remedy
	var bonus int
	var keep int64
	for _, l := range offer.Lines {
		if l.Left == 0 {
			continue
		}
		bonus, keep = max(bonus, l.CreditBonus), max(keep, l.KeepBelow)
		offers := slices.Clone(l.Remedies)
		for _, rule := range l.Reasons {
			offers = append(offers, l.RemediesFor(rule)...)
		}
		all = append(all, offers...)
	}
	var out []choice
	for _, r := range returns.AllRemedies {
		if !slices.Contains(all, r) {
			continue
		}
		c := choice{Value: string(r), Text: v.words.T("page.form.remedy." + string(r)), Chosen: in.remedy == string(r)}
		switch {
		case r == returns.ExchangeRemedy:
			c.More, c.Asks = v.words.T("page.form.remedy.exchange_text"), v.exchangeAsks(offer, in)
		case r == returns.CreditRemedy && bonus > 0:
			c.More = v.words.T("why.credit_bonus", "Percent", bonus)
		case r == returns.KeepRemedy:
			c.More = v.words.T("page.form.remedy.keep_text", "Money", v.words.Money(keep, v.order.State.Order.Currency))
		}
		out = append(out, c)
	}
	if in.remedy == "" && len(out) > 0 && (len(out) == 1 || out[0].Value == string(returns.RefundRemedy)) {
		out[0].Chosen = true
	}
	return out
}

func (v *visit) exchangeAsks(offer returns.Offer, in inputs) []question {
	var asks []question
	for _, l := range offer.Lines {
		if l.Left > 0 && slices.Contains(l.Remedies, returns.ExchangeRemedy) {
			asks = append(asks, question{
				Field: exchangeField + l.Line.ID, Text: v.words.T("page.form.remedy.exchange_for", "Item", l.Line.Title),
				Hint: v.words.T("page.form.remedy.exchange_hint"), Value: in.exchange[l.Line.ID],
			})
		}
	}
	return asks
}
