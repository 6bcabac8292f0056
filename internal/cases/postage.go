package cases

import (
	"context"
	"slices"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// PostageSaid is the step of a case's log that GivePostage writes; its note says whether staff saw a receipt.
const PostageSaid = "postage"

// Postable tells whether staff can give back what a shopper paid a carrier of their own: the goods of the case are back or paid for,
// the shop bought no label and did not leave the way back to the shopper, and it was not given before. For a withdrawal staff know
// whether the consumer was told to bear the cost (Directive 2011/83/EU, Art. 14(1)). A contract that ended for a defect always has it
// (Directive (EU) 2019/771, Art. 14).
func Postable(c store.Case, labels []store.Label) bool {
	moved := c.State == returns.Received || c.State == returns.Refunding || c.State == returns.Closed
	sent := len(c.Received) > 0 || c.TrackingNumber != ""
	ours := true
	switch c.Kind {
	case returns.Return:
		ours = c.Conditions.PaidBy != returns.ShopperPays
	case returns.Claim:
		ours = c.Remedy.Ends() && c.Remedy.GoodsBack()
	}
	return moved && sent && ours && c.Conditions.Postage == 0 && !c.Conditions.Keep && !labelBought(labels)
}

// GivePostage gives back what a shopper paid a carrier of their own for the way back, in minor units of the order's currency, with the
// money of the case and under its four eyes. proven says that staff saw a receipt. A *fault.Error says what is wrong with the
// amount; an error that wraps returns.ErrStep that the case is not Postable.
func (d *Desk) GivePostage(ctx context.Context, c store.Case, amount int64, proven bool, actor string) (store.Case, error) {
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := alone(ctx, tx, &c); err != nil {
			return err
		}
		order, err := tx.Order(ctx, c.OrderID)
		if err != nil {
			return err
		}
		labels, err := tx.LabelsOf(ctx, c.ID)
		switch {
		case err != nil:
			return err
		case !Postable(c, labels):
			return returns.ErrStep
		case amount <= 0 || amount > max(order.State.Order.Paid(), 0):
			return fault.New(fault.Permanent, "postage_invalid", "Postage is more than nothing, and no more than was paid for the whole order.", nil)
		}
		c.Conditions.Postage, c.UpdatedAt = amount, d.Now()
		if err := tx.UpdateCase(ctx, c); err != nil {
			return err
		}
		if err := d.log(ctx, tx, c.ID, actor, PostageSaid, receiptWords(proven)); err != nil {
			return err
		}
		if tasks, err = d.planExtras(ctx, tx, order); err != nil {
			return err
		}
		return readAgain(ctx, tx, &c)
	})
	if err == nil {
		d.Queue.Enqueue(ctx, tasks...)
	}
	return c, err
}

func receiptWords(proven bool) string {
	if proven {
		return "a receipt was seen"
	}
	return "without a receipt"
}

// postage gives what is due for the way back and was not planned.
func postage(ledger []account, at int) (returns.Breakdown, error) {
	a := ledger[at]
	due := a.c.Conditions.Postage
	for _, e := range a.told() {
		if e.Reason == returns.Postage {
			due -= e.Amount
		}
	}
	if due <= 0 {
		return returns.Breakdown{}, nil
	}
	return returns.Breakdown{
		Total: due, Lines: []returns.Explained{{Reason: returns.Postage, Amount: due}},
		Ledger: []orders.RefundLine{{LineID: returns.PostageLine, Amount: due}},
	}, nil
}

// postageOf gives what of a refund is for the way back. It was never paid to the shop.
func postageOf(r store.Refund) int64 {
	i := slices.IndexFunc(r.Lines, func(line orders.RefundLine) bool { return line.LineID == returns.PostageLine })
	if i < 0 {
		return 0
	}
	return r.Lines[i].Amount
}
