package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/config"
	"homeward/internal/fault"
)

const long = "0123456789abcdef0123456789abcdef"

// whole is a file that says nearly everything.
const whole = `listen: "127.0.0.1:8081"
metrics_listen: "off"
public_url: https://updates.acme.example/
database: postgres://homeward:pw@db:5432/homeward
redis: redis+sentinel://h1:26379,h2:26379/mymaster?db=2
secret: [ "${SECRET}", 0123456789abcdef0123456789abcdef-old ]
ops:
  users:
    - {name: olga, password_hash: "$2a$04$v5Oo4NRPKQZJhpZKs4CmiOQ1eb16Eu/hTRQmkJd3gsiIYg0xR2y9O", role: agent}
work: {concurrency: 4, sweep_every: 5s, overdue_after: 2m, check_interval: 50ms}
mail: {smtp: "smtp://user:p%40ss@mail.acme.example", from: "Acme <orders@acme.example>"}
sms: {account_sid: AC123, auth_token: "${file:token}", from: "+48221234567"}
payments: {stripe_key: sk_test_1, webhook_secret: [whsec_a, whsec_b], base_url: "http://localhost:12111/"}
shops:
  - id: acme
    name: Acme
    country: PL
    time_zone: Europe/Warsaw
    languages: [pl, en]
    sources:
      - {name: shopify, kind: shopify, secret: "s1"}
      - {name: erp, kind: standard, secret: [whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=, cGxhaW4=]}
    messages:
      off: [placed]
      calm_window: 5m
      quiet_hours: "22:30-07:15"
      channels: {shipped: [mail, sms], delivered: []}
    returns: {window: 30d, approve: staff}
    notify: {url: "https://erp.acme.example/hooks", secret: whsec_MDEyMzQ1Njc4OWFiY2RlZg==}
    brand: {logo: "https://acme.example/logo.png", color: "#0A5", address: "ul. Długa 1, Kraków", reply_to: "Help <help@acme.example>"}
  - id: bravo
    name: Bravo
    country: DE
    time_zone: Europe/Berlin
    sources: [{name: shop, kind: woocommerce, secret: s2}]
    mail: {smtp: "smtps://u:p@[::1]", from: hello@bravo.example}
    sms: {account_sid: AC9, auth_token: t, messaging_service_sid: MG1}
`

func sample(name string) (string, bool) {
	value, ok := map[string]string{"SECRET": long, "EMPTY": "", "SHORT": "twelve bytes", "BRACES": "${SECRET}"}[name]
	return value, ok
}

func TestParseReadsEverything(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("twilio-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Parse([]byte(whole), dir, sample)
	if err != nil {
		t.Fatal(err)
	}
	payments := &config.Payments{StripeKey: "sk_test_1", WebhookSecrets: []string{"whsec_a", "whsec_b"}, BaseURL: "http://localhost:12111"}
	want := &config.Config{
		Listen:    "127.0.0.1:8081",
		PublicURL: "https://updates.acme.example",
		Database:  "postgres://homeward:pw@db:5432/homeward",
		Redis:     "redis+sentinel://h1:26379,h2:26379/mymaster?db=2",
		Files:     "files",
		Secrets:   []string{long, long + "-old"},
		Ops:       config.Ops{Users: []config.User{{Name: "olga", PasswordHash: "$2a$04$v5Oo4NRPKQZJhpZKs4CmiOQ1eb16Eu/hTRQmkJd3gsiIYg0xR2y9O", Role: "agent"}}},
		Work:      config.Work{Concurrency: 4, SweepEvery: 5 * time.Second, OverdueAfter: 2 * time.Minute, CheckInterval: 50 * time.Millisecond},
		Shops: []config.Shop{
			{
				ID: "acme", Name: "Acme", Country: "PL", Languages: []string{"pl", "en"},
				Sources: []config.Source{
					{Name: "shopify", Kind: "shopify", Secrets: []string{"s1"}},
					{Name: "erp", Kind: "standard", Secrets: []string{"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "cGxhaW4="}},
				},
				Messages: config.Messages{
					Off: []string{"placed"}, CalmWindow: 5 * time.Minute,
					QuietFrom: 22*time.Hour + 30*time.Minute, QuietUntil: 7*time.Hour + 15*time.Minute,
					Channels: map[string][]string{"shipped": {"mail", "sms"}, "delivered": nil},
				},
				Returns:  config.Returns{Window: 720 * time.Hour, Approve: "staff", Address: "ul. Długa 1, Kraków", SendWithin: 336 * time.Hour, FTC: "notify", Deliver: "watch", KeepFiles: 730 * 24 * time.Hour},
				Notify:   config.Notify{URL: "https://erp.acme.example/hooks", Secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="},
				Brand:    config.Brand{Logo: "https://acme.example/logo.png", Color: "#00aa55", Address: "ul. Długa 1, Kraków", ReplyTo: "help@acme.example"},
				Mail:     &config.Mail{URL: "smtp://user@mail.acme.example", Host: "mail.acme.example", Port: 587, TLS: "starttls", User: "user", Password: "p@ss", From: "Acme <orders@acme.example>"},
				SMS:      &config.SMS{AccountSID: "AC123", AuthToken: "twilio-token", From: "+48221234567"},
				Payments: payments,
			},
			{
				ID: "bravo", Name: "Bravo", Country: "DE", Languages: []string{"en"},
				Sources:  []config.Source{{Name: "shop", Kind: "woocommerce", Secrets: []string{"s2"}}},
				Messages: config.Messages{CalmWindow: 10 * time.Minute, QuietFrom: 21 * time.Hour, QuietUntil: 8 * time.Hour},
				Returns:  config.Returns{Window: 720 * time.Hour, Approve: "auto", SendWithin: 336 * time.Hour, FTC: "notify", Deliver: "watch", KeepFiles: 730 * 24 * time.Hour},
				Brand:    config.Brand{Color: config.DefaultColor},
				Mail:     &config.Mail{URL: "smtps://u@[::1]", Host: "::1", Port: 465, TLS: "implicit", User: "u", Password: "p", From: "hello@bravo.example"},
				SMS:      &config.SMS{AccountSID: "AC9", AuthToken: "t", MessagingServiceSID: "MG1"},
				Payments: payments,
			},
		},
	}
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a == b || a == nil || b == nil })
	if diff := cmp.Diff(want, got, zones); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, zone := range []string{"Europe/Warsaw", "Europe/Berlin"} {
		if got.Shops[i].Zone.String() != zone {
			t.Errorf("shops[%d].Zone = %v, want %s", i, got.Shops[i].Zone, zone)
		}
	}
}

func TestParseFillsInDefaults(t *testing.T) {
	got, err := config.Parse([]byte(small), "", sample)
	if err != nil {
		t.Fatal(err)
	}
	if got.Listen != ":8080" || got.MetricsListen != "127.0.0.1:9090" || got.Database != "sqlite:homeward.db" || got.Redis != "embedded" {
		t.Errorf("defaults of the top: %+v", got)
	}
	if got.Work != config.DefaultWork {
		t.Errorf("Work = %+v, want %+v", got.Work, config.DefaultWork)
	}
	if shop := got.Shops[0]; shop.Mail != nil || shop.SMS != nil || shop.Payments != nil {
		t.Errorf("providers without configuration: %+v", shop)
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.yaml")
	if _, err := config.Load(path, sample); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte("listn: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(path, sample)
	if err == nil || !strings.HasPrefix(err.Error(), path+":1: listn: is not a known key; did you mean listen?") &&
		!strings.Contains(err.Error(), "\n"+path+":1: listn: is not a known key; did you mean listen?") {
		t.Errorf("got %v", err)
	}
	if fault.Code(err) != "config_invalid" || fault.Of(err).Class != fault.Permanent {
		t.Errorf("fault %q", fault.Code(err))
	}
}

func TestAliasesAndPlainBraces(t *testing.T) {
	text := strings.Replace(small, "name: Acme", `name: &n "$${x} ${BRACES}"`, 1) + "    brand: {address: *n}\n"
	got, err := config.Parse([]byte(text), "", sample)
	if err != nil {
		t.Fatal(err)
	}
	if want := "${x} ${SECRET}"; got.Shops[0].Name != want || got.Shops[0].Brand.Address != want {
		t.Errorf("name %q, address %q, want %q", got.Shops[0].Name, got.Shops[0].Brand.Address, want)
	}
}
