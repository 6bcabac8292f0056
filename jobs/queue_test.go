package jobs

import (
	"context"
	"log/slog"
	"net"
	"strconv"
	"testing"
	"time"

	"homeward/internal/store"
)

// A Redis that never answers does not hold up a stop: the bells that were not rung are the sweep's.
func TestCloseDoesNotWaitForARedisThatIsAway(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	over := t.Context()
	nowhere := func(ctx context.Context, _, _ string) (net.Conn, error) {
		select {
		case <-ctx.Done():
		case <-over.Done():
		}
		return nil, net.ErrClosed
	}
	r, err := OpenRedis("redis://redis.example:6379", nowhere, log)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // the test is over
	q := NewQueue(r, log)
	q.patience = 10 * time.Millisecond
	for i := range 8000 {
		q.Enqueue(t.Context(), store.Task{Kind: store.EventWork, ID: strconv.Itoa(i)})
	}
	began := time.Now()
	q.Close()
	if took := time.Since(began); took > feedTimeout {
		t.Errorf("Close took %s", took)
	}
	if q.Missed() != 8000 {
		t.Errorf("%d of 8000 counted as missed", q.Missed())
	}
}
