package systemtest

import (
	"context"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// redisAddr is where a Redis of the harness is configured to be. A number, because go-redis looks names up in the DNS, and
// an address of documentation, because nothing is there.
const redisAddr = "192.0.2.1:6379"

// Redis is a Redis outside Homeward, reached over pipes: it can be away, come back, and lose everything it knew.
type Redis struct {
	*miniredis.Miniredis

	forgets atomic.Bool // see Forget

	mu    sync.Mutex
	away  bool
	lines map[*line]struct{}
}

// line is a connection that an outage cuts.
type line struct {
	net.Conn
	redis *Redis
}

// Close ends the line.
func (l *line) Close() error {
	l.redis.mu.Lock()
	delete(l.redis.lines, l)
	l.redis.mu.Unlock()
	return l.Conn.Close()
}

func newRedis(t testing.TB) *Redis {
	r := &Redis{Miniredis: miniredis.NewMiniRedis(), lines: make(map[*line]struct{})}
	r.ClockTTL(true)
	first, err := r.Miniredis.Dial() // makes the server, which takes the hook
	must(t, err)
	must(t, first.Close())
	r.Server().SetPreHook(r.shortcut)
	t.Cleanup(r.Close)
	return r
}

// Dial connects, unless Redis is away. It fits jobs.Dial.
func (r *Redis) Dial(context.Context, string, string) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED}
	}
	conn, err := r.Miniredis.Dial()
	if err != nil {
		return nil, err
	}
	l := &line{Conn: conn, redis: r}
	r.lines[l] = struct{}{}
	return l, nil
}

// Leave cuts every line and takes no new ones until Return.
func (r *Redis) Leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = true
	for l := range r.lines {
		_ = l.Conn.Close() // that is what an outage does
	}
	clear(r.lines)
}

// Return ends an outage; what was stored is still there.
func (r *Redis) Return() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = false
}

// Forget makes Redis take every new task with thanks and forget it at once.
func (r *Redis) Forget() { r.forgets.Store(true) }

// shortcut answers asynq's looks at queues in which nothing is, and its heartbeats, as their scripts would, without
// running Lua: it makes a week of looking affordable. Everything else runs in full.
func (r *Redis) shortcut(c *server.Peer, cmd string, args ...string) bool {
	if (cmd != "EVALSHA" && cmd != "EVAL") || len(args) < 3 {
		return false
	}
	key := args[2]
	_, kind, ok := strings.Cut(key, "}:")
	switch {
	case strings.HasPrefix(key, "asynq:servers:"):
		c.WriteOK() // the heartbeat, which only the dashboard reads
	case !ok:
		return false
	case strings.HasPrefix(kind, "t:") && r.forgets.Load():
		c.WriteInt(1)
	case kind == "pending" && !r.Exists(key):
		c.WriteNull() // dequeue
	case kind == "lease" && !r.due(key, args):
		c.WriteLen(0) // the tasks of crashed workers
	case kind == "aggregation_sets" && !r.Exists(key):
		c.WriteOK() // groups, which Homeward does not use
	case (kind == "scheduled" || kind == "retry" || kind == "completed") && !r.due(key, args):
		c.WriteInt(0) // forward and the janitor
	default:
		return false
	}
	return true
}

// due tells whether a sorted set has anything up to the script's first argument, a time.
func (r *Redis) due(key string, args []string) bool {
	keys, _ := strconv.Atoi(args[1])
	until, err := strconv.ParseFloat(args[2+keys], 64)
	if err != nil || !r.Exists(key) {
		return err != nil
	}
	members, _ := r.SortedSet(key)
	for _, score := range members {
		if score <= until {
			return true
		}
	}
	return false
}
