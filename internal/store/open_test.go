package store_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
)

func TestOpenSaysWhatToMend(t *testing.T) {
	folder := t.TempDir()
	notes := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(notes, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		dsn   string
		names []string
	}{
		"no scheme":              {"homeward.db", []string{"sqlite:", "postgres://"}},
		"another database":       {"mysql://user:geheim@host/db", []string{"sqlite:", "postgres://"}},
		"no path":                {"sqlite:", []string{"path"}},
		"memory":                 {"sqlite::memory:", []string{"path"}},
		"a folder":               {"sqlite:" + folder, []string{folder}},
		"a folder that is not":   {"sqlite:" + folder + "/none/x.db", []string{"none/x.db", "writable"}},
		"a file of another kind": {"sqlite:" + notes, []string{notes, "not a SQLite database"}},
		"an address unreadable":  {"postgres://user:geheim%zz@host:port/db", []string{"postgres://"}},
		"nobody there":           {"postgres://user:geheim@127.0.0.1:1/db?connect_timeout=2", []string{"127.0.0.1:1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { wantMend(t, test.dsn, test.names) })
	}
}

// wantMend opens what cannot be opened and reads the error as its reader does.
func wantMend(t *testing.T, dsn string, names []string) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	var f *fault.Error
	if !errors.As(err, &f) {
		if db != nil {
			_ = db.Close()
		}
		t.Fatalf("%v, want a fault", err)
	}
	for _, name := range append(names, "database") {
		if !strings.Contains(f.Message, name) {
			t.Errorf("%q does not say %q", f.Message, name)
		}
	}
	for _, text := range []string{f.Error(), cause(err)} {
		if strings.Contains(text, "geheim") || strings.Contains(text, "wrong") {
			t.Errorf("the error holds the password: %s", text)
		}
	}
}

func TestOpenPostgresSaysWhatToMend(t *testing.T) {
	dsn := must[*url.URL](t)(url.Parse(storetest.Postgres(t)))
	password := *dsn
	password.User = url.UserPassword(dsn.User.Username(), "wrong")
	wantMend(t, password.String(), []string{dsn.Host, dsn.User.Username()})
	name := *dsn
	name.Path = "/no_such_database"
	wantMend(t, name.String(), []string{dsn.Host, "no_such_database", "CREATE DATABASE"})
}

func TestSQLiteFilesAreTheOwnersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a 100% odd?name#.db")
	db := open(t, "sqlite:"+path)
	accept(t, db, webhook("msg_1", "body"))
	for _, suffix := range []string{"", "-wal", "-shm", ".migrate.lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the rights %v", suffix, info.Mode().Perm())
		}
	}
}

// TestSQLiteCommitsToTheDisk: a kill cannot show a commit that only the system's memory holds; a power cut would.
func TestSQLiteCommitsToTheDisk(t *testing.T) {
	db := openSQLite(t)
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "page_size": "8192"} {
		if got := must[string](t)(store.WriterPragma(t.Context(), db, name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestReady(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		if err := db.Ready(t.Context()); err != nil {
			t.Error(cause(err))
		}
	})
}

func TestNotReady(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db := open(t, "sqlite:"+path)
	raw := must[*sql.DB](t)(sql.Open("sqlite", path))
	defer raw.Close() //nolint:errcheck // a test's
	if _, err := raw.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id > 0"); err != nil {
		t.Fatal(err)
	}
	if err := db.Ready(t.Context()); fault.Code(err) != "database_unavailable" {
		t.Errorf("%v, want not migrated", err)
	}
}

func TestNewestMigrationIsTheNewestFile(t *testing.T) {
	files := must[[]string](t)(filepath.Glob("migrations/*.sql"))
	number, _, _ := strings.Cut(filepath.Base(files[len(files)-1]), "_")
	if got := must[int](t)(strconv.Atoi(number)); got != store.NewestMigration {
		t.Errorf("the newest file is %d, newestMigration %d", got, store.NewestMigration)
	}
}

// TestManyOpenAtOnce: all succeed, whoever migrates.
func TestManyOpenAtOnce(t *testing.T) {
	atOnce := func(t *testing.T, dsn string) {
		var group sync.WaitGroup
		start := make(chan struct{})
		for range 8 {
			group.Go(func() {
				<-start
				db, err := store.Open(t.Context(), dsn)
				if err != nil {
					t.Error(cause(err))
					return
				}
				if err := db.Ready(t.Context()); err != nil {
					t.Error(cause(err))
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		group.Wait()
	}
	t.Run("sqlite", func(t *testing.T) {
		for range 5 {
			atOnce(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
		}
	})
	t.Run("postgres", func(t *testing.T) { atOnce(t, storetest.Postgres(t)) })
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	if _, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "test.db")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// TestOpenAgainFindsEverything: also after a Close without a checkpoint of ours.
func TestOpenAgainFindsEverything(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	db := must[*store.DB](t)(store.Open(t.Context(), dsn))
	id, _ := accept(t, db, webhook("msg_1", "body"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dsn)
	if got, seen := accept(t, again, webhook("msg_1", "body")); !seen || got != id {
		t.Errorf("seen %v, %q; want %q", seen, got, id)
	}
}
