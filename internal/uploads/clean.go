package uploads

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/store"
)

const (
	// cleanEvery is how often Run looks.
	cleanEvery = 10 * time.Minute
	// cleanAtOnce is how many files one round deletes before it looks again, and how many get their end at once.
	cleanAtOnce = 200
	// remains is how old what a killed write left must be to be taken away.
	remains = time.Hour
)

// Run cleans at the start and from time to time until ctx ends. Any number of machines may.
func (d *Desk) Run(ctx context.Context) {
	tick := time.NewTicker(cleanEvery)
	defer tick.Stop()
	for {
		if err := d.Clean(ctx); err != nil && ctx.Err() == nil {
			d.Log.LogAttrs(ctx, slog.LevelError, "files not cleaned", slog.String("code", fault.Code(err)))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Clean deletes every file whose time is over: returns.keep_files after its case ended, or two days after a form that never
// became a case. The bytes go first and the row after them, so that a crash in between is made up by the next round.
func (d *Desk) Clean(ctx context.Context) error {
	for i := range d.Config.Shops {
		if err := d.end(ctx, &d.Config.Shops[i]); err != nil {
			return err
		}
	}
	for {
		over, err := d.DB.FilesToDelete(ctx, d.Now(), cleanAtOnce)
		if err != nil {
			return err
		}
		for _, f := range over {
			if err := d.remove(ctx, f); err != nil {
				return err
			}
		}
		if len(over) < cleanAtOnce {
			return d.Box.Tidy(time.Now().Add(-remains)) // the disk's clock, not the orders'
		}
	}
}

// end says of the files of cases that ended when they go, some in each transaction.
func (d *Desk) end(ctx context.Context, shop *config.Shop) error {
	ids, err := d.DB.FilesToEnd(ctx, shop.ID)
	if err != nil {
		return err
	}
	keep := cmp.Or(shop.Returns.KeepFiles, config.DefaultKeepFiles)
	for some := range slices.Chunk(ids, cleanAtOnce) {
		err := d.DB.Write(ctx, func(tx *store.Tx) error {
			for _, file := range some {
				if err := tx.EndFiles(ctx, shop.ID, keep, file); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) remove(ctx context.Context, f store.File) error {
	err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.HoldFile(ctx, f) })
	if errors.Is(err, store.ErrConflict) {
		return nil // a case wants it after all
	}
	if err != nil {
		return err
	}
	if err := d.Box.Delete(ctx, f.Key); err != nil {
		return err
	}
	d.Log.LogAttrs(ctx, slog.LevelInfo, "file deleted", slog.String("file", f.ID), slog.String("case", f.CaseID), slog.String("purpose", string(f.Purpose)))
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.RemoveFile(ctx, f.ID) })
}
