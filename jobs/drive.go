package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"homeward/internal/store"
)

// drivers is how many rows Drain works on at once: the database commits them together, and they meet as workers do.
const drivers = 8

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
			var wg sync.WaitGroup
			turns := make(chan struct{}, drivers)
			for _, t := range tasks {
				turns <- struct{}{}
				wg.Go(func() {
					_ = w.Do(ctx, t) // what failed is on its row
					<-turns
				})
			}
			wg.Wait()
			steps += len(tasks)
		}
		if steps == before || ctx.Err() != nil {
			return steps
		}
	}
}
