package cases_test

import (
	"errors"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// What a shopper paid a carrier goes back once, on top of what was paid for the order, told as what it is, and a second person lets it go
// where the rest of the money needs one.
func TestPostageGoesBack(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.FourEyes = returns.Amounts{{Minor: 3000, Currency: "PLN"}}
	c := b.receive(b.granted("n1", units("l2", 1), func(*store.Case) {}), nil)
	b.stripe(b.refunds(2020)[0], "succeeded")
	b.state(c, returns.Closed)
	c = b.must(b.db.Case(t.Context(), c.ID))
	for _, amount := range []int64{0, -1, 10001} {
		if _, err := b.desk.GivePostage(t.Context(), c, amount, true, "staff:olga"); fault.Code(err) != "postage_invalid" {
			t.Errorf("%d: %v", amount, err)
		}
	}
	c = b.must(b.desk.GivePostage(t.Context(), c, 1499, true, "staff:olga"))
	row := b.refunds(2020, 1499)[1]
	if !explains(row, returns.Postage, 1499) || !cases.WaitsForSecond(row) {
		t.Errorf("%+v", row)
	}
	if _, err := b.desk.GivePostage(t.Context(), c, 1499, true, "staff:olga"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("given twice: %v", err)
	}
	b.write(func(tx *store.Tx) error {
		if _, err := b.desk.Release(t.Context(), tx, row, "staff:olga"); fault.Code(err) != "second_person_same" {
			t.Errorf("who granted it lets it go: %v", err)
		}
		_, err := b.desk.Release(t.Context(), tx, row, "staff:jan")
		return err
	})
	if told, err := b.db.MessagesOf(t.Context(), "o1"); err != nil || len(told) == 0 {
		t.Errorf("%+v (%v)", told, err)
	}
	b.stripe(row, "succeeded")
	b.state(c, returns.Closed)
	b.receive(b.granted("n2", units("l1", 2), func(*store.Case) {}), nil)
	rows := b.refunds(2020, 1499, 6481, 1499) // of the card no more is left: the rest by hand
	if rows[2].PaymentKind != "stripe" || rows[3].PaymentKind != "other" || !rows[3].NeedsPerson {
		t.Errorf("%+v", rows[2:])
	}
	found := false
	all, err := b.db.MessagesOf(t.Context(), "o1")
	for _, m := range all {
		found = found || m.Data.Postage == 1499
	}
	if err != nil || !found {
		t.Errorf("nobody is told what it is for (%v)", err)
	}
}

// Postage is for who paid a carrier where the shop bears the way back.
func TestWhosePostageGoesBack(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*store.Case)
		labels []store.Label
		want   bool
	}{
		"a return that the shop pays":   {change: func(*store.Case) {}, want: true},
		"one that the shopper pays":     {change: func(c *store.Case) { c.Conditions.PaidBy = returns.ShopperPays }},
		"a withdrawal":                  {change: func(c *store.Case) { c.Kind = returns.Withdrawal }, want: true},
		"a contract that ended":         {change: func(c *store.Case) { c.Kind, c.Remedy = returns.Claim, returns.TerminationRemedy }, want: true},
		"a repair":                      {change: func(c *store.Case) { c.Kind, c.Remedy = returns.Claim, returns.RepairRemedy }},
		"given before":                  {change: func(c *store.Case) { c.Conditions.Postage = 1 }},
		"nothing was sent":              {change: func(c *store.Case) { c.Received = nil }},
		"goods that stay":               {change: func(c *store.Case) { c.Conditions.Keep = true }},
		"not back":                      {change: func(c *store.Case) { c.State = returns.InTransit }},
		"by a label of the shop's":      {change: func(*store.Case) {}, labels: []store.Label{{Status: store.LabelBought}}},
		"a label that was never bought": {change: func(*store.Case) {}, labels: []store.Label{{Status: store.LabelNeeded}}, want: true},
	} {
		c := store.Case{Kind: returns.Return, State: returns.Received, Remedy: returns.RefundRemedy, Items: units("l1", 1), Received: units("l1", 1)}
		tc.change(&c)
		if got := cases.Postable(c, tc.labels); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Who takes store credit gets the postage as money.
func TestPostageIsNoStoreCredit(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 10000})
	c := b.receive(b.granted("n1", units("l2", 1), func(c *store.Case) { c.Remedy, c.Conditions.CreditBonus = returns.CreditRemedy, 10 }), nil)
	b.must(b.desk.GivePostage(t.Context(), b.must(b.db.Case(t.Context(), c.ID)), 1000, false, "staff:olga"))
	if rows := b.refunds(2222, 1000); rows[1].PaymentKind != "stripe" {
		t.Errorf("by %s", rows[1].PaymentKind)
	}
}
