package returns

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// ErrDeduction is wrapped by the error of a deduction that may not be made.
var ErrDeduction = errors.New("returns: this deduction may not be made")

// RefundReason says what an amount of a withdrawal's refund is for; the templates put it into words.
type RefundReason string

// The reasons. The last four take away, so their amounts are negative.
const (
	ForGoods          RefundReason = "goods"
	ForDelivery       RefundReason = "delivery"            // to the consumer; of everything, or the part that a policy gives
	ForFee            RefundReason = "fee"                 // a surcharge: payment, gift wrap, cash on delivery
	DeliveryExtraKept RefundReason = "delivery_extra_kept" // beyond the least expensive standard delivery offered (Art. 13(2))
	Deducted          RefundReason = "deduction"           // for diminished value (Art. 14(2))
	WentBackEarlier   RefundReason = "earlier"             // this much of it was refunded before
	CappedAtPaid      RefundReason = "capped"              // no more than that was left of what was paid for the order
)

// Explained is one line of a refund's explanation. Amount is in minor units and says what the line adds, or takes away.
type Explained struct {
	Reason   RefundReason `json:"reason"`
	LineID   string       `json:"line_id,omitempty"`  // of goods, of a deduction from them, and of what went back earlier for them
	Quantity int          `json:"quantity,omitempty"` // of goods
	Text     string       `json:"text,omitempty"`     // the kind of a fee as the shop calls it; the reason of a deduction as staff wrote it
	Amount   int64        `json:"amount"`
}

// WithdrawalBreakdown is what the refund of a withdrawal consists of, in minor units of the order's currency.
type WithdrawalBreakdown struct {
	Lines  []Explained         // the explanation; sums to Total
	Ledger []orders.RefundLine // what the ledger keeps, so that a later plan knows it as Earlier; sums to Total
	Total  int64               // never negative
	Capped bool                // the last lines of Ledger carry less than is due, because no more was left of what was paid
	Later  int64               // what delivery and fees bring on top once the rest of the order is back too
}

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
}

// PlanWithdrawal reckons what a withdrawal brings, by the cent: all payments received for the goods concerned (Directive
// 2011/83/EU, Art. 13 and 14).
//
// Goods are worth what PlanRefund says: cumulative slices of what was paid for the line. When nothing that was paid for
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
func PlanWithdrawal(order orders.Order, earlier []Earlier, items []Item, opts WithdrawalOptions) (WithdrawalBreakdown, error) {
	paid, err := worths(order)
	if err != nil {
		return WithdrawalBreakdown{}, err
	}
	goods, err := slicesOf(order, earlier, items)
	if err != nil {
		return WithdrawalBreakdown{}, err
	}
	if err := checkDeductions(goods, opts); err != nil {
		return WithdrawalBreakdown{}, err
	}
	p := &withdrawalPlan{order: order, paid: paid}
	p.done, p.left = tally(order, earlier)
	for _, line := range goods {
		p.goods(line, opts.Deductions)
	}
	if err := p.extras(opts); err != nil {
		return WithdrawalBreakdown{}, err
	}
	if p.over > 0 {
		p.Capped = true
		p.explain(Explained{Reason: CappedAtPaid, Amount: -p.over})
	}
	return p.WithdrawalBreakdown, nil
}

// withdrawalPlan grows into the breakdown.
type withdrawalPlan struct {
	WithdrawalBreakdown

	order orders.Order
	paid  []int64                      // for each line
	done  map[string]orders.RefundLine // what went back, with this plan
	left  int64                        // of what was paid for the order
	over  int64                        // due, and no longer there
}

// goods gives what the units of one line bring. line.Amount is their whole worth.
func (p *withdrawalPlan) goods(line orders.RefundLine, deductions []Deduction) {
	p.explain(Explained{Reason: ForGoods, LineID: line.LineID, Quantity: line.Quantity, Amount: line.Amount})
	due := line.Amount
	for _, d := range deductions {
		if d.LineID == line.LineID {
			amount := min(d.Amount, due)
			due -= amount
			p.explain(Explained{Reason: Deducted, LineID: line.LineID, Text: d.Reason, Amount: -amount})
		}
	}
	room := max(p.paid[liveLine(p.order, line.LineID)]-p.done[line.LineID].Amount, 0)
	if due > room {
		p.explain(Explained{Reason: WentBackEarlier, LineID: line.LineID, Amount: room - due})
		due = room
	}
	p.book(line.LineID, line.Quantity, due)
}

// book enters what is due into the ledger, as far as there is anything left to give.
func (p *withdrawalPlan) book(id string, quantity int, due int64) {
	amount := min(due, p.left)
	p.left -= amount
	p.over += due - amount
	p.Total += amount
	if quantity > 0 || amount > 0 {
		p.Ledger = append(p.Ledger, orders.RefundLine{LineID: id, Quantity: quantity, Amount: amount})
	}
	before := p.done[id]
	p.done[id] = orders.RefundLine{Quantity: before.Quantity + quantity, Amount: before.Amount + amount}
}

func (p *withdrawalPlan) explain(line Explained) {
	if line.Amount != 0 || line.Reason == ForGoods {
		p.Lines = append(p.Lines, line)
	}
}

// worths gives LinesPaid, when it can be reckoned with as a sum.
func worths(order orders.Order) ([]int64, error) {
	paid, err := LinesPaid(order)
	var sum int64
	for i, p := range paid {
		if sum += p; sum > amountLimit {
			return nil, fmt.Errorf("%w: %s", ErrAmount, order.Lines[i].ID)
		}
	}
	return paid, err
}

// slicesOf gives the whole worth of the items, one entry for each line, before any limit: PlanRefund with nothing refunded
// yet but the units. Limits come after deductions, or the same goods would bring more in one portion than in two.
func slicesOf(order orders.Order, earlier []Earlier, items []Item) ([]orders.RefundLine, error) {
	merged, err := byLine(items)
	if err != nil {
		return nil, err
	}
	order.Payments, order.Total = nil, math.MaxInt64
	units := make([]Earlier, len(earlier))
	for i, e := range earlier {
		for _, line := range e.Lines {
			units[i].Lines = append(units[i].Lines, orders.RefundLine{LineID: line.LineID, Quantity: line.Quantity})
		}
	}
	b, err := PlanRefund(order, units, merged)
	return b.Lines, err
}

// byLine adds up the items of one line.
func byLine(items []Item) ([]Item, error) {
	var out []Item
	at := map[string]int{}
	for _, item := range items {
		i, seen := at[item.LineID]
		if !seen {
			i, at[item.LineID] = len(out), len(out)
			out = append(out, Item{LineID: item.LineID})
		}
		// Compared this way round, because a sum of two huge quantities could overflow.
		if item.Quantity < 1 || item.Quantity > math.MaxInt32-out[i].Quantity {
			return nil, fmt.Errorf("%w: %s", ErrQuantity, item.LineID)
		}
		out[i].Quantity += item.Quantity
	}
	return out, nil
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
func (p *withdrawalPlan) extras(opts WithdrawalOptions) error {
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
func (p *withdrawalPlan) everythingBack() (all, delivered bool) {
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
func (p *withdrawalPlan) deliveryPart(owed int64, opts WithdrawalOptions) int64 {
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
func (p *withdrawalPlan) delivery(cost, owed, due int64, end bool) {
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
func (p *withdrawalPlan) fees(owed int64) {
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
