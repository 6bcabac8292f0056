package returns_test

import (
	"testing"

	"homeward/internal/returns"
)

func TestHands(t *testing.T) {
	two, one := []returns.Item{{LineID: "l1", Quantity: 2}}, []returns.Item{{LineID: "l1", Quantity: 1}}
	inspect, after := returns.Conditions{Inspect: true}, returns.Conditions{RefundWhen: returns.OnInspection}
	for name, c := range map[string]struct {
		kind     returns.Kind
		state    returns.State
		remedy   returns.Remedy
		received []returns.Item
		with     returns.Conditions
		want     returns.Hands
	}{
		"paid when the goods are there":     {returns.Return, returns.Received, returns.RefundRemedy, one, returns.Conditions{}, returns.Hands{}},
		"to look at":                        {returns.Return, returns.Received, returns.RefundRemedy, one, inspect, returns.Hands{Look: 1}},
		"paid after a look":                 {returns.Return, returns.Received, returns.RefundRemedy, two, after, returns.Hands{Look: 2}},
		"looked at, and its money goes":     {returns.Return, returns.Refunding, returns.RefundRemedy, two, inspect, returns.Hands{}},
		"still on its way":                  {returns.Return, returns.InTransit, returns.RefundRemedy, nil, inspect, returns.Hands{}},
		"a claim":                           {returns.Claim, returns.Received, returns.RepairRemedy, two, inspect, returns.Hands{}},
		"an exchange, all back":             {returns.Return, returns.Received, returns.ExchangeRemedy, two, returns.Conditions{}, returns.Hands{Send: true}},
		"an exchange whose difference goes": {returns.Return, returns.Refunding, returns.ExchangeRemedy, two, inspect, returns.Hands{Send: true}},
		"a repair, half back":               {returns.Return, returns.Received, returns.RepairRemedy, one, inspect, returns.Hands{Look: 1}},
		"an exchange that is over":          {returns.Return, returns.Closed, returns.ExchangeRemedy, two, inspect, returns.Hands{}},
	} {
		if got := returns.HandsOf(c.kind, c.state, c.remedy, two, c.received, c.with); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
