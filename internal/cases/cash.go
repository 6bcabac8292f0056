package cases

import (
	"context"

	"homeward/internal/store"
)

// cashSays is for staff: of a cancelled part nothing was paid by cash, unless the carrier collected it with what came.
const cashSays = "This part of the order was to be paid on delivery and was cancelled: pay back by bank transfer what the carrier collected for it, then mark it as paid. If nothing was collected for it, say so."

// notCollected is the FailureReason of cash that was never collected: the refund is settled, and no money went anywhere.
const notCollected = "not_collected"

// cashOfCancelled tells of a refund of cash on delivery for what was cancelled: whether there is anything to give back, staff find out.
func cashOfCancelled(r store.Refund) bool { return r.OfCancelled() && r.PaymentKind == cashOnDelivery }

// AwaitsCash tells that staff are still to find out whether the carrier collected the cash that a refund is of.
func AwaitsCash(r store.Refund) bool {
	return cashOfCancelled(r) && r.Status == store.RefundPlanned
}

// Uncollected tells that it was not, so that nothing went back.
func Uncollected(r store.Refund) bool {
	return cashOfCancelled(r) && r.FailureReason == notCollected
}

// NotCollected takes staff's word that the cash of a refund was never collected, in this transaction: nothing is owed of it any more, and
// nobody is told of money. The caller has made the row's work rest.
func (d *Desk) NotCollected(ctx context.Context, tx *store.Tx, refundID string) ([]store.Task, error) {
	row, err := tx.Refund(ctx, refundID)
	if err != nil {
		return nil, err
	}
	row.Status, row.FailureReason, row.NeedsPerson, row.UpdatedAt = store.RefundSucceeded, notCollected, false, d.Now()
	if err := tx.SetRefund(ctx, row); err != nil {
		return nil, err
	}
	return d.refundSettled(ctx, tx, row)
}
