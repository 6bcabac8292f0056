package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"homeward/internal/store"
)

// migrated is the content of a SQLite file that was migrated and nothing else: made once in a process, since to migrate costs
// more than most tests do.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "homeward-migrated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the folder for leftovers
	path := filepath.Join(dir, "homeward.db")
	db, err := store.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// File gives the path of a migrated SQLite file of a test's own, which goes with the test.
func File(t testing.TB) string {
	t.Helper()
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "homeward.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// SQLite opens a migrated SQLite file of a test's own and closes it after the test.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return Open(t, File(t))
}

// Open opens a SQLite file and closes it after the test.
func Open(t testing.TB, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
