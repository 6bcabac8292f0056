package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"homeward/internal/fault"
)

// What a caller can tell apart.
var (
	ErrNotFound  = errors.New("store: not found")
	ErrConflict  = errors.New("store: changed by somebody else")
	ErrDuplicate = errors.New("store: already there")
	ErrStale     = errors.New("store: stale task")
)

// The codes of this package's faults.
const (
	// codeUnavailable: the database cannot be reached, is locked by another program, or its disk is full. Later.
	codeUnavailable = "database_unavailable"
	// codeUnusable: the configured database cannot serve as it is. Permanent.
	codeUnusable = "database_unusable"
	// codeFailed: the database refused a statement for a reason that nobody here foresaw. Later.
	codeFailed = "database_failed"
)

// failure puts a driver's error in this package's words. The driver's own text may quote values, so it stays inside.
func failure(err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict), errors.Is(err, ErrDuplicate), errors.Is(err, ErrStale):
		return err
	case unique(err):
		return ErrDuplicate
	case unavailable(err):
		return fault.New(fault.Later, codeUnavailable, "The database does not take the work now ("+reason(err)+"); "+
			"see that it runs, is not locked by another program and has room on its disk.", err)
	default:
		return fault.New(fault.Later, codeFailed, "The database refused a statement ("+reason(err)+").", err)
	}
}

// unique tells whether a UNIQUE or PRIMARY KEY constraint refused the row.
func unique(err error) bool {
	if code, ok := sqliteCode(err); ok {
		return code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_UNIQUE
	}
	return sqlState(err) == "23505"
}

// unavailable tells whether the database, and not the statement, is at fault.
func unavailable(err error) bool {
	if code, ok := sqliteCode(err); ok {
		return breaksTransaction(code) || code&0xff == sqlite3.SQLITE_LOCKED || code&0xff == sqlite3.SQLITE_CANTOPEN ||
			code&0xff == sqlite3.SQLITE_READONLY || code&0xff == sqlite3.SQLITE_PROTOCOL
	}
	if state := sqlState(err); state != "" {
		switch state[:2] {
		case "08", "53", "57", "40", "55", "58": // connection, resources, operator, rollback, not in state, system
			return true
		}
		return state == "25006" // a replica that only reads
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) ||
		strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

// breaksTransaction tells whether SQLite may have rolled the whole transaction back, not only the statement.
func breaksTransaction(code int) bool {
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// sqliteCode gives SQLite's extended result code in err's chain.
func sqliteCode(err error) (int, bool) {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code(), true
	}
	return 0, false
}

// sqlState gives PostgreSQL's five-character code in err's chain, "" when there is none.
func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) && len(e.Code) == 5 {
		return e.Code
	}
	return ""
}

// reason gives the database's code for an error, never its text.
func reason(err error) string {
	if code, ok := sqliteCode(err); ok {
		switch code & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return "SQLite: locked"
		case sqlite3.SQLITE_FULL:
			return "SQLite: the disk is full"
		case sqlite3.SQLITE_READONLY:
			return "SQLite: the file may only be read"
		}
		return fmt.Sprintf("SQLite code %d", code)
	}
	if state := sqlState(err); state != "" {
		return "SQLSTATE " + state
	}
	return "no answer"
}
