package returns_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

const dayLong = 24 * time.Hour

func pln(minor int64) returns.Amounts { return returns.Amounts{{Minor: minor, Currency: "PLN"}} }

// bought is an order of two cups for 30.00 each, a sofa for 2,000.00 and a slip, in hand since 1 March at ten.
func bought() orders.State {
	return orders.State{
		Known: true, Parcels: []orders.Parcel{inHand(day(1, 10))},
		Order: orders.Order{
			Currency: "PLN", PlacedAt: day(1, 0).AddDate(0, 0, -4), PricesIncludeTax: true, ShipTo: orders.Address{Country: "PL"},
			Lines: []orders.Line{
				{ID: "cup", SKU: "MUG-1", Category: "Kitchen", Quantity: 2, UnitPrice: 3000},
				{ID: "sofa", SKU: "SOFA-3", Category: "Furniture", Quantity: 1, UnitPrice: 200000},
				{ID: "slip", SKU: "U/7", Category: "underwear women", Quantity: 1, UnitPrice: 4000},
			},
			Total: 210000, Payments: []orders.Payment{{Kind: "stripe", Amount: 210000}},
		},
	}
}

func situation() returns.Situation { return returns.Situation{State: bought(), Now: day(10, 12)} }

// shop is a policy with a bit of everything.
func shop() returns.Policy {
	return returns.Policy{
		Window: 30 * dayLong, AutoApprove: true, Country: "PL",
		Rules: []returns.Rule{
			{Name: "underwear", When: returns.Match{Categories: []string{"underwear*"}}, Terms: returns.Terms{Excluded: returns.Hygiene}},
			{Name: "abroad", When: returns.Match{Countries: []string{"CH"}, SKUs: []string{"*"}}, Terms: returns.Terms{Excluded: returns.FinalSale}},
			{Name: "furniture", When: returns.Match{SKUs: []string{"sofa-*", "BED*X"}}, Terms: returns.Terms{
				Window: 100 * dayLong, From: returns.FromShipped, PaidBy: returns.ShopperPays, LabelFee: pln(5900), HandlingFee: pln(1000), Restocking: 15,
				Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy}, CreditBonus: 10, Inspect: true, RefundWhen: returns.OnInspection,
			}},
			{Name: "kitchen", When: returns.Match{Categories: []string{"kitchen"}}, Terms: returns.Terms{
				Window: 14 * dayLong, Remedies: []returns.Remedy{returns.RefundRemedy, returns.KeepRemedy, returns.CreditRemedy}, KeepBelow: pln(5000), RefundWhen: returns.OnFirstScan,
			}},
		},
		Approvals: []returns.Approval{
			{Name: "dear", When: returns.Circumstances{ItemValueFrom: pln(100000)}, Then: returns.ThenStaff},
			{Name: "late", When: returns.Circumstances{Reasons: []returns.Reason{"arrived_late"}}, Then: returns.ThenRefuse, Because: returns.ByShopPolicy},
		},
	}
}

func lineOf(t *testing.T, o returns.Offer, id string) returns.LineOffer {
	t.Helper()
	i := slices.IndexFunc(o.Lines, func(l returns.LineOffer) bool { return l.Line.ID == id })
	if i < 0 {
		t.Fatalf("no line %s", id)
	}
	return o.Lines[i]
}

func TestOfferByLine(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*returns.Policy, *returns.Situation)
		line   string
		want   func(returns.LineOffer) bool
	}{
		"excluded, whatever the letters": {nil, "slip", func(l returns.LineOffer) bool {
			return l.Left == 0 && l.Code == returns.Hygiene && l.Rule == "underwear" && l.Why[0].Code == returns.Hygiene && strings.Contains(l.Why[0].Detail, "underwear*")
		}},
		"by SKU": {nil, "sofa", func(l returns.LineOffer) bool {
			return l.Rule == "furniture" && l.PaidBy == returns.ShopperPays && l.LabelFee == 5900 && l.HandlingFee == 1000 && l.Restocking == 15 &&
				l.CreditBonus == 10 && l.Inspect && l.RefundWhen == returns.OnInspection && l.Worth == 200000
		}},
		"of the shipped parcel nothing is known": {nil, "sofa", func(l returns.LineOffer) bool { return l.Until.IsZero() && l.Why[0].Code == returns.NotDeliveredYet }},
		"its own window": {nil, "cup", func(l returns.LineOffer) bool {
			return l.Until.Equal(day(16, 0)) && l.Left == 2 && l.Worth == 6000 && l.KeepBelow == 5000 && l.Why[0].Code == returns.ReturnableUntil && strings.Contains(l.Why[0].Detail, "2026-03-15")
		}},
		"its own window is over": {func(_ *returns.Policy, s *returns.Situation) { s.Now = day(16, 0) }, "cup", func(l returns.LineOffer) bool {
			return l.Left == 0 && l.Code == returns.WindowOver && l.Worth == 0
		}},
		"the country counts": {func(_ *returns.Policy, s *returns.Situation) { s.State.Order.ShipTo.Country = "CH" }, "sofa", func(l returns.LineOffer) bool { return l.Code == returns.FinalSale }},
		"the shop's country, when none is known": {func(p *returns.Policy, s *returns.Situation) { s.State.Order.ShipTo.Country, p.Country = "", "CH" }, "sofa", func(l returns.LineOffer) bool {
			return l.Code == returns.FinalSale
		}},
		"no fee in another currency": {func(_ *returns.Policy, s *returns.Situation) { s.State.Order.Currency = "EUR" }, "sofa", func(l returns.LineOffer) bool {
			return l.LabelFee == 0 && l.HandlingFee == 0 && l.Why[1].Code == returns.NoFeesCurrency
		}},
		"no keep in another currency": {func(_ *returns.Policy, s *returns.Situation) { s.State.Order.Currency = "EUR" }, "cup", func(l returns.LineOffer) bool {
			return l.KeepBelow == 0 && !slices.Contains(l.Remedies, returns.KeepRemedy)
		}},
		"no fee while it can be withdrawn from, but the way back": {func(_ *returns.Policy, s *returns.Situation) { s.Withdrawable = true }, "sofa", func(l returns.LineOffer) bool {
			return l.LabelFee == 5900 && l.HandlingFee == 0 && l.Restocking == 0 && l.Why[1].Code == returns.NoFeesWithdrawal
		}},
		"taken": {func(_ *returns.Policy, s *returns.Situation) { s.Taken = returns.Taken{"cup": 7} }, "cup", func(l returns.LineOffer) bool {
			return l.Left == 0 && l.Code == returns.AlreadyReturned
		}},
		"refused whatever the reason": {func(p *returns.Policy, _ *returns.Situation) {
			p.Approvals = []returns.Approval{{Name: "tiny", When: returns.Circumstances{ItemValueBelow: pln(5000)}, Then: returns.ThenRefuse, Because: returns.ValueLimit}}
		}, "cup", func(l returns.LineOffer) bool { return l.Left == 0 && l.Code == returns.ValueLimit && l.Rule == "tiny" }},
		"refused only for a reason is offered": {func(p *returns.Policy, _ *returns.Situation) {
			p.Approvals = []returns.Approval{{Name: "x", When: returns.Circumstances{Reasons: []returns.Reason{"other"}}, Then: returns.ThenRefuse, Because: returns.ValueLimit}}
		}, "cup", func(l returns.LineOffer) bool { return l.Left == 2 }},
		"the order was called off": {func(_ *returns.Policy, s *returns.Situation) { s.State.CancelledAt = day(2, 0) }, "cup", func(l returns.LineOffer) bool {
			return l.Left == 0 && l.Code == returns.OrderCancelled
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := shop(), situation()
			if tc.change != nil {
				tc.change(&p, &s)
			}
			if l := lineOf(t, p.Offer(s), tc.line); !tc.want(l) {
				t.Errorf("%+v", l)
			}
		})
	}
}

// A window begins with the moment that its rule names, of the last live parcel.
func TestWindowFrom(t *testing.T) {
	parcel := orders.Parcel{Stage: orders.Delivered, HandedOverAt: day(2, 9), DeliveredAt: day(4, 9), DeliveredTo: orders.ToNeighbour}
	for from, want := range map[returns.From]time.Time{
		"": {}, returns.FromPossession: {}, returns.FromDelivered: day(15, 0), returns.FromShipped: day(13, 0), returns.FromPlaced: day(12, 0),
	} {
		s := returns.Situation{Now: day(5, 0), State: orders.State{
			Parcels: []orders.Parcel{parcel, {Stage: orders.ParcelGone}}, Order: orders.Order{PlacedAt: day(1, 23), Lines: []orders.Line{{ID: "a", Quantity: 1}}},
		}}
		p := returns.Policy{Rules: []returns.Rule{{Name: "r", Terms: returns.Terms{Window: 10 * dayLong, From: from}}}}
		if got := p.Offer(s).Lines[0].Until; !got.Equal(want) {
			t.Errorf("from %q: %v, want %v", from, got, want)
		}
	}
}

func TestVerdictOfRulesThatDiffer(t *testing.T) {
	p, s := shop(), situation()
	s.Now = day(20, 0) // the cup's window is over, the sofa's is open
	if v := p.Offer(s).Verdict; !v.Allowed || v.Code != returns.NotDeliveredYet {
		t.Errorf("%+v", v)
	}
	s.Taken = returns.Taken{"sofa": 1}
	p.Rules[2].From = returns.FromPossession
	if v := p.Offer(s).Verdict; v.Allowed || v.Code != returns.NothingLeft {
		t.Errorf("%+v", v)
	}
	p.Rules[2].Excluded = returns.FinalSale
	if v := p.Offer(s).Verdict; v.Allowed || v.Code != returns.WindowOver || !v.Until.Equal(day(16, 0)) {
		t.Errorf("%+v", v)
	}
}

func ask(remedy returns.Remedy, reason returns.Reason, pairs ...any) returns.Request {
	r := returns.Request{Remedy: remedy, Reason: reason}
	for i := 0; i < len(pairs); i += 2 {
		r.Items = append(r.Items, returns.Item{LineID: pairs[i].(string), Quantity: pairs[i+1].(int)})
	}
	return r
}

func TestDecide(t *testing.T) {
	furniture := returns.Conditions{
		Rules: []string{"furniture"}, PaidBy: returns.ShopperPays, LabelFee: 5900, HandlingFee: 1000, Restocking: []returns.LineRate{{LineID: "sofa", Percent: 15}},
		Inspect: true, RefundWhen: returns.OnInspection,
	}
	credit, faulty := furniture, furniture
	credit.CreditBonus = 10
	faulty.PaidBy, faulty.LabelFee, faulty.HandlingFee, faulty.Restocking = returns.ShopPays, 0, 0, nil
	both := furniture
	both.Rules, both.PaidBy, both.LabelFee, both.HandlingFee = []string{"kitchen", "furniture"}, returns.ShopPays, 0, 0
	for name, tc := range map[string]struct {
		request returns.Request
		state   returns.State
		want    returns.Conditions
		because []returns.Code
	}{
		"a cup": {ask("refund", "other", "cup", 2), returns.Approved, returns.Conditions{
			Rules: []string{"kitchen"}, PaidBy: returns.ShopPays, RefundWhen: returns.OnFirstScan,
		}, []returns.Code{returns.ReturnableUntil, returns.ShopPaysWay, returns.PaidOnFirstScan, returns.ApprovedAtOnce}},
		"a cup to keep": {ask("keep", "other", "cup", 1), returns.Approved, returns.Conditions{
			Rules: []string{"kitchen"}, PaidBy: returns.ShopPays, Keep: true, RefundWhen: returns.AtOnce,
		}, []returns.Code{returns.ReturnableUntil, returns.GoodsStay, returns.PaidAtOnce, returns.ApprovedAtOnce}},
		"a sofa": {ask("refund", "changed_mind", "sofa", 1), returns.Requested, furniture, []returns.Code{
			returns.NotDeliveredYet, returns.ShopperPaysWay, returns.LabelCosts, returns.RestockingTaken, returns.HandlingCosts, returns.Inspected, returns.PaidOnInspection, returns.StaffDecides,
		}},
		"credit for a sofa": {ask("credit", "changed_mind", "sofa", 1), returns.Requested, credit, nil},
		"a broken sofa": {ask("refund", "defective", "sofa", 1), returns.Requested, faulty, []returns.Code{
			returns.NotDeliveredYet, returns.ShopPaysReason, returns.NoFeesFault, returns.Inspected, returns.PaidOnInspection, returns.StaffDecides,
		}},
		"both in one": {ask("refund", "other", "sofa", 1, "cup", 1), returns.Requested, both, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d, faults := shop().Decide(situation(), tc.request)
			if faults != nil {
				t.Fatal(faults)
			}
			var codes []returns.Code
			for _, w := range d.Conditions.Why {
				codes = append(codes, w.Code)
				if w.Detail == "" || w.Rule == "" && w.Code != returns.StaffDecides {
					t.Errorf("staff are not told: %+v", w)
				}
			}
			if tc.because != nil && !slices.Equal(codes, tc.because) {
				t.Errorf("because %q, want %q", codes, tc.because)
			}
			d.Conditions.Why = nil
			if d.State != tc.state || !reflect.DeepEqual(d.Conditions, tc.want) {
				t.Errorf("got %s %+v\nwant %s %+v", d.State, d.Conditions, tc.state, tc.want)
			}
		})
	}
}

func TestDecideRefuses(t *testing.T) {
	with := func(r returns.Request, change func(*returns.Request)) returns.Request {
		change(&r)
		return r
	}
	swap := func(quantity int, price int64) func(*returns.Request) {
		return func(r *returns.Request) {
			r.Wish.Exchange = []returns.Exchange{{LineID: "sofa", Quantity: quantity, UnitPrice: price}}
		}
	}
	for name, tc := range map[string]struct {
		request returns.Request
		want    returns.Faults
	}{
		"excluded":           {ask("refund", "other", "slip", 1), returns.Faults{"qty.slip": returns.Hygiene}},
		"more than are left": {ask("refund", "other", "cup", 2, "cup", 1), returns.Faults{"qty.cup": returns.QuantityTooMany}},
		"nothing":            {ask("refund", "other"), returns.Faults{"items": returns.NothingChosen}},
		"no reason":          {ask("refund", "", "cup", 1), returns.Faults{"reason": returns.ReasonUnknown}},
		"no remedy":          {ask("", "other", "cup", 1), returns.Faults{"remedy": returns.RemedyUnknown}},
		"another's remedy":   {ask("exchange", "other", "cup", 1), returns.Faults{"remedy": returns.RemedyNotForLine}},
		"too dear to keep":   {ask("keep", "other", "cup", 2), returns.Faults{"remedy": returns.KeepTooValuable}},
		"refused":            {ask("refund", "arrived_late", "cup", 1), returns.Faults{"qty.cup": returns.ByShopPolicy}},
		"exchanged for what": {ask("exchange", "other", "sofa", 1), returns.Faults{"exchange.sofa": returns.ExchangeMissing}},
		"exchanged too many": {with(ask("exchange", "other", "sofa", 1), swap(2, 0)), returns.Faults{"exchange.sofa": returns.ExchangeInvalid}},
		"exchanged for less": {with(ask("exchange", "other", "sofa", 1), swap(1, -5)), returns.Faults{"exchange.sofa": returns.ExchangeInvalid}},
		"method":             {with(ask("refund", "other", "cup", 1), func(r *returns.Request) { r.Wish.Method = "pigeon" }), returns.Faults{"method": returns.MethodUnknown}},
		"answer to nothing":  {with(ask("refund", "other", "cup", 1), func(r *returns.Request) { r.Answers = []returns.Reply{{Question: "x"}} }), returns.Faults{"answer.x": returns.AnswerUnknown}},
		"a long note":        {with(ask("refund", "other", "cup", 1), func(r *returns.Request) { r.Note = strings.Repeat("ł", 1001) }), returns.Faults{"note": returns.NoteTooLong}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, faults := shop().Decide(situation(), tc.request); !reflect.DeepEqual(faults, tc.want) {
				t.Errorf("got %v, want %v", faults, tc.want)
			}
		})
	}
}

func TestReasonsOfAPolicy(t *testing.T) {
	p := shop()
	p.Reasons = []returns.ReasonRule{
		{Code: "too_wide", PaidBy: returns.ShopperPays, Remedies: []returns.Remedy{returns.ExchangeRemedy, returns.KeepRemedy}, Photos: returns.PhotosRequired,
			Questions: []returns.Question{{Code: "door", Required: true}, {Code: "floor"}}},
		{Code: "faded", Claim: true},
	}
	r := ask("exchange", "too_wide", "cup", 1)
	r.Wish.Exchange = []returns.Exchange{{LineID: "cup", Quantity: 1, Title: "Cup"}}
	want := returns.Faults{"answer.door": returns.AnswerMissing, "photos": returns.PhotosMissing}
	if _, faults := p.Decide(situation(), r); !reflect.DeepEqual(faults, want) {
		t.Errorf("got %v, want %v", faults, want)
	}
	r.Answers, r.Photos = []returns.Reply{{Question: "door", Text: "kitchen"}}, 1
	d, faults := p.Decide(situation(), r)
	if faults != nil || d.Conditions.PaidBy != returns.ShopperPays || d.State != returns.Approved {
		t.Errorf("%v %+v", faults, d)
	}
	r.Wish.Exchange[0].SKU = "MUG-9"
	if d, _ = p.Decide(situation(), r); d.State != returns.Requested {
		t.Errorf("another item was approved at the price that the shopper said")
	}
	if d, _ = p.Decide(situation(), ask("refund", "faded", "sofa", 1)); d.Conditions.PaidBy != returns.ShopPays || d.Conditions.HandlingFee+d.Conditions.LabelFee != 0 || d.Conditions.Restocking != nil {
		t.Errorf("a claim cost something: %+v", d.Conditions)
	}
	if o := p.Offer(situation()); len(o.Reasons()) != 2 || o.Reasons()[0].Code != "too_wide" {
		t.Errorf("%+v", o.Reasons())
	}
	if _, faults = p.Decide(situation(), ask("refund", "damaged", "sofa", 1)); faults["reason"] != returns.ReasonUnknown {
		t.Errorf("a reason that is not offered: %v", faults)
	}
}

func TestApprovals(t *testing.T) {
	one := func(c returns.Circumstances, then returns.Then) []returns.Approval {
		return []returns.Approval{{Name: "a", When: c, Then: then, Because: returns.ByShopPolicy}}
	}
	for name, tc := range map[string]struct {
		approvals []returns.Approval
		change    func(*returns.Situation)
		want      returns.State // "" refused
	}{
		"none":                           {nil, nil, returns.Approved},
		"total from":                     {one(returns.Circumstances{OrderTotalFrom: pln(210000)}, "staff"), nil, returns.Requested},
		"total just below":               {one(returns.Circumstances{OrderTotalBelow: pln(210000)}, "staff"), nil, returns.Approved},
		"in another currency":            {one(returns.Circumstances{OrderTotalFrom: returns.Amounts{{Minor: 1, Currency: "EUR"}}}, "refuse"), nil, returns.Requested},
		"in another currency, elsewhere": {one(returns.Circumstances{Match: returns.Match{Countries: []string{"DE"}}, OrderTotalFrom: returns.Amounts{{Minor: 1, Currency: "EUR"}}}, "refuse"), nil, returns.Approved},
		"old enough":                     {one(returns.Circumstances{OrderAgeFrom: 13 * dayLong}, "refuse"), nil, ""},
		"not old enough":                 {one(returns.Circumstances{OrderAgeFrom: 14 * dayLong}, "refuse"), nil, returns.Approved},
		"placed who knows when":          {one(returns.Circumstances{OrderAgeFrom: 14 * dayLong}, "refuse"), func(s *returns.Situation) { s.State.Order.PlacedAt = time.Time{} }, returns.Requested},
		"reason":                         {one(returns.Circumstances{Reasons: []returns.Reason{"other"}}, "staff"), nil, returns.Requested},
		"another reason":                 {one(returns.Circumstances{Reasons: []returns.Reason{"damaged"}}, "staff"), nil, returns.Approved},
		"remedy":                         {one(returns.Circumstances{Remedies: []returns.Remedy{"refund"}}, "refuse"), nil, ""},
		"item":                           {one(returns.Circumstances{ItemValueFrom: pln(3001)}, "staff"), nil, returns.Approved},
		"often":                          {one(returns.Circumstances{ReturnsFrom: 3}, "staff"), func(s *returns.Situation) { s.History.Returns = 3 }, returns.Requested},
		"often is never refused":         {one(returns.Circumstances{ReturnsFrom: 3}, "refuse"), func(s *returns.Situation) { s.History.Returns = 30 }, returns.Requested},
		"rate of few orders":             {one(returns.Circumstances{ReturnRateFrom: 50}, "staff"), func(s *returns.Situation) { s.History = returns.History{Orders: 2, Returns: 2} }, returns.Approved},
		"rate":                           {one(returns.Circumstances{ReturnRateFrom: 50}, "staff"), func(s *returns.Situation) { s.History = returns.History{Orders: 4, Returns: 2} }, returns.Requested},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := returns.Policy{Window: 30 * dayLong, AutoApprove: true, Approvals: tc.approvals}, situation()
			if tc.change != nil {
				tc.change(&s)
			}
			d, faults := p.Decide(s, ask("refund", "other", "cup", 1))
			if d.State != tc.want || (faults == nil) != (tc.want != "") {
				t.Errorf("%s %v, want %s", d.State, faults, tc.want)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	text := returns.Texts{"pl": "tak", "en": "yes", "de": "ja"}
	for want, languages := range map[string][]string{"tak": {"ar", "pl"}, "ja": {"de", "pl"}, "yes": {"ru"}} {
		if got := text.In(languages...); got != want {
			t.Errorf("%v: %q, want %q", languages, got, want)
		}
	}
	if got := (returns.Texts{"pl": "tak", "de": "ja"}).In("ru"); got != "ja" {
		t.Errorf("%q", got)
	}
}

// What reckons and moves withdrawals and claims takes nothing that a policy is made of, or that tells of a customer: not as
// an argument, not inside one.
func TestNoPolicyReachesWhatTheLawSays(t *testing.T) {
	forbidden := []reflect.Type{
		reflect.TypeFor[returns.Policy](), reflect.TypeFor[returns.Rule](), reflect.TypeFor[returns.Terms](), reflect.TypeFor[returns.Conditions](),
		reflect.TypeFor[returns.History](), reflect.TypeFor[returns.Approval](), reflect.TypeFor[returns.Offer](), reflect.TypeFor[returns.Decision](),
	}
	seen := map[reflect.Type]bool{}
	var reaches func(reflect.Type) bool
	reaches = func(typ reflect.Type) bool {
		switch {
		case slices.Contains(forbidden, typ):
			return true
		case seen[typ] || typ == reflect.TypeFor[time.Location]():
			return false
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			return reaches(typ.Elem())
		case reflect.Struct:
			for field := range typ.Fields() {
				if reaches(field.Type) {
					return true
				}
			}
		}
		return false
	}
	for name, f := range map[string]any{
		"PlanWithdrawal": returns.PlanWithdrawal, "WithdrawalEnd": returns.WithdrawalEnd, "MustSendBack": returns.MustSendBack, "RefundDue": returns.RefundDue,
		"NewContract": returns.NewContract, "NextFor": returns.NextFor, "ClaimRemedies": returns.ClaimRemedies,
	} {
		for in := range reflect.TypeOf(f).Ins() {
			if reaches(in) {
				t.Errorf("%s takes %v, which a policy is in", name, in)
			}
		}
	}
	if !reaches(reflect.TypeFor[struct{ x []*returns.Policy }]()) {
		t.Error("this test finds nothing")
	}
}
