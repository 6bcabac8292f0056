package returns

import (
	"fmt"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// The ids under which the ledger keeps what is not goods, as orders.RefundLine without units, beside the lines of the order.
// Ids of the shop's have no space around them (wire.Fields.ID), so none of its lines can be called so. All fees share one
// line: a shop that renames or reorders them in a later statement does not make them due again.
//
// What PlanWithdrawal has to know as Earlier, beside the refunds that count: a refund that failed and is to be issued again,
// with its lines and an Amount of 0, for its money is there again while what it was for stays settled; and the lines of a
// plan whose total was nothing, for its goods are back though no refund tells so.
const (
	DeliveryLine = " delivery"
	FeesLine     = " fees"
	BonusLine    = " bonus"   // of store credit: it was never paid, so it takes nothing from what was
	PostageLine  = " postage" // of the way back: paid to a carrier, so it takes nothing from what was paid either
)

// neverPaid sums what among a refund's lines was never paid to the shop.
func neverPaid(lines []orders.RefundLine) int64 {
	var sum int64
	for _, line := range lines {
		if line.LineID == BonusLine || line.LineID == PostageLine {
			sum += max(line.Amount, 0)
		}
	}
	return sum
}

// Remaining gives the units of an order that did not go back, on the lines that the shop did not take out of it.
func Remaining(order orders.Order, earlier []Earlier) []Item {
	done, _ := tally(order, earlier)
	var items []Item
	for _, line := range order.Lines {
		if n := line.Quantity - done[line.ID].Quantity; n > 0 && !line.Cancelled {
			items = append(items, Item{LineID: line.ID, Quantity: n})
		}
	}
	return items
}

// CutLedger shares the lines of a plan out over the parts that Allocate made of its total, in order: the lines of each part
// sum to its amount. So a part that fails takes back from the ledger exactly what it carried, and can be issued again as
// it was. The units of a line stand with its first cent; lines without an amount stand with the part that is being filled.
func CutLedger(lines []orders.RefundLine, parts []Part) [][]orders.RefundLine {
	if len(parts) == 0 {
		return nil
	}
	cut := make([][]orders.RefundLine, len(parts))
	at, room := 0, parts[0].Amount
	for _, line := range lines {
		for first := true; first || line.Amount > 0; first = false {
			for room <= 0 && line.Amount > 0 && at < len(parts)-1 {
				at++
				room = parts[at].Amount
			}
			piece := line
			if at < len(parts)-1 {
				piece.Amount = min(line.Amount, room)
			}
			cut[at] = append(cut[at], piece)
			room -= piece.Amount
			line.Amount, line.Quantity = line.Amount-piece.Amount, 0
		}
	}
	return cut
}

// deliveryCost gives what was paid for outbound delivery, tax included, and how much of it is owed when everything is back.
// Shipping.Cheapest is in the terms of Shipping.Paid: with tax when prices include it. Where they do not, the tax is shared
// as the price is.
func deliveryCost(order orders.Order) (cost, owed int64, err error) {
	s := order.Shipping
	if s.Paid > amountLimit || s.Tax > amountLimit {
		return 0, 0, fmt.Errorf("%w: shipping", ErrAmount)
	}
	cost = max(s.Paid, 0)
	owed = cost
	if s.Cheapest >= 0 {
		owed = min(cost, s.Cheapest)
	}
	tax := max(s.Tax, 0)
	switch {
	case order.PricesIncludeTax:
		return cost, owed, nil
	case cost == 0:
		return tax, tax, nil
	}
	return cost + tax, owed + money.Allocate(tax, []int64{owed, cost - owed})[0], nil
}

// feesPaid sums what was paid for fees, tax included.
func feesPaid(order orders.Order) (int64, error) {
	var sum int64
	for _, fee := range order.Fees {
		if fee.Amount > amountLimit || fee.Tax > amountLimit {
			return 0, fmt.Errorf("%w: fee %s", ErrAmount, fee.Kind)
		}
		if sum += feePaid(order, fee); sum > amountLimit {
			return 0, fmt.Errorf("%w: fee %s", ErrAmount, fee.Kind)
		}
	}
	return sum, nil
}

// feePaid gives what was paid for a fee, tax included. One below zero is a discount that nothing has to go back for.
func feePaid(order orders.Order, fee orders.Fee) int64 {
	if fee.Amount < 0 {
		return 0
	}
	if order.PricesIncludeTax {
		return fee.Amount
	}
	return fee.Amount + max(fee.Tax, 0)
}
