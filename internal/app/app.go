// Package app puts the parts together into one running system: the store, the workers, the timers and the pages, from one
// configuration. The binary, the demo and the tests run the same.
package app

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/files"
	"homeward/internal/follow"
	"homeward/internal/giveway"
	"homeward/internal/link"
	"homeward/internal/metrics"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/hooks"
	"homeward/internal/withdrawals"
	"homeward/jobs"
	"homeward/providers"
	"homeward/providers/smtp"
	"homeward/templates"
)

// Seams are where a test takes the place of the world. The zero value is the world itself.
type Seams struct {
	Redis jobs.Dial                                                         // connections to Redis
	Mail  func(ctx context.Context, network, addr string) (net.Conn, error) // connections to the mail server
	HTTP  *http.Client                                                      // to Twilio and Stripe
	Crash func(jobs.Point) error                                            // see jobs.Worker
	Now   func() time.Time
}

// App is a whole Homeward.
type App struct {
	Config      *config.Config
	DB          *store.DB
	Redis       *jobs.Redis
	Queue       *jobs.Queue
	Worker      *jobs.Worker
	Sweep       *jobs.Sweep
	Links       *Links
	Desk        *cases.Desk
	Withdrawals *withdrawals.Desk
	Uploads     *uploads.Desk
	Metrics     *metrics.Metrics
	Log         *slog.Logger

	render  *templates.Renderer
	sources map[string]providers.Source
	pools   []*smtp.Pool
	gate    *giveway.Gate // webhooks before work
	now     func() time.Time
}

// New opens the database, the way to Redis and the ways out, and wires them. Nothing runs yet. Redis, the mail server,
// Twilio and Stripe need not be there.
func New(ctx context.Context, cfg *config.Config, seams Seams, log *slog.Logger) (*App, error) {
	a := &App{Config: cfg, Log: log, Metrics: metrics.New(), now: seams.Now, gate: giveway.New()}
	if a.now == nil {
		a.now = time.Now
	}
	if err := a.open(ctx, seams); err != nil {
		_ = a.Close() // the error that matters is the one that stopped us
		return nil, err
	}
	return a, nil
}

func (a *App) open(ctx context.Context, seams Seams) error {
	var err error
	if a.render, err = templates.New(); err != nil {
		return err
	}
	signer, err := link.New(a.Config.Secrets)
	if err != nil {
		return err
	}
	if a.sources, err = hooks.Sources(a.Config); err != nil {
		return err
	}
	if a.DB, err = store.Open(ctx, a.Config.Database); err != nil {
		return err
	}
	if a.Redis, err = jobs.OpenRedis(a.Config.Redis, seams.Redis, a.Log); err != nil {
		return err
	}
	a.Queue = jobs.NewQueue(a.Redis, a.Log)
	a.DB.Follow((&follow.Follower{Config: a.Config, Now: a.now}).Hear, a.Queue.Enqueue)
	a.Links = &Links{Signer: signer, Config: a.Config, DB: a.DB, Queue: a.Queue, Now: a.now}
	a.Desk = &cases.Desk{DB: a.DB, Config: a.Config, Queue: a.Queue, Now: a.now}
	box, err := files.Open(ctx, cmp.Or(a.Config.Files, config.FilesBeside(a.Config.Database)))
	if err != nil {
		return err
	}
	a.Uploads = &uploads.Desk{DB: a.DB, Box: box, Config: a.Config, Now: a.now, Log: a.Log}
	a.Withdrawals = &withdrawals.Desk{DB: a.DB, Config: a.Config, Queue: a.Queue, Cases: a.Desk, Now: a.now}
	outside, err := a.outside(seams)
	if err != nil {
		return err
	}
	var through http.RoundTripper
	if seams.HTTP != nil {
		through = seams.HTTP.Transport
	}
	a.Worker = &jobs.Worker{
		Caller: jobs.NewCaller(through), Fetcher: jobs.NewFetcher(through), Files: a.Uploads,
		DB: a.DB, Config: a.Config, Sources: a.sources, Outside: outside, Render: a.render, Links: a.Links, Cases: a.Desk,
		Queue: a.Queue, Observe: a.Metrics, Log: a.Log, Now: a.now, Crash: seams.Crash,
	}
	a.Sweep = &jobs.Sweep{
		Store: a.DB, Queue: a.Queue, Redis: a.Redis, Every: a.Config.Work.SweepEvery, Overdue: a.Config.Work.OverdueAfter, Log: a.Log, Now: a.now,
	}
	a.Metrics.Register(&metrics.State{From: a.DB, SweepLag: a.Sweep.Lag, Missed: a.Queue.Missed, Now: a.now})
	return nil
}

// Close closes what New opened. Call it when nothing runs any more.
func (a *App) Close() error {
	if a.Queue != nil {
		a.Queue.Close()
	}
	for _, p := range a.pools {
		p.Close()
	}
	if a.Uploads != nil {
		_ = a.Uploads.Box.Close() // nothing is held open but idle connections
	}
	var first error
	if a.Redis != nil {
		first = a.Redis.Close()
	}
	if a.DB != nil {
		if err := a.DB.Close(); first == nil {
			first = err
		}
	}
	return first
}
