package ops

import (
	"net/http"
	"strings"
)

// The content policies. The console loads its own style sheet and nothing else. The dashboard is a script application with
// inline scripts and styles, and may talk to this host only.
const (
	consolePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	queuesPolicy  = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
		"font-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// headers sets what every answer carries.
func (c *console) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		policy := consolePolicy
		if strings.HasPrefix(r.URL.Path, "/ops/queues/") {
			policy = queuesPolicy
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if c.secure { // whoever opens only the console has the header from no other page
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		// Not no-referrer: it would turn the Origin of our own forms into "null".
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
