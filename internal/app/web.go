package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"homeward/internal/config"
	"homeward/internal/web/hooks"
	"homeward/internal/web/ops"
	"homeward/internal/web/page"
	"homeward/internal/web/shopper"
	"homeward/jobs"
)

// queuesRoot is where the asynq dashboard is mounted.
const queuesRoot = "/ops/queues"

// Handler gives everything on the public listener.
func (a *App) Handler() (http.Handler, error) {
	customers, err := a.shopper()
	if err != nil {
		return nil, err
	}
	in := &hooks.Handler{
		Inbox: a.DB, Queue: a.Queue, Doors: hooks.Doors(a.Config, a.sources), Log: a.Log, Observe: a.Metrics.Webhook, Now: a.now,
		Gate: a.gate,
	}
	mux := http.NewServeMux()
	mux.Handle("POST /hooks/{shop}/{source}", in)
	mux.Handle("POST /hooks/{shop}/{source}/{rest...}", in)
	mux.Handle("/o/", customers)
	mux.Handle("/s/", customers)
	mux.Handle("/g/", customers)
	mux.Handle("/ops/", a.console())
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	return calm(mux, a.Log), nil
}

func (a *App) shopper() (http.Handler, error) {
	signer := a.Links.Signer
	return shopper.New(shopper.Deps{
		Config: a.Config, Signer: signer, Store: shopper.DB{DB: a.DB}, Cases: a.Desk, Links: a.Links, Withdrawals: a.Withdrawals, Files: a.Uploads, Log: a.Log, Now: a.now,
		Words: func(language, region string, zone *time.Location) page.Words {
			return a.render.Words(language, region, zone)
		},
	})
}

func (a *App) console() http.Handler {
	return ops.New(ops.Deps{
		Store: a.DB, Queue: a.Queue, Cases: a.Desk, Claims: a.Desk, Withdrawals: a.Withdrawals, Files: a.Uploads, Shops: shopIDs(a.Config), Links: a.Links, Users: a.Config.Ops.Users, Shop: a.Config.Shop, PublicURL: a.Config.PublicURL,
		Queues: jobs.Dashboard(a.Redis, queuesRoot, false), QueuesReadOnly: jobs.Dashboard(a.Redis, queuesRoot, true), Now: a.now, Log: a.Log,
	})
}

// Server gives an HTTP server with limits on everything that comes from outside.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// serve answers on a listener until ctx ends, then lets the requests under way finish.
func serve(ctx context.Context, s *http.Server, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := s.Shutdown(stop)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) && err == nil {
		err = served
	}
	return err
}

func shopIDs(cfg *config.Config) []string {
	var ids []string
	for _, shop := range cfg.Shops {
		ids = append(ids, shop.ID)
	}
	return ids
}
