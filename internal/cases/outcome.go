package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

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
	if row.PaidOtherwise() || (row.StripeID != "" && row.StripeID != r.ID) {
		return d.paidTwice(ctx, tx, row, r)
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
	if row.Status == store.RefundPending && r.PendingReason == stripe.NoBalance {
		row.ErrorCode = NoBalance // for whoever lets the work rest
	}
	switch {
	case !row.Counts():
		row.FailureReason = r.FailureReason
		row.NeedsPerson = row.NeedsPerson || row.Status != was // said again, it is no news: staff may have dealt with it
	case row.ErrorCode == paidTwice:
	case row.State != store.RefundHeld, row.Status == store.RefundSucceeded: // whatever held it, the money went
		row.NeedsPerson = false
	}
	if err := tx.SetRefund(ctx, row); err != nil || row.Status == was {
		return row, nil, err
	}
	tasks, err := d.refundTold(ctx, tx, shop, row)
	if err != nil {
		return row, nil, err
	}
	more, err := d.refundSettled(ctx, tx, row)
	return row, append(tasks, more...), err
}

// NoBalance is the code of a refund that Stripe cannot make until the account is topped up.
const NoBalance = "stripe_balance"

// paidTwice is the code of a refund that went out more than once.
const paidTwice = "refund_paid_twice"

// paidTwice hears of a refund at Stripe beside the one that counts: staff paid by other means, or two carry the same
// intent. That it failed is no news then; that it goes through means that the shopper gets the money twice, which a person
// must know.
func (d *Desk) paidTwice(ctx context.Context, tx *store.Tx, row store.Refund, r stripe.Refund) (store.Refund, []store.Task, error) {
	switch store.RefundStatus(r.Status) {
	case store.RefundPending, store.RefundRequiresAction, store.RefundSucceeded:
	default:
		return row, nil, nil
	}
	row.NeedsPerson, row.CheckedAt, row.UpdatedAt = true, d.Now(), d.Now()
	if err := tx.SetRefund(ctx, row); err != nil {
		return row, nil, err
	}
	row.State, row.ErrorCode = store.RefundHeld, paidTwice
	return row, nil, tx.Settle(ctx, store.RefundWork, row.ID, store.RefundHeld, fault.New(fault.Permanent, paidTwice,
		"The money of this refund goes back a second time, as "+r.ID+" at Stripe: cancel one of the two if that is still possible.", nil))
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
	if row.StripeID != "" { // what failed there does not count any more; its metadata still leads here
		note = strings.TrimSpace(note + " (" + row.StripeID + " at Stripe: " + string(row.Status) + ")")
	}
	row.StripeID = ""
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
	more, err := d.refundSettled(ctx, tx, row)
	return append(tasks, more...), err
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
	now, kind := d.Now(), ""
	if row.PaymentKind != stripeKind {
		kind = row.PaymentKind
	}
	var c store.Case // a refund may have none
	if row.CaseID != "" {
		if c, err = tx.Case(ctx, row.CaseID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	notice, order := outbox.About(shop, order, c, now)
	notice.Topic, notice.ID, notice.Step = topic, row.ID, step
	notice.Data = messages.Data{
		CaseID: row.CaseID, Amount: row.Amount, Currency: row.Currency, Reference: row.Reference, Reason: row.FailureReason, PaymentKind: kind,
		Postage: postageOf(row),
	}
	return outbox.Add(ctx, tx, order, messages.ForRefund(notice), now)
}

// refundSettled moves a refund's case to where its refunds are, and plans what became due by it.
func (d *Desk) refundSettled(ctx context.Context, tx *store.Tx, row store.Refund) ([]store.Task, error) {
	if row.CaseID != "" {
		c, err := tx.Case(ctx, row.CaseID)
		if err == nil {
			err = d.settle(ctx, tx, &c, Stripe, string(row.Status))
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	order, err := tx.Order(ctx, row.OrderID)
	if err != nil {
		return nil, err
	}
	return d.planExtras(ctx, tx, order)
}

// settle closes a case when all its goods are back and all its refunds succeeded, and opens it again when one did not.
func (d *Desk) settle(ctx context.Context, tx *store.Tx, c *store.Case, actor, note string) error {
	refunds, err := tx.RefundsOfCase(ctx, c.ID)
	if err != nil {
		return err
	}
	step := returns.Settle
	if slices.ContainsFunc(store.Standing(refunds), func(r store.Refund) bool { return r.Status != store.RefundSucceeded }) {
		step = returns.Reopened
	}
	if owes, err := d.owesGoods(ctx, tx, *c); err != nil || (owes && step == returns.Settle) {
		return err // the money is not all that was agreed
	}
	if step == returns.Settle && awaitsGoods(*c) {
		never, err := d.neverShipped(ctx, tx, *c)
		if err != nil || !never || c.State != returns.Refunding {
			return err // more goods are to come
		}
	}
	if err := d.step(ctx, tx, c, step, actor, note); err != nil && !errors.Is(err, returns.ErrStep) {
		return err
	}
	return nil
}
