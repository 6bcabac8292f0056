package cases_test

import (
	"strings"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

// atStripe lets somebody refund at Stripe itself.
func (b *bench) atStripe(amount int64) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		_, err := tx.InsertRefund(b.Context(), store.Refund{
			ID: "f1", Shop: "acme", OrderID: "o1", Origin: store.OriginStripe, ExternalID: "re_f", StripeID: "re_f", PaymentKind: "stripe", PaymentReference: "pi_1",
			Amount: amount, Currency: "PLN", Status: store.RefundPending, CreatedAt: noon, UpdatedAt: noon, Work: store.Work{State: store.RefundSettled},
		})
		return err
	})
}

// itFails lets that refund fail, and says so again.
func (b *bench) itFails() {
	b.Helper()
	for range 2 {
		b.write(func(tx *store.Tx) error {
			_, _, err := b.desk.RefundMoved(b.Context(), tx, b.shop, "f1", stripe.Refund{ID: "re_f", Status: "failed"})
			return err
		})
	}
}

// cancels cancels the order, or what of it is not shipped: of the first line so many units are.
func (b *bench) cancels(shipped int) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		for _, e := range []orders.Event{
			{ID: "placed", Kind: orders.Placed, At: noon, Source: "standard", Order: &b.order.State.Order},
			{ID: "p1", Kind: orders.ParcelUpdated, At: noon, Source: "standard", Parcel: &orders.ParcelUpdate{
				TrackingNumber: "62000001", Items: []orders.ParcelItem{{LineID: "l1", Quantity: shipped}}, Stage: orders.InTransit,
			}},
		} {
			if shipped == 0 && e.Kind != orders.Placed {
				continue
			}
			if _, err := tx.AddFact(b.Context(), b.order.ID, e, "", noon); err != nil {
				return err
			}
		}
		all, err := tx.Facts(b.Context(), b.order.ID)
		if err != nil {
			return err
		}
		b.order.State = orders.Fold(all)
		_, err = b.desk.CancelOrder(b.Context(), tx, b.order, cases.Clock)
		return err
	})
}

// What a refund made by hand left too little for, of what is cancelled, is planned again when that refund fails, and once.
func TestWhatWasNotLeftForACancellation(t *testing.T) {
	for name, tc := range map[string]struct {
		shipped      int
		hand         int64
		first, again []int64
		reason       returns.RefundReason
		amount       int64
	}{
		"a whole order":               {0, 4000, []int64{4000, 6000}, []int64{4000, 6000, 4000}, returns.CappedBack, 4000},
		"a whole order, nothing left": {0, 10000, []int64{10000}, []int64{10000, 10000}, returns.ForGoods, 2020},
		"the rest":                    {1, 8000, []int64{8000, 2000}, []int64{8000, 2000, 4010}, returns.CappedBack, 4010},
		"the rest, nothing left":      {1, 10000, []int64{10000}, []int64{10000, 6010}, returns.ForGoods, 3990},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.atStripe(tc.hand)
			b.cancels(tc.shipped)
			b.refunds(tc.first...)
			b.itFails()
			rows := b.refunds(tc.again...)
			last := rows[len(rows)-1]
			var sum, back int64
			for _, e := range last.Explanation {
				sum += e.Amount
				if e.Reason == tc.reason {
					back += e.Amount
				}
			}
			if last.CaseID != "" || sum != last.Amount || back != tc.amount && !explains(last, tc.reason, tc.amount) {
				t.Errorf("%+v", last.Explanation)
			}
		})
	}
}

// Units that were cancelled while nothing was left of what was paid cannot be withdrawn from as if they were still to come.
func TestWhatWasCancelledIsNotThereToWithdrawFrom(t *testing.T) {
	b := newBench(t)
	b.atStripe(10000)
	b.cancels(1)
	w := b.withdraw("w1", nil)
	if len(w.Items) != 1 || w.Items[0] != (returns.Item{LineID: "l1", Quantity: 1}) {
		t.Errorf("%+v", w.Items)
	}
}

// Cash on delivery was never collected for what did not go: of a whole order nothing of it goes back, and of a cancelled rest a person
// looks what the carrier collected.
func TestCashOnDeliveryOfWhatIsCancelled(t *testing.T) {
	cash := orders.Payment{Kind: "cash_on_delivery", Amount: 10000}
	t.Run("a whole order", func(t *testing.T) {
		b := newBench(t, cash)
		b.cancels(0)
		b.refunds()
	})
	t.Run("a whole order, a part by card", func(t *testing.T) {
		b := newBench(t, orders.Payment{Kind: "cash_on_delivery", Amount: 6000}, orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 4000})
		b.atStripe(1000)
		b.cancels(0)
		b.refunds(1000, 3000)
		b.itFails()
		rows := b.refunds(1000, 3000, 1000)
		if rows[2].PaymentKind != "stripe" || !explains(rows[2], returns.CappedBack, 1000) {
			t.Errorf("%+v", rows[2])
		}
	})
	for name, collected := range map[string]bool{"the rest, collected": true, "the rest, not collected": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, cash)
			b.cancels(1)
			row := b.refunds(6010)[0]
			if row.State != store.RefundHeld || !row.NeedsPerson || !strings.Contains(row.ErrorMessage, "collected") || !cases.AwaitsCash(row) {
				t.Errorf("%+v", row)
			}
			if collected {
				b.paidOtherwise(row)
			} else {
				b.write(func(tx *store.Tx) error { _, err := b.desk.NotCollected(t.Context(), tx, row.ID); return err })
			}
			row = b.refunds(6010)[0]
			if cases.AwaitsCash(row) || cases.Uncollected(row) == collected || row.NeedsPerson || (b.told(messages.RefundPaid) == 1) != collected {
				t.Errorf("%+v, told of a payment %d times", row, b.told(messages.RefundPaid))
			}
			b.receive(b.withdraw("w1", nil), nil) // what came by cash goes back, and no more
			b.refunds(6010, 3990)
		})
	}
}
