package returns_test

import (
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

// someTerms draws what a policy granted and what inspections found, for lines of an order of which everything comes back. What is
// refused are the last units of a line, so that it does not matter when they come.
func someTerms(t *rapid.T, order orders.Order) (opts returns.ReturnOptions, items []returns.Item) {
	opts.Label, opts.Credit = rapid.Bool().Draw(t, "label"), rapid.Bool().Draw(t, "credit")
	opts.Conditions = returns.Conditions{
		LabelFee: rapid.Int64Range(0, 3000).Draw(t, "label fee"), HandlingFee: rapid.Int64Range(0, 3000).Draw(t, "handling fee"),
		CreditBonus: rapid.IntRange(0, 30).Draw(t, "bonus"),
	}
	paid, err := returns.LinesPaid(order)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range order.Lines {
		opts.Conditions.Restocking = append(opts.Conditions.Restocking, returns.LineRate{LineID: line.ID, Percent: rapid.IntRange(0, 40).Draw(t, "rate")})
		back := line.Quantity
		if back > 1 && rapid.Bool().Draw(t, "refused") {
			back--
			opts.Inspections = append(opts.Inspections, returns.Inspection{LineID: line.ID, Quantity: 1, Outcome: returns.DoNotPay, Reason: "broken"})
		}
		if least := paid[i] / int64(line.Quantity) / 3; least > 0 && rapid.Bool().Draw(t, "deducted") {
			opts.Inspections = append(opts.Inspections, returns.Inspection{
				LineID: line.ID, Quantity: 1, Outcome: returns.Deduct, Deduction: rapid.Int64Range(1, least).Draw(t, "deduction"), Reason: "worn",
			})
		}
		items = append(items, returns.Item{LineID: line.ID, Quantity: back})
	}
	if rapid.IntRange(0, 3).Draw(t, "exchange") == 0 {
		opts.Exchange = []returns.Exchange{{LineID: order.Lines[0].ID, Quantity: 1, UnitPrice: rapid.Int64Range(0, 5000).Draw(t, "other price")}}
	}
	return opts, items
}

// returnInPortions: a return brings the same in whatever portions its goods come, with its fees, rates, deductions, refused
// units, exchange and credit; never more than was paid and its bonus; and nothing when it is planned again.
func returnInPortions(t *rapid.T) {
	order := somePaidOrder(t)
	opts, items := someTerms(t, order)
	atOnce, err := returns.PlanReturn(order, nil, items, opts)
	if err != nil || unsound(atOnce) != "" {
		t.Fatalf("%+v %v", atOnce, err)
	}
	var units []string
	for _, item := range items {
		for range item.Quantity {
			units = append(units, item.LineID)
		}
	}
	var earlier []returns.Earlier
	var waiting []returns.Item // planned for nothing: no refund tells of them, so they are planned again
	var sum, bonus int64
	part := opts
	for _, id := range rapid.Permutation(units).Draw(t, "units") {
		waiting = append(waiting, returns.Item{LineID: id, Quantity: 1})
		plan, err := returns.PlanReturn(order, earlier, waiting, part)
		if err != nil || unsound(plan) != "" {
			t.Fatalf("%s: %+v %v", unsound(plan), plan, err)
		}
		if plan.Total == 0 {
			continue
		}
		waiting = nil
		earlier = append(earlier, returns.Earlier{Amount: plan.Total, Lines: plan.Ledger})
		part.Before = append(part.Before, plan.Lines...)
		sum += plan.Total
	}
	for _, line := range part.Before {
		if line.Reason == returns.CreditBonus {
			bonus += line.Amount
		}
	}
	if sum != atOnce.Total || sum-bonus > order.Paid() {
		t.Fatalf("%d in portions, %d at once, %d of it a bonus, of %d\n%+v\n%+v", sum, atOnce.Total, bonus, order.Paid(), part.Before, atOnce.Lines)
	}
	if again, err := returns.PlanReturn(order, earlier, waiting, part); err != nil || again.Total != 0 {
		t.Fatalf("and more: %+v %v", again, err)
	}
}

func TestAReturnInPortionsBringsTheSame(t *testing.T) { thousands(t, returnInPortions) }
