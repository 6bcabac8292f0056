package chaos_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"homeward/internal/systemtest"
	"homeward/providers/standin"
)

// build makes the binary.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "homeward")
	cmd := exec.Command("go", "build", "-o", path, "homeward/cmd/homeward")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// process is the binary, started as often as it is killed.
type process struct {
	t      *testing.T
	binary string
	config string
	url    string
	client *http.Client

	mu  sync.Mutex
	cmd *exec.Cmd
	log bytes.Buffer
}

func newProcess(t *testing.T, world *standin.World, redisAddr, dir string) *process {
	t.Helper()
	p := &process{t: t, binary: build(t), config: filepath.Join(dir, "homeward.yaml"), client: &http.Client{Timeout: 10 * time.Second}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	p.url = "http://" + addr
	yaml := fmt.Sprintf(`
listen: %q
metrics_listen: "off"
public_url: %q
database: %q
redis: "redis://%s/0"
secret: "a-secret-for-chaos-of-at-least-32-bytes"
work: {sweep_every: 1s, overdue_after: 3s, check_interval: 10ms}
mail: {smtp: "smtp://%s?starttls=optional", from: "Acme Tea <orders@acme.test>"}
sms: {account_sid: %q, auth_token: %q, from: "+48500000000", base_url: %q}
payments: {stripe_key: %q, webhook_secret: %q, base_url: %q}
shops:
  - id: acme
    name: Acme Tea
    country: PL
    time_zone: Europe/Warsaw
    languages: [pl, en]
    sources: [{name: erp, kind: standard, secret: %q}]
    messages: {quiet_hours: "00:00-00:00"}
    brand: {address: "Acme Tea, Kraków", reply_to: "help@acme.test"}
`, addr, p.url, "sqlite:"+filepath.Join(dir, "homeward.db"), redisAddr, world.MailAddr, standin.AccountSID, standin.AuthToken, world.TwilioURL,
		standin.StripeKey, standin.WebhookSecret, world.StripeURL, systemtest.StandardSecret)
	if err := os.WriteFile(p.config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// start starts the binary and waits until it is ready.
func (p *process) start(ctx context.Context) {
	p.t.Helper()
	cmd := exec.Command(p.binary, "serve", "--config", p.config)
	cmd.Stdout, cmd.Stderr = writer{p}, writer{p}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.cmd = cmd
	p.mu.Unlock()
	for {
		res, err := p.client.Get(p.url + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("the binary did not become ready\n%s", p.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// kill ends it as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // "signal: killed" is the point
}

// stop ends it as an operator would.
func (p *process) stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(os.Interrupt)
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("graceful stop: %v\n%s", err, p.tail())
	}
}

func (p *process) output() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.log.Bytes())
}

func (p *process) tail() []byte {
	out := p.output()
	return out[max(0, len(out)-4000):]
}

type writer struct{ p *process }

func (w writer) Write(b []byte) (int, error) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	return w.p.log.Write(b)
}
