package shopper

import (
	"slices"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
)

// summaryPage shows what would be asked for, every cent of it, and the one control that asks for it.
type summaryPage struct {
	page.Frame
	Action  string
	Change  string // the control that leads back posts here
	Fields  []field
	Items   []itemRow
	Facts   []field
	Bill    *bill
	After   string   // what the amount means
	Terms   []string // what applies, and why
	Changes bool     // a request that was made before
	Photos  []photoRow
	Claim   string // the address of a claim, when that would give more
}

func (h *handler) summary(v *visit, a asked) *summaryPage {
	words := v.words
	p := &summaryPage{
		Frame: h.visitFrame(v, words.T("page.check.title"), a.purpose.back), Action: a.purpose.base, Change: a.purpose.base + "/check",
		Fields: a.in.fields(), Terms: v.granted(a.decision.Conditions, a.request.Remedy),
	}
	p.Changes = a.purpose.of != nil
	p.Speak = nil // another language would begin again
	// What is taken at once here may still call for a person, when it is asked for: that is not for this page to promise.
	p.Terms = slices.DeleteFunc(p.Terms, func(s string) bool { return s == words.T("why."+string(returns.ApprovedAtOnce)) })
	a.request.Items = slices.DeleteFunc(a.request.Items, func(i returns.Item) bool { return i.Quantity < 1 })
	for _, item := range a.request.Items {
		if line, ok := v.line(item.LineID); ok {
			p.Items = append(p.Items, v.item(line, item.Quantity))
		}
	}
	p.Facts, p.Photos = v.askedFacts(a), v.photoRows(a.in.photos)
	p.money(v, a)
	for _, rule := range a.ledger.offer.Reasons() {
		if rule.Code == a.request.Reason && rule.Claim && v.gift == nil {
			p.Claim = v.path + "/claims/new"
		}
	}
	return p
}

// askedFacts repeats what was chosen and typed.
func (v *visit) askedFacts(a asked) []field {
	words := v.words
	var facts []field
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, field{Label: label, Value: value})
		}
	}
	for _, rule := range a.ledger.offer.Reasons() {
		if rule.Code != a.request.Reason {
			continue
		}
		add(words.T("page.case.reason"), v.reasonText(rule))
		for _, q := range rule.Questions {
			add(v.questionText(q), a.in.answers[a.in.reason+"."+q.Code])
		}
	}
	add(words.T("page.check.asks"), words.T("page.form.remedy."+string(a.request.Remedy)))
	for _, e := range a.request.Wish.Exchange {
		title := e.Title
		if e.SKU == "" {
			title = words.T("page.form.same")
		}
		line, _ := v.line(e.LineID)
		add(words.T("page.form.remedy.exchange_for", "Item", line.Title), title)
	}
	if a.request.Wish.Method != "" {
		add(words.T("page.form.method"), words.T("page.form.method."+string(a.request.Wish.Method)))
	}
	add(words.T("page.case.your_note"), a.request.Note)
	if v.gift != nil {
		add(words.T("page.gift.name"), a.in.name)
		add(words.T("page.lookup.email"), a.in.email)
	}
	return facts
}

// money explains what the request brings. An exchange for the same again brings no money; what another item costs is not known
// yet; a repair brings none.
func (p *summaryPage) money(v *visit, a asked) {
	total := "page.check.total.refund"
	switch a.request.Remedy {
	case returns.ExchangeRemedy:
		p.After = v.words.T("page.check.same_price")
		for _, e := range a.request.Wish.Exchange {
			if e.SKU != "" {
				p.After = v.words.T("page.check.price_differs")
			}
		}
		return
	case returns.RepairRemedy:
		return
	case returns.CreditRemedy:
		if v.gift != nil {
			p.After = v.words.T("page.gift.credit_after")
			return
		}
		total = "page.check.total.credit"
	default:
		p.After = v.words.T("page.check.paid_as")
	}
	c := store.Case{
		Kind: returns.Return, State: returns.Approved, OrderID: v.order.ID, Items: a.request.Items, Remedy: a.request.Remedy,
		Conditions: a.decision.Conditions, Wish: a.request.Wish,
	}
	if _, lines, err := cases.Expected(c, v.order.State.Order, a.ledger.refunds); err == nil {
		b := v.bill(total, lines)
		p.Bill = &b
	}
}
