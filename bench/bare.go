package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/hibiken/asynq"

	"homeward/internal/app"
)

// bare is the baseline: it checks the same signature, puts the body into asynq, and stores nothing. A webhook that it
// answered is lost with Redis, and one that came twice is done twice. Its worker reads the body and does nothing.
type bare struct {
	spec   spec
	client *asynq.Client
	server *http.Server
	worker *asynq.Server
}

func newBare(s spec) *bare {
	return &bare{spec: s, client: asynq.NewClient(asynq.RedisClientOpt{Addr: s.Redis})}
}

func (b *bare) listen() (string, error) {
	l, err := loopback()
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /hooks/{shop}/{source}", b)
	b.server = app.Server(mux, slog.New(slog.DiscardHandler)) // the same limits
	go func() { _ = b.server.Serve(l) }()                     // it ends with stop
	return l.Addr().String(), nil
}

// ServeHTTP answers 202 when asynq has the body.
func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 5<<20))
	if err != nil {
		http.Error(w, "body", http.StatusBadRequest)
		return
	}
	given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Shopify-Hmac-Sha256"))
	mac := hmac.New(sha256.New, []byte(shopSecret))
	mac.Write(body)
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	if _, err := b.client.EnqueueContext(r.Context(), asynq.NewTask("event", body)); err != nil {
		http.Error(w, "queue", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (b *bare) work() error {
	b.worker = asynq.NewServer(asynq.RedisClientOpt{Addr: b.spec.Redis}, asynq.Config{
		Concurrency: 16, TaskCheckInterval: 20 * time.Millisecond, LogLevel: asynq.FatalLevel,
	})
	return b.worker.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		var order map[string]any
		return json.Unmarshal(t.Payload(), &order)
	}))
}

func (b *bare) fill(int, int) error { return errors.New("the baseline has no backlog") }

func (b *bare) stop() {
	_ = b.server.Close()
	if b.worker != nil {
		b.worker.Shutdown()
	}
	_ = b.client.Close()
}
