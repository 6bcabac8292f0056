package returns

// Payer says who pays the way back.
type Payer string

// The payers.
const (
	ShopPays    Payer = "shop"
	ShopperPays Payer = "shopper"
)

// RefundWhen says what has to happen before money goes back. A withdrawal and a claim do not ask: the law says when.
type RefundWhen string

// The moments, earliest first; "" is OnReceipt.
const (
	AtOnce       RefundWhen = "at_once"    // when the case is approved
	OnFirstScan  RefundWhen = "first_scan" // a carrier has the goods
	OnReceipt    RefundWhen = "received"
	OnInspection RefundWhen = "inspected"
)

// Conditions are what the shop's policy granted when a return was asked for, frozen with the case. Amounts are minor units of
// the order's currency. The zero value is: the shop pays, nothing is taken off, money goes back when the goods are there.
type Conditions struct {
	Rules       []string   `json:"rules,omitempty"` // the names of the policy's rules that decided, for staff
	PaidBy      Payer      `json:"paid_by,omitempty"`
	LabelFee    int64      `json:"label_fee,omitempty"`    // taken off when the shop's own label is used
	HandlingFee int64      `json:"handling_fee,omitempty"` // taken off once
	Restocking  []LineRate `json:"restocking,omitempty"`   // taken off what a line brings
	CreditBonus int        `json:"credit_bonus,omitempty"` // percent on top, when the shopper takes store credit
	Keep        bool       `json:"keep,omitempty"`         // the goods stay with the shopper
	Inspect     bool       `json:"inspect,omitempty"`
	RefundWhen  RefundWhen `json:"refund_when,omitempty"`
	Why         []Why      `json:"why,omitempty"` // every decision, for the shopper in their language and for staff in full
	// Postage is what staff granted for the way back by the shopper's own carrier, in minor units.
	Postage int64 `json:"postage,omitempty"`
	// Covers is of a withdrawal alone: the units of it that a return by goodwill had before.
	Covers []Covered `json:"covers,omitempty"`
}

// Covered are units of a return by the shop's goodwill whose consumer withdrew from the contract since: those that came back by the
// return stay with it; those that it paid for and that are still to come are the withdrawal's, which does not pay for them again.
type Covered struct {
	CaseID   string `json:"case_id"` // the return
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
	Moved    int    `json:"moved,omitempty"` // of them the withdrawal's
}

// LineRate is a rate in percent of what a line brings.
type LineRate struct {
	LineID  string `json:"line_id"`
	Percent int    `json:"percent"`
}

// Why is one decision of the policy: a code that the templates put into words, with what it was decided by.
type Why struct {
	Code   Code   `json:"code"`
	LineID string `json:"line_id,omitempty"` // of the line that it concerns, "" for the case as a whole
	Rule   string `json:"rule,omitempty"`    // the name of the policy's rule
	Detail string `json:"detail,omitempty"`  // for staff: the condition and the value that met it
}

// Wish is what a shopper asks for beyond lines, reason and remedy.
type Wish struct {
	Exchange []Exchange `json:"exchange,omitempty"`
	Method   SendMethod `json:"method,omitempty"`
	Gift     bool       `json:"gift,omitempty"` // asked for by the recipient of a gift, who does not see what was paid
}

// Exchange is what the shopper wants in the place of returned units.
type Exchange struct {
	LineID    string `json:"line_id"`
	Quantity  int    `json:"quantity"`
	SKU       string `json:"sku,omitempty"` // of the other variant or item, "" for the same again
	Title     string `json:"title"`
	UnitPrice int64  `json:"unit_price"`       // minor units of the order's currency, tax included
	Priced    bool   `json:"priced,omitempty"` // staff said what the other item costs, be it nothing
}

// Same tells that the same again is wanted: it costs what was paid, whatever that was.
func (e Exchange) Same() bool { return e.SKU == "" }

// Known tells that it is known what is sent costs.
func (e Exchange) Known() bool { return e.Same() || e.Priced || e.UnitPrice > 0 }

// SendMethod is how goods come back.
type SendMethod string

// The methods; "" is while nobody chose.
const (
	ByLabel SendMethod = "label" // a label of the shop's carrier account, to print
	ByQR    SendMethod = "qr"    // the same, shown at the counter
	ByOwn   SendMethod = "own"   // any carrier, to the shop's address
)

// Labelled tells the methods for which the shop buys a label.
func (m SendMethod) Labelled() bool { return m == ByLabel || m == ByQR }

// Reply is what a shopper answered to a question of the reason.
type Reply struct {
	Question string `json:"question"` // its code in the policy
	Text     string `json:"text"`
}
