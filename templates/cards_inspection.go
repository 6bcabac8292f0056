package templates

import (
	"slices"

	"homeward/internal/messages"
	"homeward/internal/returns"
)

// found gives the inspections that a message tells of: those that its data names, all when it names none.
func (v View) found() []Inspected {
	if v.Case == nil {
		return nil
	}
	var all []Inspected
	for _, i := range v.Case.Inspections {
		if len(v.Data.Inspections) == 0 || slices.Contains(v.Data.Inspections, i.ID) {
			all = append(all, i)
		}
	}
	return all
}

// less tells whether an inspection brings less than was expected.
func (v View) less() bool {
	return slices.ContainsFunc(v.found(), func(i Inspected) bool { return i.Outcome != returns.Accept })
}

// inspected shows what was found: together what was accepted in full, and each finding that costs the shopper something.
func (c composer) inspected() []section {
	var sections []section
	whole := section{Title: c.w.T("found.accepted")}
	for _, i := range c.v.found() {
		if i.Outcome == returns.Accept && i.Reason == "" {
			whole.Items = append(whole.Items, c.item(i.Line, i.Quantity, false))
			continue
		}
		sections = append(sections, c.finding(i))
	}
	if len(whole.Items) > 0 {
		sections = append(sections, whole)
	}
	return sections
}

func (c composer) finding(i Inspected) section {
	s := section{Items: []itemLine{c.item(i.Line, i.Quantity, false)}}
	switch {
	case i.Grade.Absent():
		s.Title = c.w.T("found." + string(i.Grade))
		s.Text = []string{c.w.T("found.ask")}
	case i.Outcome == returns.DoNotPay:
		s.Title = c.w.T("found.refused")
		if c.v.gift() {
			s.Title = c.w.T("found.not_taken")
		}
		s.Text = []string{c.w.T("found.back")}
	case i.Outcome == returns.Deduct:
		s.Title = c.w.T("found.deducted")
		if c.v.gift() {
			break
		}
		s.Sums = []fact{{Label: c.w.T("label.deduction"), Value: c.w.Money(i.Deduction, c.v.Order.Order.Currency), Strong: true}}
	default:
		s.Title = c.w.T("found.accepted")
	}
	if key := "grade." + string(i.Grade); c.w.Has(key) {
		s.Facts = []fact{{Label: c.w.T("label.condition"), Value: c.w.T(key)}}
	}
	if i.Reason != "" {
		s.Verbatim = newVerbatim(i.Reason, c.w.Lang())
	}
	return s
}

// letterOfStaff shows what a member of staff wrote.
func (c composer) letterOfStaff() section {
	return section{Title: clean(c.v.Shop.Name), Verbatim: newVerbatim(c.v.Data.Text, c.w.Lang())}
}

// receivedVariant says what comes after the goods are there: the inspection, the refund, or something that only its own message
// can tell.
func receivedVariant(v View) string {
	switch {
	case v.Case == nil:
		return ""
	case v.Case.Kind == returns.Claim && v.Case.Remedy == "":
		return "claim"
	case v.Case.Kind == returns.Claim:
		return "claim." + string(v.Case.Remedy)
	case v.Case.Inspect:
		return "inspect"
	case v.Case.Remedy == returns.ExchangeRemedy, v.Case.Remedy == returns.RepairRemedy:
		return "other." + string(v.Case.Remedy)
	case v.Case.Remedy != "" && v.Case.Remedy != returns.RefundRemedy:
		return "other"
	case v.Case.Settled:
		return "settled"
	default:
		return ""
	}
}

func inspectionVariant(v View) string {
	switch {
	case v.Topic == messages.ReturnInspected && v.less():
		return "less"
	case v.Topic == messages.AppealAnswered && slices.ContainsFunc(v.found(), func(i Inspected) bool { return i.Changed }):
		return "changed"
	default:
		return ""
	}
}
