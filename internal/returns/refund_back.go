package returns

import (
	"homeward/internal/money"
	"homeward/internal/orders"
)

// Back is an amount that an earlier plan kept and that is given back.
type Back struct {
	Reason RefundReason // FeeBack, LabelFeeBack or CappedBack
	LineID string
	Text   string // of FeeBack the number of the return that kept it
	Amount int64  // minor units, positive
}

// Bonus is what store credit brings on top: Rate percent of what the case brought, with Before of it so far.
type Bonus struct {
	Before int64
	Rate   int
}

// PlanBack reckons what is given back of what earlier plans kept: no more than was paid for each line, and than is left of what was
// paid for the order. What is not there now is not told; it stays due.
func PlanBack(order orders.Order, earlier []Earlier, back []Back, bonus Bonus) (Breakdown, error) {
	p, _, err := newPlan(order, earlier, nil)
	if err != nil {
		return Breakdown{}, err
	}
	for _, b := range back {
		i := liveLine(order, b.LineID)
		if i < 0 {
			continue
		}
		amount := min(b.Amount, p.left, p.paid[i]-p.done[b.LineID].Amount)
		if amount <= 0 {
			continue
		}
		p.explain(Explained{Reason: b.Reason, LineID: b.LineID, Text: b.Text, Amount: amount})
		p.book(b.LineID, 0, amount)
	}
	p.bonus(bonus.Before, bonus.Rate)
	return p.Breakdown, nil
}

// Brought sums what a case brought so far by what its refunds said, without the bonus of store credit.
func Brought(before []Explained) int64 { return told(before).sum }

// LabelBack gives what a return took for a label that never came. before is what its refunds said, booked what stands for
// them in the ledger.
func LabelBack(order orders.Order, before []Explained, booked []orders.RefundLine) []Back {
	return spread(order, kept(order, before, booked), told(before).taken[LabelFee], Back{Reason: LabelFeeBack})
}

// ShortBack gives what a case's goods were worth and could not bring, because no more was left of what was paid for the order; of
// delivery and fees PlanWithdrawal knows by itself. It may be there again: a refund that somebody made beside ours can fail.
func ShortBack(order orders.Order, before []Explained, booked []orders.RefundLine) []Back {
	keeps := kept(order, before, booked)
	var short int64
	for _, k := range keeps {
		short += k
	}
	taken := told(before).taken
	return spread(order, keeps, short-taken[LabelFee]-taken[HandlingFee]-taken[Exchanged], Back{Reason: CappedBack})
}

// Freed is what a withdrawal frees of a return by goodwill of the same units: a consumer who withdraws gets all that was paid for them
// (Directive 2011/83/EU, Art. 13(1)), whatever was agreed for the return (Art. 25).
type Freed struct {
	RMA    string
	Before []Explained         // what the return's refunds said
	Booked []orders.RefundLine // what stands for them in the ledger
	Units  map[string]int      // that were withdrawn from, by line
	Whole  bool                // those are all of the return's, so that what it took once goes back too
	Given  map[string]int64    // back before, by line
}

// FeesBack gives what a return kept by restocking rates and fees of the units that were withdrawn from. A rate goes back by the unit; a
// fee that was taken once when no unit is left that came back by goodwill alone. Deductions for what goods lost in value stand.
func FeesBack(order orders.Order, f Freed) []Back {
	once := make([]int64, len(order.Lines))
	if f.Whole {
		taken := told(f.Before).taken
		for _, b := range spread(order, kept(order, f.Before, f.Booked), taken[LabelFee]+taken[HandlingFee], Back{}) {
			once[lineAt(order, b.LineID)] += b.Amount
		}
	}
	var back []Back
	for i, line := range order.Lines {
		amount := once[i] + restocked(f.Before, line.ID, f.Units[line.ID]) - f.Given[line.ID]
		if amount > 0 && liveLine(order, line.ID) == i {
			back = append(back, Back{Reason: FeeBack, LineID: line.ID, Text: f.RMA, Amount: amount})
		}
	}
	return back
}

// restocked gives what a rate took of the first so many units of a line.
func restocked(before []Explained, lineID string, units int) int64 {
	var rate int64
	all := 0
	for _, e := range before {
		switch {
		case e.LineID != lineID:
		case e.Reason == Restocking:
			rate -= e.Amount
		case e.Reason == ForGoods:
			all += e.Quantity
		}
	}
	if all == 0 || rate <= 0 {
		return 0
	}
	return money.Slice(rate, all, 0, min(units, all))
}

// kept gives, for each line of an order, what the units of a case were worth after rates and deductions and did not bring: fees
// that were taken once, and what was no longer there.
func kept(order orders.Order, before []Explained, booked []orders.RefundLine) []int64 {
	sum := map[string]int64{}
	for _, e := range before {
		switch e.Reason {
		case ForGoods, Restocking, Deducted, DeductionBack, ForReduction, WentBackEarlier:
			sum[e.LineID] += e.Amount
		}
	}
	for _, line := range booked {
		sum[line.LineID] -= line.Amount
	}
	keeps := make([]int64, len(order.Lines))
	for i, line := range order.Lines {
		if lineAt(order, line.ID) == i {
			keeps[i] = max(sum[line.ID], 0)
		}
	}
	return keeps
}

// spread shares an amount out over the lines that have it, in their order.
func spread(order orders.Order, keeps []int64, amount int64, as Back) []Back {
	var out []Back
	for i, k := range keeps {
		if as.Amount = min(k, amount); as.Amount > 0 {
			as.LineID = order.Lines[i].ID
			out = append(out, as)
			amount -= as.Amount
		}
	}
	return out
}

func lineAt(order orders.Order, id string) int {
	for i, line := range order.Lines {
		if line.ID == id {
			return i
		}
	}
	return -1
}
