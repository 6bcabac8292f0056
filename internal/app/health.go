package app

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// healthz says that the process answers.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // the asker may be gone
}

// readiness is the body of /readyz. Anybody may ask, so it says nothing of a shop's business: how much is due and waits for people is
// told by /metrics.
type readiness struct {
	Ready    bool    `json:"ready"`
	Database string  `json:"database"`
	Redis    string  `json:"redis"`
	SweepLag float64 `json:"sweep_lag_seconds"`
}

// readyz is ready when the database is reachable and migrated: then webhooks can be taken. Redis and the sweep's lag are
// told and change nothing, because no work is lost without them.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	body := readiness{Ready: true, Database: "ok", Redis: "ok", SweepLag: a.Sweep.Lag().Seconds()}
	status := http.StatusOK
	if err := a.DB.Ready(ctx); err != nil {
		body.Ready, body.Database, status = false, "unavailable", http.StatusServiceUnavailable
	}
	if err := a.Redis.Ping(ctx); err != nil {
		body.Redis = "unavailable"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // the asker may be gone
}
