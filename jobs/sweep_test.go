package jobs_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/jobs"
)

// once counts each unit of work, and how many came twice.
type once struct {
	mu      sync.Mutex
	ran     map[string]bool
	doubled int
	all     int
	done    chan struct{} // closed when all were run
}

func (o *once) Do(_ context.Context, task store.Task) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ran[task.ID] {
		o.doubled++
		return nil
	}
	if o.ran[task.ID] = true; len(o.ran) == o.all {
		close(o.done)
	}
	return nil
}

// TestSweepGoesOnWhileThereIsMore loses more bells than one sweep rings again. The next tick is an hour away.
func TestSweepGoesOnWhileThereIsMore(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	const n, limit = 230, 100
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			_, _, err := db.AcceptEvent(t.Context(), store.NewEvent{
				Shop: "acme", Source: "erp", Vendor: "standard", DedupeKey: strconv.Itoa(i), ReceivedAt: time.Now().Add(-time.Hour),
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	log := slog.New(slog.DiscardHandler)
	r, err := jobs.OpenRedis("embedded", nil, log)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // the test is over
	queue := jobs.NewQueue(r, log)
	defer queue.Close()
	work := &once{ran: map[string]bool{}, all: n, done: make(chan struct{})}
	server := jobs.NewServer(r, work, jobs.Options{Concurrency: 8, CheckInterval: 10 * time.Millisecond}, log)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	sweep := &jobs.Sweep{Store: db, Queue: queue, Redis: r, Every: time.Hour, Overdue: time.Minute, Limit: limit, Log: log, Now: time.Now}
	ended := make(chan struct{})
	go func() { defer close(ended); sweep.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	select {
	case <-work.done:
	case <-time.After(time.Minute):
	}
	work.mu.Lock()
	defer work.mu.Unlock()
	if len(work.ran) != n || work.doubled != 0 {
		t.Errorf("%d of %d were run, %d twice", len(work.ran), n, work.doubled)
	}
}
