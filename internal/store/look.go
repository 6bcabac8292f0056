package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"homeward/internal/fault"
)

// Stand is how a database stands before Homeward starts over it.
type Stand int

// How a database stands.
const (
	Migrated Stand = iota // it is of this version of Homeward
	Older                 // it is brought up to date at the next start
	Empty                 // the next start makes its tables; on SQLite the file too
)

// Look says how a database stands and whether Homeward could write there, and changes nothing in it. Errors are those of Open.
func Look(ctx context.Context, dsn string) (Stand, error) {
	path, sqlite := strings.CutPrefix(dsn, "sqlite:")
	if sqlite {
		if there, err := writable(path); err != nil || !there {
			return Empty, err
		}
	} else if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		_, err := Open(ctx, dsn) // says what an address is like
		return Empty, err
	}
	pool, err := readPool(ctx, dsn)
	if err != nil {
		return Empty, err
	}
	defer pool.Close() //nolint:errcheck // only read
	stand, err := standOf(ctx, pool, sqlite)
	switch {
	case err != nil && sqlite:
		return stand, sqliteOpenFailure(ctx, path, cmp.Or(errors.Unwrap(err), err))
	case err != nil, sqlite:
		return stand, err
	}
	return stand, mayWrite(ctx, pool, stand)
}

func standOf(ctx context.Context, q querier, sqlite bool) (Stand, error) {
	tables := "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version'"
	if sqlite {
		tables = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'goose_db_version'"
	}
	n, err := first(ctx, q, value[int64], tables)
	if err != nil || n == 0 {
		return Empty, err
	}
	version, err := first(ctx, q, value[int64], "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version")
	switch {
	case err != nil:
		return Empty, err
	case version < newestMigration:
		return Older, nil
	default:
		return Migrated, nil
	}
}

// writable tells whether a file of SQLite is there; an error says that it, or its folder, cannot be written.
func writable(path string) (there bool, err error) {
	if path == "" || path == ":memory:" {
		return false, usablePath(path)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the path is the operator's own
	if there = err == nil; there {
		_ = file.Close()
	}
	if err == nil || errors.Is(err, os.ErrNotExist) { // beside the file stand its log and its lock
		var trial *os.File
		if trial, err = os.CreateTemp(filepath.Dir(path), ".homeward-check-*"); err == nil {
			err = errors.Join(trial.Close(), os.Remove(trial.Name()))
		}
	}
	if err != nil {
		return there, fault.New(fault.Permanent, codeUnusable, fmt.Sprintf(
			"database: the file %q cannot be opened for writing; its folder must exist and be writable for the user that runs Homeward", path), err)
	}
	return there, nil
}

// mayWrite tells of a PostgreSQL that only reads, or where the tables that are wanting could not be made.
func mayWrite(ctx context.Context, q querier, stand Stand) error {
	standby, err := first(ctx, q, value[bool], "SELECT pg_is_in_recovery()")
	if err != nil {
		return err
	}
	may, err := first(ctx, q, value[bool], "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)")
	switch {
	case err != nil:
		return err
	case standby:
		return fault.New(fault.Permanent, codeUnusable, "database: this PostgreSQL is a standby that only reads; name the primary", nil)
	case stand != Migrated && !may:
		return fault.New(fault.Permanent, codeUnusable, "database: the user may not create tables there; grant it: GRANT CREATE ON SCHEMA public TO …", nil)
	}
	return nil
}
