package smtp_test

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/providers/smtp"
	"homeward/providers/standin/pipe"
	"homeward/providers/standin/smtpd"
)

// network is a way to the stand-in: the contract holds on every one.
type network struct {
	name  string
	start func(tb testing.TB, s *smtpd.Server) smtp.Config
}

var networks = []network{{"loopback", overLoopback}, {"pipe", overPipe}}

func overLoopback(tb testing.TB, s *smtpd.Server) smtp.Config {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	serve(tb, s, l)
	host, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port)
	return smtp.Config{Host: host, Port: n, TLS: smtp.Optional, Timeout: 10 * time.Second, HELO: "test"}
}

func overPipe(tb testing.TB, s *smtpd.Server) smtp.Config {
	tb.Helper()
	l := pipe.Listen()
	serve(tb, s, l)
	return smtp.Config{Host: "mail.test", TLS: smtp.Optional, Timeout: 10 * time.Second, HELO: "test", Dial: l.Dial}
}

// overName is TCP to a host that is not this machine by its name, so that nothing is made easier for it.
func overName(tb testing.TB, s *smtpd.Server) smtp.Config {
	tb.Helper()
	cfg := overLoopback(tb, s)
	addr := net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))
	cfg.Host = "mail.test"
	cfg.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	return cfg
}

func serve(tb testing.TB, s *smtpd.Server, l net.Listener) {
	tb.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("closing the stand-in: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("serving: %v", err)
		}
	})
}

func pool(tb testing.TB, cfg smtp.Config) *smtp.Pool {
	tb.Helper()
	p := smtp.New(cfg)
	tb.Cleanup(p.Close)
	return p
}

func message(id string) smtp.Message {
	return smtp.Message{
		From: "Acme <orders@acme.example>", To: "zofia@example.com", ToName: "Zofia Nowak", ReplyTo: "help@acme.example",
		Subject: "Paczka w drodze – #1001", Text: "Twoja paczka jest w drodze.\r\n", HTML: "<p>Twoja paczka jest w drodze.</p>",
		MessageID: id, References: []string{"first@acme.example"}, Date: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), Language: "pl",
	}
}

// certified gives a certificate for the hosts and a client configuration that trusts it.
func certified(tb testing.TB, hosts ...string) (tls.Certificate, *tls.Config) {
	tb.Helper()
	cert, roots, err := smtpd.Certificate(hosts...)
	if err != nil {
		tb.Fatal(err)
	}
	return cert, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// wantFault checks class and code of an error.
func wantFault(tb testing.TB, err error, class fault.Class, code string) {
	tb.Helper()
	if err == nil {
		tb.Fatalf("no error; want %s %s", class, code)
	}
	f := fault.Of(err)
	if f.Class != class || f.Code != code {
		tb.Fatalf("got %s %s (%s; cause %v); want %s %s", f.Class, f.Code, f.Message, f.Cause, class, code)
	}
}

func send(tb testing.TB, p *smtp.Pool, m smtp.Message) (smtp.Receipt, error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	defer cancel()
	return p.Send(ctx, m)
}
