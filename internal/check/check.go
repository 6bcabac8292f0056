// Package check is `homeward check`: it looks at everything that Homeward leans on, before anything is sent, and says in
// one line each what it found and what to do about it.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"homeward/internal/config"
	"homeward/internal/fault"
)

// DefaultTimeout is how long one check may take.
const DefaultTimeout = 15 * time.Second

// Checker is a provider that can look whether it would work, without sending anything.
type Checker interface {
	Check(ctx context.Context) error
}

// Database is how a database was found.
type Database int

// How a database can be found: as this version needs it, of an older version, or without any tables yet.
const (
	Migrated Database = iota
	Older
	Empty
)

// Informer is a Redis client; redis.UniversalClient is one.
type Informer interface {
	Info(ctx context.Context, sections ...string) *redis.StringCmd
}

// Resolver looks up TXT records; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Probes is how the checks reach the world. What a function opens, its caller closes after Run. A nil function leaves its
// check out.
type Probes struct {
	Database func(ctx context.Context, dsn string) (Database, error) // looks, and changes nothing
	Redis    func(ctx context.Context, address string) (Informer, error)
	SMTP     func(server config.Mail) (Checker, error)
	Twilio   func(account config.SMS) (Checker, error)
	Stripe   func(account config.Payments) (Checker, error)
	Files    func(ctx context.Context, address string) (Checker, error)
	Resolver Resolver
	HTTP     *http.Client
	Timeout  time.Duration // of one check; 0 is DefaultTimeout
}

// Run checks a configuration that was read without faults, writes one line for each check, and tells whether Homeward can
// run with it. A "warn" does not make it false, a "FAIL" does. No line holds a secret.
func Run(ctx context.Context, cfg *config.Config, w io.Writer, probes Probes) bool {
	if probes.Timeout == 0 {
		probes.Timeout = DefaultTimeout
	}
	r := &run{cfg: cfg, w: w, probes: probes, hide: newHider(cfg), ok: true}
	r.config()
	r.step(ctx, r.database)
	r.step(ctx, r.redis)
	r.step(ctx, r.files)
	for _, server := range distinct(cfg, func(s *config.Shop) *config.Mail { return s.Mail }) {
		r.step(ctx, func(ctx context.Context) { r.smtp(ctx, server) })
	}
	for _, account := range distinct(cfg, func(s *config.Shop) *config.SMS { return s.SMS }) {
		r.step(ctx, func(ctx context.Context) { r.twilio(ctx, account) })
	}
	for _, account := range distinct(cfg, func(s *config.Shop) *config.Payments { return s.Payments }) {
		r.step(ctx, func(ctx context.Context) { r.stripe(ctx, account) })
	}
	for _, domain := range senders(cfg) {
		r.step(ctx, func(ctx context.Context) { r.domain(ctx, domain) })
	}
	r.step(ctx, r.publicURL)
	return r.ok
}

// run is one pass over the checks.
type run struct {
	cfg    *config.Config
	w      io.Writer
	probes Probes
	hide   *strings.Replacer
	ok     bool
}

// step gives one check its time.
func (r *run) step(ctx context.Context, check func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, r.probes.Timeout)
	defer cancel()
	check(ctx)
}

func (r *run) pass(name, format string, args ...any) {
	r.line("ok", name, fmt.Sprintf(format, args...))
}

func (r *run) warn(name, format string, args ...any) {
	r.line("warn", name, fmt.Sprintf(format, args...))
}

func (r *run) fail(name, format string, args ...any) {
	r.ok = false
	r.line("FAIL", name, fmt.Sprintf(format, args...))
}

func (r *run) line(verdict, name, text string) {
	_, _ = fmt.Fprintf(r.w, "%-5s%-12s%s\n", verdict, name, r.hide.Replace(strings.Join(strings.Fields(text), " ")))
}

// reason tells why a check failed: a fault's own sentence, with the other side's words behind it.
func reason(err error) string {
	var f *fault.Error
	switch {
	case errors.As(err, &f) && f.Cause != nil:
		return fmt.Sprintf("%s (%v)", f.Message, f.Cause)
	case errors.As(err, &f):
		return f.Message
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	default:
		return err.Error()
	}
}

// publicURL asks the public address from here. It only warns: before the first start nothing answers, and some networks do
// not let a machine reach its own public address.
func (r *run) publicURL(ctx context.Context) {
	if r.probes.HTTP == nil {
		return
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.cfg.PublicURL+"/healthz", http.NoBody)
	if err != nil {
		r.warn("public_url", "%s cannot be asked: %v", r.cfg.PublicURL, err)
		return
	}
	response, err := r.probes.HTTP.Do(request)
	if err != nil {
		r.warn("public_url", "%s does not answer from here: %s; right before the first start, else look at DNS, the proxy and the certificate",
			r.cfg.PublicURL, reason(err))
		return
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		r.warn("public_url", "%s/healthz answers %d instead of 200; does the proxy pass everything on to Homeward?",
			r.cfg.PublicURL, response.StatusCode)
		return
	}
	r.pass("public_url", "%s answers", r.cfg.PublicURL)
}

// config says what was read. That it was read without faults is known already.
func (r *run) config() {
	sources, silent := 0, []string{}
	for i := range r.cfg.Shops {
		shop := &r.cfg.Shops[i]
		sources += len(shop.Sources)
		if shop.Mail == nil {
			silent = append(silent, shop.ID)
		}
	}
	r.pass("config", "read; shops: %d, sources: %d, console users: %d", len(r.cfg.Shops), sources, len(r.cfg.Ops.Users))
	if len(r.cfg.Ops.Users) == 0 {
		r.warn("config", "ops.users is empty, so nobody can open the console; add one")
	}
	if len(silent) > 0 {
		r.warn("config", "no mail server for %s, so no mail goes out; add mail", strings.Join(silent, ", "))
	}
}

// notFound tells whether a DNS answer says that there is no such record.
func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
