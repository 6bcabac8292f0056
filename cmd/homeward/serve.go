package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"homeward/internal/app"
	"homeward/internal/config"
)

// configFlag is the one flag that every command on a configuration has.
type configFlag struct {
	Config string `default:"homeward.yaml" help:"The configuration." type:"path"`
}

func (f configFlag) load() (*config.Config, error) {
	cfg, err := config.Load(f.Config, os.LookupEnv)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("there is no %s; copy homeward.example.yaml and edit it, or name another file with --config", f.Config)}
	}
	if err != nil {
		return nil, usageError{err}
	}
	return cfg, nil
}

type serveCommand struct {
	configFlag
	Only []string `enum:"web,workers,timers" help:"Do only these: web, workers, timers. Needs a Redis and a PostgreSQL that the processes share." sep:","`
}

// Run is homeward serve.
func (c *serveCommand) Run(ctx context.Context) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	roles, err := c.roles(cfg)
	if err != nil {
		return err
	}
	log := newLog()
	a, err := app.New(ctx, cfg, app.Seams{}, log)
	if err != nil {
		return err
	}
	listeners, err := a.Listen(roles)
	if err != nil {
		_ = a.Close() // the error that matters is the other one
		return err
	}
	log.Info("homeward", "version", version, "listen", cfg.Listen, "public_url", cfg.PublicURL, "config", config.Summary(cfg))
	err = a.Run(ctx, roles, listeners)
	if closed := a.Close(); err == nil {
		err = closed
	}
	return err
}

// roles reads --only. Processes that split the work must share what they work on.
func (c *serveCommand) roles(cfg *config.Config) (app.Roles, error) {
	if len(c.Only) == 0 {
		return app.Everything, nil
	}
	if cfg.Redis == "embedded" {
		return app.Roles{}, usageError{fmt.Errorf("--only=%s needs a Redis that the processes share: redis is \"embedded\", set it to redis://…", strings.Join(c.Only, ","))}
	}
	if strings.HasPrefix(cfg.Database, "sqlite:") {
		return app.Roles{}, usageError{fmt.Errorf("--only=%s needs a database that the processes share: database is SQLite, set it to postgres://…", strings.Join(c.Only, ","))}
	}
	var r app.Roles
	for _, name := range c.Only {
		switch name {
		case "web":
			r.Web = true
		case "workers":
			r.Worker = true
		case "timers":
			r.Timers = true
		}
	}
	return r, nil
}

// newLog writes JSON lines to standard output.
func newLog() *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelInfo}))
}
