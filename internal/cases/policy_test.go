package cases_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// hard is a policy that takes and refuses whatever a policy can.
func hard() returns.Policy {
	all := returns.Amounts{{Minor: 1, Currency: "PLN"}}
	return returns.Policy{
		Rules: []returns.Rule{{Name: "hard", Terms: returns.Terms{
			Window: 24 * time.Hour, From: returns.FromPlaced, PaidBy: returns.ShopperPays, LabelFee: returns.Amounts{{Minor: 5000, Currency: "PLN"}},
			HandlingFee: returns.Amounts{{Minor: 5000, Currency: "PLN"}}, Restocking: 100, Inspect: true, RefundWhen: returns.OnInspection,
		}}},
		Approvals: []returns.Approval{
			{Name: "often", When: returns.Circumstances{ReturnsFrom: 1}, Then: returns.ThenStaff},
			{Name: "never", When: returns.Circumstances{ItemValueFrom: all}, Then: returns.ThenRefuse, Because: returns.ByShopPolicy},
		},
	}
}

// What the policy granted is frozen with the case, with why; what was asked for stands beside it.
func TestOpenFreezesWhatThePolicyGranted(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.Policy = returns.Policy{
		Rules: []returns.Rule{{Name: "tea", Terms: returns.Terms{
			Window: 720 * time.Hour, PaidBy: returns.ShopperPays, LabelFee: returns.Amounts{{Minor: 1499, Currency: "PLN"}},
			Remedies: []returns.Remedy{returns.CreditRemedy}, CreditBonus: 10, RefundWhen: returns.OnFirstScan,
		}}},
		Approvals: []returns.Approval{{Name: "credit", When: returns.Circumstances{Remedies: []returns.Remedy{returns.CreditRemedy}}, Then: returns.ThenAuto}},
		Reasons:   []returns.ReasonRule{{Code: "other", Questions: []returns.Question{{Code: "why", Required: true}}}},
	}
	b.shop.Returns.Labels = &config.Labels{Provider: "easypost", To: config.LabelAddress{Country: "US"}}
	b.write(func(tx *store.Tx) error {
		b.order.State.Order.ShipTo.Country = "US"
		return tx.UpdateOrder(t.Context(), b.order)
	})
	req := request(units("l1", 2))
	req.Remedy = returns.CreditRemedy
	_, err := b.desk.Open(t.Context(), b.order, req, "n1")
	var refused *cases.Refused
	if !errors.As(err, &refused) || refused.Faults["answer.why"] != returns.AnswerMissing {
		t.Fatalf("without the answer: %v", err)
	}
	req.Answers = []returns.Reply{{Question: "why", Text: " too bitter "}}
	req.Wish = returns.Wish{Method: returns.ByQR, Exchange: []returns.Exchange{{LineID: "l1", Quantity: 1}}}
	opened := b.must(b.desk.Open(t.Context(), b.order, req, "n1"))
	c := b.must(b.db.Case(t.Context(), opened.ID))
	got := c.Conditions
	if got.PaidBy != returns.ShopperPays || got.LabelFee != 1499 || got.CreditBonus != 10 || got.RefundWhen != returns.OnFirstScan || !slices.Equal(got.Rules, []string{"tea"}) {
		t.Errorf("conditions %+v", got)
	}
	if c.State != returns.Approved || c.Wish.Method != returns.ByQR || c.Wish.Exchange != nil || len(c.Answers) != 1 || c.Answers[0].Text != "too bitter" {
		t.Errorf("%s %+v %+v", c.State, c.Wish, c.Answers)
	}
	for _, code := range []returns.Code{returns.ShopperPaysWay, returns.LabelCosts, returns.BonusGiven, returns.PaidOnFirstScan, returns.ApprovedAtOnce} {
		if !slices.ContainsFunc(got.Why, func(w returns.Why) bool { return w.Code == code && w.Rule != "" && w.Detail != "" }) {
			t.Errorf("no why for %s: %+v", code, got.Why)
		}
	}
	log, err := b.db.CaseLog(t.Context(), c.ID)
	if err != nil || !slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == "approved" && strings.Contains(s.Note, "rule credit") }) {
		t.Errorf("log %+v (%v)", log, err)
	}
	b.shop.Returns.Policy = hard()
	if again := b.must(b.desk.Open(t.Context(), b.order, req, "n1")); again.ID != c.ID || again.Conditions.LabelFee != 1499 {
		t.Errorf("a later policy changed the case: %+v", again)
	}
}

// A policy that refuses everything and takes everything does nothing to a withdrawal: approved, nothing taken off, no rule,
// every cent back, and no sign of the customer.
func TestNoPolicyTouchesAWithdrawal(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.Policy, b.shop.Returns.Window, b.shop.Returns.Approve = hard(), 24*time.Hour, "staff"
	if _, err := b.desk.Open(t.Context(), b.order, request(units("l1", 1)), "n1"); !errors.Is(err, cases.ErrRefused) {
		t.Fatalf("the policy is not hard: %v", err)
	}
	var c store.Case
	b.write(func(tx *store.Tx) error {
		var err error
		c, err = b.desk.OpenWithdrawal(t.Context(), tx, b.shop, b.order, "w1", nil)
		return err
	})
	c = b.must(b.db.Case(t.Context(), c.ID))
	if k := c.Conditions; c.State != returns.Approved || k.PaidBy != "" || k.LabelFee+k.HandlingFee != 0 || len(k.Rules)+len(k.Restocking)+len(k.Why) != 0 || k.Inspect || k.RefundWhen != "" {
		t.Errorf("%s %+v", c.State, k)
	}
	b.receive(c, c.Items)
	b.refunds(10000)
}

// Earlier orders of the customer are counted, withdrawals and what was refused or called off are not; they only ever bring a
// person in.
func TestCustomersBringAPersonIn(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.Policy.Approvals = []returns.Approval{{Name: "often", When: returns.Circumstances{ReturnsFrom: 1, ReturnRateFrom: 30}, Then: returns.ThenRefuse, Because: returns.ByShopPolicy}}
	other := func(id string, kind returns.Kind, state returns.State) {
		o := b.order
		o.ID, o.ExternalID, o.NumberKey, o.EmailKey = id, id, id, "zofia@example.com"
		o.State.Order.PlacedAt = noon.Add(-24 * time.Hour)
		b.write(func(tx *store.Tx) error {
			if err := tx.InsertOrder(t.Context(), o); err != nil || kind == "" {
				return err
			}
			return tx.InsertCase(t.Context(), store.Case{ID: "c" + id, Shop: "acme", OrderID: id, RMA: "R-" + id, Kind: kind, State: state, Nonce: "n", CreatedAt: noon.Add(-time.Hour), UpdatedAt: noon})
		})
	}
	other("a", returns.Withdrawal, returns.Closed)
	other("b", returns.Return, returns.Rejected)
	other("c", "", "")
	b.order.EmailKey = "zofia@example.com"
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), b.order) })
	b.order.Version++
	b.state(b.open("n1", units("l1", 1)), returns.Approved)
	other("d", returns.Return, returns.Closed)
	c := b.open("n2", units("l1", 1)) // 1 of 4: 25 %
	b.state(c, returns.Approved)
	other("e", returns.Return, returns.Closed)
	c = b.open("n3", units("l2", 1))
	b.state(c, returns.Requested)
	if i := slices.IndexFunc(c.Conditions.Why, func(w returns.Why) bool { return w.Code == returns.StaffDecides }); i < 0 || c.Conditions.Why[i].Rule != "often" || !strings.Contains(c.Conditions.Why[i].Detail, "2 earlier returns") {
		t.Errorf("%+v", c.Conditions.Why)
	}
}

// A request can be changed until something was sent, came back or was paid; the policy decides anew.
func TestChange(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l1", 1))
	req := request(units("l1", 2, "l2", 1))
	req.Reason, req.Note = "changed_mind", "all of it"
	changed := b.must(b.desk.Change(t.Context(), c, req))
	if got := b.must(b.db.Case(t.Context(), c.ID)); got.Version != changed.Version || len(got.Items) != 2 || got.Reason != "changed_mind" || got.Note != "all of it" || got.State != returns.Approved {
		t.Errorf("%+v", got)
	}
	if n := b.told(messages.ReturnApproved); n != 2 {
		t.Errorf("told %d times, want the first and the change", n)
	}
	if _, err := b.desk.Change(t.Context(), c, req); !errors.Is(err, store.ErrConflict) {
		t.Errorf("from a page that is old: %v", err)
	}
	var refused *cases.Refused
	if _, err := b.desk.Change(t.Context(), changed, request(units("l1", 3))); !errors.As(err, &refused) || refused.Faults["qty.l1"] != returns.QuantityTooMany {
		t.Errorf("more than there is: %v", err)
	}
	b.shop.Returns.Approve = "staff"
	changed = b.must(b.desk.Change(t.Context(), changed, request(units("l2", 1))))
	b.state(changed, returns.Requested)
	b.open("n2", units("l1", 2)) // free again
	log, err := b.db.CaseLog(t.Context(), c.ID)
	if err != nil || !slices.ContainsFunc(log, func(s store.CaseStep) bool {
		return s.Step == "changed" && strings.Contains(s.Note, "2 × l1, 1 × l2, changed_mind")
	}) {
		t.Errorf("log %+v (%v)", log, err)
	}
	sent := b.must(b.desk.Approve(t.Context(), changed, "staff:olga", ""))
	sent = b.must(b.desk.MarkSent(t.Context(), sent, "620000000000000000000001"))
	if _, err := b.desk.Change(t.Context(), sent, request(units("l2", 1))); !errors.Is(err, returns.ErrStep) {
		t.Errorf("after it was sent: %v", err)
	}
	var w store.Case
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(t.Context(), b.order.ID)
		if err == nil {
			w, err = b.desk.OpenWithdrawal(t.Context(), tx, b.shop, order, "w1", []returns.Item{{LineID: "gift", Quantity: 1}})
		}
		return err
	})
	if _, err := b.desk.Change(t.Context(), w, request(units("l1", 1))); !errors.Is(err, returns.ErrStep) {
		t.Errorf("a withdrawal was changed: %v", err)
	}
}

// A request that is changed to come back by the shop's label gets one, and no second when it is changed once more.
func TestAChangeToALabel(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.Labels = &config.Labels{Provider: "easypost"}
	c := b.open("n1", units("l1", 1))
	for _, n := range []int{1, 2} {
		req := request(units("l1", n))
		req.Wish.Method = returns.ByLabel
		c = b.must(b.desk.Change(t.Context(), c, req))
		if labels, err := b.db.LabelsOf(t.Context(), c.ID); err != nil || len(labels) != 1 {
			t.Errorf("%d labels wanted (%v)", len(labels), err)
		}
	}
}

// The rules see the order of this transaction: a line whose category is excluded opens nothing, and says why.
func TestOpenSaysWhyNot(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.Policy.Rules = []returns.Rule{{Name: "underwear", When: returns.Match{Categories: []string{"under*"}}, Terms: returns.Terms{Excluded: returns.Hygiene}}}
	order := b.order
	order.State.Order.Lines = slices.Clone(order.State.Order.Lines)
	order.State.Order.Lines[0].Category = "Underwear"
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), order) })
	_, err := b.desk.Open(t.Context(), b.order, request(units("l1", 1, "l2", 1)), "n1")
	var refused *cases.Refused
	if !errors.As(err, &refused) || refused.Faults["qty.l1"] != returns.Hygiene || refused.Faults["qty.l2"] != "" {
		t.Errorf("%v", err)
	}
}
