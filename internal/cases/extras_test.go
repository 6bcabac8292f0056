package cases_test

import (
	"math"
	"slices"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

// byLabel grants a return that is paid at once less the fee of its label.
func byLabel(c *store.Case) {
	c.Conditions.RefundWhen, c.Conditions.LabelFee, c.Wish.Method = returns.AtOnce, 500, returns.ByLabel
}

// What was taken for a label that never came goes back: its work was given up, or the shopper sends the goods in another way.
func TestTheFeeOfALabelThatNeverComesGoesBack(t *testing.T) {
	for name, never := range map[string]func(*bench, store.Case){
		"given up": func(b *bench, c store.Case) {
			b.write(func(tx *store.Tx) error {
				row := b.labels(c)[0]
				if err := tx.Settle(b.Context(), store.LabelWork, row.ID, store.LabelHeld, nil); err != nil {
					return err
				}
				_, err := b.desk.LabelGivenUp(b.Context(), tx, row)
				return err
			})
		},
		"switched": func(b *bench, c store.Case) { b.must(b.desk.ChooseMethod(b.Context(), c, returns.ByOwn)) },
		"sent":     func(b *bench, c store.Case) { b.receive(b.must(b.desk.MarkSent(b.Context(), c, "BACK12345")), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.withLabels()
			c := b.granted("n1", units("l2", 1), byLabel)
			b.refunds(1520)
			b.state(c, returns.Refunding)
			c = b.must(b.db.Case(t.Context(), c.ID))
			never(b, c)
			if row := b.refunds(1520, 500)[1]; !explains(row, returns.LabelFeeBack, 500) {
				t.Errorf("%+v", row.Explanation)
			}
		})
	}
}

// A label that came is paid for, and one that costs something cannot be chosen once the money went.
func TestALabelThatCameIsPaidFor(t *testing.T) {
	b := newBench(t)
	b.withLabels()
	c := b.granted("n1", units("l2", 1), byLabel)
	row := b.labels(c)[0]
	row.Status, row.Tracking = store.LabelBought, "BACK12345"
	if _, err := b.desk.LabelBought(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	b.receive(c, nil)
	b.refunds(1520)
	own := b.granted("n2", units("l1", 1), func(c *store.Case) { byLabel(c); c.Wish.Method = returns.ByOwn })
	if _, err := b.desk.ChooseMethod(t.Context(), own, returns.ByLabel); err == nil {
		t.Error("a label was chosen whose fee can no longer be taken")
	}
}

// What a refund made by hand left too little for is planned again when that refund fails, and once.
func TestWhatWasNotLeftGoesWhenItIsThereAgain(t *testing.T) {
	b := newBench(t)
	foreign := store.Refund{
		ID: "f1", Shop: "acme", OrderID: "o1", Origin: store.OriginStripe, ExternalID: "re_f", StripeID: "re_f", PaymentKind: "stripe", PaymentReference: "pi_1",
		Amount: 4000, Currency: "PLN", Status: store.RefundPending, CreatedAt: noon, UpdatedAt: noon, Work: store.Work{State: store.RefundSettled},
	}
	b.write(func(tx *store.Tx) error {
		_, err := tx.InsertRefund(t.Context(), foreign)
		return err
	})
	c := b.receive(b.granted("n1", units("l1", 2), charged("")), nil)
	b.receive(b.granted("n2", units("l2", 1), func(*store.Case) {}), nil)
	rows := b.refunds(4000, 6000) // of 6682, and of the rest nothing is left
	for range 2 {
		b.write(func(tx *store.Tx) error {
			_, _, err := b.desk.RefundMoved(t.Context(), tx, b.shop, "f1", stripe.Refund{ID: "re_f", Status: "failed"})
			return err
		})
	}
	again := b.refunds(4000, 6000, 2020, 682)
	if again[3].CaseID != c.ID || !explains(again[3], returns.CappedBack, 682) || rows[1].CaseID != c.ID {
		t.Errorf("%+v", again[3])
	}
}

// The work of a label ends although an order is such that nothing of it can be reckoned: staff are told in the case's log.
func TestALabelIsGivenUpThoughNothingCanBeReckoned(t *testing.T) {
	b := newBench(t)
	b.withLabels()
	c := b.granted("n1", units("l2", 1), byLabel)
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(t.Context(), b.order.ID)
		if err != nil {
			return err
		}
		order.State.Order.Lines[0].UnitPrice = math.MaxInt64
		return tx.UpdateOrder(t.Context(), order)
	})
	b.write(func(tx *store.Tx) error {
		row := b.labels(c)[0]
		if err := tx.Settle(t.Context(), store.LabelWork, row.ID, store.LabelHeld, nil); err != nil {
			return err
		}
		_, err := b.desk.LabelGivenUp(t.Context(), tx, row)
		return err
	})
	log, err := b.db.CaseLog(t.Context(), c.ID)
	if err != nil || !slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == "not_reckoned" }) {
		t.Errorf("%+v, %v", log, err)
	}
	b.refunds(1520)
}
