package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/orders"
	"homeward/internal/store"
)

func TestEventLists(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		var ids []string
		for i := range 4 {
			e := webhook(fmt.Sprint(i), "body")
			e.ReceivedAt = t0.Add(time.Duration(i) * time.Second)
			id, _ := accept(t, db, e)
			ids = append(ids, id)
		}
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(
				tx.AssignEvent(ctx, ids[2], "o1", "a note"), tx.AssignEvent(ctx, ids[0], "o1", ""),
				tx.Finish(ctx, store.EventWork, ids[0], 0, store.EventFailed, nil),
				tx.Finish(ctx, store.EventWork, ids[1], 0, store.EventApplied, nil))
		})
		got := func(all []store.Event) (got []string) {
			for _, e := range all {
				got = append(got, e.ID)
				if e.Body != nil {
					t.Error("a list holds bodies")
				}
			}
			return got
		}
		lists := map[string][2][]string{
			"of the order":       {{ids[0], ids[2]}, got(must[[]store.Event](t)(db.EventsOf(ctx, "o1")))},
			"of no order":        {nil, got(must[[]store.Event](t)(db.EventsOf(ctx, "")))},
			"due or failed":      {{ids[3], ids[2], ids[0]}, got(must[[]store.Event](t)(db.EventsIn(ctx, []string{store.EventFailed, store.Due}, 9)))},
			"the two newest due": {{ids[3], ids[2]}, got(must[[]store.Event](t)(db.EventsIn(ctx, []string{store.Due, store.EventFailed}, 2)))},
		}
		for name, list := range lists {
			if diff := cmp.Diff(list[0], list[1]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if e := must[store.Event](t)(db.Event(ctx, ids[2])); e.OrderID != "o1" || e.Note != "a note" {
			t.Errorf("assigned: %q %q", e.OrderID, e.Note)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.AssignEvent(ctx, "none", "o1", "") }); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("AssignEvent of nothing: %v", err)
		}
	})
}

// wait makes an event wait, and gives WaitEvent's error.
func wait(t testing.TB, db *store.DB, id string, generation int64, keys ...string) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error { return tx.WaitEvent(t.Context(), id, generation, "acme", keys) })
}

func TestWaitAndWake(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		one, two := unit(t, db, store.EventWork, "e1"), unit(t, db, store.EventWork, "e2")
		wake := func(shop string, keys ...string) (tasks []store.Task) {
			t.Helper()
			write(t, db, func(tx *store.Tx) (err error) {
				tasks, err = tx.WakeEvents(ctx, shop, keys, t0.Add(time.Hour))
				return err
			})
			return tasks
		}
		if err := errors.Join(wait(t, db, one, 0, "number:1001", "tracking:6200A"), wait(t, db, two, 0, "tracking:6200A")); err != nil {
			t.Fatal(cause(err))
		}
		if err := wait(t, db, one, 0, "order:1"); !errors.Is(err, store.ErrStale) {
			t.Errorf("a waiting event was made to wait: %v", err)
		}
		for what, tasks := range map[string][]store.Task{
			"another shop": wake("other", "number:1001"), "another key": wake("acme", "number:1002"), "no key": wake("acme"),
		} {
			if len(tasks) != 0 {
				t.Errorf("%s woke %v", what, tasks)
			}
		}
		task := func(id string) store.Task {
			return store.Task{Kind: store.EventWork, ID: id, Generation: 1, DueAt: t0.Add(time.Hour)}
		}
		if diff := cmp.Diff([]store.Task{task(one)}, wake("acme", "number:1001", "order:1")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]store.Task{task(two)}, wake("acme", "tracking:6200A")); diff != "" {
			t.Error(diff)
		}
		want := store.Work{State: store.Due, DueAt: t0.Add(time.Hour), Generation: 1}
		if diff := cmp.Diff(want, workOf(t, db, store.EventWork, one)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWaitingForWhatCameMeanwhile(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		recent, old := anOrder("o1", "1001", t0.AddDate(0, 0, -10)), anOrder("o2", "1002", t0.AddDate(0, 0, -130))
		insertOrders(t, db, recent, old)
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.AddTracking(ctx, "acme", "NEW", "o1"), tx.AddTracking(ctx, "acme", "OLD", "o2"))
		})
		for key, want := range map[string]error{
			"order:ext-o1": store.ErrConflict, "number:1001": store.ErrConflict, "tracking:NEW": store.ErrConflict,
			"tracking:OLD": nil, "order:ext-o9": nil, "number:9": nil,
		} {
			id := unit(t, db, store.EventWork, key)
			if err := wait(t, db, id, 0, key); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", key, err, want)
			}
			state := store.EventWaiting
			if want != nil {
				state = store.Due
			}
			if got := workOf(t, db, store.EventWork, id).State; got != state {
				t.Errorf("%s: the event is %s", key, got)
			}
		}
	})
}

// TestNoWakeUpIsLost: an event that found no order waits while the order comes. Whichever is first, the event ends due.
func TestNoWakeUpIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for round := range 40 {
			key := fmt.Sprint("ext-o", round)
			id := unit(t, db, store.EventWork, key)
			var group sync.WaitGroup
			group.Go(func() {
				if err := wait(t, db, id, 0, "order:"+key); err != nil && !errors.Is(err, store.ErrConflict) {
					t.Error(cause(err))
				}
			})
			group.Go(func() {
				err := db.Write(ctx, func(tx *store.Tx) error {
					if err := tx.InsertOrder(ctx, anOrder(fmt.Sprint("o", round), "", t0)); err != nil {
						return err
					}
					_, err := tx.WakeEvents(ctx, "acme", []string{"order:" + key}, t0)
					return err
				})
				if err != nil {
					t.Error(cause(err))
				}
			})
			group.Wait()
			if got := workOf(t, db, store.EventWork, id).State; got != store.Due {
				t.Fatalf("round %d: the event is %s although its order is there", round, got)
			}
		}
	})
}

// An event that may be about nobody is ignored, and goes on when an order of any of the shops comes with the key that it names.
func TestIgnoredUntilItsOrderComes(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ignored := func(key string) (string, error) {
			id := unit(t, db, store.EventWork, key)
			return id, db.Write(ctx, func(tx *store.Tx) error { return tx.IgnoreEvent(ctx, id, 0, []string{"bolt", "acme"}, []string{key}) })
		}
		write(t, db, func(tx *store.Tx) error { _, err := tx.AddPayment(ctx, "acme", "pi_0", "o0"); return err })
		if id, err := ignored("payment:pi_0"); !errors.Is(err, store.ErrConflict) || workOf(t, db, store.EventWork, id).State != store.Due {
			t.Errorf("its order is there: %v", err)
		}
		one, err := ignored("payment:pi_1")
		other, err2 := ignored("payment:pi_2")
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if got := workOf(t, db, store.EventWork, one).State; got != store.EventIgnored {
			t.Fatalf("nobody knows it: %s", got)
		}
		var tasks []store.Task
		write(t, db, func(tx *store.Tx) error {
			tasks, err = tx.WakeEvents(ctx, "bolt", []string{"payment:pi_1"}, t0)
			return err
		})
		if len(tasks) != 1 || workOf(t, db, store.EventWork, one).State != store.Due || workOf(t, db, store.EventWork, other).State != store.EventIgnored {
			t.Errorf("woken: %v", tasks)
		}
	})
}

func TestWaitKeys(t *testing.T) {
	order := store.Order{ExternalID: "1", NumberKey: "1001", State: orders.State{
		Order:   orders.Order{Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_1"}, {Kind: "stripe"}, {Kind: "gift_card", Reference: "g1"}}},
		Parcels: []orders.Parcel{{TrackingNumber: "62-00 a"}, {Key: "erp:parcel:p1"}},
	}}
	if diff := cmp.Diff([]string{"order:1", "number:1001", "tracking:6200A", "payment:pi_1"}, store.WaitKeys(order)); diff != "" {
		t.Error(diff)
	}
}

func TestSessionsAndOptOuts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		session := func(hash string, now time.Time) string {
			t.Helper()
			user, err := db.Session(ctx, hash, now)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Error(cause(err))
			}
			return user
		}
		end := t0.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.PutSession(ctx, "h1", "olga", t0), tx.PutSession(ctx, "h1", "olga", end), tx.PutSession(ctx, "h2", "jan", t0))
		})
		got := []string{session("h1", end.Add(-time.Millisecond)), session("h1", end), session("h2", t0), session("none", t0)}
		if diff := cmp.Diff([]string{"olga", "", "", ""}, got); diff != "" {
			t.Error(diff)
		}
		write(t, db, func(tx *store.Tx) error { return tx.PurgeSessions(ctx, t0) })
		if session("h2", t0.Add(-time.Hour)) != "" || session("h1", t0) != "olga" {
			t.Error("PurgeSessions deletes what is over, and only that")
		}
		write(t, db, func(tx *store.Tx) error { return tx.DeleteSession(ctx, "h1") })
		if session("h1", t0) != "" {
			t.Error("the session goes on after its end")
		}

		write(t, db, func(tx *store.Tx) error { return errors.Join(addOptOut(ctx, tx, "a"), addOptOut(ctx, tx, "a")) })
		if !optedOut(t, db, "a") || optedOut(t, db, "b") || must[bool](t)(db.OptedOut(ctx, "a", "x", "mail")) {
			t.Error("an opt-out holds for its sender, recipient and channel")
		}
		write(t, db, func(tx *store.Tx) error { return tx.RemoveOptOut(ctx, "a", "x", "sms") })
		if optedOut(t, db, "a") {
			t.Error("the opt-out was not removed")
		}
	})
}

func TestSettleAndPayments(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		id := unit(t, db, store.RefundWork, "r1")
		write(t, db, func(tx *store.Tx) error {
			fresh, err := tx.AddPayment(ctx, "acme", "pi_1", "o1")
			again, err2 := tx.AddPayment(ctx, "acme", "pi_1", "o2")
			if !fresh || again {
				t.Errorf("told once and again: %v, %v", fresh, again)
			}
			return errors.Join(tx.Settle(ctx, store.RefundWork, id, store.RefundSettled, nil), err, err2)
		})
		want := store.Work{State: store.RefundSettled, DueAt: t0, Generation: 1}
		if diff := cmp.Diff(want, workOf(t, db, store.RefundWork, id)); diff != "" {
			t.Error(diff)
		}
		if got := must[string](t)(db.OrderByPayment(ctx, "acme", "pi_1")); got != "o1" {
			t.Errorf("the payment belongs to %q, want the first order told", got)
		}
		if _, err := db.OrderByPayment(ctx, "other", "pi_1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another shop's payment: %v", err)
		}
	})
}
