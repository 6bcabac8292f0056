package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The servers are this program once more, also when this program is the test.
func TestMain(m *testing.M) {
	if ranAsServer() {
		return
	}
	os.Exit(m.Run())
}

// TestShort runs every part for a moment: all of it must work, whatever the figures.
func TestShort(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err == nil {
		t.Setenv(redisEnv, "") // one of its own: other tests flush the shared one
	} else if os.Getenv(redisEnv) == "" {
		t.Skip("the bench needs a real Redis: install redis-server, or set " + redisEnv)
	}
	o, err := parse([]string{"-short"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	b.table.head(o)
	for _, part := range parts {
		if err := part.run(t.Context(), b); err != nil {
			t.Fatalf("%s: %v", part.name, err)
		}
	}
	var out bytes.Buffer
	if err := b.table.end(&out); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"bare, workers off", "SQLite, workers off", "bare, workers on", "SQLite, workers on", "SQLite, 50 webhooks/s", "SQLite, 500 webhooks/s",
		"SQLite, a backlog of", "serve, a real Redis", "serve, embedded Redis",
	} {
		if !strings.Contains(out.String(), row) {
			t.Errorf("no row %q in\n%s", row, out.String())
		}
	}
}

func TestBodyIsOneOrderOfTheRightSize(t *testing.T) {
	t.Parallel()
	b := newBody(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	text := string(b.with(42))
	if n := len(text); n < bodySize-64 || n > bodySize+64 {
		t.Errorf("%d bytes", n)
	}
	if strings.Contains(text, placeholder) || !strings.Contains(text, `"id":5000000042`) {
		t.Errorf("the serial is not in place: %s", text)
	}
	if n, ok := serialOf("b5000000042@bench.example"); !ok || n != 42 {
		t.Errorf("serial %d, %v", n, ok)
	}
	for _, other := range []string{"help@acme.example", "b@bench.example", "b12@bench.example", ""} {
		if _, ok := serialOf(other); ok {
			t.Errorf("%q has a serial", other)
		}
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	var all took
	for i := range 100 {
		all = append(all, time.Duration(100-i))
	}
	if p50, p99 := all.quantile(0.5), all.quantile(0.99); p50 != 51 || p99 != 100 {
		t.Errorf("p50 %d, p99 %d", p50, p99)
	}
	if d := (took)(nil).quantile(0.5); d != 0 {
		t.Errorf("of nothing: %v", d)
	}
}

func TestUnknownPart(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-only", "axept"}, {"-rounds", "0"}, {"-for", "1h"}, {"-mails", "0"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
