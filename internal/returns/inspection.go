package returns

// Grade is the state in which goods came back.
type Grade string

// Grades lists the grades, best first. Missing says that the box did not hold it; WrongItem that it held another.
var Grades = []Grade{AsNew, Opened, Used, Damaged, WrongItem, Missing}

// The grades.
const (
	AsNew     Grade = "as_new"
	Opened    Grade = "opened"
	Used      Grade = "used"
	Damaged   Grade = "damaged"
	WrongItem Grade = "wrong_item"
	Missing   Grade = "missing"
)

// Outcome is what an inspection decides.
type Outcome string

// The outcomes.
const (
	Accept   Outcome = "accept"
	Deduct   Outcome = "deduct" // accepted, and Deduction is taken off
	DoNotPay Outcome = "refuse" // nothing is paid for these units
)

// Inspection is what staff found of some units of a line.
type Inspection struct {
	LineID    string
	Quantity  int
	Grade     Grade
	Outcome   Outcome
	Deduction int64  // minor units of the order's currency, positive, for all the units together; 0 but for Deduct
	Reason    string // for the shopper, in their language or the shop's; never empty but for Accept
}
