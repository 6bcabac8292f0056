package jobs_test

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/providers"
)

// reader is a source that reads as the test says.
type reader func() (providers.Reading, error)

func (reader) Verify(http.Header, []byte, time.Time) error          { return nil }
func (reader) DedupeKey(http.Header) string                         { return "" }
func (reader) Keep() []string                                       { return nil }
func (reader) Ping(http.Header, []byte) bool                        { return false }
func (r reader) Read(providers.Delivery) (providers.Reading, error) { return r() }

func (b *bench) event(source reader) store.Event {
	b.t.Helper()
	b.worker.Sources = map[string]providers.Source{"acme/erp": source}
	eventID, _, err := b.db.AcceptEvent(b.t.Context(), store.NewEvent{Shop: "acme", Source: "erp", Vendor: "standard", Body: []byte("{}"), ReceivedAt: b.clock.at})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.reload(eventID)
}

func (b *bench) reload(eventID string) store.Event {
	b.t.Helper()
	event, err := b.db.Event(b.t.Context(), eventID)
	if err != nil {
		b.t.Fatal(err)
	}
	return event
}

// An event that makes us panic stands before a person, and what the panic said stays inside.
func TestAnEventThatPanics(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var log bytes.Buffer
	b.worker.Log = slog.New(slog.NewJSONHandler(&log, nil))
	event := b.event(func() (providers.Reading, error) { panic("zofia@example.com") })
	err := b.worker.Do(t.Context(), store.Task{Kind: store.EventWork, ID: event.ID})
	if got := b.reload(event.ID); err != nil || got.State != store.EventFailed || got.ErrorCode != "panic" {
		t.Errorf("%v, %s %s", err, got.State, got.ErrorCode)
	}
	if strings.Contains(log.String(), "zofia") || !strings.Contains(log.String(), event.ID) {
		t.Errorf("log: %s", log.String())
	}
}

// An event that fails every time is tried ever more seldom and ends before a person.
func TestAnEventThatFailsEveryTime(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]reader{
		"the database refuses it": func() (providers.Reading, error) {
			return providers.Reading{Events: []orders.Event{{ID: "e1", Ref: orders.Ref{OrderID: "1001"}}}}, nil
		},
		"its reader gives an error of its own": func() (providers.Reading, error) { return providers.Reading{}, errors.New("zofia") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.refuseFacts()
			event := b.event(source)
			for range 100 {
				b.run(10 * time.Second)
				b.clock.pass(15 * time.Minute)
			}
			got := b.reload(event.ID)
			if got.State != store.EventFailed || got.ErrorCode == "" || strings.Contains(got.ErrorMessage, "zofia") || got.Attempt < 10 || got.Attempt > 40 {
				t.Errorf("%s %q after %d attempts", got.State, got.ErrorCode, got.Attempt)
			}
		})
	}
}

// refuseFacts makes the database refuse every fact from now on.
func (b *bench) refuseFacts() {
	b.t.Helper()
	direct, err := sql.Open("sqlite", b.file)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = direct.Close() }()
	if _, err := direct.ExecContext(b.t.Context(), "CREATE TRIGGER refuse BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'no'); END"); err != nil {
		b.t.Fatal(err)
	}
}

// News that knows an order's number waits for it, also when the order is there and gets the number only later.
func TestAnOrderThatGetsItsNumberLateWakesWhatWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	say := func(e orders.Event) store.Event {
		event := b.event(func() (providers.Reading, error) { return providers.Reading{Events: []orders.Event{e}}, nil })
		if err := b.worker.Do(t.Context(), store.Task{Kind: store.EventWork, ID: event.ID}); err != nil {
			t.Fatal(err)
		}
		b.clock.pass(time.Hour) // equal bodies are other news by then
		return b.reload(event.ID)
	}
	waiting := say(orders.Event{ID: "e1", Kind: orders.Paid, At: b.clock.at, Ref: orders.Ref{OrderNumber: "#2002"}})
	if waiting.State != store.EventWaiting {
		t.Fatal(waiting.State)
	}
	order := b.order.State.Order
	order.Number = "#2002"
	say(orders.Event{ID: "e2", Kind: orders.Updated, At: b.clock.at, Ref: orders.Ref{OrderID: "1001"}, Order: &order})
	if got := b.reload(waiting.ID); got.State != store.Due {
		t.Errorf("the news is %s", got.State)
	}
}
