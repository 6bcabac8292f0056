package app

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"homeward/internal/store/storetest"
	"homeward/jobs"
)

// Anybody may ask whether Homeward is ready: the answer holds nothing of the shops' business.
func TestReadinessTellsNoNumbersOfTheShop(t *testing.T) {
	redis, err := jobs.OpenRedis("embedded", nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = redis.Close() })
	a := &App{DB: storetest.Open(t, storetest.File(t)), Redis: redis, Sweep: &jobs.Sweep{}}
	w := httptest.NewRecorder()
	a.readyz(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody))
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s, %v", w.Code, w.Body, err)
	}
	if got := slices.Sorted(maps.Keys(body)); !slices.Equal(got, []string{"database", "ready", "redis", "sweep_lag_seconds"}) {
		t.Errorf("it tells %v", got)
	}
}
