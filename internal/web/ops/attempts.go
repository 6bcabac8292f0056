package ops

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// attempts bounds how often one can try to sign in: from one network, and under one name from anywhere.
type attempts struct {
	mu        sync.Mutex
	byNetwork buckets
	byName    buckets
}

func newAttempts() *attempts {
	return &attempts{
		byNetwork: buckets{every: 6 * time.Second, burst: 20, kept: map[string]*bucket{}},
		byName:    buckets{every: 30 * time.Second, burst: 10, kept: map[string]*bucket{}},
	}
}

// take counts an attempt and gives 0, or how long to wait.
func (a *attempts) take(network, name string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if wait := a.byNetwork.take(network, now); wait > 0 {
		return wait
	}
	return a.byName.take(name, now)
}

// forgive forgets a name's attempts, after the right password.
func (a *attempts) forgive(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.byName.kept, name)
}

// maxBuckets bounds the memory that strangers can fill. The one that was quiet for longest goes first.
const maxBuckets = 10_000

// buckets are token buckets by key.
type buckets struct {
	every time.Duration
	burst int
	kept  map[string]*bucket
}

type bucket struct {
	limiter *rate.Limiter
	seen    time.Time
}

func (b *buckets) take(key string, now time.Time) time.Duration {
	k := b.kept[key]
	if k == nil {
		if len(b.kept) >= maxBuckets {
			b.dropQuietest()
		}
		k = &bucket{limiter: rate.NewLimiter(rate.Every(b.every), b.burst)}
		b.kept[key] = k
	}
	k.seen = now
	if k.limiter.AllowN(now, 1) {
		return 0
	}
	return b.every
}

func (b *buckets) dropQuietest() {
	var quietest string
	var seen time.Time
	for key, k := range b.kept {
		if quietest == "" || k.seen.Before(seen) {
			quietest, seen = key, k.seen
		}
	}
	delete(b.kept, quietest)
}
