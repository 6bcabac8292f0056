package giveway_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/giveway"
)

// waited tells how long Wait takes, in virtual time.
func waited(g *giveway.Gate) time.Duration {
	started := time.Now()
	g.Wait(context.Background())
	return time.Since(started)
}

func TestAFewRequestsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := giveway.New()
		for range giveway.Rush*runtime.GOMAXPROCS(0) - 1 {
			g.Enter()
		}
		if d := waited(g); d != 0 {
			t.Errorf("waited %v", d)
		}
	})
}

func TestWorkGivesWayToARushAndNotForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := giveway.New()
		n := giveway.Rush * runtime.GOMAXPROCS(0)
		for range n {
			g.Enter()
		}
		if d := waited(g); d != giveway.Most {
			t.Errorf("during a rush it waited %v, want %v", d, giveway.Most)
		}
		go func() {
			time.Sleep(100 * time.Millisecond)
			for range n {
				g.Leave()
			}
		}()
		if d := waited(g); d < 100*time.Millisecond || d >= giveway.Most {
			t.Errorf("a rush of 100 ms held it up for %v", d)
		}
		if d := waited(g); d != 0 {
			t.Errorf("after the rush it waited %v", d)
		}
	})
}

func TestTheEndOfTheWorkEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := giveway.New()
		for range giveway.Rush * runtime.GOMAXPROCS(0) {
			g.Enter()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		started := time.Now()
		if g.Wait(ctx); time.Since(started) != 30*time.Millisecond {
			t.Errorf("it waited %v", time.Since(started))
		}
	})
}
