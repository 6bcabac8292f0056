package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
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

// MigrateTo takes a database to a version of its schema, up or down.
func MigrateTo(ctx context.Context, dsn string, version int64) (err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect, driver := goose.DialectSQLite3, "sqlite"
	path, isFile := strings.CutPrefix(dsn, "sqlite:")
	if !isFile {
		path, dialect, driver, files = dsn, goose.DialectPostgres, "pgx", postgresFiles{files}
	}
	db, err := sql.Open(driver, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := goose.NewProvider(dialect, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	now, err := provider.GetDBVersion(ctx)
	switch {
	case err != nil:
		return err
	case version < now:
		_, err = provider.DownTo(ctx, version)
	default:
		_, err = provider.UpTo(ctx, version)
	}
	return err
}
