package returns

import (
	"errors"
	"fmt"
	"strings"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// ErrDeduction is wrapped by the error of a deduction that may not be made.
var ErrDeduction = errors.New("returns: this deduction may not be made")

// PartialDelivery is a shop's policy on the cost of outbound delivery while a part of the order stays with the consumer;
// whatever it gives is taken off when the rest is back and all of it is due.
type PartialDelivery string

// The policies; "" is DeliveryAtTheEnd.
const (
	DeliveryAtTheEnd     PartialDelivery = "zero"         // nothing until everything is back
	DeliveryProportional PartialDelivery = "proportional" // by the worth of what is back
	DeliverySaving       PartialDelivery = "saving"       // WithdrawalOptions.Saving
)

// Deduction lowers the refund for a line whose goods lost value by handling beyond what shows their nature,
// characteristics and functioning. It is not a fee.
type Deduction struct {
	LineID string
	Amount int64  // minor units, positive
	Reason string // what was found, for the consumer; never empty
}

// WithdrawalOptions says what the order itself does not.
type WithdrawalOptions struct {
	Delivery PartialDelivery
	// Saving counts with DeliverySaving: by how much the delivery of only what stays would have been cheaper, in minor
	// units with tax, for everything together that is back.
	Saving int64
	// Informed is set when there is evidence that the consumer was told of the right of withdrawal (Art. 6(1)(h)). Without it
	// no deduction may be made.
	Informed   bool
	Deductions []Deduction
	// Inspections and Before are for what an appeal gave back: the inspections that stand, and what earlier refunds of the same
	// case said.
	Inspections []Inspection
	Before      []Explained
}

// PlanWithdrawal reckons what a withdrawal brings, by the cent: all payments received for the goods concerned (Directive
// 2011/83/EU, Art. 13 and 14).
//
// Goods are worth what PlanReturn says: cumulative slices of what was paid for the line. When nothing that was paid for
// stays with the consumer, by this and all that went back earlier on whatever ground, the rest of outbound delivery and of
// the fees is due as well: of delivery no more than the least expensive standard delivery that was offered, or all when
// that is not known. Delivery is due already when all that stays was never delivered (a download, a gift card); what was
// free does not count. Until then opts.Delivery rules, and fees stay.
//
// A deduction lowers what its line brings in this plan, at most to nothing. It is an error that wraps ErrDeduction when the
// consumer was not informed, when it has no reason, and when its line is not withdrawn here.
//
// Limits come last: no line brings more than was paid for it, and the order no more than was paid less what was refunded. So
// it does not matter in which portions and in which order things go back. Without items the plan holds what is due of
// delivery and fees by now: for a withdrawal after whose goods the rest went back on another ground. Called again with what
// it gave among earlier, it gives nothing.
func PlanWithdrawal(order orders.Order, earlier []Earlier, items []Item, opts WithdrawalOptions) (Breakdown, error) {
	p, goods, err := newPlan(order, earlier, items)
	if err != nil {
		return Breakdown{}, err
	}
	if err := checkDeductions(goods, opts); err != nil {
		return Breakdown{}, err
	}
	for _, line := range goods {
		due := p.goods(line, deductionsOf(line.LineID, opts.Deductions))
		p.book(due.LineID, due.Quantity, due.Amount)
	}
	p.giveBack(opts.Inspections, told(opts.Before))
	if err := p.extras(opts); err != nil {
		return Breakdown{}, err
	}
	p.cap()
	return p.Breakdown, nil
}

func deductionsOf(lineID string, all []Deduction) []less {
	var off []less
	for _, d := range all {
		if d.LineID == lineID {
			off = append(off, less{Deducted, d.Reason, d.Amount})
		}
	}
	return off
}

func checkDeductions(goods []orders.RefundLine, opts WithdrawalOptions) error {
	withdrawn := map[string]bool{}
	for _, line := range goods {
		withdrawn[line.LineID] = true
	}
	for _, d := range opts.Deductions {
		switch {
		case !opts.Informed:
			return fmt.Errorf("%w: no evidence that the consumer was told of the right of withdrawal", ErrDeduction)
		case strings.TrimSpace(d.Reason) == "":
			return fmt.Errorf("%w: no reason for %s", ErrDeduction, d.LineID)
		case d.Amount <= 0:
			return fmt.Errorf("%w: no amount for %s", ErrDeduction, d.LineID)
		case !withdrawn[d.LineID]:
			return fmt.Errorf("%w: %s is not withdrawn here", ErrDeduction, d.LineID)
		}
	}
	return nil
}

// extras adds what is due of delivery and fees.
func (p *plan) extras(opts WithdrawalOptions) error {
	cost, owed, err := deliveryCost(p.order)
	if err != nil {
		return err
	}
	fees, err := feesPaid(p.order)
	if err != nil {
		return err
	}
	all, delivered := p.everythingBack()
	part := owed
	if !delivered {
		part = p.deliveryPart(owed, opts)
	}
	p.delivery(cost, owed, part, delivered)
	if all {
		p.fees(fees)
	}
	still := max(owed-p.done[DeliveryLine].Amount, 0) + max(fees-p.done[FeesLine].Amount, 0)
	p.Later = min(still, p.left)
	return nil
}

// everythingBack tells whether nothing that was paid for stays with the consumer, and whether nothing of it that was
// delivered does. When all was for free every line counts.
func (p *plan) everythingBack() (all, delivered bool) {
	var sum int64
	for _, paid := range p.paid {
		sum += paid
	}
	all, delivered = true, true
	shipped := false
	for i, line := range p.order.Lines {
		if line.Cancelled || (p.paid[i] == 0 && sum > 0) {
			continue
		}
		shipped = shipped || !line.NotShipped
		if p.done[line.ID].Quantity < line.Quantity {
			all = false
			delivered = delivered && line.NotShipped
		}
	}
	return all, all || (delivered && shipped)
}

// deliveryPart gives how much of the delivery that is owed at the end is due while something stays, this plan and earlier ones
// together.
func (p *plan) deliveryPart(owed int64, opts WithdrawalOptions) int64 {
	switch opts.Delivery {
	case DeliveryProportional:
		var back, stays int64
		for i, line := range p.order.Lines {
			if line.Cancelled || line.NotShipped {
				continue
			}
			worth := money.Slice(p.paid[i], line.Quantity, 0, min(p.done[line.ID].Quantity, line.Quantity))
			back, stays = back+worth, stays+p.paid[i]-worth
		}
		return money.Allocate(owed, []int64{back, stays})[0]
	case DeliverySaving:
		return min(max(opts.Saving, 0), owed)
	default:
		return 0
	}
}

// delivery enters what is due of delivery: due is the sum by now, of which a part may have gone back. At the end the whole
// cost is explained, before it only what is given.
func (p *plan) delivery(cost, owed, due int64, end bool) {
	before := p.done[DeliveryLine].Amount
	now := max(due-before, 0)
	switch {
	case end && (now > 0 || owed == 0):
		p.explain(Explained{Reason: ForDelivery, Amount: cost})
		p.explain(Explained{Reason: DeliveryExtraKept, Amount: owed - cost})
		p.explain(Explained{Reason: WentBackEarlier, LineID: DeliveryLine, Amount: -(owed - now)})
	case !end:
		p.explain(Explained{Reason: ForDelivery, Amount: now})
	}
	if now > 0 {
		p.book(DeliveryLine, 0, now)
	}
}

// fees enters the rest of the fees, which sum to owed.
func (p *plan) fees(owed int64) {
	now := max(owed-p.done[FeesLine].Amount, 0)
	if now == 0 {
		return
	}
	for _, fee := range p.order.Fees {
		if amount := feePaid(p.order, fee); amount > 0 {
			p.explain(Explained{Reason: ForFee, Text: fee.Kind, Amount: amount})
		}
	}
	p.explain(Explained{Reason: WentBackEarlier, LineID: FeesLine, Amount: now - owed})
	p.book(FeesLine, 0, now)
}
