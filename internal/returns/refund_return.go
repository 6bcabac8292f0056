package returns

import (
	"cmp"
	"fmt"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// toldBefore sums what earlier refunds of a case said.
type toldBefore struct {
	taken    map[RefundReason]int64 // of fees, positive
	deducted map[string]int64       // of each line, positive
	refused  map[string]int         // units of each line that were told as not paid
	sum      int64                  // what they brought, without the bonus
}

func told(before []Explained) toldBefore {
	t := toldBefore{taken: map[RefundReason]int64{}, deducted: map[string]int64{}, refused: map[string]int{}}
	for _, line := range before {
		switch line.Reason {
		case LabelFee, HandlingFee, Exchanged:
			t.taken[line.Reason] -= line.Amount
		case LabelFeeBack:
			t.taken[LabelFee] -= line.Amount
		case Deducted, DeductionBack:
			t.deducted[line.LineID] -= line.Amount
		case NotPaid:
			t.refused[line.LineID] += line.Quantity
		}
		if line.Reason != CreditBonus && line.Reason != Postage {
			t.sum += line.Amount
		}
	}
	return t
}

// deductions gives what the inspections take off a line and no earlier refund took yet.
func (t toldBefore) deductions(lineID string, inspections []Inspection) []less {
	taken := t.deducted[lineID]
	var off []less
	for _, i := range inspections {
		if i.LineID != lineID || i.Outcome != Deduct || i.Deduction <= 0 {
			continue
		}
		gone := min(taken, i.Deduction)
		taken -= gone
		if i.Deduction > gone {
			off = append(off, less{Deducted, i.Reason, i.Deduction - gone})
		}
	}
	return off
}

// giveBack gives what earlier refunds took off and no inspection takes off any more.
func (p *plan) giveBack(inspections []Inspection, before toldBefore) {
	for _, line := range p.order.Lines {
		over := before.deducted[line.ID]
		for _, i := range inspections {
			if i.LineID == line.ID && i.Outcome == Deduct {
				over -= max(i.Deduction, 0)
			}
		}
		if over > 0 && !line.Cancelled {
			p.explain(Explained{Reason: DeductionBack, LineID: line.ID, Amount: over})
			p.book(line.ID, 0, p.within(line.ID, over))
		}
	}
}

// exchanged sums the price of what is sent in the place of goods.
func exchanged(all []Exchange) (int64, error) {
	var sum int64
	for _, e := range all {
		price, ok := times(e.UnitPrice, e.Quantity)
		if sum += price; !ok || sum > amountLimit {
			return 0, fmt.Errorf("%w: exchange for %s", ErrAmount, e.LineID)
		}
	}
	return sum, nil
}

// DeductionsLeft gives what inspections take off and what earlier refunds of the case said they took is not enough for.
func DeductionsLeft(inspections []Inspection, before []Explained) []Deduction {
	t := told(before)
	var out []Deduction
	seen := map[string]bool{}
	for _, i := range inspections {
		if seen[i.LineID] {
			continue
		}
		seen[i.LineID] = true
		for _, l := range t.deductions(i.LineID, inspections) {
			out = append(out, Deduction{LineID: i.LineID, Amount: l.amount, Reason: l.text})
		}
	}
	return out
}

// restocking gives the rate of a line's units: what the rate takes of all units up to the last of them, less what it takes of
// those before.
func (p *plan) restocking(line orders.RefundLine, c Conditions) []less {
	for _, r := range c.Restocking {
		if r.LineID != line.LineID {
			continue
		}
		i := liveLine(p.order, line.LineID)
		before := p.done[line.LineID].Quantity
		start := money.Slice(p.paid[i], p.order.Lines[i].Quantity, 0, before)
		return []less{{Restocking, "", percent(start+line.Amount, r.Percent) - percent(start, r.Percent)}}
	}
	return nil
}

// percent gives a rate of an amount, rounded down.
func percent(amount int64, rate int) int64 {
	return amount/100*int64(clampRate(rate)) + amount%100*int64(clampRate(rate))/100
}

func clampRate(rate int) int { return min(max(rate, 0), 100) }

// takeOff takes a fee off what the goods of this plan bring, line by line, as far as they bring anything.
// It gives what they do not suffice for.
func (p *plan) takeOff(goods []orders.RefundLine, reason RefundReason, fee int64) int64 {
	left := max(fee, 0)
	for i := range goods {
		amount := min(goods[i].Amount, left)
		goods[i].Amount -= amount
		left -= amount
	}
	p.explain(Explained{Reason: reason, Amount: left - max(fee, 0)})
	return left
}

// refused tells of the units for which an inspection refused the money, once in a case.
func (p *plan) refused(inspections []Inspection, before toldBefore) {
	for _, i := range inspections {
		if i.Outcome != DoNotPay {
			continue
		}
		gone := min(before.refused[i.LineID], i.Quantity)
		before.refused[i.LineID] -= gone
		if n := i.Quantity - gone; n > 0 {
			p.explain(Explained{Reason: NotPaid, LineID: i.LineID, Quantity: n, Text: cmp.Or(i.Reason, string(i.Grade))})
		}
	}
}

// bonus adds what store credit brings on top of what this plan brings; before is what the case brought so far.
func (p *plan) bonus(before int64, rate int) {
	amount := percent(before+p.Total, rate) - percent(before, rate)
	if amount <= 0 {
		return
	}
	p.explain(Explained{Reason: CreditBonus, Amount: amount})
	p.Ledger = append(p.Ledger, orders.RefundLine{LineID: BonusLine, Amount: amount})
	p.Total += amount
}
