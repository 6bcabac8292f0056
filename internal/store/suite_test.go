package store_test

import (
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"homeward/internal/store"
	"homeward/internal/store/storetest"
)

// t0 is the tests' now. Nothing depends on today.
var t0 = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// onBoth runs a test on SQLite, and on PostgreSQL when there is one: the conformance suite.
func onBoth(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, openSQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, storetest.Postgres(t)))
	})
}

func openSQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, "sqlite:"+storetest.File(t))
}

func open(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatalf("Open: %v (%v)", err, cause(err))
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return db
}

// cause gives the errors inside, for the test's log.
func cause(err error) string {
	var all []string
	for err != nil {
		all = append(all, err.Error())
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return strings.Join(all, " ← ")
}

// write runs fn in a transaction that must succeed.
func write(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatalf("Write: %v", cause(err))
	}
}

// must gives a value whose error must be nil.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(cause(err))
		}
		return v
	}
}
