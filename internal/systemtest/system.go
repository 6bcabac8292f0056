// Package systemtest runs the whole of Homeward against stand-ins of everything outside, for tests: over loopback in real
// time, or inside one process in virtual time (testing/synctest).
package systemtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"homeward/internal/app"
	"homeward/internal/config"
	"homeward/jobs"
	"homeward/providers/providertest/sign"
	"homeward/providers/standin"
)

// What the test shop signs with.
const (
	StandardSecret = "whsec_c3RhbmRhcmQtc2VjcmV0LWZvci10ZXN0cy0wMDE="
	ShopifySecret  = "shopify-secret-for-tests"
	WooSecret      = "woo-secret-for-tests"
	EasyPostSecret = "easypost-secret-for-tests"

	AfterShipSecret = "aftership-secret-for-tests"
)

// System is a running Homeward and its world.
type System struct {
	App   *app.App
	World *standin.World
	Redis *Redis // the harness's own, in virtual time and with Setup.Redis; else nil
	URL   string

	t        testing.TB
	network  standin.Network
	roles    app.Roles
	listener net.Listener
	stop     context.CancelFunc
	ended    chan error
	closed   bool
	serial   int
}

// webHost is Homeward's own name.
const webHost = "homeward.test"

// Setup changes what Start builds.
type Setup struct {
	Network standin.Network // default: loopback
	Config  func(*config.Config)
	Seams   func(*app.Seams)
	Log     io.Writer // default: none
	Roles   app.Roles // default: everything
	Redis   bool      // a Redis of the harness instead of the embedded one
}

// Start runs a whole Homeward until the test ends.
func Start(t testing.TB, setup Setup) *System {
	t.Helper()
	if setup.Network == nil {
		setup.Network = standin.Loopback{}
	}
	if setup.Log == nil {
		setup.Log = io.Discard
	}
	if setup.Roles == (app.Roles{}) {
		setup.Roles = app.Everything
	}
	world, err := standin.Start(setup.Network)
	must(t, err)
	t.Cleanup(world.Close)
	l, addr, err := setup.Network.Listen(webHost)
	must(t, err)
	s := &System{World: world, URL: "http://" + addr, t: t, ended: make(chan error, 1)}
	cfg := Config(t, world, s.URL)
	if setup.Config != nil {
		setup.Config(cfg)
	}
	seams := app.Seams{Mail: setup.Network.Dial, HTTP: world.Client}
	if setup.Redis {
		s.Redis = newRedis(t)
		cfg.Redis, seams.Redis = "redis://"+redisAddr, s.Redis.Dial
	}
	if setup.Seams != nil {
		setup.Seams(&seams)
	}
	s.App, err = app.New(context.Background(), cfg, seams, slog.New(slog.NewJSONHandler(setup.Log, nil)))
	must(t, err)
	world.Stripe.Webhook(s.URL+"/hooks/acme/stripe", standin.WebhookSecret, world.Client)
	s.network, s.roles = setup.Network, setup.Roles
	s.listener = l
	t.Cleanup(s.Stop)
	s.Run()
	return s
}

// Run lets Homeward do its roles until StopRunning. Start has called it.
func (s *System) Run() {
	if s.listener == nil { // after a stop; over pipes the address is the same again
		l, _, err := s.network.Listen(webHost)
		must(s.t, err)
		s.listener = l
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	l := s.listener
	go func() { s.ended <- s.App.Run(ctx, s.roles, app.Listeners{Web: l}) }()
}

// StopRunning ends the roles as SIGTERM does; what New opened stays open, so that a test can look at it or Run again.
func (s *System) StopRunning() {
	if s.stop == nil {
		return
	}
	s.stop()
	s.stop, s.listener = nil, nil
	if err := <-s.ended; err != nil {
		s.t.Errorf("homeward ended with %v", err)
	}
}

// Stop ends Homeward and closes what it opened. The world goes on.
func (s *System) Stop() {
	if s.closed {
		return
	}
	s.closed = true
	s.StopRunning()
	if err := s.App.Close(); err != nil {
		s.t.Errorf("close: %v", err)
	}
}

// Config is a shop in Poland with all six languages against the stand-ins, on SQLite and the embedded Redis.
func Config(t testing.TB, w *standin.World, url string) *config.Config {
	t.Helper()
	host, port, err := net.SplitHostPort(w.MailAddr)
	must(t, err)
	n, err := strconv.Atoi(port)
	must(t, err)
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	must(t, err)
	return &config.Config{
		Listen: "127.0.0.1:0", PublicURL: url, Database: "sqlite:" + filepath.Join(t.TempDir(), "homeward.db"), Redis: "embedded",
		Secrets: []string{"a-secret-for-tests-of-at-least-32-bytes"},
		Work:    config.Work{Concurrency: 16, SweepEvery: time.Second, OverdueAfter: 3 * time.Second, CheckInterval: 10 * time.Millisecond},
		Shops: []config.Shop{{
			ID: "acme", Name: "Acme Tea", Country: "PL", Zone: warsaw, Languages: []string{"pl", "en", "sl", "ar", "ru", "de"},
			Sources: []config.Source{
				{Name: "erp", Kind: "standard", Secrets: []string{StandardSecret}}, {Name: "shopify", Kind: "shopify", Secrets: []string{ShopifySecret}},
				{Name: "woo", Kind: "woocommerce", Secrets: []string{WooSecret}}, {Name: "easypost", Kind: "easypost", Secrets: []string{EasyPostSecret}},
				{Name: "aftership", Kind: "aftership", Secrets: []string{AfterShipSecret}},
			},
			Messages: config.Messages{CalmWindow: 10 * time.Minute, QuietFrom: 21 * time.Hour, QuietUntil: 8 * time.Hour},
			Returns:  config.Returns{Window: 30 * 24 * time.Hour, Approve: "auto"},
			Brand:    config.Brand{Color: "#0a7d55", Address: "Acme Tea, ul. Długa 1, 31-146 Kraków", ReplyTo: "help@acme.example"},
			Mail:     &config.Mail{URL: "smtp://" + w.MailAddr, Host: host, Port: n, TLS: "optional", From: "Acme Tea <orders@acme.example>"},
			SMS:      &config.SMS{AccountSID: standin.AccountSID, AuthToken: standin.AuthToken, From: "+48500000000", BaseURL: w.TwilioURL},
			Payments: &config.Payments{StripeKey: standin.StripeKey, WebhookSecrets: []string{standin.WebhookSecret}, BaseURL: w.StripeURL},
		}},
	}
}

// Post sends a signed event of the standard source and gives the answer's status and the event's id.
func (s *System) Post(kind string, at time.Time, data any) (status int, event string) {
	s.t.Helper()
	s.serial++
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": at.UTC().Format(time.RFC3339Nano), "data": data})
	must(s.t, err)
	return s.PostRaw("erp", sign.Standard(StandardSecret, fmt.Sprintf("msg_%d", s.serial), time.Now(), body), body)
}

// PostRaw sends a body as it is to a source.
func (s *System) PostRaw(source string, header http.Header, body []byte) (status int, event string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+"/hooks/acme/"+source, bytes.NewReader(body))
	must(s.t, err)
	r.Header = header
	res, err := s.World.Client.Do(r)
	must(s.t, err)
	defer res.Body.Close() //nolint:errcheck // it was read
	var answer struct{ Event, Error string }
	must(s.t, json.NewDecoder(res.Body).Decode(&answer))
	return res.StatusCode, answer.Event
}

// Get asks for a page and gives the answer's status.
func (s *System) Get(path string) int {
	s.t.Helper()
	res, err := s.World.Client.Get(s.URL + path)
	must(s.t, err)
	defer res.Body.Close() //nolint:errcheck // nothing is read
	return res.StatusCode
}

// Drain runs every row that is due through the same handlers, without asynq: for tests that run no workers.
func (s *System) Drain(ctx context.Context) int { return jobs.Drain(ctx, s.App.Worker) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
