package store

import (
	"context"
	"strings"
	"time"

	"homeward/internal/fault"
)

// DB is a database: SQLite or PostgreSQL. It embeds Reads over a pool of connections.
type DB struct {
	Reads
	engine engine
	follow Follower // nil: nobody
	ring   func(ctx context.Context, tasks ...Task)
}

// engine is what the two databases do differently.
type engine interface {
	// write runs fn in a transaction and commits.
	write(ctx context.Context, fn func(tx *Tx) error) error
	// single runs fn, which changes the database in one statement only, and commits.
	single(ctx context.Context, fn func(ctx context.Context, q querier) error) error
	close() error
}

// busyTimeout is how long SQLite waits for another program's lock before the work is told to come later.
const busyTimeout = 5 * time.Second

// Open opens "sqlite:PATH" or "postgres://…" and migrates it under a lock, so that any number of processes may open it
// at once. Errors name the key `database` of the configuration, and never a password.
func Open(ctx context.Context, dsn string) (*DB, error) {
	return open(ctx, dsn, busyTimeout)
}

func open(ctx context.Context, dsn string, busy time.Duration) (*DB, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return openSQLite(ctx, path, busy)
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return nil, fault.New(fault.Permanent, codeUnusable,
		"database: must begin with sqlite: or postgres://, for example sqlite:homeward.db", nil)
}

// Close waits for the writes under way and closes.
func (db *DB) Close() error { return db.engine.close() }

// Ready tells whether the database is reachable and migrated.
func (db *DB) Ready(ctx context.Context) error {
	version, err := first(ctx, db.q, value[int64], "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version")
	if err != nil {
		return err
	}
	if version < newestMigration {
		return fault.New(fault.Later, codeUnavailable, "The database is not migrated to this version of Homeward.", nil)
	}
	return nil
}

// Write runs fn in a transaction and commits; an error of fn undoes all that it did, and is returned. fn may run more
// than once (PostgreSQL, when it conflicted with another transaction), so it changes nothing but the database. Once fn
// began on SQLite, the end of ctx no longer stops it: the answer is the true one.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if db.follow == nil {
		return db.engine.write(ctx, fn)
	}
	return db.followed(ctx, fn)
}
