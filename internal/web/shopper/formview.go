package shopper

import (
	"slices"
	"strconv"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// listed is the most units that are offered as a list; more are typed.
const listed = 20

// form shows a return form with what was typed.
func (h *handler) form(v *visit, l ledger, in inputs) *formPage {
	words := v.words
	p := &formPage{
		Frame: h.visitFrame(v, words.T("page.form.title"), "/returns/new"), Action: v.path + "/returns", Nonce: in.nonce, Note: in.note,
		Wrong: map[string]string{},
	}
	for _, line := range l.lines {
		f := h.formLine(v, l, line, in.quantities[line.Line.ID])
		p.Any = p.Any || f.Blocked == ""
		p.Lines = append(p.Lines, f)
	}
	for _, reason := range returns.Reasons {
		p.Reasons = append(p.Reasons, choice{string(reason), words.Code("reason", string(reason)), in.reason == string(reason)})
	}
	for _, remedy := range returns.Remedies {
		text := words.T("page.form.remedy." + string(remedy))
		p.Remedy = append(p.Remedy, choice{string(remedy), text, in.remedy == string(remedy)})
	}
	return p
}

func (h *handler) formLine(v *visit, l ledger, e returns.EligibleLine, typed string) formLine {
	words := v.words
	f := formLine{
		Field: quantityField + e.Line.ID, Title: e.Line.Title, Variant: e.Line.Variant, Left: e.Left, Value: typed,
		Bought: words.T("page.form.bought", "Count", e.Line.Quantity), Number: e.Left > listed,
	}
	switch {
	case !l.verdict.Allowed && l.verdict.Code == returns.WindowOver:
		f.Blocked = words.T("page.blocked.window")
	case e.Left == 0 && e.Code == returns.AlreadyReturned:
		f.Blocked = words.T("page.blocked.taken")
	case e.Left == 0 || !l.verdict.Allowed:
		f.Blocked = words.T("page.blocked.other")
	}
	if f.Blocked != "" {
		return f
	}
	if worth, err := returns.PlanReturn(v.order.State.Order, earlier(l.refunds), []returns.Item{{LineID: e.Line.ID, Quantity: 1}}, returns.ReturnOptions{}); err == nil {
		f.Each = words.T("page.form.each", "Money", words.Money(worth.Total, v.order.State.Order.Currency))
	}
	for n := 0; n <= e.Left && !f.Number; n++ {
		value := strconv.Itoa(n)
		f.Options = append(f.Options, choice{value, words.Number(int64(n)), typed == value})
	}
	if typed != "" && !f.Number && !slices.ContainsFunc(f.Options, func(c choice) bool { return c.Chosen }) {
		f.Options = append(f.Options, choice{typed, typed, true}) // what was typed stays, also when it cannot be
	}
	return f
}

// earlier gives the refunds that lessen what is left, in the rules' words.
func earlier(refunds []store.Refund) []returns.Earlier {
	var out []returns.Earlier
	for _, r := range refunds {
		if r.Status != store.RefundFailed && r.Status != store.RefundCanceled {
			out = append(out, returns.Earlier{Amount: r.Amount, Lines: r.Lines})
		}
	}
	return out
}

// tell puts faults into words, in the order of the form.
func (p *formPage) tell(v *visit, faults returns.Faults) {
	add := func(field, anchor, text string) {
		p.Errors = append(p.Errors, formError{Field: anchor, Text: text})
		p.Wrong[field] = text
	}
	if code, ok := faults["form"]; ok {
		add("form", "form", v.words.T("page.error."+string(code)))
	}
	if code, ok := faults["items"]; ok {
		key := "page.error.items"
		switch code {
		case returns.WindowOver:
			key = "page.blocked.window"
		case returns.OrderCancelled, returns.NothingLeft:
			key = "page.form.none"
		}
		add("items", "items", v.words.T(key))
	}
	known := map[string]bool{"form": true, "items": true, "reason": true, "remedy": true, "note": true}
	for _, line := range p.Lines {
		known[line.Field] = true
		if _, ok := faults[line.Field]; ok {
			add(line.Field, line.Field, v.words.T("page.error.quantity", "Title", line.Title, "Max", line.Left))
		}
	}
	for _, field := range []string{"reason", "remedy", "note"} {
		if _, ok := faults[field]; ok {
			add(field, field, v.words.T("page.error."+field))
		}
	}
	for field := range faults {
		if !known[field] { // a line that is not, or no longer, in the order
			add("form", "items", v.words.T("page.error.changed"))
			break
		}
	}
}
