package store_test

import (
	"errors"
	"testing"
	"time"

	"homeward/internal/store"
)

// A shop is read from its first payment on, page by page; what was stopped starts again, and what goes on is not hurried.
func TestReadings(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		start := func(at time.Time) { write(t, db, func(tx *store.Tx) error { return tx.StartReading(ctx, "acme", at) }) }
		row := func() store.Reading { return must[store.Reading](t)(db.Reading(ctx, "acme")) }
		turn := func(generation int64, page string, due time.Time) error {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.TurnPage(ctx, "acme", generation, page, due) })
		}
		if _, err := db.Reading(ctx, "acme"); !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		start(t0)
		tomorrow := t0.AddDate(0, 0, 1)
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.Claim(ctx, store.ReadingWork, "acme", 0, t0, time.Minute)
			return err
		})
		if err := turn(0, "re_1", tomorrow); err != nil {
			t.Fatal(err)
		}
		start(t0)
		if got := row(); got.Page != "re_1" || !got.DueAt.Equal(tomorrow) || got.Attempt != 0 || !got.LeaseUntil.IsZero() {
			t.Errorf("after a page: %+v", got)
		}
		write(t, db, func(tx *store.Tx) error {
			return tx.Finish(ctx, store.ReadingWork, "acme", 0, store.ReadingStopped, nil)
		})
		if err := turn(0, "", tomorrow); !errors.Is(err, store.ErrStale) {
			t.Errorf("a page of what was stopped: %v", err)
		}
		start(tomorrow)
		if got := row(); got.State != store.Due || got.Generation != 1 || !got.DueAt.Equal(tomorrow) {
			t.Errorf("started again: %+v", got)
		}
	})
}
