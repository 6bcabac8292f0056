package store

import (
	"context"
	"database/sql"
	"os"
)

const (
	// foldLook is after how many commits the folder looks at the -wal file.
	foldLook = 8
	// foldAt is how much is folded in at once. Little and often: what a folding syncs, the commits beside it wait for.
	foldAt = 2 << 20
)

// folder folds SQLite's -wal file into the database beside the writes, so that no commit has to wait while it is done. It
// is passive: it holds up nobody, and folds in what it can.
type folder struct {
	commits chan struct{}
	cancel  context.CancelFunc
	ended   chan struct{}
}

func startFolder(db *sql.DB, wal string) *folder {
	ctx, cancel := context.WithCancel(context.Background())
	f := &folder{commits: make(chan struct{}, foldLook), cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(f.ended)
		f.run(ctx, db, wal)
	}()
	return f
}

// committed hears of a commit. It never waits.
func (f *folder) committed() {
	select {
	case f.commits <- struct{}{}:
	default: // the folder is busy folding
	}
}

// stop waits for a folding under way.
func (f *folder) stop() {
	f.cancel()
	<-f.ended
}

func (f *folder) run(ctx context.Context, db *sql.DB, wal string) {
	var folded int64 // the file's size when it was folded in last
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-f.commits:
		}
		if n%foldLook != 0 {
			continue
		}
		file, err := os.Stat(wal)
		if err != nil {
			continue
		}
		if file.Size() < folded { // SQLite began it anew
			folded = 0
		}
		if file.Size()-folded < foldAt {
			continue
		}
		folded = file.Size()
		// What fails now is tried again at the next look, and by the writer itself when the file has grown much larger.
		_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	}
}
