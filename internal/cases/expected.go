package cases

import (
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Expected says what a case brings in all, in minor units of the order's currency, and what that consists of: what was planned
// for it, and what the rest of its goods bring on top. refunds are all of the order's, inspections all of the case's. The
// lines sum to the total.
func Expected(c store.Case, order orders.Order, refunds []store.Refund, inspections ...store.Inspection) (int64, []returns.Explained, error) {
	a := account{c: c, order: order, refunds: refunds, looks: rules(inspections)}
	lines := a.told()
	if !c.State.Final() {
		rest, err := a.rest()
		if err != nil {
			return 0, nil, err
		}
		lines = append(lines, rest.Lines...)
	}
	var total int64
	for _, line := range lines {
		total += line.Amount
	}
	return total, lines, nil
}

// rest plans all of the case that was not planned.
func (a account) rest() (returns.Breakdown, error) {
	items := returns.PaidFor(factsOf(a.c, a.looks), a.c.Items)
	return a.plan(unpaid(a.order, store.Distinct(a.refunds), a.open(items)))
}

// rules puts the inspections that stand into the rules' words.
func rules(all []store.Inspection) []returns.Inspection {
	var out []returns.Inspection
	for _, i := range Standing(all) {
		out = append(out, i.Inspection)
	}
	return out
}

// explained puts a ledger's lines into an explanation's words.
func explained(lines []orders.RefundLine) []returns.Explained {
	out := make([]returns.Explained, 0, len(lines))
	for _, line := range lines {
		e := returns.Explained{Reason: returns.ForGoods, LineID: line.LineID, Quantity: line.Quantity, Amount: line.Amount}
		switch line.LineID {
		case returns.DeliveryLine:
			e = returns.Explained{Reason: returns.ForDelivery, Amount: line.Amount}
		case returns.FeesLine:
			e = returns.Explained{Reason: returns.ForFee, Amount: line.Amount}
		}
		out = append(out, e)
	}
	return out
}
