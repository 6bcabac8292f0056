package ops_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"homeward/internal/config"
	"homeward/internal/web/ops"
)

func TestSignInSetsABareCookieOnHTTP(t *testing.T) {
	b := newBench(t)
	w := b.post("/ops/login", url.Values{"name": {"agent"}, "password": {"secret of agent"}, "next": {"/ops/events?show=200"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ops/events?show=200" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	c := w.Result().Cookies()[0]
	if c.Name != "homeward" || c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 12*3600 || len(c.Value) != 43 {
		t.Errorf("cookie %+v", c)
	}
	b.audited("user:agent", "agent: sign in")
}

func TestSignInSetsAHostCookieOnHTTPS(t *testing.T) {
	b := newBench(t, func(d *ops.Deps) { d.PublicURL = "https://updates.acme.example" })
	c := b.signIn("admin").cookie
	if c.Name != "__Host-homeward" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %+v", c)
	}
}

func TestWrongNameAndWrongPasswordGetTheSameAnswer(t *testing.T) {
	b := newBench(t)
	wrong := b.post("/ops/login", url.Values{"name": {"agent"}, "password": {"no"}})
	unknown := b.post("/ops/login", url.Values{"name": {"nobod"}, "password": {"no"}})
	if wrong.Code != http.StatusUnauthorized || unknown.Code != http.StatusUnauthorized {
		t.Fatalf("%d and %d", wrong.Code, unknown.Code)
	}
	if strings.ReplaceAll(wrong.Body.String(), "agent", "nobod") != unknown.Body.String() {
		t.Error("the answers tell which names exist")
	}
	if len(wrong.Result().Cookies()) != 0 {
		t.Error("a cookie for a wrong password")
	}
}

// An unknown name must be compared too, at the highest cost among the users: otherwise its time tells it apart.
func TestUnknownNamesCostAComparison(t *testing.T) {
	costly, err := bcrypt.GenerateFromPassword([]byte("x"), 9)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(d *ops.Deps) {
		d.Users = []config.User{{Name: "olga", PasswordHash: string(costly), Role: "agent"}}
	})
	timed := func(name string) time.Duration {
		start := time.Now()
		b.post("/ops/login", url.Values{"name": {name}, "password": {"no"}})
		return time.Since(start)
	}
	known, unknown := timed("olga"), timed("nobody")
	for range 5 { // the quickest of several, because other work on the machine only adds
		known, unknown = min(known, timed("olga")), min(unknown, timed("nobody"))
	}
	if unknown < known/3 {
		t.Errorf("unknown name %v, known name %v", unknown, known)
	}
}

func TestAttemptsAreLimitedByNameAndByNetwork(t *testing.T) {
	b := newBench(t)
	attempt := func(ip, name, password string) int {
		r := formRequest("/ops/login", url.Values{"name": {name}, "password": {password}})
		r.RemoteAddr = ip + ":1"
		return b.do(r).Code
	}
	for i := range 10 {
		if code := attempt("192.0.2."+string(rune('0'+i)), "agent", "no"); code != http.StatusUnauthorized {
			t.Fatalf("attempt %d: %d", i, code)
		}
	}
	if code := attempt("198.51.100.1", "agent", "secret of agent"); code != http.StatusTooManyRequests {
		t.Fatalf("by name, from anywhere: %d", code)
	}
	b.now = b.now.Add(31 * time.Second)
	if code := attempt("198.51.100.1", "agent", "secret of agent"); code != http.StatusSeeOther {
		t.Fatalf("after a pause: %d", code)
	}
	limited := 0
	for i := range 25 {
		if attempt("[2001:db8::1]", "name"+string(rune('a'+i)), "no") == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited != 5 {
		t.Errorf("by network: %d of 25 refused, want 5", limited)
	}
	if code := attempt("[2001:db8::ffff]", "other", "no"); code != http.StatusTooManyRequests {
		t.Errorf("a neighbour in the same /64: %d", code)
	}
}

func TestSessionsEnd(t *testing.T) {
	b := newBench(t)
	s := b.signIn("agent")
	s.page("/ops/")
	t.Run("after twelve hours", func(t *testing.T) {
		b.now = t0.Add(12 * time.Hour)
		if w := s.get("/ops/"); w.Code != http.StatusSeeOther {
			t.Errorf("%d", w.Code)
		}
		b.now = t0
	})
	t.Run("when the password changes", func(t *testing.T) {
		deps := b.deps
		deps.Users = append([]config.User(nil), deps.Users...)
		deps.Users[1].PasswordHash = deps.Users[2].PasswordHash
		r := httptest.NewRequest(http.MethodGet, "/ops/", nil)
		r.AddCookie(s.cookie)
		w := httptest.NewRecorder()
		ops.New(deps).ServeHTTP(w, r)
		if w.Code != http.StatusSeeOther {
			t.Errorf("%d", w.Code)
		}
	})
	t.Run("by signing out", func(t *testing.T) {
		if w := s.post("/ops/logout", nil); w.Code != http.StatusSeeOther || w.Result().Cookies()[0].MaxAge >= 0 {
			t.Fatalf("%d %v", w.Code, w.Result().Cookies())
		}
		if w := s.get("/ops/"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ops/login" {
			t.Errorf("still in: %d", w.Code)
		}
	})
}

func TestTheWayBackStaysInTheConsole(t *testing.T) {
	b := newBench(t)
	for _, next := range []string{"https://evil.example/", "//evil.example/ops/", "/\\evil.example", "/ops/../o/x", "/ops/login", "javascript:alert(1)", "/o/token"} {
		w := b.post("/ops/login", url.Values{"name": {"admin"}, "password": {"secret of admin"}, "next": {next}})
		to := w.Header().Get("Location")
		if to != "/ops/" {
			t.Errorf("next %q leads to %q", next, to)
		}
	}
	w := b.do(httptest.NewRequest(http.MethodGet, "/ops/orders/o1?x=1", nil))
	if got := w.Header().Get("Location"); got != "/ops/login?next=%2Fops%2Forders%2Fo1%3Fx%3D1" {
		t.Errorf("asked to sign in at %q", got)
	}
}

func TestStrangersFillNoMemory(t *testing.T) {
	if names, networks := ops.BucketsAfter(10_500, t0); names != 10_000 || networks != 10_000 {
		t.Errorf("%d names and %d networks are remembered", names, networks)
	}
}
