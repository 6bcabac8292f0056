package app

import (
	"runtime"
	"testing"
	"time"
)

// TestTheCollectorFollowsTheLoad lets real collections happen: one after little time is a busy process's, one after long a
// calm one's.
func TestTheCollectorFollowsTheLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		last time.Time
		want int
	}{
		"a moment after the last": {time.Now().Add(time.Hour), busyPercent},
		"long after the last":     {time.Now().Add(-time.Hour), calmPercent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := make(chan int, 1)
			tuned := &collector{last: c.last, set: func(percent int) int {
				select {
				case set <- percent:
				default: // only the first answer counts
				}
				return 0
			}}
			tuned.watch()
			defer tuned.stopped.Store(true)
			for {
				runtime.GC()
				select {
				case got := <-set:
					if got != c.want {
						t.Errorf("set %d, want %d", got, c.want)
					}
					return
				case <-time.After(10 * time.Millisecond):
				}
			}
		})
	}
}
