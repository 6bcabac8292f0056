package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"homeward/internal/fault"
)

// errReadOnly is what a write gets of a database that was opened to read.
var errReadOnly = errors.New("store: opened to read only")

// readOnly is an engine that writes nothing.
type readOnly struct{ pool *sql.DB }

func (readOnly) write(context.Context, func(*Tx) error) error { return errReadOnly }

func (readOnly) single(context.Context, func(context.Context, querier) error) error {
	return errReadOnly
}

func (e readOnly) close() error { return e.pool.Close() }

// OpenToRead opens a database that is there and migrated, to look at: it changes nothing, and what uses it cannot either.
func OpenToRead(ctx context.Context, dsn string) (*DB, error) {
	pool, err := readPool(ctx, dsn)
	if err != nil {
		return nil, err
	}
	db := &DB{Reads: Reads{q: pool}, engine: readOnly{pool}}
	if err := db.Ready(ctx); err != nil {
		_ = db.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.New(fault.Permanent, codeUnusable,
			"database: it is not one of this version of Homeward; homeward serve brings it up to date when it starts", err)
	}
	return db, nil
}

func readPool(ctx context.Context, dsn string) (*sql.DB, error) {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fault.New(fault.Permanent, codeUnusable,
				fmt.Sprintf("database: there is no file %q; look at database in the configuration", path), err)
		}
		// Without the mode of its journal: to set it writes into the file.
		return sql.Open("sqlite", fileURI(path, url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "query_only(1)", "temp_store(2)"}}))
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil { // the error quotes the DSN, so it is not kept
		return nil, fault.New(fault.Permanent, codeUnusable, "database: the postgres:// address cannot be read", nil)
	}
	config.RuntimeParams["default_transaction_read_only"] = "on"
	pool := stdlib.OpenDB(*config)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, postgresOpenFailure(ctx, config, err)
	}
	return pool, nil
}
