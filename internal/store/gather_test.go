package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/store"
)

// TestALoneCallerNeverWaitsForCompany, in virtual time, where nothing but a wait takes any; and where there was company
// lately, it waits a little, and soon no more.
func TestALoneCallerNeverWaitsForCompany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
		if err != nil {
			t.Fatal(cause(err))
		}
		defer db.Close()
		alone := func(from, to int) time.Duration {
			started := time.Now()
			for n := range to - from {
				err := db.Write(t.Context(), func(tx *store.Tx) error { return addOptOut(t.Context(), tx, fmt.Sprint(from+n)) })
				if err != nil {
					t.Fatal(cause(err))
				}
			}
			return time.Since(started)
		}
		if took := alone(0, 50); took != 0 {
			t.Errorf("alone, 50 writes waited %v", took)
		}
		var crowd sync.WaitGroup
		for n := range 200 {
			crowd.Go(func() {
				_ = db.Write(t.Context(), func(tx *store.Tx) error { return addOptOut(t.Context(), tx, fmt.Sprint("crowd", n)) })
			})
		}
		crowd.Wait()
		if took := alone(100, 150); took == 0 || took > 100*time.Millisecond {
			t.Errorf("after a crowd, 50 writes waited %v", took)
		}
		if took := alone(200, 250); took != 0 {
			t.Errorf("alone again, 50 writes waited %v", took)
		}
	})
}
