package withdrawals

import (
	"context"

	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/store"
)

// OrderFound is the step of a case's log that says who found the order of its statement: they let money go by it, so that another member
// of staff lets its refund go where the shop wants four eyes.
const OrderFound = "order_found"

// Resolve takes staff's word that a statement which opened no case is about an order and its shopper's: it opens the case
// that brings the goods and the money back, with actor and note in its log, and writes that into the evidence. The statement itself,
// and when it was made, stay as they are. A *fault.Error says what is in the way.
func (d *Desk) Resolve(ctx context.Context, statementID, orderID, actor, note string) (store.Withdrawal, error) {
	var w store.Withdrawal
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "withdrawal:"+statementID); err != nil {
			return err
		}
		var err error
		if w, err = tx.Withdrawal(ctx, statementID); err != nil {
			return err
		}
		order, err := tx.Order(ctx, orderID)
		shop, ok := d.Config.Shop(w.Shop)
		switch {
		case err != nil:
			return err
		case !ok || order.Shop != w.Shop:
			return store.ErrNotFound
		case w.CaseID != "":
			return fault.New(fault.Permanent, "resolved_already", "This statement has its case already.", nil)
		}
		c, err := d.Cases.OpenWithdrawal(ctx, tx, shop, order, w.ID, w.Items)
		if err != nil {
			return err
		}
		if c.ID == "" {
			return fault.New(fault.Permanent, "nothing_left", "Nothing of this order is left that could come back: see its cases and refunds.", nil)
		}
		w.OrderID, w.CaseID, w.Note, w.SeenAt = order.ID, c.ID, note, d.Now()
		w.RefundDueAt = TermsOf(shop, order, w.SubmittedAt).Refund.End
		if err := tx.ResolveWithdrawal(ctx, w); err != nil {
			return err
		}
		now := d.Now()
		if err := tx.AddCaseStep(ctx, store.CaseStep{ID: id.New(now), CaseID: c.ID, At: now, Actor: actor, Step: OrderFound, Note: note}); err != nil {
			return err
		}
		if tasks, err = d.Cases.PlanWithdrawn(ctx, tx, order, c.ID); err != nil {
			return err
		}
		return d.testify(ctx, tx, resolved, w, 0)
	})
	if err == nil {
		d.Queue.Enqueue(ctx, tasks...)
	}
	return w, err
}
