package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"

	"homeward/internal/terms"
	"homeward/jobs"
)

// Roles says what a process does. Any number of each may run.
type Roles struct{ Web, Worker, Timers bool }

// Everything is all roles in one process.
var Everything = Roles{Web: true, Worker: true, Timers: true}

// Listeners are where Run answers. Web is needed for that role; Metrics may be nil.
type Listeners struct{ Web, Metrics net.Listener }

// Listen opens the listeners that the configuration names.
func (a *App) Listen(roles Roles) (Listeners, error) {
	var ls Listeners
	var err error
	if roles.Web {
		if ls.Web, err = net.Listen("tcp", a.Config.Listen); err != nil { //nolint:noctx // a listener at start
			return ls, fmt.Errorf("listen: %s: %w; choose another address", a.Config.Listen, err)
		}
	}
	if a.Config.MetricsListen != "" {
		if ls.Metrics, err = net.Listen("tcp", a.Config.MetricsListen); err != nil { //nolint:noctx // the same
			if ls.Web != nil {
				_ = ls.Web.Close() // the error that matters is the other one
			}
			return ls, fmt.Errorf("metrics_listen: %s: %w; choose another address, or \"off\"", a.Config.MetricsListen, err)
		}
	}
	return ls, nil
}

// Run does the roles until ctx ends, then stops in the order of the data: no more webhooks and pages, then no more tasks
// (those under way finish), then the timers. It returns the first fault that ended it, nil after ctx.
func (a *App) Run(asked context.Context, roles Roles, ls Listeners) error {
	defer settle()()
	ctx, cancel := context.WithCancelCause(asked)
	defer cancel(nil)
	var web, timers sync.WaitGroup
	watch := func(wg *sync.WaitGroup, s *http.Server, l net.Listener) {
		wg.Go(func() {
			if err := serve(ctx, s, l); err != nil {
				cancel(err)
			}
		})
	}
	if roles.Web {
		h, err := a.Handler()
		if err != nil {
			return err
		}
		watch(&web, Server(h, a.Log), ls.Web)
	}
	if ls.Metrics != nil {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", a.Metrics.Handler())
		watch(&web, Server(mux, a.Log), ls.Metrics)
	}
	if roles.Timers {
		timers.Go(func() { a.Sweep.Run(ctx) })
		timers.Go(func() { a.Uploads.Run(ctx) })
		timers.Go(func() { terms.RunCatchUp(ctx, a.DB, a.Config, a.now, a.Queue.Enqueue, a.Log) })
	}
	if roles.Worker {
		server := jobs.NewServer(a.Redis, a.Worker, jobs.Options{
			Concurrency: a.Config.Work.Concurrency, CheckInterval: a.Config.Work.CheckInterval, GiveWay: a.gate.Wait,
		}, a.Log)
		if err := server.Start(); err != nil {
			cancel(err)
		} else {
			defer server.Stop()
		}
	}
	<-ctx.Done()
	web.Wait()
	timers.Wait()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}
