package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
)

// TestMigrationsBothWays: from every version a database goes back to any before and up again, with what is stored in it, on both.
func TestMigrationsBothWays(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { t.Helper(); return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			dsn := address(t)
			for round, version := range []int64{1, 16, 13, 6, 5, 4, 3, 2, 1, 0} {
				if err := store.MigrateTo(t.Context(), dsn, version); err != nil {
					t.Fatalf("to %d: %v", version, err)
				}
				db, err := store.Open(t.Context(), dsn)
				if err != nil {
					t.Fatalf("from %d: %v (%s)", version, err, cause(err))
				}
				o := anOrder(fmt.Sprint("m", round), fmt.Sprint(round), t0)
				c := store.Case{ID: "c" + o.ID, Shop: o.Shop, OrderID: o.ID, RMA: "R-" + o.ID, Kind: returns.Return, State: returns.Received, Nonce: "n", CreatedAt: t0, UpdatedAt: t0}
				write(t, db, func(tx *store.Tx) error {
					if err := tx.InsertOrder(t.Context(), o); err != nil {
						return err
					}
					if _, err := tx.AddPayment(t.Context(), o.Shop, "pi_"+o.ID, o.ID); err != nil {
						return err
					}
					return tx.InsertCase(t.Context(), c)
				})
				for i := range round {
					kept, err := db.Case(t.Context(), fmt.Sprint("cm", i))
					if round < 9 && (err != nil || kept.State != returns.Received) { // the very first version is taken away at last
						t.Errorf("from %d: case %d: %+v, %v", version, i, kept, err)
					}
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
