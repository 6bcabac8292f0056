package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/standin"
)

// skus are what the months' shop sells: on no terms of their own, with a fee and money after an inspection, with money when a
// carrier has the goods, and to be kept when it is cheap.
// The last two are for gifts, with a label of the shop's that its buyer pays for.
var skus = []string{"plain", "plain", "inspected", "scanned", "kept", "given", "given"}

// withPolicy gives the shop terms by what it sells.
func withPolicy(c *config.Config) {
	month := 30 * 24 * time.Hour
	c.Shops[0].Returns.FTC = "cancel"
	c.Shops[0].Returns.Labels = &config.Labels{
		Provider: "easypost", APIKey: standin.EasyPostKey, BaseURL: "http://easypost.localhost:80", Parcel: config.LabelParcel{WeightG: 1000},
		To: config.LabelAddress{Name: "Acme Tea", Line1: "ul. Magazynowa 8", City: "Kraków", PostalCode: "30-858", Country: "PL"},
	}
	c.Shops[0].Returns.Policy = returns.Policy{Rules: []returns.Rule{
		{Name: "inspected", When: returns.Match{SKUs: []string{"inspected"}}, Terms: returns.Terms{
			Window: month, PaidBy: returns.ShopperPays, Restocking: 15, Inspect: true, RefundWhen: returns.OnInspection,
			HandlingFee: returns.Amounts{{Minor: 350, Currency: "PLN"}, {Minor: 100, Currency: "EUR"}},
		}},
		{Name: "scanned", When: returns.Match{SKUs: []string{"scanned"}}, Terms: returns.Terms{Window: month, RefundWhen: returns.OnFirstScan}},
		{Name: "kept", When: returns.Match{SKUs: []string{"kept"}}, Terms: returns.Terms{
			Window: month, Remedies: []returns.Remedy{returns.RefundRemedy, returns.KeepRemedy, returns.CreditRemedy}, CreditBonus: 10,
			KeepBelow: returns.Amounts{{Minor: 20000, Currency: "PLN"}, {Minor: 5000, Currency: "EUR"}},
		}},
		{Name: "given", When: returns.Match{SKUs: []string{"given"}}, Terms: returns.Terms{
			Window: month, PaidBy: returns.ShopperPays, Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy},
			LabelFee: returns.Amounts{{Minor: 1499, Currency: "PLN"}, {Minor: 350, Currency: "EUR"}, {Minor: 400, Currency: "USD"}},
		}},
	}}
}

// anyRemedy is mostly money back.
func (m *months) anyRemedy() returns.Remedy {
	return []returns.Remedy{returns.RefundRemedy, returns.RefundRemedy, returns.RefundRemedy, returns.KeepRemedy, returns.CreditRemedy}[m.rng.IntN(5)]
}

// claim has a shopper say that something is wrong, and staff answer, late, or not at all.
func (m *months) claim(o store.Order, items []returns.Item) {
	if len(items) == 0 {
		return
	}
	kind := returns.ClaimKinds[m.rng.IntN(len(returns.ClaimKinds))]
	remedies := returns.ClaimRemedies(kind)
	wish := remedies[m.rng.IntN(len(remedies))]
	request := returns.ClaimRequest{Kind: kind, Items: items, Remedy: wish, Text: "It came like this."}
	c, err := m.s.App.Desk.OpenClaim(context.Background(), o, request, fmt.Sprint("c", m.serial), nil)
	must(m.t, err)
	m.claimed++
	granted := remedies[m.rng.IntN(len(remedies))]
	var amount int64
	if granted == returns.ReductionRemedy {
		amount = 1 + m.rng.Int64N(500)
	}
	switch m.rng.IntN(4) {
	case 0: // nobody answers
	case 1:
		m.plan(m.hours(1, 400), func() {
			m.refusable(m.s.App.Desk.RefuseClaim(context.Background(), c.ID, "We could not find it.", "staff:olga"))
		})
	default:
		m.plan(m.hours(1, 400), func() {
			m.refusable(m.s.App.Desk.GrantClaim(context.Background(), c.ID, cases.Grant{Remedy: granted, Amount: amount, Words: "As agreed.", Actor: "staff:olga"}))
		})
		m.comesBack(o.ExternalID, c, items)
	}
}

// inspect has staff look at what came back of a case, and find something.
func (m *months) inspect(id string) {
	c, err := m.s.App.DB.Case(context.Background(), id)
	must(m.t, err)
	var found []returns.Inspection
	for _, item := range c.Received {
		i := returns.Inspection{LineID: item.LineID, Quantity: item.Quantity, Grade: returns.AsNew, Outcome: returns.Accept}
		switch m.rng.IntN(4) {
		case 0:
			i.Grade, i.Outcome, i.Reason, i.Note, i.Deduction = returns.Used, returns.Deduct, "A stain.", "seen", 1+m.rng.Int64N(90)
		case 1:
			if c.Kind == returns.Return {
				i.Grade, i.Outcome, i.Reason = returns.Damaged, returns.DoNotPay, "Broken."
			}
		}
		found = append(found, i)
	}
	if len(found) > 0 {
		m.refusable(m.s.App.Desk.Inspect(context.Background(), c, found, "staff:olga"))
	}
}

// refusable takes that the rules refuse a move that came too late, or asks too much.
func (m *months) refusable(_ store.Case, err error) {
	m.t.Helper()
	var faults returns.InspectionFaults
	var refused *cases.Refused
	var f *fault.Error
	switch {
	case err == nil, errors.Is(err, returns.ErrStep), errors.Is(err, returns.ErrQuantity), errors.As(err, &faults), errors.As(err, &refused):
	case errors.Is(err, store.ErrConflict): // somebody was faster
	case errors.As(err, &f) && f.Class == fault.Permanent:
	default:
		m.t.Errorf("a move failed: %v", err)
	}
}

// nothingPassedInSilence checks that of every deadline of a law that ended before what it asks for was done, staff were told by
// mail, before the end and at it.
func (m *months) nothingPassedInSilence(count int) {
	ctx, missed, met := context.Background(), 0, 0
	for i := range count {
		o := stored(m.t, m.s, fmt.Sprint("M", i))
		all, err := m.s.App.DB.TermsOfOrder(ctx, o.ID)
		must(m.t, err)
		alarms := 0
		for _, row := range rows(m.t, m.s, o.ExternalID) {
			if row.Topic == messages.StaffDeadline {
				alarms++
			}
		}
		told := 0
		for _, term := range all {
			switch {
			case !term.MetAt.IsZero():
				met++
			case term.State == store.TermLapsed && term.Kind == returns.TermDeliver:
				if o.State.CancelledAt.IsZero() && !m.nothingToDeliver(o) {
					m.t.Errorf("order %s need not be delivered any more: nobody said so", o.ExternalID)
				}
			case term.State == store.TermLapsed && (term.Kind == returns.TermShip || term.Kind == returns.TermCancel):
				if delays, err := m.s.App.DB.DelaysOf(ctx, o.ID); err != nil || (len(delays) == 0 && o.State.CancelledAt.IsZero()) {
					m.t.Errorf("order %s need not be shipped any more, and its buyer was told of no delay (%v)", o.ExternalID, err)
				}
			case term.State == store.TermLapsed:
				c, err := m.s.App.DB.Case(ctx, term.CaseID)
				if term.Kind == returns.TermSendBack && cannotComeBack(o, c) {
					continue
				}
				if err != nil || c.State != returns.Withdrawn { // its shopper called it off, or asked for more in its place
					m.t.Errorf("a deadline lapsed though its case is %s (%v): %s %s", c.State, err, term.Kind, term.Rule)
				}
			case term.Party != returns.ByShop || term.EndAt.IsZero() || time.Now().Before(term.EndAt.Add(6*time.Hour)): // the bench looks seldom
			case term.Stage != returns.Missed || term.MissedAt.IsZero():
				m.t.Errorf("a deadline passed in silence: %s %s %+v", term.Kind, term.Rule, term.Work)
			default:
				missed, told = missed+1, told+1
			}
		}
		if alarms < told {
			m.t.Errorf("order %s: %d deadlines missed and %d alarms", o.ExternalID, told, alarms)
		}
	}
	m.t.Logf("deadlines: %d met, %d missed with an alarm", met, missed)
	if count >= telling && (met == 0 || missed == 0) {
		m.t.Error("the stories are too tame to prove anything about deadlines")
	}
}

// cannotComeBack tells that the goods of a withdrawal never left, came back undelivered or were lost.
func cannotComeBack(o store.Order, c store.Case) bool {
	_, lost := returns.NeverArrived(o.State, c.Items)
	return c.Kind == returns.Withdrawal && (lost || returns.NeverLeft(o.State, c.Items))
}

// nothingToDeliver tells that the buyer withdrew from everything, or gets the money for what did not come.
func (m *months) nothingToDeliver(o store.Order) bool {
	all, err := m.s.App.DB.CasesOf(context.Background(), o.ID)
	must(m.t, err)
	ended := map[string]int{}
	for _, c := range all {
		if c.Kind == returns.Withdrawal || c.Remedy == returns.RefundRemedy || c.Remedy == returns.TerminationRemedy {
			for _, i := range c.Items {
				ended[i.LineID] += i.Quantity
			}
		}
	}
	return returns.NothingToDeliver(o.State, ended)
}
