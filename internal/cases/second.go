package cases

import (
	"context"
	"errors"
	"slices"

	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// SecondPerson is the code of a refund that another member of staff lets go than those who moved its case.
const SecondPerson = "second_person"

// released is the step of a case's log that Release writes.
const released = "refund_released"

const secondSays = "The order's cases pay back more than one person may decide: a member of staff who did not move this one lets the refund go."

// WaitsForSecond tells of a refund that nobody let go yet.
func WaitsForSecond(r store.Refund) bool {
	return r.State == store.RefundHeld && r.ErrorCode == SecondPerson && r.ReleasedBy == ""
}

// needsSecond tells whether an order's cases bring more, with this plan, than the shop lets one person decide: many small cases of
// one order are one large one, and what failed is still to be paid. What a second person let go is not counted again.
func (d *Desk) needsSecond(shopID string, a account, plan returns.Breakdown) bool {
	shop, ok := d.Config.Shop(shopID)
	if !ok {
		return false
	}
	limit, set := shop.Returns.FourEyes.In(a.order.Currency)
	sum := plan.Total
	for _, r := range store.Standing(store.Distinct(a.refunds)) {
		if r.Origin == store.OriginHomeward && r.ReleasedBy == "" {
			sum += r.Amount
		}
	}
	return set && sum > limit
}

// Release lets a refund go that waits for a second person. It is a *fault.Error for whoever moved the case. What no provider can pay
// back waits for a person again, to pay it by hand.
func (d *Desk) Release(ctx context.Context, tx *store.Tx, row store.Refund, actor string) ([]store.Task, error) {
	log, err := tx.CaseLog(ctx, row.CaseID)
	if err != nil {
		return nil, err
	}
	spoke, err := spokeFor(ctx, tx, row.CaseID, actor)
	if err != nil {
		return nil, err
	}
	if spoke || slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Actor == actor && s.Step != released }) {
		return nil, fault.New(fault.Permanent, "second_person_same", "You moved this case yourself: somebody else must let its refund go.", nil)
	}
	order, err := tx.Order(ctx, row.OrderID)
	if err != nil {
		return nil, err
	}
	part := returns.Part{Kind: row.PaymentKind, Reference: row.PaymentReference, Amount: row.Amount}
	part.NeedsPerson = part.Kind != "stripe" || part.Reference == ""
	as := d.refund(order, store.Case{ID: row.CaseID}, part, row.ExternalID)
	row.ReleasedBy, row.NeedsPerson, row.UpdatedAt = actor, as.NeedsPerson, d.Now()
	if err := tx.SetRefund(ctx, row); err != nil {
		return nil, err
	}
	if err := d.log(ctx, tx, row.CaseID, actor, released, ""); err != nil {
		return nil, err
	}
	if as.State == store.RefundHeld {
		return nil, tx.Settle(ctx, store.RefundWork, row.ID, store.RefundHeld, fault.New(fault.Permanent, as.ErrorCode, as.ErrorMessage, nil))
	}
	task, err := tx.Revive(ctx, store.RefundWork, row.ID, d.Now())
	return []store.Task{task}, err
}

// spokeFor tells of a member of staff who entered the statement of a withdrawal's case, or said that what is odd about it is right: each
// lets money go. Who found its order stands in the case's log as well.
func spokeFor(ctx context.Context, tx *store.Tx, caseID, actor string) (bool, error) {
	statement, err := tx.WithdrawalOfCase(ctx, caseID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil || actor == "staff:"+statement.EnteredBy {
		return err == nil, err
	}
	did, err := tx.AuditOf(ctx, "withdrawal:"+statement.ID, 100)
	return slices.ContainsFunc(did, func(e store.AuditEntry) bool { return actor == "staff:"+e.User }), err
}
