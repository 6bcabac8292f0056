package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"homeward/internal/store"
	"homeward/internal/store/storetest"
)

// To look at a database neither makes it nor brings it up to date.
func TestLookChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	look := func(want store.Stand) {
		t.Helper()
		before, _ := os.ReadFile(path)
		if got, err := store.Look(t.Context(), "sqlite:"+path); err != nil || got != want {
			t.Errorf("%v, want %v: %v", got, want, cause(err))
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Error("it was changed")
		}
	}
	look(store.Empty)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Fatalf("looking made %v, %v", left, err)
	}
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	look(store.Migrated) // also while it is in use
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	look(store.Older)
	for name, dsn := range map[string]string{
		"no folder": "sqlite:" + filepath.Join(dir, "no", "such", "x.db"), "no path": "sqlite:", "no address": "mysql://x", "a folder": "sqlite:" + dir,
	} {
		if _, err := store.Look(t.Context(), dsn); err == nil {
			t.Errorf("%s passed", name)
		}
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Look(t.Context(), "sqlite:"+path); err == nil {
		t.Error("what is no database passed")
	}
}

func TestLookAtPostgres(t *testing.T) {
	dsn := storetest.Postgres(t)
	if got, err := store.Look(t.Context(), dsn); err != nil || got != store.Empty {
		t.Errorf("%v, %v", got, cause(err))
	}
	if got, err := store.Look(t.Context(), dsn); err != nil || got != store.Empty {
		t.Errorf("the first look changed it: %v, %v", got, cause(err))
	}
	open(t, dsn)
	if got, err := store.Look(t.Context(), dsn); err != nil || got != store.Migrated {
		t.Errorf("%v, %v", got, cause(err))
	}
}
