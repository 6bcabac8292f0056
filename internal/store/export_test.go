package store

import (
	"context"
	"time"
)

// OpenImpatient opens a SQLite database that waits only so long for another program's lock.
func OpenImpatient(ctx context.Context, dsn string, busy time.Duration) (*DB, error) {
	return open(ctx, dsn, busy)
}

// WriterPragma gives a setting of the connection that SQLite's writer owns.
func WriterPragma(ctx context.Context, db *DB, name string) (v string, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		v, err = first(ctx, tx.q, value[string], "PRAGMA "+name)
		return err
	})
	return v, err
}

// NewestMigration is the version that Ready expects.
const NewestMigration = newestMigration

// Exec runs a statement in a transaction, for tests that spoil what is stored.
func Exec(ctx context.Context, tx *Tx, query string) error {
	_, err := exec(ctx, tx.q, query)
	return err
}
