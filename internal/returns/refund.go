package returns

import (
	"errors"
	"fmt"
	"math"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// What PlanRefund refuses.
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

// Breakdown is what a refund consists of. Total is the sum of the lines, in minor units.
type Breakdown struct {
	Lines []orders.RefundLine
	Total int64
	// Capped is set when less is left of what was paid than the lines are worth; the last lines then carry less.
	Capped bool
}

// PlanRefund reckons what returned units are worth, by the cent. A unit is worth its part of what was paid for the line:
// unit price × quantity, less the line's discount, less the line's share of the order's discount, plus the tax when prices
// do not include it. Parts are cumulative slices, so that unit by unit gives what all at once gives, and the last unit of
// a line brings exactly what is left of it. Nothing is given beyond what was paid less what was refunded, for the line
// and for the order.
//
// The share of the order's discount is weighed by the lines of the statement that the discount stands in; refunds do not
// change the weights. Lines that the shop took out of the order are the shop's to refund. Shipping and fees are not given
// back with a goodwill return.
func PlanRefund(order orders.Order, earlier []Earlier, items []Item) (Breakdown, error) {
	paid, err := LinesPaid(order)
	if err != nil {
		return Breakdown{}, err
	}
	done, left := tally(order, earlier)
	var b Breakdown
	for _, item := range items {
		i := liveLine(order, item.LineID)
		if i < 0 {
			return Breakdown{}, fmt.Errorf("%w: %s", ErrLine, item.LineID)
		}
		line, before := order.Lines[i], done[item.LineID]
		if item.Quantity < 1 || item.Quantity > line.Quantity-before.Quantity {
			return Breakdown{}, fmt.Errorf("%w: %s", ErrQuantity, item.LineID)
		}
		worth := money.Slice(paid[i], line.Quantity, before.Quantity, item.Quantity)
		worth = min(worth, max(paid[i]-before.Amount, 0))
		amount := min(worth, left)
		b.Capped = b.Capped || amount < worth
		left -= amount
		b.Total += amount
		b.Lines = append(b.Lines, orders.RefundLine{LineID: item.LineID, Quantity: item.Quantity, Amount: amount})
		done[item.LineID] = orders.RefundLine{Quantity: before.Quantity + item.Quantity, Amount: before.Amount + amount}
	}
	return b, nil
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
		left = max(left-max(e.Amount, 0), 0)
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
