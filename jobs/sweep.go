package jobs

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"homeward/internal/store"
)

// SweepStore is what a sweep needs of the store.
type SweepStore interface {
	Write(ctx context.Context, fn func(tx *store.Tx) error) error
}

// Sweep gives new tasks to rows that are overdue and that nobody holds, so that a lost bell is not lost work.
type Sweep struct {
	Store   SweepStore
	Queue   *Queue
	Redis   *Redis
	Every   time.Duration // how often it looks
	Overdue time.Duration // how long a row must have been due
	Limit   int           // how many tasks of one kind may wait because of sweeps; 0 is 2000
	Log     *slog.Logger
	Now     func() time.Time

	lag atomic.Int64
}

// sweepLimit is the usual Limit: more than workers do in a second, and few enough to be soon stale without harm.
const sweepLimit = 2000

// soon is when a sweep that left rows for the next one is followed by it: after a Redis that lost everything, the workers
// must not wait for bells.
const soon = 500 * time.Millisecond

// Run sweeps until ctx ends: once at the start, then at every tick, and sooner while there is more than fits.
func (s *Sweep) Run(ctx context.Context) {
	tick := time.NewTimer(0)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		next := s.Every
		if s.Once(ctx) {
			next = min(next, soon)
		}
		tick.Reset(next)
	}
}

// Lag tells how long the newest sweep found the longest waiting row to be overdue.
func (s *Sweep) Lag() time.Duration { return time.Duration(s.lag.Load()) }

// Once looks at every kind of work, and tells whether there may be more than it gave tasks to.
func (s *Sweep) Once(ctx context.Context) (more bool) {
	waiting := s.register(ctx)
	var oldest time.Time
	for _, kind := range WorkKinds {
		limit := cmp.Or(s.Limit, sweepLimit)
		for _, queue := range queuesOf(kind) {
			limit -= waiting[queue]
		}
		if limit <= 0 { // the queues are full of tasks; giving their rows more would only make those stale
			more = true
			continue
		}
		var tasks []store.Task
		err := s.Store.Write(ctx, func(tx *store.Tx) error {
			var err error
			tasks, err = tx.Sweep(ctx, kind, s.Now(), s.Overdue, limit)
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				s.Log.LogAttrs(ctx, slog.LevelError, "sweep failed", slog.String("kind", string(kind)), slog.Any("error", err))
			}
			continue
		}
		more = more || len(tasks) == limit
		for _, t := range tasks {
			if oldest.IsZero() || t.DueAt.Before(oldest) {
				oldest = t.DueAt
			}
		}
		if len(tasks) > 0 {
			s.Log.LogAttrs(ctx, slog.LevelInfo, "sweep", slog.String("kind", string(kind)), slog.Int("tasks", len(tasks)))
			for i := range tasks {
				tasks[i].DueAt = time.Time{} // they are due
			}
			s.Queue.Enqueue(ctx, tasks...)
		}
	}
	s.lag.Store(0)
	if !oldest.IsZero() {
		s.lag.Store(int64(s.Now().Sub(oldest)))
	}
	return more
}

// queuesOf lists the queues that a kind's tasks go through; a message's row names its own.
func queuesOf(kind store.WorkKind) []string {
	if kind == store.MessageWork {
		return []string{QueueStatutory, QueueMoney, QueueMessages, QueueLow}
	}
	return []string{kinds[kind].queue}
}

// register tells Redis the queues' names again, because asynq says them once a process and a flushed Redis forgets
// them, and counts the tasks that wait in each.
func (s *Sweep) register(ctx context.Context) map[string]int {
	waiting := make(map[string]int)
	ctx, cancel := context.WithTimeout(ctx, feedTimeout)
	defer cancel()
	names := Queues()
	pipe := s.Redis.client.Pipeline()
	pipe.SAdd(ctx, "asynq:queues", asAny(names)...)
	counts := make(map[string]*redis.IntCmd, len(names))
	for _, q := range names {
		counts[q] = pipe.LLen(ctx, "asynq:{"+q+"}:pending")
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return waiting
	}
	for q, c := range counts {
		waiting[q] = int(c.Val())
	}
	return waiting
}

func asAny(names []string) []any {
	out := make([]any, len(names))
	for i, n := range names {
		out[i] = n
	}
	return out
}

// Paused tells which queues somebody paused, so that readiness can say so.
func Paused(r *Redis) []string {
	inspector := asynq.NewInspectorFromRedisClient(r.client)
	var paused []string
	for _, q := range Queues() {
		if info, err := inspector.GetQueueInfo(q); err == nil && info.Paused {
			paused = append(paused, q)
		}
	}
	return paused
}
