package jobs

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// asynq has no way to be woken: it looks at every queue in turn, each by a call to Redis, and sleeps when all are empty.
// So it either sleeps long, and work waits, or short, and an idle process keeps itself and Redis busy.
//
// looks stands between asynq's server and Redis and lets asynq sleep short: a look at a queue that was empty is answered
// here, without a call, until this process rings a bell for that queue, or until the queue has not been looked at for a
// while, because other processes and asynq's own forwarding of retries ring too. A look that is not recognised goes to
// Redis, so that the worst that a change in asynq could do is to cost.
type looks struct {
	redis.UniversalClient
	bells bells
	every time.Duration // how long an empty queue is believed to be empty

	mu    sync.Mutex
	empty map[string]emptiness // by the key of the queue's pending tasks
}

// emptiness is what a look found: nothing, when the bells had rung so often.
type emptiness struct {
	at    time.Time
	bells int64
}

// bells counts the tasks that this process put into each queue, by the key of its pending tasks.
type bells map[string]*atomic.Int64

func newBells() bells {
	b := make(bells)
	for _, name := range Queues() {
		b[pendingKey(name)] = new(atomic.Int64)
	}
	return b
}

// ring says that a task is in the queue.
func (b bells) ring(queue string) {
	if n := b[pendingKey(queue)]; n != nil {
		n.Add(1)
	}
}

// pendingKey is where asynq keeps the ids of a queue's tasks.
func pendingKey(queue string) string { return "asynq:{" + queue + "}:pending" }

// EvalSha is redis.Scripter.
func (l *looks) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	bell := l.bells[keys[0]]
	if bell == nil || !isLook(keys) {
		return l.UniversalClient.EvalSha(ctx, sha, keys, args...)
	}
	now, rung := time.Now(), bell.Load()
	l.mu.Lock()
	known, ok := l.empty[keys[0]]
	l.mu.Unlock()
	if ok && known.bells == rung && now.Sub(known.at) < l.every {
		cmd := redis.NewCmd(ctx)
		cmd.SetErr(redis.Nil)
		return cmd
	}
	cmd := l.UniversalClient.EvalSha(ctx, sha, keys, args...)
	l.mu.Lock()
	defer l.mu.Unlock()
	if cmd.Err() == redis.Nil { //nolint:errorlint // exactly that value
		l.empty[keys[0]] = emptiness{now, rung}
	} else {
		delete(l.empty, keys[0])
	}
	return cmd
}

// isLook tells asynq's dequeue by its keys: pending, paused, active and lease of one queue.
func isLook(keys []string) bool {
	return len(keys) == 4 && strings.HasSuffix(keys[0], "}:pending") && strings.HasSuffix(keys[1], "}:paused") &&
		strings.HasSuffix(keys[2], "}:active") && strings.HasSuffix(keys[3], "}:lease")
}
