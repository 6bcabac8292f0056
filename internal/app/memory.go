package app

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

const (
	// calmPercent and busyPercent are how far the heap may grow beyond what lives in it before it is collected. In calm
	// the process stays small. Under load little lives: a webhook's bytes are garbage as soon as they are on disk, and fewer
	// collections spare about a fifth of its CPU.
	calmPercent = 30
	busyPercent = 200
	// warmUp is how long after the start nothing is told by how much is allocated: starting up looks like a rush.
	warmUp = 5 * time.Second
	// busy is how many bytes a second a process allocates that has work. The embedded Redis alone, idle, takes 12 MB.
	busy = 32e6
)

// collector sets the pace of Go's garbage collector after each collection, by how much was allocated since the last one.
type collector struct {
	began     time.Time
	last      time.Time
	allocated uint64 // by then, in bytes since the start
	stopped   atomic.Bool
	set       func(percent int) int
}

// settle tunes the collector for serving until its answer is called, unless the operator did it himself (GOGC), and gives
// back what starting up took: templates, tables and migrations leave more garbage behind than an hour of quiet.
func settle() (stop func()) {
	debug.FreeOSMemory()
	now := time.Now()
	c := &collector{began: now, last: now, allocated: allocatedBytes(), set: debug.SetGCPercent}
	if os.Getenv("GOGC") == "" {
		c.set(calmPercent)
		c.watch()
	}
	return func() { c.stopped.Store(true) }
}

// watch hears of the next collection, in a goroutine of the runtime's own: what it leaves alone nobody else holds either.
func (c *collector) watch() {
	runtime.AddCleanup(new(marker), (*collector).collected, c)
}

// marker is collected with the next collection. It has a size of its own, so that nothing else shares its memory.
type marker struct{ _ [64]byte }

func (c *collector) collected() {
	if c.stopped.Load() {
		return
	}
	now, allocated := time.Now(), allocatedBytes()
	if now.Sub(c.began) > warmUp {
		c.set(percent(allocated-c.allocated, now.Sub(c.last)))
	}
	c.last, c.allocated = now, allocated
	c.watch()
}

func percent(allocated uint64, in time.Duration) int {
	if float64(allocated) > busy*in.Seconds() {
		return busyPercent
	}
	return calmPercent
}

func allocatedBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
