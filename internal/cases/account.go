package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// account is what the money of a case depends on.
type account struct {
	c       store.Case
	order   orders.Order
	refunds []store.Refund // all of the order's
	looks   []returns.Inspection
	facts   returns.Facts
	// fulfilled is set when staff sent what was agreed in the place of money.
	fulfilled bool
	labelLost bool // its label was given up
	late      bool // it is a withdrawal that was declared after its period
	// cancels is set for the account of what was cancelled of the order, which is no case: with what the names of its plans begin.
	cancels string
	dropped []returns.Item // what was cancelled of the order while a part was shipped
}

// plan says what units bring that were not planned: by what the shop's policy granted for a return; all that was paid for them,
// and at the end delivery and fees too, for a withdrawal and for a contract that ends because the goods were not as agreed.
// and is what no refund tells of.
func (a account) plan(items []returns.Item, and ...returns.Earlier) (returns.Breakdown, error) {
	before := append(earlier(a.refunds), owed(a.order, a.refunds, items)...)
	before = append(before, and...)
	if a.c.Kind == returns.Return {
		return returns.PlanReturn(a.order, before, items, returns.ReturnOptions{
			Conditions: a.c.Conditions, Exchange: a.exchange(), Inspections: a.looks, Before: a.told(), Credit: a.c.Remedy == returns.CreditRemedy,
			Label: a.c.Wish.Method.Labelled() && !a.labelLost,
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
	opts := returns.WithdrawalOptions{Informed: true, Inspections: a.looks, Before: a.told()}
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
	if a.cancels != "" {
		return r.OfCancelled() && (strings.HasPrefix(r.ExternalID, cancelPrefix) || strings.HasPrefix(r.ExternalID, restPrefix))
	}
	return r.CaseID == a.c.ID && r.Origin == store.OriginHomeward && strings.HasPrefix(r.ExternalID, a.c.ID+":")
}

// open leaves out of units those that were planned, and of a withdrawal's those that a return paid for.
func (a account) open(items []returns.Item) []returns.Item {
	gone := map[string]int{}
	for line, n := range a.movedIn(items) {
		gone[line] += n
	}
	for _, r := range a.refunds {
		for _, line := range r.Lines {
			if a.planned(r) {
				gone[line.LineID] += line.Quantity
			}
		}
	}
	return returns.Without(items, gone)
}

// exchange gives what else is sent in the place of the goods: the same again costs what was paid for them.
func (a account) exchange() []returns.Exchange {
	if a.c.Remedy != returns.ExchangeRemedy {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(a.c.Wish.Exchange), returns.Exchange.Same)
}

// answered tells that nothing is to come any more of which money, or anything else that staff owe the shopper, could follow.
func (a account) answered() bool {
	sends := a.c.Kind == returns.Return && sendsGoods(a.c.Remedy) && !a.fulfilled
	if a.c.Kind == returns.Claim {
		sends = !a.c.Remedy.Ends() // or nobody answered it yet
	}
	moved := a.c.State == returns.Received || a.c.State == returns.Refunding
	return moved && !sends && !returns.Undecided(a.facts)
}

// planID names a part of the next plan of the case, or of what was cancelled. Each plan has its number, so that none takes the place of another.
func (a account) planID(part int) string {
	n := 0
	for _, r := range a.refunds {
		if a.planned(r) {
			n++
		}
	}
	return fmt.Sprintf("%s:p%d:%d", cmp.Or(a.cancels, a.c.ID), n, part)
}

// parts splits what is due over the order's payments; store credit is one part of its own, and so is whatever the recipient of a gift
// is owed, be it the difference of an exchange: what the buyer paid with is not theirs. Postage is money spent, and no credit. What went
// back before takes from the payments, but for the bonus of store credit, which nobody paid. What failed keeps its room there, to be tried
// again, while there is other room.
func (a account) parts(plan returns.Breakdown) []returns.Part {
	total := plan.Total
	spent := len(plan.Ledger) == 1 && plan.Ledger[0].LineID == returns.PostageLine
	if a.c.Kind == returns.Return && ((a.c.Remedy == returns.CreditRemedy && !spent) || a.c.GiftID != "") {
		return []returns.Part{{Kind: StoreCredit, Amount: total, NeedsPerson: true}}
	}
	var done, failed []returns.Part
	for _, r := range store.Standing(store.Distinct(a.refunds)) {
		part := returns.Part{Kind: r.PaymentKind, Reference: r.PaymentReference, Amount: r.Amount - bonus(r)}
		switch {
		case r.Counts():
			done = append(done, part)
		case r.Origin == store.OriginHomeward:
			failed = append(failed, part)
		}
	}
	parts := returns.Allocate(a.order.Payments, slices.Concat(done, failed), total)
	if len(failed) > 0 && slices.ContainsFunc(parts, func(p returns.Part) bool { return p.NeedsPerson }) {
		parts = returns.Allocate(a.order.Payments, done, total)
	}
	return parts
}

// bonus gives what of a refund is the bonus of store credit.
func bonus(r store.Refund) int64 {
	for _, line := range r.Lines {
		if line.LineID == returns.BonusLine {
			return line.Amount
		}
	}
	return 0
}

// owed gives what refunds were for that failed and have none in their place: it is still to be paid by hand or again, and so
// not due a second time, and its goods are back. Units that the shop refunded meanwhile, or that items ask for, are no more
// than the line has.
func owed(order orders.Order, refunds []store.Refund, items []returns.Item) []returns.Earlier {
	once := store.Distinct(refunds)
	room := open(order, once)
	for _, item := range items {
		room[item.LineID] -= item.Quantity
	}
	var out []returns.Earlier
	for _, r := range store.Standing(once) {
		if r.Counts() || len(r.Lines) == 0 {
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
