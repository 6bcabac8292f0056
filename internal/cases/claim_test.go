package cases_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

func claimOf(kind returns.ClaimKind, remedy returns.Remedy, items []returns.Item) returns.ClaimRequest {
	return returns.ClaimRequest{Kind: kind, Items: items, Text: "Nie działa.", Remedy: remedy}
}

func (b *bench) claim(nonce string, req returns.ClaimRequest) store.Case {
	b.Helper()
	shown := returns.ShowNotices([]returns.Notice{{Code: returns.NoticeChoose}}, "pl", "form", noon)
	return b.must(b.desk.OpenClaim(b.Context(), b.order, req, nonce, shown))
}

func (b *bench) claimRow(c store.Case) store.Claim {
	b.Helper()
	row, err := b.db.ClaimOfCase(b.Context(), c.ID)
	if err != nil {
		b.Fatal(err)
	}
	return row
}

func (b *bench) grant(c store.Case, g cases.Grant) store.Case {
	b.Helper()
	g.Actor = "staff:olga"
	return b.must(b.desk.GrantClaim(b.Context(), c.ID, g))
}

// evidence gives the kinds of evidence about a claim.
func (b *bench) evidence(c store.Case) []string {
	b.Helper()
	lines, err := b.db.EvidenceOf(b.Context(), "claim:"+c.ID)
	if err != nil {
		b.Fatal(err)
	}
	var kinds []string
	for _, line := range lines {
		kinds = append(kinds, line.Kind)
		if strings.Contains(line.Data, "Nie działa") {
			b.Errorf("the evidence holds what a person wrote: %s", line.Data)
		}
	}
	return kinds
}

func TestAClaimIsRecordedOnce(t *testing.T) {
	b := newBench(t)
	req := claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1))
	c := b.claim("n1", req)
	if again := b.claim("n1", req); again.ID != c.ID {
		t.Error("the same form made two claims")
	}
	row := b.claimRow(c)
	if c.Kind != returns.Claim || c.State != returns.Requested || row.Wish != returns.RepairRemedy || row.Text != "Nie działa." || row.Country != "PL" {
		t.Errorf("%+v %+v", c, row)
	}
	if want := time.Date(2026, 3, 25, 0, 0, 0, 0, time.UTC); !row.DueAt.Equal(want) {
		t.Errorf("to answer by %s, want %s", row.DueAt, want)
	}
	if n := b.told(messages.ClaimReceived); n != 1 {
		t.Errorf("told %d times", n)
	}
	if kinds := b.evidence(c); !slices.Equal(kinds, []string{"claim_received"}) {
		t.Errorf("evidence %v", kinds)
	}
	if row.Notices[0].Key != "claim.notice.choose" || row.Notices[0].Where != "form" {
		t.Errorf("notices %+v", row.Notices)
	}
	var refused *cases.Refused
	if _, err := b.desk.OpenClaim(t.Context(), b.order, claimOf("", "", nil), "n2", nil); !errors.As(err, &refused) || refused.Faults["line"] == "" {
		t.Errorf("a form that says nothing: %v", err)
	}
	twin := b.claim("n3", req)
	if flags := b.claimRow(twin).Flags; !slices.Contains(flags, cases.ClaimAlsoReturned) {
		t.Errorf("the same goods again: flags %v", flags)
	}
}

// A claim is taken whatever the order's state, the time and the other cases are.
func TestAClaimIsNeverRefused(t *testing.T) {
	b := newBench(t)
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(t.Context(), "o1")
		if err != nil {
			return err
		}
		order.State.CancelledAt = noon
		order.State.Order.Lines[1].Cancelled = true
		order.State.Parcels = []orders.Parcel{{Key: "p", Stage: orders.Delivered, DeliveredTo: "recipient", DeliveredAt: noon.AddDate(-3, 0, 0), StageAt: noon.AddDate(-3, 0, 0)}}
		order.State.Order.Customer.Email = ""
		return tx.UpdateOrder(t.Context(), order)
	})
	b.withdraw("w1", nil)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		kind := rapid.SampledFrom(returns.ClaimKinds).Draw(r, "kind")
		remedy := rapid.SampledFrom(returns.ClaimRemedies(kind)).Draw(r, "remedy")
		line := rapid.SampledFrom([]string{"l1", "l2", "gift"}).Draw(r, "line")
		c, err := b.desk.OpenClaim(t.Context(), b.order, claimOf(kind, remedy, units(line, 1)), "n"+string(rune('a'+n%26))+time.Duration(n).String(), nil)
		if err != nil {
			r.Fatal(err)
		}
		row := b.claimRow(c)
		if kind.InHand() && !slices.Contains(row.Flags, cases.ClaimLate) {
			r.Fatalf("three years later, flags %v", row.Flags)
		}
		if !slices.Contains(row.Flags, cases.ClaimCancelled) || !slices.Contains(row.Flags, cases.ClaimNoMail) {
			r.Fatalf("flags %v", row.Flags)
		}
	})
}

// The end of the contract: the goods come back, then all that was paid for them goes back.
func TestAClaimThatEndsTheContract(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimDefective, returns.TerminationRemedy, units("l1", 2)))
	if row := b.claimRow(c); !slices.Contains(row.Flags, cases.ClaimNotYet) {
		t.Errorf("not the first remedy, flags %v", row.Flags)
	}
	c = b.grant(c, cases.Grant{Remedy: returns.TerminationRemedy})
	if c.State != returns.Approved || b.told(messages.ClaimGranted) != 1 {
		t.Errorf("%s, told %d times", c.State, b.told(messages.ClaimGranted))
	}
	b.refunds() // not before the goods
	if _, err := b.desk.GrantClaim(t.Context(), c.ID, cases.Grant{Remedy: returns.RepairRemedy, Words: "x", Actor: "staff:olga"}); !errors.Is(err, returns.ErrStep) {
		t.Errorf("granted twice: %v", err)
	}
	if _, err := b.desk.RefuseClaim(t.Context(), c.ID, "no", "staff:olga"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("refused after it was granted: %v", err)
	}
	b.receive(c, nil)
	refunds := b.refunds(7980)
	b.stripe(refunds[0], "succeeded")
	b.state(c, returns.Closed)
	if kinds := b.evidence(c); !slices.Equal(kinds, []string{"claim_received", "claim_granted"}) {
		t.Errorf("evidence %v", kinds)
	}
	row := b.claimRow(c)
	if last := row.Notices[len(row.Notices)-1]; last.Where != "claim_granted" || len(row.Notices) < 2 {
		t.Errorf("the notices of the grant are not on record: %+v", row.Notices)
	}
}

// What never came is owed without goods, and its units are gone for every other case.
func TestWhatNeverCameIsPaidBackAtOnce(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimMissing, returns.RefundRemedy, units("l1", 1)))
	b.grant(c, cases.Grant{Remedy: returns.RefundRemedy})
	refunds := b.refunds(3990)
	b.state(c, returns.Refunding)
	b.stripe(refunds[0], "succeeded")
	b.state(c, returns.Closed)
	w := b.withdraw("w1", units("l1", 2))
	if len(w.Items) != 1 || w.Items[0].Quantity != 1 {
		t.Errorf("a unit that was paid back is withdrawn from: %+v", w.Items)
	}
}

// The price goes down, the goods stay and can still be withdrawn from; both together bring what was paid and no more.
func TestAPriceReduction(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimDamaged, returns.ReductionRemedy, units("l1", 2)))
	for _, amount := range []int64{0, -1, 7981} {
		_, err := b.desk.GrantClaim(t.Context(), c.ID, cases.Grant{Remedy: returns.ReductionRemedy, Amount: amount, Actor: "staff:olga"})
		if fault.Code(err) != "amount_invalid" {
			t.Errorf("%d: %v", amount, err)
		}
	}
	b.grant(c, cases.Grant{Remedy: returns.ReductionRemedy, Amount: 1000})
	refunds := b.refunds(1000)
	b.stripe(refunds[0], "succeeded")
	b.state(c, returns.Closed)
	w := b.withdraw("w1", nil)
	b.receive(w, nil)
	b.refunds(1000, 9000)
}

// What is repaired or replaced brings no money when it arrives, and ends when staff say that it is done.
func TestARepairBringsNoMoney(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1)))
	b.receive(c, nil) // sent before it was asked for
	b.refunds()
	if _, err := b.desk.GrantClaim(t.Context(), c.ID, cases.Grant{Remedy: returns.ReplacementRemedy, Actor: "staff:olga"}); fault.Code(err) != "need_words" {
		t.Errorf("another remedy without a word: %v", err)
	}
	b.grant(c, cases.Grant{Remedy: returns.RepairRemedy})
	b.state(c, returns.Received)
	b.refunds()
	if open := b.withdraw("w1", units("l1", 2)); len(open.Items) != 1 || open.Items[0].Quantity != 2 {
		t.Errorf("a claim stands in the way of a withdrawal: %+v", open.Items)
	}
	b.must(b.desk.FulfilClaim(t.Context(), c.ID, "sent with P1", "staff:olga"))
	b.state(c, returns.Closed)
	if _, err := b.desk.FulfilClaim(t.Context(), c.ID, "", "staff:olga"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("done twice: %v", err)
	}
}

// Goods that came before the answer are paid back with it.
func TestGoodsThatCameBeforeTheAnswer(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimDamaged, returns.TerminationRemedy, units("l2", 1)))
	b.receive(c, nil)
	b.refunds()
	b.grant(c, cases.Grant{Remedy: returns.TerminationRemedy})
	b.refunds(2020)
}

func TestAClaimIsRefusedWithReasonsOnly(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1)))
	if _, err := b.desk.RefuseClaim(t.Context(), c.ID, " \n", "staff:olga"); fault.Code(err) != "need_words" {
		t.Errorf("without reasons: %v", err)
	}
	for name, move := range map[string]func() (store.Case, error){
		"as a return":           func() (store.Case, error) { return b.desk.Reject(t.Context(), c, "staff:olga", "no") },
		"approved as a return":  func() (store.Case, error) { return b.desk.Approve(t.Context(), c, "staff:olga", "") },
		"called off by a shop":  func() (store.Case, error) { return b.desk.CallOff(t.Context(), c, "staff:olga") },
		"called off by a rule":  func() (store.Case, error) { return b.desk.CallOff(t.Context(), c, cases.System) },
		"made longer in Poland": func() (store.Case, error) { return b.desk.ExtendClaim(t.Context(), c.ID, "busy", "staff:olga") },
	} {
		if _, err := move(); err == nil {
			t.Error(name)
		}
	}
	b.must(b.desk.RefuseClaim(t.Context(), c.ID, "It was dropped.", "staff:olga"))
	b.state(c, returns.Rejected)
	if b.told(messages.ClaimRefused) != 1 {
		t.Error("not told")
	}
	// After an objection the shop may see it otherwise.
	b.grant(c, cases.Grant{Remedy: returns.RepairRemedy})
	b.state(c, returns.Approved)
	if kinds := b.evidence(c); !slices.Equal(kinds, []string{"claim_received", "claim_refused", "claim_granted"}) {
		t.Errorf("evidence %v", kinds)
	}
}

// Polish silence is consent, not a moment before its term is over; Slovenian silence is not.
func TestSilence(t *testing.T) {
	deem := func(b *bench, c store.Case, at time.Time) []store.Task {
		var tasks []store.Task
		b.write(func(tx *store.Tx) error {
			var err error
			tasks, err = b.desk.DeemAccepted(b.Context(), tx, c.ID, at)
			return err
		})
		return tasks
	}
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimMissing, returns.RefundRemedy, units("l2", 1)))
	due := b.claimRow(c).DueAt
	if tasks := deem(b, c, due.Add(-time.Millisecond)); tasks != nil || b.claimRow(c).Granted != "" {
		t.Error("accepted before the end")
	}
	deem(b, c, due)
	row := b.claimRow(c)
	if row.Granted != returns.RefundRemedy || !row.DeemedAt.Equal(due) || row.AnsweredBy != cases.System {
		t.Errorf("%+v", row)
	}
	if tasks := deem(b, c, due.Add(time.Hour)); tasks != nil {
		t.Error("accepted twice")
	}
	b.refunds(2020)
	if kinds := b.evidence(c); !slices.Equal(kinds, []string{"claim_received", "claim_deemed"}) {
		t.Errorf("evidence %v", kinds)
	}
	if b.told(messages.ClaimGranted) != 1 {
		t.Error("not told")
	}
	todo, err := b.db.ClaimsToDo(t.Context(), 10)
	if err != nil || len(todo) != 1 {
		t.Errorf("staff are not alerted: %v %v", todo, err)
	}
	b.must(b.desk.SeeClaim(t.Context(), c.ID, "staff:olga"))
	if todo, _ = b.db.ClaimsToDo(t.Context(), 10); len(todo) != 0 {
		t.Error("seen, and still there")
	}
	// A reduction has no amount yet: nothing goes until staff name it.
	r := b.claim("n2", claimOf(returns.ClaimDamaged, returns.ReductionRemedy, units("l1", 1)))
	deem(b, r, b.claimRow(r).DueAt)
	b.refunds(2020)
	b.must(b.desk.ReduceClaim(t.Context(), r.ID, 500, "staff:olga"))
	b.refunds(2020, 500)

	// Answered in time: nothing is left to accept.
	a := b.claim("n3", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1)))
	b.must(b.desk.RefuseClaim(t.Context(), a.ID, "no", "staff:olga"))
	deem(b, a, b.claimRow(a).DueAt)
	b.state(a, returns.Rejected)
}

// What the law accepted is not refused afterwards, nor answered with less, while nobody has recorded it yet.
func TestTooLateToRefuse(t *testing.T) {
	b := newBench(t)
	c := b.claim("n1", claimOf(returns.ClaimMissing, returns.RefundRemedy, units("l2", 1)))
	due := b.claimRow(c).DueAt
	b.desk.Now = func() time.Time { return due }
	if _, err := b.desk.RefuseClaim(t.Context(), c.ID, "Too late, and no.", "staff:olga"); fault.Code(err) != "accepted_by_silence" {
		t.Errorf("refused after the law accepted it: %v", err)
	}
	other := cases.Grant{Remedy: returns.SendAgainRemedy, Words: "There are more.", Actor: "staff:olga"}
	if _, err := b.desk.GrantClaim(t.Context(), c.ID, other); fault.Code(err) != "accepted_by_silence" {
		t.Errorf("another remedy after the law gave the one that was asked for: %v", err)
	}
	b.grant(c, cases.Grant{Remedy: returns.RefundRemedy}) // what was asked for can be said at any time
	b.refunds(2020)
}

// Slovenia: 30 days, 15 more when told before the end, and silence accepts nothing.
func TestAnAnswerMadeLonger(t *testing.T) {
	b := newBench(t)
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(t.Context(), "o1")
		if err != nil {
			return err
		}
		order.State.Order.ShipTo.Country = "SI"
		return tx.UpdateOrder(t.Context(), order)
	})
	c := b.claim("n1", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1)))
	before := b.claimRow(c)
	if _, err := b.desk.ExtendClaim(t.Context(), c.ID, "", "staff:olga"); fault.Code(err) != "need_words" {
		t.Errorf("without a reason: %v", err)
	}
	b.must(b.desk.ExtendClaim(t.Context(), c.ID, "We wait for a part.", "staff:olga"))
	after := b.claimRow(c)
	if days := after.DueAt.Sub(before.DueAt).Hours() / 24; days != 15 || b.told(messages.ClaimExtended) != 1 {
		t.Errorf("%v days longer, told %d times", days, b.told(messages.ClaimExtended))
	}
	if _, err := b.desk.ExtendClaim(t.Context(), c.ID, "again", "staff:olga"); fault.Code(err) != "no_extension" {
		t.Errorf("twice: %v", err)
	}
	b.write(func(tx *store.Tx) error {
		_, err := b.desk.DeemAccepted(t.Context(), tx, c.ID, after.DueAt.AddDate(1, 0, 0))
		return err
	})
	b.state(c, returns.Requested)
}

// Goods of a claim that arrive are told of, whatever was granted, and no money is announced that does not come.
func TestGoodsOfAClaimArrive(t *testing.T) {
	for _, remedy := range []returns.Remedy{"", returns.RepairRemedy, returns.ReplacementRemedy, returns.TerminationRemedy} {
		t.Run(string(remedy), func(t *testing.T) {
			b := newBench(t)
			c := b.claim("n1", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1)))
			if remedy != "" {
				c = b.grant(c, cases.Grant{Remedy: remedy, Words: "So."})
			}
			b.must(b.desk.Receive(t.Context(), c, nil, "staff:olga"))
			if n := b.told(messages.ReturnReceived); n != 1 {
				t.Errorf("told %d times", n)
			}
			view := b.desk.View(t.Context(), c.ID, b.order)
			if view == nil || view.Kind != returns.Claim || view.Remedy != remedy {
				t.Errorf("%+v", view)
			}
		})
	}
}
