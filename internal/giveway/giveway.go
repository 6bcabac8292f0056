// Package giveway lets work in the background give way to requests that somebody waits for: when many webhooks come at
// once, taking them in goes before working through them, which can be done afterwards.
package giveway

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// Rush is how many requests at once, for each processor, are a rush: fewer come together in any short stall.
	Rush = 12
	// Most bounds how long one unit of work gives way, so that work goes on, slowly, under a rush that never ends.
	Most = 250 * time.Millisecond
	// calm is how long no rush must have been seen. Requests come in waves, one for each commit; between two waves it is
	// still the same rush.
	calm = 20 * time.Millisecond
	// step is how often a waiting unit looks again.
	step = 5 * time.Millisecond
)

// Gate counts the requests under way. The zero value is not ready; use New.
type Gate struct {
	rush  int64 // so many requests at once are a rush
	under atomic.Int64
	seen  atomic.Int64 // when a rush was seen last, in nanoseconds since begun
	begun time.Time
}

// New gives a gate.
func New() *Gate {
	g := &Gate{rush: int64(Rush * runtime.GOMAXPROCS(0)), begun: time.Now()}
	g.seen.Store(-int64(calm))
	return g
}

// Enter and Leave stand around a request.
func (g *Gate) Enter() {
	if g.under.Add(1) >= g.rush {
		g.seen.Store(int64(time.Since(g.begun)))
	}
}

// Leave ends a request.
func (g *Gate) Leave() { g.under.Add(-1) }

// Wait lets a rush pass by, until ctx ends or Most is over.
func (g *Gate) Wait(ctx context.Context) {
	if !g.rushing() {
		return
	}
	limit := time.NewTimer(Most)
	defer limit.Stop()
	look := time.NewTicker(step)
	defer look.Stop()
	for g.rushing() {
		select {
		case <-look.C:
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (g *Gate) rushing() bool {
	return g.under.Load() >= g.rush || time.Since(g.begun)-time.Duration(g.seen.Load()) < calm
}
