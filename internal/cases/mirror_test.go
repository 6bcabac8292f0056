package cases_test

import (
	"fmt"
	"testing"

	"homeward/internal/orders"
	"homeward/internal/store"
)

// said enters a refund that the shop, or somebody at Stripe, made.
func (b *bench) said(origin, name, reference string, amount int64, lines ...orders.RefundLine) {
	b.Helper()
	row := store.Refund{
		ID: name, Shop: "acme", OrderID: b.order.ID, Origin: origin, ExternalID: name, PaymentReference: reference, Amount: amount, Currency: "PLN",
		Lines: lines, Status: store.RefundSucceeded, CreatedAt: b.desk.Now(), UpdatedAt: b.desk.Now(), Work: store.Work{State: store.RefundSettled},
	}
	if origin == store.OriginStripe {
		row.PaymentKind, row.StripeID = "stripe", name
	}
	b.write(func(tx *store.Tx) error { _, err := tx.InsertRefund(b.Context(), row); return err })
}

// Staff pay by hand where Homeward asks for it: in the shop, or at Stripe itself. These tell of it too, before or after staff say that it
// was paid, and nothing is kept from the shopper for it.
func TestWhatStaffPaidByHandIsToldOfByTheShopToo(t *testing.T) {
	type word struct {
		origin, reference string
		lines             bool
	}
	shop, stripe := word{store.OriginShop, "", true}, word{store.OriginStripe, "pi_1", false}
	for name, tc := range map[string]struct {
		payment orders.Payment
		words   []word
	}{
		"another gateway":            {orders.Payment{Kind: "other", Amount: 10000}, []word{shop}},
		"an amount without lines":    {orders.Payment{Kind: "other", Amount: 10000}, []word{{store.OriginShop, "", false}}},
		"the shop knows the payment": {orders.Payment{Kind: "other", Amount: 10000}, []word{{store.OriginShop, "ch_1", true}}},
		"a card, in the shop":        {orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 10000}, []word{shop}},
		"a card, at Stripe":          {orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 10000}, []word{stripe}},
		"a card, both tell":          {orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 10000}, []word{stripe, shop}},
	} {
		for _, before := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " ", before), func(t *testing.T) {
				b := newBench(t, tc.payment)
				b.receive(b.open("n1", units("l1", 1)), nil)
				own := b.refunds(3990)[0]
				if !before {
					b.paidOtherwise(own)
				}
				for i, w := range tc.words {
					var lines []orders.RefundLine
					if w.lines {
						lines = []orders.RefundLine{{LineID: "l1", Quantity: 1, Amount: 3990}}
					}
					b.said(w.origin, fmt.Sprint("said", i), w.reference, 3990, lines...)
				}
				if before {
					b.paidOtherwise(own)
				}
				w := b.withdraw("w1", nil)
				left := 0
				for _, item := range w.Items {
					left += item.Quantity
				}
				if left != 3 { // one l1, one l2, the gift
					t.Errorf("%+v are left to withdraw from", w.Items)
				}
				b.receive(w, nil)
				rows, err := b.db.RefundsOfCase(t.Context(), w.ID)
				if err != nil || len(rows) != 1 || rows[0].Amount != 6010 {
					t.Errorf("want 6010: %+v, %v", rows, err)
				}
			})
		}
	}
}

// What the shop gave back before it was asked to, or more than it was asked to, is another refund.
func TestAnotherRefundOfTheShops(t *testing.T) {
	for name, tc := range map[string]struct {
		before bool
		amount int64
		want   int64
	}{
		"before it was asked": {true, 3990, 2020},
		"another amount":      {false, 1000, 5010},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, orders.Payment{Kind: "other", Amount: 10000})
			if tc.before {
				b.said(store.OriginShop, "said", "", tc.amount)
			}
			b.receive(b.open("n1", units("l1", 1)), nil)
			if !tc.before {
				b.said(store.OriginShop, "said", "", tc.amount)
			}
			w := b.withdraw("w1", nil)
			b.receive(w, nil)
			rows, err := b.db.RefundsOfCase(t.Context(), w.ID)
			if err != nil || len(rows) != 1 || rows[0].Amount != tc.want {
				t.Errorf("want %d: %+v, %v", tc.want, rows, err)
			}
		})
	}
}
