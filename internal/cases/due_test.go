package cases_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// granted opens a return of items by conditions and approves it.
func (b *bench) granted(nonce string, items []returns.Item, change func(*store.Case)) store.Case {
	b.Helper()
	b.shop.Returns.Approve = "staff"
	c := b.open(nonce, items)
	change(&c)
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(b.Context(), c) })
	c.Version++
	return b.must(b.desk.Approve(b.Context(), c, "staff:olga", ""))
}

func (b *bench) inspected(c store.Case, i returns.Inspection) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		return tx.AddInspection(b.Context(), store.Inspection{ID: id.New(b.desk.Now()), CaseID: c.ID, Inspection: i, By: "staff:olga", At: b.desk.Now()})
	})
}

func when(w returns.RefundWhen) func(*store.Case) {
	return func(c *store.Case) { c.Conditions.RefundWhen = w }
}

// One parcel that the shopper names for two orders pays neither at its scan, says so once, and staff can go on.
func TestOneParcelForTwoOrders(t *testing.T) {
	b := newBench(t)
	other := b.order
	other.ID, other.ExternalID, other.NumberKey = "o2", "1002", "1002"
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), other) })
	const number = "620000000000000000000001"
	first := b.must(b.desk.Open(t.Context(), other, request(units("l2", 1)), "x1"))
	b.must(b.desk.MarkSent(t.Context(), first, number))
	c := b.granted("n1", units("l2", 1), when(returns.OnFirstScan))
	c = b.must(b.desk.MarkSent(t.Context(), c, number))
	b.scan(c, orders.HandedOver)
	b.scan(c, orders.InTransit)
	b.scan(c, orders.Delivered)
	b.refunds()
	log, err := b.db.CaseLog(t.Context(), c.ID)
	said := 0
	for _, step := range log {
		if step.Step == "parcel_claimed_twice" {
			said++
		}
	}
	if err != nil || said != 1 {
		t.Errorf("said %d times (%v)", said, err)
	}
	b.receive(b.must(b.db.Case(t.Context(), c.ID)), nil)
	b.refunds(2020)
}

// Nobody is asked to send what stays, nor promised money that went before.
func TestWhatIsTrueOfTheMoney(t *testing.T) {
	b := newBench(t)
	keep := b.granted("n1", units("l2", 1), func(c *store.Case) { c.Conditions.Keep, c.Conditions.RefundWhen = true, returns.AtOnce })
	if v := b.desk.View(t.Context(), keep.ID, b.order); !v.Keep {
		t.Error("goods that stay are to be sent")
	}
	c := b.granted("n2", units("l1", 1), when(returns.AtOnce))
	c = b.receive(c, nil)
	if v := b.desk.View(t.Context(), c.ID, b.order); !v.Settled {
		t.Error("money that went when it was approved is promised when it arrives")
	}
	c = b.receive(b.granted("n3", units("l1", 1), when(returns.OnReceipt)), nil)
	if v := b.desk.View(t.Context(), c.ID, b.order); v.Settled {
		t.Error("money that goes now is not told")
	}
}

// The money goes at the moment that the conditions name, and once.
func TestMoneyGoesWhenTheConditionsSay(t *testing.T) {
	t.Run("at once", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l2", 1), when(returns.AtOnce))
		row := b.refunds(2020)[0]
		b.state(c, returns.Refunding)
		b.stripe(row, "succeeded")
		b.state(c, returns.Refunding) // the goods are still to come
		c = b.must(b.db.Case(t.Context(), c.ID))
		b.receive(c, nil)
		b.refunds(2020)
		b.state(c, returns.Closed)
	})
	t.Run("at the first scan", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l1", 1, "l2", 1), when(returns.OnFirstScan))
		c = b.must(b.desk.MarkSent(t.Context(), c, "BACK12345"))
		b.refunds() // so the shopper says
		for range 2 {
			b.write(func(tx *store.Tx) error {
				_, err := b.desk.ParcelMoved(t.Context(), tx, b.shop, b.order, c.ID, orders.InTransit)
				return err
			})
		}
		b.refunds(6010)
	})
	t.Run("kept", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l2", 1), func(c *store.Case) { c.Conditions.Keep = true })
		b.stripe(b.refunds(2020)[0], "succeeded")
		b.state(c, returns.Closed)
	})
	t.Run("received, by default", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l2", 1), when(""))
		b.refunds()
		b.receive(c, nil)
		b.refunds(2020)
	})
}

// What came back waits for its inspection, and what that refused brings nothing.
func TestMoneyWaitsForTheInspection(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l1", 2), when(returns.OnInspection))
	c = b.receive(c, nil)
	b.refunds()
	b.state(c, returns.Received)
	b.inspected(c, returns.Inspection{LineID: "l1", Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 990, Reason: "worn"})
	b.plan(c)
	b.refunds(3000)
	b.inspected(c, returns.Inspection{LineID: "l1", Quantity: 1, Grade: returns.Damaged, Outcome: returns.DoNotPay, Reason: "broken"})
	b.plan(c)
	row := b.refunds(3000)[0]
	b.stripe(row, "succeeded")
	b.state(c, returns.Closed)
}

// plan lets the desk plan what is due of a case, as an inspection does.
func (b *bench) plan(c store.Case) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		c, err := tx.Case(b.Context(), c.ID)
		if err != nil {
			return err
		}
		_, err = b.desk.PlanDue(b.Context(), tx, b.order, &c)
		return err
	})
}

// Fees are taken once in a case, with its first refund.
func TestFeesAreTakenOnce(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l1", 2), func(c *store.Case) {
		c.Conditions.HandlingFee, c.Conditions.LabelFee, c.Wish.Method = 500, 200, returns.ByQR
		c.Conditions.Restocking = []returns.LineRate{{LineID: "l1", Percent: 10}}
	})
	b.write(func(tx *store.Tx) error {
		return tx.AddLabel(t.Context(), store.Label{ID: "lb1", Shop: c.Shop, OrderID: c.OrderID, CaseID: c.ID, Status: store.LabelBought, CreatedAt: noon, UpdatedAt: noon})
	})
	c = b.receive(c, units("l1", 1))
	b.receive(c, units("l1", 1))
	rows := b.refunds(3990-399-700, 3990-399)
	if total, lines, err := cases.Expected(b.must(b.db.Case(t.Context(), c.ID)), b.order.State.Order, rows); err != nil || total != rows[0].Amount+rows[1].Amount || len(lines) != 6 {
		t.Errorf("%d of %+v (%v)", total, lines, err)
	}
}

// Store credit is made by a person, with its bonus; the rest of the order still brings all that was paid for it.
func TestStoreCredit(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l1", 2), func(c *store.Case) { c.Remedy, c.Conditions.CreditBonus = returns.CreditRemedy, 50 })
	b.receive(c, nil)
	row := b.refunds(7980 + 3990)[0]
	if row.PaymentKind != cases.StoreCredit || row.State != store.RefundHeld || row.ErrorCode != "issue_credit" || !row.NeedsPerson {
		t.Errorf("%s %s %s", row.PaymentKind, row.State, row.ErrorCode)
	}
	c = b.granted("n2", units("l2", 1), func(*store.Case) {})
	b.receive(c, nil)
	if row := b.refunds(7980+3990, 2020)[1]; row.PaymentKind != "stripe" {
		t.Errorf("the rest goes by %s", row.PaymentKind)
	}
}

// The money of a withdrawal goes without its goods only when the shop may not wait for them.
func TestPayWithoutGoods(t *testing.T) {
	b := newBench(t)
	c := b.withdraws(nil)
	var f *fault.Error
	if _, err := b.desk.PayWithoutGoods(t.Context(), c, "staff:olga", ""); !errors.As(err, &f) || f.Code != "goods_awaited" {
		t.Fatalf("paid without a proof: %v", err)
	}
	if err := b.desk.ProofOfDispatch(t.Context(), c, "staff:olga", "a receipt"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		b.must(b.desk.PayWithoutGoods(t.Context(), c, "staff:olga", "by the receipt"))
	}
	row := b.refunds(10000)[0]
	b.state(c, returns.Refunding)
	b.stripe(row, "succeeded")
	b.receive(b.must(b.db.Case(t.Context(), c.ID)), nil)
	b.refunds(10000)
	b.state(c, returns.Closed)
}

// withdraws opens the case of a withdrawal.
func (b *bench) withdraws(items []returns.Item) store.Case {
	b.Helper()
	var c store.Case
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(b.Context(), b.order.ID)
		if err == nil {
			c, err = b.desk.OpenWithdrawal(b.Context(), tx, b.shop, order, id.New(b.desk.Now()), items)
		}
		return err
	})
	return c
}

// Delivery becomes due by what comes back on another ground, and goes by itself.
func TestDeliveryGoesWhenTheRestIsBackOnAnotherGround(t *testing.T) {
	b := newBench(t)
	b.order.State.Order.Shipping, b.order.State.Order.Total = orders.Shipping{Paid: 1000, Cheapest: 1000}, 11000
	b.order.State.Order.Payments[0].Amount = 11000
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), b.order) })
	b.order.Version++
	w := b.withdraws(units("l1", 2))
	b.receive(w, nil)
	b.stripe(b.refunds(7980)[0], "succeeded")
	b.state(w, returns.Closed)
	c := b.granted("n1", units("l2", 1), func(*store.Case) {})
	b.receive(c, nil)
	rows := b.refunds(7980, 2020, 1000)
	if rows[2].CaseID != w.ID || rows[2].Explanation[0].Reason != returns.ForDelivery {
		t.Errorf("delivery went with %+v", rows[2])
	}
	b.state(w, returns.Refunding)
	for _, row := range rows[1:] {
		b.stripe(row, "succeeded")
	}
	b.state(w, returns.Closed)
	b.state(c, returns.Closed)
	b.refunds(7980, 2020, 1000)
}

// A proof of dispatch that staff accept stands for the carrier's first scan: the money of a return that waits for that alone goes,
// once, also when the scan comes later. One that waits for the goods only notes it, and one that is over takes none.
func TestProofStandsForTheScan(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l2", 1), when(returns.OnFirstScan))
	c = b.must(b.desk.MarkSent(t.Context(), c, "620000000000000000000001"))
	b.refunds() // the shopper's own word is no proof
	for range 2 {
		if err := b.desk.ProofOfDispatch(t.Context(), c, "staff:olga", "a receipt of the post"); err != nil {
			t.Fatal(err)
		}
		b.refunds(2020)
	}
	b.scan(c, orders.InTransit)
	b.refunds(2020)
	if now := b.must(b.db.Case(t.Context(), c.ID)); now.State != returns.Refunding {
		t.Errorf("it is %s", now.State)
	}

	waits := newBench(t)
	c = waits.granted("n1", units("l2", 1), when(returns.OnReceipt))
	if err := waits.desk.ProofOfDispatch(t.Context(), c, "staff:olga", "a receipt"); err != nil {
		t.Fatal(err)
	}
	waits.refunds()
	if now := waits.must(waits.db.Case(t.Context(), c.ID)); now.State != returns.InTransit {
		t.Errorf("it is %s", now.State)
	}

	over := newBench(t)
	c = over.granted("n1", units("l2", 1), when(returns.OnFirstScan))
	c = over.must(over.desk.CallOff(t.Context(), c, cases.Shopper))
	if err := over.desk.ProofOfDispatch(t.Context(), c, "staff:olga", "a receipt"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("called off: %v", err)
	}
	over.refunds()
	if log, err := over.db.CaseLog(t.Context(), c.ID); err != nil || cases.Dispatched(log) {
		t.Errorf("called off, and sent: %+v, %v", log, err)
	}
}

// A proof waits for staff until they accept or doubt it; a new one waits again. The store finds the same cases.
func TestProofWaitsForStaff(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l2", 1), when(returns.OnFirstScan))
	now := b.desk.Now()
	b.desk.Now = func() time.Time { return now }
	waits := func(want bool) {
		t.Helper()
		log, err := b.db.CaseLog(t.Context(), c.ID)
		if err != nil || cases.ProofWaits(log) != want {
			t.Errorf("waits: %v, %v", cases.ProofWaits(log), err)
		}
		if slices.Reverse(log); cases.ProofWaits(log) != want {
			t.Error("the log's order counts")
		}
		found, err := b.db.ProofsWaiting(t.Context(), 10)
		if err != nil || (len(found) == 1) != want {
			t.Errorf("found %d, %v", len(found), err)
		}
		if a, err := b.db.Attention(t.Context(), b.desk.Now()); err != nil || (a.Cases == 1) != want {
			t.Errorf("%d cases wait, %v", a.Cases, err)
		}
		now = now.Add(time.Minute)
	}
	waits(false)
	for _, file := range []string{"f1", "f2"} {
		if err := b.desk.ProofUploaded(t.Context(), c, file); err != nil {
			t.Fatal(err)
		}
		waits(true)
		if err := b.desk.DoubtProof(t.Context(), c, "staff:olga", "no date on it"); err != nil {
			t.Fatal(err)
		}
		waits(false)
	}
	if err := b.desk.ProofUploaded(t.Context(), c, "f3"); err != nil {
		t.Fatal(err)
	}
	waits(true)
	if err := b.desk.ProofOfDispatch(t.Context(), c, "staff:olga", "a receipt"); err != nil {
		t.Fatal(err)
	}
	waits(false)
}
