package returns_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

func found(grade returns.Grade, outcome returns.Outcome, quantity int, deduction int64) returns.Inspection {
	i := returns.Inspection{LineID: "a", Quantity: quantity, Grade: grade, Outcome: outcome, Deduction: deduction, Note: "seen"}
	if outcome != returns.Accept {
		i.Reason = "scratched"
	}
	return i
}

func TestCheckInspection(t *testing.T) {
	shelf := []returns.Shelf{{LineID: "a", Units: 3, Brings: []int64{500, 501}}} // one of three was paid when it came
	change := func(i returns.Inspection, f func(*returns.Inspection)) returns.Inspection {
		f(&i)
		return i
	}
	deducted := found(returns.Used, returns.Deduct, 1, 500)
	for name, tc := range map[string]struct {
		kind     returns.Kind
		informed bool
		found    []returns.Inspection
		want     returns.InspectionFaults
	}{
		"all in order":                    {returns.Return, false, []returns.Inspection{found(returns.AsNew, returns.Accept, 3, 0)}, nil},
		"a deduction of all they bring":   {returns.Return, false, []returns.Inspection{found(returns.Used, returns.Deduct, 2, 1001)}, nil},
		"a mixed box":                     {returns.Return, false, []returns.Inspection{found(returns.Missing, returns.DoNotPay, 1, 0), deducted, found(returns.Damaged, returns.DoNotPay, 1, 0)}, nil},
		"nothing":                         {returns.Return, false, nil, returns.InspectionFaults{-1: returns.FoundNothing}},
		"more than came":                  {returns.Return, false, []returns.Inspection{found(returns.AsNew, returns.Accept, 2, 0), found(returns.Opened, returns.Accept, 2, 0)}, returns.InspectionFaults{1: returns.QuantityTooMany}},
		"no units":                        {returns.Return, false, []returns.Inspection{found(returns.AsNew, returns.Accept, 0, 0)}, returns.InspectionFaults{0: returns.QuantityInvalid}},
		"less than no units":              {returns.Return, false, []returns.Inspection{found(returns.AsNew, returns.Accept, -1, 0)}, returns.InspectionFaults{0: returns.QuantityInvalid}},
		"another line":                    {returns.Return, false, []returns.Inspection{change(deducted, func(i *returns.Inspection) { i.LineID = "z" })}, returns.InspectionFaults{0: returns.LineUnknown}},
		"a grade that is none":            {returns.Return, false, []returns.Inspection{found("odd", returns.Accept, 1, 0)}, returns.InspectionFaults{0: returns.GradeUnknown}},
		"an outcome that is none":         {returns.Return, false, []returns.Inspection{found(returns.AsNew, "odd", 1, 0)}, returns.InspectionFaults{0: returns.OutcomeUnknown}},
		"without a reason":                {returns.Return, false, []returns.Inspection{change(deducted, func(i *returns.Inspection) { i.Reason = "  " })}, returns.InspectionFaults{0: returns.NeedsReason}},
		"with a long reason":              {returns.Return, false, []returns.Inspection{change(deducted, func(i *returns.Inspection) { i.Reason = strings.Repeat("ł", 1001) })}, returns.InspectionFaults{0: returns.ReasonTooLong}},
		"without evidence":                {returns.Return, false, []returns.Inspection{change(deducted, func(i *returns.Inspection) { i.Note = "" })}, returns.InspectionFaults{0: returns.NeedsEvidence}},
		"a photo is evidence":             {returns.Return, false, []returns.Inspection{change(deducted, func(i *returns.Inspection) { i.Note, i.Photos = "", 1 })}, nil},
		"a deduction of nothing":          {returns.Return, false, []returns.Inspection{found(returns.Used, returns.Deduct, 1, 0)}, returns.InspectionFaults{0: returns.DeductionNone}},
		"a gift on top":                   {returns.Return, false, []returns.Inspection{found(returns.Used, returns.Deduct, 1, -1)}, returns.InspectionFaults{0: returns.DeductionNone}},
		"an amount without a deduction":   {returns.Return, false, []returns.Inspection{found(returns.AsNew, returns.Accept, 1, 1)}, returns.InspectionFaults{0: returns.DeductionNone}},
		"more than the units bring":       {returns.Return, false, []returns.Inspection{found(returns.Used, returns.Deduct, 1, 502)}, returns.InspectionFaults{0: returns.DeductionTooHigh}},
		"a cent more, after another":      {returns.Return, false, []returns.Inspection{deducted, found(returns.Used, returns.Deduct, 1, 502)}, returns.InspectionFaults{1: returns.DeductionTooHigh}},
		"what was paid stays paid":        {returns.Return, false, []returns.Inspection{found(returns.Used, returns.Deduct, 3, 10)}, returns.InspectionFaults{0: returns.MoneyGone}},
		"nor is it refused":               {returns.Return, false, []returns.Inspection{found(returns.Used, returns.DoNotPay, 3, 0)}, returns.InspectionFaults{0: returns.MoneyGone}},
		"what is missing is not accepted": {returns.Return, false, []returns.Inspection{found(returns.Missing, returns.Accept, 1, 0)}, returns.InspectionFaults{0: returns.AbsentNotPaid}},
		"a withdrawal is not refused":     {returns.Withdrawal, true, []returns.Inspection{found(returns.Damaged, returns.DoNotPay, 1, 0)}, returns.InspectionFaults{0: returns.NotRefusable}},
		"but what is missing is not paid": {returns.Withdrawal, true, []returns.Inspection{found(returns.Missing, returns.DoNotPay, 1, 0)}, nil},
		"diminished value, informed":      {returns.Withdrawal, true, []returns.Inspection{deducted}, nil},
		"diminished value, not informed":  {returns.Withdrawal, false, []returns.Inspection{deducted}, returns.InspectionFaults{0: returns.NoticeMissing}},
		"a claim is not lowered":          {returns.Claim, true, []returns.Inspection{deducted}, returns.InspectionFaults{0: returns.NotDeductible}},
	} {
		t.Run(name, func(t *testing.T) {
			err := returns.CheckInspection(tc.kind, tc.informed, shelf, tc.found)
			var got returns.InspectionFaults
			errors.As(err, &got)
			if len(got) != len(tc.want) || (err == nil) != (tc.want == nil) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			for row, code := range tc.want {
				if got[row] != code {
					t.Errorf("row %d: %s, want %s", row, got[row], code)
				}
			}
		})
	}
	if err := returns.CheckInspection(returns.Withdrawal, false, shelf, []returns.Inspection{deducted}); !errors.Is(err, returns.ErrDeduction) {
		t.Errorf("%v is no ErrDeduction", err)
	}
}

func TestAnAnswerNeverMakesItWorse(t *testing.T) {
	was := found(returns.Used, returns.Deduct, 1, 300)
	refused := found(returns.Damaged, returns.DoNotPay, 1, 0)
	for name, tc := range map[string]struct {
		was, now returns.Inspection
		want     returns.Code
	}{
		"upheld":                      {was, was, ""},
		"lowered":                     {was, found(returns.Opened, returns.Deduct, 1, 299), ""},
		"raised":                      {was, found(returns.Used, returns.Deduct, 1, 301), returns.DeductionTooHigh},
		"refused after all":           {was, refused, returns.DeductionTooHigh},
		"a refusal becomes less":      {refused, was, ""},
		"a refusal stays":             {refused, refused, ""},
		"for other units":             {was, found(returns.Used, returns.Deduct, 2, 300), returns.QuantityInvalid},
		"without words":               {was, found(returns.AsNew, returns.Accept, 1, 0), returns.NeedsReason},
		"accepted, and told in words": {was, returns.Inspection{LineID: "a", Quantity: 1, Grade: returns.AsNew, Outcome: returns.Accept, Reason: "you were right"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := returns.CheckAnswer(returns.Return, tc.was, tc.now)
			var got returns.InspectionFaults
			if errors.As(err, &got); got[0] != tc.want {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

// TestWhatAnInspectionPays: however the units of a line are graded, those that are paid are never more than came unpaid, and what is
// taken off is never more than those that it is taken off bring.
func TestWhatAnInspectionPays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := orders.Order{PricesIncludeTax: true, Lines: []orders.Line{{ID: "a", Quantity: rapid.IntRange(1, 6).Draw(t, "ordered"), UnitPrice: rapid.Int64Range(0, 1000).Draw(t, "price"), Discount: rapid.Int64Range(0, 700).Draw(t, "discount")}}}
		order.Total = 1 << 30
		line := order.Lines[0]
		before := rapid.IntRange(0, line.Quantity).Draw(t, "before")
		done := []returns.Earlier{{Lines: []orders.RefundLine{{LineID: "a", Quantity: before}}}}
		brings, err := returns.Brings(order, done, "a", line.Quantity)
		if err != nil || len(brings) != line.Quantity-before {
			t.Fatalf("%d units bring something, %v", len(brings), err)
		}
		shelf := []returns.Shelf{{LineID: "a", Units: line.Quantity, Brings: brings}}
		var all []returns.Inspection
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			all = append(all, found(rapid.SampledFrom(returns.Grades).Draw(t, "grade"), rapid.SampledFrom(returns.Outcomes).Draw(t, "outcome"), rapid.IntRange(-1, 4).Draw(t, "units"), rapid.Int64Range(0, 900).Draw(t, "off")))
		}
		kind := rapid.SampledFrom([]returns.Kind{returns.Return, returns.Withdrawal, returns.Claim}).Draw(t, "kind")
		if returns.CheckInspection(kind, rapid.Bool().Draw(t, "informed"), shelf, all) != nil {
			return
		}
		var worth, off int64
		units := 0
		for _, b := range brings {
			worth += b
		}
		for _, i := range all {
			off += i.Deduction
			units += i.Quantity
			if i.Refused() && kind == returns.Withdrawal || i.Outcome == returns.Deduct && kind == returns.Claim {
				t.Fatalf("%+v of a %s", i, kind)
			}
		}
		paid := 0
		for _, item := range returns.Payable(shelf, all) {
			paid += item.Quantity
		}
		if off > worth || units > line.Quantity || paid > len(brings) {
			t.Fatalf("%d off %d, %d units of %d, %d paid of %d", off, worth, units, line.Quantity, paid, len(brings))
		}
	})
}

// TestInspectionMovesNoState: looking at goods decides nothing about where a case stands, and is never possible where it was
// called off or not begun.
func TestInspectionMovesNoState(t *testing.T) {
	states := []returns.State{returns.Requested, returns.Approved, returns.Rejected, returns.InTransit, returns.Received, returns.Refunding, returns.Closed, returns.Withdrawn}
	steps := []returns.Step{returns.Approve, returns.Reject, returns.Send, returns.Receive, returns.Inspect, returns.Refund, returns.Settle, returns.CallOff, returns.Reopened}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]returns.Kind{returns.Return, returns.Withdrawal, returns.Claim}).Draw(t, "kind")
		state := rapid.SampledFrom(states).Draw(t, "state")
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			if to, err := returns.NextFor(kind, state, rapid.SampledFrom(steps).Draw(t, "step")); err == nil {
				state = to
			}
		}
		to, err := returns.NextFor(kind, state, returns.Inspect)
		never := state == returns.Requested || state == returns.Withdrawn
		if to != state || (err != nil) != never || (err != nil && !errors.Is(err, returns.ErrStep)) {
			t.Fatalf("inspected while %s: %s, %v", state, to, err)
		}
	})
}
