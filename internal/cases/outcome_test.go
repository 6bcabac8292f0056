package cases_test

import (
	"testing"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

// refunding opens and receives a return of 20.20.
func (b *bench) refunding() (store.Case, store.Refund) {
	b.Helper()
	c := b.open("n1", units("l2", 1))
	c = b.receive(c, nil)
	return c, b.refunds(2020)[0]
}

func (b *bench) ledger(id string) store.Refund {
	b.Helper()
	row, err := b.db.Refund(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return row
}

// "Refunded" is taken back when it stops being true: the case opens again, a person is asked, the shopper is told once.
func TestARefundThatFailsAfterItSucceeded(t *testing.T) {
	b := newBench(t)
	c, row := b.refunding()
	for _, status := range []string{"pending", "succeeded", "pending", "succeeded"} {
		b.stripe(row, status)
	}
	b.state(c, returns.Closed)
	for range 2 {
		b.stripe(row, "failed")
	}
	b.stripe(row, "succeeded") // late, or said of the past
	b.state(c, returns.Refunding)
	if got := b.ledger(row.ID); got.Status != store.RefundFailed || !got.NeedsPerson {
		t.Errorf("%s, needs a person: %v", got.Status, got.NeedsPerson)
	}
	for topic, want := range map[messages.Topic]int{messages.RefundStarted: 1, messages.RefundSucceeded: 1, messages.RefundFailed: 1} {
		if n := b.told(topic); n != want {
			t.Errorf("%s was told %d times, want %d", topic, n, want)
		}
	}
}

// A word of Stripe's future moves nothing and says nothing.
func TestAnUnknownStatusStaysUnknown(t *testing.T) {
	b := newBench(t)
	c, row := b.refunding()
	b.stripe(row, "teleported")
	if got := b.ledger(row.ID); got.Status != store.RefundPlanned || got.StripeID == "" {
		t.Errorf("%s %q", got.Status, got.StripeID)
	}
	b.state(c, returns.Refunding)
}

// Success ends the wait for a person who was asked while the outcome was uncertain.
func TestSuccessNeedsNobody(t *testing.T) {
	b := newBench(t)
	_, row := b.refunding()
	row.Status, row.NeedsPerson = store.RefundUncertain, true
	b.write(func(tx *store.Tx) error { return tx.SetRefund(t.Context(), row) })
	b.write(func(tx *store.Tx) error {
		return tx.Settle(t.Context(), store.RefundWork, row.ID, store.RefundHeld, nil)
	})
	b.stripe(row, "succeeded")
	if b.ledger(row.ID).NeedsPerson {
		t.Error("a person is still asked about a refund that went through")
	}
}

// What failed at Stripe and was paid by hand is paid: Stripe saying "failed" again, as its several webhooks do, neither
// opens the case nor asks anybody to pay a second time.
func TestPaidOtherwiseAfterItFailed(t *testing.T) {
	b := newBench(t)
	c, row := b.refunding()
	b.stripe(row, "failed")
	b.paidOtherwise(b.ledger(row.ID))
	b.state(c, returns.Closed)
	b.stripe(row, "failed")
	b.stripe(row, "canceled")
	b.state(c, returns.Closed)
	got := b.ledger(row.ID)
	if got.Status != store.RefundSucceeded || got.NeedsPerson || got.StripeID != "" {
		t.Errorf("%s, needs a person: %v, at Stripe: %q", got.Status, got.NeedsPerson, got.StripeID)
	}
	if b.told(messages.RefundPaid) != 1 {
		t.Error("the shopper was not told once that it was paid")
	}
	log, err := b.db.CaseLog(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	kept := false
	for _, step := range log {
		kept = kept || step.Step == "refund_paid_otherwise" && step.Note == "by bank transfer (re_"+row.ID+" at Stripe: failed)"
	}
	if !kept {
		t.Errorf("the log lost Stripe's id: %+v", log)
	}
}

// What was uncertain, was paid by hand and went through at Stripe after all is money given twice: a person must know.
func TestPaidTwiceIsSeen(t *testing.T) {
	for _, status := range []string{"pending", "requires_action", "succeeded"} {
		b := newBench(t)
		c, row := b.refunding()
		row.Status = store.RefundUncertain
		b.write(func(tx *store.Tx) error { return tx.SetRefund(t.Context(), row) })
		b.paidOtherwise(row)
		b.stripe(row, status)
		got := b.ledger(row.ID)
		if !got.NeedsPerson || got.State != store.RefundHeld || got.ErrorCode != "refund_paid_twice" || got.Status != store.RefundSucceeded {
			t.Errorf("%s: %s %s, needs a person: %v", status, got.State, got.ErrorCode, got.NeedsPerson)
		}
		b.state(c, returns.Closed)
		if b.told(messages.RefundSucceeded)+b.told(messages.RefundStarted) != 0 {
			t.Error("the shopper was told of two refunds")
		}
	}
}

// What no provider can pay back waits for a person, who ends it.
func TestCashIsPaidByAPerson(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "cash_on_delivery", Amount: 10000})
	c, row := b.refunding()
	if row.State != store.RefundHeld || !row.NeedsPerson || row.ErrorCode != "pay_by_hand" {
		t.Errorf("%s %s", row.State, row.ErrorCode)
	}
	b.paidOtherwise(row)
	b.paidOtherwise(row)
	b.state(c, returns.Closed)
	if n := b.told(messages.RefundPaid); n != 1 {
		t.Errorf("paid was told %d times", n)
	}
}

// One refund over two payments: the case is over when both are.
func TestTwoPayments(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 1000}, orders.Payment{Kind: "gift_card", Reference: "g1", Amount: 9000})
	c := b.open("n1", units("l2", 1))
	b.receive(c, nil)
	rows := b.refunds(1000, 1020)
	b.stripe(rows[0], "succeeded")
	b.state(c, returns.Refunding)
	b.paidOtherwise(rows[1])
	b.state(c, returns.Closed)
}

// Two refunds at Stripe for one intent are money given twice, also when the first goes through afterwards.
func TestTwoAtStripeForOneIntent(t *testing.T) {
	b := newBench(t)
	_, row := b.refunding()
	b.stripe(row, "pending")
	b.write(func(tx *store.Tx) error {
		_, _, err := b.desk.RefundMoved(t.Context(), tx, b.shop, row.ID, stripe.Refund{ID: "re_twin", RefundID: row.ID, Status: "succeeded"})
		return err
	})
	b.stripe(row, "succeeded")
	got := b.ledger(row.ID)
	if !got.NeedsPerson || got.ErrorCode != "refund_paid_twice" || got.Status != store.RefundSucceeded || got.StripeID != "re_"+row.ID {
		t.Errorf("%s %s %s, needs a person: %v", got.Status, got.StripeID, got.ErrorCode, got.NeedsPerson)
	}
}

// What failed keeps its room on its payment, to be tried again: the next refund takes another payment while there is one.
func TestAFailedRefundKeepsItsRoom(t *testing.T) {
	t.Parallel()
	b := newBench(t, orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 4000}, orders.Payment{Kind: "stripe", Reference: "pi_2", Amount: 6000})
	b.receive(b.open("n1", units("l1", 1)), nil)
	first := b.refunds(3990)[0]
	b.stripe(first, "failed")
	b.receive(b.open("n2", units("l1", 1)), nil)
	rows := b.refunds(3990, 10, 3980)
	if rows[0].PaymentReference != "pi_1" || rows[1].PaymentReference != "pi_1" || rows[2].PaymentReference != "pi_2" {
		t.Errorf("from %s, %s and %s", rows[0].PaymentReference, rows[1].PaymentReference, rows[2].PaymentReference)
	}
	// Where nothing else is left, what goes by itself goes before what waits for a person.
	b.write(func(tx *store.Tx) error {
		_, err := tx.InsertRefund(t.Context(), store.Refund{
			ID: "byhand", Shop: "acme", OrderID: b.order.ID, Origin: store.OriginStripe, ExternalID: "re_9", StripeID: "re_9", PaymentKind: "stripe",
			PaymentReference: "pi_2", Amount: 2020, Currency: "PLN", Status: store.RefundSucceeded, CreatedAt: noon, Work: store.Work{State: store.RefundSettled},
		})
		return err
	})
	b.receive(b.open("n3", units("l2", 1)), nil)
	if last := b.refunds(2020, 3990, 10, 3980, 2020)[4]; last.PaymentReference != "pi_1" || last.NeedsPerson {
		t.Errorf("the last comes from %s %q", last.PaymentKind, last.PaymentReference)
	}
}
