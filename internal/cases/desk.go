// Package cases is where returns are handled, whoever moves them: the shopper on the order page, staff in the console, a
// carrier's scan, the shop's warehouse, Stripe. Each move is one transaction: the case, its log, the messages and the
// refunds that follow from it.
package cases

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/templates"
)

// The actors that are not staff. A member of staff is "staff:<name>".
const (
	Shopper = "shopper"
	Carrier = "carrier"
	Shop    = "shop"
	System  = "homeward"
	Stripe  = "stripe"
)

// ErrRefused is wrapped by the error of a request that the shop's policy does not take; Faults says why, by field.
var ErrRefused = errors.New("cases: refused")

// Refused is a request for a return that cannot be taken as it is.
type Refused struct{ Faults returns.Faults }

func (r *Refused) Error() string { return ErrRefused.Error() }

// Unwrap gives ErrRefused.
func (r *Refused) Unwrap() error { return ErrRefused }

// Queue rings the bell for new work.
type Queue interface {
	Enqueue(ctx context.Context, tasks ...store.Task)
}

// Desk handles cases.
type Desk struct {
	DB     *store.DB
	Config *config.Config
	Queue  Queue
	Now    func() time.Time
}

// Policy puts a shop's settings into the rules' words.
func Policy(shop *config.Shop) returns.Policy {
	p := shop.Returns.Policy
	p.Window, p.AutoApprove, p.Zone, p.Country = shop.Returns.Window, shop.Returns.Approve != "staff", shop.Zone, shop.Country
	return p
}

// Taken says how many units of each line are in live cases or were refunded otherwise. What was cancelled stays so when its refund fails:
// that money is to be issued again.
func Taken(order store.Order, all []store.Case, refunds []store.Refund) returns.Taken {
	taken := returns.Taken{}
	live := make(map[string]bool)
	paid := paidByReturns(all, refunds)
	for _, c := range all {
		if c.State == returns.Rejected || c.State == returns.Withdrawn {
			continue
		}
		live[c.ID] = true
		items := c.Items
		if c.Kind == returns.Claim {
			items = holds(c)
		} else if c.State == returns.Closed { // what never came back may come yet, but what was paid for is not given back twice
			items = atLeast(c.Received, paid[c.ID])
		}
		for _, item := range items {
			taken[item.LineID] += item.Quantity
		}
	}
	for _, r := range store.Standing(store.Distinct(refunds)) {
		failed := !r.Counts() && !r.OfCancelled()
		if live[r.CaseID] || failed {
			continue
		}
		for _, line := range r.Lines {
			taken[line.LineID] += line.Quantity
		}
	}
	gone := account{order: order.State.Order, refunds: refunds, dropped: droppedOf(order.State)}
	for _, item := range gone.unbooked() {
		taken[item.LineID] += item.Quantity
	}
	return taken
}

// unitsPaid gives for each case the units of each line whose money is gone, on its way, or to be issued again.
func unitsPaid(refunds []store.Refund) map[string]map[string]int {
	paid := make(map[string]map[string]int)
	for _, r := range store.Standing(refunds) {
		if r.CaseID == "" {
			continue
		}
		if paid[r.CaseID] == nil {
			paid[r.CaseID] = make(map[string]int)
		}
		for _, line := range r.Lines {
			paid[r.CaseID][line.LineID] += line.Quantity
		}
	}
	return paid
}

// atLeast gives items and, of each line, as many more units as least says.
func atLeast(items []returns.Item, least map[string]int) []returns.Item {
	out := slices.Clone(items)
	for line, n := range least {
		for _, item := range items {
			if item.LineID == line {
				n -= item.Quantity
			}
		}
		if n > 0 {
			out = append(out, returns.Item{LineID: line, Quantity: n})
		}
	}
	return out
}

// takenOf is Taken of an order, its cases as see makes them, and keeps others that ask the same waiting until this
// transaction ends.
func takenOf(ctx context.Context, tx *store.Tx, orderID string, see ...func(*store.Case)) (returns.Taken, error) {
	order, err := tx.Order(ctx, orderID)
	if err != nil {
		return nil, err
	}
	all, err := tx.CasesOf(ctx, orderID)
	if err != nil {
		return nil, err
	}
	for _, f := range see {
		for i := range all {
			f(&all[i])
		}
	}
	refunds, err := tx.RefundsOf(ctx, orderID)
	return Taken(order, all, refunds), err
}

func (d *Desk) log(ctx context.Context, tx *store.Tx, caseID, actor, step, note string) error {
	now := d.Now()
	return tx.AddCaseStep(ctx, store.CaseStep{ID: id.New(now), CaseID: caseID, At: now, Actor: actor, Step: step, Note: note})
}

// tell makes the messages that a case's state makes due.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case) ([]store.Task, error) {
	tasks, err := d.tellStep(ctx, tx, shop, c, string(c.State))
	if err != nil {
		return nil, err
	}
	label, err := d.wantLabel(ctx, tx, shop, c)
	return append(tasks, label...), err
}

// tellStep is tell of a state that was told before, when step names what is new about it.
func (d *Desk) tellStep(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case, step string) ([]store.Task, error) {
	topic, ok := messages.CaseTopic(string(c.State))
	if c.Kind == returns.Withdrawal { // acknowledged when it was made; what is news of it is that the goods arrived
		topic, ok = messages.WithdrawalGoodsReceived, c.State == returns.Received
	}
	if c.Kind == returns.Claim { // whose answers tell of themselves: see tellClaim
		ok = c.State == returns.Received && (c.Remedy == "" || c.Remedy.GoodsBack())
	}
	if !ok {
		return nil, nil
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	notice, order := outbox.About(shop, order, c, now)
	notice.Topic, notice.Step = topic, step
	if c.Kind == returns.Withdrawal {
		notice.ID, notice.Step, notice.Data.CaseID = StatementOf(c), "goods", c.ID
		return outbox.Add(ctx, tx, order, messages.ForWithdrawal(notice), now)
	}
	return outbox.Add(ctx, tx, order, messages.ForCase(notice), now)
}

// sendBackBy gives a moment of the last day to send the goods of a case, in the order's zone; zero when there is none, or they were
// sent.
func (d *Desk) sendBackBy(ctx context.Context, c store.Case, order store.Order) time.Time {
	all, err := d.DB.TermsOf(ctx, store.OwnerOfCase(c.ID))
	if err != nil {
		return time.Time{}
	}
	for _, t := range all {
		if t.Kind == returns.TermSendBack && t.MetAt.IsZero() {
			return t.LastDay(d.zoneOf(order))
		}
	}
	return time.Time{}
}

// zoneOf gives the zone in which an order's shopper is told times: theirs, or the shop's.
func (d *Desk) zoneOf(order store.Order) *time.Location {
	if zone, err := time.LoadLocation(order.TimeZone); err == nil && order.TimeZone != "" {
		return zone
	}
	if shop, ok := d.Config.Shop(order.Shop); ok && shop.Zone != nil {
		return shop.Zone
	}
	return time.UTC
}

// View puts a case into the templates' words; nil when it cannot be read. Of what the recipient of a gift asked for it says nothing of
// money, and order is what AsGift makes of it.
func (d *Desk) View(ctx context.Context, caseID string, order store.Order) *templates.Case {
	c, err := d.DB.Case(ctx, caseID)
	if err != nil {
		return nil
	}
	v := &templates.Case{
		RMA: c.RMA, Kind: c.Kind, State: c.State, Reason: c.Reason, Note: c.Note, Decision: c.Decision, TrackingNumber: c.TrackingNumber,
		CreatedAt: c.CreatedAt, Currency: order.State.Order.Currency, Remedy: c.Remedy,
		Inspect: c.Conditions.Inspect || c.Conditions.RefundWhen == returns.OnInspection,
		Method:  c.Wish.Method, Keep: c.Conditions.Keep, LabelFee: c.Conditions.LabelFee,
	}
	if c.Kind == returns.Return {
		v.PaidBy = cmp.Or(c.Conditions.PaidBy, returns.ShopPays)
	}
	v.Gift = c.GiftID != ""
	v.SendBackBy = d.sendBackBy(ctx, c, order)
	for _, item := range c.Items {
		for _, line := range order.State.Order.Lines {
			if line.ID == item.LineID {
				v.Items = append(v.Items, templates.CaseItem{Line: line, Quantity: item.Quantity})
			}
		}
	}
	if inspections, err := d.DB.InspectionsOf(ctx, c.ID); err == nil {
		v.Inspections = inspected(inspections, order.State.Order)
	}
	if v.Gift {
		for i := range v.Inspections {
			v.Inspections[i].Deduction = 0
		}
		return v
	}
	refunds, err := d.DB.RefundsOf(ctx, order.ID)
	if err != nil {
		return v
	}
	for _, r := range refunds {
		if r.CaseID == c.ID {
			v.Refunds = append(v.Refunds, templates.Refund{
				Amount: r.Amount, Currency: r.Currency, Status: StatusWord(r), Kind: r.PaymentKind, Reference: r.Reference, At: r.UpdatedAt,
			})
		}
	}
	looks, err := d.DB.InspectionsOf(ctx, c.ID)
	if err != nil {
		return v
	}
	if total, lines, err := Expected(c, order.State.Order, refunds, looks...); err == nil {
		v.Expected, v.Explained = total, lines
		before := c.Conditions.RefundWhen == returns.AtOnce || c.Conditions.RefundWhen == returns.OnFirstScan
		v.Settled = before && len(v.Refunds) > 0 || total == 0 && len(v.Refunds) == 0
	}
	return v
}
