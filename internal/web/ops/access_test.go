package ops_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/web/ops"
)

// needs says which role each route needs. It names every route: see the test that compares it with the console's own table.
var needs = map[string]string{
	"GET /ops/{$}":                                "viewer",
	"POST /ops/logout":                            "viewer",
	"GET /ops/events":                             "viewer",
	"GET /ops/events/{id}":                        "viewer",
	"POST /ops/events/{id}/apply":                 "agent",
	"POST /ops/events/{id}/ignore":                "agent",
	"GET /ops/messages":                           "viewer",
	"GET /ops/messages/{id}":                      "viewer",
	"GET /ops/messages/{id}/send":                 "agent",
	"POST /ops/messages/{id}/send":                "agent",
	"POST /ops/messages/{id}/sent":                "agent",
	"POST /ops/messages/{id}/dismiss":             "agent",
	"GET /ops/returns":                            "viewer",
	"GET /ops/returns/{id}":                       "viewer",
	"POST /ops/returns/{id}/approve":              "agent",
	"POST /ops/returns/{id}/reject":               "agent",
	"POST /ops/returns/{id}/receive":              "agent",
	"POST /ops/returns/{id}/calloff":              "agent",
	"POST /ops/returns/{id}/end":                  "agent",
	"POST /ops/returns/{id}/proof":                "agent",
	"POST /ops/returns/{id}/doubt":                "agent",
	"POST /ops/returns/{id}/pay":                  "agent",
	"POST /ops/returns/{id}/fulfil":               "agent",
	"POST /ops/returns/{id}/postage":              "agent",
	"POST /ops/returns/{id}/price":                "agent",
	"GET /ops/withdrawals":                        "viewer",
	"POST /ops/withdrawals":                       "agent",
	"POST /ops/claims":                            "agent",
	"GET /ops/withdrawals/{id}":                   "viewer",
	"POST /ops/withdrawals/{id}/see":              "agent",
	"POST /ops/withdrawals/{id}/resolve":          "agent",
	"GET /ops/deadlines":                          "viewer",
	"POST /ops/deadlines/{id}/done":               "agent",
	"POST /ops/deadlines/{id}/cancel":             "agent",
	"POST /ops/deadlines/{id}/delay":              "agent",
	"GET /ops/calls":                              "viewer",
	"POST /ops/calls/{id}/retry":                  "agent",
	"POST /ops/calls/{id}/dismiss":                "agent",
	"GET /ops/refunds":                            "viewer",
	"GET /ops/refunds/{id}":                       "viewer",
	"POST /ops/refunds/{id}/retry":                "agent",
	"POST /ops/refunds/{id}/look":                 "agent",
	"POST /ops/refunds/{id}/release":              "agent",
	"POST /ops/refunds/{id}/dismiss":              "agent",
	"POST /ops/refunds/{id}/settle":               "agent",
	"GET /ops/search":                             "viewer",
	"GET /ops/orders/{id}":                        "viewer",
	"POST /ops/orders/{id}/link":                  "agent",
	"POST /ops/orders/{id}/revoke":                "agent",
	"/ops/queues/":                                "viewer",
	"/ops/":                                       "viewer",
	"POST /ops/returns/{id}/inspect":              "agent",
	"POST /ops/returns/{id}/write":                "agent",
	"POST /ops/returns/{id}/read":                 "agent",
	"POST /ops/returns/{id}/informed":             "agent",
	"POST /ops/returns/{id}/appeals/{inspection}": "agent",
	"POST /ops/labels/{id}/retry":                 "agent",
	"GET /ops/files/{id}":                         "agent",
	"GET /ops/claims":                             "viewer",
	"GET /ops/claims/{id}":                        "viewer",
	"POST /ops/claims/{id}/grant":                 "agent",
	"POST /ops/claims/{id}/refuse":                "agent",
	"POST /ops/claims/{id}/extend":                "agent",
	"POST /ops/claims/{id}/reduce":                "agent",
	"POST /ops/claims/{id}/fulfil":                "agent",
	"POST /ops/claims/{id}/see":                   "agent",
}

func TestEveryRouteIsInTheTable(t *testing.T) {
	want := slices.Sorted(maps.Keys(needs))
	if got := ops.Patterns(); !slices.Equal(got, want) {
		t.Errorf("routes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEveryRouteAgainstEveryRole(t *testing.T) {
	b := newBench(t)
	ranks := map[string]int{"": 0, "viewer": 1, "agent": 2, "admin": 3}
	for _, role := range []string{"", "viewer", "agent", "admin"} {
		for _, pattern := range slices.Sorted(maps.Keys(needs)) {
			b.now = b.now.Add(time.Minute) // so that signing in again and again is not refused
			method, path, ok := strings.Cut(pattern, " ")
			if !ok {
				method, path = http.MethodGet, pattern
			}
			path = strings.NewReplacer("{$}", "", "{id}", "unknown").Replace(path)
			r := httptest.NewRequest(method, path, nil)
			if role != "" {
				r.AddCookie(b.signIn(role).cookie)
			}
			w := b.do(r)
			switch {
			case role == "":
				if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/ops/login") {
					t.Errorf("nobody, %s: %d, want the login", pattern, w.Code)
				}
			case ranks[role] < ranks[needs[pattern]]:
				if w.Code != http.StatusForbidden {
					t.Errorf("%s, %s: %d, want 403", role, pattern, w.Code)
				}
			case w.Code == http.StatusForbidden, w.Code >= 500, strings.HasPrefix(w.Header().Get("Location"), "/ops/login") && pattern != "POST /ops/logout":
				t.Errorf("%s, %s: %d", role, pattern, w.Code)
			}
		}
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	event := b.event("failed", "{}")
	s := b.signIn("admin")
	for name, header := range map[string][2]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site"}, "a sibling": {"Sec-Fetch-Site", "same-site"}, "origin": {"Origin", "https://evil.example"},
	} {
		for _, path := range []string{"/ops/events/" + event.ID + "/apply", "/ops/queues/api/queues/low:pause", "/ops/login", "/ops/logout"} {
			r := httptest.NewRequest(http.MethodPost, path, nil)
			r.Header.Set(header[0], header[1])
			if w := s.do(r); w.Code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", name, path, w.Code)
			}
		}
	}
	if got := get(b, b.db.Event, event.ID); got.State != "failed" {
		t.Errorf("the event is %s", got.State)
	}
	r := httptest.NewRequest(http.MethodPost, "/ops/queues/api/queues/low:pause", nil)
	r.Header.Set("Origin", "http://localhost:8080") // our public address, though the proxy rewrote Host
	if w := s.do(r); w.Code != http.StatusOK {
		t.Errorf("our own origin: %d", w.Code)
	}
}

func TestTheDashboardActsForAdminsOnly(t *testing.T) {
	b := newBench(t)
	for _, role := range []string{"viewer", "agent", "admin"} {
		s := b.signIn(role)
		if body := s.page("/ops/queues/"); body != "dashboard GET" {
			t.Errorf("%s sees %q", role, body)
		}
		for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodPut, http.MethodPatch} {
			w := s.do(httptest.NewRequest(method, "/ops/queues/api/queues/low:pause", nil))
			if allowed := w.Code == http.StatusOK; allowed != (role == "admin") {
				t.Errorf("%s may %s: %v (%d)", role, method, allowed, w.Code)
			}
		}
	}
	b.audited("queues", "admin: act in the queues", "admin: act in the queues", "admin: act in the queues", "admin: act in the queues")
	w := b.signIn("viewer").get("/ops/queues/")
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "script-src 'self' 'unsafe-inline'") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
		t.Errorf("policy of the dashboard: %s", policy)
	}
}

func TestHeaders(t *testing.T) {
	b := newBench(t, func(d *ops.Deps) { d.PublicURL = "https://updates.acme.example" })
	h := b.do(httptest.NewRequest(http.MethodGet, "/ops/login", nil)).Header()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=31536000",
		"Content-Security-Policy":   "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAnUnreachableDatabaseIs503(t *testing.T) {
	b := newBench(t)
	s := b.signIn("agent")
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	if w := s.get("/ops/"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "sql") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
