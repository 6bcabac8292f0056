package jobs_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/outbox"
	"homeward/internal/store"
	"homeward/jobs"
	"homeward/providers/smtp"
	"homeward/providers/twilio"
	"homeward/templates"
)

// sender is a mail server and an SMS sender that keep what went out; the words of a message are its parcels.
type sender struct{ out []string }

func (s *sender) Send(_ context.Context, m smtp.Message) (smtp.Receipt, error) {
	s.out = append(s.out, m.Text)
	return smtp.Receipt{}, nil
}

type texter struct{ *sender }

func (s texter) Send(_ context.Context, m twilio.Message) (string, error) {
	s.out = append(s.out, m.Body)
	return "SM1", nil
}
func (texter) Find(context.Context, string, string, time.Time) (string, error) { return "", nil }
func (texter) Sender() string                                                  { return "+48500000000" }

func words(v templates.View) string {
	var keys []string
	for _, p := range v.Parcels {
		keys = append(keys, p.Key)
	}
	return strings.Join(keys, ",")
}

type parcelWords struct{}

func (parcelWords) Mail(v templates.View) (templates.Mail, error) {
	return templates.Mail{Text: words(v)}, nil
}
func (parcelWords) SMS(v templates.View) (string, error) { return words(v), nil }
func (parcelWords) Order(store.Order) string             { return "" }

// shipped stores a message about one of the order's two parcels, due now.
func (b *bench) shipped(channel messages.Channel) (*sender, store.Message) {
	b.t.Helper()
	out := &sender{}
	b.worker.Render, b.worker.Links = parcelWords{}, parcelWords{}
	b.worker.Config.Shops[0].Mail, b.worker.Config.Shops[0].SMS = &config.Mail{From: "shop@acme.example"}, &config.SMS{}
	b.worker.Outside["acme"] = jobs.Outside{Mail: out, SMS: texter{out}}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		order, err := tx.Order(ctx, b.order.ID)
		if err != nil {
			return err
		}
		order.State.Parcels = []orders.Parcel{{Key: "p1"}, {Key: "p2"}}
		return tx.UpdateOrder(ctx, order)
	})
	m := store.Message{
		ID: "m1", Shop: "acme", OrderID: b.order.ID, Topic: messages.Shipped, Occasion: "x", Channel: channel, Recipient: "z@example.com",
		Language: "en", Parcels: []string{"p1"}, CreatedAt: b.clock.at, Work: store.Work{State: store.Due, DueAt: b.clock.at},
	}
	b.write(func(ctx context.Context, tx *store.Tx) error { _, err := tx.AddMessage(ctx, m); return err })
	return out, m
}

// A parcel that joins a message in the instant between its reading and its sending is told of, not lost.
func TestAParcelThatJoinsInTheLastInstant(t *testing.T) {
	t.Parallel()
	for _, channel := range []messages.Channel{messages.Mail, messages.SMS} {
		t.Run(string(channel), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			out, m := b.shipped(channel)
			calls := 0
			b.worker.Now = func() time.Time { // asked first when the row was read
				if calls++; calls == 1 {
					b.write(func(ctx context.Context, tx *store.Tx) error { _, err := tx.JoinParcel(ctx, m.ID, "p2"); return err })
				}
				return b.clock.at
			}
			for range 2 {
				_ = b.worker.Do(t.Context(), store.Task{Kind: store.MessageWork, ID: m.ID})
			}
			if !slices.Equal(out.out, []string{"p1,p2"}) {
				t.Errorf("went out: %q", out.out)
			}
		})
	}
}

// A parcel that joins an SMS which could not go out at first is in its words when it goes.
func TestAParcelThatJoinsBetweenTwoAttempts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	out, m := b.shipped(messages.SMS)
	m.Body = "p1"
	b.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetMessage(ctx, m) })
	b.write(func(ctx context.Context, tx *store.Tx) error { _, err := tx.JoinParcel(ctx, m.ID, "p2"); return err })
	_ = b.worker.Do(t.Context(), store.Task{Kind: store.MessageWork, ID: m.ID})
	if !slices.Equal(out.out, []string{"p1,p2"}) {
		t.Errorf("went out: %q", out.out)
	}
}

// A message that a worker took since the plan was made cannot be joined: the plan is void, and the next one tells of the parcel.
func TestAPlanToJoinWhatHasLeftIsVoid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, m := b.shipped(messages.Mail)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Claim(ctx, store.MessageWork, m.ID, 0, b.clock.at, time.Minute)
		return err
	})
	plan := messages.Plan{Join: []messages.Join{{MessageID: m.ID, ParcelKey: "p2"}}}
	err := b.db.Write(t.Context(), func(tx *store.Tx) error { _, err := outbox.Put(t.Context(), tx, b.order, plan, b.clock.at); return err })
	if err == nil || err.Error() != store.ErrConflict.Error() {
		t.Errorf("got %v, want a conflict", err)
	}
}

// A bell that rings before its time neither sends nor is lost.
func TestABellBeforeItsTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	out, m := b.shipped(messages.Mail)
	b.clock.pass(-3 * time.Second)
	if err := b.worker.Do(t.Context(), store.Task{Kind: store.MessageWork, ID: m.ID}); err == nil || err.Error() != "early" {
		t.Errorf("got %v, want to be rung again", err)
	}
	if len(out.out) != 0 {
		t.Error("sent before its time")
	}
}
