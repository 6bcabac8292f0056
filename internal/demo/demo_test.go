package demo_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"homeward/internal/demo"
)

// start runs the whole demo on free ports until the test ends, and gives its two addresses.
func start(t *testing.T) (public, inbox string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended, ready := make(chan error, 1), make(chan [2]string, 1)
	go func() {
		ended <- demo.Run(ctx, demo.Options{
			Out: io.Discard, Log: slog.New(slog.DiscardHandler), SettleAfter: time.Second,
			Ready: func(publicURL, inboxURL string) { ready <- [2]string{publicURL, inboxURL} },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error("the demo ended with", err)
		}
	})
	select {
	case at := <-ready:
		return at[0], at[1]
	case err := <-ended:
		ended <- nil
		t.Fatal("the demo did not start:", err)
		return "", ""
	}
}
