package returns_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

func day(d, hour int) time.Time { return time.Date(2026, 3, d, hour, 0, 0, 0, time.UTC) }

func inHand(at time.Time) orders.Parcel {
	return orders.Parcel{Stage: orders.Delivered, DeliveredTo: orders.ToRecipient, DeliveredAt: at}
}

// eligible asks a policy without anything known of the customer.
func eligible(state orders.State, policy returns.Policy, now time.Time, taken returns.Taken) ([]returns.EligibleLine, returns.Verdict) {
	offer := policy.Offer(returns.Situation{State: state, Now: now, Taken: taken})
	return offer.Eligible(), offer.Verdict
}

func TestWindow(t *testing.T) {
	warsaw := place(t, "Europe/Warsaw")
	policy := returns.Policy{Window: 30 * 24 * time.Hour, Zone: warsaw}
	lines := []orders.Line{{ID: "l1", Quantity: 1}}
	// Possessed on 1 March: the last day is 31 March, which ends at its midnight in summer time.
	end, last := time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC), calendar.NewDate(2026, 3, 31)
	for name, tc := range map[string]struct {
		parcels   []orders.Parcel
		cancelled bool
		now       time.Time
		want      returns.Verdict
	}{
		"inside":                   {[]orders.Parcel{inHand(day(1, 10))}, false, end.Add(-time.Second), returns.Verdict{Allowed: true, Until: end, Last: last}},
		"over":                     {[]orders.Parcel{inHand(day(1, 10))}, false, end, returns.Verdict{Code: returns.WindowOver, Until: end, Last: last}},
		"from the last parcel":     {[]orders.Parcel{inHand(day(1, 10)), inHand(day(1, 5))}, false, day(2, 0), returns.Verdict{Allowed: true, Until: end, Last: last}},
		"one is still to come":     {[]orders.Parcel{inHand(day(1, 10)), {Stage: orders.InTransit}}, false, day(90, 0), returns.Verdict{Allowed: true, Code: returns.NotDeliveredYet}},
		"a cancelled one is not":   {[]orders.Parcel{inHand(day(1, 10)), {Stage: orders.ParcelGone}}, false, day(2, 0), returns.Verdict{Allowed: true, Until: end, Last: last}},
		"at a neighbour's":         {[]orders.Parcel{{Stage: orders.Delivered, DeliveredTo: orders.ToNeighbour, DeliveredAt: day(1, 10)}}, false, day(90, 0), returns.Verdict{Allowed: true, Code: returns.NotDeliveredYet}},
		"nothing was shipped":      {nil, false, day(2, 0), returns.Verdict{Allowed: true, Code: returns.NotDeliveredYet}},
		"the order was called off": {nil, true, day(2, 0), returns.Verdict{Code: returns.OrderCancelled}},
	} {
		t.Run(name, func(t *testing.T) {
			state := orders.State{Known: true, Order: orders.Order{Lines: lines}, Parcels: tc.parcels}
			if tc.cancelled {
				state.CancelledAt = day(1, 0)
			}
			if _, got := eligible(state, policy, tc.now, nil); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestEligibleLines(t *testing.T) {
	state := orders.State{Order: orders.Order{Lines: []orders.Line{
		{ID: "tea", Quantity: 3}, {ID: "taken", Quantity: 1}, {ID: "card", Quantity: 1, NotShipped: true}, {ID: "food", Quantity: 1, Withdrawal: "no"},
		{ID: "film", Quantity: 1, Withdrawal: "unless_unsealed"}, {ID: "gone", Quantity: 1, Cancelled: true},
	}}}
	lines, _ := eligible(state, returns.Policy{}, day(1, 0), returns.Taken{"tea": 1, "taken": 5})
	var got []string
	for _, l := range lines {
		got = append(got, l.Line.ID+" "+string(rune('0'+l.Left))+" "+string(l.Code))
	}
	want := []string{"tea 2 ", "taken 0 already_returned", "card 0 not_returnable", "food 0 not_returnable", "film 1 "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	_, verdict := eligible(state, returns.Policy{}, day(1, 0), returns.Taken{"tea": 3, "taken": 1, "film": 1})
	if verdict.Allowed || verdict.Code != returns.NothingLeft {
		t.Errorf("%+v", verdict)
	}
}

func TestSteps(t *testing.T) {
	walk := func(state returns.State, steps ...returns.Step) (returns.State, error) {
		var err error
		for _, step := range steps {
			if state, err = returns.Next(state, step); err != nil {
				return state, err
			}
		}
		return state, nil
	}
	for name, tc := range map[string]struct {
		from  returns.State
		steps []returns.Step
		want  returns.State
		fails bool
	}{
		"the whole way":                 {returns.Requested, []returns.Step{returns.Approve, returns.Send, returns.Receive, returns.Refund, returns.Settle}, returns.Closed, false},
		"approved at once":              {returns.Approved, []returns.Step{returns.Receive}, returns.Received, false},
		"sent before it was told":       {returns.Requested, []returns.Step{returns.Receive}, returns.Received, false},
		"in two parcels":                {returns.InTransit, []returns.Step{returns.Receive, returns.Receive, returns.Refund, returns.Receive, returns.Refund}, returns.Refunding, false},
		"money that did not arrive":     {returns.Closed, []returns.Step{returns.Reopened, returns.Refund, returns.Settle}, returns.Closed, false},
		"money before goods":            {returns.Approved, []returns.Step{returns.Refund, returns.Send, returns.Receive, returns.Settle}, returns.Closed, false},
		"no money before approval":      {returns.Requested, []returns.Step{returns.Refund}, returns.Requested, true},
		"rejected stays rejected":       {returns.Requested, []returns.Step{returns.Reject, returns.Approve}, returns.Rejected, true},
		"not called off with money out": {returns.Refunding, []returns.Step{returns.CallOff}, returns.Refunding, true},
		"a state that is none":          {"odd", []returns.Step{returns.Approve}, "odd", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := walk(tc.from, tc.steps...)
			if got != tc.want || (err != nil) != tc.fails || (err != nil && !errors.Is(err, returns.ErrStep)) {
				t.Errorf("got %s (%v), want %s", got, err, tc.want)
			}
		})
	}
}

// The last day of a window is the shop's. It ends for the shopper when it ends there, if that is later, and never before it ends in the
// shop; told in any zone, it is that day.
func TestTheLastDayOfAWindowInAnotherZone(t *testing.T) {
	warsaw := place(t, "Europe/Warsaw")
	for name, end := range map[string]time.Time{
		"Europe/Warsaw":    time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC),
		"Asia/Dubai":       time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC),
		"America/New_York": time.Date(2026, 4, 1, 4, 0, 0, 0, time.UTC),
	} {
		state := orders.State{Known: true, Order: orders.Order{Lines: []orders.Line{{ID: "l1", Quantity: 1}}}, Parcels: []orders.Parcel{inHand(day(1, 10))}}
		policy, there := returns.Policy{Window: 30 * 24 * time.Hour, Zone: warsaw}, place(t, name)
		v := policy.Offer(returns.Situation{State: state, Now: end.Add(-time.Second), Zone: there}).Verdict
		if told := calendar.Of(v.Last.Noon(there), there); !v.Allowed || !v.Until.Equal(end) || told != calendar.NewDate(2026, 3, 31) {
			t.Errorf("%s: %+v, told as %s", name, v, told)
		}
		if v := policy.Offer(returns.Situation{State: state, Now: end, Zone: there}).Verdict; v.Allowed {
			t.Errorf("%s: still open at %s", name, end)
		}
	}
}

// The same of a term that a law sets, with its shop in another zone.
func TestTheLastDayOfATermInAnotherZone(t *testing.T) {
	for _, shop := range []string{"Europe/Warsaw", "Asia/Dubai", "America/New_York"} {
		for country, name := range map[string]string{"PL": "Europe/Warsaw", "AE": "Asia/Dubai", "US": "America/New_York"} {
			there := place(t, name)
			contract := returns.NewContract(returns.Party{Country: country, Zone: there}, returns.Party{Country: "PL", Zone: place(t, shop)})
			said := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			for _, term := range []returns.Term{returns.MustSendBack(contract, said), returns.RefundDue(contract, returns.Declaration{At: said}).Term} {
				told := calendar.Of(term.LastDay(there), there)
				if !term.End.IsZero() && told != term.Last {
					t.Errorf("%s to %s, %s: the last day is %s, told as %s", shop, name, term.Rule, term.Last, told)
				}
			}
		}
	}
	if day := (returns.Term{}).LastDay(time.UTC); !day.IsZero() {
		t.Errorf("an open term ends on %s", day)
	}
}

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Skip("no time zone database: ", err)
	}
	return zone
}
