package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"homeward/internal/messages"
	"homeward/internal/store"
)

func aMessage(id string) store.Message {
	return store.Message{
		ID: id, Shop: "acme", OrderID: "o1", Topic: messages.Shipped, Occasion: id, Channel: messages.Mail,
		Recipient: "zofia@example.com", Class: messages.News, Queue: "messages", Language: "pl",
		Data: messages.Data{ParcelKey: "P1", Amount: 3990, Currency: "PLN"}, Parcels: []string{"P1", "P2"},
		ExpiresAt: t0.Add(72 * time.Hour), CreatedAt: t0, Work: store.Work{State: store.Due, DueAt: t0.Add(10 * time.Minute)},
	}
}

func addMessage(t testing.TB, db *store.DB, m store.Message) (added bool) {
	t.Helper()
	write(t, db, func(tx *store.Tx) (err error) {
		added, err = tx.AddMessage(t.Context(), m)
		return err
	})
	return added
}

func TestMessageIsStoredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, m := t.Context(), aMessage("m1")
		if !addMessage(t, db, m) {
			t.Error("the first was told as there")
		}
		again := aMessage("m2")
		again.Occasion, again.Parcels = "m1", []string{"P9"}
		if addMessage(t, db, again) {
			t.Error("the same news was added twice")
		}
		if diff := cmp.Diff(m, must[store.Message](t)(db.Message(ctx, "m1"))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]store.Message{m}, must[[]store.Message](t)(db.MessagesOf(ctx, "o1"))); diff != "" {
			t.Error(diff)
		}
		if _, err := db.Message(ctx, "m2"); !errors.Is(err, store.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestSetMessageAndDelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, m := t.Context(), aMessage("m1")
		addMessage(t, db, m)
		m.HeaderID, m.Body, m.Lookups, m.CalledAt, m.SentAt = "h1@acme", "abc", 2, t0, t0.Add(time.Second)
		write(t, db, func(tx *store.Tx) error { return tx.SetMessage(ctx, m) })
		deliver := func(providerID, delivery string, at time.Time) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error { return tx.SetDelivery(ctx, "m1", providerID, delivery, at) })
		}
		deliver("SM1", "sent", t0.Add(2*time.Second))
		deliver("SM1", "delivered", t0.Add(4*time.Second))
		deliver("SM1", "sent", t0.Add(3*time.Second))   // came late
		deliver("SM2", "failed", t0.Add(9*time.Second)) // of another call
		m.ProviderID, m.Delivery, m.DeliveryAt = "SM1", "delivered", t0.Add(4*time.Second)
		if diff := cmp.Diff(m, must[store.Message](t)(db.MessageByProvider(ctx, "SM1"))); diff != "" {
			t.Error(diff)
		}
		for _, id := range []string{"", "SM2"} {
			if _, err := db.MessageByProvider(ctx, id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("the message of the provider's id %q: %v", id, err)
			}
		}
		for name, set := range map[string]func(tx *store.Tx) error{
			"SetMessage":  func(tx *store.Tx) error { return tx.SetMessage(ctx, aMessage("none")) },
			"SetDelivery": func(tx *store.Tx) error { return tx.SetDelivery(ctx, "none", "", "sent", t0) },
		} {
			if err := db.Write(ctx, set); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s of nothing: %v", name, err)
			}
		}
	})
}

func TestFirstMail(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if got := must[string](t)(db.FirstMail(ctx, "o1")); got != "" {
			t.Errorf("without mail: %q", got)
		}
		for i, m := range []struct {
			channel messages.Channel
			header  string
			sent    time.Time
		}{{messages.Mail, "later", t0.Add(time.Hour)}, {messages.Mail, "first", t0}, {messages.Mail, "unsent", time.Time{}}, {messages.SMS, "", t0.Add(-1)}} {
			message := aMessage("m" + string(rune('0'+i)))
			message.Channel, message.HeaderID, message.SentAt = m.channel, m.header, m.sent
			addMessage(t, db, message)
		}
		if got := must[string](t)(db.FirstMail(ctx, "o1")); got != "first" {
			t.Errorf("%q, want first", got)
		}
	})
}

// TestOnlyWaitingMessagesChange: what a worker holds, what may have been handed out and what is final stays as it is.
func TestOnlyWaitingMessagesChange(t *testing.T) {
	tests := map[string]struct {
		work    store.Work
		waiting bool
	}{
		"waiting":  {store.Work{State: store.Due, DueAt: t0}, true},
		"held":     {store.Work{State: store.Due, DueAt: t0, LeaseUntil: t0.Add(time.Minute)}, false},
		"calling":  {store.Work{State: store.Due, DueAt: t0, Phase: store.Calling}, false},
		"sent":     {store.Work{State: store.MessageSent, DueAt: t0}, false},
		"replaced": {store.Work{State: store.MessageReplaced, DueAt: t0}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, db *store.DB) {
				ctx := t.Context()
				for _, id := range []string{"join", "drop", "dropAll", "replace"} {
					m := aMessage(id)
					m.Work = test.work
					addMessage(t, db, m)
				}
				pending := must[[]messages.Pending](t)(db.PendingMessages(ctx, "o1"))
				if got := len(pending); (got == 4) != test.waiting || (got == 0) == test.waiting {
					t.Errorf("%d messages are pending", got)
				}
				var joined, replaced bool
				write(t, db, func(tx *store.Tx) (err error) {
					if joined, err = tx.JoinParcel(ctx, "join", "P3"); err != nil {
						return err
					}
					if replaced, err = tx.ReplaceMessage(ctx, "replace"); err != nil {
						return err
					}
					return errors.Join(tx.DropParcel(ctx, "drop", "P1"), tx.DropParcel(ctx, "dropAll", "P1"),
						tx.DropParcel(ctx, "dropAll", "P2"), tx.DropParcel(ctx, "drop", "never there"))
				})
				if joined != test.waiting || replaced != test.waiting {
					t.Errorf("joined %v, replaced %v", joined, replaced)
				}
				want := map[string][]string{"join": {"P1", "P2", "P3"}, "drop": {"P2"}, "dropAll": nil, "replace": {"P1", "P2"}}
				for id, parcels := range want {
					state := test.work.State
					if test.waiting && (id == "dropAll" || id == "replace") {
						state = store.MessageReplaced
					}
					if !test.waiting {
						parcels = []string{"P1", "P2"}
					}
					m := must[store.Message](t)(db.Message(ctx, id))
					if m.State != state || !slices.Equal(m.Parcels, parcels) {
						t.Errorf("%s is %s with %v; want %s with %v", id, m.State, m.Parcels, state, parcels)
					}
				}
			})
		})
	}
}

func TestDroppingTheLastParcelEndsOnlyShipped(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		m := aMessage("m1")
		m.Topic, m.Parcels = messages.InTransit, []string{"P1"}
		addMessage(t, db, m)
		write(t, db, func(tx *store.Tx) error { return tx.DropParcel(t.Context(), "m1", "P1") })
		if got := must[store.Message](t)(db.Message(t.Context(), "m1")); got.State != store.Due {
			t.Errorf("it became %s", got.State)
		}
	})
}

func TestMessagesInGivesTheNewest(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		for i, state := range []string{store.MessageSent, store.MessageFailed, store.MessageHeld, store.MessageFailed, store.MessageFailed} {
			m := aMessage("m" + string(rune('0'+i)))
			m.State = state
			addMessage(t, db, m)
		}
		states := []string{store.MessageFailed, store.MessageHeld}
		all := must[[]store.Message](t)(db.MessagesIn(t.Context(), states, 3))
		var ids []string
		for _, m := range all {
			ids = append(ids, m.ID)
			if len(m.Parcels) != 2 {
				t.Errorf("%s came with the parcels %v", m.ID, m.Parcels)
			}
		}
		if diff := cmp.Diff([]string{"m4", "m3", "m2"}, ids); diff != "" {
			t.Error(diff)
		}
		if none := must[[]store.Message](t)(db.MessagesIn(t.Context(), nil, 3)); len(none) != 0 {
			t.Errorf("of no state: %v", none)
		}
	})
}

func TestMessagesWithManyParcels(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		const many = 250
		want := make([]store.Message, many)
		for i := range want {
			want[i] = aMessage("m" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
			addMessage(t, db, want[i])
		}
		got := must[[]store.Message](t)(db.MessagesOf(t.Context(), "o1"))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func deadline(id, kind, basis string, due time.Time) store.Deadline {
	return store.Deadline{
		ID: id, Shop: "acme", OrderID: "o1", Kind: "late", ParcelKey: kind, Basis: basis, Work: store.Work{State: store.Due, DueAt: due},
	}
}

func TestPutDeadlines(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		put := func(deadlines ...store.Deadline) (tasks []store.Task) {
			t.Helper()
			write(t, db, func(tx *store.Tx) (err error) {
				tasks, err = tx.PutDeadlines(ctx, "o1", deadlines)
				return err
			})
			return tasks
		}
		task := func(id string, generation int64, due time.Time) store.Task {
			return store.Task{Kind: store.DeadlineWork, ID: id, Generation: generation, DueAt: due}
		}
		wantTasks := func(what string, got []store.Task, want ...store.Task) {
			t.Helper()
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		wantState := func(id, state string, generation int64) {
			t.Helper()
			d := must[store.Deadline](t)(db.Deadline(ctx, id))
			if d.State != state || d.Generation != generation {
				t.Errorf("%s is %s in generation %d; want %s, %d", id, d.State, d.Generation, state, generation)
			}
		}
		day := func(n int) time.Time { return t0.AddDate(0, 0, n) }

		wantTasks("new", put(deadline("d1", "P1", "a", day(1)), deadline("d2", "P2", "a", day(2))), task("d1", 0, day(1)), task("d2", 0, day(2)))
		wantTasks("the same", put(deadline("x1", "P1", "a", day(1)), deadline("x2", "P2", "a", day(2))))
		wantTasks("moved", put(deadline("x1", "P1", "a", day(3)), deadline("x2", "P2", "a", day(2))), task("d1", 1, day(3)))
		wantTasks("another basis", put(deadline("d3", "P1", "b", day(3)), deadline("x2", "P2", "a", day(2))), task("d3", 0, day(3)))
		wantState("d1", store.DeadlineLapsed, 1)
		wantTasks("back again", put(deadline("x1", "P1", "a", day(4)), deadline("x2", "P2", "a", day(2))), task("d1", 2, day(4)))
		wantState("d3", store.DeadlineLapsed, 0)

		// A worker fires d2, whose fact takes it out of the list; d1 fired before.
		write(t, db, func(tx *store.Tx) error {
			if err := tx.Finish(ctx, store.DeadlineWork, "d1", 2, store.DeadlineFired, nil); err != nil {
				return err
			}
			_, err := tx.Claim(ctx, store.DeadlineWork, "d2", 0, day(2), time.Minute)
			return err
		})
		wantTasks("fired and held", put(deadline("x1", "P1", "a", day(5))))
		wantState("d1", store.DeadlineFired, 2)
		wantState("d2", store.Due, 0)
		write(t, db, func(tx *store.Tx) error {
			return tx.Finish(ctx, store.DeadlineWork, "d2", 0, store.DeadlineFired, nil)
		})
		want := deadline("d2", "P2", "a", day(2))
		want.State, want.Attempt = store.DeadlineFired, 1
		if diff := cmp.Diff(want, must[store.Deadline](t)(db.Deadline(ctx, "d2"))); diff != "" {
			t.Error(diff)
		}
	})
}
