package cases_test

import (
	"slices"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/follow"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// charged grants a return of which a rate and two fees are taken.
func charged(w returns.RefundWhen) func(*store.Case) {
	return func(c *store.Case) {
		c.Conditions.RefundWhen, c.Conditions.HandlingFee = w, 500
		c.Conditions.Restocking = []returns.LineRate{{LineID: "l1", Percent: 10}}
	}
}

// declared lets a statement be on record, as it is when its case is planned.
func (b *bench) declared(w store.Case, flags ...string) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		statement := store.Withdrawal{ID: cases.StatementOf(w), Shop: "acme", OrderID: b.order.ID, CaseID: w.ID, StatementKey: w.ID, ReceiptKey: w.ID, Reference: w.ID, Flags: flags, SubmittedAt: noon, RecordedAt: noon}
		if err := tx.InsertWithdrawal(b.Context(), statement); err != nil {
			return err
		}
		_, err := b.desk.PlanWithdrawn(b.Context(), tx, b.order, w.ID)
		return err
	})
}

// explains tells that a refund has a line of a reason and an amount.
func explains(r store.Refund, reason returns.RefundReason, amount int64) bool {
	return slices.ContainsFunc(r.Explanation, func(e returns.Explained) bool { return e.Reason == reason && e.Amount == amount })
}

// Who returned goods for less and then withdraws in time gets what the return kept: at once when the goods are back, and with them
// when they are not.
func TestAWithdrawalFreesWhatAReturnKept(t *testing.T) {
	t.Run("after it was paid and closed", func(t *testing.T) {
		b := newBench(t)
		c := b.receive(b.granted("n1", units("l1", 2), charged("")), nil)
		b.stripe(b.refunds(7980 - 798 - 500)[0], "succeeded")
		b.state(c, returns.Closed)
		w := b.withdraw("w1", units("l1", 2))
		b.declared(w)
		row := b.refunds(6682, 1298)[1]
		if row.CaseID != w.ID || !explains(row, returns.FeeBack, 1298) {
			t.Errorf("%+v", row)
		}
		b.stripe(row, "succeeded")
		b.state(w, returns.Closed)
		if again := b.withdraw("w2", units("l1", 2)); again.ID != "" {
			t.Errorf("freed twice: %+v", again)
		}
	})
	t.Run("before it was paid", func(t *testing.T) {
		b := newBench(t)
		c := b.receive(b.granted("n1", units("l1", 2), charged(returns.OnInspection)), nil)
		w := b.withdraw("w1", nil)
		b.declared(w)
		b.refunds()
		b.inspected(c, returns.Inspection{LineID: "l1", Quantity: 2, Outcome: returns.Accept})
		b.plan(c)
		b.refunds(6682, 1298)
	})
	t.Run("paid first, and the goods are still to come", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l1", 1), charged(returns.AtOnce))
		b.stripe(b.refunds(3990 - 399 - 500)[0], "succeeded")
		w := b.withdraw("w1", units("l1", 2))
		if len(w.Items) != 1 || w.Items[0].Quantity != 2 {
			t.Fatalf("%+v", w.Items)
		}
		b.declared(w)
		b.refunds(3091)
		b.state(c, returns.Closed)
		w = b.receive(w, units("l1", 1)) // the one that nobody paid for
		b.refunds(3091, 3990)
		b.receive(w, units("l1", 1))
		b.refunds(3091, 3990, 899)
	})
	t.Run("one of two", func(t *testing.T) {
		b := newBench(t)
		b.receive(b.granted("n1", units("l1", 2), charged("")), nil)
		w := b.withdraw("w1", units("l1", 1))
		b.declared(w)
		if row := b.refunds(6682, 399)[1]; !explains(row, returns.FeeBack, 399) { // the fee stands for the other
			t.Errorf("%+v", row)
		}
		b.declared(b.withdraw("w2", units("l1", 1)))
		b.refunds(6682, 399, 899)
	})
	t.Run("too late", func(t *testing.T) {
		b := newBench(t)
		b.receive(b.granted("n1", units("l1", 2), charged("")), nil)
		b.declared(b.withdraw("w1", nil), withdrawals.Late)
		b.refunds(6682)
	})
}

// One unit of two was paid for and its goods are to come by a withdrawal: the other unit is not paid for with them.
func TestWhatAReturnPaidForIsNotPaidAgain(t *testing.T) {
	b := newBench(t)
	b.granted("n1", units("l1", 1), when(returns.AtOnce))
	b.stripe(b.refunds(3990)[0], "succeeded")
	w := b.withdraw("w1", units("l1", 1))
	if len(w.Items) != 1 || w.Items[0].Quantity != 1 {
		t.Fatalf("%+v", w.Items)
	}
	b.receive(w, nil)
	b.refunds(3990)
	b.state(w, returns.Closed)
	if rest := b.withdraw("w2", units("l1", 1)); len(rest.Items) != 1 {
		t.Errorf("the other unit: %+v", rest)
	}
}

// Delivery goes although the last of an order comes back for nothing.
func TestDeliveryGoesWhenTheLastReturnBringsNothing(t *testing.T) {
	b := newBench(t)
	b.order.State.Order.Shipping, b.order.State.Order.Total = orders.Shipping{Paid: 1000, Cheapest: 1000}, 11000
	b.order.State.Order.Payments[0].Amount = 11000
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), b.order) })
	b.order.Version++
	w := b.withdraws(units("l1", 2))
	b.receive(w, nil)
	c := b.granted("n1", units("l2", 1), func(c *store.Case) { c.Conditions.HandlingFee = 5000 })
	b.receive(c, nil)
	b.state(c, returns.Closed)
	if row := b.refunds(7980, 1000)[1]; row.CaseID != w.ID || !explains(row, returns.ForDelivery, 1000) {
		t.Errorf("%+v", row)
	}
}

// Nobody is asked to send what came back before, and the money has its deadline.
func TestNothingIsToBeSentOfWhatCameBefore(t *testing.T) {
	b := newBench(t)
	b.receive(b.granted("n1", units("l1", 2), charged("")), nil)
	b.db.Follow((&follow.Follower{Config: b.desk.Config, Now: b.desk.Now}).Hear, b.desk.Queue.Enqueue)
	w := b.withdraw("w1", units("l1", 2))
	b.declared(w)
	rows, err := b.db.TermsOf(t.Context(), store.OwnerOfCase(w.ID))
	for _, term := range rows {
		if term.Kind == returns.TermSendBack {
			t.Errorf("%+v", term)
		}
	}
	if err != nil || b.moneyTerm(w).EndAt.IsZero() {
		t.Errorf("%+v (%v)", rows, err)
	}
}
