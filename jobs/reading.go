package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/store"
	"homeward/providers/stripe"
)

const (
	// readEvery is how often an account at Stripe is read, for webhooks that never came.
	readEvery = 24 * time.Hour
	// readBack is how far: a refund that succeeded can come back for 30 days (docs.stripe.com/refunds).
	readBack = 35 * 24 * time.Hour
)

// reading reads one page of what went back at a shop's account at Stripe: refunds that somebody made there enter the ledger, and ours
// move as they did there. After the last page the next reading is in a day.
func (w *Worker) reading(ctx context.Context, task store.Task) error {
	row, err := w.DB.Reading(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return err
	}
	if err := early(row.Work, w.Now()); err != nil {
		return err
	}
	shop, f := w.shop(row.ID)
	if f != nil || w.Outside[row.ID].Bank == nil {
		return w.finish(ctx, task, store.ReadingStopped, f)
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	refunds, next, err := w.Outside[row.ID].Bank.Since(call, w.Now().Add(-readBack), row.Page)
	if err != nil {
		return w.notRead(ctx, task, before.Attempt+1, fault.Of(err))
	}
	for _, r := range refunds {
		if err := w.compare(ctx, shop, r); err != nil {
			return err
		}
	}
	due := w.Now()
	if next == "" {
		due = due.Add(readEvery)
	}
	return ignore(w.DB.Write(ctx, func(tx *store.Tx) error { return tx.TurnPage(ctx, task.ID, task.Generation, next, due) }), store.ErrStale)
}

// notRead puts a reading off, and starts it again where it was. What a key may not read is asked for again in a day.
func (w *Worker) notRead(ctx context.Context, task store.Task, attempt int, f *fault.Error) error {
	w.Log.LogAttrs(ctx, slog.LevelWarn, "stripe not read", slog.String("shop", task.ID), slog.String("code", f.Code))
	if f.Class == fault.Permanent {
		return w.retry(ctx, task, readEvery, "", f)
	}
	return w.retry(ctx, task, backoff(attempt, f), "", f)
}

// compare holds a refund at Stripe against the ledger; what that does not say is heard as from a webhook.
func (w *Worker) compare(ctx context.Context, shop *config.Shop, r stripe.Refund) error {
	if known, err := w.isKnown(ctx, shop, r); err != nil || known {
		return err
	}
	var news heard
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		news, err = w.hear(ctx, tx, shop, r)
		return err
	})
	if errors.Is(err, store.ErrConflict) { // a webhook was faster
		return nil
	}
	if err == nil {
		w.Queue.Enqueue(ctx, news.tasks...)
	}
	return err
}

// isKnown tells that a refund at Stripe brings no news: the ledger says the same, or no order here was paid with its payment. One beside the one
// that counts is left to the webhooks, so that staff who dealt with it are not alarmed day after day.
func (w *Worker) isKnown(ctx context.Context, shop *config.Shop, r stripe.Refund) (bool, error) {
	row, err := ledgerRow(ctx, &w.DB.Reads, r)
	if errors.Is(err, store.ErrNotFound) {
		paid, err := w.paidBy(ctx, &w.DB.Reads, shop, r)
		return paid.id == "", err
	}
	if row.StripeID == r.ID {
		return string(row.Status) == r.Status, err
	}
	return row.Status == store.RefundSucceeded, err
}
