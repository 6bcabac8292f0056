package returns_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/returns"
)

// gifted is the situation of shop's order when the recipient of a gift asks.
func gifted(items []returns.Item, taken returns.Taken) returns.Situation {
	s := situation()
	s.Gift = &returns.Gift{Items: items, Taken: taken}
	return s
}

func giftRequest(line string, n int, r returns.Remedy) returns.Request {
	req := returns.Request{Items: []returns.Item{{LineID: line, Quantity: n}}, Reason: "changed_mind", Remedy: r, Wish: returns.Wish{Gift: true}}
	if r == returns.ExchangeRemedy {
		req.Wish.Exchange = []returns.Exchange{{LineID: line, Quantity: n, Title: "The same"}}
	}
	return req
}

// A gift's offer holds its own units alone, exchange and store credit alone, and no fee.
func TestWhatAGiftOffers(t *testing.T) {
	t.Parallel()
	o := shop().Offer(gifted([]returns.Item{{LineID: "cup", Quantity: 1}, {LineID: "sofa", Quantity: 1}}, nil))
	if len(o.Lines) != 2 || !o.Verdict.Allowed {
		t.Fatalf("%d lines, %+v", len(o.Lines), o.Verdict)
	}
	cup, sofa := lineOf(t, o, "cup"), lineOf(t, o, "sofa")
	if cup.Left != 1 || !slices.Equal(cup.Remedies, []returns.Remedy{returns.CreditRemedy}) || cup.KeepBelow != 0 {
		t.Errorf("the cup: %+v", cup)
	}
	if !slices.Equal(sofa.Remedies, []returns.Remedy{returns.ExchangeRemedy, returns.CreditRemedy}) || sofa.PaidBy != returns.ShopperPays {
		t.Errorf("the sofa: %+v", sofa)
	}
	if sofa.LabelFee != 0 || sofa.HandlingFee != 0 || sofa.Restocking != 0 || sofa.CreditBonus != 0 {
		t.Errorf("fees are taken from a gift: %+v", sofa)
	}
}

func TestWhatAGiftMayAskFor(t *testing.T) {
	t.Parallel()
	two := []returns.Item{{LineID: "cup", Quantity: 2}}
	for name, c := range map[string]struct {
		s       returns.Situation
		r       returns.Request
		field   string
		code    returns.Code
		allowed bool
	}{
		"credit":                     {gifted(two, nil), giftRequest("cup", 2, returns.CreditRemedy), "", "", true},
		"money":                      {gifted(two, nil), giftRequest("cup", 1, returns.RefundRemedy), "remedy", returns.RemedyUnknown, false},
		"money and the goods":        {gifted(two, nil), giftRequest("cup", 1, returns.KeepRemedy), "remedy", returns.RemedyUnknown, false},
		"repair":                     {gifted(two, nil), giftRequest("cup", 1, returns.RepairRemedy), "remedy", returns.RemedyUnknown, false},
		"more than the gift":         {gifted([]returns.Item{{LineID: "cup", Quantity: 1}}, nil), giftRequest("cup", 2, returns.CreditRemedy), "qty.cup", returns.QuantityTooMany, false},
		"another's line":             {gifted(two, nil), giftRequest("sofa", 1, returns.CreditRemedy), "qty.sofa", returns.LineUnknown, false},
		"again":                      {gifted(two, returns.Taken{"cup": 2}), giftRequest("cup", 1, returns.CreditRemedy), "qty.cup", returns.AlreadyReturned, false},
		"what the buyer returned":    {taken(gifted(two, nil), "cup", 2), giftRequest("cup", 1, returns.CreditRemedy), "qty.cup", returns.AlreadyReturned, false},
		"what the policy excludes":   {gifted([]returns.Item{{LineID: "slip", Quantity: 1}}, nil), giftRequest("slip", 1, returns.CreditRemedy), "qty.slip", returns.Hygiene, false},
		"the buyer still gets money": {situation(), giftRequest("cup", 1, returns.RefundRemedy), "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, faults := shop().Decide(c.s, c.r)
			if (faults == nil) != c.allowed || (c.field != "" && faults[c.field] != c.code) {
				t.Errorf("%v", faults)
			}
			if c.s.Gift != nil && faults == nil && (d.Conditions.LabelFee != 0 || d.Conditions.HandlingFee != 0 || len(d.Conditions.Restocking) > 0) {
				t.Errorf("a fee: %+v", d.Conditions)
			}
		})
	}
}

func taken(s returns.Situation, line string, n int) returns.Situation {
	s.Taken = returns.Taken{line: n}
	return s
}

// A shop that offers money alone has nothing for a recipient, and says which.
func TestAPolicyWithoutGifts(t *testing.T) {
	t.Parallel()
	p := returns.Policy{Window: 30 * dayLong, AutoApprove: true}
	o := p.Offer(gifted([]returns.Item{{LineID: "cup", Quantity: 1}}, nil))
	if o.Verdict.Allowed || o.Verdict.Code != returns.NotForGifts || lineOf(t, o, "cup").Left != 0 {
		t.Errorf("%+v", o)
	}
}

// Whatever is asked for: what a gift gets granted is an exchange or credit, without a fee, for units of the gift that nobody has.
func TestNoGiftBringsMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := []string{"cup", "sofa", "slip", "none"}
		items := func(name string) []returns.Item {
			var out []returns.Item
			for range rapid.IntRange(0, 3).Draw(t, name+" items") {
				out = append(out, returns.Item{LineID: rapid.SampledFrom(lines).Draw(t, name+" line"), Quantity: rapid.IntRange(-1, 3).Draw(t, name+" quantity")})
			}
			return out
		}
		s := gifted(items("gift"), returns.Taken{"cup": rapid.IntRange(0, 2).Draw(t, "taken")})
		s.Withdrawable = rapid.Bool().Draw(t, "withdrawable")
		req := returns.Request{
			Items: items("request"), Reason: rapid.SampledFrom(returns.Reasons).Draw(t, "reason"),
			Remedy: rapid.SampledFrom(append([]returns.Remedy{"", "yacht"}, returns.AllRemedies...)).Draw(t, "remedy"),
		}
		for _, i := range req.Items {
			req.Wish.Exchange = append(req.Wish.Exchange, returns.Exchange{LineID: i.LineID, Quantity: i.Quantity})
		}
		d, faults := shop().Decide(s, req)
		if faults != nil {
			return
		}
		if !slices.Contains(returns.GiftRemedies, req.Remedy) {
			t.Fatalf("granted %s", req.Remedy)
		}
		if c := d.Conditions; c.LabelFee+c.HandlingFee != 0 || len(c.Restocking) > 0 || c.CreditBonus != 0 || c.Keep {
			t.Fatalf("a fee: %+v", c)
		}
		for _, line := range lines {
			if got, has := units(req.Items, line), max(units(s.Gift.Items, line), 0); got > max(has-s.Gift.Taken[line], 0) {
				t.Fatalf("%d of %s, the gift has %d", got, line, has)
			}
		}
	})
}

func units(items []returns.Item, line string) int {
	n := 0
	for _, i := range items {
		if i.LineID == line {
			n += i.Quantity
		}
	}
	return n
}
