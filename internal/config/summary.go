package config

import (
	"log/slog"
	"net/url"
	"strings"
)

// Summary is a configuration for the log at start: what runs against what, without secrets and without personal data.
func Summary(c *Config) slog.Value {
	shops := make([]slog.Attr, 0, len(c.Shops))
	for i := range c.Shops {
		shops = append(shops, slog.Attr{Key: c.Shops[i].ID, Value: summarize(&c.Shops[i])})
	}
	return slog.GroupValue(
		slog.String("listen", c.Listen),
		slog.String("metrics_listen", c.MetricsListen),
		slog.String("public_url", c.PublicURL),
		slog.String("database", Redact(c.Database)),
		slog.String("redis", Redact(c.Redis)),
		slog.String("files", Redact(c.Files)),
		slog.Int("secrets", len(c.Secrets)),
		slog.Int("users", len(c.Ops.Users)),
		slog.Int("concurrency", c.Work.Concurrency),
		slog.Attr{Key: "shops", Value: slog.GroupValue(shops...)},
	)
}

func summarize(shop *Shop) slog.Value {
	sources := make([]string, len(shop.Sources))
	for i, source := range shop.Sources {
		sources[i] = source.Name + ":" + source.Kind
	}
	zone := "UTC"
	if shop.Zone != nil {
		zone = shop.Zone.String()
	}
	return slog.GroupValue(
		slog.String("country", shop.Country),
		slog.String("zone", zone),
		slog.String("languages", strings.Join(shop.Languages, ",")),
		slog.String("sources", strings.Join(sources, ",")),
		slog.Bool("mail", shop.Mail != nil),
		slog.Bool("sms", shop.SMS != nil),
		slog.Bool("payments", shop.Payments != nil),
	)
}

// Redact takes what could be a secret out of the address of a server: the user, the password and the query. What is no
// URL stays as it is ("sqlite:homeward.db", "embedded").
func Redact(address string) string {
	if !strings.Contains(address, "://") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "(not a URL)"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
