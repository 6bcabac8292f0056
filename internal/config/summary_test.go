package config_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"homeward/internal/config"
)

func TestSummaryTellsWhatRunsAndHidesSecrets(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("twilio-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse([]byte(whole), dir, sample)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("started", "config", config.Summary(c))
	line := log.String()
	for _, part := range []string{
		"config.database=postgres://db:5432/homeward ", "config.redis=redis+sentinel://h1:26379,h2:26379/mymaster ",
		"config.secrets=2 ", "config.shops.acme.sources=shopify:shopify,erp:standard ", "config.shops.bravo.payments=true",
	} {
		if !strings.Contains(line, part) {
			t.Errorf("%q is not in\n%s", part, line)
		}
	}
	for _, secret := range []string{long, "p@ss", "p%40ss", ":pw", "twilio-token", "sk_test_1", "whsec_", "olga", "$2a$", "orders@"} {
		if strings.Contains(line, secret) {
			t.Errorf("%q is in\n%s", secret, line)
		}
	}
}

func TestRedact(t *testing.T) {
	for address, want := range map[string]string{
		"embedded":                           "embedded",
		"sqlite:homeward.db":                 "sqlite:homeward.db",
		"redis://:pw@h:6379/1":               "redis://h:6379/1",
		"postgres:///x?host=/run&password=p": "postgres:///x",
		"postgres://u:p /w@h/x":              "(not a URL)",
	} {
		if got := config.Redact(address); got != want {
			t.Errorf("Redact(%q) = %q, want %q", address, got, want)
		}
	}
}
