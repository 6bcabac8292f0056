package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

// StatusWord gives a refund's status in the templates' words: one that succeeded without Stripe is "paid", because nothing
// was sent to a bank by way of the card.
func StatusWord(r store.Refund) string {
	if r.Status == store.RefundSucceeded && r.StripeID == "" {
		return "paid"
	}
	return string(r.Status)
}

// counts tells whether a refund's money is gone or on its way.
func counts(r store.Refund) bool {
	return r.Status != store.RefundFailed && r.Status != store.RefundCanceled
}

// earlier gives the refunds that count, but for one.
func earlier(refunds []store.Refund, but string) []returns.Earlier {
	var out []returns.Earlier
	for _, r := range refunds {
		if counts(r) && r.ID != but {
			out = append(out, returns.Earlier{Amount: r.Amount, Lines: r.Lines})
		}
	}
	return out
}

// planRefunds writes the refunds of goods that came back into the ledger: what they are worth by the cent, split over the
// order's payments. What no provider can pay back waits for a person.
func (d *Desk) planRefunds(ctx context.Context, tx *store.Tx, order store.Order, c *store.Case, items []returns.Item) ([]store.Task, error) {
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	plan, err := returns.PlanRefund(order.State.Order, earlier(refunds, ""), items)
	if err != nil {
		return nil, err
	}
	if plan.Total == 0 {
		_, err := d.step(ctx, tx, c, returns.Settle, System, "nothing was owed")
		return nil, err
	}
	if _, err := d.step(ctx, tx, c, returns.Refund, System, ""); err != nil {
		return nil, err
	}
	var done []returns.Part
	for _, r := range refunds {
		if counts(r) {
			done = append(done, returns.Part{Kind: r.PaymentKind, Reference: r.PaymentReference, Amount: r.Amount})
		}
	}
	var tasks []store.Task
	for i, part := range returns.Allocate(order.State.Order.Payments, done, plan.Total) {
		row := d.refund(order, *c, part, fmt.Sprintf("%s:%d:%d", c.ID, len(c.Received), i))
		if i == 0 {
			row.Lines = plan.Lines
		}
		if _, err := tx.InsertRefund(ctx, row); err != nil {
			return nil, err
		}
		if row.State == store.Due {
			tasks = append(tasks, store.Task{Kind: store.RefundWork, ID: row.ID})
		}
	}
	return tasks, nil
}

func (d *Desk) refund(order store.Order, c store.Case, part returns.Part, external string) store.Refund {
	now := d.Now()
	row := store.Refund{
		ID: id.New(now), Shop: order.Shop, OrderID: order.ID, CaseID: c.ID, Origin: store.OriginHomeward, ExternalID: external,
		PaymentKind: part.Kind, PaymentReference: part.Reference, Amount: part.Amount, Currency: order.State.Order.Currency,
		Status: store.RefundPlanned, CreatedAt: now, UpdatedAt: now, Work: store.Work{State: store.Due, DueAt: now},
	}
	if part.NeedsPerson {
		row.State, row.NeedsPerson = store.RefundHeld, true
		row.ErrorCode, row.ErrorMessage = "pay_by_hand", "This part of the order was not paid through Stripe: pay it back by "+words(part.Kind)+", then mark it as paid."
	}
	return row
}

func words(kind string) string {
	switch kind {
	case "gift_card":
		return "gift card"
	case "bank_transfer", "cash_on_delivery":
		return "bank transfer"
	default:
		return "the way it was paid"
	}
}

// RefundMoved takes Stripe's word on a refund of the ledger, in this transaction and under its payment's lock: the row,
// the message to the shopper, and the case. What Stripe said before does not take back what it said since, but for a
// success that fails later.
func (d *Desk) RefundMoved(ctx context.Context, tx *store.Tx, shop *config.Shop, refundID string, r stripe.Refund) (store.Refund, []store.Task, error) {
	row, err := tx.Refund(ctx, refundID)
	if err != nil {
		return row, nil, err
	}
	if _, err := tx.RefundsByPayment(ctx, row.PaymentReference); err != nil { // takes the lock
		return row, nil, err
	}
	if row, err = tx.Refund(ctx, refundID); err != nil {
		return row, nil, err
	}
	was := row.Status
	now := d.Now()
	row.StripeID, row.CheckedAt, row.UpdatedAt = r.ID, now, now
	if r.BankReference != "" {
		row.Reference = r.BankReference
	}
	if to := store.RefundStatus(r.Status); forward(was, to) {
		row.Status = to
	}
	switch {
	case row.Status == store.RefundFailed || row.Status == store.RefundCanceled:
		row.FailureReason = r.FailureReason
		row.NeedsPerson = row.NeedsPerson || row.Status != was // said again, it is no news: staff may have dealt with it
	case row.State != store.RefundHeld:
		row.NeedsPerson = false
	}
	if err := tx.SetRefund(ctx, row); err != nil || row.Status == was {
		return row, nil, err
	}
	tasks, err := d.refundTold(ctx, tx, shop, row)
	if err != nil {
		return row, nil, err
	}
	return row, tasks, d.refundSettled(ctx, tx, row)
}

// ranks orders the statuses: news of Stripe's moves a refund up only. A word of the future moves nothing.
var ranks = map[store.RefundStatus]int{
	store.RefundPlanned: 0, store.RefundIssued: 1, store.RefundUncertain: 1, store.RefundPending: 2, store.RefundRequiresAction: 3,
	store.RefundSucceeded: 4, store.RefundCanceled: 5, store.RefundFailed: 5,
}

func forward(from, to store.RefundStatus) bool {
	rank, known := ranks[to]
	return known && rank > ranks[from]
}

// PaidOtherwise takes staff's word that a refund was paid back by other means than Stripe: the row, the message to the
// shopper and the case, in this transaction. The caller has made the row's work rest.
func (d *Desk) PaidOtherwise(ctx context.Context, tx *store.Tx, refundID, actor, note string) ([]store.Task, error) {
	row, err := tx.Refund(ctx, refundID)
	if err != nil {
		return nil, err
	}
	shop, ok := d.Config.Shop(row.Shop)
	if !ok {
		return nil, store.ErrNotFound
	}
	row.Status, row.NeedsPerson, row.UpdatedAt = store.RefundSucceeded, false, d.Now()
	if err := tx.SetRefund(ctx, row); err != nil {
		return nil, err
	}
	tasks, err := d.refundNotice(ctx, tx, shop, row, messages.RefundPaid, "paid")
	if err != nil || row.CaseID == "" {
		return tasks, err
	}
	if err := d.log(ctx, tx, row.CaseID, actor, "refund_paid_otherwise", note); err != nil {
		return nil, err
	}
	return tasks, d.refundSettled(ctx, tx, row)
}

// refundTold makes the message of a refund's new status, in words that are true at that step.
func (d *Desk) refundTold(ctx context.Context, tx *store.Tx, shop *config.Shop, row store.Refund) ([]store.Task, error) {
	topic, ok := messages.RefundTopic(string(row.Status))
	if !ok || row.Origin != store.OriginHomeward {
		return nil, nil
	}
	return d.refundNotice(ctx, tx, shop, row, topic, string(row.Status))
}

func (d *Desk) refundNotice(ctx context.Context, tx *store.Tx, shop *config.Shop, row store.Refund, topic messages.Topic, step string) ([]store.Task, error) {
	order, err := tx.Order(ctx, row.OrderID)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	drafts := messages.ForRefund(messages.Notice{
		Now: now, Topic: topic, ID: row.ID, Step: step, Policy: outbox.Policy(shop), Contact: outbox.Contact(shop, order.State.Order),
		Data: messages.Data{CaseID: row.CaseID, Amount: row.Amount, Currency: row.Currency, Reference: row.Reference, Reason: row.FailureReason},
	})
	return outbox.Add(ctx, tx, order, drafts, now)
}

// refundSettled closes a case whose refunds all succeeded, and opens it again when one that had succeeded failed.
func (d *Desk) refundSettled(ctx context.Context, tx *store.Tx, row store.Refund) error {
	if row.CaseID == "" {
		return nil
	}
	c, err := tx.Case(ctx, row.CaseID)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	refunds, err := tx.RefundsOfCase(ctx, c.ID)
	if err != nil {
		return err
	}
	step := returns.Settle
	if slices.ContainsFunc(store.Standing(refunds), func(r store.Refund) bool { return r.Status != store.RefundSucceeded }) {
		step = returns.Reopened
	}
	if step == returns.Settle && len(left(c, nil)) > 0 {
		return nil // more goods are to come
	}
	if _, err := d.step(ctx, tx, &c, step, Stripe, string(row.Status)); err != nil && !errors.Is(err, returns.ErrStep) {
		return err
	}
	return nil
}
