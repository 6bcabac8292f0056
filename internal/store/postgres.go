package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"homeward/internal/fault"
)

// maxTries is how often a transaction that conflicted with another is run at most.
const maxTries = 5

// postgresEngine is a pool; each unit is a transaction of its own at READ COMMITTED. PostgreSQL shares one fsync among
// commits by itself.
type postgresEngine struct {
	pool *sql.DB
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil { // the error quotes the DSN, so it is not kept
		return nil, fault.New(fault.Permanent, codeUnusable, "database: the postgres:// address cannot be read; it is "+
			"postgres://USER:PASSWORD@HOST:5432/NAME, with special characters of the password written as %XX", nil)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "homeward"
	}
	pool := stdlib.OpenDB(*config)
	conns := max(16, 4*runtime.GOMAXPROCS(0))
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, postgresOpenFailure(ctx, config, err)
	}
	if err := migratePostgres(ctx, pool); err != nil {
		_ = pool.Close()
		return nil, postgresOpenFailure(ctx, config, err)
	}
	return &DB{Reads: Reads{q: pool}, engine: &postgresEngine{pool: pool}}, nil
}

// postgresOpenFailure says what to mend: server, user and database by name, the password never.
func postgresOpenFailure(ctx context.Context, config *pgx.ConnConfig, err error) error {
	server := fmt.Sprintf("%s:%d", config.Host, config.Port)
	switch state := sqlState(err); {
	case ctx.Err() != nil:
		return ctx.Err()
	case state == "28P01" || state == "28000":
		return fault.New(fault.Permanent, codeUnusable, fmt.Sprintf("database: PostgreSQL at %s refused the user %q or "+
			"its password; mend them in the address, or the server's pg_hba.conf", server, config.User), err)
	case state == "3D000":
		return fault.New(fault.Permanent, codeUnusable, fmt.Sprintf("database: PostgreSQL at %s has no database %q; "+
			"create it: CREATE DATABASE %s", server, config.Database, config.Database), err)
	case state == "42501":
		return fault.New(fault.Permanent, codeUnusable, fmt.Sprintf("database: the user %q may not create tables in "+
			"database %q; grant it: GRANT CREATE ON SCHEMA public TO …", config.User, config.Database), err)
	case unavailable(err):
		return fault.New(fault.Later, codeUnavailable, fmt.Sprintf("database: PostgreSQL at %s does not answer (%s); "+
			"see that it runs and that host and port are right", server, reason(err)), err)
	default:
		return fault.New(fault.Permanent, codeUnusable, fmt.Sprintf(
			"database: PostgreSQL at %s could not be opened and migrated (%s)", server, reason(err)), err)
	}
}

func (e *postgresEngine) close() error { return e.pool.Close() }

func (e *postgresEngine) single(ctx context.Context, fn func(ctx context.Context, q querier) error) error {
	var err error
	for range maxTries {
		if err = fn(ctx, e.pool); !conflicted(err) {
			break
		}
	}
	return err
}

func (e *postgresEngine) write(ctx context.Context, fn func(tx *Tx) error) error {
	var err error
	for try := range maxTries {
		if err = e.transact(ctx, fn); !conflicted(err) {
			return err
		}
		if pause(ctx, time.Duration(try+1)*5*time.Millisecond) != nil {
			return err
		}
	}
	return err
}

// transact runs fn once.
func (e *postgresEngine) transact(ctx context.Context, fn func(tx *Tx) error) error {
	sqlTx, err := e.pool.BeginTx(ctx, nil)
	if err != nil {
		return failure(err)
	}
	defer sqlTx.Rollback() //nolint:errcheck // after the commit it does nothing
	tx := &Tx{Reads: Reads{q: sqlTx}, lock: func(ctx context.Context, key string) error {
		_, err := exec(ctx, sqlTx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)
		return err
	}}
	if err := guarded(func(querier) error { return fn(tx) }, nil); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			return ctx.Err()
		}
		return failure(err)
	}
	return nil
}

// conflicted tells whether PostgreSQL undid a transaction because of another one (serialisation, deadlock): running it
// again is the remedy.
func conflicted(err error) bool {
	state := sqlState(err)
	return state == "40001" || state == "40P01"
}

// pause waits, or gives ctx's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
