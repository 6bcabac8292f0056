package terms

import (
	"context"
	"log/slog"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/store"
)

const (
	catchUpAtOnce = 100
	catchUpAgain  = time.Minute
)

// CatchUp gives their terms to cases and statements from before there were rows of terms: nothing else would touch those until
// somebody moves them, and that may be too late. It gives the tasks of the terms that run. Done again it does nothing.
func CatchUp(ctx context.Context, db *store.DB, cfg *config.Config, now func() time.Time) ([]store.Task, error) {
	var tasks []store.Task
	after := ""
	for {
		owners, err := db.Unwatched(ctx, after, catchUpAtOnce)
		if err != nil {
			return nil, err
		}
		for _, o := range owners {
			after = o.Owner
			shop, ok := cfg.Shop(o.Shop)
			if !ok {
				continue
			}
			err := db.Write(ctx, func(tx *store.Tx) error {
				more, err := Refresh(ctx, tx, shop, o.Owner, now())
				tasks = append(tasks, more...)
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		if len(owners) < catchUpAtOnce {
			return tasks, nil
		}
	}
}

// RunCatchUp does CatchUp once, and tries again until it was done or ctx ends. Any number of machines may.
func RunCatchUp(ctx context.Context, db *store.DB, cfg *config.Config, now func() time.Time, ring func(context.Context, ...store.Task), log *slog.Logger) {
	wait := time.NewTicker(catchUpAgain)
	defer wait.Stop()
	for {
		tasks, err := CatchUp(ctx, db, cfg, now)
		if err == nil {
			ring(ctx, tasks...)
			return
		}
		if ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelError, "deadlines not caught up", slog.String("code", fault.Code(err)))
		}
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
	}
}
