package store_test

import (
	"errors"
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// A notice is answered once; who agreed to wait may still cancel.
func TestADelayIsAnsweredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		notice := store.Delay{
			ID: "d1", Shop: "acme", OrderID: "o1", Number: 1, Revised: calendar.NewDate(2026, 12, 18), Silence: returns.SilenceConsents,
			SilenceAt: t0.Add(time.Hour), SentAt: t0, SentBy: "shop",
		}
		second := store.Delay{ID: "d2", Shop: "acme", OrderID: "o1", Number: 2, Reason: "not_ready", Silence: returns.SilenceCancels, SentAt: t0, SentBy: "clock"}
		step := func(want error, do func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(t.Context(), do); !errors.Is(err, want) {
				t.Fatalf("%v, want %v", err, want)
			}
		}
		step(nil, func(tx *store.Tx) error {
			return errors.Join(tx.AddDelay(t.Context(), notice), tx.AddDelay(t.Context(), second))
		})
		again := notice
		again.ID = "d3"
		step(store.ErrConflict, func(tx *store.Tx) error { return tx.AddDelay(t.Context(), again) })
		step(nil, func(tx *store.Tx) error { return tx.ConsentDelay(t.Context(), "d1", t0.Add(time.Minute)) })
		step(store.ErrConflict, func(tx *store.Tx) error { return tx.ConsentDelay(t.Context(), "d1", t0.Add(time.Hour)) })
		step(nil, func(tx *store.Tx) error { return tx.RefuseDelay(t.Context(), "d1", t0.Add(2*time.Minute)) })
		step(store.ErrConflict, func(tx *store.Tx) error { return tx.RefuseDelay(t.Context(), "d1", t0.Add(time.Hour)) })
		step(store.ErrConflict, func(tx *store.Tx) error { return tx.ConsentDelay(t.Context(), "d1", t0.Add(time.Hour)) })
		notice.ConsentAt, notice.RefusedAt = t0.Add(time.Minute), t0.Add(2*time.Minute)
		all, err := db.DelaysOf(t.Context(), "o1")
		if err != nil || len(all) != 2 || all[0] != notice || all[1] != second {
			t.Errorf("%v: %+v", err, all)
		}
	})
}
