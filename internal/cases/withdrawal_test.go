package cases_test

import (
	"errors"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// withdraw opens the case of a statement about the bench's order.
func (b *bench) withdraw(statement string, items []returns.Item) store.Case {
	b.Helper()
	var c store.Case
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(b.Context(), b.order.ID)
		if err != nil {
			return err
		}
		c, err = b.desk.OpenWithdrawal(b.Context(), tx, b.shop, order, statement, items)
		return err
	})
	return c
}

// TestAWithdrawalBringsEverythingBack: the goods of the first parcel bring what was paid for them, those of the last one
// the delivery as well, and its shopper is told that they arrived.
func TestAWithdrawalBringsEverythingBack(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 11499})
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(t.Context(), "o1")
		if err != nil {
			return err
		}
		order.State.Order.Shipping = orders.Shipping{Paid: 1499, Cheapest: 999}
		order.State.Order.Total = 11499
		return tx.UpdateOrder(t.Context(), order)
	})
	first := b.withdraw("w1", units("l1", 2))
	if first.State != returns.Approved || first.Kind != returns.Withdrawal {
		t.Fatalf("%+v", first)
	}
	if n := b.told(messages.ReturnApproved); n != 0 {
		t.Errorf("a withdrawal was approved %d times", n)
	}
	rest := b.withdraw("w2", nil)
	if len(rest.Items) != 2 || rest.Items[0].LineID != "l2" {
		t.Fatalf("the rest: %+v", rest.Items)
	}
	if none := b.withdraw("w3", nil); none.ID != "" {
		t.Fatalf("nothing is left: %+v", none)
	}
	b.receive(first, nil)
	b.receive(rest, nil)
	if n := b.told(messages.WithdrawalGoodsReceived); n != 2 {
		t.Errorf("told %d times that goods arrived", n)
	}
	refunds, err := b.db.RefundsOf(t.Context(), "o1")
	if err != nil || len(refunds) != 2 || refunds[0].Amount != 7980 || refunds[1].Amount != 2020+999 {
		t.Errorf("%+v, %v", refunds, err)
	}
}

// TestWhatNeverComesBackIsEndedByStaff, but not while money of the case is under way.
func TestWhatNeverComesBackIsEndedByStaff(t *testing.T) {
	b := newBench(t)
	c := b.withdraw("w1", nil)
	c = b.receive(c, units("l1", 1))
	if _, err := b.desk.End(t.Context(), c, "staff:olga", "the rest was lost"); fault.Code(err) != "money_under_way" {
		t.Errorf("with a refund under way: %v", err)
	}
	refunds, err := b.db.RefundsOf(t.Context(), "o1")
	if err != nil || len(refunds) != 1 {
		t.Fatalf("%d refunds, %v", len(refunds), err)
	}
	b.stripe(refunds[0], "succeeded")
	sent := b.withdraw("w2", units("l2", 1)) // nothing is left: it is on its way with the first
	if sent.ID != "" {
		t.Fatal("a unit comes back twice")
	}
	c = b.must(b.desk.End(t.Context(), c, "staff:olga", "the rest was lost"))
	if c.State != returns.Closed {
		t.Errorf("the case is %s", c.State)
	}
	if _, err := b.desk.End(t.Context(), c, "staff:olga", "again"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("ended twice: %v", err)
	}
	// What was sent is owed, whether it came or not.
	c = b.withdraw("w3", units("l2", 1))
	for range 2 {
		if err := b.desk.ProofOfDispatch(t.Context(), c, "staff:olga", "a receipt"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.desk.End(t.Context(), c, "staff:olga", "never seen"); fault.Code(err) != "money_owed" {
		t.Errorf("proven to be sent, and ended: %v", err)
	}
	proven := 0
	log, err := b.db.CaseLog(t.Context(), c.ID)
	for _, step := range log {
		if step.Step == cases.DispatchProven {
			proven++
		}
	}
	if proven != 1 || err != nil {
		t.Errorf("the proof stands %d times in the log, %v", proven, err)
	}
}

// TestAWithdrawalTakesOverWhatIsNotBack: what a return already has stays with it, the rest is the withdrawal's; and each unit is paid
// once, whatever the return has paid.
func TestAWithdrawalTakesOverWhatIsNotBack(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 2, "l2", 1))
	c = b.receive(c, units("l1", 1))
	first := b.refunds(3990)[0]
	w := b.withdraw("w1", units("l1", 1))
	if len(w.Items) != 1 || w.Items[0].LineID != "l1" || w.Items[0].Quantity != 1 {
		t.Fatalf("taken over: %+v", w.Items)
	}
	if left := b.must(b.db.Case(t.Context(), c.ID)); len(left.Items) != 2 || left.State != returns.Refunding {
		t.Fatalf("the return: %+v", left)
	}
	rest := b.withdraw("w2", nil)
	if len(rest.Items) != 2 || rest.Items[0].LineID != "l2" {
		t.Fatalf("the rest: %+v", rest.Items)
	}
	b.stripe(first, "succeeded")
	b.state(c, returns.Closed)
	b.receive(w, nil)
	b.receive(rest, nil)
	b.refunds(3990, 3990, 2020)
	if none := b.withdraw("w3", nil); none.ID != "" {
		t.Errorf("a unit comes back twice: %+v", none.Items)
	}
}

// TestOnlyTheNamedGoodsAreTakenOver: a return of other goods goes on.
func TestOnlyTheNamedGoodsAreTakenOver(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 1, "l2", 1))
	b.withdraw("w1", units("l2", 1))
	b.state(c, returns.Approved)
	if got := b.must(b.db.Case(t.Context(), c.ID)); len(got.Items) != 1 || got.Items[0].LineID != "l1" {
		t.Errorf("the return: %+v", got.Items)
	}
	b.withdraw("w2", units("l1", 2))
	b.state(c, returns.Withdrawn)
}

// TestAReturnThatIsPaidStandsInNoWay: its money went before its goods came, so it cannot be called off. The statement is taken all the
// same, and nothing is paid twice.
func TestAReturnThatIsPaidStandsInNoWay(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l1", 2), when(returns.AtOnce))
	rows := b.refunds(7980)
	w := b.withdraw("w1", units("l1", 2))
	if w.ID == "" || len(w.Items) != 1 || w.Items[0].Quantity != 2 {
		t.Fatalf("%+v", w)
	}
	b.stripe(rows[0], "succeeded")
	b.state(c, returns.Closed)
	b.receive(w, nil)
	b.refunds(7980)
}

// A statement that came late, or concerns excluded goods, may not hold: staff end its case though the goods were sent. One that holds is
// not ended so.
func TestAWithdrawalThatDoesNotHoldIsEnded(t *testing.T) {
	for _, flag := range []string{"late", "excluded", "not_acknowledged"} {
		t.Run(flag, func(t *testing.T) {
			b := newBench(t)
			b.write(func(tx *store.Tx) error {
				b.order.State.Parcels = []orders.Parcel{{Key: "p1", Stage: orders.Delivered, HandedOverAt: noon, DeliveredAt: noon}}
				return tx.UpdateOrder(t.Context(), b.order)
			})
			w := b.withdraw("w1", nil)
			b.declared(w, flag)
			if err := b.desk.ProofOfDispatch(t.Context(), w, "staff:olga", "a receipt"); err != nil {
				t.Fatal(err)
			}
			if waited := b.waitedFor(w); waited == 0 {
				t.Error("no deadline of money runs")
			}
			_, err := b.desk.End(t.Context(), w, "staff:olga", "30 days after the period; written to on 3 May")
			if holds := flag == "not_acknowledged"; (fault.Code(err) == "money_owed") != holds || (err == nil) == holds {
				t.Fatalf("ended: %v", err)
			}
			b.refunds()
			if err != nil {
				return
			}
			b.state(w, returns.Closed)
			b.write(func(tx *store.Tx) error { _, err := b.desk.PlanWithdrawn(t.Context(), tx, b.order, w.ID); return err })
			b.refunds()
			if waited := b.waitedFor(w); waited != 0 {
				t.Errorf("%d deadlines are still waited for", waited)
			}
		})
	}
}

// waitedFor puts the deadlines of a case in step with it, and counts those that wait.
func (b *bench) waitedFor(c store.Case) int {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		_, err := terms.OfCase(b.Context(), tx, b.shop, c.ID, b.desk.Now())
		return err
	})
	all, err := b.db.TermsOf(b.Context(), store.OwnerOfCase(c.ID))
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, term := range all {
		if term.State == store.Due || term.State == store.TermOpen {
			n++
		}
	}
	return n
}
