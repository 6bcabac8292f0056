package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/store"
)

func addOptOut(ctx context.Context, tx *store.Tx, name string) error {
	return tx.AddOptOut(ctx, name, "x", "sms", "test", t0)
}

func optedOut(t testing.TB, db *store.DB, name string) bool {
	t.Helper()
	return must[bool](t)(db.OptedOut(t.Context(), name, "x", "sms"))
}

// TestUnitsOfABatchAreIsolated: errors and panics undo their own unit and no neighbour.
func TestUnitsOfABatchAreIsolated(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, broken := t.Context(), errors.New("broken")
		const units = 300
		var group sync.WaitGroup
		for i := range units {
			group.Go(func() {
				err := db.Write(ctx, func(tx *store.Tx) error {
					if err := addOptOut(ctx, tx, fmt.Sprint(i)); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return broken
					case 2:
						panic("a bug")
					}
					return nil
				})
				switch i % 4 {
				case 1:
					if !errors.Is(err, broken) {
						t.Errorf("unit %d: %v, want its own error", i, err)
					}
				case 2:
					if fault.Code(err) != "internal" {
						t.Errorf("unit %d that panicked: %v", i, err)
					}
				default:
					if err != nil {
						t.Errorf("unit %d: %v", i, cause(err))
					}
				}
			})
		}
		group.Wait()
		for i := range units {
			if got, want := optedOut(t, db, fmt.Sprint(i)), i%4 == 0 || i%4 == 3; got != want {
				t.Errorf("unit %d is there: %v, want %v", i, got, want)
			}
		}
	})
}

func TestAUnitSeesItsOwnWrites(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		write(t, db, func(tx *store.Tx) error {
			if err := addOptOut(ctx, tx, "a"); err != nil {
				return err
			}
			if in, err := tx.OptedOut(ctx, "a", "x", "sms"); err != nil || !in {
				return fmt.Errorf("the transaction does not see its own row: %v %w", in, err)
			}
			if optedOut(t, db, "a") {
				return errors.New("others see it before the commit")
			}
			return nil
		})
	})
}

// blocked holds the writer of a SQLite database in a unit until release is called.
func blocked(t *testing.T, db *store.DB) (release func()) {
	t.Helper()
	begun, end, over := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		over <- db.Write(context.Background(), func(*store.Tx) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() {
		close(end)
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
}

func TestAUnitWhoseCallerGaveUpNeverRuns(t *testing.T) {
	db := openSQLite(t)
	release := blocked(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error, 2)
	go func() {
		answer <- db.Write(ctx, func(*store.Tx) error {
			t.Error("it ran")
			return nil
		})
	}()
	go func() {
		_, _, err := db.AcceptEvent(ctx, webhook("msg_1", "body"))
		answer <- err
	}()
	cancel()
	for range 2 {
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want context.Canceled", err)
		}
	}
	release()
	if _, seen := accept(t, db, webhook("msg_1", "body")); seen {
		t.Error("the event of the caller who gave up was stored")
	}
}

func TestAUnitThatBeganGivesItsTrueResult(t *testing.T) {
	db := openSQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, func(tx *store.Tx) error {
		cancel()
		return addOptOut(ctx, tx, "a")
	})
	if err != nil || !optedOut(t, db, "a") {
		t.Errorf("%v, stored %v; want nil and true", err, optedOut(t, db, "a"))
	}
}

func TestCanceledReadsAndWrites(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Event(ctx, "e1"); !errors.Is(err, context.Canceled) {
			t.Errorf("read: %v", err)
		}
		if err := db.Write(ctx, func(*store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("write: %v", err)
		}
		if _, _, err := db.AcceptEvent(ctx, webhook("msg_1", "")); !errors.Is(err, context.Canceled) {
			t.Errorf("accept: %v", err)
		}
	})
}

// TestTheWriterOutlivesGoexit: a test that calls t.Fatal inside a unit ends the goroutine that runs it.
func TestTheWriterOutlivesGoexit(t *testing.T) {
	db := openSQLite(t)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := addOptOut(t.Context(), tx, "a"); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	})
	if err == nil || optedOut(t, db, "a") {
		t.Errorf("the unit that ended its goroutine: %v, stored %v", err, optedOut(t, db, "a"))
	}
	write(t, db, func(tx *store.Tx) error { return addOptOut(t.Context(), tx, "b") })
}

func TestCloseFinishesWhatIsQueued(t *testing.T) {
	db := openSQLite(t)
	release := blocked(t, db)
	var results [50]error
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			results[i] = db.Write(t.Context(), func(tx *store.Tx) error { return addOptOut(t.Context(), tx, fmt.Sprint(i)) })
		})
	}
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	release()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	group.Wait()
	for i, err := range results {
		if err != nil && fault.Code(err) != "database_unavailable" {
			t.Errorf("unit %d: %v", i, err)
		}
	}
	if err := db.Write(t.Context(), func(*store.Tx) error { return nil }); fault.Code(err) != "database_unavailable" {
		t.Errorf("a write after Close: %v", err)
	}
}

// TestLockedByAnotherProgram: the answer is a clear fault for as long as it lasts, and afterwards all is well.
func TestLockedByAnotherProgram(t *testing.T) {
	dsn := "sqlite:" + t.TempDir() + "/test.db"
	other := open(t, dsn)
	db, err := store.OpenImpatient(t.Context(), dsn, 50*time.Millisecond)
	if err != nil {
		t.Fatal(cause(err))
	}
	defer db.Close() //nolint:errcheck // not what is tested
	release := blocked(t, other)
	_, _, err = db.AcceptEvent(t.Context(), webhook("msg_1", "body"))
	if f := fault.Of(err); f == nil || f.Code != "database_unavailable" || f.Class != fault.Later {
		t.Errorf("an event while locked: %v", err)
	}
	if err := db.Write(t.Context(), func(*store.Tx) error { return nil }); fault.Code(err) != "database_unavailable" {
		t.Errorf("a write while locked: %v", err)
	}
	if _, err := db.Event(t.Context(), "e1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a read while locked: %v, want it to work", err)
	}
	release()
	if _, seen := accept(t, db, webhook("msg_1", "body")); seen {
		t.Error("the event that was refused was stored")
	}
}
