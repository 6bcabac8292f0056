package jobs //nolint:testpackage // what asynq asks Redis is not to be seen from outside

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"homeward/internal/store"
)

// counting counts the looks that reach Redis.
type counting struct {
	redis.UniversalClient
	looks atomic.Int64
}

func (c *counting) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	if isLook(keys) {
		c.looks.Add(1)
	}
	return c.UniversalClient.EvalSha(ctx, sha, keys, args...)
}

// TestLooks lets asynq's own server look every millisecond at queues of which an empty one is believed for an hour: a bell
// of this process is heard at once, and hardly a look reaches Redis. It fails when a new asynq looks in another way than
// isLook knows.
func TestLooks(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	log := slog.New(slog.DiscardHandler)
	r, err := OpenRedis("redis://"+mini.Addr(), nil, log)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // the test is over
	below := &counting{UniversalClient: r.server}
	above := &counting{UniversalClient: &looks{UniversalClient: below, bells: r.bells, every: time.Hour, empty: make(map[string]emptiness)}}
	server := asynq.NewServerFromRedisClient(above, asynq.Config{
		Concurrency: 4, Queues: weights, TaskCheckInterval: time.Millisecond, Logger: asynqLog{log}, LogLevel: asynq.WarnLevel,
	})
	ran := make(chan string, 16)
	err = server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		task, err := parse(store.EventWork, t)
		ran <- task.ID
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Shutdown()
	queue := NewQueue(r, log)
	defer queue.Close()
	for _, id := range []string{"e1", "e2", "e3"} {
		reach(t, &above.looks, above.looks.Load()+200) // every queue was seen empty, again and again
		queue.Enqueue(t.Context(), store.Task{Kind: store.EventWork, ID: id})
		select {
		case got := <-ran:
			if got != id {
				t.Fatalf("%s ran, want %s", got, id)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s was not run: its bell was not heard", id)
		}
	}
	reach(t, &above.looks, above.looks.Load()+200)
	// One at each of five queues, then for each task the one that found it and the one after it; asynq may run two at once.
	if n := below.looks.Load(); n < 5+3*2 || n > 30 {
		t.Errorf("of %d looks %d reached Redis", above.looks.Load(), n)
	}
}

// reach waits until a count is high enough.
func reach(t *testing.T, n *atomic.Int64, enough int64) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for n.Load() < enough {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d of %d", n.Load(), enough)
		}
	}
}

// TestEmptyQueuesAreBelieved asks as asynq does.
func TestEmptyQueuesAreBelieved(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	below := &counting{UniversalClient: redis.NewClient(&redis.Options{Addr: mini.Addr()})}
	defer below.Close() //nolint:errcheck // the test is over
	l := &looks{UniversalClient: below, bells: newBells(), every: time.Hour, empty: make(map[string]emptiness)}
	script := redis.NewScript(`return redis.call("RPOP", KEYS[1])`)
	look := func(queue string) any {
		keys := []string{pendingKey(queue), "asynq:{" + queue + "}:paused", "asynq:{" + queue + "}:active", "asynq:{" + queue + "}:lease"}
		v, err := script.Run(t.Context(), l, keys).Result()
		if err != nil && err != redis.Nil { //nolint:errorlint // exactly that value
			t.Fatal(err)
		}
		return v
	}
	want := func(queue string, result any, reached int64, why string) {
		t.Helper()
		before := below.looks.Load()
		if got := look(queue); got != result {
			t.Errorf("%s: %v, want %v", why, got, result)
		}
		if n := below.looks.Load() - before; n != reached {
			t.Errorf("%s: %d looks reached Redis, want %d", why, n, reached)
		}
	}
	_ = script.Load(t.Context(), below.UniversalClient).Err()
	want(QueueEvents, nil, 1, "the first look")
	want(QueueEvents, nil, 0, "found empty a moment ago")
	want(QueueMessages, nil, 1, "another queue")
	if _, err := mini.Lpush(pendingKey(QueueEvents), "one"); err != nil {
		t.Fatal(err)
	}
	want(QueueEvents, nil, 0, "another process rang")
	l.bells.ring(QueueEvents)
	want(QueueMessages, nil, 0, "a bell for another queue")
	want(QueueEvents, "one", 1, "this process rang")
	want(QueueEvents, nil, 1, "where something was there may be more")
	want(QueueEvents, nil, 0, "empty again")
	if _, err := mini.Lpush(pendingKey(QueueEvents), "two"); err != nil {
		t.Fatal(err)
	}
	l.every = 0
	want(QueueEvents, "two", 1, "not looked at for a while")
	l.bells.ring("no such queue")
	want("unknown", nil, 1, "a queue that is not ours")
	want("unknown", nil, 1, "a queue that is not ours, again")
}
