// Package terms keeps the deadlines of cases, statements and orders as rows, in step with the facts: what the rules of
// package returns want is what stands in the table, in the transaction that changed a fact.
package terms

import (
	"context"
	"errors"
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Contract gives the law, the zones and the holidays of a contract. order is the zero value while none is known: then the
// shop's country counts.
func Contract(shop *config.Shop, order store.Order) returns.Contract {
	consumer := returns.Party{Country: order.State.Order.ShipTo.Country}
	if order.TimeZone != "" {
		consumer.Zone, _ = time.LoadLocation(order.TimeZone) // a zone that is not known any more is taken from the shop
	}
	consumer.West = contact.WesternZone(consumer.Country)
	contract := returns.NewContract(consumer, returns.Party{Country: shop.Country, Zone: shop.Zone})
	if shop.Holidays != nil {
		contract.Calendar = *shop.Holidays
	}
	return contract
}

// ClaimContract gives the law, the zones and the holidays by which a claim is answered: those that held when it came. Where its goods
// were sent since changes neither what was due by when, nor what silence means.
func ClaimContract(shop *config.Shop, claim store.Claim) returns.Contract {
	var there store.Order
	there.State.Order.ShipTo.Country, there.TimeZone = claim.Country, claim.TimeZone
	return Contract(shop, there)
}

// OfCase puts the terms of a case in step with the case.
func OfCase(ctx context.Context, tx *store.Tx, shop *config.Shop, caseID string, now time.Time) ([]store.Task, error) {
	owner := store.OwnerOfCase(caseID)
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	// What two transactions change of one case is reckoned together by whoever is second.
	if err := tx.AloneWithOrder(ctx, c.OrderID); err != nil {
		return nil, err
	}
	if c, err = tx.Case(ctx, caseID); err != nil {
		return nil, err
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	facts, statement, err := factsOf(ctx, tx, shop, order, c)
	if err != nil {
		return nil, err
	}
	facts.SendDays = sendDays(shop)
	about := store.Term{Shop: shop.ID, OrderID: c.OrderID, CaseID: c.ID, WithdrawalID: statement}
	return put(ctx, tx, owner, about, returns.TermsOfCase(Contract(shop, order), facts), now)
}

// sendDays is in how many days the goods of a return are expected.
func sendDays(shop *config.Shop) int { return int(shop.Returns.SendWithin / (24 * time.Hour)) }

// OfStatement puts the term of a statement of withdrawal in step with it. One that opened a case has its terms there.
func OfStatement(ctx context.Context, tx *store.Tx, shop *config.Shop, statementID string, now time.Time) ([]store.Task, error) {
	w, err := tx.Withdrawal(ctx, statementID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	if w.CaseID != "" {
		tasks, err := put(ctx, tx, store.OwnerOfStatement(w.ID), store.Term{}, nil, now)
		if err != nil {
			return nil, err
		}
		more, err := OfCase(ctx, tx, shop, w.CaseID, now)
		return append(tasks, more...), err
	}
	var order store.Order
	if w.OrderID != "" {
		if order, err = tx.Order(ctx, w.OrderID); ignoreMissing(err) != nil {
			return nil, err
		}
	}
	about := store.Term{Shop: shop.ID, OrderID: w.OrderID, WithdrawalID: w.ID}
	wanted := returns.StatementOwed(Contract(shop, order), w.SubmittedAt, w.SeenAt)
	return put(ctx, tx, store.OwnerOfStatement(w.ID), about, []returns.WantedTerm{wanted}, now)
}

// put makes rows of what the rules want.
func put(ctx context.Context, tx *store.Tx, owner string, about store.Term, wanted []returns.WantedTerm, now time.Time) ([]store.Task, error) {
	rows := make([]store.Term, 0, len(wanted))
	for _, w := range wanted {
		rows = append(rows, row(about, w, now))
	}
	return tx.PutTerms(ctx, owner, rows, now)
}

func row(about store.Term, w returns.WantedTerm, now time.Time) store.Term {
	t := about
	t.ID, t.Kind, t.Party, t.Rule, t.Since = id.New(now), w.Kind, w.By, w.Rule, w.Since
	t.Plain, t.Last, t.EndAt, t.OpenCode, t.Silence, t.Evidence, t.MetAt = w.Plain, w.Last, w.End, w.Code, w.SilenceAccepts, w.Evidence, w.Met
	if t.Zone = "UTC"; w.Zone != nil {
		t.Zone = w.Zone.String()
	}
	if !t.EndAt.IsZero() && w.Last != (calendar.Date{}) && t.EndAt.After(w.Last.EndOfDay(w.Zone)) {
		t.Last = calendar.Of(t.EndAt.Add(-time.Second), w.Zone) // what was withheld beyond the hard date
	}
	t.DueAt = returns.NextLook(w.By, w.Term, now, true)
	return t
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// factsOf reads what the terms of a case depend on, and the statement that it belongs to, "" for other kinds.
func factsOf(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, c store.Case) (returns.CaseFacts, string, error) {
	f := returns.CaseFacts{
		Kind: c.Kind, State: c.State, Moved: c.UpdatedAt, AllBack: allIn(c.Items, c.Received), NotSent: c.Conditions.Keep || allCameBefore(c),
	}
	log, err := tx.CaseLog(ctx, c.ID)
	if err != nil {
		return f, "", err
	}
	readLog(&f, log)
	statement := ""
	if c.Kind == returns.Withdrawal {
		f.Declared = c.CreatedAt
		w, err := tx.WithdrawalOfCase(ctx, c.ID)
		if ignoreMissing(err) != nil {
			return f, "", err
		}
		if err == nil {
			f.Declared, statement = w.SubmittedAt, w.ID
			f.NotSent = f.NotSent || returns.NeverLeft(order.State, c.Items)
			f.Lost, _ = returns.NeverArrived(order.State, c.Items)
		}
	}
	if c.Kind == returns.Claim {
		claim, err := tx.ClaimOfCase(ctx, c.ID)
		if ignoreMissing(err) != nil {
			return f, "", err
		}
		f.Claim = returns.ClaimAnswered{
			Complaint: returns.Complaint{ReceivedAt: claim.CameAt, NoticeAt: claim.ExtendedAt}, Contract: ClaimContract(shop, claim), At: claim.AnsweredAt,
		}
		f.NotSent = f.NotSent || !claim.Granted.GoodsBack()
	}
	refunds, err := tx.RefundsOf(ctx, c.OrderID)
	if err != nil {
		return f, "", err
	}
	f.Money = moneyOf(c, refunds, f.Declared)
	return f, statement, nil
}

func readLog(f *returns.CaseFacts, log []store.CaseStep) {
	first := func(at *time.Time, s store.CaseStep) {
		if at.IsZero() {
			*at = s.At
		}
	}
	for _, s := range log {
		switch s.Step {
		case string(returns.Approve), "approved":
			first(&f.Approved, s)
		case string(returns.Send):
			first(&f.Sent, s)
			if s.Actor == returns.ActorCarrier {
				first(&f.Proven, s)
			}
		case returns.StepDispatchProven, returns.StepArrived:
			first(&f.Proven, s)
		case string(returns.Receive):
			f.Returned = s.At
		}
	}
}

// moneyOf tells how far the money of a case is. What the shop gave back itself since the case began counts as well, and so does
// what an order brought that was cancelled meanwhile. The zero case is the order itself.
func moneyOf(c store.Case, refunds []store.Refund, since time.Time) returns.CaseMoney {
	var m returns.CaseMoney
	units := make(map[string]int)
	for _, r := range store.Standing(store.Distinct(refunds)) {
		foreign := c.ID != "" && r.CaseID == "" && !r.CreatedAt.Before(since)
		if r.CaseID != c.ID && !foreign {
			continue
		}
		if r.Status != store.RefundPending && r.Status != store.RefundSucceeded {
			if foreign { // what an order still owes has its own time
				continue
			}
			if m.Owed.IsZero() || r.CreatedAt.Before(m.Owed) {
				m.Owed = r.CreatedAt
			}
			continue
		}
		for _, line := range r.Lines {
			units[line.LineID] += line.Quantity
		}
		if !foreign && r.UpdatedAt.After(m.Gone) {
			m.Gone = r.UpdatedAt
		}
		if foreign && r.CreatedAt.After(m.Gone) && len(r.Lines) > 0 && touches(c.Items, r) {
			m.Gone = r.CreatedAt
		}
	}
	m.Covered = len(c.Items) > 0 && !slices.ContainsFunc(c.Items, func(i returns.Item) bool { return units[i.LineID] < i.Quantity })
	return m
}

func touches(items []returns.Item, r store.Refund) bool {
	return slices.ContainsFunc(items, func(i returns.Item) bool {
		for _, line := range r.Lines {
			if line.LineID == i.LineID {
				return true
			}
		}
		return false
	})
}

func allIn(asked, came []returns.Item) bool {
	units := make(map[string]int)
	for _, i := range came {
		units[i.LineID] += i.Quantity
	}
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(i returns.Item) bool { return units[i.LineID] < i.Quantity })
}

// allCameBefore tells of a withdrawal all of whose goods came back by returns before: nothing is to be sent or waited for.
func allCameBefore(c store.Case) bool {
	return c.Kind == returns.Withdrawal && len(c.Items) == 0 && len(c.Conditions.Covers) > 0
}
