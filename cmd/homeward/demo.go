package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"homeward/internal/demo"
)

type demoCommand struct {
	Port      int  `default:"8080"                       help:"The port of Homeward itself; another is taken when it is in use."`
	InboxPort int  `default:"8025"                       help:"The port of the inbox."`
	Verbose   bool `help:"Print Homeward's log as well."`
}

// Validate is asked by the command line's reader.
func (c *demoCommand) Validate() error {
	for _, port := range []int{c.Port, c.InboxPort} {
		if port < 0 || port > 65535 {
			return fmt.Errorf("port %d: a port is a number from 0 (any free one) to 65535", port)
		}
	}
	return nil
}

// Run is homeward demo.
func (c *demoCommand) Run(ctx context.Context) error {
	var log = io.Discard
	if c.Verbose {
		log = os.Stderr
	}
	return demo.Run(ctx, demo.Options{
		Port: c.Port, InboxPort: c.InboxPort, Out: os.Stdout, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
}
