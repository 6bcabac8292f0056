package shopper

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiterSize bounds the memory of a limiter: about two megabytes.
const limiterSize = 10_000

// limiter allows so many tries per key, and one more every so often. The keys used longest ago are forgotten first.
type limiter struct {
	mu    sync.Mutex
	burst int
	every time.Duration
	keys  map[string]*list.Element
	order *list.List // of *bucket, newest first
}

type bucket struct {
	key string
	*rate.Limiter
}

func newLimiter(burst int, every time.Duration) *limiter {
	return &limiter{burst: burst, every: every, keys: make(map[string]*list.Element), order: list.New()}
}

func (l *limiter) allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.keys[key]
	if !ok {
		e = l.order.PushFront(&bucket{key, rate.NewLimiter(rate.Every(l.every), l.burst)})
		l.keys[key] = e
		if l.order.Len() > limiterSize {
			oldest := l.order.Remove(l.order.Back()).(*bucket) //nolint:forcetypeassert // nothing else is put in
			delete(l.keys, oldest.key)
		}
	}
	l.order.MoveToFront(e)
	return e.Value.(*bucket).AllowN(now, 1) //nolint:forcetypeassert // the same
}
