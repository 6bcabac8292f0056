package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"homeward/internal/store"
)

// crashEnv tells this test binary that it is the process that shall be killed, and on which database it works.
const crashEnv = "HOMEWARD_TEST_CRASH"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(crashEnv); dsn != "" {
		acceptUntilKilled(dsn)
	}
	os.Exit(m.Run())
}

// acceptUntilKilled stores events with many callers, and writes each id to standard output once it was told stored. Every
// second event also moves on in a unit of its own.
func acceptUntilKilled(dsn string) {
	ctx := context.Background()
	db, err := store.Open(ctx, dsn)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	say := func(what, id string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(what, id)
	}
	for caller := range 16 {
		go func() {
			for n := 0; ; n++ {
				id, _, err := db.AcceptEvent(ctx, webhook(fmt.Sprint(os.Getpid(), "-", caller, "-", n), strings.Repeat("x", 2000)))
				if err != nil {
					continue
				}
				say("stored", id)
				if n%2 == 0 {
					continue
				}
				err = db.Write(ctx, func(tx *store.Tx) error {
					if err := tx.AssignEvent(ctx, id, "o1", "seen"); err != nil {
						return err
					}
					return tx.Finish(ctx, store.EventWork, id, 0, store.EventApplied, nil)
				})
				if err == nil {
					say("applied", id)
				}
			}
		}()
	}
	select {}
}

// TestKilledUnderLoadLosesNothing: what was told stored is there after kill -9, and a unit is there whole or not at all.
func TestKilledUnderLoadLosesNothing(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	told := map[string]string{}
	for round := range 3 {
		killUnderLoad(t, dsn, 500+700*round, told)
	}
	db := open(t, dsn)
	half := 0
	for id, what := range told {
		event, err := db.Event(t.Context(), id)
		if err != nil {
			t.Fatalf("the event %s was told stored: %v", id, cause(err))
		}
		if what == "applied" && event.State != store.EventApplied {
			t.Errorf("the event %s was told applied and is %s", id, event.State)
		}
		if (event.OrderID == "o1") != (event.State == store.EventApplied) {
			half++
		}
	}
	if half > 0 {
		t.Errorf("%d units are there by half", half)
	}
	t.Logf("%d events were told stored in three rounds", len(told))
}

// killUnderLoad starts a process that stores events, kills it after so many words, and keeps what it told.
func killUnderLoad(t *testing.T, dsn string, words int, told map[string]string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$") //nolint:gosec // this test binary
	command.Env = append(os.Environ(), crashEnv+"="+dsn)
	command.Stderr = os.Stderr
	output := must[interface{ Read(p []byte) (int, error) }](t)(command.StdoutPipe())
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	for n := 0; lines.Scan(); n++ {
		if n == words {
			if err := command.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		if what, id, ok := strings.Cut(lines.Text(), " "); ok && len(id) == 20 {
			told[id] = what
		}
	}
	if err := command.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}
	if len(told) < words/4 {
		t.Fatalf("only %d words came", len(told))
	}
}
