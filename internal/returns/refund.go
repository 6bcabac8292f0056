package returns

import (
	"errors"
	"fmt"
	"math"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// What a plan refuses.
var (
	ErrLine     = errors.New("returns: no such line")
	ErrQuantity = errors.New("returns: more units than are left, or none")
	ErrAmount   = errors.New("returns: amounts too large to reckon with")
)

// Earlier is a refund that was made, or is under way, for the same order: ours (not failed, not canceled) or the shop's.
type Earlier struct {
	Amount int64 // minor units, positive
	Lines  []orders.RefundLine
}

// ReturnOptions says what the order itself does not.
type ReturnOptions struct {
	Conditions  Conditions   // what the shop's policy granted: the fees, the rates and the bonus
	Label       bool         // the goods come back by the shop's own label, so that its fee is taken
	Credit      bool         // the shopper takes store credit, so that its bonus is given
	Exchange    []Exchange   // what is sent in the place of the goods; its price is taken off
	Inspections []Inspection // those that stand, for all of the case
	Before      []Explained  // what earlier refunds of the same case said: what was taken off there is not taken off again
}

// PlanReturn reckons what returned units bring by the shop's goodwill, by the cent. A unit is worth its part of what was paid for
// the line: unit price × quantity, less the line's discount, less the line's share of the order's discount, plus the tax when
// prices do not include it. Parts are cumulative slices, so that unit by unit gives what all at once gives, and the last unit of
// a line brings exactly what is left of it. Off that go the restocking rate (cumulative too), then the deductions of the
// inspections, then, once in a case, the fees for label and handling and the price of what is sent in exchange. What is more than the goods of this plan bring is
// taken off those of the next. Store credit gets its bonus on top of the result; it is not taken off what was paid for the order.
//
// A deduction that an appeal lowered after it was taken is given back, also without items.
//
// items are only the units that are paid for. Those that an inspection refused are no item, keep their place in the line, and
// are told without an amount.
//
// The share of the order's discount is weighed by the lines of the statement that the discount stands in; refunds do not
// change the weights. Lines that the shop took out of the order are the shop's to refund. Shipping and fees are not given
// back with a goodwill return. Nothing is given beyond what was paid less what was refunded, for the line and for the order.
func PlanReturn(order orders.Order, earlier []Earlier, items []Item, opts ReturnOptions) (Breakdown, error) {
	p, goods, err := newPlan(order, earlier, items)
	if err != nil {
		return Breakdown{}, err
	}
	before := told(opts.Before)
	for i, line := range goods {
		off := append(p.restocking(line, opts.Conditions), before.deductions(line.LineID, opts.Inspections)...)
		goods[i] = p.goods(line, off)
	}
	p.refused(opts.Inspections, before)
	if opts.Label {
		p.takeOff(goods, LabelFee, opts.Conditions.LabelFee-before.taken[LabelFee])
	}
	p.takeOff(goods, HandlingFee, opts.Conditions.HandlingFee-before.taken[HandlingFee])
	worth, err := exchanged(opts.Exchange)
	if err != nil {
		return Breakdown{}, err
	}
	p.Collect = p.takeOff(goods, Exchanged, worth-before.taken[Exchanged])
	for _, line := range goods {
		p.book(line.LineID, line.Quantity, line.Amount)
	}
	p.giveBack(opts.Inspections, before)
	p.cap()
	if opts.Credit {
		p.bonus(before.sum, opts.Conditions.CreditBonus)
	}
	return p.Breakdown, nil
}

// PlanReduction reckons a reduction of the price of goods that stay: an amount of one line, at most what is left of what was
// paid for it.
func PlanReduction(order orders.Order, earlier []Earlier, lineID string, amount int64) (Breakdown, error) {
	p, _, err := newPlan(order, earlier, nil)
	switch {
	case err != nil:
		return Breakdown{}, err
	case liveLine(order, lineID) < 0:
		return Breakdown{}, fmt.Errorf("%w: %s", ErrLine, lineID)
	case amount <= 0 || amount > amountLimit:
		return Breakdown{}, fmt.Errorf("%w: %s", ErrAmount, lineID)
	}
	p.explain(Explained{Reason: ForReduction, LineID: lineID, Amount: amount})
	p.book(lineID, 0, p.within(lineID, amount))
	p.cap()
	return p.Breakdown, nil
}

// LinesPaid gives what was paid for each line, in the order of order.Lines; 0 for cancelled ones.
func LinesPaid(order orders.Order) ([]int64, error) {
	net := make([]int64, len(order.Lines))
	var sum int64
	for i, line := range order.Lines {
		if line.Cancelled {
			continue
		}
		gross, ok := times(line.UnitPrice, line.Quantity)
		if !ok || line.Discount < 0 || line.Tax < 0 || line.Tax > amountLimit {
			return nil, fmt.Errorf("%w: %s", ErrAmount, line.ID)
		}
		net[i] = max(gross-line.Discount, 0)
		if sum += net[i]; sum > amountLimit {
			return nil, fmt.Errorf("%w: %s", ErrAmount, line.ID)
		}
	}
	shares := money.Allocate(min(max(order.OrderDiscount, 0), sum), net)
	for i, line := range order.Lines {
		net[i] -= shares[i]
		if !order.PricesIncludeTax && !line.Cancelled {
			net[i] += line.Tax
		}
	}
	return net, nil
}

// amountLimit keeps every sum of an order far from overflow: 2^53 minor units is more than any order is worth.
const amountLimit = math.MaxInt64 >> 10

func times(price int64, quantity int) (int64, bool) {
	if price < 0 || quantity < 0 || (quantity > 0 && price > amountLimit/int64(quantity)) {
		return 0, false
	}
	return price * int64(quantity), true
}

// tally sums earlier refunds by line, and gives what is left of the order's payments.
func tally(order orders.Order, earlier []Earlier) (done map[string]orders.RefundLine, left int64) {
	done = map[string]orders.RefundLine{}
	left = max(order.Paid(), 0)
	for _, e := range earlier {
		left = max(left-max(e.Amount-neverPaid(e.Lines), 0), 0)
		for _, line := range e.Lines {
			sum := done[line.LineID]
			sum.Quantity += min(max(line.Quantity, 0), math.MaxInt32)
			sum.Amount += min(max(line.Amount, 0), amountLimit)
			done[line.LineID] = sum
		}
	}
	return done, left
}

func liveLine(order orders.Order, id string) int {
	for i, line := range order.Lines {
		if line.ID == id && !line.Cancelled {
			return i
		}
	}
	return -1
}
