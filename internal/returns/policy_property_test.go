package returns_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// eligibleOnce is what was said before there were rules: the whole order, by one window from possession.
func eligibleOnce(state orders.State, policy returns.Policy, now time.Time, taken returns.Taken) (lines []returns.EligibleLine, v returns.Verdict) {
	left := 0
	for _, line := range state.Order.Lines {
		if line.Cancelled {
			continue
		}
		e := returns.EligibleLine{Line: line, Left: max(line.Quantity-taken[line.ID], 0)}
		if line.NotShipped || line.Withdrawal == "no" {
			e.Left, e.Code = 0, returns.NotReturnable
		} else if e.Left == 0 {
			e.Code = returns.AlreadyReturned
		}
		left += e.Left
		lines = append(lines, e)
	}
	var until time.Time
	for _, p := range state.Parcels {
		if p.Live() && p.Possessed().IsZero() {
			until = time.Time{}
			break
		}
		if p.Live() && p.Possessed().After(until) {
			until = p.Possessed()
		}
	}
	if !until.IsZero() {
		end := until.UTC().AddDate(0, 0, int(policy.Window/dayLong))
		until = time.Date(end.Year(), end.Month(), end.Day()+1, 0, 0, 0, 0, time.UTC)
	}
	v = returns.Verdict{Allowed: true, Until: until}
	if !until.IsZero() {
		v.Last = calendar.Of(until.Add(-1), policy.Zone)
	}
	switch {
	case !state.CancelledAt.IsZero():
		v = returns.Verdict{Code: returns.OrderCancelled}
	case !until.IsZero() && !now.Before(until):
		v.Allowed, v.Code = false, returns.WindowOver
	case left == 0:
		v.Allowed, v.Code = false, returns.NothingLeft
	case until.IsZero():
		v.Code = returns.NotDeliveredYet
	}
	return lines, v
}

func drawState(t *rapid.T) orders.State {
	parcel := rapid.Custom(func(t *rapid.T) orders.Parcel {
		p := orders.Parcel{Stage: rapid.SampledFrom([]orders.ParcelStage{orders.Announced, orders.InTransit, orders.Delivered, orders.Collected, orders.ParcelGone}).Draw(t, "stage")}
		if p.Stage == orders.Delivered || p.Stage == orders.Collected {
			p.HandedOverAt = day(1, 0)
			p.DeliveredAt = day(rapid.IntRange(1, 20).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"))
			p.DeliveredTo = rapid.SampledFrom([]string{"", orders.ToRecipient, orders.ToNeighbour}).Draw(t, "to")
		}
		return p
	})
	s := orders.State{Parcels: rapid.SliceOfN(parcel, 0, 3).Draw(t, "parcels"), Order: orders.Order{Currency: "PLN", PricesIncludeTax: true, PlacedAt: day(1, 0)}}
	if rapid.IntRange(0, 9).Draw(t, "cancelled") == 0 {
		s.CancelledAt = day(2, 0)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "lines") {
		line := orders.Line{
			ID: fmt.Sprint("l", i), SKU: rapid.SampledFrom([]string{"A-1", "B-1", "B-2", ""}).Draw(t, "sku"), Category: rapid.SampledFrom([]string{"x", "y", ""}).Draw(t, "category"),
			Quantity: rapid.IntRange(1, 4).Draw(t, "quantity"), UnitPrice: rapid.Int64Range(0, 9000).Draw(t, "price"), Withdrawal: rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, "withdrawal"),
			NotShipped: rapid.IntRange(0, 9).Draw(t, "service") == 0, Cancelled: rapid.IntRange(0, 9).Draw(t, "gone") == 0,
		}
		s.Order.Lines = append(s.Order.Lines, line)
		s.Order.Total += line.UnitPrice * int64(line.Quantity)
	}
	s.Order.Payments = []orders.Payment{{Kind: "stripe", Amount: s.Order.Total}}
	return s
}

func drawPolicy(t *rapid.T) returns.Policy {
	amounts := rapid.SampledFrom([]returns.Amounts{nil, pln(500), {{Minor: 3, Currency: "EUR"}}})
	patterns := rapid.SampledFrom([][]string{nil, {"A-*"}, {"b-*", "x"}, {"*"}})
	match := func(t *rapid.T) returns.Match {
		return returns.Match{SKUs: patterns.Draw(t, "skus"), Categories: patterns.Draw(t, "categories")}
	}
	rule := rapid.Custom(func(t *rapid.T) returns.Rule {
		return returns.Rule{When: match(t), Terms: returns.Terms{
			Excluded: rapid.SampledFrom([]returns.Code{"", "", "", returns.Hygiene}).Draw(t, "excluded"), Window: time.Duration(rapid.IntRange(1, 40).Draw(t, "days")) * dayLong,
			From:   rapid.SampledFrom([]returns.From{"", returns.FromDelivered, returns.FromShipped, returns.FromPlaced}).Draw(t, "from"),
			PaidBy: rapid.SampledFrom([]returns.Payer{"", returns.ShopPays, returns.ShopperPays}).Draw(t, "payer"), LabelFee: amounts.Draw(t, "label"), HandlingFee: amounts.Draw(t, "handling"),
			Restocking: rapid.IntRange(0, 100).Draw(t, "restocking"), Remedies: returns.AllRemedies, KeepBelow: amounts.Draw(t, "keep"), Inspect: rapid.Bool().Draw(t, "inspect"),
			RefundWhen: rapid.SampledFrom([]returns.RefundWhen{"", returns.AtOnce, returns.OnFirstScan, returns.OnInspection}).Draw(t, "when"),
		}}
	})
	approval := rapid.Custom(func(t *rapid.T) returns.Approval {
		return returns.Approval{Name: "a", Then: rapid.SampledFrom([]returns.Then{"auto", "staff", "refuse"}).Draw(t, "then"), Because: returns.ByShopPolicy, When: returns.Circumstances{
			Match: match(t), OrderTotalFrom: amounts.Draw(t, "total"), ReturnsFrom: rapid.IntRange(0, 2).Draw(t, "returns"), ReturnRateFrom: rapid.SampledFrom([]int{0, 0, 50}).Draw(t, "rate"),
		}}
	})
	p := returns.Policy{Window: 10 * dayLong, AutoApprove: rapid.Bool().Draw(t, "auto"), Rules: rapid.SliceOfN(rule, 0, 4).Draw(t, "rules"), Approvals: rapid.SliceOfN(approval, 0, 3).Draw(t, "approvals")}
	for i := range p.Rules {
		p.Rules[i].Name = fmt.Sprint("r", i)
	}
	return p
}

func drawSituation(t *rapid.T) returns.Situation {
	s := returns.Situation{
		State: drawState(t), Now: day(rapid.IntRange(1, 60).Draw(t, "now"), 5), Taken: returns.Taken{}, Withdrawable: rapid.Bool().Draw(t, "withdrawable"),
		History: returns.History{Orders: rapid.IntRange(0, 5).Draw(t, "orders")},
	}
	s.History.Returns = rapid.IntRange(0, s.History.Orders).Draw(t, "returns")
	for _, line := range s.State.Order.Lines {
		s.Taken[line.ID] = rapid.IntRange(0, 5).Draw(t, "taken")
	}
	return s
}

// Without rules a policy says what was said before there were any.
func TestDefaultPolicyIsWhatItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		p := returns.Policy{Window: time.Duration(rapid.IntRange(1, 40).Draw(t, "days")) * dayLong}
		lines, verdict := eligible(s.State, p, s.Now, s.Taken)
		wantLines, want := eligibleOnce(s.State, p, s.Now, s.Taken)
		if verdict != want {
			t.Fatalf("%+v, want %+v", verdict, want)
		}
		if want.Allowed && !slices.Equal(lines, wantLines) {
			t.Fatalf("%+v\nwant %+v", lines, wantLines)
		}
		for _, l := range p.Offer(s).Lines {
			if l.PaidBy != returns.ShopPays || l.LabelFee+l.HandlingFee != 0 || l.Restocking != 0 || l.RefundWhen != returns.OnReceipt || l.Inspect || !slices.Equal(l.Remedies, returns.Remedies) || len(l.Reasons) != len(returns.Reasons) {
				t.Fatalf("%+v", l)
			}
		}
	})
}

// An offer never offers more units than are left, nor anything without saying why; and the first rule that matches decides:
// those behind it change nothing.
func TestOffersKeepToTheirRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSituation(t), drawPolicy(t)
		offer := p.Offer(s)
		for _, l := range offer.Lines {
			if l.Left < 0 || l.Left > max(l.Line.Quantity-s.Taken[l.Line.ID], 0) || (l.Left == 0) != (l.Code != "") || len(l.Why) == 0 || l.Line.Cancelled {
				t.Fatalf("%+v", l)
			}
			if s.Withdrawable && l.Line.Withdrawal != "no" && (l.Restocking > 0 || l.HandlingFee > 0) {
				t.Fatalf("a fee while it can be withdrawn from: %+v", l)
			}
			if l.PaidBy == returns.ShopPays && l.LabelFee > 0 {
				t.Fatalf("a label that the shop pays costs: %+v", l)
			}
			for i, rule := range p.Rules {
				if rule.Name != l.Rule {
					continue
				}
				only := p
				only.Rules = p.Rules[:i+1]
				if !reflect.DeepEqual(lineIn(only.Offer(s), l.Line.ID), l) {
					t.Fatalf("rules behind %s changed the line", rule.Name)
				}
			}
		}
		if offer.Verdict.Allowed != slices.ContainsFunc(offer.Lines, func(l returns.LineOffer) bool { return l.Left > 0 }) {
			t.Fatalf("%+v", offer)
		}
	})
}

func lineIn(o returns.Offer, id string) returns.LineOffer {
	for _, l := range o.Lines {
		if l.Line.ID == id {
			return l
		}
	}
	return returns.LineOffer{}
}

// Whatever a policy says: goods the shop is at fault for cost nothing, nothing costs a fee while it can be withdrawn from, nobody
// is refused for what they did before, every decision says why, and the same question has the same answer.
func TestDecisionsKeepWhatNoPolicyMayBreak(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSituation(t), drawPolicy(t)
		r := returns.Request{Reason: rapid.SampledFrom(returns.Reasons).Draw(t, "reason"), Remedy: rapid.SampledFrom([]returns.Remedy{"refund", "credit", "repair", "keep"}).Draw(t, "remedy")}
		for _, l := range p.Offer(s).Lines {
			r.Items = append(r.Items, returns.Item{LineID: l.Line.ID, Quantity: rapid.IntRange(0, l.Left).Draw(t, "units")})
		}
		d, faults := p.Decide(s, r)
		stranger := s
		stranger.History = returns.History{}
		if _, without := p.Decide(stranger, r); (without == nil) && faults != nil {
			t.Fatalf("refused for what the customer did before: %v", faults)
		}
		if faults != nil {
			return
		}
		taken++
		c := d.Conditions
		if r.Reason.ShopsFault() && (c.PaidBy != returns.ShopPays || c.LabelFee+c.HandlingFee != 0 || len(c.Restocking) > 0) {
			t.Fatalf("the shop's fault costs the shopper: %+v", c)
		}
		if s.Withdrawable && (c.HandlingFee != 0 || len(c.Restocking) > 0) {
			t.Fatalf("a fee while it can be withdrawn from: %+v", c)
		}
		if c.Keep && (c.LabelFee+c.HandlingFee != 0 || len(c.Restocking) > 0 || c.Inspect || c.RefundWhen != returns.AtOnce) {
			t.Fatalf("%+v", c)
		}
		if last := c.Why[len(c.Why)-1].Code; (d.State == returns.Approved) != (last == returns.ApprovedAtOnce) || len(c.Rules) == 0 {
			t.Fatalf("%s: %+v", d.State, c.Why)
		}
		if again, _ := p.Decide(s, r); !reflect.DeepEqual(again, d) {
			t.Fatal("twice the same question, two answers")
		}
	})
	if taken == 0 {
		t.Error("no request was ever taken")
	}
}
