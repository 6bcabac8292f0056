package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// aTerm is a refund that is due 14 days after t0, looked at after half of them.
func aTerm(id string) store.Term {
	last := calendar.NewDate(2026, 12, 4)
	return store.Term{
		ID: id, Shop: "acme", OrderID: "o1", CaseID: "c1", Kind: returns.TermRefund, Party: returns.ByShop, Rule: returns.RefundEU, Since: t0,
		Plain: last, Last: last, Zone: "Europe/Warsaw", EndAt: last.EndOfDay(time.UTC), Evidence: []returns.Evidence{{What: returns.WasDeclared, At: t0}},
		Work: store.Work{DueAt: t0.AddDate(0, 0, 7)},
	}
}

func putTerms(t *testing.T, db *store.DB, now time.Time, want ...store.Term) []store.Task {
	t.Helper()
	var tasks []store.Task
	write(t, db, func(tx *store.Tx) error {
		var err error
		tasks, err = tx.PutTerms(t.Context(), "case:c1", want, now)
		return err
	})
	return tasks
}

func oneTerm(t *testing.T, db *store.DB) store.Term {
	t.Helper()
	all := must[[]store.Term](t)(db.TermsOf(t.Context(), "case:c1"))
	if len(all) != 1 {
		t.Fatalf("%d terms", len(all))
	}
	return all[0]
}

// TestTermsFollowTheFacts: what moves has a new generation, what did not keeps its own; a term that opens rests; one that
// was met stays so until it is not any more.
func TestTermsFollowTheFacts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		term := aTerm("t1")
		if tasks := putTerms(t, db, t0, term); len(tasks) != 1 || tasks[0].ID != "t1" || !tasks[0].DueAt.Equal(term.DueAt) {
			t.Fatalf("%+v", tasks)
		}
		if got := oneTerm(t, db); got.State != store.Due || got.Last != term.Last || got.Generation != 0 || len(got.Evidence) != 1 {
			t.Fatalf("%+v", got)
		}
		if tasks := putTerms(t, db, t0, aTerm("t2")); len(tasks) != 0 || oneTerm(t, db).ID != "t1" {
			t.Error("the same again is news")
		}
		open := aTerm("t3")
		open.EndAt, open.OpenCode, open.DueAt = time.Time{}, returns.AwaitingGoods, time.Time{}
		putTerms(t, db, t0, open)
		if got := oneTerm(t, db); got.State != store.TermOpen || got.Generation != 1 {
			t.Fatalf("%+v", got)
		}
		if tasks := putTerms(t, db, t0, aTerm("t4")); len(tasks) != 1 || tasks[0].Generation != 2 {
			t.Fatalf("it runs again: %+v", tasks)
		}
		met := aTerm("t5")
		met.MetAt = t0.AddDate(0, 0, 3)
		putTerms(t, db, t0, met)
		if got := oneTerm(t, db); got.State != store.TermMet || !got.MissedAt.IsZero() {
			t.Fatalf("%+v", got)
		}
		putTerms(t, db, t0) // nothing is wanted any more: what was met stays
		if got := oneTerm(t, db); got.State != store.TermMet {
			t.Fatalf("%+v", got)
		}
		putTerms(t, db, t0, aTerm("t6"))
		if got := oneTerm(t, db); got.State != store.Due || !got.MetAt.IsZero() {
			t.Fatalf("a refund that failed after all: %+v", got)
		}
		putTerms(t, db, t0)
		if got := oneTerm(t, db); got.State != store.TermLapsed {
			t.Fatalf("%+v", got)
		}
	})
}

// TestAMissedTermStaysRed until it is met late, or a person says what was done.
func TestAMissedTermStaysRed(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		putTerms(t, db, t0, aTerm("t1"))
		fire := func(generation int64, stage returns.ReminderKind) error {
			return db.Write(ctx, func(tx *store.Tx) error {
				return tx.FireTerm(ctx, "t1", generation, stage, t0.AddDate(0, 0, 12), t0.AddDate(0, 0, 15))
			})
		}
		if err := fire(0, returns.HalfTime); err != nil {
			t.Fatal(err)
		}
		if got := oneTerm(t, db); got.Stage != returns.HalfTime || got.State != store.Due || got.Generation != 1 {
			t.Fatalf("%+v", got)
		}
		same := aTerm("x")
		same.Evidence = append(same.Evidence, returns.Evidence{What: returns.DispatchProven, At: t0})
		putTerms(t, db, t0, same)
		if got := oneTerm(t, db); got.Stage != returns.HalfTime || !got.DueAt.Equal(t0.AddDate(0, 0, 12)) {
			t.Fatalf("the same end: what fired stays fired: %+v", got)
		}
		if err := fire(1, returns.Missed); !errors.Is(err, store.ErrStale) {
			t.Errorf("an old task fired: %v", err)
		}
		if err := fire(2, returns.Missed); err != nil {
			t.Fatal(err)
		}
		attention := func() int { return must[store.Attention](t)(db.Attention(ctx, t0)).Terms }
		putTerms(t, db, t0, same)
		putTerms(t, db, t0) // and nothing that is not wanted any more makes it white
		if got := oneTerm(t, db); got.State != store.TermMissed || attention() != 1 {
			t.Fatalf("%+v", got)
		}
		if all := must[[]store.Term](t)(db.TermsAhead(ctx, 10)); len(all) != 1 || all[0].State != store.TermMissed {
			t.Errorf("%+v", all)
		}
		late := aTerm("y")
		late.MetAt = t0.AddDate(0, 0, 20)
		putTerms(t, db, t0, late)
		if got := oneTerm(t, db); got.State != store.TermMet || got.MissedAt.IsZero() || attention() != 0 {
			t.Fatalf("met late: %+v", got)
		}
	})
}

func TestAPersonSaysWhatWasDone(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		putTerms(t, db, t0, aTerm("t1"))
		write(t, db, func(tx *store.Tx) error { return tx.FireTerm(ctx, "t1", 0, returns.Missed, t0, t0) })
		write(t, db, func(tx *store.Tx) error { return tx.DoneTerm(ctx, "t1", "olga", "paid in cash", t0) })
		putTerms(t, db, t0, aTerm("t1"))
		if got := oneTerm(t, db); got.State != store.TermDone || got.DoneBy != "olga" || got.MissedAt.IsZero() {
			t.Fatalf("%+v", got)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.DoneTerm(ctx, "t1", "jan", "again", t0) }); !errors.Is(err, store.ErrStale) {
			t.Errorf("twice: %v", err)
		}
		if len(must[[]store.TermCount](t)(db.TermCounts(ctx))) != 0 {
			t.Error("it is over")
		}
	})
}

// TestEveryMoveIsFollowed: the follower hears of what a transaction touched, in it, and its error undoes it.
func TestEveryMoveIsFollowed(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var heard []store.Touched
		var refuse error
		rung := 0
		db.Follow(func(ctx context.Context, tx *store.Tx, touched store.Touched) ([]store.Task, error) {
			heard = append(heard, touched)
			if _, err := tx.Case(ctx, "c1"); err != nil {
				t.Errorf("the case is not there yet: %v", err)
			}
			return []store.Task{{}}, refuse
		}, func(context.Context, ...store.Task) { rung++ })
		write(t, db, func(tx *store.Tx) error { return tx.InsertCase(ctx, aCase("c1", "o1")) })
		if len(heard) != 1 || !heard[0].Cases["c1"].Opened || rung != 1 {
			t.Fatalf("%+v, rung %d times", heard, rung)
		}
		moved := aCase("c1", "o1")
		write(t, db, func(tx *store.Tx) error { return tx.UpdateCase(ctx, moved) })
		if heard[1].Cases["c1"].Moved {
			t.Error("its state stayed, and is told to have moved")
		}
		moved = must[store.Case](t)(db.Case(ctx, "c1"))
		moved.State = returns.InTransit
		refuse = errors.New("no")
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.UpdateCase(ctx, moved) }); !errors.Is(err, refuse) || !heard[2].Cases["c1"].Moved {
			t.Errorf("%v, %+v", err, heard[2])
		}
		if c := must[store.Case](t)(db.Case(ctx, "c1")); c.State == returns.InTransit {
			t.Error("the follower refused, and it was written")
		}
		write(t, db, func(tx *store.Tx) error { _, err := tx.Case(ctx, "c1"); return err })
		if len(heard) != 3 {
			t.Error("a look is no move")
		}
	})
}

// TestUnwatched: what owes money and has no term is found, page by page.
func TestUnwatched(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		for _, id := range []string{"a", "b", "c"} {
			write(t, db, func(tx *store.Tx) error {
				return tx.InsertCase(t.Context(), store.Case{
					ID: id, Shop: "acme", OrderID: "o1", RMA: id, Kind: returns.Withdrawal, State: returns.Approved, Nonce: id, CreatedAt: t0, UpdatedAt: t0,
				})
			})
		}
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.PutTerms(t.Context(), "case:b", []store.Term{aTerm("t1")}, t0)
			return err
		})
		first := must[[]store.Owner](t)(db.Unwatched(t.Context(), "", 1))
		rest := must[[]store.Owner](t)(db.Unwatched(t.Context(), "case:a", 9))
		if len(first) != 1 || first[0] != (store.Owner{Owner: "case:a", Shop: "acme"}) || len(rest) != 1 || rest[0].Owner != "case:c" {
			t.Errorf("%v %v", first, rest)
		}
	})
}
