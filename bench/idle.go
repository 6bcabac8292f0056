package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const idleMiB = 80

// idle measures the real binary with nothing to do, with a real Redis and with the embedded one.
func idle(ctx context.Context, b *bench) error {
	binary := filepath.Join(b.dir, "homeward")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "homeward/cmd/homeward") //nolint:gosec // a path of our own
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	for _, redis := range []string{"redis://" + b.redisAddr + "/0", "embedded"} {
		l, err := b.idleWith(ctx, binary, redis)
		if err != nil {
			return err
		}
		b.table.add(l)
	}
	return nil
}

const idleConfig = `
listen: %q
metrics_listen: "off"
public_url: "http://127.0.0.1"
database: %q
redis: %q
secret: "a-secret-for-the-bench-of-32-bytes-or-more"
mail: {smtp: "smtp://%s?starttls=optional", from: "Acme Tea <orders@acme.example>"}
shops:
  - id: acme
    name: Acme Tea
    country: PL
    time_zone: Europe/Warsaw
    languages: [pl, en]
    sources: [{name: shopify, kind: shopify, secret: %q}]
    brand: {address: "Acme Tea, Kraków", reply_to: "help@acme.example"}
`

func (b *bench) idleWith(ctx context.Context, binary, redis string) (line, error) {
	if err := b.redis.FlushDB(ctx).Err(); err != nil {
		return line{}, err
	}
	addr, err := freePort()
	if err != nil {
		return line{}, err
	}
	dsn, drop, err := b.database(ctx, sqlite)
	if err != nil {
		return line{}, err
	}
	defer drop()
	config := filepath.Join(b.dir, "homeward.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, idleConfig, addr, dsn, redis, b.sink.addr, shopSecret), 0o600); err != nil {
		return line{}, err
	}
	cmd := exec.Command(binary, "serve", "--config", config) //nolint:gosec // a path of our own
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return line{}, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Wait()
	}()
	if err := until(ctx, 20*time.Second, func() bool { return ready(ctx, addr) }); err != nil {
		return line{}, fmt.Errorf("serve did not become ready: %w", err)
	}
	return b.watch(ctx, cmd.Process.Pid, redis)
}

// watch looks at an idle process for a while.
func (b *bench) watch(ctx context.Context, pid int, redis string) (line, error) {
	used, redisUsed := cpuOf(pid), b.redisCPU(ctx)
	select {
	case <-time.After(b.idle):
	case <-ctx.Done():
		return line{}, ctx.Err()
	}
	share := 100 * float64(cpuOf(pid)-used) / float64(b.idle)
	beside := ""
	with := "embedded Redis"
	if redis != "embedded" {
		with, beside = "a real Redis", fmt.Sprintf(", Redis %.1f %%", 100*float64(b.redisCPU(ctx)-redisUsed)/float64(b.idle))
	}
	now, peak := memoryOf(pid)
	return line{
		part: "idle", what: "serve, " + with, more: fmt.Sprintf("%.0f MiB (peak %.0f), %.1f %% of a CPU%s", now, peak, share, beside),
		target: fmt.Sprintf("memory < %d MB", idleMiB), reached: verdict(now > 0 && now*1.048576 < idleMiB),
	}, nil
}

func ready(ctx context.Context, addr string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
