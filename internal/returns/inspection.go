package returns

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"homeward/internal/money"
	"homeward/internal/orders"
)

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

// Absent tells of units that are not back: the box did not hold them, or held something else.
func (g Grade) Absent() bool { return g == Missing || g == WrongItem }

// Outcome is what an inspection decides.
type Outcome string

// Outcomes lists the outcomes, best for the shopper first.
var Outcomes = []Outcome{Accept, Deduct, DoNotPay}

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
	Reason    string // for the shopper, in their language or the shop's; never empty but for Accept; at most MaxNote characters
	Note      string // for staff
	Photos    int    // how many photos are kept with it
}

// Refused tells of units that are back and for which nothing is paid.
func (i Inspection) Refused() bool { return i.Outcome == DoNotPay && !i.Grade.Absent() }

// Shelf is what an inspection can speak of, of one line of a case.
type Shelf struct {
	LineID string
	Units  int // that came back, or are expected, and were not inspected
	// Brings is what those units of them bring whose money is neither back nor on its way, one by one, in minor units. They
	// are inspected before the others.
	Brings []int64
}

// The codes of what is wrong with an inspection.
const (
	FoundNothing     Code = "found_nothing"      // no row has units
	GradeUnknown     Code = "grade_unknown"      //
	OutcomeUnknown   Code = "outcome_unknown"    //
	NeedsReason      Code = "needs_reason"       // the shopper must be told why
	ReasonTooLong    Code = "reason_too_long"    //
	NeedsEvidence    Code = "needs_evidence"     // a deduction needs a photo or a note
	DeductionNone    Code = "deduction_none"     // a deduction of nothing, or an amount where nothing is deducted
	DeductionTooHigh Code = "deduction_too_high" // more than the units bring
	AbsentNotPaid    Code = "absent_not_paid"    // what is not there can only be not paid
	MoneyGone        Code = "money_gone"         // it was paid back before it was inspected
	NotRefusable     Code = "not_refusable"      // a withdrawal is not refused (Directive 2011/83/EU, Art. 9, 13)
	NoticeMissing    Code = "not_informed"       // no evidence that the consumer was told of the right (Art. 14(2))
	NotDeductible    Code = "not_deductible"     // a claim's money is the law's
)

// InspectionFaults are what is wrong with an inspection, by the row; -1 is for what concerns it as a whole.
type InspectionFaults map[int]Code

// Error names the rows and codes.
func (f InspectionFaults) Error() string {
	var b strings.Builder
	b.WriteString("returns: this inspection cannot be taken:")
	for _, row := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(&b, " %d %s", row, f[row])
	}
	return b.String()
}

// Is makes a deduction that may not be made an ErrDeduction.
func (f InspectionFaults) Is(target error) bool {
	if !errors.Is(target, ErrDeduction) {
		return false
	}
	for _, code := range f {
		switch code {
		case NoticeMissing, NotDeductible, DeductionNone, DeductionTooHigh, NeedsEvidence:
			return true
		default:
		}
	}
	return false
}

// CheckInspection says what is wrong with an inspection of a case, nil when it can be taken. informed tells that there is
// evidence that the consumer was told of the right of withdrawal.
//
// No more units are inspected than came back or are expected. Nothing is taken off, or kept, without a reason for the
// shopper; a deduction has evidence as well, and is never more than its units bring. What was paid back already stays paid.
// A withdrawal is never refused, and lowered only for diminished value, and only when the consumer was informed (Directive
// 2011/83/EU, Art. 14(2)). A claim's money is not lowered for how goods look.
func CheckInspection(kind Kind, informed bool, shelves []Shelf, found []Inspection) error {
	faults := InspectionFaults{}
	if len(found) == 0 {
		faults[-1] = FoundNothing
	}
	left := make(map[string]Shelf, len(shelves))
	for _, s := range shelves {
		left[s.LineID] = s
	}
	for _, row := range byNeed(found) {
		f := found[row]
		shelf, known := left[f.LineID]
		code := f.fault(kind, informed)
		switch {
		case !known:
			code = LineUnknown
		case f.Quantity < 1:
			code = QuantityInvalid
		case f.Quantity > shelf.Units:
			code = QuantityTooMany
		default:
			var brings int64
			unpaid := min(f.Quantity, len(shelf.Brings))
			for _, b := range shelf.Brings[:unpaid] {
				brings += b
			}
			if code == "" {
				code = f.moneyFault(unpaid, brings)
			}
			shelf.Units, shelf.Brings = shelf.Units-f.Quantity, shelf.Brings[unpaid:]
			left[f.LineID] = shelf
		}
		if code != "" {
			faults[row] = code
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// byNeed gives the rows in the order in which they need units whose money is still there: deductions and refusals first, what
// is not there last.
func byNeed(found []Inspection) []int {
	rank := func(i Inspection) int {
		switch {
		case i.Grade.Absent():
			return 2
		case i.Outcome == Accept:
			return 1
		default:
			return 0
		}
	}
	rows := make([]int, len(found))
	for row := range found {
		rows[row] = row
	}
	slices.SortStableFunc(rows, func(a, b int) int { return rank(found[a]) - rank(found[b]) })
	return rows
}

// fault says what is wrong with a row by itself.
func (i Inspection) fault(kind Kind, informed bool) Code {
	switch {
	case !slices.Contains(Grades, i.Grade):
		return GradeUnknown
	case !slices.Contains(Outcomes, i.Outcome):
		return OutcomeUnknown
	case i.Grade.Absent() && i.Outcome != DoNotPay:
		return AbsentNotPaid
	case i.Outcome != Accept && strings.TrimSpace(i.Reason) == "":
		return NeedsReason
	case utf8.RuneCountInString(i.Reason) > MaxNote:
		return ReasonTooLong
	case (i.Outcome == Deduct) != (i.Deduction > 0) || i.Deduction < 0:
		return DeductionNone
	case i.Refused() && kind == Withdrawal:
		return NotRefusable
	}
	if i.Outcome != Deduct {
		return ""
	}
	switch {
	case kind == Claim:
		return NotDeductible
	case kind == Withdrawal && !informed:
		return NoticeMissing
	case i.Photos == 0 && strings.TrimSpace(i.Note) == "":
		return NeedsEvidence
	}
	return ""
}

// moneyFault says what is wrong with a row whose units bring so much, as far as they were not paid.
func (i Inspection) moneyFault(unpaid int, brings int64) Code {
	switch {
	case i.Outcome == Deduct && unpaid < i.Quantity, i.Refused() && unpaid < i.Quantity:
		return MoneyGone
	case i.Outcome == Deduct && i.Deduction > brings:
		return DeductionTooHigh
	}
	return ""
}

// Payable gives the units of an inspection that are paid now, deductions not taken off yet: none whose money went before.
func Payable(shelves []Shelf, found []Inspection) []Item {
	unpaid := make(map[string]int, len(shelves))
	for _, s := range shelves {
		unpaid[s.LineID] = len(s.Brings)
	}
	var items []Item
	for _, row := range byNeed(found) {
		f := found[row]
		n := min(f.Quantity, unpaid[f.LineID])
		unpaid[f.LineID] -= n
		if n > 0 && f.Outcome != DoNotPay {
			items = append(items, Item{LineID: f.LineID, Quantity: n})
		}
	}
	return items
}

// Brings gives what the next units of a line bring one by one, in minor units: at most n, and none that went back before.
func Brings(order orders.Order, earlier []Earlier, lineID string, n int) ([]int64, error) {
	paid, err := LinesPaid(order)
	i := liveLine(order, lineID)
	if err != nil || i < 0 {
		return nil, err
	}
	done, _ := tally(order, earlier)
	before := done[lineID]
	room := max(paid[i]-before.Amount, 0)
	var units []int64
	for at := before.Quantity; at < order.Lines[i].Quantity && len(units) < n; at++ {
		worth := min(money.Slice(paid[i], order.Lines[i].Quantity, at, 1), room)
		room -= worth
		units = append(units, worth)
	}
	return units, nil
}

// CheckAnswer says what is wrong with the inspection that answers an appeal against another: it speaks of the same units,
// and never makes it worse for the shopper. It is what stands then; the same again, with a reason, upholds it.
func CheckAnswer(kind Kind, was, now Inspection) error {
	now.Photos = max(now.Photos, 1) // the evidence stands with the one before
	code := now.fault(kind, true)
	switch {
	case now.LineID != was.LineID:
		code = LineUnknown
	case now.Quantity != was.Quantity:
		code = QuantityInvalid
	case code != "":
	case now.kept() > was.kept():
		code = DeductionTooHigh
	case strings.TrimSpace(now.Reason) == "":
		code = NeedsReason
	}
	if code != "" {
		return InspectionFaults{0: code}
	}
	return nil
}

// kept is how much an inspection keeps back; more than any deduction when it keeps all.
func (i Inspection) kept() int64 {
	if i.Outcome == DoNotPay {
		return math.MaxInt64
	}
	return i.Deduction
}
