package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A page that panics answers 500; the log has the stack, and neither the panic's words nor the address with its token.
func TestAPanicIsAnsweredAndKeepsItsWords(t *testing.T) {
	var log bytes.Buffer
	h := calm(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("zofia@example.com") }), slog.New(slog.NewJSONHandler(&log, nil)))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/o/token123", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "zofia") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if said := log.String(); strings.Contains(said, "zofia") || strings.Contains(said, "token123") || !strings.Contains(said, "calm_test.go") {
		t.Error(said)
	}
}
