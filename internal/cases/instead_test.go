package cases_test

import (
	"errors"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// wants makes a return one by exchange for what is given.
func wants(all ...returns.Exchange) func(*store.Case) {
	return func(c *store.Case) { c.Remedy, c.Wish.Exchange = returns.ExchangeRemedy, all }
}

// another is an item of a price that the shop said; a negative one is not known.
func another(line string, n int, price int64) returns.Exchange {
	e := returns.Exchange{LineID: line, Quantity: n, SKU: "TEA-S", Title: "Small tea", UnitPrice: max(price, 0)}
	e.Priced = price >= 0
	return e
}

func (b *bench) collect(c store.Case) int64 {
	b.Helper()
	refunds, err := b.db.RefundsOf(b.Context(), c.OrderID)
	if err != nil {
		b.Fatal(err)
	}
	return cases.ToCollect(c, b.order.State.Order, refunds)
}

// fulfils says that what was agreed was sent.
func (b *bench) fulfils(c store.Case) store.Case {
	b.Helper()
	return b.must(b.desk.Fulfil(b.Context(), c, "staff:olga", "sent as 123"))
}

// What is cheaper gives the difference back; the case waits for both, in either order.
func TestAnExchangeForSomethingCheaper(t *testing.T) {
	t.Run("paid, then sent", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l1", 1), wants(another("l1", 1, 2990)))
		c = b.receive(c, nil)
		b.stripe(b.refunds(1000)[0], "succeeded")
		b.state(c, returns.Refunding) // it is to be sent
		b.fulfils(c)
		b.state(c, returns.Closed)
	})
	t.Run("sent, then paid", func(t *testing.T) {
		b := newBench(t)
		c := b.granted("n1", units("l1", 1), wants(another("l1", 1, 2990)))
		b.fulfils(b.receive(c, nil))
		b.state(c, returns.Refunding)
		b.stripe(b.refunds(1000)[0], "succeeded")
		b.state(c, returns.Closed)
		b.stripe(b.refunds(1000)[0], "failed")
		b.state(c, returns.Refunding)
		if _, err := b.desk.Fulfil(t.Context(), c, "staff:olga", "again"); !errors.Is(err, returns.ErrStep) {
			t.Errorf("sent twice: %v", err)
		}
	})
}

// The same again brings no money, whatever tax and discounts make of its price, and neither does what nobody priced.
func TestAnExchangeBringsNoMoney(t *testing.T) {
	for name, want := range map[string][]returns.Exchange{
		"the same again":                      {{LineID: "l1", Quantity: 2, Title: "Tea", UnitPrice: 100}},
		"nothing was said":                    nil,
		"another of the same price":           {another("l1", 2, 3990)},
		"dearer":                              {another("l1", 2, 5000)},
		"another whose price nobody said yet": {another("l1", 2, -1)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.granted("n1", units("l1", 2), wants(want...))
			c = b.receive(c, units("l1", 1))
			if _, err := b.desk.Fulfil(t.Context(), c, "staff:olga", "early"); !errors.Is(err, returns.ErrStep) {
				t.Errorf("sent before everything is back: %v", err)
			}
			c = b.receive(c, nil)
			b.refunds()
			b.state(c, returns.Received)
		})
	}
}

// Until somebody says what the other item costs nothing moves; then the difference goes back, or is collected.
func TestThePriceOfAnExchange(t *testing.T) {
	for name, tc := range map[string]struct {
		price, back, collect int64
	}{
		"cheaper": {2990, 2000, 0}, "dearer": {5000, 0, 2020}, "the same": {3990, 0, 0}, "a gift": {0, 7980, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.granted("n1", units("l1", 2), wants(another("l1", 2, -1)))
			c = b.receive(c, nil)
			var f *fault.Error
			if _, err := b.desk.Fulfil(t.Context(), c, "staff:olga", "sent"); !errors.As(err, &f) || f.Code != "price_unknown" {
				t.Errorf("sent without a price: %v", err)
			}
			if got := b.collect(c); got != 0 {
				t.Errorf("%d to collect, and nobody knows the price", got)
			}
			c = b.must(b.desk.Price(t.Context(), c, map[int]int64{0: tc.price}, "staff:olga"))
			if got := b.collect(c); got != tc.collect {
				t.Errorf("%d to collect, want %d", got, tc.collect)
			}
			if tc.back == 0 {
				b.refunds()
				c = b.must(b.desk.Price(t.Context(), c, map[int]int64{0: tc.price}, "staff:olga")) // may be mended
				b.fulfils(c)
			} else {
				row := b.refunds(tc.back)[0]
				if _, err := b.desk.Price(t.Context(), c, map[int]int64{0: 1}, "staff:olga"); !errors.Is(err, returns.ErrStep) {
					t.Errorf("priced after its money went: %v", err)
				}
				b.fulfils(c)
				b.stripe(row, "succeeded")
			}
			b.state(c, returns.Closed)
		})
	}
}

func TestAPriceThatIsNone(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l1", 2), wants(another("l1", 1, -1), returns.Exchange{LineID: "l1", Quantity: 1}))
	for name, prices := range map[string]map[int]int64{"negative": {0: -1}, "of the same again": {1: 100}, "of nothing": {7: 100}} {
		var f *fault.Error
		if _, err := b.desk.Price(t.Context(), c, prices, "staff:olga"); !errors.As(err, &f) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A repair brings the goods back to the shopper and no money.
func TestAReturnByRepairBringsNoMoney(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l1", 1), func(c *store.Case) { c.Remedy = returns.RepairRemedy })
	c = b.receive(c, nil)
	b.refunds()
	if total, lines, err := cases.Expected(c, b.order.State.Order, nil); total != 0 || len(lines) != 0 || err != nil {
		t.Errorf("its shopper is told of %d, %+v (%v)", total, lines, err)
	}
	b.state(c, returns.Received)
	b.fulfils(c)
	b.state(c, returns.Closed)
	b.refunds()
}
