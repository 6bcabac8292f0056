package check

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"homeward/internal/config"
)

// used is a provider's configuration and the shops that share it.
type used[T any] struct {
	config T
	shops  []string
}

// distinct gives each different provider's configuration once; shops that set none of their own share one.
func distinct[T any](cfg *config.Config, of func(*config.Shop) *T) []used[T] {
	var out []used[T]
	var seen []*T
	for i := range cfg.Shops {
		shop := &cfg.Shops[i]
		one := of(shop)
		if one == nil {
			continue
		}
		at := slices.Index(seen, one)
		if at < 0 {
			at = len(seen)
			seen = append(seen, one)
			out = append(out, used[T]{config: *one})
		}
		out[at].shops = append(out[at].shops, shop.ID)
	}
	return out
}

func (r *run) database(ctx context.Context) {
	if r.probes.Database == nil {
		return
	}
	address := config.Redact(r.cfg.Database)
	found, err := r.probes.Database(ctx, r.cfg.Database)
	switch {
	case err != nil:
		r.fail("database", "%s: %s; look at database in the configuration", address, reason(err))
	case found == Older:
		r.warn("database", "%s is older than this program, and is brought up to date at the next start: make a backup before", address)
	case found == Empty:
		r.pass("database", "%s can be used; the next start makes its tables", address)
	default:
		r.pass("database", "%s is reachable and migrated", address)
	}
}

// files writes, reads and deletes in the folder or the bucket.
func (r *run) files(ctx context.Context) {
	if r.probes.Files == nil {
		return
	}
	address := config.Redact(r.cfg.Files)
	box, err := r.probes.Files(ctx, r.cfg.Files)
	if err == nil {
		err = box.Check(ctx)
	}
	if err != nil {
		r.fail("files", "%s: %s; look at files in the configuration", address, reason(err))
		return
	}
	r.pass("files", "%s takes, gives and deletes", address)
	if strings.HasPrefix(r.cfg.Database, "postgres") && !strings.Contains(r.cfg.Files, "://") {
		r.warn("files", "%s is a folder: several machines must all see the same one, or use a bucket", address)
	}
}

// The least version of Redis. Valkey answers as Redis 7.2.
const redisMajor, redisMinor = 6, 2

func (r *run) redis(ctx context.Context) {
	if r.probes.Redis == nil {
		return
	}
	if r.cfg.Redis == "embedded" {
		r.pass("redis", "embedded in this process")
		return
	}
	address := config.Redact(r.cfg.Redis)
	client, err := r.probes.Redis(ctx, r.cfg.Redis)
	var answer string
	if err == nil {
		answer, err = client.Info(ctx).Result()
	}
	if err != nil {
		r.fail("redis", "%s: %s; look at redis in the configuration", address, reason(err))
		return
	}
	info := parseInfo(answer)
	if bad := redisFault(info); bad != "" {
		r.fail("redis", "%s: %s", address, bad)
		return
	}
	if info["aof_enabled"] != "1" {
		r.warn("redis", "%s keeps no append-only file; after a restart the sweep rebuilds the queues, which takes a minute. Set appendonly yes", address)
		return
	}
	r.pass("redis", "%s, version %s, noeviction, append-only file", address, info["redis_version"])
}

// redisFault says what makes a Redis unfit, "" for nothing.
func redisFault(info map[string]string) string {
	version := info["redis_version"]
	switch policy := info["maxmemory_policy"]; {
	case !atLeast(version, redisMajor, redisMinor):
		return fmt.Sprintf("version %q is too old; use Redis %d.%d or later, or Valkey", version, redisMajor, redisMinor)
	case info["role"] == "slave":
		return "is a replica, which takes no writes; name the primary, or redis+sentinel://"
	case policy != "" && policy != "noeviction":
		return fmt.Sprintf("maxmemory-policy is %s, which throws queued work away when memory is short; set it to noeviction", policy)
	default:
		return ""
	}
}

// parseInfo reads Redis's INFO: lines of name:value.
func parseInfo(answer string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(answer) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}

func atLeast(version string, major, minor int) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	a, err := strconv.Atoi(first)
	b, err2 := strconv.Atoi(second)
	return err == nil && err2 == nil && (a > major || a == major && b >= minor)
}

func (r *run) smtp(ctx context.Context, server used[config.Mail]) {
	name := fmt.Sprintf("%s:%d (%s)", server.config.Host, server.config.Port, strings.Join(server.shops, ", "))
	done := "greets"
	if server.config.User != "" {
		done = "takes the login"
	}
	if server.config.TLS != "optional" {
		done += " over TLS"
	}
	probe(ctx, r, "smtp", name, done, "look at mail.smtp in the configuration", server.config, r.probes.SMTP)
}

func (r *run) twilio(ctx context.Context, account used[config.SMS]) {
	name := fmt.Sprintf("%s (%s)", account.config.AccountSID, strings.Join(account.shops, ", "))
	probe(ctx, r, "twilio", name, "takes the token", "look at sms in the configuration", account.config, r.probes.Twilio)
}

func (r *run) stripe(ctx context.Context, account used[config.Payments]) {
	name := fmt.Sprintf("the key of %s", strings.Join(account.shops, ", "))
	probe(ctx, r, "stripe", name, "may read charges and make refunds",
		"look at payments.stripe_key; a restricted key needs Charges: read, PaymentIntents: read and Refunds: write", account.config, r.probes.Stripe)
}

// probe asks one provider.
func probe[T any](ctx context.Context, r *run, check, name, done, mend string, account T, open func(T) (Checker, error)) {
	if open == nil {
		return
	}
	checker, err := open(account)
	if err == nil {
		err = checker.Check(ctx)
	}
	if err != nil {
		r.fail(check, "%s: %s; %s", name, reason(err), mend)
		return
	}
	r.pass(check, "%s %s", name, done)
}

// newHider replaces every secret of a configuration, so that another side's words can be shown.
func newHider(cfg *config.Config) *strings.Replacer {
	var pairs []string
	hide := func(secrets ...string) {
		for _, secret := range secrets {
			if len(secret) >= 4 { // shorter ones would take ordinary words apart
				pairs = append(pairs, secret, "(secret)")
			}
		}
	}
	hide(cfg.Secrets...)
	for i := range cfg.Shops {
		shop := &cfg.Shops[i]
		hide(shop.Notify.Secret)
		for _, source := range shop.Sources {
			hide(source.Secrets...)
		}
		if shop.Mail != nil {
			hide(shop.Mail.Password)
		}
		if shop.SMS != nil {
			hide(shop.SMS.AuthToken)
		}
		if shop.Payments != nil {
			hide(shop.Payments.StripeKey)
			hide(shop.Payments.WebhookSecrets...)
		}
	}
	return strings.NewReplacer(pairs...)
}
