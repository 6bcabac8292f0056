package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/store"
)

var kinds = []store.WorkKind{store.EventWork, store.MessageWork, store.RefundWork, store.DeadlineWork, store.LabelWork}

// unit makes a due unit of a kind, due at t0, and gives its id.
func unit(t testing.TB, db *store.DB, kind store.WorkKind, name string) string {
	t.Helper()
	work := store.Work{State: store.Due, DueAt: t0}
	switch kind {
	case store.EventWork:
		id, _ := accept(t, db, webhook(name, "body"))
		return id
	case store.MessageWork:
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.AddMessage(t.Context(), store.Message{
				ID: name, OrderID: "o1", Topic: messages.Shipped, Occasion: name, Queue: "messages", CreatedAt: t0, Work: work,
			})
			return err
		})
	case store.RefundWork:
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.InsertRefund(t.Context(), store.Refund{ID: name, OrderID: "o1", ExternalID: name, Work: work})
			return err
		})
	case store.LabelWork:
		write(t, db, func(tx *store.Tx) error {
			return tx.AddLabel(t.Context(), store.Label{ID: name, OrderID: "o1", CaseID: name, Work: work})
		})
	case store.DeadlineWork:
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.PutDeadlines(t.Context(), name, []store.Deadline{{ID: name, OrderID: name, Kind: "late", Work: work}})
			return err
		})
	}
	return name
}

// workOf reads the work columns of a unit.
func workOf(t testing.TB, db *store.DB, kind store.WorkKind, id string) store.Work {
	t.Helper()
	switch kind {
	case store.EventWork:
		return must[store.Event](t)(db.Event(t.Context(), id)).Work
	case store.MessageWork:
		return must[store.Message](t)(db.Message(t.Context(), id)).Work
	case store.RefundWork:
		return must[store.Refund](t)(db.Refund(t.Context(), id)).Work
	case store.LabelWork:
		return must[store.Label](t)(db.Label(t.Context(), id)).Work
	default:
		return must[store.Deadline](t)(db.Deadline(t.Context(), id)).Work
	}
}

func claim(t testing.TB, db *store.DB, kind store.WorkKind, id string, generation int64, now time.Time) (work store.Work, err error) {
	t.Helper()
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		work, err = tx.Claim(t.Context(), kind, id, generation, now, time.Minute)
		return err
	})
	return work, err
}

func TestWorkFromClaimToFinish(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for _, kind := range kinds {
			id := unit(t, db, kind, "w-"+string(kind))
			if _, err := claim(t, db, kind, id, 0, t0.Add(-1)); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: a claim before it is due: %v", kind, err)
			}
			if err := db.Write(ctx, func(tx *store.Tx) error { return tx.SetCalling(ctx, kind, id, 0) }); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: SetCalling of work that nobody claimed: %v", kind, err)
			}
			before, err := claim(t, db, kind, id, 0, t0)
			if diff := cmp.Diff(store.Work{State: store.Due, DueAt: t0}, before); diff != "" || err != nil {
				t.Errorf("%s: claimed %v: %s", kind, err, diff)
			}
			if _, err := claim(t, db, kind, id, 0, t0.Add(time.Minute-time.Millisecond)); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: a second claim within the lease: %v", kind, err)
			}
			write(t, db, func(tx *store.Tx) error { return tx.SetCalling(ctx, kind, id, 0) })
			want := store.Work{State: store.Due, Attempt: 1, DueAt: t0, LeaseUntil: t0.Add(time.Minute), Phase: store.Calling}
			if diff := cmp.Diff(want, workOf(t, db, kind, id)); diff != "" {
				t.Errorf("%s: while calling: %s", kind, diff)
			}
			// The worker crashed: another one finds the phase.
			before, err = claim(t, db, kind, id, 0, t0.Add(time.Minute))
			if diff := cmp.Diff(want, before); diff != "" || err != nil {
				t.Errorf("%s: claimed after the lease %v: %s", kind, err, diff)
			}
			later := t0.Add(time.Hour)
			write(t, db, func(tx *store.Tx) error {
				return tx.Retry(ctx, kind, id, 0, later, "", fault.New(fault.Later, "busy", "Busy.", nil))
			})
			want = store.Work{State: store.Due, Attempt: 2, DueAt: later, ErrorCode: "busy", ErrorMessage: "Busy."}
			if diff := cmp.Diff(want, workOf(t, db, kind, id)); diff != "" {
				t.Errorf("%s: after a retry: %s", kind, diff)
			}
			if _, err := claim(t, db, kind, id, 0, later); err != nil {
				t.Errorf("%s: the claim of the retry: %v", kind, err)
			}
			write(t, db, func(tx *store.Tx) error { return tx.Finish(ctx, kind, id, 0, "over", nil) })
			want = store.Work{State: "over", Attempt: 3, DueAt: later}
			if diff := cmp.Diff(want, workOf(t, db, kind, id)); diff != "" {
				t.Errorf("%s: when finished: %s", kind, diff)
			}
		}
	})
}

func TestStaleWorkChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		calls := map[string]func(tx *store.Tx, kind store.WorkKind, id string, generation int64) error{
			"Claim": func(tx *store.Tx, kind store.WorkKind, id string, generation int64) error {
				_, err := tx.Claim(ctx, kind, id, generation, t0, time.Minute)
				return err
			},
			"SetCalling": func(tx *store.Tx, kind store.WorkKind, id string, generation int64) error {
				return tx.SetCalling(ctx, kind, id, generation)
			},
			"Retry": func(tx *store.Tx, kind store.WorkKind, id string, generation int64) error {
				return tx.Retry(ctx, kind, id, generation, t0, "", nil)
			},
			"Finish": func(tx *store.Tx, kind store.WorkKind, id string, generation int64) error {
				return tx.Finish(ctx, kind, id, generation, "over", nil)
			},
			"Stumble": func(tx *store.Tx, kind store.WorkKind, id string, generation int64) error {
				_, err := tx.Stumble(ctx, kind, id, generation)
				return err
			},
		}
		for _, kind := range kinds {
			due, over := unit(t, db, kind, "due-"+string(kind)), unit(t, db, kind, "over-"+string(kind))
			write(t, db, func(tx *store.Tx) error { return tx.Finish(ctx, kind, over, 0, "over", nil) })
			for name, call := range calls {
				for what, c := range map[string]struct {
					id         string
					generation int64
				}{"another generation": {due, 1}, "a final state": {over, 0}, "no row": {"nobody", 0}} {
					err := db.Write(ctx, func(tx *store.Tx) error { return call(tx, kind, c.id, c.generation) })
					if !errors.Is(err, store.ErrStale) {
						t.Errorf("%s of %s with %s: %v, want ErrStale", name, kind, what, err)
					}
				}
			}
			if diff := cmp.Diff(store.Work{State: store.Due, DueAt: t0}, workOf(t, db, kind, due)); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
		}
	})
}

func TestStumblesAreCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		for _, kind := range kinds {
			id := unit(t, db, kind, "s-"+string(kind))
			for want := 1; want <= 3; want++ {
				got := 0
				write(t, db, func(tx *store.Tx) (err error) {
					got, err = tx.Stumble(t.Context(), kind, id, 0)
					return err
				})
				if work := workOf(t, db, kind, id); got != want || work.Attempt != want || work.State != store.Due || !work.LeaseUntil.IsZero() {
					t.Errorf("%s: stumble %d counts as %d: %+v", kind, want, got, work)
				}
			}
		}
	})
}

func TestClaimIsExclusive(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		id := unit(t, db, store.RefundWork, "r1")
		for round := range 5 {
			var won atomic.Int64
			var group sync.WaitGroup
			for range 64 {
				group.Go(func() {
					_, err := claim(t, db, store.RefundWork, id, 0, t0.Add(time.Duration(round)*time.Hour))
					switch {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, store.ErrStale):
						t.Error(cause(err))
					}
				})
			}
			group.Wait()
			if won.Load() != 1 {
				t.Fatalf("round %d: %d of 64 claims won", round, won.Load())
			}
		}
	})
}

func TestRevive(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for _, kind := range kinds {
			id := unit(t, db, kind, "r-"+string(kind))
			var task store.Task
			revive := func(now time.Time) error {
				return db.Write(ctx, func(tx *store.Tx) (err error) {
					task, err = tx.Revive(ctx, kind, id, now)
					return err
				})
			}
			if _, err := claim(t, db, kind, id, 0, t0); err != nil {
				t.Fatal(err)
			}
			write(t, db, func(tx *store.Tx) error { return tx.SetCalling(ctx, kind, id, 0) })
			if err := revive(t0); !errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: Revive of held work: %v", kind, err)
			}
			later := t0.Add(time.Hour)
			if err := revive(later); err != nil {
				t.Fatal(cause(err))
			}
			queue := map[bool]string{true: "messages"}[kind == store.MessageWork]
			if diff := cmp.Diff(store.Task{Kind: kind, ID: id, Generation: 1, DueAt: later, Queue: queue}, task); diff != "" {
				t.Error(diff)
			}
			want := store.Work{State: store.Due, DueAt: later, Generation: 1, Phase: store.Calling}
			if diff := cmp.Diff(want, workOf(t, db, kind, id)); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
			if _, err := claim(t, db, kind, id, 0, later); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: the old generation was claimed: %v", kind, err)
			}
			write(t, db, func(tx *store.Tx) error { return tx.Finish(ctx, kind, id, 1, "over", nil) })
			if err := revive(later); err != nil || task.Generation != 2 {
				t.Errorf("%s: Revive of finished work: %v, generation %d", kind, err, task.Generation)
			}
			id = "nobody"
			if err := revive(later); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: Revive of nothing: %v", kind, err)
			}
		}
	})
}

func sweep(t testing.TB, db *store.DB, kind store.WorkKind, now time.Time, limit int) (tasks []store.Task) {
	t.Helper()
	write(t, db, func(tx *store.Tx) (err error) {
		tasks, err = tx.Sweep(t.Context(), kind, now, time.Minute, limit)
		return err
	})
	return tasks
}

func TestSweepFindsLostTasks(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		for _, kind := range kinds {
			id := unit(t, db, kind, "s-"+string(kind))
			if got := sweep(t, db, kind, t0.Add(time.Minute), 10); len(got) != 0 {
				t.Errorf("%s: swept though not yet overdue: %v", kind, got)
			}
			now := t0.Add(time.Minute + time.Millisecond)
			queue := map[bool]string{true: "messages"}[kind == store.MessageWork]
			want := []store.Task{{Kind: kind, ID: id, Generation: 1, DueAt: t0, Queue: queue}}
			if diff := cmp.Diff(want, sweep(t, db, kind, now, 10)); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
			if got := sweep(t, db, kind, now.Add(time.Minute), 10); len(got) != 0 {
				t.Errorf("%s: swept again within the time: %v", kind, got)
			}
			if _, err := claim(t, db, kind, id, 0, now); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: the lost task came back and was let in: %v", kind, err)
			}
			if _, err := claim(t, db, kind, id, 1, now.Add(2*time.Minute)); err != nil {
				t.Errorf("%s: the swept task: %v", kind, err)
			}
			if got := sweep(t, db, kind, now.Add(2*time.Minute+time.Second), 10); len(got) != 0 {
				t.Errorf("%s: swept while held: %v", kind, got)
			}
			got := sweep(t, db, kind, now.Add(3*time.Minute), 10)
			if len(got) != 1 || got[0].Generation != 2 {
				t.Errorf("%s: after the lease: %v", kind, got)
			}
			if w := workOf(t, db, kind, id); !w.LeaseUntil.IsZero() {
				t.Errorf("%s: a swept row still looks held until %v", kind, w.LeaseUntil)
			}
		}
	})
}

// TestSweepersDoNotPingPong: of many sweepers at once, one gets each row, and the rows come oldest first.
func TestSweepersDoNotPingPong(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		const rows = 40
		for i := range rows {
			unit(t, db, store.RefundWork, fmt.Sprintf("r%02d", i))
		}
		var mu sync.Mutex
		generations := map[string]int64{}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 3 {
					for _, task := range sweep(t, db, store.RefundWork, t0.Add(time.Hour), 15) {
						mu.Lock()
						generations[task.ID] += task.Generation
						mu.Unlock()
					}
				}
			})
		}
		group.Wait()
		if len(generations) != rows {
			t.Errorf("%d of %d rows were swept", len(generations), rows)
		}
		for id, generation := range generations {
			if generation != 1 {
				t.Errorf("%s was swept more than once", id)
			}
		}
	})
}

func TestBacklog(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		unit(t, db, store.RefundWork, "r1")
		unit(t, db, store.RefundWork, "r2")
		finished := unit(t, db, store.MessageWork, "m1")
		write(t, db, func(tx *store.Tx) error {
			return tx.Finish(t.Context(), store.MessageWork, finished, 0, store.MessageSent, nil)
		})
		want := []store.Backlog{
			{Kind: store.EventWork}, {Kind: store.MessageWork},
			{Kind: store.RefundWork, Due: 2, Oldest: t0}, {Kind: store.DeadlineWork},
			{Kind: store.TermWork}, {Kind: store.CallWork}, {Kind: store.LabelWork}, {Kind: store.ReadingWork},
		}
		if diff := cmp.Diff(want, must[[]store.Backlog](t)(db.Backlog(t.Context(), t0))); diff != "" {
			t.Error(diff)
		}
		for _, b := range must[[]store.Backlog](t)(db.Backlog(t.Context(), t0.Add(-time.Millisecond))) {
			if b.Due != 0 || !b.Oldest.IsZero() {
				t.Errorf("not yet due, but: %+v", b)
			}
		}
	})
}
