package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/returns"
	"homeward/internal/store"
)

func aWithdrawal(id string) store.Withdrawal {
	return store.Withdrawal{
		ID: id, Shop: "acme", OrderID: "o1", CaseID: "c1", ReceiptKey: "key-" + id, Reference: "W-" + id, StatementKey: "s-" + id, Channel: "online",
		Name: "Zofia", Number: "#1", Email: "Zofia@Example.com", Items: []returns.Item{{LineID: "l1", Quantity: 1}}, Language: "pl", Body: "Odstępuję.",
		Button: "Potwierdź odstąpienie od umowy", Network: "192.0.2.0/24", Agent: "x", TimeZone: "Europe/Warsaw", Flags: []string{"late"},
		SubmittedAt: t0, RecordedAt: t0, RefundDueAt: t0.AddDate(0, 0, 14),
	}
}

func TestWithdrawal(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, w := t.Context(), aWithdrawal("w1")
		write(t, db, func(tx *store.Tx) error { return tx.InsertWithdrawal(ctx, w) })
		for what, change := range map[string]func(*store.Withdrawal){
			"statement": func(twin *store.Withdrawal) { twin.StatementKey = w.StatementKey },
			"key":       func(twin *store.Withdrawal) { twin.ReceiptKey = w.ReceiptKey },
			"reference": func(twin *store.Withdrawal) { twin.Reference = w.Reference },
		} {
			twin := aWithdrawal("w2")
			change(&twin)
			if err := db.Write(ctx, func(tx *store.Tx) error { return tx.InsertWithdrawal(ctx, twin) }); !errors.Is(err, store.ErrDuplicate) {
				t.Errorf("the same %s: %v", what, err)
			}
		}
		for what, ask := range map[string]func() (store.Withdrawal, error){
			"id":        func() (store.Withdrawal, error) { return db.Withdrawal(ctx, "w1") },
			"key":       func() (store.Withdrawal, error) { return db.WithdrawalByKey(ctx, "acme", "key-w1") },
			"statement": func() (store.Withdrawal, error) { return db.WithdrawalByStatement(ctx, "acme", "s-w1") },
		} {
			if got, err := ask(); err != nil || cmp.Diff(w, got) != "" {
				t.Errorf("by %s: %v %s", what, err, cmp.Diff(w, got))
			}
		}
		if _, err := db.WithdrawalByKey(ctx, "other", "key-w1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another shop's: %v", err)
		}
		if diff := cmp.Diff([]store.Withdrawal{w}, must[[]store.Withdrawal](t)(db.WithdrawalsOf(ctx, "o1"))); diff != "" {
			t.Error(diff)
		}
		byEmail, byNetwork, err := db.WithdrawalsSince(ctx, "acme", " zofia@example.com", w.Network, t0)
		if byEmail != 1 || byNetwork != 1 || err != nil {
			t.Errorf("counted %d, %d, %v", byEmail, byNetwork, err)
		}
		if byEmail, byNetwork, _ = db.WithdrawalsSince(ctx, "acme", w.Email, w.Network, t0.Add(1e9)); byEmail+byNetwork != 0 {
			t.Error("counted what was before")
		}
		write(t, db, func(tx *store.Tx) error { return tx.SeeWithdrawal(ctx, "w1", "fine", t0) })
		if unseen := must[[]store.Withdrawal](t)(db.WithdrawalsUnseen(ctx, 10)); len(unseen) != 0 {
			t.Errorf("seen, and listed: %v", unseen)
		}
	})
}

// TestEvidenceIsAChain: lines that many wrote at once follow each other, and whatever is changed afterwards shows.
func TestEvidenceIsAChain(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				for {
					err := db.Write(ctx, func(tx *store.Tx) error {
						_, err := tx.AddEvidence(ctx, store.Evidence{At: t0.Add(time.Duration(n) * time.Millisecond), Object: "withdrawal:w1", Kind: "declared", Data: fmt.Sprintf(`{"n":%d}`, n)})
						return err
					})
					if err == nil {
						return
					}
					if !errors.Is(err, store.ErrConflict) {
						t.Error(cause(err))
						return
					}
				}
			})
		}
		all.Wait()
		if lines, last, err := db.VerifyEvidence(ctx); lines != 20 || last == "" || err != nil {
			t.Fatalf("%d lines, %q, %v", lines, last, err)
		}
		if got := must[[]store.Evidence](t)(db.EvidenceOf(ctx, "withdrawal:w1")); len(got) != 20 {
			t.Errorf("%d lines of the object", len(got))
		}
		for what, sql := range map[string]string{
			"line 5 was changed":            "UPDATE evidence SET data = '{}' WHERE seq = 5",
			"line 7 is missing":             "DELETE FROM evidence WHERE seq = 7",
			"line 9 does not follow line 8": "UPDATE evidence SET prev = 'x' WHERE seq = 9",
		} {
			tampered := errors.New("rolled back")
			err := db.Write(ctx, func(tx *store.Tx) error {
				if err := store.Exec(ctx, tx, sql); err != nil {
					return err
				}
				if _, _, err := tx.VerifyEvidence(ctx); !errors.Is(err, store.ErrEvidence) || !strings.Contains(err.Error(), what) {
					t.Errorf("%s: %v", what, err)
				}
				return tampered
			})
			if !errors.Is(err, tampered) {
				t.Fatal(cause(err))
			}
		}
	})
}
