package returns_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

func TestLinesPaid(t *testing.T) {
	for name, tc := range map[string]struct {
		order orders.Order
		want  []int64
	}{
		"prices with tax": {orders.Order{PricesIncludeTax: true, Lines: []orders.Line{{UnitPrice: 3990, Quantity: 2, Tax: 1492}}}, []int64{7980}},
		"tax on top":      {orders.Order{Lines: []orders.Line{{UnitPrice: 1000, Quantity: 2, Discount: 100, Tax: 437}}}, []int64{2337}},
		"an order discount by largest remainder": {
			orders.Order{PricesIncludeTax: true, OrderDiscount: 100, Lines: []orders.Line{{UnitPrice: 1000, Quantity: 1}, {UnitPrice: 1000, Quantity: 1}, {UnitPrice: 1000, Quantity: 1}}},
			[]int64{966, 967, 967},
		},
		"a cancelled line takes no share": {
			orders.Order{PricesIncludeTax: true, OrderDiscount: 100, Lines: []orders.Line{{UnitPrice: 1000, Quantity: 1}, {UnitPrice: 1000, Quantity: 1, Cancelled: true}}},
			[]int64{900, 0},
		},
		"a discount above the price": {orders.Order{PricesIncludeTax: true, OrderDiscount: 5000, Lines: []orders.Line{{UnitPrice: 1000, Quantity: 1}}}, []int64{0}},
		"for free":                   {orders.Order{OrderDiscount: 10, Lines: []orders.Line{{Quantity: 3}}}, []int64{0}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := returns.LinesPaid(tc.order)
			if err != nil || !sameParts(got, tc.want) {
				t.Errorf("got %v (%v), want %v", got, err, tc.want)
			}
		})
	}
}

// sameParts compares up to who got the last cent.
func sameParts(got, want []int64) bool {
	var a, b int64
	for i := range want {
		if d := got[i] - want[i]; d < -1 || d > 1 {
			return false
		}
		a, b = a+got[i], b+want[i]
	}
	return a == b && len(got) == len(want)
}

func TestPlanReturn(t *testing.T) {
	order := orders.Order{PricesIncludeTax: true, Total: 1000, Lines: []orders.Line{
		{ID: "l1", UnitPrice: 334, Quantity: 3, Discount: 2}, {ID: "gone", UnitPrice: 5, Quantity: 1, Cancelled: true},
	}}
	refunded := func(amount int64, quantity int) []returns.Earlier {
		return []returns.Earlier{{Amount: amount, Lines: []orders.RefundLine{{LineID: "l1", Quantity: quantity, Amount: amount}}}}
	}
	for name, tc := range map[string]struct {
		earlier []returns.Earlier
		item    returns.Item
		want    int64
		capped  bool
		err     error
	}{
		"all":                              {nil, returns.Item{LineID: "l1", Quantity: 3}, 1000, false, nil},
		"one":                              {nil, returns.Item{LineID: "l1", Quantity: 1}, 333, false, nil},
		"the last one brings the rest":     {refunded(667, 2), returns.Item{LineID: "l1", Quantity: 1}, 333, false, nil},
		"a goodwill part was given before": {refunded(900, 0), returns.Item{LineID: "l1", Quantity: 3}, 100, false, nil},
		"less was left than it is worth":   {[]returns.Earlier{{Amount: 800}}, returns.Item{LineID: "l1", Quantity: 3}, 200, true, nil},
		"nothing was left":                 {[]returns.Earlier{{Amount: 5000}}, returns.Item{LineID: "l1", Quantity: 1}, 0, true, nil},
		"more units than there are":        {nil, returns.Item{LineID: "l1", Quantity: 4}, 0, false, returns.ErrQuantity},
		"more units than are left":         {refunded(333, 1), returns.Item{LineID: "l1", Quantity: 3}, 0, false, returns.ErrQuantity},
		"no unit":                          {nil, returns.Item{LineID: "l1"}, 0, false, returns.ErrQuantity},
		"a line that is not there":         {nil, returns.Item{LineID: "l9", Quantity: 1}, 0, false, returns.ErrLine},
		"a line that the shop took out":    {nil, returns.Item{LineID: "gone", Quantity: 1}, 0, false, returns.ErrLine},
		"a quantity beyond all reason":     {nil, returns.Item{LineID: "l1", Quantity: math.MaxInt}, 0, false, returns.ErrQuantity},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := returns.PlanReturn(order, tc.earlier, []returns.Item{tc.item}, returns.ReturnOptions{})
			if !errors.Is(err, tc.err) || got.Total != tc.want || got.Capped != tc.capped {
				t.Errorf("got %+v (%v), want %d capped %v (%v)", got, err, tc.want, tc.capped, tc.err)
			}
		})
	}
	order.Lines[0].UnitPrice = math.MaxInt64
	if _, err := returns.PlanReturn(order, nil, []returns.Item{{LineID: "l1", Quantity: 1}}, returns.ReturnOptions{}); !errors.Is(err, returns.ErrAmount) {
		t.Errorf("an amount that overflows: %v", err)
	}
}

func somePaidOrder(t *rapid.T) orders.Order {
	o := orders.Order{PricesIncludeTax: rapid.Bool().Draw(t, "tax included"), OrderDiscount: rapid.Int64Range(0, 5000).Draw(t, "discount")}
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		o.Lines = append(o.Lines, orders.Line{
			ID: string(rune('a' + i)), Quantity: rapid.IntRange(1, 7).Draw(t, "quantity"), UnitPrice: rapid.Int64Range(0, 9999).Draw(t, "price"),
			Discount: rapid.Int64Range(0, 500).Draw(t, "line discount"), Tax: rapid.Int64Range(0, 999).Draw(t, "tax"),
		})
	}
	paid, err := returns.LinesPaid(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paid {
		o.Total += p
	}
	return o
}

// Whatever way an order goes back, in any portions: the whole of it brings exactly what was paid.
func TestPortionsSumToWhatWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := somePaidOrder(t)
		whole := make([]returns.Item, len(order.Lines))
		left := map[string]int{}
		units := 0
		for i, line := range order.Lines {
			whole[i] = returns.Item{LineID: line.ID, Quantity: line.Quantity}
			left[line.ID] = line.Quantity
			units += line.Quantity
		}
		atOnce, err := returns.PlanReturn(order, nil, whole, returns.ReturnOptions{})
		if err != nil || atOnce.Total != order.Total || atOnce.Capped {
			t.Fatalf("at once %+v (%v), paid %d", atOnce, err, order.Total)
		}
		var earlier []returns.Earlier
		var sum int64
		for units > 0 {
			line := rapid.SampledFrom(order.Lines).Draw(t, "line").ID
			if left[line] == 0 {
				for id, n := range left {
					if n > 0 && (left[line] == 0 || id < line) {
						line = id
					}
				}
			}
			n := rapid.IntRange(1, left[line]).Draw(t, "units")
			b, err := returns.PlanReturn(order, earlier, []returns.Item{{LineID: line, Quantity: n}}, returns.ReturnOptions{})
			if err != nil || b.Total < 0 {
				t.Fatalf("%+v %v", b, err)
			}
			earlier = append(earlier, returns.Earlier{Amount: b.Total, Lines: b.Ledger})
			left[line], units, sum = left[line]-n, units-n, sum+b.Total
		}
		if sum != order.Total {
			t.Fatalf("in portions %d, at once %d", sum, order.Total)
		}
	})
}

// However much the shop gave back on its own, more than what was paid never goes back.
func TestNeverMoreThanWasPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := somePaidOrder(t)
		order.Payments = []orders.Payment{{Kind: "stripe", Amount: rapid.Int64Range(0, order.Total+1).Draw(t, "paid")}}
		earlier := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) returns.Earlier {
			e := returns.Earlier{Amount: rapid.Int64Range(0, 3000).Draw(t, "amount")}
			e.Lines = []orders.RefundLine{{LineID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "line"), Quantity: rapid.IntRange(0, 1).Draw(t, "n"), Amount: e.Amount}}
			return e
		}), 0, 3).Draw(t, "earlier")
		var before int64
		for _, e := range earlier {
			before += e.Amount
		}
		for _, line := range order.Lines {
			b, err := returns.PlanReturn(order, earlier, []returns.Item{{LineID: line.ID, Quantity: line.Quantity}}, returns.ReturnOptions{})
			if err != nil {
				continue // fewer units are left
			}
			before += b.Total
			if b.Total > 0 && before > order.Paid() {
				t.Fatalf("%d back of %d", before, order.Paid())
			}
			earlier = append(earlier, returns.Earlier{Amount: b.Total, Lines: b.Ledger})
		}
	})
}

// FuzzPlanReturn: no order of any numbers overflows, panics, or gives back more than was paid.
func FuzzPlanReturn(f *testing.F) {
	f.Add(int64(3990), 2, int64(0), int64(1492), int64(100), int64(7980), true, 1, int64(0), 0)
	f.Add(int64(math.MaxInt64), 7, int64(math.MinInt64), int64(-1), int64(math.MaxInt64), int64(-5), false, -1, int64(-3), -2)
	f.Fuzz(func(t *testing.T, price int64, quantity int, discount, tax, orderDiscount, total int64, included bool, back int, earlier int64, units int) {
		order := orders.Order{
			PricesIncludeTax: included, OrderDiscount: orderDiscount, Total: total,
			Lines: []orders.Line{{ID: "l", UnitPrice: price, Quantity: quantity, Discount: discount, Tax: tax}},
		}
		before := []returns.Earlier{{Amount: earlier, Lines: []orders.RefundLine{{LineID: "l", Quantity: units, Amount: earlier}}}}
		b, err := returns.PlanReturn(order, before, []returns.Item{{LineID: "l", Quantity: back}}, returns.ReturnOptions{})
		if err != nil {
			return
		}
		if b.Total < 0 || b.Total > max(total, 0) || (earlier > 0 && b.Total > max(total-earlier, 0)) {
			t.Fatalf("%+v of %d, %d before", b, total, earlier)
		}
	})
}

func TestAllocate(t *testing.T) {
	stripe := orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 700}
	card := orders.Payment{Kind: "gift_card", Reference: "g1", Amount: 300}
	cash := orders.Payment{Kind: "cash_on_delivery", Amount: 500}
	for name, tc := range map[string]struct {
		payments []orders.Payment
		refunded []returns.Part
		amount   int64
		want     []returns.Part
	}{
		"one payment":              {[]orders.Payment{stripe}, nil, 500, []returns.Part{{"stripe", "pi_1", 500, false}}},
		"each to its own":          {[]orders.Payment{card, stripe}, nil, 1000, []returns.Part{{"stripe", "pi_1", 700, false}, {"gift_card", "g1", 300, true}}},
		"the rest of a payment":    {[]orders.Payment{card, stripe}, []returns.Part{{"stripe", "pi_1", 600, false}}, 200, []returns.Part{{"stripe", "pi_1", 100, false}, {"gift_card", "g1", 100, true}}},
		"an earlier one, unnamed":  {[]orders.Payment{card, stripe}, []returns.Part{{Amount: 800}}, 200, []returns.Part{{"gift_card", "g1", 200, true}}},
		"cash needs a person":      {[]orders.Payment{cash}, nil, 200, []returns.Part{{"cash_on_delivery", "", 200, true}}},
		"no reference, no machine": {[]orders.Payment{{Kind: "stripe", Amount: 700}}, nil, 200, []returns.Part{{"stripe", "", 200, true}}},
		"more than payments hold":  {[]orders.Payment{stripe}, nil, 900, []returns.Part{{"stripe", "pi_1", 700, false}, {"other", "", 200, true}}},
		"no payment known":         {nil, nil, 200, []returns.Part{{"other", "", 200, true}}},
		"nothing":                  {[]orders.Payment{stripe}, nil, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := returns.Allocate(tc.payments, tc.refunded, tc.amount); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestAllocateKeepsEveryCentAndEveryLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payments := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) orders.Payment {
			return orders.Payment{
				Kind:      rapid.SampledFrom([]string{"stripe", "gift_card", "bank_transfer", "other", "odd"}).Draw(t, "kind"),
				Reference: rapid.StringMatching(`[a-c]`).Draw(t, "reference"), Amount: rapid.Int64Range(0, 100).Draw(t, "amount"),
			}
		}), 0, 4, func(p orders.Payment) string { return p.Kind + p.Reference }).Draw(t, "payments")
		first := returns.Allocate(payments, nil, rapid.Int64Range(0, 200).Draw(t, "first"))
		amount := rapid.Int64Range(0, 200).Draw(t, "second")
		back := map[string]int64{}
		var sum int64
		for _, part := range returns.Allocate(payments, first, amount) {
			sum += part.Amount
			back[part.Kind+part.Reference] += part.Amount
		}
		for _, part := range first {
			back[part.Kind+part.Reference] += part.Amount
		}
		if sum != amount {
			t.Fatalf("%d of %d", sum, amount)
		}
		for _, p := range payments {
			if p.Kind+p.Reference != "other" && back[p.Kind+p.Reference] > p.Amount {
				t.Fatalf("%d back to %+v", back[p.Kind+p.Reference], p)
			}
		}
	})
}
