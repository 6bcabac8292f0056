package ops

import (
	"context"
	"errors"
	"net/http"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/store"
)

// retryRefund tries a refund again. One that never went out goes on under its own key; one that Stripe gave back gets a
// fresh intent in its place, because Stripe answers an old key with the old result.
func (c *console) retryRefund(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.mendRefund(w, r, v, "try again", "", "retried", canRetry,
		func(tx *store.Tx, row store.Refund) ([]store.Task, error) {
			if !row.Counts() {
				return putAnother(r.Context(), tx, v, row, seenGeneration(r))
			}
			return c.goOn(r.Context(), tx, v, row, seenGeneration(r))
		})
}

// lookRefund asks Stripe again how a refund stands; nothing is issued that Stripe may know already.
func (c *console) lookRefund(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.mendRefund(w, r, v, "look at Stripe again", "", "looking", canLook,
		func(tx *store.Tx, row store.Refund) ([]store.Task, error) {
			task, err := revive(r.Context(), tx, v, store.RefundWork, row.ID, row.Work, seenGeneration(r),
				store.RefundHeld, store.RefundSettled)
			return []store.Task{task}, err
		})
}

// settleRefund records that the shopper got the money on another way.
func (c *console) settleRefund(w http.ResponseWriter, r *http.Request, v visit) error {
	note := text(r, "note")
	if note == "" {
		return c.done(w, r, v, "refunds", r.PathValue("id"), nil, "need_note")
	}
	consent, code := text(r, "consent"), text(r, "code")
	err := c.mendRefund(w, r, v, "paid otherwise", note, "settled", canSettle,
		func(tx *store.Tx, row store.Refund) ([]store.Task, error) {
			switch {
			case needsConsent(row) && consent == "" && row.Consent == "":
				return nil, errConsent
			case needsConsent(row) && row.Consent == "": // what the shopper said on the page stands
				row.Consent = consent
			case row.PaymentKind == cases.StoreCredit && code == "":
				return nil, errCode
			case row.PaymentKind == cases.StoreCredit:
				row.Reference = code // the shopper reads it in the message and on the page
			}
			if err := tx.SetRefund(r.Context(), row); err != nil {
				return nil, err
			}
			return c.payOtherwise(r.Context(), tx, v, row, seenGeneration(r), note)
		})
	switch {
	case errors.Is(err, errConsent):
		return c.done(w, r, v, "refunds", r.PathValue("id"), nil, "need_consent")
	case errors.Is(err, errCode):
		return c.done(w, r, v, "refunds", r.PathValue("id"), nil, "need_code")
	default:
		return err
	}
}

// dismissRefund takes a refund off the list of which nothing more is to come. Its row, reason and the note stay.
func (c *console) dismissRefund(w http.ResponseWriter, r *http.Request, v visit) error {
	note := text(r, "note")
	if note == "" {
		return c.done(w, r, v, "refunds", r.PathValue("id"), nil, "need_note")
	}
	return c.mendRefund(w, r, v, "let go", note, "dismissed_refund", canDismiss,
		func(tx *store.Tx, row store.Refund) ([]store.Task, error) {
			err := settle(r.Context(), tx, v, store.RefundWork, row.ID, row.Work, seenGeneration(r), store.RefundSettled, store.RefundHeld, store.RefundSettled)
			if err != nil {
				return nil, err
			}
			if cases.AwaitsCash(row) {
				return c.Cases.NotCollected(r.Context(), tx, row.ID)
			}
			row.NeedsPerson, row.UpdatedAt = false, v.now
			return nil, tx.SetRefund(r.Context(), row)
		})
}

var (
	errConsent = errors.New("ops: no consent of the shopper to be paid in another way")
	errCode    = errors.New("ops: no code of the store credit")
)

// releaseRefund lets a refund go that waits for a second person.
func (c *console) releaseRefund(w http.ResponseWriter, r *http.Request, v visit) error {
	var same *fault.Error
	err := c.mendRefund(w, r, v, "let go", "", "released", cases.WaitsForSecond,
		func(tx *store.Tx, row store.Refund) ([]store.Task, error) {
			if row.Generation != seenGeneration(r) {
				return nil, errStale
			}
			return c.Cases.Release(r.Context(), tx, row, v.actor())
		})
	if errors.As(err, &same) && same.Code == "second_person_same" {
		return c.done(w, r, v, "refunds", r.PathValue("id"), nil, "yours")
	}
	return err
}

// mendRefund does one act to a refund that still allows it.
func (c *console) mendRefund(w http.ResponseWriter, r *http.Request, v visit, name, note, notice string,
	allowed func(store.Refund) bool, write func(*store.Tx, store.Refund) ([]store.Task, error),
) error {
	rowID := r.PathValue("id")
	err := c.mend(r.Context(), v, act{
		name: name, object: "refund:" + rowID, note: note,
		write: func(tx *store.Tx) ([]store.Task, error) {
			row, err := tx.Refund(r.Context(), rowID)
			if err != nil {
				return nil, err
			}
			// What Stripe says of this payment waits until this is done, and what it just said is seen.
			if _, err = tx.RefundsByPayment(r.Context(), row.PaymentReference); err != nil {
				return nil, err
			}
			if row, err = tx.Refund(r.Context(), rowID); err != nil {
				return nil, err
			}
			if !allowed(row) {
				return nil, errStale
			}
			return write(tx, row)
		},
	})
	return c.done(w, r, v, "refunds", rowID, err, notice)
}

// goOn makes a refund due that never went out.
func (c *console) goOn(ctx context.Context, tx *store.Tx, v visit, row store.Refund, seen int64) ([]store.Task, error) {
	task, err := revive(ctx, tx, v, store.RefundWork, row.ID, row.Work, seen, store.RefundHeld, store.RefundSettled)
	if err != nil {
		return nil, err
	}
	row.NeedsPerson, row.UpdatedAt = false, v.now
	return []store.Task{task}, tx.SetRefund(ctx, row)
}

// putAnother puts a fresh intent in the place of a refund that is over at Stripe, and the old one at rest.
func putAnother(ctx context.Context, tx *store.Tx, v visit, old store.Refund, seen int64) ([]store.Task, error) {
	err := settle(ctx, tx, v, store.RefundWork, old.ID, old.Work, seen, store.RefundSettled, store.RefundHeld, store.RefundSettled)
	if err != nil {
		return nil, err
	}
	another := store.Refund{
		ID: id.New(v.now), Shop: old.Shop, OrderID: old.OrderID, CaseID: old.CaseID, Origin: old.Origin,
		ExternalID: store.AgainID(old.ID), PaymentKind: old.PaymentKind, PaymentReference: old.PaymentReference,
		Amount: old.Amount, Currency: old.Currency, Status: store.RefundPlanned, Lines: old.Lines,
		Explanation: old.Explanation, ReleasedBy: old.ReleasedBy, Consent: old.Consent,
		CreatedAt: v.now, UpdatedAt: v.now, Work: store.Work{State: store.Due, DueAt: v.now},
	}
	added, err := tx.InsertRefund(ctx, another)
	if err != nil {
		return nil, err
	}
	if !added {
		return nil, errStale
	}
	old.NeedsPerson, old.UpdatedAt = false, v.now
	if err := tx.SetRefund(ctx, old); err != nil {
		return nil, err
	}
	if err := logCase(ctx, tx, v, old.CaseID, "refund_tried_again", ""); err != nil {
		return nil, err
	}
	return []store.Task{{Kind: store.RefundWork, ID: another.ID, DueAt: v.now}}, nil
}

// payOtherwise puts a refund at rest; what follows from its being paid is the cases' to say.
func (c *console) payOtherwise(ctx context.Context, tx *store.Tx, v visit, row store.Refund, seen int64, note string) ([]store.Task, error) {
	err := settle(ctx, tx, v, store.RefundWork, row.ID, row.Work, seen, store.RefundSettled, store.RefundHeld, store.RefundSettled)
	if err != nil {
		return nil, err
	}
	return c.Cases.PaidOtherwise(ctx, tx, row.ID, v.actor(), note)
}

func logCase(ctx context.Context, tx *store.Tx, v visit, caseID, step, note string) error {
	if caseID == "" {
		return nil
	}
	return tx.AddCaseStep(ctx, store.CaseStep{
		ID: id.New(v.now), CaseID: caseID, At: v.now, Actor: v.actor(), Step: step, Note: note,
	})
}
