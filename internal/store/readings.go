package store

import (
	"context"
	"errors"
	"time"
)

// Reading is the daily reading of what went back at Stripe for a shop.
type Reading struct {
	ID   string // the shop's
	Page string // Stripe's id of the refund behind which it goes on; "" at the newest
	Work
}

// ReadingStopped is the state of the reading of a shop that is not paid through Stripe any more.
const ReadingStopped = "stopped"

// Reading gives a shop's reading, or ErrNotFound.
func (r *Reads) Reading(ctx context.Context, shop string) (Reading, error) {
	return first(ctx, r.q, func(r row) (Reading, error) {
		var got Reading
		err := r.Scan(append([]any{&got.ID, &got.Page}, got.columns()...)...)
		return got, err
	}, "SELECT id, page, "+workColumns+" FROM readings WHERE id = $1", shop)
}

// StartReading sees to it that a shop is read, from now on. It looks first, because to write is to hold up all other orders of the shop.
func (tx *Tx) StartReading(ctx context.Context, shop string, now time.Time) error {
	if row, err := tx.Reading(ctx, shop); err == nil && row.State == Due {
		return nil
	} else if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	work := Work{DueAt: now}
	_, err := exec(ctx, tx.q, "INSERT INTO readings (id, page, "+workColumns+") VALUES ("+placeholders(1, 10)+
		") ON CONFLICT (id) DO UPDATE SET state = 'due', due_at = excluded.due_at, generation = readings.generation + 1 WHERE readings.state <> 'due'",
		append([]any{shop, ""}, work.values()...)...)
	return err
}

// TurnPage makes a reading that was done up to a page due again at dueAt, and releases its lease. ErrStale as for Retry.
func (tx *Tx) TurnPage(ctx context.Context, shop string, generation int64, page string, dueAt time.Time) error {
	err := must(ctx, tx.q, ErrStale, "UPDATE readings SET page = $3, attempt = 0 WHERE id = $1 AND generation = $2 AND state = 'due'", shop, generation, page)
	if err != nil {
		return err
	}
	return tx.Retry(ctx, ReadingWork, shop, generation, dueAt, "", nil)
}
