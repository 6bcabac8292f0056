package clientip_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"homeward/internal/web/clientip"
)

func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"direct":                       {"203.0.113.7:4000", nil, "203.0.113.7"},
		"direct, and it lies":          {"203.0.113.7:4000", []string{"198.51.100.1"}, "203.0.113.7"},
		"proxy on this machine":        {"127.0.0.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"proxy on a private network":   {"10.0.0.2:4000", []string{"6.6.6.6, 198.51.100.1"}, "198.51.100.1"},
		"the client sent a header too": {"10.0.0.2:4000", []string{"6.6.6.6", "198.51.100.1"}, "198.51.100.1"},
		"IPv6":                         {"[::1]:4000", []string{"2001:db8::1"}, "2001:db8::1"},
		"proxy without the header":     {"127.0.0.1:4000", nil, "127.0.0.1"},
		"garbage":                      {"127.0.0.1:4000", []string{"unknown"}, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			for _, f := range c.forwarded {
				r.Header.Add("X-Forwarded-For", f)
			}
			if got := clientip.Of(r); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
