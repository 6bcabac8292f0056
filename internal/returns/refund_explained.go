package returns

import "homeward/internal/orders"

// RefundReason says what an amount of a refund is for; the templates put it into words (words.json, "explain.…").
type RefundReason string

// The reasons. Those from DeliveryExtraKept to Exchanged take away, so their amounts are negative; NotPaid has none.
const (
	ForGoods          RefundReason = "goods"
	ForReduction      RefundReason = "reduction"           // a part of the price of goods that stay (Directive (EU) 2019/771, Art. 15)
	ForDelivery       RefundReason = "delivery"            // to the consumer; of everything, or the part that a policy gives
	ForFee            RefundReason = "fee"                 // a surcharge: payment, gift wrap, cash on delivery
	DeliveryExtraKept RefundReason = "delivery_extra_kept" // beyond the least expensive standard delivery offered (Art. 13(2))
	Deducted          RefundReason = "deduction"           // for diminished value (Art. 14(2)), or what an inspection found
	WentBackEarlier   RefundReason = "earlier"             // this much of it was refunded before
	CappedAtPaid      RefundReason = "capped"              // no more than that was left of what was paid for the order
	LabelFee          RefundReason = "label_fee"           // for the way back, by the shop's own label
	HandlingFee       RefundReason = "handling_fee"
	Restocking        RefundReason = "restocking"     // a rate of what a line brings
	Exchanged         RefundReason = "exchange"       // what is sent in the place of returned goods
	DeductionBack     RefundReason = "deduction_back" // what an earlier refund took off and an appeal gave back
	NotPaid           RefundReason = "not_paid"       // units for which an inspection refused the money
	CreditBonus       RefundReason = "credit_bonus"   // on top, for who takes store credit
	FeeBack           RefundReason = "fee_back"       // what a return by goodwill kept and a withdrawal from the same goods frees (Art. 13(1))
	LabelFeeBack      RefundReason = "label_fee_back" // what was taken for a label that never came
	Postage           RefundReason = "postage"        // what the shopper paid a carrier for the way back, where the shop bears it
	CappedBack        RefundReason = "capped_back"    // what was not there before, and is now
)

// RefundReasons lists every reason, in the order in which an explanation shows them.
var RefundReasons = []RefundReason{
	ForGoods, NotPaid, Restocking, Deducted, DeductionBack, ForReduction, WentBackEarlier, LabelFee, HandlingFee, Exchanged, ForDelivery, DeliveryExtraKept, ForFee,
	FeeBack, LabelFeeBack, Postage, CappedBack, CappedAtPaid, CreditBonus,
}

// Explained is one line of a refund's explanation. Amount is in minor units and says what the line adds, or takes away.
type Explained struct {
	Reason   RefundReason `json:"reason"`
	LineID   string       `json:"line_id,omitempty"`  // of goods, of what is taken off them, and of what went back earlier for them
	Quantity int          `json:"quantity,omitempty"` // of goods
	Text     string       `json:"text,omitempty"`     // the kind of a fee as the shop calls it; the reason of an inspection as staff wrote it
	Amount   int64        `json:"amount"`
}

// Breakdown is what a refund consists of, in minor units of the order's currency.
type Breakdown struct {
	Lines  []Explained         // the explanation; sums to Total
	Ledger []orders.RefundLine // what the ledger keeps, so that a later plan knows it as Earlier; sums to Total
	Total  int64               // never negative
	Capped bool                // the last lines of Ledger carry less than is due, because no more was left of what was paid
	// Collect is by how much what is sent in exchange costs more than the goods of this plan bring: with the last of a case's goods
	// that is what the shopper still owes.
	Collect int64
	Later   int64 // what delivery and fees bring on top once the rest of the order is back too; of a return nothing
}
