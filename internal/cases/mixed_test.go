package cases

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// books are an order, its cases and its ledger, moved as the desk moves them but for the database.
type books struct {
	t       *rapid.T
	desk    *Desk
	order   store.Order
	cases   []store.Case
	refunds []store.Refund
	n       int
	granted int64 // of postage
	whole   bool  // the order was cancelled: the whole of delivery goes back
}

func someBooks(t *rapid.T) *books {
	o := orders.Order{Currency: "PLN", PricesIncludeTax: true}
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		// Free, or worth more than a cent for each unit: units of half a cent bring nothing one by one, and a cent when two come at once.
		price := rapid.Int64Range(1000, 5000).Draw(t, "price")
		if rapid.IntRange(0, 4).Draw(t, "free") == 0 {
			price = 0
		}
		o.Lines = append(o.Lines, orders.Line{
			ID: fmt.Sprintf("l%d", i), Quantity: rapid.IntRange(1, 3).Draw(t, "units"), UnitPrice: price,
			Discount: rapid.Int64Range(0, 99).Draw(t, "discount"),
		})
	}
	o.OrderDiscount = rapid.Int64Range(0, 500).Draw(t, "order discount")
	o.Shipping = orders.Shipping{Paid: rapid.Int64Range(0, 2000).Draw(t, "shipping"), Cheapest: rapid.Int64Range(-1, 2000).Draw(t, "cheapest")}
	if rapid.Bool().Draw(t, "fee") {
		o.Fees = []orders.Fee{{Kind: "gift_wrap", Amount: 300}}
	}
	paid, err := returns.LinesPaid(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paid {
		o.Total += p
	}
	for _, f := range o.Fees {
		o.Total += f.Amount
	}
	o.Total += o.Shipping.Paid
	o.Payments = []orders.Payment{{Kind: "stripe", Reference: "pi_1", Amount: o.Total}}
	if card := rapid.Int64Range(0, o.Total).Draw(t, "gift card"); rapid.Bool().Draw(t, "two payments") {
		o.Payments = []orders.Payment{{Kind: "gift_card", Reference: "g", Amount: card}, {Kind: "stripe", Reference: "pi_1", Amount: o.Total - card}}
	}
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return &books{t: t, desk: &Desk{Now: func() time.Time { return noon }}, order: store.Order{ID: "o1", State: orders.State{Known: true, Order: o}}}
}

func (b *books) ledger() []account {
	var out []account
	for _, c := range b.cases {
		if c.State != returns.Withdrawn {
			out = append(out, account{
				c: c, order: b.order.State.Order, refunds: b.refunds, facts: factsOf(c, nil), dropped: droppedOf(b.order.State),
			})
		}
	}
	return out
}

// plan lets every case bring what is due, as planExtras does, and checks the books.
func (b *books) plan() {
	ledger := b.ledger()
	for range 100 {
		if b.planCancelled() {
			for n := range ledger {
				ledger[n].refunds = b.refunds
			}
			continue
		}
		at, found, err := next(ledger)
		if err != nil {
			b.t.Fatal(err)
		}
		if found.Total == 0 {
			b.check()
			return
		}
		b.enter(&ledger[at], found)
		for n := range ledger {
			ledger[n].refunds = b.refunds
		}
	}
	b.t.Fatalf("there is no end of it: %+v", b.refunds)
}

func (b *books) enter(a *account, plan returns.Breakdown) {
	var sum int64
	for _, line := range plan.Lines {
		sum += line.Amount
	}
	if sum != plan.Total {
		b.t.Fatalf("%d explained of %d: %+v", sum, plan.Total, plan.Lines)
	}
	a.c.State = returns.Refunding
	b.at(a.c.ID).State = returns.Refunding
	a.facts.State = returns.Refunding
	parts := a.parts(plan)
	cuts := returns.CutLedger(plan.Ledger, parts)
	for i, part := range parts {
		row := b.desk.refund(b.order, a.c, part, a.planID(i))
		row.Status, row.Lines, row.Explanation = store.RefundPending, cuts[i], plan.Lines
		b.refunds = append(b.refunds, row)
	}
}

func (b *books) at(id string) *store.Case {
	for i := range b.cases {
		if b.cases[i].ID == id {
			return &b.cases[i]
		}
	}
	b.t.Fatal("no case " + id)
	return nil
}

// back sums what is gone or on its way of what was paid, and of it what somebody made at Stripe itself.
func (b *books) back() (sum, foreign int64) {
	for _, r := range b.refunds {
		if !r.Counts() {
			continue
		}
		sum += r.Amount - bonus(r) - postageOf(r)
		if r.Origin == store.OriginStripe {
			foreign += r.Amount
		}
	}
	return sum, foreign
}

// waiting sums what refunds were for that failed and have none in their place.
func (b *books) waiting() int64 {
	var sum int64
	for _, r := range store.Standing(b.refunds) {
		if !r.Counts() && r.Origin == store.OriginHomeward {
			sum += r.Amount
		}
	}
	return sum
}

// check holds the books against what was paid, in all and for each payment, and against the units that came back or are to.
func (b *books) check() {
	o := b.order.State.Order
	if sum, _ := b.back(); sum > o.Paid() {
		b.t.Fatalf("%d back of %d", sum, o.Paid())
	}
	taken := b.taken()
	for _, line := range o.Lines {
		n := 0
		for _, r := range b.refunds {
			for _, l := range r.Lines {
				if r.Counts() && l.LineID == line.ID {
					n += l.Quantity
				}
			}
		}
		if n > taken[line.ID] {
			b.t.Fatalf("%d units of %s are paid for, %d came or are to come: %+v", n, line.ID, taken[line.ID], b.cases)
		}
	}
	for _, p := range o.Payments {
		var sum int64
		for _, r := range b.refunds {
			if r.Counts() && r.PaymentKind == p.Kind && r.PaymentReference == p.Reference {
				sum += r.Amount
			}
		}
		if sum > p.Amount {
			b.t.Fatalf("%d back to %+v", sum, p)
		}
	}
}

// some draws units of those that are left in nobody's case; none when nothing is left.
func (b *books) some() []returns.Item {
	left := withdrawn(b.order, nil, b.taken())
	var items []returns.Item
	for _, item := range left {
		if n := rapid.IntRange(0, item.Quantity).Draw(b.t, "units of "+item.LineID); n > 0 {
			items = append(items, returns.Item{LineID: item.LineID, Quantity: n})
		}
	}
	return items
}

func (b *books) open(kind returns.Kind, remedy returns.Remedy, items []returns.Item, conditions returns.Conditions) *store.Case {
	b.n++
	id := fmt.Sprintf("c%d", b.n)
	b.cases = append(b.cases, store.Case{
		ID: id, OrderID: "o1", RMA: "R-" + id, Kind: kind, State: returns.Approved, Remedy: remedy, Items: items, Conditions: conditions,
		Nonce: noncePrefix + id,
	})
	return &b.cases[len(b.cases)-1]
}

// returned opens a return by goodwill, with fees, rates, store credit and a label that may never come.
func (b *books) returned() {
	items := b.some()
	if len(items) == 0 {
		return
	}
	c := returns.Conditions{
		RefundWhen: rapid.SampledFrom([]returns.RefundWhen{returns.AtOnce, returns.OnReceipt}).Draw(b.t, "when"),
		LabelFee:   rapid.Int64Range(0, 600).Draw(b.t, "label"), HandlingFee: rapid.Int64Range(0, 900).Draw(b.t, "handling"),
	}
	for _, item := range items {
		c.Restocking = append(c.Restocking, returns.LineRate{LineID: item.LineID, Percent: rapid.IntRange(0, 100).Draw(b.t, "rate")})
	}
	remedy := returns.RefundRemedy
	if rapid.IntRange(0, 3).Draw(b.t, "credit") == 0 {
		remedy, c.CreditBonus = returns.CreditRemedy, 10
	}
	r := b.open(returns.Return, remedy, items, c)
	r.Wish.Method = rapid.SampledFrom([]returns.SendMethod{returns.ByLabel, returns.ByOwn}).Draw(b.t, "method")
}

// claimed ends the contract for some units, or lowers the price of what stays.
func (b *books) claimed() {
	items := b.some()
	if len(items) == 0 {
		return
	}
	if rapid.Bool().Draw(b.t, "ends") {
		b.open(returns.Claim, returns.TerminationRemedy, items, returns.Conditions{})
		return
	}
	c := b.open(returns.Claim, returns.ReductionRemedy, items, returns.Conditions{})
	a := account{c: *c, order: b.order.State.Order, refunds: b.refunds}
	worth := claimWorth(a.order, items)
	if worth == 0 {
		return
	}
	amount := rapid.Int64Range(1, worth).Draw(b.t, "reduction")
	plan, err := reduction(a.order, append(earlier(a.refunds), owed(a.order, a.refunds, nil)...), items, amount)
	if err != nil {
		b.t.Fatal(err)
	}
	if plan.Total > 0 {
		b.enter(&a, plan)
	}
}

// withdraws makes a statement about some units, or all, as OpenWithdrawal does.
func (b *books) withdraws(items []returns.Item) {
	named := map[string]int{}
	for _, item := range items {
		named[item.LineID] += item.Quantity
	}
	paid := paidByReturns(b.cases, b.refunds)
	var covered []returns.Covered
	for i := range b.cases {
		c := &b.cases[i]
		if !waits(*c) {
			continue
		}
		gone := map[string]int{}
		for _, item := range left(*c, nil) {
			n := item.Quantity
			if len(items) > 0 {
				n = min(n, named[item.LineID])
				named[item.LineID] -= n
			}
			gone[item.LineID] += n
		}
		had := c.Items
		c.Items = returns.Without(had, gone)
		switch {
		case units(c.Items) == units(had):
		case len(c.Items) == 0 && takes(*c, returns.CallOff):
			c.Items, c.State = had, returns.Withdrawn
		case len(left(*c, nil)) == 0 && b.settled(*c):
			c.State = returns.Closed
		}
		covered = append(covered, movedOf(c.ID, had, gone, paid[c.ID])...)
	}
	all := append(append([]store.Case{}, b.cases...), store.Case{State: returns.Rejected, Conditions: returns.Conditions{Covers: covered}})
	own := withdrawn(b.order, items, Taken(b.order, all, b.refunds))
	covered = append(covered, backByReturn(b.order, items, own, all, b.refunds)...)
	if len(own)+len(covered) == 0 {
		return
	}
	c := b.open(returns.Withdrawal, returns.RefundRemedy, own, returns.Conditions{Covers: covered})
	if len(own) == 0 {
		c.State = returns.Received
	}
}

func (b *books) settled(c store.Case) bool {
	for _, r := range store.Standing(b.refunds) {
		if r.CaseID == c.ID && r.Status != store.RefundSucceeded {
			return false
		}
	}
	return true
}

// receives lets goods of a case come back: some, or all.
func (b *books) receives(c *store.Case, all bool) {
	if c.State.Final() || (c.Kind == returns.Claim && !c.Remedy.GoodsBack()) {
		return
	}
	for _, item := range left(*c, nil) {
		n := item.Quantity
		if !all {
			n = rapid.IntRange(0, n).Draw(b.t, "units back")
		}
		if n == 0 {
			continue
		}
		c.Received = append(c.Received, returns.Item{LineID: item.LineID, Quantity: n})
		if c.State != returns.Refunding {
			c.State = returns.Received
		}
		if rapid.IntRange(0, 1).Draw(b.t, "label came") == 0 {
			c.Wish.Method = returns.ByOwn
		}
	}
}

// arrives lets all money arrive that is on its way, and ends the cases that wait for nothing.
func (b *books) arrives() {
	for i := range b.refunds {
		if b.refunds[i].Status == store.RefundPending {
			b.refunds[i].Status = store.RefundSucceeded
		}
	}
	for i := range b.cases {
		c := &b.cases[i]
		if (c.State == returns.Received || c.State == returns.Refunding) && !awaitsGoods(*c) && b.settled(*c) {
			c.State = returns.Closed
		}
	}
}

// fails lets a refund fail, whoever made it, be it before or after it arrived.
func (b *books) fails() {
	if len(b.refunds) > 0 {
		r := &b.refunds[rapid.IntRange(0, len(b.refunds)-1).Draw(b.t, "which fails")]
		r.Status = store.RefundFailed
		if r.CaseID != "" && b.at(r.CaseID).State == returns.Closed {
			b.at(r.CaseID).State = returns.Refunding
		}
	}
}

// issuesAgain issues what failed once more, as far as its payment has room.
func (b *books) issuesAgain() {
	for _, r := range store.Standing(b.refunds) {
		if r.Counts() || r.Origin != store.OriginHomeward {
			continue
		}
		var done []returns.Part
		for _, r := range b.refunds {
			if r.Counts() {
				done = append(done, returns.Part{Kind: r.PaymentKind, Reference: r.PaymentReference, Amount: r.Amount - bonus(r)})
			}
		}
		sum, _ := b.back()
		parts := returns.Allocate(b.order.State.Order.Payments, done, r.Amount)
		if r.PaymentKind == StoreCredit || r.PaymentKind == "other" {
			parts = []returns.Part{{Kind: r.PaymentKind, Amount: r.Amount}}
		}
		if r.Amount-bonus(r)-postageOf(r) > b.order.State.Order.Paid()-sum || (len(parts) > 1 && postageOf(r) == 0) {
			continue
		}
		again := r
		again.ID, again.ExternalID, again.Status, again.Explanation = r.ID+"'", store.AgainID(r.ID), store.RefundPending, nil
		again.PaymentKind, again.PaymentReference = parts[0].Kind, parts[0].Reference
		if len(parts) > 1 {
			again.PaymentKind, again.PaymentReference = "other", ""
		}
		b.refunds = append(b.refunds, again)
		b.check()
	}
}

// atStripe lets somebody refund at Stripe itself, without saying what for.
func (b *books) atStripe() {
	var room int64
	for _, p := range b.order.State.Order.Payments {
		if p.Kind != stripeKind {
			continue
		}
		room = p.Amount
		for _, r := range b.refunds {
			if r.Counts() && r.PaymentKind == stripeKind {
				room -= r.Amount
			}
		}
	}
	sum, _ := b.back()
	if room = min(room, b.order.State.Order.Paid()-sum-b.waiting()); room <= 0 {
		return
	}
	b.n++
	id := fmt.Sprintf("re_%d", b.n)
	b.refunds = append(b.refunds, store.Refund{
		ID: id, OrderID: "o1", Origin: store.OriginStripe, ExternalID: id, StripeID: id, PaymentKind: stripeKind, PaymentReference: "pi_1",
		Amount: rapid.Int64Range(1, room).Draw(b.t, "at Stripe"), Status: store.RefundPending,
	})
}

// pays grants the postage of a case, once.
func (b *books) pays() {
	for i := range b.cases {
		if c := &b.cases[i]; Postable(*c, nil) {
			c.Conditions.Postage = 700
			b.granted += 700
			return
		}
	}
}

// cancelled gives everything back that did not go; nothing of the order is watched any more.
func (b *books) cancelled() {
	b.order.State.CancelledAt = b.desk.Now()
	b.order.State.Timeline = append(b.order.State.Timeline, orders.TimelineEntry{EventID: cancelledID})
	b.whole = true
	b.plan()
}

// restIsCancelled takes units out that no carrier has.
func (b *books) restIsCancelled() {
	units := b.some()
	if len(units) == 0 {
		return
	}
	e := restCancelled(b.order, units, "staff")
	b.order.State.Dropped = append(b.order.State.Dropped, orders.Dropped{EventID: e.ID, Units: e.Units})
	b.plan()
}

// planCancelled plans what is due of what was cancelled, and tells whether anything was.
func (b *books) planCancelled() bool {
	rows, err := b.desk.cancelledRows(b.order, b.refunds)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, row := range rows {
		row.Status = store.RefundPending
		b.refunds = append(b.refunds, row)
	}
	return len(rows) > 0
}

// taken is what is in a case, went back, or was cancelled.
func (b *books) taken() returns.Taken { return Taken(b.order, b.cases, b.refunds) }

// step lets one thing happen.
func (b *books) step() {
	switch rapid.IntRange(0, 10).Draw(b.t, "step") {
	case 0, 1:
		b.returned()
	case 2:
		b.withdraws(b.some())
	case 3:
		b.claimed()
	case 4, 5:
		if len(b.cases) > 0 {
			b.receives(&b.cases[rapid.IntRange(0, len(b.cases)-1).Draw(b.t, "whose goods")], false)
		}
	case 6:
		b.arrives()
	case 7:
		b.fails()
	case 8:
		b.issuesAgain()
	case 9:
		b.restIsCancelled()
	default:
		rapid.SampledFrom([]func(){b.atStripe, b.pays}).Draw(b.t, "more")()
	}
}

// mixedStory: whatever comes in whatever order, never a cent more than was paid goes back. And when at the end the consumer withdraws
// from all of it in time, or the order is cancelled before anything was shipped, it has brought what all at once brings: what was
// paid for the goods, the delivery that the law gives, and the fees.
func mixedStory(t *rapid.T) {
	b := someBooks(t)
	for range rapid.IntRange(1, 9).Draw(t, "steps") {
		b.step()
		b.plan()
	}
	o := b.order.State.Order
	o.Payments = nil // what is due does not depend on it
	if len(b.cases) == 0 && rapid.Bool().Draw(t, "cancelled") {
		b.cancelled()
		o.Shipping.Cheapest = -1
		for range rapid.IntRange(0, 3).Draw(t, "failures") {
			b.fails()
			b.plan()
		}
	}
	b.plan()
	for i := range b.cases { // a reduction stays; the rest comes back
		b.receives(&b.cases[i], true)
	}
	b.plan()
	b.withdraws(nil)
	for i := range b.cases {
		b.receives(&b.cases[i], true)
	}
	b.plan()
	b.issuesAgain()
	b.plan()
	before := len(b.refunds)
	b.withdraws(nil)
	b.plan()
	if len(b.refunds) != before {
		t.Fatal("a second statement brought more")
	}
	atOnce, err := returns.PlanWithdrawal(o, nil, returns.Remaining(o, nil), returns.WithdrawalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sum, foreign := b.back()
	due := min(atOnce.Total+foreign, b.order.State.Order.Paid())
	if sum > due || sum+b.waiting() < due {
		t.Fatalf("%d back and %d to be issued again, %d due: %+v", sum, b.waiting(), due, b.refunds)
	}
}

// TestMixedStories tells ten thousand of them.
func TestMixedStories(t *testing.T) {
	for i := range 100 {
		t.Run(fmt.Sprint(i), rapid.MakeCheck(mixedStory))
	}
}

// TestMixedMillion tells a hundred, or as many as one asks for:
//
//	go test ./internal/cases -run MixedMillion -rapid.checks=1000000 -timeout 2h
func TestMixedMillion(t *testing.T) { rapid.Check(t, mixedStory) }
