package cases_test

import (
	"errors"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Goods that come in two parcels are paid in two refunds, and the case ends with the second.
func TestPartsAreReceivedAndPaidOneByOne(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 2, "l2", 1))
	b.receive(c, units("l1", 1))
	first := b.refunds(3990)[0]
	b.stripe(first, "succeeded")
	b.state(c, returns.Refunding) // more is to come
	b.receive(c, nil)
	b.state(c, returns.Refunding)
	second := b.refunds(3990, 6010)[1]
	b.stripe(second, "succeeded")
	b.state(c, returns.Closed)
	if _, err := b.desk.Receive(t.Context(), c, nil, "staff:olga"); !errors.Is(err, returns.ErrQuantity) {
		t.Errorf("received a third time: %v", err)
	}
	b.refunds(3990, 6010)
}

// Receiving the same goods twice pays once, whoever says so.
func TestReceivedTwiceIsPaidOnce(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	b.receive(c, nil)
	b.scan(c, orders.Delivered)
	b.receipt(c.RMA, "l2", 1)
	if _, err := b.desk.Receive(t.Context(), c, units("l2", 1), "staff:jan"); !errors.Is(err, returns.ErrQuantity) {
		t.Errorf("staff again: %v", err)
	}
	b.refunds(2020)
	if n := b.told(messages.ReturnReceived); n != 1 {
		t.Errorf("received was told %d times", n)
	}
	if _, err := b.desk.Reject(t.Context(), c, "staff:jan", "worn"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("rejected while its money is under way: %v", err)
	}
}

func (b *bench) scan(c store.Case, stage orders.ParcelStage) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		_, err := b.desk.ParcelMoved(b.Context(), tx, b.shop, b.order, c.ID, stage)
		return err
	})
}

func (b *bench) receipt(rma, line string, quantity int) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		_, err := b.desk.ReceiveByRMA(b.Context(), tx, b.shop, b.order, orders.ReturnReceipt{
			RMA: rma, Lines: []orders.ParcelItem{{LineID: line, Quantity: quantity}},
		})
		return err
	})
}

// A carrier's scans move a return on and never back.
func TestCarrierScans(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	b.must(b.desk.MarkSent(t.Context(), c, "6200 0000 0001"))
	for _, step := range []struct {
		stage orders.ParcelStage
		want  returns.State
	}{
		{orders.InTransit, returns.InTransit}, {orders.OutForDelivery, returns.InTransit}, {orders.Returning, returns.InTransit},
		{orders.Delivered, returns.Refunding}, {orders.InTransit, returns.Refunding}, {orders.Delivered, returns.Refunding},
	} {
		b.scan(c, step.stage)
		b.state(c, step.want)
	}
	b.refunds(2020)
}

// A scan of a return that was called off changes nothing.
func TestScanAfterTheEnd(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	b.must(b.desk.CallOff(t.Context(), c, cases.Shopper))
	b.scan(c, orders.InTransit)
	b.scan(c, orders.Delivered)
	b.receipt(c.RMA, "l2", 1)
	b.state(c, returns.Withdrawn)
	b.refunds()
}

// The shop's word counts for its own return of this order, not for a number that belongs elsewhere.
func TestReceiptOfAForeignRMA(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	other := b.order
	other.ID, other.ExternalID = "o2", "1002"
	foreign := store.Case{ID: "c9", Shop: "acme", OrderID: "o2", RMA: "R-9999", Kind: returns.Return, State: returns.Approved, Nonce: "n9", Items: units("l2", 1), CreatedAt: noon}
	abroad := store.Case{ID: "c8", Shop: "bolt", OrderID: "o1", RMA: "R-8888", Kind: returns.Return, State: returns.Approved, Nonce: "n8", Items: units("l2", 1), CreatedAt: noon}
	b.write(func(tx *store.Tx) error {
		return errors.Join(tx.InsertOrder(t.Context(), other), tx.InsertCase(t.Context(), foreign), tx.InsertCase(t.Context(), abroad))
	})
	for _, rma := range []string{foreign.RMA, abroad.RMA, "R-0000", ""} {
		b.receipt(rma, "l2", 1)
	}
	b.refunds()
	b.state(c, returns.Approved)
	b.state(foreign, returns.Approved)
	b.state(abroad, returns.Approved)
	b.receipt(" "+c.RMA+" ", "l2", 0) // no quantity is the whole line
	b.refunds(2020)
}

// What cost nothing and comes first does not end the return: the rest is still paid.
func TestAGiftThatComesFirstDoesNotEndTheReturn(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("gift", 1, "l2", 1))
	b.receive(c, units("gift", 1))
	b.refunds()
	b.receive(c, units("l2", 1))
	b.stripe(b.refunds(2020)[0], "succeeded")
	b.state(c, returns.Closed)
}

// What cost nothing and comes last ends the return only when the money of the rest has gone.
func TestAGiftThatComesLastWaitsForTheMoney(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("gift", 1, "l2", 1))
	b.receive(c, units("l2", 1))
	b.receive(c, units("gift", 1))
	b.state(c, returns.Refunding)
	b.stripe(b.refunds(2020)[0], "succeeded")
	b.state(c, returns.Closed)
}

// Goods for which nothing is owed end their return.
func TestNothingOwed(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("gift", 1))
	b.receive(c, nil)
	b.state(c, returns.Closed)
	b.refunds()
}

// Units that the shop refunded itself before the goods were back are not paid again, and the rest is; whoever receives it.
func TestTheShopRefundedUnitsMeanwhile(t *testing.T) {
	for name, receive := range map[string]func(b *bench, c store.Case){
		"staff":   func(b *bench, c store.Case) { b.receive(c, nil) },
		"carrier": func(b *bench, c store.Case) { b.scan(c, orders.Delivered) },
		"shop":    func(b *bench, c store.Case) { b.receipt(c.RMA, "l1", 2) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.open("n1", units("l1", 2))
			b.write(func(tx *store.Tx) error {
				_, err := tx.InsertRefund(t.Context(), store.Refund{
					ID: "f1", Shop: "acme", OrderID: "o1", Origin: store.OriginShop, ExternalID: "x1", Amount: 3990, Currency: "PLN",
					Lines: []orders.RefundLine{{LineID: "l1", Quantity: 1, Amount: 3990}}, Status: store.RefundSucceeded, CreatedAt: noon.Add(-1),
					Work: store.Work{State: store.RefundSettled},
				})
				return err
			})
			receive(b, c)
			b.state(c, returns.Refunding)
			b.refunds(3990, 3990)
			if b.told(messages.ReturnReceived) != 1 {
				t.Error("the shopper was not told that the goods are back")
			}
		})
	}
}

// A line that the shop took out of the order is the shop's to refund; its goods end the return.
func TestALineLeftTheOrderMeanwhile(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	order, err := b.db.Order(t.Context(), b.order.ID)
	if err != nil {
		t.Fatal(err)
	}
	order.State.Order.Lines[1].Cancelled = true
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), order) })
	b.order = order
	b.scan(c, orders.Delivered)
	b.state(c, returns.Closed)
	b.refunds()
}

// One refund that the shop and Stripe both tell of counts once, whoever made it; two of the shop's are two.
func TestARefundToldTwiceCountsOnce(t *testing.T) {
	shop := store.Refund{ID: "f1", Origin: store.OriginShop, ExternalID: "woo:1", Amount: 3000}
	second := store.Refund{ID: "f2", Origin: store.OriginShop, ExternalID: "woo:2", Amount: 3000}
	stripe := store.Refund{ID: "f3", Origin: store.OriginStripe, ExternalID: "re_1", StripeID: "re_1", PaymentKind: "stripe", PaymentReference: "pi_1", Amount: 3000}
	ours := store.Refund{ID: "f4", Origin: store.OriginHomeward, ExternalID: "c0", StripeID: "re_2", PaymentKind: "stripe", PaymentReference: "pi_1", Amount: 3000}
	failed := stripe
	failed.Status = store.RefundFailed
	other := shop
	other.PaymentReference = "pi_9"
	for name, tc := range map[string]struct {
		ledger []store.Refund
		want   int64 // what the whole order still brings
	}{
		"the shop alone":                  {[]store.Refund{shop}, 7000},
		"the shop and Stripe":             {[]store.Refund{shop, stripe}, 7000},
		"Stripe and the shop":             {[]store.Refund{stripe, shop}, 7000},
		"ours, copied by the shop":        {[]store.Refund{ours, shop}, 7000},
		"two of the shop's, one told":     {[]store.Refund{shop, second, stripe}, 4000},
		"one that failed is not told":     {[]store.Refund{shop, failed}, 7000},
		"another payment":                 {[]store.Refund{other, stripe}, 4000},
		"both, each copied by the shop":   {[]store.Refund{ours, shop, stripe, second}, 4000},
		"ours and one made at Stripe too": {[]store.Refund{ours, stripe}, 4000},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.open("n1", units("l1", 2, "l2", 1))
			for _, r := range tc.ledger {
				r.Shop, r.OrderID, r.Currency, r.CreatedAt, r.State = "acme", "o1", "PLN", noon.Add(-1), store.RefundSettled
				if r.Status == "" {
					r.Status = store.RefundSucceeded
				}
				b.write(func(tx *store.Tx) error { _, err := tx.InsertRefund(t.Context(), r); return err })
			}
			b.receive(c, nil)
			rows, err := b.db.RefundsOfCase(t.Context(), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, r := range rows {
				sum += r.Amount
			}
			if sum != tc.want {
				t.Errorf("%d is paid back, want %d", sum, tc.want)
			}
		})
	}
}

// A tracking number that returns of two orders claim proves neither: the carrier's delivery pays nobody, staff look first.
func TestAParcelThatTwoOrdersClaim(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	b.must(b.desk.MarkSent(t.Context(), c, "6200 0000 0001"))
	other := c
	other.ID, other.OrderID, other.RMA, other.Nonce, other.TrackingNumber = "c-other", "o-other", "R-OTHER", "n-other", "620000000001"
	b.write(func(tx *store.Tx) error { return tx.InsertCase(t.Context(), other) })
	b.scan(c, orders.Delivered)
	b.state(c, returns.InTransit)
	b.refunds()
	b.receive(c, nil)
	b.refunds(2020)
}
