package cases_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// withLabels gives the shop a carrier account; its label costs shoppers 14.99.
func (b *bench) withLabels() {
	b.shop.Returns.Labels = &config.Labels{Provider: "easypost", To: config.LabelAddress{Country: "PL"}}
	b.shop.Returns.Policy = returns.Policy{Rules: []returns.Rule{{Name: "all", Terms: returns.Terms{
		Window: 720 * time.Hour, PaidBy: returns.ShopperPays, LabelFee: returns.Amounts{{Minor: 1499, Currency: "PLN"}},
	}}}}
}

func (b *bench) labels(c store.Case) []store.Label {
	b.Helper()
	all, err := b.db.LabelsOf(b.Context(), c.ID)
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// What the shop does not offer cannot be asked for: a label without an account would be charged and never come.
func TestOnlyWhatTheShopOffers(t *testing.T) {
	b := newBench(t)
	for _, m := range []returns.SendMethod{returns.ByLabel, returns.ByQR, "pigeon"} {
		req := request(units("l1", 1))
		req.Wish.Method = m
		var refused *cases.Refused
		if _, err := b.desk.Open(t.Context(), b.order, req, "n"+string(m)); !errors.As(err, &refused) || refused.Faults["method"] != returns.MethodUnknown {
			t.Errorf("%s: %v", m, err)
		}
	}
	b.withLabels()
	abroad := b.order
	abroad.State.Order.ShipTo.Country = "US"
	if got := cases.Methods(b.shop, abroad, false); !slices.Equal(got, []returns.SendMethod{returns.ByLabel, returns.ByOwn}) {
		t.Errorf("from the United States to Poland: %v", got)
	}
	b.shop.Returns.Labels.To.Country = "US"
	if got := cases.Methods(b.shop, abroad, false); !slices.Contains(got, returns.ByQR) {
		t.Errorf("within the United States: %v", got)
	}
}

// Chosen twice it is one label; chosen otherwise before it was bought, none is needed; after that it is too late.
func TestChoosingHowToSend(t *testing.T) {
	b := newBench(t)
	b.withLabels()
	c := b.open("n1", units("l1", 1))
	for range 2 {
		c = b.must(b.desk.ChooseMethod(t.Context(), c, returns.ByLabel))
	}
	if all := b.labels(c); len(all) != 1 || c.Wish.Method != returns.ByLabel {
		t.Fatalf("%+v", all)
	}
	for _, m := range []returns.SendMethod{returns.ByQR, "", "pigeon"} {
		if _, err := b.desk.ChooseMethod(t.Context(), c, m); !errors.Is(err, returns.ErrStep) {
			t.Errorf("%q: %v", m, err)
		}
	}
	b.must(b.desk.ChooseMethod(t.Context(), c, returns.ByOwn))
	c = b.must(b.desk.ChooseMethod(t.Context(), c, returns.ByLabel))
	row := b.labels(c)[0]
	row.Status, row.Tracking = store.LabelBought, "9400100000000000000000"
	if _, err := b.desk.LabelBought(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	if _, err := b.desk.ChooseMethod(t.Context(), c, returns.ByOwn); !errors.Is(err, returns.ErrStep) {
		t.Errorf("after it was bought: %v", err)
	}
	if len(b.labels(c)) != 1 {
		t.Errorf("labels %+v", b.labels(c))
	}
	b.receive(c, nil)
	b.refunds(3990 - 1499)
}

// Who sent the goods before the label was there does not pay for it.
func TestALabelThatNeverCameCostsNothing(t *testing.T) {
	b := newBench(t)
	b.withLabels()
	c := b.must(b.desk.ChooseMethod(t.Context(), b.open("n1", units("l1", 1)), returns.ByLabel))
	b.receive(c, nil)
	b.refunds(3990)
	if got := b.must(b.db.Case(t.Context(), c.ID)).Wish.Method; got != returns.ByOwn {
		t.Errorf("sent by %q", got)
	}
}

// The way back of a withdrawal is not chosen here, and a repair's costs its consumer nothing.
func TestWhoseWayBackCanBeChosen(t *testing.T) {
	approved := store.Case{Kind: returns.Return, State: returns.Approved}
	for name, c := range map[string]struct {
		change func(*store.Case)
		want   bool
	}{
		"a return":               {func(*store.Case) {}, true},
		"one that waits":         {func(c *store.Case) { c.State = returns.Requested }, false},
		"one that was sent":      {func(c *store.Case) { c.State = returns.InTransit }, false},
		"one with a number":      {func(c *store.Case) { c.TrackingNumber = "62" }, false},
		"one that came in parts": {func(c *store.Case) { c.Received = units("l1", 1) }, false},
		"goods that stay":        {func(c *store.Case) { c.Conditions.Keep = true }, false},
		"a withdrawal":           {func(c *store.Case) { c.Kind = returns.Withdrawal }, false},
		"a repair":               {func(c *store.Case) { c.Kind, c.Remedy = returns.Claim, returns.RepairRemedy }, true},
		"a price reduction":      {func(c *store.Case) { c.Kind, c.Remedy = returns.Claim, returns.ReductionRemedy }, false},
	} {
		one := approved
		c.change(&one)
		if got := cases.Sendable(one, nil); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What a return's mail says of money adds up to the cent, with the fee for the label; goods in the place of goods are no money.
func TestWhatAMailSaysOfAReturn(t *testing.T) {
	b := newBench(t)
	b.withLabels()
	b.shop.Returns.Policy.Rules[0].Remedies = []returns.Remedy{returns.RefundRemedy, returns.RepairRemedy}
	for remedy, want := range map[returns.Remedy]int64{returns.RefundRemedy: 3990 - 1499, returns.RepairRemedy: 0} {
		req := request(units("l1", 1))
		req.Remedy, req.Wish.Method = remedy, returns.ByLabel
		c := b.must(b.desk.Open(t.Context(), b.order, req, string(remedy)))
		v := b.desk.View(t.Context(), c.ID, b.order)
		var sum int64
		for _, line := range v.Explained {
			sum += line.Amount
		}
		if v.Expected != want || sum != want || v.PaidBy != returns.ShopperPays || v.LabelFee != 1499 || v.Method != returns.ByLabel {
			t.Errorf("%s: %+v", remedy, v)
		}
	}
}
