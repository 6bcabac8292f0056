package jobs

import (
	"context"
	"log/slog"
	"time"

	"homeward/internal/store"
)

// Drain walks the rows that are due now through the handlers, without asynq, until none is left; it gives how many steps
// it took. Tests of months and of very many cases use it: the rows are the work list, so nothing else changes.
func Drain(ctx context.Context, w *Worker) int {
	steps := 0
	for {
		before := steps
		for _, kind := range WorkKinds {
			var tasks []store.Task
			err := w.DB.Write(ctx, func(tx *store.Tx) error {
				var err error
				tasks, err = tx.Sweep(ctx, kind, w.Now(), -time.Millisecond, sweepLimit)
				return err
			})
			if err != nil {
				w.Log.LogAttrs(ctx, slog.LevelError, "drain", slog.String("kind", string(kind)), slog.Any("error", err))
				return steps
			}
			for _, t := range tasks {
				_ = w.Do(ctx, t) // what failed is on its row
				steps++
			}
		}
		if steps == before || ctx.Err() != nil {
			return steps
		}
	}
}
