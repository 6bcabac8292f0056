package returns_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

// books is a ledger as the desk keeps one: a row for each payment that a plan goes back to.
type books struct {
	order orders.Order
	rows  []row
	empty []returns.Earlier // plans that came to nothing
}

type row struct {
	part  returns.Part
	lines []orders.RefundLine
	// owed marks a row that failed and will be issued again: its money is there again, its goods are not.
	failed, owed bool
}

func (b *books) earlier() []returns.Earlier {
	out := append([]returns.Earlier{}, b.empty...)
	for _, r := range b.rows {
		switch {
		case !r.failed:
			out = append(out, returns.Earlier{Amount: r.part.Amount, Lines: r.lines})
		case r.owed:
			out = append(out, returns.Earlier{Lines: r.lines})
		}
	}
	return out
}

func (b *books) refunded() (parts []returns.Part, sum int64) {
	for _, r := range b.rows {
		if !r.failed {
			parts, sum = append(parts, r.part), sum+r.part.Amount
		}
	}
	return parts, sum
}

// write enters a plan.
func (b *books) write(t *rapid.T, lines []orders.RefundLine, total int64) {
	if total == 0 {
		b.empty = append(b.empty, returns.Earlier{Lines: lines})
		return
	}
	done, _ := b.refunded()
	parts := returns.Allocate(b.order.Payments, done, total)
	for i, cut := range returns.CutLedger(lines, parts) {
		var sum int64
		for _, line := range cut {
			sum += line.Amount
		}
		if sum != parts[i].Amount {
			t.Fatalf("a row of %d has lines of %d: %+v", parts[i].Amount, sum, cut)
		}
		b.rows = append(b.rows, row{part: parts[i], lines: cut})
	}
	b.check(t)
}

// check holds the books against what was paid, in all and for each payment.
func (b *books) check(t *rapid.T) {
	parts, sum := b.refunded()
	if sum > b.order.Paid() {
		t.Fatalf("%d back of %d: %+v", sum, b.order.Paid(), b.rows)
	}
	for _, p := range b.order.Payments {
		var back int64
		for _, part := range parts {
			if part.Kind == p.Kind && part.Reference == p.Reference {
				back += part.Amount
			}
		}
		if back > p.Amount {
			t.Fatalf("%d back to %+v", back, p)
		}
	}
}

// withdraw plans and enters a withdrawal; the plan must be sound and the same when it is made again.
func (b *books) withdraw(t *rapid.T, items []returns.Item, opts returns.WithdrawalOptions) returns.Breakdown {
	earlier := b.earlier()
	plan, err := returns.PlanWithdrawal(b.order, earlier, items, opts)
	if err != nil {
		t.Fatal(err)
	}
	if fault := unsound(plan); fault != "" {
		t.Fatalf("%s: %+v", fault, plan)
	}
	if again, err := returns.PlanWithdrawal(b.order, earlier, items, opts); err != nil || !reflect.DeepEqual(again, plan) {
		t.Fatalf("planned again %+v (%v), before %+v", again, err, plan)
	}
	b.write(t, plan.Ledger, plan.Total)
	return plan
}

// accept plans and enters a goodwill return.
func (b *books) accept(t *rapid.T, items []returns.Item) {
	plan, err := returns.PlanReturn(b.order, b.earlier(), items, returns.ReturnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, plan.Ledger, plan.Total)
}

// fail lets a random row fail, be it before or after it succeeded.
func (b *books) fail(t *rapid.T, owed bool) {
	if len(b.rows) > 0 {
		r := &b.rows[rapid.IntRange(0, len(b.rows)-1).Draw(t, "row that fails")]
		if !r.failed {
			r.failed, r.owed = true, owed
		}
	}
}

// issueAgain issues what failed and is still owed once more, as far as there is room by now, to whatever payments have it.
func (b *books) issueAgain(t *rapid.T) {
	for i := range b.rows {
		r := b.rows[i]
		if !r.owed {
			continue
		}
		done, sum := b.refunded()
		amount := min(r.part.Amount, b.order.Paid()-sum)
		parts := returns.Allocate(b.order.Payments, done, amount)
		cuts := returns.CutLedger(r.lines, append(parts, returns.Part{Amount: r.part.Amount - amount}))
		rest := &b.rows[i]
		rest.lines, rest.part.Amount = cuts[len(parts)], r.part.Amount-amount
		for n, part := range parts {
			b.rows = append(b.rows, row{part: part, lines: cuts[n]})
		}
		b.check(t)
	}
}

// someUnits draws a part of what is left, maybe all; nothing only when nothing is left.
func (b *books) someUnits(t *rapid.T, most int) []returns.Item {
	left := returns.Remaining(b.order, b.earlier())
	if len(left) == 0 {
		return nil
	}
	var items []returns.Item
	for _, item := range rapid.Permutation(left).Draw(t, "lines")[:rapid.IntRange(1, len(left)).Draw(t, "how many lines")] {
		items = append(items, returns.Item{LineID: item.LineID, Quantity: rapid.IntRange(1, min(most, item.Quantity)).Draw(t, "units")})
		if most == 1 {
			break
		}
	}
	return items
}

// cost gives what an order cost with delivery and fees, and what of it a withdrawal of everything brings. Reckoned here on
// its own.
func cost(t *rapid.T, o orders.Order) (cost, due int64) {
	lines, err := returns.LinesPaid(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lines {
		due += p
	}
	for _, f := range o.Fees {
		due += f.Amount
		if !o.PricesIncludeTax {
			due += f.Tax
		}
	}
	paid, tax, back := o.Shipping.Paid, o.Shipping.Tax, o.Shipping.Paid
	if o.Shipping.Cheapest >= 0 && o.Shipping.Cheapest < paid {
		back = o.Shipping.Cheapest
	}
	cost = due + paid
	due += back
	switch {
	case o.PricesIncludeTax:
	case paid == 0:
		cost, due = cost+tax, due+tax
	default:
		cost += tax
		due += (2*tax*back + paid) / (2 * paid) // to the nearest cent
	}
	return cost, due
}

func someDeliveredOrder(t *rapid.T) orders.Order {
	o := somePaidOrder(t)
	for i := range o.Lines {
		o.Lines[i].NotShipped = rapid.IntRange(0, 4).Draw(t, "shipped") == 0
	}
	o.Shipping = orders.Shipping{
		Paid: rapid.Int64Range(0, 2000).Draw(t, "shipping"), Tax: rapid.Int64Range(0, 400).Draw(t, "shipping tax"),
		Cheapest: rapid.Int64Range(-1, 2000).Draw(t, "cheapest"),
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "fees") {
		o.Fees = append(o.Fees, orders.Fee{Kind: fmt.Sprint(i), Amount: rapid.Int64Range(0, 500).Draw(t, "fee"), Tax: rapid.Int64Range(0, 99).Draw(t, "fee tax")})
	}
	o.Total, _ = cost(t, o)
	switch rapid.IntRange(0, 3).Draw(t, "payments") {
	case 0: // none is known
	case 1:
		o.Payments = []orders.Payment{{Kind: "stripe", Reference: "pi_1", Amount: o.Total}}
	case 2:
		card := rapid.Int64Range(0, o.Total).Draw(t, "gift card")
		o.Payments = []orders.Payment{{Kind: "gift_card", Reference: "g", Amount: card}, {Kind: "stripe", Reference: "pi_1", Amount: o.Total - card}}
	default: // not what the order says
		o.Payments = []orders.Payment{
			{Kind: "stripe", Reference: "pi_1", Amount: rapid.Int64Range(0, o.Total).Draw(t, "first")},
			{Kind: "stripe", Reference: "pi_2", Amount: rapid.Int64Range(0, o.Total).Draw(t, "second")},
			{Kind: "cash_on_delivery", Amount: rapid.Int64Range(0, 100).Draw(t, "cash")},
		}
	}
	return o
}

func someOptions(t *rapid.T) returns.WithdrawalOptions {
	return returns.WithdrawalOptions{
		Delivery: rapid.SampledFrom([]returns.PartialDelivery{"", returns.DeliveryProportional, returns.DeliverySaving}).Draw(t, "policy"),
		Saving:   rapid.Int64Range(-10, 2000).Draw(t, "saving"), Informed: true,
	}
}

func someDeductions(t *rapid.T, items []returns.Item) (out []returns.Deduction) {
	for _, item := range items {
		if rapid.IntRange(0, 3).Draw(t, "whole") == 0 {
			out = append(out, returns.Deduction{LineID: item.LineID, Amount: rapid.Int64Range(1, 3000).Draw(t, "deduction"), Reason: "worn"})
		}
	}
	return out
}

// anySplit: an order that goes back wholly brings the same in whatever portions and order and under whatever policy it
// goes, though refunds fail in between and are issued again, and some portions are goodwill: what is due, at most what was
// paid, less the deductions.
func anySplit(t *rapid.T) {
	order := someDeliveredOrder(t)
	b := &books{order: order}
	_, due := cost(t, order)
	atOnce, err := returns.PlanWithdrawal(order, nil, returns.Remaining(order, nil), returns.WithdrawalOptions{})
	if err != nil || atOnce.Total != min(due, order.Paid()) || atOnce.Later != 0 {
		t.Fatalf("at once %+v (%v), due %d of %d", atOnce, err, due, order.Paid())
	}
	most := rapid.SampledFrom([]int{1, 2, 7}).Draw(t, "units at most")
	troubled := rapid.Bool().Draw(t, "troubled")
	for {
		items := b.someUnits(t, most)
		if items == nil {
			break
		}
		if troubled && rapid.IntRange(0, 3).Draw(t, "ground") == 0 {
			b.accept(t, items)
		} else {
			opts := someOptions(t)
			if troubled {
				opts.Deductions = someDeductions(t, items)
			}
			for _, line := range b.withdraw(t, items, opts).Lines {
				if line.Reason == returns.Deducted {
					due += line.Amount
				}
			}
		}
		if troubled && rapid.Bool().Draw(t, "fails") {
			b.fail(t, true)
		}
		if troubled && rapid.IntRange(0, 2).Draw(t, "again") == 0 {
			b.issueAgain(t)
		}
	}
	b.issueAgain(t)
	b.withdraw(t, nil, returns.WithdrawalOptions{}) // what a last goodwill return left open
	if _, sum := b.refunded(); sum != min(due, order.Paid()) {
		t.Fatalf("%d in portions, %d due of %d: %+v", sum, due, order.Paid(), b.rows)
	}
	if more := b.withdraw(t, nil, returns.WithdrawalOptions{}); more.Total != 0 || more.Later != 0 {
		t.Fatalf("and more: %+v", more)
	}
}

// unitByUnit: an order that goes back a unit at a time brings what it brings at once, and by the default policy nothing of
// delivery and fees before the end.
func unitByUnit(t *rapid.T) {
	order := someDeliveredOrder(t)
	opts := someOptions(t)
	atOnce, err := returns.PlanWithdrawal(order, nil, returns.Remaining(order, nil), opts)
	if err != nil {
		t.Fatal(err)
	}
	var units []string
	for _, line := range order.Lines {
		for range line.Quantity {
			units = append(units, line.ID)
		}
	}
	var earlier []returns.Earlier
	var sum int64
	for _, id := range rapid.Permutation(units).Draw(t, "units") {
		plan, err := returns.PlanWithdrawal(order, earlier, []returns.Item{{LineID: id, Quantity: 1}}, opts)
		if err != nil || unsound(plan) != "" {
			t.Fatalf("%+v %v", plan, err)
		}
		earlier, sum = append(earlier, returns.Earlier{Amount: plan.Total, Lines: plan.Ledger}), sum+plan.Total
		if opts.Delivery == "" && stays(t, order, earlier) && grantsExtras(plan) {
			t.Fatalf("delivery or fees before everything is back: %+v", plan)
		}
	}
	if sum != atOnce.Total {
		t.Fatalf("%d unit by unit, %d at once", sum, atOnce.Total)
	}
}

// stays tells whether the consumer still has something that was delivered and paid for.
func stays(t *rapid.T, order orders.Order, earlier []returns.Earlier) bool {
	paid, err := returns.LinesPaid(order)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range returns.Remaining(order, earlier) {
		for i, line := range order.Lines {
			if line.ID == item.LineID && !line.NotShipped && paid[i] > 0 {
				return true
			}
		}
	}
	return false
}

func grantsExtras(plan returns.Breakdown) bool {
	for _, line := range plan.Ledger {
		if line.LineID == returns.DeliveryLine || line.LineID == returns.FeesLine {
			return true
		}
	}
	return false
}

// neverMore: whatever comes, never more than was paid goes back, of all and to each payment, and no line or delivery
// brings more than was paid for it.
func neverMore(t *rapid.T) {
	b := &books{order: someDeliveredOrder(t)}
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		switch rapid.IntRange(0, 9).Draw(t, "step") {
		case 0, 1, 2:
			items := b.someUnits(t, 7)
			opts := someOptions(t)
			opts.Deductions = someDeductions(t, items)
			b.withinLines(t, b.withdraw(t, items, opts))
			b.replay(t, items)
		case 3:
			b.accept(t, b.someUnits(t, 7))
		case 4:
			b.fail(t, true)
		case 5:
			b.fail(t, false) // and it is called off: its goods may be withdrawn anew
		case 6:
			b.issueAgain(t)
		case 7:
			b.shopRefunds(t)
		case 8:
			b.shopTakesOut(t)
		default:
			b.withdraw(t, nil, someOptions(t))
		}
	}
}

// withinLines checks that no line and no delivery got more than was paid for it.
func (b *books) withinLines(t *rapid.T, plan returns.Breakdown) {
	paid, err := returns.LinesPaid(b.order)
	if err != nil {
		t.Fatal(err)
	}
	limit := map[string]int64{returns.DeliveryLine: b.order.Shipping.Paid + b.order.Shipping.Tax}
	for i, line := range b.order.Lines {
		limit[line.ID] = paid[i]
	}
	got := map[string]int64{}
	for _, r := range b.rows {
		for _, line := range r.lines {
			if !r.failed {
				got[line.LineID] += line.Amount
			}
		}
	}
	for _, line := range plan.Ledger {
		if most, known := limit[line.LineID]; known && line.Amount > 0 && got[line.LineID] > most {
			t.Fatalf("%q got %d of %d", line.LineID, got[line.LineID], most)
		}
	}
}

// replay makes the same withdrawal again: without enough units left it is refused, and of delivery nothing is due any more.
func (b *books) replay(t *rapid.T, items []returns.Item) {
	left := map[string]int{}
	for _, item := range returns.Remaining(b.order, b.earlier()) {
		left[item.LineID] = item.Quantity
	}
	enough := true
	for _, item := range items {
		enough = enough && item.Quantity <= left[item.LineID]
	}
	if _, err := returns.PlanWithdrawal(b.order, b.earlier(), items, returns.WithdrawalOptions{}); enough != !errors.Is(err, returns.ErrQuantity) {
		t.Fatalf("%v again with %v left: %v", items, left, err)
	}
	if more, err := returns.PlanWithdrawal(b.order, b.earlier(), nil, returns.WithdrawalOptions{}); err != nil || more.Total != 0 {
		t.Fatalf("and more: %+v (%v)", more, err)
	}
}

// shopRefunds lets the shop give something back on its own, with or without saying for what, never beyond what is left.
func (b *books) shopRefunds(t *rapid.T) {
	done, sum := b.refunded()
	amount := rapid.Int64Range(0, max(b.order.Paid()-sum, 0)).Draw(t, "by the shop")
	if amount == 0 {
		return
	}
	var lines []orders.RefundLine
	if left := returns.Remaining(b.order, b.earlier()); len(left) > 0 && rapid.Bool().Draw(t, "says for what") {
		item := left[0]
		lines = []orders.RefundLine{{LineID: item.LineID, Quantity: rapid.IntRange(0, item.Quantity).Draw(t, "units"), Amount: rapid.Int64Range(0, amount).Draw(t, "of it")}}
	}
	for i, part := range returns.Allocate(b.order.Payments, done, amount) {
		r := row{part: part}
		if i == 0 {
			r.lines = lines
		}
		b.rows = append(b.rows, r)
	}
	b.check(t)
}

// shopTakesOut leaves a line, or a unit of it, out of the order.
func (b *books) shopTakesOut(t *rapid.T) {
	lines := append([]orders.Line{}, b.order.Lines...)
	line := &lines[rapid.IntRange(0, len(lines)-1).Draw(t, "line out")]
	if line.Quantity > 1 && rapid.Bool().Draw(t, "a unit only") {
		line.Quantity--
	} else {
		line.Cancelled = true
	}
	b.order.Lines = lines
}

// thousands checks a property 3,400 times (34 times -rapid.checks), so that the three together see ten thousand stories.
func thousands(t *testing.T, property func(*rapid.T)) {
	for i := range 34 {
		t.Run(fmt.Sprint(i), rapid.MakeCheck(property))
	}
}

func TestAnySplitBringsTheSame(t *testing.T) { thousands(t, anySplit) }

func TestUnitByUnitBringsTheSame(t *testing.T) { thousands(t, unitByUnit) }

func TestNeverMoreThanWasPaidWhateverComes(t *testing.T) { thousands(t, neverMore) }

// TestMillion tells a hundred stories of all four kinds, or as many as one asks for:
//
//	go test ./internal/returns -run Million -rapid.checks=1000000 -timeout 2h
func TestMillion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rapid.SampledFrom([]func(*rapid.T){anySplit, unitByUnit, neverMore, returnInPortions}).Draw(t, "kind")(t)
	})
}
