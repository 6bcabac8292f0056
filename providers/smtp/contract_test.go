package smtp_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/fault"
	"homeward/providers/smtp"
	"homeward/providers/standin/pipe"
	"homeward/providers/standin/smtpd"
)

// faults is every way a mail can fail on its way, what must be said about it, and how many mails the server has
// accepted then.
var faults = []struct {
	name  string
	verb  smtpd.Verb
	fault smtpd.Fault
	class fault.Class
	code  string
	kept  int
}{
	{"refused at connect", smtpd.Connect, smtpd.Fault{Code: 554}, fault.Later, "mail_unavailable", 0},
	{"not now at connect", smtpd.Connect, smtpd.Fault{Code: 421}, fault.Later, "mail_unavailable", 0},
	{"cut at connect", smtpd.Connect, smtpd.Fault{Cut: true}, fault.Later, "mail_unavailable", 0},
	{"cut at EHLO", smtpd.Ehlo, smtpd.Fault{Cut: true}, fault.Later, "mail_unavailable", 0},
	{"4xx at MAIL", smtpd.Mail, smtpd.Fault{Code: 451, Enhanced: [3]int{4, 3, 0}}, fault.Later, "mail_deferred", 0},
	{"421 at MAIL", smtpd.Mail, smtpd.Fault{Code: 421}, fault.Later, "mail_deferred", 0},
	{"5xx at MAIL", smtpd.Mail, smtpd.Fault{Code: 550, Enhanced: [3]int{5, 7, 1}}, fault.Permanent, "mail_rejected", 0},
	{"login wanted at MAIL", smtpd.Mail, smtpd.Fault{Code: 530, Enhanced: [3]int{5, 7, 0}}, fault.Later, "mail_auth_failed", 0},
	{"cut at MAIL", smtpd.Mail, smtpd.Fault{Cut: true}, fault.Later, "mail_interrupted", 0},
	{"4xx at RCPT", smtpd.Rcpt, smtpd.Fault{Code: 450, Enhanced: [3]int{4, 2, 1}}, fault.Later, "mail_deferred", 0},
	{"greylisted at RCPT", smtpd.Rcpt, smtpd.Fault{Code: 451, Enhanced: [3]int{4, 7, 1}}, fault.Later, "mail_deferred", 0},
	{"unknown at RCPT", smtpd.Rcpt, smtpd.Fault{Code: 550, Enhanced: [3]int{5, 1, 1}}, fault.Permanent, "mailbox_unknown", 0},
	{"full at RCPT", smtpd.Rcpt, smtpd.Fault{Code: 552, Enhanced: [3]int{5, 2, 2}}, fault.Permanent, "mailbox_full", 0},
	{"policy at RCPT", smtpd.Rcpt, smtpd.Fault{Code: 550, Enhanced: [3]int{5, 7, 1}}, fault.Permanent, "mail_rejected", 0},
	{"bare 550 at RCPT", smtpd.Rcpt, smtpd.Fault{Code: 550}, fault.Permanent, "mail_rejected", 0},
	{"cut at RCPT", smtpd.Rcpt, smtpd.Fault{Cut: true}, fault.Later, "mail_interrupted", 0},
	{"4xx at DATA", smtpd.Data, smtpd.Fault{Code: 452, Enhanced: [3]int{4, 3, 1}}, fault.Later, "mail_deferred", 0},
	{"5xx at DATA", smtpd.Data, smtpd.Fault{Code: 554, Enhanced: [3]int{5, 6, 0}}, fault.Permanent, "mail_rejected", 0},
	{"cut at DATA", smtpd.Data, smtpd.Fault{Cut: true}, fault.Later, "mail_interrupted", 0},
	{"4xx at the end", smtpd.AfterDot, smtpd.Fault{Code: 451, Enhanced: [3]int{4, 3, 0}}, fault.Later, "mail_deferred", 0},
	{"421 at the end", smtpd.AfterDot, smtpd.Fault{Code: 421, Enhanced: [3]int{4, 3, 2}}, fault.Later, "mail_deferred", 0},
	{"5xx at the end", smtpd.AfterDot, smtpd.Fault{Code: 554, Enhanced: [3]int{5, 7, 1}}, fault.Permanent, "mail_rejected", 0},
	{"too large at the end", smtpd.AfterDot, smtpd.Fault{Code: 552, Enhanced: [3]int{5, 3, 4}}, fault.Permanent, "mail_too_large", 0},
	{"cut at the end, dropped", smtpd.AfterDot, smtpd.Fault{Cut: true}, fault.Uncertain, "mail_uncertain", 0},
	{"cut at the end, accepted", smtpd.AfterDot, smtpd.Fault{Cut: true, Keep: true}, fault.Uncertain, "mail_uncertain", 1},
	{"another 2xx at the end", smtpd.AfterDot, smtpd.Fault{Code: 299, Keep: true}, fault.Uncertain, "mail_uncertain", 1},
}

func TestEveryFaultAtEveryVerb(t *testing.T) {
	t.Parallel()
	for _, n := range networks {
		for _, tt := range faults {
			for _, kept := range []bool{false, true} {
				name := n.name + "/" + tt.name
				if kept {
					if tt.verb == smtpd.Connect || tt.verb == smtpd.Ehlo {
						continue // a kept connection has passed them
					}
					name += "/kept"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					server := smtpd.New()
					p := pool(t, n.start(t, server))
					before := 0
					if kept {
						if _, err := send(t, p, message("warm@acme.example")); err != nil {
							t.Fatal(err)
						}
						before = 1
					}
					// A kept connection that dies at MAIL is replaced once, silently; then the fresh one fails too.
					server.Fail(tt.verb, tt.fault, tt.fault)
					_, err := send(t, p, message("m1@acme.example"))
					wantFault(t, err, tt.class, tt.code)
					for _, private := range []string{"zofia", "example.com", "Paczka"} {
						if strings.Contains(err.Error(), private) {
							t.Errorf("the fault names %q: %v", private, err)
						}
					}
					if got := len(server.Deliveries()) - before; got != tt.kept {
						t.Errorf("the server accepted %d, want %d", got, tt.kept)
					}
					server.Clear(tt.verb)
					if _, err := send(t, p, message("m2@acme.example")); err != nil {
						t.Fatalf("the pool did not recover: %v", err)
					}
				})
			}
		}
	}
}

func TestAcceptedMail(t *testing.T) {
	t.Parallel()
	for _, n := range networks {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			server := smtpd.New()
			p := pool(t, n.start(t, server))
			for _, id := range []string{"a@acme.example", "b@acme.example", "c@acme.example"} {
				r, err := send(t, p, message(id))
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasPrefix(r.QueueID, "STANDIN") {
					t.Errorf("queue id %q", r.QueueID)
				}
			}
			if got := server.Count(smtpd.Connect); got != 1 {
				t.Errorf("%d connections for three mails in a row, want one that is kept", got)
			}
			d := server.Deliveries()[0]
			if d.From != "orders@acme.example" || len(d.To) != 1 || d.To[0] != "zofia@example.com" {
				t.Errorf("envelope %q → %q", d.From, d.To)
			}
		})
	}
}

func TestKeptConnectionThatTheServerEnded(t *testing.T) {
	t.Parallel()
	for _, n := range networks {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			server := smtpd.New()
			p := pool(t, n.start(t, server))
			if _, err := send(t, p, message("a@acme.example")); err != nil {
				t.Fatal(err)
			}
			server.DropConnections()
			if _, err := send(t, p, message("b@acme.example")); err != nil {
				t.Fatalf("the mail after the server's restart: %v", err)
			}
			if got := len(server.Deliveries()); got != 2 {
				t.Errorf("%d mails, want 2", got)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l := pipe.Listen()
	_ = l.Close()
	p := pool(t, smtp.Config{Host: "mail.test", TLS: smtp.Optional, Dial: l.Dial})
	_, err := send(t, p, message("a@acme.example"))
	wantFault(t, err, fault.Later, "mail_unavailable")
	wantFault(t, p.Check(t.Context()), fault.Later, "mail_unavailable")
}

// In virtual time: a server that is silent, at each step, for longer than the deadline or the timeout.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		verb  smtpd.Verb
		class fault.Class
		code  string
	}{
		{smtpd.Connect, fault.Later, "mail_unavailable"},
		{smtpd.Ehlo, fault.Later, "mail_unavailable"},
		{smtpd.Mail, fault.Later, "mail_interrupted"},
		{smtpd.Rcpt, fault.Later, "mail_interrupted"},
		{smtpd.Data, fault.Later, "mail_interrupted"},
		{smtpd.Content, fault.Later, "mail_interrupted"}, // the end never went out
		{smtpd.AfterDot, fault.Uncertain, "mail_uncertain"},
	} {
		for _, deadline := range []bool{true, false} {
			name := string(tt.verb) + "/timeout"
			if deadline {
				name = string(tt.verb) + "/deadline"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := smtpd.New()
					cfg := overPipe(t, server)
					cfg.Timeout = time.Minute
					p := smtp.New(cfg)
					defer p.Close()
					server.Fail(tt.verb, smtpd.Fault{Delay: time.Hour})
					ctx, wait := t.Context(), time.Minute
					if deadline {
						var cancel context.CancelFunc
						wait = 5 * time.Second
						ctx, cancel = context.WithTimeout(ctx, wait)
						defer cancel()
					}
					begun := time.Now()
					_, err := p.Send(ctx, message("a@acme.example"))
					wantFault(t, err, tt.class, tt.code)
					if took := time.Since(begun); took < wait || took > wait+5*time.Second {
						t.Errorf("gave up after %v, want about %v", took, wait)
					}
				})
			})
		}
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := smtpd.New()
		cfg := overPipe(t, server)
		cfg.IdleAfter = 20 * time.Second
		cfg.PerConnection = 2
		p := smtp.New(cfg)
		defer p.Close()
		connections := func(want int, pause time.Duration) {
			t.Helper()
			time.Sleep(pause)
			if _, err := p.Send(t.Context(), message("a@acme.example")); err != nil {
				t.Fatal(err)
			}
			if got := server.Count(smtpd.Connect); got != want {
				t.Errorf("%d connections, want %d", got, want)
			}
		}
		connections(1, 0)
		connections(1, 10*time.Second) // used again …
		connections(2, 0)              // … until it has served enough
		connections(3, time.Minute)    // idle for too long
	})
}

// A line that breaks inside the content is no doubt: without its end the server has no mail. Over a pipe the break is
// seen by the write itself; TCP may take the bytes and lose them, and then it is a doubt.
func TestLineBreaksInsideTheContent(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"short": "x", "long": strings.Repeat("<p>long</p>\r\n", 100_000)} {
		for _, n := range networks {
			t.Run(name+"/"+n.name, func(t *testing.T) {
				t.Parallel()
				server := smtpd.New()
				p := pool(t, n.start(t, server))
				server.Fail(smtpd.Content, smtpd.Fault{Cut: true})
				m := message("a@acme.example")
				m.HTML = body
				_, err := send(t, p, m)
				if n.name == "loopback" && fault.Of(err).Class == fault.Uncertain {
					return
				}
				wantFault(t, err, fault.Later, "mail_interrupted")
			})
		}
	}
}

func TestBusyPool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := smtpd.New()
		cfg := overPipe(t, server)
		cfg.Connections = 1
		p := smtp.New(cfg)
		defer p.Close()
		server.Fail(smtpd.AfterDot, smtpd.Fault{Delay: 8 * time.Second})
		first := make(chan error, 1)
		go func() {
			_, err := p.Send(t.Context(), message("a@acme.example"))
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := p.Send(ctx, message("b@acme.example"))
		wantFault(t, err, fault.Later, "mail_busy")
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

func TestClosedPool(t *testing.T) {
	t.Parallel()
	server := smtpd.New()
	p := smtp.New(overPipe(t, server))
	if _, err := send(t, p, message("a@acme.example")); err != nil {
		t.Fatal(err)
	}
	p.Close()
	p.Close()
	_, err := send(t, p, message("b@acme.example"))
	wantFault(t, err, fault.Later, "mail_closed")
}
