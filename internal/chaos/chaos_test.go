package chaos_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/store"
	"homeward/providers/standin"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/smtpd"
)

const (
	orders = 240
	kills  = 20
	flushs = 10
)

func TestTwentyKillsAndTenFlushes(t *testing.T) {
	redisAddr := os.Getenv("HOMEWARD_TEST_REDIS")
	if redisAddr == "" {
		t.Skip("HOMEWARD_TEST_REDIS is not set: no Redis to flush")
	}
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // a seed
	if s := os.Getenv("HOMEWARD_CHAOS_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("HOMEWARD_CHAOS_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // moments, not secrets
	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
	defer cancel()

	world, err := standin.Start(standin.Loopback{})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	heard := listenIn(ctx, t, redisAddr)
	dir := t.TempDir()
	p := newProcess(t, world, redisAddr, dir)
	world.Stripe.StartAs("succeeded")
	slow(world)
	p.start(ctx)

	l := &load{t: t, p: p, world: world, client: &http.Client{Timeout: 10 * time.Second}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.run(ctx)
	}()
	for i := range kills {
		pause(ctx, time.Duration(200+random.IntN(1300))*time.Millisecond)
		if i%2 == 1 {
			redisCommand(t, redisAddr, "FLUSHALL")
			pause(ctx, time.Duration(random.IntN(300))*time.Millisecond)
		}
		p.kill()
		p.start(ctx)
	}
	<-done
	rest(ctx, t, p, dir)
	p.stop()
	judge(t, world, dir, l)
	secrets(t, "the log", string(p.output()))
	secrets(t, "Redis", heard())
}

// slow makes the outside as slow as it is in life, so that kills hit calls under way.
func slow(world *standin.World) {
	world.Mail.Hook(func(c smtpd.Call) smtpd.Fault {
		if c.Verb == smtpd.AfterDot {
			return smtpd.Fault{Delay: 5 * time.Millisecond}
		}
		return smtpd.Fault{}
	})
	world.Twilio.Hook(func(httpfault.Call) httpfault.Fault { return httpfault.Fault{Delay: 80 * time.Millisecond} })
	world.Stripe.Hook(func(httpfault.Call) httpfault.Fault { return httpfault.Fault{Delay: 80 * time.Millisecond} })
}

// run lives all orders, some at once.
func (l *load) run(ctx context.Context) {
	var wg sync.WaitGroup
	turns := make(chan int)
	for range 12 {
		wg.Go(func() {
			for n := range turns {
				l.live(ctx, n)
			}
		})
	}
	for n := range orders {
		turns <- n
		pause(ctx, 60*time.Millisecond) // so that the load lasts as long as the kills
	}
	close(turns)
	wg.Wait()
}

// rest waits until no event, message or refund is due any more.
func rest(ctx context.Context, t *testing.T, p *process, dir string) {
	t.Helper()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "homeward.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // only read
	for {
		// Everything that has a time within the next hours is work of this run: lookups, retries, calm windows.
		backlog, err := db.Backlog(ctx, time.Now().Add(2*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		due := 0
		for _, b := range backlog {
			if b.Kind != store.DeadlineWork {
				due += b.Due
			}
		}
		if due == 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("still due: %+v\n%s", backlog, p.tail())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// judge holds the outside world against the ledger.
func judge(t *testing.T, world *standin.World, dir string, l *load) {
	t.Helper()
	ctx := t.Context()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "homeward.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // only read

	arrived := map[string]int{} // mails by Message-ID
	for _, m := range world.Mail.Deliveries() {
		arrived[m.MessageID]++
	}
	texts := map[string]int{} // SMS by number and body
	for _, m := range world.Twilio.Messages() {
		texts[m.To+m.Body]++
	}
	topics := map[messages.Topic]int{}
	doubled, refunds, mails, sms := 0, 0, 0, 0
	for n := range orders {
		order, err := db.OrderByExternalID(ctx, "acme", fmt.Sprintf("%d", 5000+n))
		if err != nil {
			t.Fatalf("order %d: %v", n, err)
		}
		rows, err := db.MessagesOf(ctx, order.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range rows {
			switch {
			case m.State == store.MessageReplaced:
				continue
			case m.State != store.MessageSent:
				t.Errorf("order %d: %s by %s ended as %s (%s)", n, m.Topic, m.Channel, m.State, m.ErrorCode)
				continue
			case m.Channel == messages.SMS:
				sms++
				if got := texts[m.Recipient+m.Body]; got != 1 {
					t.Errorf("order %d: the SMS %s is %d times at Twilio", n, m.Topic, got)
				}
				continue
			}
			mails++
			topics[m.Topic]++
			if arrived[m.HeaderID] == 0 {
				t.Errorf("order %d: the mail %s counts as sent and is not there", n, m.Topic)
			}
			doubled += arrived[m.HeaderID] - 1
			delete(arrived, m.HeaderID)
		}
		if n%8 == 0 {
			refunds++
			ledger, err := db.RefundsOf(ctx, order.ID)
			if err != nil || len(ledger) != 1 || ledger[0].Status != store.RefundSucceeded || ledger[0].Amount != 3990 {
				t.Errorf("order %d: ledger %+v (%v)", n, ledger, err)
			}
		}
	}
	if len(arrived) > 0 {
		t.Errorf("%d mails are there that no row knows", len(arrived))
	}
	if topics[messages.OrderPlaced] != orders || topics[messages.Delivered] != orders {
		t.Errorf("placed %d and delivered %d times, want %d each", topics[messages.OrderPlaced], topics[messages.Delivered], orders)
	}
	if got := len(world.Twilio.Messages()); got != sms || got < orders/4 {
		t.Errorf("%d SMS at Twilio, %d in the ledger", got, sms)
	}
	if got := len(world.Stripe.Refunds()); got != refunds {
		t.Errorf("%d refunds at Stripe, want %d", got, refunds)
	}
	if doubled > kills { // those that a kill cut off between the server's taking them and its answer
		t.Errorf("%d mails went twice: more than one for each kill", doubled)
	}
	t.Logf("%d webhooks, %d mails (%d of them twice, under the same Message-ID), %d SMS, %d refunds", l.posted.Load(), mails, doubled, sms, refunds)
}

// personal is what neither Redis nor the log may ever hold: addresses, phones, tokens, names, streets.
var personal = regexp.MustCompile(`shopper\d+(@|%40)|\b48512\d{6}\b|/o/[A-Za-z0-9_-]{30,}|Bronis|Sekretna`)

func secrets(t *testing.T, where, text string) {
	t.Helper()
	if len(text) < 1000 {
		t.Errorf("%s held suspiciously little: %d bytes were looked at", where, len(text))
	}
	if found := personal.FindStringIndex(text); found != nil {
		t.Errorf("%s held something personal: …%s…", where, text[max(0, found[0]-200):min(len(text), found[1]+100)])
	}
}

// listenIn writes down every command that Redis gets, until the test ends.
func listenIn(ctx context.Context, t *testing.T, addr string) func() string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("MONITOR\r\n")); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var text []byte
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(c)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			mu.Lock()
			text = append(append(text, lines.Bytes()...), '\n')
			mu.Unlock()
		}
	}()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	return func() string {
		stop()
		_ = c.Close()
		<-ended
		mu.Lock()
		defer mu.Unlock()
		return string(text)
	}
}

func redisCommand(t *testing.T, addr, command string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close() //nolint:errcheck // a test's connection
	if _, err := c.Write([]byte(command + "\r\n")); err != nil {
		t.Error(err)
		return
	}
	if answer, err := bufio.NewReader(c).ReadString('\n'); err != nil || answer != "+OK\r\n" {
		t.Errorf("%s was answered %q (%v)", command, answer, err)
	}
}
