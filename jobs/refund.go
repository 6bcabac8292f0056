package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

const (
	// keyLife is how long an idempotency key is trusted: Stripe may forget it after 24 hours.
	keyLife = 20 * time.Hour
	// rereadEvery is how often a refund that is under way is read again, for webhooks that never came.
	rereadEvery = 24 * time.Hour
	// pendingLong is how long a refund may be pending before staff hear of it: a card's takes seconds, unless the balance is short.
	pendingLong = 3 * 24 * time.Hour
	// refundTries bounds the attempts of one refund before a person looks.
	refundTries = 40
)

// Point is a place between a refund's intent and its record at which a crash can hit.
type Point string

// The points, in the order in which a refund passes them.
const (
	BeforeClaim  Point = "before_claim"
	AfterClaim   Point = "after_claim"
	AfterCharge  Point = "after_charge_read"
	AfterIntent  Point = "after_intent"
	AfterCall    Point = "after_call"
	BeforeRecord Point = "before_record"
	AfterRecord  Point = "after_record"
)

// Points lists every point: a test crashes at each.
var Points = []Point{BeforeClaim, AfterClaim, AfterCharge, AfterIntent, AfterCall, BeforeRecord, AfterRecord}

// crash gives a test the chance to stop here.
func (w *Worker) crash(p Point) error {
	if w.Crash == nil {
		return nil
	}
	return w.Crash(p)
}

// payout is a refund on its way.
type payout struct {
	task store.Task
	row  store.Refund
	shop *config.Shop
	bank Bank
}

// refund moves a refund one step: issue it, find out what became of it, or read again how it goes.
func (w *Worker) refund(ctx context.Context, task store.Task) error {
	row, err := w.DB.Refund(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return err
	}
	p := &payout{task: task, row: row}
	shop, f := w.shop(row.Shop)
	if f == nil && w.Outside[row.Shop].Bank == nil {
		f = fault.New(fault.Permanent, "payments_not_configured", "The shop has no Stripe key in the configuration; set payments and try again.", nil)
	}
	if f != nil {
		return w.holdRefund(ctx, p, f)
	}
	p.shop, p.bank = shop, w.Outside[row.Shop].Bank
	if err := w.crash(BeforeClaim); err != nil {
		return err
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	// The row is read again under the claim: somebody may have moved it since.
	if p.row, err = w.DB.Refund(ctx, task.ID); err != nil {
		return err
	}
	p.row.Work = before
	p.row.Attempt++
	if err := w.crash(AfterClaim); err != nil {
		return err
	}
	return w.step(ctx, p)
}

func (w *Worker) step(ctx context.Context, p *payout) error {
	switch {
	case p.row.StripeID != "":
		return w.reread(ctx, p)
	case p.row.Status == store.RefundPlanned:
		return w.issue(ctx, p)
	case p.row.Status == store.RefundIssued || p.row.Status == store.RefundUncertain:
		return w.reconcile(ctx, p)
	default: // staff paid it another way: nothing is left to be done at Stripe
		return w.finish(ctx, p.task, store.RefundSettled, nil)
	}
}

// issue reads the charge, writes the intent, and only then calls Stripe.
func (w *Worker) issue(ctx context.Context, p *payout) error {
	read, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	charge, err := p.bank.Charge(read, p.row.PaymentReference)
	if err != nil {
		return w.notRefunded(ctx, p, fault.Of(err), true)
	}
	there, err := p.bank.Refunds(read, p.row.PaymentReference)
	if err != nil {
		return w.notRefunded(ctx, p, fault.Of(err), true)
	}
	if err := w.crash(AfterCharge); err != nil {
		return err
	}
	if ours := find(there, p.row.ID); ours != nil {
		return w.record(ctx, p, *ours)
	}
	if err := w.adopt(ctx, p, there); err != nil {
		return err
	}
	f, err := w.objection(ctx, p, charge, there)
	if err != nil {
		return err
	}
	if f != nil {
		return w.holdRefund(ctx, p, f)
	}
	f, err = w.intend(ctx, p, charge, there)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	if f != nil {
		return w.holdRefund(ctx, p, f)
	}
	if p.row.StripeID != "" { // a webhook told of it since Stripe was asked: another key would pay it twice
		return nil
	}
	if err := w.crash(AfterIntent); err != nil {
		return err
	}
	return w.call(ctx, p)
}

// intend puts the intent on disk: the key, the exact parameters and that the call begins. The headroom is counted in the
// same transaction, under the payment's lock, so that two refunds of one payment cannot both fit into the same room. What a
// webhook told of meanwhile is at Stripe already: it is left to be read again.
func (w *Worker) intend(ctx context.Context, p *payout, charge stripe.Charge, there []stripe.Refund) (*fault.Error, error) {
	var short *fault.Error
	row := p.row
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		short, row = nil, p.row
		ledger, err := tx.RefundsByPayment(ctx, p.row.PaymentReference)
		if err != nil {
			return err
		}
		// Still the holder: a worker that was asleep for longer than its lease must not write over its successor.
		if err := tx.SetCalling(ctx, p.task.Kind, p.task.ID, p.task.Generation); err != nil {
			return err
		}
		now, err := tx.Refund(ctx, p.row.ID)
		if err != nil {
			return err
		}
		if now.StripeID != "" {
			row = now
			return w.park(ctx, tx, p.task, now)
		}
		if short = room(charge, there, ledger, p.row); short != nil {
			return nil //nolint:nilerr // said on the row
		}
		version := 1
		if row.IdempotencyKey != "" {
			version = keyVersion(row.IdempotencyKey) + 1
		}
		row.IdempotencyKey = "homeward-refund-" + row.ID + "-" + strconv.Itoa(version)
		request := stripe.Request{
			Key: row.IdempotencyKey, Reference: row.PaymentReference, Amount: row.Amount, Currency: row.Currency,
			RefundID: row.ID, CaseID: row.CaseID,
		}
		params, err := json.Marshal(request)
		if err != nil {
			return err
		}
		row.Params, row.Status = string(params), store.RefundIssued
		row.IssuedAt, row.UpdatedAt = w.Now(), w.Now()
		return tx.SetRefund(ctx, row)
	})
	if err == nil && short == nil {
		p.row = row
	}
	return short, err
}

// call issues the refund with the key and the parameters that are on disk.
func (w *Worker) call(ctx context.Context, p *payout) error {
	var request stripe.Request
	if err := json.Unmarshal([]byte(p.row.Params), &request); err != nil {
		return w.holdRefund(ctx, p, fault.New(fault.Permanent, "intent_unreadable", "The refund's stored intent cannot be read; this is a fault of Homeward.", err))
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	made, err := p.bank.Refund(call, request)
	if err := w.crash(AfterCall); err != nil {
		return err
	}
	if err != nil {
		return w.notRefunded(ctx, p, fault.Of(err), false)
	}
	return w.record(ctx, p, made)
}

// reconcile finds out what became of an intent whose call has no record: first by looking, then, when Stripe does not
// know it, by calling again with the same key while that key is remembered, and with a fresh one after.
func (w *Worker) reconcile(ctx context.Context, p *payout) error {
	read, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	there, err := p.bank.Refunds(read, p.row.PaymentReference)
	if err != nil {
		return w.notRefunded(ctx, p, fault.Of(err), true)
	}
	if ours := find(there, p.row.ID); ours != nil {
		return w.record(ctx, p, *ours)
	}
	if w.Now().Sub(p.row.IssuedAt) > keyLife {
		return w.issue(ctx, p)
	}
	return w.call(ctx, p)
}

// reread asks Stripe how a refund goes that is under way, and what else went back of its payment.
func (w *Worker) reread(ctx context.Context, p *payout) error {
	read, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	now, err := p.bank.Get(read, p.row.StripeID)
	if err != nil {
		return w.notRefunded(ctx, p, fault.Of(err), true)
	}
	there, err := p.bank.Refunds(read, p.row.PaymentReference)
	if err != nil {
		return w.notRefunded(ctx, p, fault.Of(err), true)
	}
	if err := w.adopt(ctx, p, there); err != nil {
		return err
	}
	return w.record(ctx, p, now)
}

// record writes what Stripe says and what follows from it.
func (w *Worker) record(ctx context.Context, p *payout, r stripe.Refund) error {
	if err := w.crash(BeforeRecord); err != nil {
		return err
	}
	var tasks []store.Task
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		row, more, err := w.Cases.RefundMoved(ctx, tx, p.shop, p.row.ID, r)
		if err != nil {
			return err
		}
		tasks, p.row = more, row
		return w.park(ctx, tx, p.task, row)
	})
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	w.Queue.Enqueue(ctx, tasks...)
	w.paid(ctx, p, string(p.row.Status), nil)
	return w.crash(AfterRecord)
}

// park sets a refund's work to what its status asks for: nothing when that is final, else it is read again in a day. That
// holds for a word of Stripe's that nobody here knows as well.
func (w *Worker) park(ctx context.Context, tx *store.Tx, task store.Task, row store.Refund) error {
	switch row.Status {
	case store.RefundSucceeded, store.RefundFailed, store.RefundCanceled:
		state, f := ended(row)
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, state, f)
	default:
		f, err := w.slow(ctx, tx, row)
		if err != nil {
			return err
		}
		return tx.Retry(ctx, task.Kind, task.ID, task.Generation, w.Now().Add(rereadEvery), "", f)
	}
}

// slow alarms staff about a refund that does not get on: the account has no money for it, or it is pending for days. It is read
// again all the same.
func (w *Worker) slow(ctx context.Context, tx *store.Tx, row store.Refund) (*fault.Error, error) {
	var f *fault.Error
	switch {
	case row.Status != store.RefundPending:
	case row.ErrorCode == cases.NoBalance:
		f = fault.New(fault.Later, cases.NoBalance, "Stripe waits for money to make this refund: top up the balance. The legal deadline runs on.", nil)
	case !row.IssuedAt.IsZero() && w.Now().Sub(row.IssuedAt) > pendingLong:
		f = fault.New(fault.Later, "refund_pending_long", "The refund is pending for days: the Stripe balance may not cover it. Look at it in Stripe's dashboard. The legal deadline runs on.", nil)
	}
	if f == nil {
		return nil, nil //nolint:nilnil // nothing is slow
	}
	row.NeedsPerson = true
	return f, tx.SetRefund(ctx, row)
}

// notRefunded records a failed call by its class. A read that failed changed nothing outside, whatever its class.
func (w *Worker) notRefunded(ctx context.Context, p *payout, f *fault.Error, read bool) error {
	if f.Class == fault.Permanent && !read {
		p.row.Status = store.RefundPlanned // Stripe refused it: nothing happened, and another attempt takes a fresh key
	}
	if f.Class == fault.Permanent || p.row.Attempt >= refundTries {
		return w.holdRefund(ctx, p, f)
	}
	if read {
		w.paid(ctx, p, string(fault.Later), f)
		return w.retry(ctx, p.task, backoff(p.row.Attempt, f), p.row.Phase, f)
	}
	moved, err := w.amend(ctx, p, func(_ *store.Tx, row *store.Refund) error {
		if f.Class == fault.Uncertain {
			row.Status = store.RefundUncertain
		}
		if f.Code == stripe.ReplayedFailure {
			row.IssuedAt = time.Time{} // the key is of no more use; see reconcile
		}
		return nil
	})
	if err != nil || moved {
		return err
	}
	w.paid(ctx, p, string(f.Class), f)
	return w.retry(ctx, p.task, max(backoff(p.row.Attempt, f), 10*time.Second), store.Calling, f)
}

// holdRefund puts a refund in front of a person. What it was before stays: an intent that may have had its effect is
// looked up again when the person says so.
func (w *Worker) holdRefund(ctx context.Context, p *payout, f *fault.Error) error {
	refused := p.row.Status == store.RefundPlanned
	moved, err := w.amend(ctx, p, func(tx *store.Tx, row *store.Refund) error {
		row.NeedsPerson = true
		if refused {
			row.Status = store.RefundPlanned
		}
		return tx.Finish(ctx, p.task.Kind, p.task.ID, p.task.Generation, store.RefundHeld, f)
	})
	if err == nil && !moved {
		w.paid(ctx, p, store.RefundHeld, f)
	}
	return ignore(err, store.ErrStale)
}

// amend changes a refund's row under its payment's lock, unless a webhook of Stripe's moved it meanwhile: then Stripe
// has it, and the row is left to be read again.
func (w *Worker) amend(ctx context.Context, p *payout, change func(tx *store.Tx, row *store.Refund) error) (moved bool, err error) {
	err = w.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.RefundsByPayment(ctx, p.row.PaymentReference); err != nil { // takes the lock
			return err
		}
		row, err := tx.Refund(ctx, p.row.ID)
		if err != nil {
			return err
		}
		if moved = row.StripeID != p.row.StripeID; moved {
			return w.park(ctx, tx, p.task, row)
		}
		row.UpdatedAt = w.Now()
		if err := change(tx, &row); err != nil {
			return err
		}
		return tx.SetRefund(ctx, row)
	})
	return moved, ignore(err, store.ErrStale)
}

func (w *Worker) paid(ctx context.Context, p *payout, outcome string, f *fault.Error) {
	w.Observe.Refund(p.row, outcome)
	code := ""
	if f != nil {
		code = f.Code
	}
	w.Log.LogAttrs(ctx, slog.LevelInfo, "refund", slog.String("refund", p.row.ID), slog.String("case", p.row.CaseID), slog.String("order", p.row.OrderID),
		slog.String("shop", p.row.Shop), slog.String("stripe", p.row.StripeID), slog.String("outcome", outcome), slog.String("code", code),
		slog.Int("attempt", p.row.Attempt), slog.Duration("age", w.Now().Sub(p.row.CreatedAt)))
}

// find gives the refund at Stripe that carries our id: were there two, the one that did not come back.
func find(there []stripe.Refund, id string) *stripe.Refund {
	var found *stripe.Refund
	for i := range there {
		if there[i].RefundID == id && (found == nil || !stands(*found)) {
			found = &there[i]
		}
	}
	return found
}

// keyVersion reads the number at the end of an idempotency key.
func keyVersion(key string) int {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] == '-' {
			n, _ := strconv.Atoi(key[i+1:])
			return n
		}
	}
	return 0
}
