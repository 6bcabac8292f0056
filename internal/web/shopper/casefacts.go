package shopper

import (
	"net/http"
	"slices"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// letterRow is what staff wrote to the shopper, or the shopper to staff.
type letterRow struct {
	Text, When, ISO, Who string
	Mine                 bool // the shopper's
}

// letters gives what staff and the shopper wrote to each other, oldest first: it is read like a talk.
func (v *visit) letters(log []store.CaseStep) []letterRow {
	var out []letterRow
	for _, s := range log {
		if s.Step != cases.Wrote && s.Step != cases.Replied {
			continue
		}
		row := letterRow{
			Text: s.Note, When: v.words.Moment(s.At), ISO: s.At.UTC().Format("2006-01-02T15:04:05Z"), Mine: s.Step == cases.Replied,
			Who: v.words.T("page.case.letters.us"),
		}
		if row.Mine {
			row.Who = v.words.T("page.case.letters.you")
		}
		out = append(out, row)
	}
	return out
}

// caseFacts repeats what a return asked for.
func (v *visit) caseFacts(l ledger, c store.Case) []field {
	words := v.words
	var facts []field
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, field{Label: label, Value: value})
		}
	}
	if c.Reason != "" { // a withdrawal has none, a claim has its own
		add(words.T("page.case.reason"), v.reasonOf(l.policy, c.Reason))
	}
	for _, reply := range c.Answers {
		add(v.askedOf(l.policy, c.Reason, reply.Question), reply.Text)
	}
	if c.Kind == returns.Return && c.Remedy != "" {
		add(words.T("page.check.asks"), words.Code("remedy", string(c.Remedy)))
	}
	for _, e := range c.Wish.Exchange {
		title := e.Title
		if e.SKU == "" {
			title = words.T("page.form.same")
		}
		line, _ := v.line(e.LineID)
		add(words.T("page.form.remedy.exchange_for", "Item", line.Title), title)
	}
	if key := "page.form.method." + string(c.Wish.Method); words.Has(key) {
		add(words.T("page.form.method"), words.T(key))
	}
	add(words.T("page.case.your_note"), c.Note)
	return facts
}

// claimPart puts the record of a claim into the page of its case: what was said, what was answered, and where to turn.
func (h *handler) claimPart(r *http.Request, v *visit, p *casePage, c store.Case) {
	claim, err := h.Store.ClaimOfCase(r.Context(), c.ID)
	if err != nil {
		h.complain(r, "claim not read", err)
		return
	}
	words := v.words
	p.ItemsTitle = words.T("label.claim_items")
	add := func(label, value string) {
		if value != "" {
			p.Asked = append(p.Asked, field{Label: words.T(label), Value: value})
		}
	}
	coded := func(prefix, code string) string {
		if key := prefix + code; code != "" && words.Has(key) {
			return words.T(key)
		}
		return ""
	}
	add("label.claim_kind", coded("claim.kind.", string(claim.Kind)))
	add("label.claim_wish", coded("claim.remedy.", string(claim.Wish)))
	granted := coded("claim.remedy.", string(claim.Granted))
	if claim.Amount > 0 {
		granted += " · " + words.Money(claim.Amount, v.order.State.Order.Currency)
	}
	add("label.claim_remedy", granted)
	add("page.case.your_text", claim.Text)
	add("label.claim_came", words.DateTime(claim.CameAt))
	if p.Decision = strings.TrimSpace(claim.Answer); p.Decision == "" {
		p.Decision = claim.Extension
	}
	switch {
	case !claim.DeemedAt.IsZero():
		p.Hero.Title, p.Hero.Note = words.T("claim_granted.by_law.headline"),
			words.T("claim_granted.by_law.body", "RMA", c.RMA, "Number", v.order.State.Order.Number)
	case c.State == returns.Rejected:
		p.Objection = words.T("claim.objection")
	}
}

// reasonOf puts the reason of a case into words, also one that the policy no longer has.
func (v *visit) reasonOf(policy returns.Policy, code returns.Reason) string {
	if rule, ok := reasonRule(policy, code); ok {
		return v.reasonText(rule)
	}
	return v.words.Code("reason", string(code))
}

// askedOf gives the question of an answer; its code when the policy no longer asks it.
func (v *visit) askedOf(policy returns.Policy, reason returns.Reason, code string) string {
	rule, _ := reasonRule(policy, reason)
	for _, q := range rule.Questions {
		if q.Code == code {
			return v.questionText(q)
		}
	}
	return code
}

// reasonRule finds a reason in a policy, wherever it stands.
func reasonRule(policy returns.Policy, code returns.Reason) (returns.ReasonRule, bool) {
	lists := [][]returns.ReasonRule{policy.Reasons}
	for _, rule := range policy.Rules {
		lists = append(lists, rule.Reasons)
	}
	for _, list := range lists {
		if i := slices.IndexFunc(list, func(r returns.ReasonRule) bool { return r.Code == code }); i >= 0 {
			return list[i], true
		}
	}
	return returns.ReasonRule{}, false
}
