// Package trial runs a new policy of returns over past orders and past returns, beside the policy in force, and says what
// would be different. It only reads.
package trial

import (
	"context"
	"slices"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Trial is one run.
type Trial struct {
	Reads    *store.Reads
	Shop     *config.Shop
	New      returns.Policy // its rules, approvals and reasons; the rest is the shop's
	Since    time.Time      // of the oldest order
	Show     int            // how many orders the result holds in full at most; below 0 all
	Progress func(done, total int)
}

// Result says what would be different.
type Result struct {
	Orders, Returns               int // looked at
	OrdersChanged, ReturnsChanged int // of those: orders with a line that changes, and returns
	Differ                        int // orders with either
	Counts                        []Count
	Changed                       []Order // oldest first, as many as were to be shown
}

// Count says how often the same difference was found: lines of orders, or returns.
type Count struct {
	Change

	Times int
}

// Order is an order with what is different for it.
type Order struct {
	Number   string
	PlacedAt time.Time
	Lines    []Subject
	Returns  []Subject
}

// Subject is a line of the order or a return, and what is different.
type Subject struct {
	Name    string
	Changes []Change
	Why     string // by which rule and what it looked at, of the new policy
}

// Change is one difference.
type Change struct{ What, Was, Becomes string }

// page is how many orders are read at once.
const page = 200

// Run looks at every order.
func (t Trial) Run(ctx context.Context) (Result, error) {
	var r Result
	total, err := t.Reads.CountOrdersPlaced(ctx, t.Shop.ID, t.Since)
	if err != nil {
		return r, err
	}
	old, fresh := lenient(cases.Policy(t.Shop)), lenient(t.policy())
	var last store.Order
	for {
		some, err := t.Reads.OrdersPlaced(ctx, t.Shop.ID, t.Since, last, page)
		if err != nil || len(some) == 0 {
			return r, err
		}
		for _, order := range some {
			if err := t.look(ctx, order, old, fresh, &r); err != nil {
				return r, err
			}
			if t.Progress != nil {
				t.Progress(r.Orders, total)
			}
		}
		last = some[len(some)-1]
	}
}

// policy is the new one with what the shop says beside it.
func (t Trial) policy() returns.Policy {
	p := cases.Policy(t.Shop)
	p.Rules, p.Approvals, p.Reasons = t.New.Rules, t.New.Approvals, t.New.Reasons
	return p
}

// look compares what both policies say of an order.
func (t Trial) look(ctx context.Context, order store.Order, old, fresh returns.Policy, r *Result) error {
	r.Orders++
	out := Order{Number: order.State.Order.Number, PlacedAt: order.State.Order.PlacedAt, Lines: lines(order.State, old, fresh)}
	all, err := t.Reads.CasesOf(ctx, order.ID)
	if err != nil {
		return err
	}
	refunds, err := t.Reads.RefundsOf(ctx, order.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Kind != returns.Return { // no policy decides on anything else
			continue
		}
		r.Returns++
		s := t.then(order, c, all, refunds)
		if s.History, err = t.Reads.HistoryOf(ctx, order, c.CreatedAt); err != nil {
			return err
		}
		if subject := decided(s, c, old, fresh); len(subject.Changes) > 0 {
			r.ReturnsChanged++
			out.Returns = append(out.Returns, subject)
		}
	}
	t.keep(out, r)
	return nil
}

// keep counts what is different, and keeps the order to be shown.
func (t Trial) keep(o Order, r *Result) {
	if len(o.Lines)+len(o.Returns) == 0 {
		return
	}
	r.Differ++
	if len(o.Lines) > 0 {
		r.OrdersChanged++
	}
	for _, subject := range append(slices.Clone(o.Lines), o.Returns...) {
		for _, change := range subject.Changes {
			i := slices.IndexFunc(r.Counts, func(c Count) bool { return c.Change == change })
			if i < 0 {
				i, r.Counts = len(r.Counts), append(r.Counts, Count{Change: change})
			}
			r.Counts[i].Times++
		}
	}
	if t.Show < 0 || len(r.Changed) < t.Show {
		r.Changed = append(r.Changed, o)
	}
}

// then is the situation when a return was asked for, as far as it is known today: what came later is left out, parcels are
// where they are now.
func (t Trial) then(order store.Order, c store.Case, all []store.Case, refunds []store.Refund) returns.Situation {
	before := slices.DeleteFunc(slices.Clone(all), func(o store.Case) bool { return o.ID == c.ID || !o.CreatedAt.Before(c.CreatedAt) })
	paid := slices.DeleteFunc(slices.Clone(refunds), func(r store.Refund) bool { return r.CaseID == c.ID || !r.CreatedAt.Before(c.CreatedAt) })
	if order.State.CancelledAt.After(c.CreatedAt) {
		order.State.CancelledAt = time.Time{}
	}
	return cases.Situation(t.Shop, order, before, paid, c.CreatedAt)
}

// lenient asks for no answers and photos: what was not asked for then cannot be there.
func lenient(p returns.Policy) returns.Policy {
	p.Reasons = unasked(p.Reasons)
	p.Rules = slices.Clone(p.Rules)
	for i := range p.Rules {
		p.Rules[i].Reasons = unasked(p.Rules[i].Reasons)
	}
	return p
}

func unasked(reasons []returns.ReasonRule) []returns.ReasonRule {
	out := slices.Clone(reasons)
	for i := range out {
		out[i].Photos, out[i].Questions = returns.NoPhotos, nil
	}
	return out
}

// lines compares the terms of each line, as they are when everything is there, nothing is taken and the time of withdrawal is
// over: what a rule says, not what became of the goods.
func lines(state orders.State, old, fresh returns.Policy) []Subject {
	state.CancelledAt = time.Time{}
	s := returns.Situation{State: state, Now: state.Order.PlacedAt}
	was, becomes := old.Offer(s), fresh.Offer(s)
	var out []Subject
	for i, line := range becomes.Lines {
		subject := Subject{Name: titled(line.Line), Changes: differences(terms(old, state.Order, was.Lines[i]), terms(fresh, state.Order, line))}
		if len(subject.Changes) > 0 {
			subject.Why = because(line.Rule, line.Why)
			out = append(out, subject)
		}
	}
	return out
}

// decided compares what both policies decide on a return that was asked for.
func decided(s returns.Situation, c store.Case, old, fresh returns.Policy) Subject {
	r := returns.Request{Items: c.Items, Reason: c.Reason, Remedy: c.Remedy, Wish: c.Wish}
	was, _ := decision(old, s, r)
	becomes, why := decision(fresh, s, r)
	return Subject{Name: "Return " + c.RMA + ", " + asked(s.State.Order, c), Changes: differences(was, becomes), Why: why}
}
