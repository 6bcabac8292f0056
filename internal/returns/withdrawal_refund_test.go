package returns_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

// teaAndCup is two units of tea at 50.00 and a cup at 20.00, sent by express for 15.00 where standard was offered for 10.00, paid
// with a surcharge of 1.50 and wrapped for 3.00.
func teaAndCup() orders.Order {
	return orders.Order{
		PricesIncludeTax: true, Total: 13950,
		Lines:    []orders.Line{{ID: "tea", UnitPrice: 5000, Quantity: 2}, {ID: "cup", UnitPrice: 2000, Quantity: 1}},
		Shipping: orders.Shipping{Paid: 1500, Tax: 280, Cheapest: 1000},
		Fees:     []orders.Fee{{Kind: "payment", Amount: 150, Tax: 28}, {Kind: "gift wrap", Amount: 300, Tax: 56}},
	}
}

func changed(change func(*orders.Order)) orders.Order {
	o := teaAndCup()
	change(&o)
	return o
}

var (
	allItems = []returns.Item{{LineID: "tea", Quantity: 2}, {LineID: "cup", Quantity: 1}}
	cupOnly  = []returns.Item{{LineID: "cup", Quantity: 1}}
	teaOnly  = []returns.Item{{LineID: "tea", Quantity: 2}}
	teaBack  = []returns.Earlier{{Amount: 10000, Lines: []orders.RefundLine{{LineID: "tea", Quantity: 2, Amount: 10000}}}}
	cupBack  = []returns.Earlier{{Amount: 2000, Lines: []orders.RefundLine{{LineID: "cup", Quantity: 1, Amount: 2000}}}}
)

func TestPlanWithdrawal(t *testing.T) {
	told := func(d ...returns.Deduction) returns.WithdrawalOptions {
		return returns.WithdrawalOptions{Informed: true, Deductions: d}
	}
	by := func(p returns.PartialDelivery, saving int64) returns.WithdrawalOptions {
		return returns.WithdrawalOptions{Delivery: p, Saving: saving}
	}
	for name, tc := range map[string]struct {
		order   orders.Order
		earlier []returns.Earlier
		items   []returns.Item
		opts    returns.WithdrawalOptions
		want    int64
		later   int64
	}{
		"everything":                    {teaAndCup(), nil, allItems, by("", 0), 12000 + 1000 + 450, 0},
		"a part":                        {teaAndCup(), nil, cupOnly, by("", 0), 2000, 1450},
		"the last part brings the rest": {teaAndCup(), teaBack, cupOnly, by("", 0), 2000 + 1000 + 450, 0},
		"nothing more, but all is back": {teaAndCup(), append(slices.Clone(teaBack), cupBack...), nil, by("", 0), 1450, 0},
		"nothing more, and not all":     {teaAndCup(), teaBack, nil, by("", 0), 0, 1450},
		"all but one unit":              {teaAndCup(), nil, []returns.Item{{LineID: "tea", Quantity: 1}, {LineID: "cup", Quantity: 1}}, by("", 0), 7000, 1450},
		"one line in two items": {
			teaAndCup(), nil, []returns.Item{{LineID: "tea", Quantity: 1}, {LineID: "tea", Quantity: 1}}, by("", 0), 10000, 1450,
		},

		"the cheapest is not known":                           {changed(func(o *orders.Order) { o.Shipping.Cheapest = -1 }), nil, allItems, by("", 0), 13950, 0},
		"the cheapest was dearer":                             {changed(func(o *orders.Order) { o.Shipping.Cheapest = 9999 }), nil, allItems, by("", 0), 13950, 0},
		"standard was free":                                   {changed(func(o *orders.Order) { o.Shipping.Cheapest = 0 }), nil, allItems, by("", 0), 12450, 0},
		"delivery was free":                                   {changed(func(o *orders.Order) { o.Shipping.Paid = 0 }), nil, allItems, by("", 0), 12450, 0},
		"only its tax was paid":                               {changed(func(o *orders.Order) { o.PricesIncludeTax, o.Shipping.Paid, o.Fees, o.Total = false, 0, nil, 20000 }), nil, allItems, by("", 0), 12280, 0},
		"no fees":                                             {changed(func(o *orders.Order) { o.Fees = nil }), nil, allItems, by("", 0), 13000, 0},
		"a fee below zero is none":                            {changed(func(o *orders.Order) { o.Fees[0].Amount = -500 }), nil, allItems, by("", 0), 13300, 0},
		"tax comes on top":                                    {changed(func(o *orders.Order) { o.PricesIncludeTax, o.Total = false, 20000 }), nil, allItems, by("", 0), 12000 + 1000 + 187 + 450 + 84, 0},
		"tax on top, standard free":                           {changed(func(o *orders.Order) { o.PricesIncludeTax, o.Shipping.Cheapest, o.Total = false, 0, 20000 }), nil, allItems, by("", 0), 12000 + 450 + 84, 0},
		"what was for free may stay":                          {changed(func(o *orders.Order) { o.Lines[1].UnitPrice = 0 }), nil, teaOnly, by("", 0), 10000 + 1450, 0},
		"all was for free, and stays":                         {changed(func(o *orders.Order) { o.Lines[0].UnitPrice, o.Lines[1].UnitPrice = 0, 0 }), nil, cupOnly, by("", 0), 0, 1450},
		"all was for free, and what is not out of it is back": {changed(func(o *orders.Order) { o.Lines[0].UnitPrice, o.Lines[0].Cancelled, o.Lines[1].UnitPrice = 0, true, 0 }), nil, cupOnly, by("", 0), 1450, 0},
		"a download stays":                                    {changed(func(o *orders.Order) { o.Lines[0].NotShipped = true }), nil, cupOnly, by("", 0), 2000 + 1000, 450},
		"the delivered stays":                                 {changed(func(o *orders.Order) { o.Lines[0].NotShipped = true }), nil, teaOnly, by("", 0), 10000, 1450},
		"nothing was delivered":                               {changed(func(o *orders.Order) { o.Lines[0].NotShipped, o.Lines[1].NotShipped = true, true }), nil, teaOnly, by("", 0), 10000, 1450},
		"the shop took the rest out":                          {changed(func(o *orders.Order) { o.Lines[0].Cancelled = true }), nil, cupOnly, by("", 0), 2000 + 1450, 0},

		"delivery by worth": {teaAndCup(), nil, cupOnly, by(returns.DeliveryProportional, 0), 2000 + 167, 833 + 450},
		"delivery by the worth of what was delivered": {changed(func(o *orders.Order) {
			o.Lines = append(o.Lines, orders.Line{ID: "song", UnitPrice: 4000, Quantity: 1, NotShipped: true})
		}), nil, cupOnly, by(returns.DeliveryProportional, 0), 2167, 833 + 450},
		"delivery by worth, of a line that got shorter": {
			teaAndCup(), []returns.Earlier{{Amount: 10000, Lines: []orders.RefundLine{{LineID: "tea", Quantity: 3, Amount: 10000}}}}, nil,
			by(returns.DeliveryProportional, 0), 833, 167 + 450,
		},
		"delivery by worth, all":           {teaAndCup(), nil, allItems, by(returns.DeliveryProportional, 0), 13450, 0},
		"the saving":                       {teaAndCup(), nil, cupOnly, by(returns.DeliverySaving, 300), 2300, 700 + 450},
		"a saving beyond what is owed":     {teaAndCup(), nil, cupOnly, by(returns.DeliverySaving, 99999), 3000, 450},
		"a saving below zero":              {teaAndCup(), nil, cupOnly, by(returns.DeliverySaving, -5), 2000, 1450},
		"a policy that is none":            {teaAndCup(), nil, cupOnly, by("odd", 300), 2000, 1450},
		"a part of delivery went back":     {teaAndCup(), withExtras(teaBack, 400, 0), cupOnly, by("", 0), 2000 + 600 + 450, 0},
		"more of delivery than was owed":   {teaAndCup(), withExtras(teaBack, 1400, 0), cupOnly, by("", 0), 2000 + 450, 0},
		"a part of the fees went back":     {teaAndCup(), withExtras(teaBack, 0, 50), cupOnly, by("", 0), 2000 + 1000 + 400, 0},
		"both went back":                   {teaAndCup(), withExtras(teaBack, 1000, 450), cupOnly, by("", 0), 2000, 0},
		"a refund that failed and is owed": {teaAndCup(), []returns.Earlier{{Lines: teaBack[0].Lines}}, cupOnly, by("", 0), 2000 + 1450, 0},

		"a deduction":                 {teaAndCup(), nil, cupOnly, told(returns.Deduction{LineID: "cup", Amount: 500, Reason: "chipped"}), 1500, 1450},
		"a deduction beyond its line": {teaAndCup(), nil, allItems, told(returns.Deduction{LineID: "cup", Amount: 99999, Reason: "broken"}), 10000 + 1450, 0},
		"two deductions beyond it":    {teaAndCup(), nil, cupOnly, told(returns.Deduction{LineID: "cup", Amount: 1500, Reason: "a"}, returns.Deduction{LineID: "cup", Amount: 1500, Reason: "b"}), 0, 1450},

		"the shop gave a part back":      {teaAndCup(), []returns.Earlier{{Amount: 500}}, allItems, by("", 0), 13450, 0},
		"the shop gave more back":        {teaAndCup(), []returns.Earlier{{Amount: 5000}}, allItems, by("", 0), 8950, 0},
		"the shop gave all back":         {teaAndCup(), []returns.Earlier{{Amount: 13950}}, allItems, by("", 0), 0, 0},
		"something was given for a line": {teaAndCup(), []returns.Earlier{{Amount: 700, Lines: []orders.RefundLine{{LineID: "cup", Amount: 700}}}}, cupOnly, by("", 0), 1300, 1450},
		"less was paid than it cost":     {changed(func(o *orders.Order) { o.Payments = []orders.Payment{{Kind: "stripe", Amount: 100}} }), nil, allItems, by("", 0), 100, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := returns.PlanWithdrawal(tc.order, tc.earlier, tc.items, tc.opts)
			if err != nil || got.Total != tc.want || got.Later != tc.later {
				t.Errorf("got %+v (%v), want %d and later %d", got, err, tc.want, tc.later)
			}
			if fault := unsound(got); fault != "" {
				t.Errorf("%s: %+v", fault, got)
			}
		})
	}
}

func withExtras(earlier []returns.Earlier, delivery, fees int64) []returns.Earlier {
	return append(slices.Clone(earlier), returns.Earlier{
		Amount: delivery + fees, Lines: []orders.RefundLine{{LineID: returns.DeliveryLine, Amount: delivery}, {LineID: returns.FeesLine, Amount: fees}},
	})
}

// unsound says what is wrong with a breakdown whatever it is of, "" when nothing is.
func unsound(b returns.Breakdown) string {
	var explained, booked, capped int64
	for _, line := range b.Lines {
		explained += line.Amount
		takes := slices.Contains(takenOff, line.Reason)
		if (takes && line.Amount >= 0) || (!takes && line.Amount < 0) {
			return "a line of the wrong sign"
		}
		if line.Reason == returns.CappedAtPaid {
			capped++
		}
	}
	for _, line := range b.Ledger {
		booked += line.Amount
		if line.Amount < 0 {
			return "a line of the ledger below zero"
		}
	}
	switch {
	case explained != b.Total:
		return "the explanation does not sum to the total"
	case booked != b.Total:
		return "the ledger does not sum to the total"
	case (capped == 1) != b.Capped:
		return "capped and not said, or the other way round"
	case b.Later < 0:
		return "less than nothing to come"
	}
	return ""
}

func TestEveryCentIsExplained(t *testing.T) {
	order := changed(func(o *orders.Order) { o.Total = 13000 })
	earlier := []returns.Earlier{{Amount: 900, Lines: []orders.RefundLine{
		{LineID: "tea", Amount: 600}, {LineID: returns.DeliveryLine, Amount: 200}, {LineID: returns.FeesLine, Amount: 100},
	}}}
	got, err := returns.PlanWithdrawal(order, earlier, allItems, returns.WithdrawalOptions{
		Informed: true, Deductions: []returns.Deduction{{LineID: "cup", Amount: 50, Reason: "chipped"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := returns.Breakdown{
		Lines: []returns.Explained{
			{Reason: returns.ForGoods, LineID: "tea", Quantity: 2, Amount: 10000},
			{Reason: returns.WentBackEarlier, LineID: "tea", Amount: -600},
			{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000},
			{Reason: returns.Deducted, LineID: "cup", Text: "chipped", Amount: -50},
			{Reason: returns.ForDelivery, Amount: 1500},
			{Reason: returns.DeliveryExtraKept, Amount: -500},
			{Reason: returns.WentBackEarlier, LineID: returns.DeliveryLine, Amount: -200},
			{Reason: returns.ForFee, Text: "payment", Amount: 150},
			{Reason: returns.ForFee, Text: "gift wrap", Amount: 300},
			{Reason: returns.WentBackEarlier, LineID: returns.FeesLine, Amount: -100},
			{Reason: returns.CappedAtPaid, Amount: -400},
		},
		Ledger: []orders.RefundLine{
			{LineID: "tea", Quantity: 2, Amount: 9400}, {LineID: "cup", Quantity: 1, Amount: 1950},
			{LineID: returns.DeliveryLine, Amount: 750}, // the limit takes from the end: nothing is left for fees
		},
		Total: 12100, Capped: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// That nothing of an express delivery goes back is explained, too.
func TestWhatIsKeptIsExplained(t *testing.T) {
	order := changed(func(o *orders.Order) { o.Shipping.Cheapest, o.Fees = 0, nil })
	got, err := returns.PlanWithdrawal(order, teaBack, cupOnly, returns.WithdrawalOptions{})
	want := []returns.Explained{
		{Reason: returns.ForGoods, LineID: "cup", Quantity: 1, Amount: 2000},
		{Reason: returns.ForDelivery, Amount: 1500}, {Reason: returns.DeliveryExtraKept, Amount: -1500},
	}
	if err != nil || !reflect.DeepEqual(got.Lines, want) {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

func TestPlanWithdrawalRefuses(t *testing.T) {
	chipped := returns.Deduction{LineID: "cup", Amount: 500, Reason: "chipped"}
	deducting := func(informed bool, d returns.Deduction) returns.WithdrawalOptions {
		return returns.WithdrawalOptions{Informed: informed, Deductions: []returns.Deduction{d}}
	}
	with := func(change func(*returns.Deduction)) returns.Deduction {
		d := chipped
		change(&d)
		return d
	}
	for name, tc := range map[string]struct {
		order orders.Order
		items []returns.Item
		opts  returns.WithdrawalOptions
		err   error
	}{
		"a deduction where it is allowed":      {teaAndCup(), cupOnly, deducting(true, chipped), nil},
		"a deduction from the uninformed":      {teaAndCup(), cupOnly, deducting(false, chipped), returns.ErrDeduction},
		"a deduction without a reason":         {teaAndCup(), cupOnly, deducting(true, with(func(d *returns.Deduction) { d.Reason = " \n" })), returns.ErrDeduction},
		"a deduction of nothing":               {teaAndCup(), cupOnly, deducting(true, with(func(d *returns.Deduction) { d.Amount = 0 })), returns.ErrDeduction},
		"a deduction that adds":                {teaAndCup(), cupOnly, deducting(true, with(func(d *returns.Deduction) { d.Amount = -500 })), returns.ErrDeduction},
		"a deduction from what is kept":        {teaAndCup(), cupOnly, deducting(true, with(func(d *returns.Deduction) { d.LineID = "tea" })), returns.ErrDeduction},
		"a deduction from delivery":            {teaAndCup(), allItems, deducting(true, with(func(d *returns.Deduction) { d.LineID = returns.DeliveryLine })), returns.ErrDeduction},
		"delivery as an item":                  {teaAndCup(), []returns.Item{{LineID: returns.DeliveryLine, Quantity: 1}}, returns.WithdrawalOptions{}, returns.ErrLine},
		"no unit":                              {teaAndCup(), []returns.Item{{LineID: "cup"}}, returns.WithdrawalOptions{}, returns.ErrQuantity},
		"more units than there are":            {teaAndCup(), []returns.Item{{LineID: "cup", Quantity: 2}}, returns.WithdrawalOptions{}, returns.ErrQuantity},
		"more units in two items":              {teaAndCup(), append(slices.Clone(allItems), cupOnly...), returns.WithdrawalOptions{}, returns.ErrQuantity},
		"quantities that overflow":             {teaAndCup(), []returns.Item{{LineID: "cup", Quantity: math.MaxInt}, {LineID: "cup", Quantity: math.MaxInt}, {LineID: "cup", Quantity: 3}}, returns.WithdrawalOptions{}, returns.ErrQuantity},
		"a line the shop took out":             {changed(func(o *orders.Order) { o.Lines[1].Cancelled = true }), cupOnly, returns.WithdrawalOptions{}, returns.ErrLine},
		"a price that overflows":               {changed(func(o *orders.Order) { o.Lines[1].UnitPrice = math.MaxInt64 }), cupOnly, returns.WithdrawalOptions{}, returns.ErrAmount},
		"taxes that overflow together":         {changed(func(o *orders.Order) { o.PricesIncludeTax, o.Lines[0].Tax, o.Lines[1].Tax = false, 1<<52, 1<<53-1 }), cupOnly, returns.WithdrawalOptions{}, returns.ErrAmount},
		"delivery that overflows":              {changed(func(o *orders.Order) { o.Shipping.Paid = math.MaxInt64 }), cupOnly, returns.WithdrawalOptions{}, returns.ErrAmount},
		"the tax of delivery overflows":        {changed(func(o *orders.Order) { o.Shipping.Tax = math.MaxInt64 }), cupOnly, returns.WithdrawalOptions{}, returns.ErrAmount},
		"a fee that overflows":                 {changed(func(o *orders.Order) { o.Fees[0].Amount = math.MaxInt64 }), cupOnly, returns.WithdrawalOptions{}, returns.ErrAmount},
		"fees that overflow together":          {changed(func(o *orders.Order) { o.Fees[0].Amount, o.Fees[1].Amount = 1<<53-1, 1<<53-1 }), cupOnly, returns.WithdrawalOptions{}, returns.ErrAmount},
		"everything negative is worth nothing": {changed(func(o *orders.Order) { o.Shipping, o.Total = orders.Shipping{Paid: -5, Tax: -5}, -1 }), allItems, returns.WithdrawalOptions{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := returns.PlanWithdrawal(tc.order, nil, tc.items, tc.opts)
			if !errors.Is(err, tc.err) || (err != nil && !reflect.DeepEqual(got, returns.Breakdown{})) {
				t.Errorf("got %+v, %v, want %v", got, err, tc.err)
			}
		})
	}
}

func TestCutLedger(t *testing.T) {
	lines := []orders.RefundLine{{LineID: "a", Quantity: 2, Amount: 700}, {LineID: "gift", Quantity: 1}, {LineID: "b", Quantity: 1, Amount: 300}, {LineID: returns.DeliveryLine, Amount: 50}}
	parts := func(amounts ...int64) (out []returns.Part) {
		for _, a := range amounts {
			out = append(out, returns.Part{Amount: a})
		}
		return out
	}
	for name, tc := range map[string]struct {
		parts []returns.Part
		want  [][]orders.RefundLine
	}{
		"one payment": {parts(1050), [][]orders.RefundLine{lines}},
		"a line over two payments": {parts(600, 450), [][]orders.RefundLine{
			{{LineID: "a", Quantity: 2, Amount: 600}},
			{{LineID: "a", Amount: 100}, lines[1], lines[2], lines[3]},
		}},
		"between two lines": {parts(700, 350), [][]orders.RefundLine{{lines[0], lines[1]}, {lines[2], lines[3]}}},
		"a line over three": {parts(100, 100, 850), [][]orders.RefundLine{
			{{LineID: "a", Quantity: 2, Amount: 100}}, {{LineID: "a", Amount: 100}}, {{LineID: "a", Amount: 500}, lines[1], lines[2], lines[3]},
		}},
		"no payment": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := returns.CutLedger(lines, tc.parts); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestRemaining(t *testing.T) {
	order := changed(func(o *orders.Order) {
		o.Lines = append(o.Lines, orders.Line{ID: "gone", Quantity: 1, Cancelled: true})
	})
	earlier := []returns.Earlier{{Lines: []orders.RefundLine{{LineID: "tea", Quantity: 1}, {LineID: "cup", Quantity: 3}}}}
	if got := returns.Remaining(order, earlier); !reflect.DeepEqual(got, []returns.Item{{LineID: "tea", Quantity: 1}}) {
		t.Errorf("got %+v", got)
	}
}

// FuzzPlanWithdrawal: no order of any numbers overflows, panics, explains another sum than it gives, or gives back more than
// was paid.
func FuzzPlanWithdrawal(f *testing.F) {
	f.Add(int64(3990), 2, int64(1492), int64(100), int64(1499), int64(280), int64(999), int64(150), int64(28), int64(9479), true, 2, int64(0), 0, int64(0), "zero")
	f.Add(int64(3990), 3, int64(747), int64(1), int64(1499), int64(280), int64(0), int64(150), int64(28), int64(20000), false, 1, int64(1330), 1, int64(77), "proportional")
	f.Add(int64(1), 7, int64(0), int64(0), int64(1), int64(1), int64(-1), int64(1), int64(1), int64(9), false, 7, int64(3), 0, int64(1), "saving")
	f.Add(int64(0), 1, int64(0), int64(0), int64(500), int64(0), int64(500), int64(0), int64(0), int64(500), true, 1, int64(0), 0, int64(0), "")
	f.Add(int64(math.MaxInt64>>10), 1, int64(math.MaxInt64>>10), int64(0), int64(math.MaxInt64>>10), int64(math.MaxInt64>>10), int64(-1), int64(math.MaxInt64>>10), int64(0), int64(math.MaxInt64), false, 1, int64(math.MaxInt64), 1, int64(math.MaxInt64), "proportional")
	f.Add(int64(math.MaxInt64), math.MaxInt, int64(-1), int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), int64(math.MinInt64), false, math.MaxInt, int64(math.MinInt64), math.MinInt, int64(math.MinInt64), "odd")
	f.Fuzz(func(t *testing.T, price int64, quantity int, tax, discount, shipping, shippingTax, cheapest, fee, feeTax, total int64, included bool,
		back int, earlier int64, units int, deduction int64, policy string,
	) {
		order := orders.Order{
			PricesIncludeTax: included, OrderDiscount: discount, Total: total,
			Lines:    []orders.Line{{ID: "l", UnitPrice: price, Quantity: quantity, Tax: tax}, {ID: "m", UnitPrice: 100, Quantity: 1}},
			Shipping: orders.Shipping{Paid: shipping, Tax: shippingTax, Cheapest: cheapest}, Fees: []orders.Fee{{Kind: "f", Amount: fee, Tax: feeTax}},
		}
		before := []returns.Earlier{{Amount: earlier, Lines: []orders.RefundLine{
			{LineID: "l", Quantity: units, Amount: earlier}, {LineID: "m", Quantity: 1}, {LineID: returns.DeliveryLine, Amount: deduction},
		}}}
		opts := returns.WithdrawalOptions{Delivery: returns.PartialDelivery(policy), Saving: deduction, Informed: true}
		if deduction > 0 {
			opts.Deductions = []returns.Deduction{{LineID: "l", Amount: deduction, Reason: "worn"}}
		}
		b, err := returns.PlanWithdrawal(order, before, []returns.Item{{LineID: "l", Quantity: back}}, opts)
		if err != nil {
			return
		}
		if fault := unsound(b); fault != "" {
			t.Fatalf("%s: %+v", fault, b)
		}
		if b.Total < 0 || b.Total > max(total, 0) || (earlier > 0 && b.Total > max(total-earlier, 0)) {
			t.Fatalf("%+v of %d, %d before", b, total, earlier)
		}
	})
}
