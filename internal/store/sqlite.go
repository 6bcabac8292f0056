package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"homeward/internal/fault"
)

// sqliteEngine is one file: one connection that writes, owned by the writer, and a pool that only reads.
type sqliteEngine struct {
	writes *sql.DB
	reads  *sql.DB
	cached *statements // of reads
	writer *writer
	folder *folder
}

func openSQLite(ctx context.Context, path string, busy time.Duration) (*DB, error) {
	if err := usablePath(path); err != nil {
		return nil, err
	}
	held, err := lockFile(ctx, path+".migrate.lock")
	if err != nil {
		return nil, sqliteOpenFailure(ctx, path, err)
	}
	defer held.Unlock() //nolint:errcheck // closing the file frees it as well
	e := &sqliteEngine{}
	db, err := e.open(ctx, path, busy)
	if err != nil {
		_ = e.close()
		return nil, sqliteOpenFailure(ctx, path, err)
	}
	return db, nil
}

func (e *sqliteEngine) open(ctx context.Context, path string, busy time.Duration) (*DB, error) {
	var err error
	if e.writes, err = sql.Open("sqlite", sqliteURI(path, busy)); err != nil {
		return nil, err
	}
	e.writes.SetMaxOpenConns(1)
	if err = migrateSQLite(ctx, e.writes); err != nil {
		return nil, err
	}
	if e.reads, err = sql.Open("sqlite", sqliteURI(path, busy, "query_only(1)")); err != nil {
		return nil, err
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	e.reads.SetMaxOpenConns(readers)
	e.reads.SetMaxIdleConns(readers)
	conn, err := e.writes.Conn(ctx)
	if err != nil {
		return nil, err
	}
	e.cached = newStatements(e.reads)
	e.folder = startFolder(e.reads, path+"-wal")
	e.writer = startWriter(conn, e.folder.committed)
	return &DB{Reads: Reads{q: e.cached}, engine: e}, nil
}

// usablePath makes an empty file when there is none, readable by its owner only: it will hold names and addresses. (Its
// -wal and -shm files get the same rights.)
func usablePath(path string) error {
	if path == "" || path == ":memory:" {
		return fault.New(fault.Permanent, codeUnusable,
			"database: sqlite: needs the path of a file, for example sqlite:homeward.db", nil)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the operator's own
	if err != nil {
		return fault.New(fault.Permanent, codeUnusable, fmt.Sprintf(
			"database: the file %q cannot be opened for writing; its folder must exist and be writable for the user that "+
				"runs Homeward", path), err)
	}
	return file.Close()
}

// sqliteURI names the file and how its connections behave. synchronous(2) is FULL: a commit is on disk when it is told. Pages
// of 8 KiB hold a usual webhook in one piece. The -wal file is folded in beside the writes (see folder); a commit does it
// itself only when that file grew to 250 MiB. The driver applies the pragmas sorted by name and _journal_mode after them: in
// WAL mode the size of a page can no longer be chosen.
func sqliteURI(path string, busy time.Duration, pragmas ...string) string {
	pragmas = append([]string{
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()), "page_size(8192)", "synchronous(2)",
		"wal_autocheckpoint(32000)", "journal_size_limit(16777216)", "temp_store(2)",
	}, pragmas...)
	return fileURI(path, url.Values{"_txlock": {"immediate"}, "_journal_mode": {"WAL"}, "_pragma": pragmas})
}

func fileURI(path string, q url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// sqliteOpenFailure says what to mend.
func sqliteOpenFailure(ctx context.Context, path string, err error) error {
	var known *fault.Error
	code, ok := sqliteCode(err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &known):
		return err
	case ok && code&0xff == sqlite3.SQLITE_NOTADB:
		return fault.New(fault.Permanent, codeUnusable,
			fmt.Sprintf("database: the file %q is not a SQLite database; name another file, or restore this one", path), err)
	case ok && code&0xff == sqlite3.SQLITE_BUSY:
		return fault.New(fault.Later, codeUnavailable,
			fmt.Sprintf("database: the file %q is locked by another program; end that program or wait for it", path), err)
	case ok || errors.Is(err, os.ErrPermission):
		return fault.New(fault.Permanent, codeUnusable, fmt.Sprintf(
			"database: the file %q and its folder must be writable (%s)", path, reason(err)), err)
	default:
		return fault.New(fault.Permanent, codeUnusable,
			fmt.Sprintf("database: the file %q could not be opened and migrated", path), err)
	}
}

// close ends the writer after the work that it has, then the connections.
func (e *sqliteEngine) close() error {
	var errs []error
	if e.writer != nil {
		e.writer.stop()
	}
	if e.folder != nil {
		e.folder.stop()
	}
	if e.cached != nil {
		e.cached.close()
	}
	for _, db := range []*sql.DB{e.reads, e.writes} { // the writer's connection last: it folds the -wal file in
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

func (e *sqliteEngine) write(ctx context.Context, fn func(tx *Tx) error) error {
	return e.writer.do(ctx, false, func(q querier) error {
		return fn(&Tx{Reads: Reads{q: q}, lock: func(context.Context, string) error { return nil }})
	})
}

func (e *sqliteEngine) single(ctx context.Context, fn func(ctx context.Context, q querier) error) error {
	return e.writer.do(ctx, true, func(q querier) error { return fn(ctx, q) })
}
