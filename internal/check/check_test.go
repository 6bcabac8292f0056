package check_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"homeward/internal/check"
	"homeward/internal/config"
	"homeward/internal/fault"
)

type answer struct{ err error }

func (a answer) Check(context.Context) error { return a.err }
func (a answer) Ready(context.Context) error { return a.err }

type info struct {
	text string
	err  error
}

func (i info) Info(context.Context, ...string) *redis.StringCmd {
	return redis.NewStringResult(i.text, i.err)
}

type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if name == "_dmarc.broken.io" || name == "broken.io" {
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	if texts, ok := z[name]; ok {
		return texts, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

const healthyRedis = "# Server\r\nredis_version:7.2.4\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n"

// world is a configuration with all providers, and probes that all succeed.
func world(t *testing.T) (*config.Config, check.Probes) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	cfg := &config.Config{
		PublicURL: server.URL, Database: "postgres://u:dbpass@db/homeward", Redis: "redis://:redispass@redis:6379", Secrets: []string{"link-secret"},
		Ops: config.Ops{Users: []config.User{{Name: "olga"}}},
		Shops: []config.Shop{{
			ID:   "acme",
			Mail: &config.Mail{Host: "mail.acme.io", Port: 587, TLS: "starttls", User: "u", Password: "mailpass", From: "Acme <orders@shop.acme.io>"},
			SMS:  &config.SMS{AccountSID: "AC1", AuthToken: "twiliotoken"}, Payments: &config.Payments{StripeKey: "sk_test_1"},
		}},
	}
	fine := answer{}
	return cfg, check.Probes{
		Database: func(context.Context, string) (check.Database, error) { return check.Migrated, nil },
		Redis:    func(context.Context, string) (check.Informer, error) { return info{text: healthyRedis}, nil },
		SMTP:     func(config.Mail) (check.Checker, error) { return fine, nil },
		Twilio:   func(config.SMS) (check.Checker, error) { return fine, nil },
		Stripe:   func(config.Payments) (check.Checker, error) { return fine, nil },
		Resolver: zone{"shop.acme.io": {"google-verification=1", "v=spf1 include:mail.acme.io -all"}, "_dmarc.acme.io": {"v=DMARC1; p=reject"}},
		HTTP:     server.Client(),
	}
}

func run(t *testing.T, cfg *config.Config, probes check.Probes) (string, bool) {
	t.Helper()
	var out strings.Builder
	ok := check.Run(t.Context(), cfg, &out, probes)
	return out.String(), ok
}

func TestEverythingFine(t *testing.T) {
	cfg, probes := world(t)
	got, ok := run(t, cfg, probes)
	want := `ok   config      read; shops: 1, sources: 0, console users: 1
ok   database    postgres://db/homeward is reachable and migrated
ok   redis       redis://redis:6379, version 7.2.4, noeviction, append-only file
ok   smtp        mail.acme.io:587 (acme) takes the login over TLS
ok   twilio      AC1 (acme) takes the token
ok   stripe      the key of acme may read charges and make refunds
ok   spf         shop.acme.io: v=spf1 include:mail.acme.io -all (that it names your mail server is for you to see)
ok   dmarc       acme.io: v=DMARC1; p=reject
warn dkim        shop.acme.io: the selector is known to your mail server only; send yourself a mail and look for dkim=pass in Authentication-Results
ok   public_url  ` + cfg.PublicURL + ` answers
`
	if got != want || !ok {
		t.Errorf("ok=%v, got\n%s\nwant\n%s", ok, got, want)
	}
}

func TestEachFault(t *testing.T) {
	refused := fault.New(fault.Permanent, "login_refused", "The mail server refuses the login.", errors.New("535 5.7.8 mailpass"))
	redisSays := func(text string) func(context.Context, string) (check.Informer, error) {
		return func(context.Context, string) (check.Informer, error) { return info{text: text}, nil }
	}
	tests := []struct {
		name   string
		change func(*config.Config, *check.Probes)
		ok     bool
		want   string
	}{
		{"database away", func(_ *config.Config, p *check.Probes) {
			p.Database = func(context.Context, string) (check.Database, error) { return 0, errors.New("connection refused") }
		}, false, "FAIL database    postgres://db/homeward: connection refused; look at database"},
		{"database of an older version", func(_ *config.Config, p *check.Probes) {
			p.Database = func(context.Context, string) (check.Database, error) { return check.Older, nil }
		}, true, "warn database    postgres://db/homeward is older than this program, and is brought up to date at the next start"},
		{"database without tables", func(_ *config.Config, p *check.Probes) {
			p.Database = func(context.Context, string) (check.Database, error) { return check.Empty, nil }
		}, true, "ok   database    postgres://db/homeward can be used; the next start makes its tables"},
		{"redis away", func(_ *config.Config, p *check.Probes) {
			p.Redis = func(context.Context, string) (check.Informer, error) { return info{err: errors.New("EOF")}, nil }
		}, false, "FAIL redis       redis://redis:6379: EOF"},
		{"redis old", func(_ *config.Config, p *check.Probes) {
			p.Redis = redisSays(strings.Replace(healthyRedis, "7.2.4", "6.0.16", 1))
		}, false, `FAIL redis       redis://redis:6379: version "6.0.16" is too old; use Redis 6.2`},
		{"redis without version", func(_ *config.Config, p *check.Probes) { p.Redis = redisSays("") }, false, `version "" is too old`},
		{"redis evicts", func(_ *config.Config, p *check.Probes) {
			p.Redis = redisSays(strings.Replace(healthyRedis, "noeviction", "allkeys-lru", 1))
		}, false, "maxmemory-policy is allkeys-lru, which throws queued work away when memory is short; set it to noeviction"},
		{"redis replica", func(_ *config.Config, p *check.Probes) {
			p.Redis = redisSays(strings.Replace(healthyRedis, "master", "slave", 1))
		}, false, "is a replica"},
		{"redis forgets", func(_ *config.Config, p *check.Probes) {
			p.Redis = redisSays(strings.Replace(healthyRedis, "aof_enabled:1", "aof_enabled:0", 1))
		}, true, "warn redis       redis://redis:6379 keeps no append-only file"},
		{"redis embedded", func(c *config.Config, _ *check.Probes) { c.Redis = "embedded" }, true, "ok   redis       embedded in this process"},
		{"smtp", func(_ *config.Config, p *check.Probes) {
			p.SMTP = func(config.Mail) (check.Checker, error) { return answer{refused}, nil }
		}, false, "FAIL smtp        mail.acme.io:587 (acme): The mail server refuses the login. (535 5.7.8 (secret)); look at mail.smtp"},
		{"twilio", func(_ *config.Config, p *check.Probes) {
			p.Twilio = func(config.SMS) (check.Checker, error) { return nil, errors.New("401 for twiliotoken") }
		}, false, "FAIL twilio      AC1 (acme): 401 for (secret); look at sms"},
		{"stripe", func(_ *config.Config, p *check.Probes) {
			p.Stripe = func(config.Payments) (check.Checker, error) { return answer{errors.New("no right to refund")}, nil }
		}, false, "FAIL stripe      the key of acme: no right to refund; look at payments.stripe_key"},
		{"no spf", func(_ *config.Config, p *check.Probes) { p.Resolver = zone{"shop.acme.io": {"v=spf10"}} }, false, "FAIL spf         shop.acme.io has no SPF record"},
		{"two spf", func(_ *config.Config, p *check.Probes) {
			p.Resolver = zone{"shop.acme.io": {"v=spf1 -all", "v=spf1 ~all"}}
		}, false, "FAIL spf         shop.acme.io has 2 SPF records"},
		{"open spf", func(_ *config.Config, p *check.Probes) { p.Resolver = zone{"shop.acme.io": {"v=spf1 +all"}} }, false, "lets everybody send"},
		{"no dmarc", func(_ *config.Config, p *check.Probes) { p.Resolver = zone{} }, false, "FAIL dmarc       shop.acme.io has no DMARC record; add a TXT record at _dmarc.shop.acme.io"},
		{"dns broken", func(c *config.Config, _ *check.Probes) { c.Shops[0].Mail.From = "a@broken.io" }, false, "FAIL spf         broken.io could not be looked up"},
		{"dns of examples", func(c *config.Config, p *check.Probes) {
			c.Shops[0].Mail.From, p.Resolver = "a@acme.example", zone{}
		}, true, "ok   public_url"},
		{"public url away", func(c *config.Config, _ *check.Probes) { c.PublicURL = "http://127.0.0.1:1" }, true, "warn public_url  http://127.0.0.1:1 does not answer from here"},
		{"public url of another", func(c *config.Config, _ *check.Probes) { c.PublicURL += "/other" }, true, "/healthz answers 404 instead of 200"},
		{"nobody and nothing", func(c *config.Config, _ *check.Probes) { c.Ops.Users, c.Shops[0].Mail = nil, nil }, true, "warn config      no mail server for acme"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, probes := world(t)
			test.change(cfg, &probes)
			got, ok := run(t, cfg, probes)
			if ok != test.ok || !strings.Contains(got, test.want) {
				t.Errorf("ok=%v, got\n%s\nwant ok=%v\n%s", ok, got, test.ok, test.want)
			}
			for _, secret := range []string{"dbpass", "redispass", "mailpass", "twiliotoken", "sk_test_1", "link-secret"} {
				if strings.Contains(got, secret) {
					t.Errorf("%q is in\n%s", secret, got)
				}
			}
		})
	}
}

type stuck struct{}

func (stuck) Check(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func TestACheckThatHangsEndsAndTheOthersRun(t *testing.T) {
	cfg, probes := world(t)
	probes.Timeout = 20 * time.Millisecond
	probes.SMTP = func(config.Mail) (check.Checker, error) { return stuck{}, nil }
	got, ok := run(t, cfg, probes)
	if ok || !strings.Contains(got, "(acme): no answer in time; look at mail.smtp") || !strings.Contains(got, "ok   twilio") {
		t.Errorf("ok=%v, got\n%s", ok, got)
	}
}

func TestShopsThatShareAProviderAreAskedOnce(t *testing.T) {
	cfg, probes := world(t)
	second := cfg.Shops[0]
	second.ID = "bravo"
	own := *second.SMS
	own.AccountSID = "AC2"
	second.SMS = &own
	cfg.Shops = append(cfg.Shops, second)
	got, _ := run(t, cfg, probes)
	for _, line := range []string{"mail.acme.io:587 (acme, bravo) takes", "AC1 (acme) takes", "AC2 (bravo) takes", "the key of acme, bravo may"} {
		if strings.Count(got, line) != 1 {
			t.Errorf("%q stands %d times in\n%s", line, strings.Count(got, line), got)
		}
	}
}
