package returns_test

import (
	"reflect"
	"testing"

	"homeward/internal/returns"
)

func TestDueUnits(t *testing.T) {
	items := []returns.Item{{LineID: "a", Quantity: 2}, {LineID: "b", Quantity: 1}}
	oneBack := []returns.Item{{LineID: "a", Quantity: 1}}
	look := func(o returns.Outcome, g returns.Grade) []returns.Inspection {
		return []returns.Inspection{{LineID: "a", Quantity: 1, Outcome: o, Grade: g}}
	}
	by := func(when returns.RefundWhen) returns.Conditions { return returns.Conditions{RefundWhen: when} }
	goodwill := returns.Facts{Kind: returns.Return, State: returns.Approved, Remedy: returns.RefundRemedy, Items: items}
	with := func(f returns.Facts, change func(*returns.Facts)) returns.Facts { change(&f); return f }
	for name, tc := range map[string]struct {
		facts     returns.Facts
		want      []returns.Item
		undecided bool
	}{
		"a return waits for its goods": {goodwill, nil, false},
		"and pays for what came":       {with(goodwill, func(f *returns.Facts) { f.State, f.Received = returns.Received, oneBack }), oneBack, false},
		"not what was refused":         {with(goodwill, func(f *returns.Facts) { f.Received, f.Inspections = items, look(returns.DoNotPay, returns.Used) }), []returns.Item{{LineID: "a", Quantity: 1}, {LineID: "b", Quantity: 1}}, false},
		"what was missing is not back": {with(goodwill, func(f *returns.Facts) { f.Received, f.Inspections = oneBack, look(returns.DoNotPay, returns.Missing) }), oneBack, false},
		"at once":                      {with(goodwill, func(f *returns.Facts) { f.Conditions = by(returns.AtOnce) }), items, false},
		"at once, but not approved":    {with(goodwill, func(f *returns.Facts) { f.State, f.Conditions = returns.Requested, by(returns.AtOnce) }), nil, false},
		"at once, but called off":      {with(goodwill, func(f *returns.Facts) { f.State, f.Conditions = returns.Withdrawn, by(returns.AtOnce) }), nil, false},
		"at the first scan":            {with(goodwill, func(f *returns.Facts) { f.Conditions, f.Scanned = by(returns.OnFirstScan), true }), items, false},
		"before the first scan":        {with(goodwill, func(f *returns.Facts) { f.Conditions = by(returns.OnFirstScan) }), nil, false},
		"kept":                         {with(goodwill, func(f *returns.Facts) { f.Conditions.Keep = true }), items, false},
		"a repair brings no money":     {with(goodwill, func(f *returns.Facts) { f.Remedy, f.Received = returns.RepairRemedy, items }), nil, false},
		"back, to be inspected":        {with(goodwill, func(f *returns.Facts) { f.Conditions, f.Received = by(returns.OnInspection), items }), nil, true},
		"inspected in part": {with(goodwill, func(f *returns.Facts) {
			f.Conditions, f.Received, f.Inspections = by(returns.OnInspection), items, look(returns.Deduct, returns.Used)
		}), oneBack, true},
		"inspected and refused": {with(goodwill, func(f *returns.Facts) {
			f.Conditions, f.Received, f.Inspections = by(returns.OnInspection), oneBack, look(returns.DoNotPay, returns.Used)
		}), nil, false},
		"a withdrawal asks no condition": {returns.Facts{Kind: returns.Withdrawal, State: returns.Received, Items: items, Received: oneBack, Conditions: by(returns.OnInspection)}, oneBack, false},
		"a withdrawal on its way":        {returns.Facts{Kind: returns.Withdrawal, State: returns.InTransit, Items: items, Scanned: true}, nil, false},
		"a withdrawal without its goods": {returns.Facts{Kind: returns.Withdrawal, State: returns.InTransit, Items: items, WithoutGoods: true}, items, false},
		"a claim that nobody answered":   {returns.Facts{Kind: returns.Claim, State: returns.Approved, Items: items, Received: items}, nil, false},
		"what never came":                {returns.Facts{Kind: returns.Claim, State: returns.Approved, Items: items, Remedy: returns.RefundRemedy}, items, false},
		"an end for a defect":            {returns.Facts{Kind: returns.Claim, State: returns.Received, Items: items, Received: oneBack, Remedy: returns.TerminationRemedy}, oneBack, false},
		"a replacement":                  {returns.Facts{Kind: returns.Claim, State: returns.Received, Items: items, Received: items, Remedy: returns.ReplacementRemedy}, nil, false},
	} {
		if got := returns.DueUnits(tc.facts); !reflect.DeepEqual(got, tc.want) || returns.Undecided(tc.facts) != tc.undecided {
			t.Errorf("%s: %+v undecided %v, want %+v %v", name, got, returns.Undecided(tc.facts), tc.want, tc.undecided)
		}
	}
}
