package cases_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

func row(line string, quantity int, grade returns.Grade, outcome returns.Outcome, deduction int64) returns.Inspection {
	i := returns.Inspection{LineID: line, Quantity: quantity, Grade: grade, Outcome: outcome, Deduction: deduction, Note: "seen by two"}
	if outcome != returns.Accept {
		i.Reason = "scratched"
	}
	return i
}

func (b *bench) inspect(c store.Case, found ...returns.Inspection) store.Case {
	b.Helper()
	return b.must(b.desk.Inspect(b.Context(), c, found, "staff:olga"))
}

func (b *bench) inspections(c store.Case) []store.Inspection {
	b.Helper()
	all, err := b.db.InspectionsOf(b.Context(), c.ID)
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// Goods that were not marked as received are, when they are looked at; and their money goes.
func TestInspectionReceives(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 2, "l2", 1))
	c = b.inspect(c, row("l1", 2, returns.AsNew, returns.Accept, 0))
	b.refunds(7980)
	b.state(c, returns.Refunding)
	if b.told(messages.ReturnInspected) != 1 || b.told(messages.ReturnReceived) != 0 {
		t.Error("the shopper is told once, what was found")
	}
	if got := b.inspections(c); len(got) != 1 || got[0].By != "staff:olga" || got[0].Note != "seen by two" || got[0].Grade != returns.AsNew {
		t.Errorf("kept: %+v", got)
	}
	c = b.inspect(c, row("l2", 1, returns.Opened, returns.Accept, 0))
	b.refunds(7980, 2020)
	if _, err := b.desk.Inspect(t.Context(), c, []returns.Inspection{row("l2", 1, returns.Opened, returns.Accept, 0)}, "staff:jan"); !errors.As(err, new(returns.InspectionFaults)) {
		t.Errorf("inspected a second time: %v", err)
	}
	b.refunds(7980, 2020)
}

// What was paid when it came may be graded, and no more: nothing is told and nothing moves.
func TestWhatWasPaidIsOnlyGraded(t *testing.T) {
	b := newBench(t)
	c := b.receive(b.open("n1", units("l1", 2)), nil)
	b.refunds(7980)
	for _, bad := range []returns.Inspection{row("l1", 1, returns.Used, returns.Deduct, 100), row("l1", 2, returns.Used, returns.DoNotPay, 0)} {
		var faults returns.InspectionFaults
		if _, err := b.desk.Inspect(t.Context(), c, []returns.Inspection{bad}, "staff:olga"); !errors.As(err, &faults) || faults[0] != returns.MoneyGone {
			t.Errorf("%s: %v", bad.Outcome, err)
		}
	}
	b.inspect(c, row("l1", 2, returns.Used, returns.Accept, 0))
	b.refunds(7980)
	if b.told(messages.ReturnInspected) != 0 {
		t.Error("told about nothing")
	}
}

// An empty box is not a return: what is missing is asked for, stays expected, and is paid when it comes.
func TestWhatIsMissingIsAskedForAndStaysExpected(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 2))
	c = b.inspect(c, row("l1", 1, returns.AsNew, returns.Accept, 0), row("l1", 1, returns.Missing, returns.DoNotPay, 0))
	b.stripe(b.refunds(3990)[0], "succeeded")
	b.state(c, returns.Refunding)
	if b.told(messages.ReturnInspected) != 1 {
		t.Error("the shopper was not asked")
	}
	c = b.inspect(b.must(b.db.Case(t.Context(), c.ID)), row("l1", 1, returns.Used, returns.Accept, 0))
	rows := b.refunds(3990, 3990)
	b.stripe(rows[1], "succeeded")
	b.state(c, returns.Closed)
}

// A box that held something else turns up after the money went: the case opens again, and what comes then is not paid twice.
func TestAWrongItemFoundAfterTheMoney(t *testing.T) {
	b := newBench(t)
	c := b.receive(b.open("n1", units("l2", 1)), nil)
	b.stripe(b.refunds(2020)[0], "succeeded")
	b.state(c, returns.Closed)
	c = b.inspect(b.must(b.db.Case(t.Context(), c.ID)), row("l2", 1, returns.WrongItem, returns.DoNotPay, 0))
	b.state(c, returns.Refunding)
	if len(c.Received) != 0 {
		t.Errorf("received: %v", c.Received)
	}
	b.receive(c, nil)
	b.refunds(2020)
	b.state(c, returns.Closed)
}

// A withdrawal is never refused; its money is lowered only when the consumer was told of the right.
func TestAWithdrawalIsLoweredOnlyForTheInformed(t *testing.T) {
	b := newBench(t)
	c := b.withdraw("w1", units("l1", 2))
	var faults returns.InspectionFaults
	if _, err := b.desk.Inspect(t.Context(), c, []returns.Inspection{row("l1", 1, returns.Damaged, returns.DoNotPay, 0)}, "staff:olga"); !errors.As(err, &faults) || faults[0] != returns.NotRefusable {
		t.Errorf("refused: %v", err)
	}
	worn := []returns.Inspection{row("l1", 1, returns.Used, returns.Deduct, 1000)}
	if _, err := b.desk.Inspect(t.Context(), c, worn, "staff:olga"); !errors.Is(err, returns.ErrDeduction) {
		t.Errorf("lowered without evidence: %v", err)
	}
	b.refunds()
	if err := b.desk.SayInformed(t.Context(), c, "staff:olga", "the printed information was in the parcel"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.desk.Inspect(t.Context(), c, worn, "staff:olga"); err != nil {
		t.Errorf("lowered with evidence: %v", err)
	}
}

// The confirmation of the order that went out is the evidence.
func TestTheConfirmationInforms(t *testing.T) {
	b := newBench(t)
	c := b.withdraw("w1", nil)
	informed := func() bool {
		got, err := b.desk.Informed(t.Context(), &b.db.Reads, c)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if informed() {
		t.Error("nothing went out")
	}
	m := store.Message{
		ID: "m1", Shop: "acme", OrderID: "o1", Topic: messages.OrderPlaced, Occasion: "o1", Channel: messages.Mail, Recipient: "zofia@example.com",
		Class: messages.Statutory, Queue: "statutory", Language: "en", CreatedAt: noon, Work: store.Work{State: store.Due, DueAt: noon},
	}
	b.write(func(tx *store.Tx) error { _, err := tx.AddMessage(t.Context(), m); return err })
	if informed() {
		t.Error("it waits")
	}
	b.write(func(tx *store.Tx) error {
		_, err := tx.Claim(t.Context(), store.MessageWork, "m1", 0, noon, time.Minute)
		if err != nil {
			return err
		}
		return tx.FinishMessage(t.Context(), m, 0, store.MessageSent)
	})
	if !informed() {
		t.Error("it went out")
	}
}

// What is refused can be objected to, once; the answer is told, and stands.
func TestAppealOfARefusal(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 2))
	c = b.inspect(c, row("l1", 1, returns.AsNew, returns.Accept, 0), row("l1", 1, returns.Damaged, returns.DoNotPay, 0))
	b.stripe(b.refunds(3990)[0], "succeeded")
	b.state(c, returns.Closed)
	all := b.inspections(c)
	if err := b.desk.Appeal(t.Context(), c, all[0].ID, "why?"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("against what was accepted: %v", err)
	}
	if err := b.desk.Appeal(t.Context(), c, "i-other", "why?"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("against nothing: %v", err)
	}
	if _, err := b.desk.AnswerAppeal(t.Context(), c, all[1].ID, row("", 0, returns.AsNew, returns.Accept, 0), "staff:olga"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("answered before it was asked: %v", err)
	}
	for range 2 { // pressed twice
		if err := b.desk.Appeal(t.Context(), c, all[1].ID, "it was like that when it came"); err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := b.db.Appeals(t.Context(), 10)
	if err != nil || len(waiting) != 1 || waiting[0].Appeal != "it was like that when it came" {
		t.Fatalf("%+v, %v", waiting, err)
	}
	for range 2 {
		if err := b.desk.Appeal(t.Context(), c, all[1].ID, "and the box was wet"); err != nil {
			t.Fatal(err)
		}
	}
	const both = "it was like that when it came\n\nand the box was wet"
	if waiting, err = b.db.Appeals(t.Context(), 10); err != nil || len(waiting) != 1 || waiting[0].Appeal != both {
		t.Fatalf("other words: %+v, %v", waiting, err)
	}
	if err := b.desk.Appeal(t.Context(), c, all[1].ID, strings.Repeat("ł", 5000)); fault.Code(err) != cases.AppealFull {
		t.Errorf("without end: %v", err)
	}
	right := returns.Inspection{Grade: returns.Damaged, Outcome: returns.Accept, Reason: "the carrier did it"}
	c = b.must(b.desk.AnswerAppeal(t.Context(), c, all[1].ID, right, "staff:jan"))
	rows := b.refunds(3990, 3990)
	b.state(c, returns.Refunding)
	b.stripe(rows[1], "succeeded")
	b.state(c, returns.Closed)
	if b.told(messages.AppealAnswered) != 1 {
		t.Error("the answer was not told")
	}
	if err := b.desk.Appeal(t.Context(), c, all[1].ID, "and the box was wet"); err != nil {
		t.Errorf("the same words after the answer: %v", err)
	}
	if err := b.desk.Appeal(t.Context(), c, all[1].ID, "and another thing"); fault.Code(err) != cases.AppealOver {
		t.Errorf("other words after the answer: %v", err)
	}
	if _, err := b.desk.AnswerAppeal(t.Context(), c, all[1].ID, right, "staff:olga"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("answered twice: %v", err)
	}
	if waiting, err := b.db.Appeals(t.Context(), 10); err != nil || len(waiting) != 0 {
		t.Errorf("%+v, %v", waiting, err)
	}
}

// A return that was refused after its goods were looked at is opened again by an objection that was right, and by no other.
func TestAppealAgainstARefusedReturn(t *testing.T) {
	for name, c := range map[string]struct {
		answer returns.Inspection
		state  returns.State
		paid   []int64
	}{
		"right":  {returns.Inspection{Grade: returns.Damaged, Outcome: returns.Accept, Reason: "the carrier did it"}, returns.Refunding, []int64{3990}},
		"upheld": {returns.Inspection{Grade: returns.Damaged, Outcome: returns.DoNotPay, Reason: "it was used"}, returns.Rejected, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			k := b.granted("n1", units("l1", 2), func(c *store.Case) { c.Conditions.RefundWhen = returns.OnInspection })
			k = b.inspect(b.receive(k, nil), row("l1", 1, returns.Damaged, returns.DoNotPay, 0))
			k = b.must(b.desk.Reject(t.Context(), k, "staff:olga", "It was used."))
			found := b.inspections(k)[0]
			if err := b.desk.Appeal(t.Context(), k, found.ID, "it was like that"); err != nil {
				t.Fatal(err)
			}
			k = b.must(b.desk.AnswerAppeal(t.Context(), k, found.ID, c.answer, "staff:jan"))
			b.refunds(c.paid...)
			b.state(k, c.state)
		})
	}
}

// What is upheld moves nothing, is told, and is the last word here.
func TestAnUpheldRefusal(t *testing.T) {
	b := newBench(t)
	c := b.inspect(b.open("n1", units("l2", 1)), row("l2", 1, returns.Damaged, returns.DoNotPay, 0))
	b.refunds()
	b.state(c, returns.Closed)
	was := b.inspections(c)[0]
	if err := b.desk.Appeal(t.Context(), c, was.ID, "no"); err != nil {
		t.Fatal(err)
	}
	same := returns.Inspection{Grade: was.Grade, Outcome: was.Outcome, Reason: "it is broken in two"}
	c = b.must(b.desk.AnswerAppeal(t.Context(), c, was.ID, same, "staff:jan"))
	b.refunds()
	b.state(c, returns.Closed)
	standing := cases.Standing(b.inspections(c))
	if len(standing) != 1 || standing[0].Reason != "it is broken in two" || b.told(messages.AppealAnswered) != 1 {
		t.Errorf("%+v", standing)
	}
	if err := b.desk.Appeal(t.Context(), c, standing[0].ID, "still no"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("objected to the answer: %v", err)
	}
}

// Something that was missing and was there after all is received and paid by the answer.
func TestMissingAfterAllThere(t *testing.T) {
	b := newBench(t)
	c := b.inspect(b.open("n1", units("l2", 1)), row("l2", 1, returns.Missing, returns.DoNotPay, 0))
	b.state(c, returns.Approved)
	was := b.inspections(c)[0]
	if err := b.desk.Appeal(t.Context(), c, was.ID, "it was in the small bag"); err != nil {
		t.Fatal(err)
	}
	c = b.must(b.desk.AnswerAppeal(t.Context(), c, was.ID, returns.Inspection{Grade: returns.AsNew, Outcome: returns.Accept, Reason: "found"}, "staff:jan"))
	b.refunds(2020)
	if len(c.Received) != 1 {
		t.Errorf("received %v", c.Received)
	}
}

// A carrier's first scan of the parcel back is told once, also when the shopper said before that it was sent.
func TestOnItsWayIsToldOnce(t *testing.T) {
	b := newBench(t)
	c := b.must(b.desk.MarkSent(t.Context(), b.open("n1", units("l2", 1)), "6200 0000 0001"))
	if b.told(messages.ReturnOnItsWay) != 0 {
		t.Error("told before a carrier said so")
	}
	b.scan(c, orders.HandedOver)
	b.scan(c, orders.InTransit)
	b.scan(c, orders.OutForDelivery)
	if n := b.told(messages.ReturnOnItsWay); n != 1 {
		t.Errorf("told %d times", n)
	}
	log, err := b.db.CaseLog(t.Context(), c.ID)
	if err != nil || !cases.Dispatched(log) {
		t.Errorf("no evidence of dispatch, %v", err)
	}
}

// Words of staff go to the shopper and stand in the log; without an address nothing is pretended.
func TestLetter(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	for _, words := range []string{"Was the lid in it?", "And the box?"} {
		if err := b.desk.Write(t.Context(), c, words, "staff:olga"); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.told(messages.CaseMessage); n != 2 {
		t.Errorf("%d letters", n)
	}
	order := b.must2(b.db.Order(t.Context(), "o1"))
	order.State.Order.Customer.Email = ""
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), order) })
	if err := b.desk.Write(t.Context(), c, "Hello?", "staff:olga"); fault.Code(err) != "unreachable" {
		t.Errorf("without an address: %v", err)
	}
	log, err := b.db.CaseLog(t.Context(), c.ID)
	n := 0
	for _, s := range log {
		if s.Step == cases.Wrote {
			n++
		}
	}
	if n != 2 || err != nil {
		t.Errorf("%d letters in the log, %v", n, err)
	}
}

func (b *bench) must2(order store.Order, err error) store.Order {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	return order
}

// A deduction that an answer lowers goes back, to the cent; what is kept in the end is what stands.
func TestALoweredDeductionGoesBack(t *testing.T) {
	for name, kind := range map[string]returns.Kind{"return": returns.Return, "withdrawal": returns.Withdrawal} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			var c store.Case
			if kind == returns.Return {
				c = b.open("n1", units("l1", 2))
			} else {
				c = b.withdraw("w1", units("l1", 2))
				if err := b.desk.SayInformed(t.Context(), c, "staff:olga", "on paper"); err != nil {
					t.Fatal(err)
				}
			}
			c = b.inspect(c, row("l1", 1, returns.AsNew, returns.Accept, 0), row("l1", 1, returns.Used, returns.Deduct, 1500))
			b.stripe(b.refunds(7980 - 1500)[0], "succeeded")
			b.state(c, returns.Closed)
			was := b.inspections(c)[1]
			if err := b.desk.Appeal(t.Context(), c, was.ID, "hardly"); err != nil {
				t.Fatal(err)
			}
			now := returns.Inspection{Grade: returns.Opened, Outcome: returns.Deduct, Deduction: 499, Reason: "only the seal"}
			c = b.must(b.desk.AnswerAppeal(t.Context(), c, was.ID, now, "staff:jan"))
			rows := b.refunds(7980-1500, 1001)
			b.state(c, returns.Refunding)
			b.stripe(rows[1], "succeeded")
			b.state(c, returns.Closed)
		})
	}
}
