package returns

import (
	"fmt"
	"slices"
	"strings"

	"homeward/internal/orders"
)

// inquiry is one line of a request as an approval looks at it. Reason and remedy are "" while nobody chose.
type inquiry struct {
	s       Situation
	line    orders.Line
	country string
	reason  Reason
	remedy  Remedy
	value   int64 // of one unit
}

func (p Policy) inquiry(s Situation, line orders.Line, reason Reason, remedy Remedy) inquiry {
	return inquiry{s: s, line: line, country: p.country(s.State.Order), reason: reason, remedy: remedy, value: unitValue(s.State.Order, line)}
}

// approval gives the first approval that holds for a line, and what met its conditions. What is not known yet, or cannot be
// compared, never refuses: it leads to a person.
func (p Policy) approval(q inquiry) (Approval, string) {
	for _, a := range p.Approvals {
		held, detail := a.When.hold(q)
		switch held {
		case no:
		case unsure:
			return Approval{Name: a.Name, Then: ThenStaff}, detail
		default:
			return a, detail
		}
	}
	then := ThenStaff
	if p.AutoApprove {
		then = ThenAuto
	}
	return Approval{Name: DefaultRule, Then: then}, "no approval rule is about it"
}

// held says whether circumstances hold.
type held int

const (
	yes held = iota
	no
	unsure
)

// found is what one condition came to.
type found struct {
	held   held
	detail string
}

func (c Circumstances) hold(q inquiry) (held, string) {
	by, ok := c.matches(q.country, q.line.Category, q.line.SKU)
	if !ok {
		return no, ""
	}
	checks := append(c.amounts(q), c.chosen(q)...)
	checks = append(checks, c.counts(q)...)
	details := []string{}
	if by != "" {
		details = append(details, by)
	}
	out := yes
	for _, f := range checks {
		switch f.held {
		case no:
			return no, ""
		case unsure:
			out = unsure
		}
		details = append(details, f.detail)
	}
	if len(details) == 0 {
		details = append(details, "the rule is for every request")
	}
	return out, strings.Join(details, ", ")
}

// chosen looks at what the shopper chose; before that it is not known.
func (c Circumstances) chosen(q inquiry) []found {
	var out []found
	look := func(name, value string, known, in bool) {
		switch {
		case !known:
			out = append(out, found{unsure, name + " is not chosen yet"})
		case !in:
			out = append(out, found{held: no})
		default:
			out = append(out, found{yes, name + " is " + quoted(value)})
		}
	}
	if len(c.Reasons) > 0 {
		look("the reason", string(q.reason), q.reason != "", slices.Contains(c.Reasons, q.reason))
	}
	if len(c.Remedies) > 0 {
		look("the remedy", string(q.remedy), q.remedy != "", slices.Contains(c.Remedies, q.remedy))
	}
	return out
}

// amounts compares in the order's currency. A limit that names none in it cannot be compared.
func (c Circumstances) amounts(q inquiry) []found {
	var out []found
	currency := q.s.State.Order.Currency
	look := func(name string, value int64, limit Amounts, below bool) {
		if len(limit) == 0 {
			return
		}
		bound, ok := limit.In(currency)
		words := "is %s or more"
		if below {
			words = "is below %s"
		}
		switch {
		case !ok:
			out = append(out, found{unsure, "the rule names no " + name + " in " + currency})
		case (value < bound) != below:
			out = append(out, found{held: no})
		default:
			out = append(out, found{yes, fmt.Sprintf("the %s %s "+words, name, inWords(value, currency), inWords(bound, currency))})
		}
	}
	look("order total", q.s.State.Order.Total, c.OrderTotalFrom, false)
	look("order total", q.s.State.Order.Total, c.OrderTotalBelow, true)
	look("item value", q.value, c.ItemValueFrom, false)
	look("item value", q.value, c.ItemValueBelow, true)
	return out
}

// counts looks at the order's age and at the customer.
func (c Circumstances) counts(q inquiry) []found {
	var out []found
	look := func(wanted bool, value, least int, words string) {
		switch {
		case !wanted:
		case value < least:
			out = append(out, found{held: no})
		default:
			out = append(out, found{yes, fmt.Sprintf(words, value, least)})
		}
	}
	placed := q.s.State.Order.PlacedAt
	if c.OrderAgeFrom > 0 && placed.IsZero() {
		out = append(out, found{unsure, "when the order was placed is not known"})
	} else {
		age := int(q.s.Now.Sub(placed) / day)
		look(c.OrderAgeFrom > 0, age, int(c.OrderAgeFrom/day), "the order is %d days old (%d or more)")
	}
	h := q.s.History
	look(c.ReturnsFrom > 0, h.Returns, c.ReturnsFrom, "the customer has %d earlier returns (%d or more)")
	look(c.ReturnRateFrom > 0, h.Rate(), c.ReturnRateFrom, "the customer returns %d %% of their orders (%d %% or more)")
	return out
}
