package cases

import (
	"slices"
	"strings"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Expected says what a case brings in all, in minor units of the order's currency, and what that consists of: what was planned
// for it, and what the rest of its goods bring on top. refunds are all of the order's, inspections all of the case's. The
// lines sum to the total.
func Expected(c store.Case, order orders.Order, refunds []store.Refund, inspections ...store.Inspection) (int64, []returns.Explained, error) {
	a := account{c, order, refunds, standing(inspections)}
	lines := a.told()
	if !c.State.Final() {
		rest, err := a.plan(unpaid(order, distinct(refunds), a.rest()))
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

// account is what the money of a case depends on.
type account struct {
	c       store.Case
	order   orders.Order
	refunds []store.Refund // all of the order's
	looks   []returns.Inspection
}

// standing gives the inspections that no other replaced.
func standing(all []store.Inspection) []returns.Inspection {
	var out []returns.Inspection
	for _, i := range all {
		if i.ReplacedBy == "" {
			out = append(out, i.Inspection)
		}
	}
	return out
}

// plan says what units bring that were not planned: by what the shop's policy granted for a return; all that was paid for them,
// and at the end delivery and fees too, for a withdrawal and for a contract that ends because the goods were not as agreed.
func (a account) plan(items []returns.Item) (returns.Breakdown, error) {
	before := append(earlier(a.refunds, ""), owed(a.order, a.refunds, items)...)
	if a.c.Kind == returns.Return {
		return returns.PlanReturn(a.order, before, items, returns.ReturnOptions{
			Conditions: a.c.Conditions, Inspections: a.looks, Before: a.told(), Credit: a.c.Remedy == returns.CreditRemedy,
			Label: a.c.Wish.Method == returns.ByLabel || a.c.Wish.Method == returns.ByQR,
		})
	}
	if a.c.Kind == returns.Claim && !a.c.Remedy.Ends() { // the goods, or others, go back to the consumer
		return returns.Breakdown{}, nil
	}
	opts := returns.WithdrawalOptions{}
	if a.c.Kind == returns.Withdrawal {
		opts = a.deductions(items)
	}
	return returns.PlanWithdrawal(a.order, before, items, opts)
}

// deductions gives what the inspections of a withdrawal's goods take off. One is kept only with the evidence that the consumer
// was informed.
func (a account) deductions(items []returns.Item) returns.WithdrawalOptions {
	opts := returns.WithdrawalOptions{Informed: true}
	for _, d := range returns.DeductionsLeft(a.looks, a.told()) {
		if slices.ContainsFunc(items, func(i returns.Item) bool { return i.LineID == d.LineID }) {
			opts.Deductions = append(opts.Deductions, d)
		}
	}
	return opts
}

// told gives the explanations of the case's plans, each once: a plan that was split over several payments stands on each.
func (a account) told() []returns.Explained {
	var out []returns.Explained
	for _, r := range a.refunds {
		if !a.planned(r) {
			continue
		}
		switch {
		case len(r.Explanation) == 0: // from before they were kept
			out = append(out, explained(r.Lines)...)
		case strings.HasSuffix(r.ExternalID, ":0"):
			out = append(out, r.Explanation...)
		}
	}
	return out
}

// planned tells that a refund was planned for the case, and is not one in the place of another.
func (a account) planned(r store.Refund) bool {
	return r.CaseID == a.c.ID && r.Origin == store.OriginHomeward && strings.HasPrefix(r.ExternalID, a.c.ID+":")
}

// rest gives the units of the case that are neither planned nor refused by an inspection.
func (a account) rest() []returns.Item {
	return a.open(a.c.Items)
}

// open leaves out of units those that were planned and those that an inspection refused.
func (a account) open(items []returns.Item) []returns.Item {
	gone := map[string]int{}
	for _, r := range a.refunds {
		for _, line := range r.Lines {
			if a.planned(r) {
				gone[line.LineID] += line.Quantity
			}
		}
	}
	for _, i := range a.looks {
		if i.Outcome == returns.DoNotPay {
			gone[i.LineID] += i.Quantity
		}
	}
	var out []returns.Item
	for _, item := range items {
		n := min(item.Quantity, gone[item.LineID])
		gone[item.LineID] -= n
		if item.Quantity > n {
			out = append(out, returns.Item{LineID: item.LineID, Quantity: item.Quantity - n})
		}
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

// owed gives what refunds were for that failed and have none in their place: it is still to be paid by hand or again, and so
// not due a second time, and its goods are back. Units that the shop refunded meanwhile, or that items ask for, are no more
// than the line has.
func owed(order orders.Order, refunds []store.Refund, items []returns.Item) []returns.Earlier {
	once := distinct(refunds)
	room := open(order, once)
	for _, item := range items {
		room[item.LineID] -= item.Quantity
	}
	var out []returns.Earlier
	for _, r := range store.Standing(once) {
		if counts(r) || len(r.Lines) == 0 {
			continue
		}
		lines := slices.Clone(r.Lines)
		for i := range lines {
			n := max(min(lines[i].Quantity, room[lines[i].LineID]), 0)
			lines[i].Quantity = n
			room[lines[i].LineID] -= n
		}
		out = append(out, returns.Earlier{Lines: lines})
	}
	return out
}
