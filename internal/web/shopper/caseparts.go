package shopper

import (
	"homeward/internal/returns"
	"homeward/internal/store"
)

// parts is what of a case's goods arrived, and what is still to come.
type parts struct{ Here, Missing []itemRow }

// missing gives the units of a case that are still to come back: of a withdrawal none that never left the shop or will not reach the
// shopper.
func (v *visit) missing(c store.Case) []returns.Item {
	if c.State.Final() || !comesBack(c) {
		return nil
	}
	here := make(map[string]int)
	for _, item := range c.Received {
		here[item.LineID] += item.Quantity
	}
	out := returns.Without(c.Items, here)
	if c.Kind == returns.Withdrawal && len(out) > 0 {
		if _, lost := returns.NeverArrived(v.order.State, out); lost || returns.NeverLeft(v.order.State, out) {
			return nil
		}
	}
	return out
}

// partly tells that a part of a case's goods arrived and the rest is still to come.
func (v *visit) partly(c store.Case) bool {
	return len(c.Received) > 0 && len(v.missing(c)) > 0
}

// parts gives them; nil unless it is partly so.
func (v *visit) parts(c store.Case) *parts {
	if !v.partly(c) {
		return nil
	}
	missing := make(map[string]int)
	p := &parts{Missing: v.itemRows(v.missing(c))}
	for _, item := range v.missing(c) {
		missing[item.LineID] += item.Quantity
	}
	p.Here = v.itemRows(returns.Without(c.Items, missing))
	return p
}

func (v *visit) itemRows(items []returns.Item) []itemRow {
	var rows []itemRow
	for _, item := range items {
		if line, ok := v.line(item.LineID); ok {
			rows = append(rows, v.item(line, item.Quantity))
		}
	}
	return rows
}

// whenOfParts says what the money of a case waits for while a part of the goods is still to come: the key of a text; "" where that
// makes no difference.
func (v *visit) whenOfParts(c store.Case, refunds []store.Refund) string {
	const when = "page.case.when."
	early := c.Conditions.RefundWhen == returns.AtOnce || c.Conditions.RefundWhen == returns.OnFirstScan
	refund := outcomeOf(c) == string(returns.RefundRemedy) && v.gift == nil
	switch {
	case len(refunds) > 0 && refund && (!early || c.Kind != returns.Return):
		return when + "parts"
	case len(refunds) > 0, early && c.Kind == returns.Return, c.Kind == returns.Withdrawal:
		return ""
	case looksFirst(c):
		return when + string(returns.OnInspection)
	default:
		return when + string(returns.OnReceipt)
	}
}
