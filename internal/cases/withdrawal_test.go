package cases_test

import (
	"testing"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
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
