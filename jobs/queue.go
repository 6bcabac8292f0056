package jobs

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

	"homeward/internal/store"
)

// Queue rings bells. Enqueue never waits: tasks go through a bounded channel to feeders, and what does not fit or does
// not reach Redis is left to the sweep.
type Queue struct {
	client *asynq.Client
	bells  bells
	feed   chan store.Task
	log    *slog.Logger
	missed atomic.Int64
	wg     sync.WaitGroup
	mu     sync.RWMutex
	closed bool

	ctx      context.Context //nolint:containedctx // ends the feeders' calls when Close has waited long enough
	cancel   context.CancelFunc
	patience time.Duration // of Close, with a Redis that does not answer
}

const (
	feedDepth = 8192
	feeders   = 16
)

// NewQueue starts the feeders; Close ends them.
func NewQueue(r *Redis, log *slog.Logger) *Queue {
	q := &Queue{client: asynq.NewClientFromRedisClient(together(r.client)), bells: r.bells, feed: make(chan store.Task, feedDepth), log: log, patience: 2 * feedTimeout}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	for range feeders {
		q.wg.Go(q.run)
	}
	return q
}

// Enqueue hands tasks on. A task that cannot be taken just now is counted and left to the sweep.
func (q *Queue) Enqueue(_ context.Context, tasks ...store.Task) {
	q.mu.RLock()
	defer q.mu.RUnlock()
	for _, t := range tasks {
		if q.closed {
			return
		}
		select {
		case q.feed <- t:
		default:
			q.missed.Add(1)
		}
	}
}

// Missed counts the tasks that were left to the sweep since the start.
func (q *Queue) Missed() int64 { return q.missed.Load() }

// Close lets the feeders finish what they hold, as far as Redis takes it soon; the sweep makes up for the rest.
func (q *Queue) Close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.feed)
	}
	q.mu.Unlock()
	enough := time.AfterFunc(q.patience, q.cancel)
	defer enough.Stop()
	q.wg.Wait()
	q.cancel()
}

func (q *Queue) run() {
	for t := range q.feed {
		q.put(t)
	}
}

// put enqueues one task. A conflict means that the same generation is there already, which is as good.
func (q *Queue) put(t store.Task) {
	ctx, cancel := context.WithTimeout(q.ctx, feedTimeout)
	defer cancel()
	task, err := newTask(t)
	if err = cmp.Or(err, ctx.Err()); err == nil {
		var info *asynq.TaskInfo
		if info, err = q.client.EnqueueContext(ctx, task); err == nil {
			q.bells.ring(info.Queue)
		}
	}
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		if n := q.missed.Add(1); n&(n-1) == 0 { // powers of two: Redis away is one fact, not thousands of lines
			q.log.LogAttrs(ctx, slog.LevelWarn, "bell not rung, the sweep makes up for it", slog.String("kind", string(t.Kind)), slog.Int64("missed", n))
		}
	}
}
