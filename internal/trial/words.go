package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"homeward/internal/money"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// saying is one thing that a policy says, in words.
type saying struct{ what, value string }

// differences gives what two policies say differently; what only one of them speaks of is left out, but for the first, which
// says whether there is anything to speak of.
func differences(was, becomes []saying) []Change {
	var out []Change
	for _, b := range becomes {
		i := slices.IndexFunc(was, func(w saying) bool { return w.what == b.what })
		if i >= 0 && was[i].value != b.value {
			out = append(out, Change{What: b.what, Was: was[i].value, Becomes: b.value})
		}
	}
	return out
}

// terms says what a policy offers for a line.
func terms(p returns.Policy, order orders.Order, l returns.LineOffer) []saying {
	if l.Left == 0 {
		return []saying{{"returnable", "no: " + plain(l.Code)}}
	}
	rule, _ := p.RuleFor(order, l.Line)
	from := rule.From
	if from == "" {
		from = returns.FromPossession
	}
	out := []saying{{"returnable", window(rule.Window) + " from " + plain(from)}}
	return append(out, []saying{
		{"way back", payer(l.PaidBy, l.LabelFee, order.Currency)},
		{"handling fee", amount(l.HandlingFee, order.Currency)},
		{"restocking", percent(l.Restocking)},
		{"remedies", listed(l.Remedies)},
		{"credit bonus", percent(l.CreditBonus)},
		{"goods stay below", amount(l.KeepBelow, order.Currency)},
		{"refund", plain(l.RefundWhen)},
		{"inspection", yesNo(l.Inspect)},
		{"reasons", reasons(l.Reasons)},
	}...)
}

// decision says what a policy decides on a request, and by what.
func decision(p returns.Policy, s returns.Situation, r returns.Request) (said []saying, why string) {
	d, faults := p.Decide(s, r)
	if faults != nil {
		var parts []string
		for _, field := range slices.Sorted(maps.Keys(faults)) {
			parts = append(parts, plain(faults[field]))
		}
		return []saying{{"decision", "not taken: " + strings.Join(slices.Compact(parts), ", ")}}, whyNot(p, s, r)
	}
	word := "approved at once"
	if d.State == returns.Requested {
		word = "a person decides"
	}
	c, currency := d.Conditions, s.State.Order.Currency
	said = []saying{
		{"decision", word},
		{"way back", payer(c.PaidBy, c.LabelFee, currency)},
		{"handling fee", amount(c.HandlingFee, currency)},
		{"restocking", rates(c.Restocking)},
		{"credit bonus", percent(c.CreditBonus)},
		{"goods stay", yesNo(c.Keep)},
		{"refund", plain(c.RefundWhen)},
		{"inspection", yesNo(c.Inspect)},
	}
	last := c.Why[len(c.Why)-1]
	return said, because(last.Rule, []returns.Why{last})
}

// whyNot says by which rule the lines of a request that is not taken are blocked.
func whyNot(p returns.Policy, s returns.Situation, r returns.Request) string {
	for _, l := range p.Offer(s).Lines {
		asked := slices.ContainsFunc(r.Items, func(i returns.Item) bool { return i.LineID == l.Line.ID && i.Quantity > 0 })
		if asked && l.Left == 0 {
			return because(l.Rule, l.Why)
		}
	}
	return ""
}

// because names the rule and what it looked at first.
func because(rule string, whys []returns.Why) string {
	if len(whys) == 0 {
		return "rule “" + rule + "”"
	}
	return "rule “" + whys[0].Rule + "”: " + whys[0].Detail
}

func plain[T ~string](code T) string { return strings.ReplaceAll(string(code), "_", " ") }

func window(d time.Duration) string { return fmt.Sprintf("%d days", d/(24*time.Hour)) }

func payer(p returns.Payer, label int64, currency string) string {
	switch {
	case p != returns.ShopperPays:
		return "the shop pays"
	case label > 0:
		return "the shopper pays, " + amount(label, currency) + " for the label"
	default:
		return "the shopper pays"
	}
}

func amount(minor int64, currency string) string {
	if minor == 0 {
		return "none"
	}
	return money.Decimal(minor, currency) + " " + currency
}

func percent(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d %%", n)
}

func rates(all []returns.LineRate) string {
	parts := make([]string, len(all))
	for i, r := range all {
		parts[i] = percent(r.Percent)
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func listed[T ~string](words []T) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = plain(w)
	}
	return strings.Join(parts, ", ")
}

func reasons(all []returns.ReasonRule) string {
	parts := make([]string, len(all))
	for i, r := range all {
		parts[i] = plain(r.Code)
	}
	return strings.Join(parts, ", ")
}

func titled(line orders.Line) string {
	if line.SKU == "" {
		return line.Title
	}
	return line.Title + " (" + line.SKU + ")"
}

// asked says what a return asked for, and when.
func asked(order orders.Order, c store.Case) string {
	var parts []string
	for _, item := range c.Items {
		i := slices.IndexFunc(order.Lines, func(l orders.Line) bool { return l.ID == item.LineID })
		if i >= 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", item.Quantity, titled(order.Lines[i])))
		}
	}
	return strings.Join(append(parts, plain(c.Reason), plain(c.Remedy), "asked "+c.CreatedAt.Format(time.DateOnly)), ", ")
}
