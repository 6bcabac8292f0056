package main

import (
	"context"
	"io"
	"log/slog"
	"os"

	"homeward/internal/demo"
)

type demoCommand struct {
	Port      int  `help:"The port of Homeward itself; another is taken when it is in use." default:"8080"`
	InboxPort int  `help:"The port of the inbox." default:"8025"`
	Verbose   bool `help:"Print Homeward's log as well."`
}

// Run is homeward demo.
func (c *demoCommand) Run(ctx context.Context) error {
	var log io.Writer = io.Discard
	if c.Verbose {
		log = os.Stderr
	}
	return demo.Run(ctx, demo.Options{
		Port: c.Port, InboxPort: c.InboxPort, Out: os.Stdout, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
}
