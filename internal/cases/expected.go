package cases

import (
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Expected says what a case brings when all its goods are back, in minor units of the order's currency, and what that consists
// of. refunds are all of the order's. The lines sum to the total.
func Expected(c store.Case, order orders.Order, refunds []store.Refund) (int64, []returns.Explained, error) {
	total, lines, err := worth(c, order, refunds, c.Items)
	if err != nil {
		return 0, nil, err
	}
	return total, explained(lines), nil
}

// explained puts a ledger's lines into an explanation's words.
func explained(lines []orders.RefundLine) []returns.Explained {
	out := make([]returns.Explained, 0, len(lines))
	for _, line := range lines {
		e := returns.Explained{Reason: returns.ForGoods, LineID: line.LineID, Quantity: line.Quantity, Amount: line.Amount}
		switch line.LineID {
		case returns.DeliveryLine:
			e = returns.Explained{Reason: returns.ForDelivery, Amount: line.Amount}
		case returns.FeesLine:
			e = returns.Explained{Reason: returns.ForFee, Amount: line.Amount}
		}
		out = append(out, e)
	}
	return out
}
