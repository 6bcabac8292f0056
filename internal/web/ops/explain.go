package ops

import (
	"cmp"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// whyRow is one line of a refund's explanation, in words.
type whyRow struct {
	What     string
	Line     string // the goods' title
	Quantity int
	Text     string
	Amount   int64
}

// bill explains one plan: how its sum comes about.
type bill struct {
	Rows     []whyRow
	Total    int64
	Currency string
}

// reasonWords are the reasons whose plain words are not simply their letters.
var reasonWords = map[returns.RefundReason]string{
	returns.ForReduction: "Price reduction", returns.ForFee: "Fee the shopper paid", returns.DeliveryExtraKept: "Dearer than standard delivery, kept",
	returns.WentBackEarlier: "Went back earlier", returns.CappedAtPaid: "No more was left of what was paid", returns.NotPaid: "Not paid, by inspection",
	returns.LabelFee: "Return label", returns.CreditBonus: "Bonus for store credit", returns.ForDelivery: "Delivery the shopper paid",
	returns.FeeBack: "Kept by a return, freed by the withdrawal", returns.LabelFeeBack: "Return label that never came, back",
	returns.Postage: "Postage that the shopper paid", returns.CappedBack: "Was not left before, and is there now",
}

// explain puts an explanation into the words of staff.
func explain(lines []returns.Explained, order store.Order) bill {
	b := bill{Currency: order.State.Order.Currency}
	for _, e := range lines {
		row := whyRow{What: cmp.Or(reasonWords[e.Reason], plain(e.Reason)), Quantity: e.Quantity, Text: e.Text, Amount: e.Amount}
		for _, line := range order.State.Order.Lines {
			if line.ID == e.LineID {
				row.Line = line.Title
			}
		}
		b.Rows, b.Total = append(b.Rows, row), b.Total+e.Amount
	}
	return b
}
