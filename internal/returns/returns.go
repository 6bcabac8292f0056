// Package returns holds the rules of cases: what may come back, what it is worth, and how a case moves. Pure.
//
// Three kinds of case share lines, parcels back, inspection and refunds: a withdrawal (a statement that takes effect when
// it is sent), a return (the shop's goodwill, by its policy) and a claim (defect, damage, wrong or missing item). This
// version moves returns; the others have their kind and their place.
package returns

// Kind is the legal ground of a case.
type Kind string

// The kinds of cases.
const (
	Withdrawal Kind = "withdrawal"
	Return     Kind = "return"
	Claim      Kind = "claim"
)

// State is how far a return is.
type State string

// The states of a return. Rejected, Withdrawn (the shopper keeps the goods) and Closed are final.
const (
	Requested State = "requested" // waiting for staff
	Approved  State = "approved"  // instructions sent, goods expected
	Rejected  State = "rejected"
	InTransit State = "in_transit" // the shopper said so, or a carrier scanned it
	Received  State = "received"   // the goods are back; the refund is planned
	Refunding State = "refunding"  // at least one refund is not final
	Closed    State = "closed"     // every refund succeeded, or nothing was owed
	Withdrawn State = "withdrawn"  // called off by the shopper or staff
)

// Reason is why goods come back: a code from Reasons.
type Reason string

// Reasons lists the reasons a shopper can choose, in the order the form shows them.
var Reasons = []Reason{"changed_mind", "does_not_fit", "not_as_described", "arrived_late", "damaged", "defective", "wrong_item", "other"}

// Remedy is what the shopper wants.
type Remedy string

// The remedies that a policy can offer, with RepairRemedy.
const (
	RefundRemedy   Remedy = "refund"   // the money back
	ExchangeRemedy Remedy = "exchange" // the same again, another variant or another item; the difference in price is paid or given back
	CreditRemedy   Remedy = "credit"   // store credit, with a bonus where the policy gives one
	KeepRemedy     Remedy = "keep"     // the money back, and the goods stay: below a value sending them back costs more than they are worth
)

// Remedies lists what a shop offers when its policy names nothing else.
var Remedies = []Remedy{RefundRemedy}

// AllRemedies lists every remedy that a policy can offer.
var AllRemedies = []Remedy{RefundRemedy, ExchangeRemedy, CreditRemedy, RepairRemedy, KeepRemedy}

// Item is so many units of a line.
type Item struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
}

// Request is what a shopper asks for on the form.
type Request struct {
	Items   []Item
	Reason  Reason
	Remedy  Remedy
	Note    string // at most 1,000 characters
	Answers []Reply
	Wish    Wish
	Photos  int // how many came with the form
}

// Taken says how many units of a line are in other live cases, or were refunded otherwise.
type Taken map[string]int
