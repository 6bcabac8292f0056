package returns_test

import (
	"errors"
	"reflect"
	"testing"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

func TestPlanReturnByConditions(t *testing.T) {
	one := func(line string, n int) []returns.Item { return []returns.Item{{LineID: line, Quantity: n}} }
	fees := returns.Conditions{LabelFee: 399, HandlingFee: 200}
	for name, tc := range map[string]struct {
		items []returns.Item
		opts  returns.ReturnOptions
		want  int64
		lines []returns.Explained
	}{
		"nothing is taken off": {one("cup", 1), returns.ReturnOptions{}, 2000, []returns.Explained{{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000}}},
		"fees": {one("cup", 1), returns.ReturnOptions{Conditions: fees, Label: true}, 1401, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000}, {Reason: returns.LabelFee, Amount: -399}, {Reason: returns.HandlingFee, Amount: -200},
		}},
		"another way than our label": {one("cup", 1), returns.ReturnOptions{Conditions: fees}, 1800, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000}, {Reason: returns.HandlingFee, Amount: -200},
		}},
		"fees that were taken": {one("cup", 1), returns.ReturnOptions{Conditions: fees, Label: true, Before: []returns.Explained{
			{Reason: returns.ForGoods, Amount: 300}, {Reason: returns.LabelFee, Amount: -300},
		}}, 1701, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000}, {Reason: returns.LabelFee, Amount: -99}, {Reason: returns.HandlingFee, Amount: -200},
		}},
		"fees above all": {one("cup", 1), returns.ReturnOptions{Conditions: returns.Conditions{HandlingFee: 99999}}, 0, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000}, {Reason: returns.HandlingFee, Amount: -2000},
		}},
		"a rate, a deduction and what was refused": {
			one("tea", 1),
			returns.ReturnOptions{
				Conditions: returns.Conditions{Restocking: []returns.LineRate{{LineID: "tea", Percent: 15}}},
				Inspections: []returns.Inspection{
					{LineID: "tea", Quantity: 1, Outcome: returns.Deduct, Deduction: 1000, Reason: "opened"},
					{LineID: "tea", Quantity: 1, Outcome: returns.DoNotPay, Reason: "empty"}, {LineID: "cup", Quantity: 1, Outcome: returns.Accept},
				},
			},
			3250, []returns.Explained{
				{Reason: returns.ForGoods, LineID: "tea", Quantity: 1, Amount: 5000}, {Reason: returns.Restocking, LineID: "tea", Amount: -750},
				{Reason: returns.Deducted, LineID: "tea", Text: "opened", Amount: -1000}, {Reason: returns.NotPaid, LineID: "tea", Quantity: 1, Text: "empty"},
			},
		},
		"a deduction that was taken in part": {one("tea", 1), returns.ReturnOptions{
			Inspections: []returns.Inspection{{LineID: "tea", Quantity: 2, Outcome: returns.Deduct, Deduction: 1000, Reason: "opened"}},
			Before:      []returns.Explained{{Reason: returns.Deducted, LineID: "tea", Amount: -700}},
		}, 4700, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "tea", Quantity: 1, Amount: 5000}, {Reason: returns.Deducted, LineID: "tea", Text: "opened", Amount: -300},
		}},
		"store credit": {one("cup", 1), returns.ReturnOptions{Conditions: returns.Conditions{CreditBonus: 10, HandlingFee: 500}, Credit: true}, 1650, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000}, {Reason: returns.HandlingFee, Amount: -500}, {Reason: returns.CreditBonus, Amount: 150},
		}},
		"money has no bonus": {one("cup", 1), returns.ReturnOptions{Conditions: returns.Conditions{CreditBonus: 10}}, 2000, []returns.Explained{
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := returns.PlanReturn(teaAndCup(), nil, tc.items, tc.opts)
			if err != nil || got.Total != tc.want || !reflect.DeepEqual(got.Lines, tc.lines) {
				t.Errorf("got %+v (%v), want %d by %+v", got, err, tc.want, tc.lines)
			}
			if fault := unsound(got); fault != "" {
				t.Errorf("%s: %+v", fault, got)
			}
		})
	}
}

// The bonus of store credit was never paid, so that it takes nothing from what the rest of the order brings.
func TestABonusTakesNothingFromTheRest(t *testing.T) {
	order := changed(func(o *orders.Order) { o.Total = 12000 })
	opts := returns.ReturnOptions{Conditions: returns.Conditions{CreditBonus: 50}, Credit: true}
	first, err := returns.PlanReturn(order, nil, teaOnly, opts)
	if err != nil || first.Total != 15000 {
		t.Fatalf("%+v %v", first, err)
	}
	rest, err := returns.PlanReturn(order, []returns.Earlier{{Amount: first.Total, Lines: first.Ledger}}, cupOnly, returns.ReturnOptions{})
	if err != nil || rest.Total != 2000 || rest.Capped {
		t.Errorf("%+v %v", rest, err)
	}
}

func TestPlanReduction(t *testing.T) {
	for name, tc := range map[string]struct {
		earlier []returns.Earlier
		line    string
		amount  int64
		want    int64
		err     error
	}{
		"a part":                      {nil, "cup", 500, 500, nil},
		"more than was paid for it":   {nil, "cup", 99999, 2000, nil},
		"more than is left of it":     {[]returns.Earlier{{Amount: 1800, Lines: []orders.RefundLine{{LineID: "cup", Amount: 1800}}}}, "cup", 500, 200, nil},
		"more than is left of all":    {[]returns.Earlier{{Amount: 13850}}, "cup", 500, 100, nil},
		"nothing":                     {nil, "cup", 0, 0, returns.ErrAmount},
		"of a line that is not there": {nil, "pot", 500, 0, returns.ErrLine},
	} {
		got, err := returns.PlanReduction(teaAndCup(), tc.earlier, tc.line, tc.amount)
		if !errors.Is(err, tc.err) || got.Total != tc.want || unsound(got) != "" {
			t.Errorf("%s: %+v (%v), want %d", name, got, err, tc.want)
		}
	}
}

// takenOff are the reasons that make a refund less.
var takenOff = []returns.RefundReason{
	returns.DeliveryExtraKept, returns.Deducted, returns.WentBackEarlier, returns.CappedAtPaid, returns.LabelFee, returns.HandlingFee, returns.Restocking, returns.Exchanged,
}
