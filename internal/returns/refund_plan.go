package returns

import (
	"fmt"
	"math"

	"homeward/internal/money"
	"homeward/internal/orders"
)

// plan grows into a breakdown.
type plan struct {
	Breakdown

	order orders.Order
	paid  []int64                      // for each line
	done  map[string]orders.RefundLine // what went back, with this plan
	left  int64                        // of what was paid for the order
	over  int64                        // due, and no longer there
}

// newPlan starts a plan, and gives the whole worth of the items, one entry for each line.
func newPlan(order orders.Order, earlier []Earlier, items []Item) (*plan, []orders.RefundLine, error) {
	paid, err := worths(order)
	if err != nil {
		return nil, nil, err
	}
	p := &plan{order: order, paid: paid}
	p.done, p.left = tally(order, earlier)
	goods, err := p.slices(items)
	return p, goods, err
}

// less is what is taken off a line's worth, and why.
type less struct {
	reason RefundReason
	text   string
	amount int64 // positive
}

// goods explains what the units of one line bring less what is taken off them, and gives what is due. line.Amount is their
// whole worth.
func (p *plan) goods(line orders.RefundLine, off []less) orders.RefundLine {
	p.explain(Explained{Reason: ForGoods, LineID: line.LineID, Quantity: line.Quantity, Amount: line.Amount})
	due := line.Amount
	for _, l := range off {
		amount := min(l.amount, due)
		due -= amount
		p.explain(Explained{Reason: l.reason, LineID: line.LineID, Text: l.text, Amount: -amount})
	}
	line.Amount = p.within(line.LineID, due)
	return line
}

// within limits what a line brings to what is left of what was paid for it.
func (p *plan) within(lineID string, due int64) int64 {
	room := max(p.paid[liveLine(p.order, lineID)]-p.done[lineID].Amount, 0)
	if due > room {
		p.explain(Explained{Reason: WentBackEarlier, LineID: lineID, Amount: room - due})
		due = room
	}
	return due
}

// book enters what is due into the ledger, as far as there is anything left to give.
func (p *plan) book(id string, quantity int, due int64) {
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

func (p *plan) explain(line Explained) {
	if line.Amount != 0 || line.Reason == ForGoods || line.Reason == NotPaid {
		p.Lines = append(p.Lines, line)
	}
}

// cap says how much was due and is no longer there.
func (p *plan) cap() {
	if p.over > 0 {
		p.Capped = true
		p.explain(Explained{Reason: CappedAtPaid, Amount: -p.over})
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

// slices gives the whole worth of the items, one entry for each line, before any limit: their cumulative slice of what was paid
// for the line. Limits come after what is taken off, or the same goods would bring more in one portion than in two.
func (p *plan) slices(items []Item) ([]orders.RefundLine, error) {
	merged, err := byLine(items)
	if err != nil {
		return nil, err
	}
	lines := make([]orders.RefundLine, 0, len(merged))
	for _, item := range merged {
		i := liveLine(p.order, item.LineID)
		if i < 0 {
			return nil, fmt.Errorf("%w: %s", ErrLine, item.LineID)
		}
		quantity, before := p.order.Lines[i].Quantity, p.done[item.LineID].Quantity
		if item.Quantity > quantity-before {
			return nil, fmt.Errorf("%w: %s", ErrQuantity, item.LineID)
		}
		worth := money.Slice(p.paid[i], quantity, before, item.Quantity)
		lines = append(lines, orders.RefundLine{LineID: item.LineID, Quantity: item.Quantity, Amount: worth})
	}
	return lines, nil
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
