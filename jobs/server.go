package jobs

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/hibiken/asynq"
	"github.com/hibiken/asynqmon"
	"github.com/redis/go-redis/v9"

	"homeward/internal/store"
)

// Runner does one unit of work. A nil error means that nothing more is to be done by this task.
type Runner interface {
	Do(ctx context.Context, task store.Task) error
}

// Options tunes the workers.
type Options struct {
	Concurrency   int
	CheckInterval time.Duration // how often an idle queue is looked at, for tasks of other processes
	// GiveWay is called before each unit of work and returns when nothing more urgent goes on. May be nil.
	GiveWay func(ctx context.Context)
}

// nap is how long asynq sleeps between two looks at empty queues. Few of these looks reach Redis: see looks.
const nap = 2 * time.Millisecond

// alone is how often an empty queue of the embedded Redis is looked at: no other process rings there.
const alone = 100 * time.Millisecond

// Server runs handlers.
type Server struct {
	server *asynq.Server
	mux    *asynq.ServeMux
	log    *slog.Logger
}

// NewServer makes a server that runs every kind of work through runner.
func NewServer(r *Redis, runner Runner, o Options, log *slog.Logger) *Server {
	delayed := max(o.CheckInterval, time.Second)
	s := &Server{log: log, mux: asynq.NewServeMux()}
	client, interval := r.looked(o.CheckInterval)
	s.server = asynq.NewServerFromRedisClient(client, asynq.Config{
		Concurrency:              o.Concurrency,
		Queues:                   weights,
		RetryDelayFunc:           retryDelay,
		ShutdownTimeout:          shutdownTimeout,
		TaskCheckInterval:        interval,
		DelayedTaskCheckInterval: delayed,
		JanitorInterval:          max(o.CheckInterval, time.Minute),
		Logger:                   asynqLog{log},
		LogLevel:                 asynq.WarnLevel,
		// The work under way ends by itself: SIGTERM must not cut a call whose outcome would then be uncertain.
		BaseContext: context.Background,
	})
	for name, k := range kinds {
		s.mux.HandleFunc(k.task, handler(name, runner, o.GiveWay))
	}
	return s
}

// looked gives the server's client and how often asynq shall look through it. Intervals beyond those of production are
// for tests in virtual time, where every look costs: they look as seldom as they say.
func (r *Redis) looked(every time.Duration) (redis.UniversalClient, time.Duration) {
	if every > alone {
		return r.server, every
	}
	if r.embedded != nil {
		every = alone
	}
	return &looks{UniversalClient: r.server, bells: r.bells, every: every, empty: make(map[string]emptiness)}, min(nap, every)
}

func handler(kind store.WorkKind, runner Runner, giveWay func(context.Context)) func(context.Context, *asynq.Task) error {
	return func(ctx context.Context, t *asynq.Task) error {
		task, err := parse(kind, t)
		if err != nil {
			return err
		}
		if giveWay != nil {
			giveWay(ctx)
		}
		err = runner.Do(ctx, task)
		var a *again
		if err == nil || errors.As(err, &a) {
			return err
		}
		// Nothing was recorded (the database is away, say): the same task comes back soon. Only a code leaves this process.
		return &again{code: "not_recorded", delay: retryBase}
	}
}

// Start begins to work. It does not wait for Redis.
func (s *Server) Start() error { return s.server.Start(s.mux) }

// Stop takes no more tasks and waits for those under way.
func (s *Server) Stop() { s.server.Shutdown() }

// Dashboard gives asynq's dashboard, to be mounted at root behind the console's login.
func Dashboard(r *Redis, root string, readOnly bool) http.Handler {
	return asynqmon.New(asynqmon.Options{RootPath: root, RedisConnOpt: connOpt{r}, ReadOnly: readOnly})
}

// connOpt hands an existing client to parts of asynq that ask for connection options.
type connOpt struct{ r *Redis }

// MakeRedisClient is asynq.RedisConnOpt.
func (c connOpt) MakeRedisClient() any { return c.r.client }

// asynqLog sends asynq's own messages to slog. They hold ids and errors of Redis.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.put(slog.LevelDebug, args) }
func (l asynqLog) Info(args ...any)  { l.put(slog.LevelInfo, args) }
func (l asynqLog) Warn(args ...any)  { l.put(slog.LevelWarn, args) }
func (l asynqLog) Error(args ...any) { l.put(slog.LevelError, args) }

// Fatal is an error here: a library does not end the process.
func (l asynqLog) Fatal(args ...any) { l.put(slog.LevelError, args) }

func (l asynqLog) put(level slog.Level, args []any) {
	l.log.LogAttrs(context.Background(), level, "asynq", slog.Any("detail", args))
}
