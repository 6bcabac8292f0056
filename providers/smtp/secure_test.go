package smtp_test

import (
	"crypto/tls"
	"testing"
	"testing/synctest"

	"homeward/internal/fault"
	"homeward/providers/smtp"
	"homeward/providers/standin/smtpd"
)

func TestStartTLSAndLogin(t *testing.T) {
	t.Parallel()
	cert, trust := certified(t, "mail.test")
	t.Run("tcp", func(t *testing.T) {
		t.Parallel()
		startTLSAndLogin(t, overName, cert, trust)
	})
	t.Run("pipe in virtual time", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { startTLSAndLogin(t, overPipe, cert, trust) })
	})
}

func startTLSAndLogin(t *testing.T, start func(testing.TB, *smtpd.Server) smtp.Config, cert tls.Certificate, trust *tls.Config) {
	t.Helper()
	server := smtpd.New(smtpd.WithTLS(cert), smtpd.WithLogin("user", "pass"))
	cfg := start(t, server)
	cfg.TLS, cfg.TLSConfig, cfg.User, cfg.Password = smtp.StartTLS, trust, "user", "pass"
	p := pool(t, cfg)
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := send(t, p, message("a@acme.example")); err != nil {
		t.Fatal(err)
	}
	if d := server.Deliveries()[0]; !d.TLS || d.User != "user" {
		t.Errorf("TLS %v, user %q", d.TLS, d.User)
	}
	server.Fail(smtpd.AfterDot, smtpd.Fault{Cut: true, Keep: true})
	_, err := send(t, p, message("b@acme.example"))
	wantFault(t, err, fault.Uncertain, "mail_uncertain")
	server.Fail(smtpd.Rcpt, smtpd.Fault{Cut: true})
	_, err = send(t, p, message("c@acme.example"))
	wantFault(t, err, fault.Later, "mail_interrupted")
}

// On this machine nobody stands in between: STARTTLS is taken when it is there, with whatever certificate.
func TestLoopbackRelay(t *testing.T) {
	t.Parallel()
	cert, _ := certified(t, "snakeoil")
	for name, options := range map[string][]smtpd.Option{"plain": nil, "own certificate": {smtpd.WithTLS(cert)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := smtpd.New(options...)
			cfg := overLoopback(t, server)
			cfg.TLS = smtp.StartTLS
			p := pool(t, cfg)
			if _, err := send(t, p, message("a@acme.example")); err != nil {
				t.Fatal(err)
			}
			if d := server.Deliveries()[0]; d.TLS != (options != nil) {
				t.Errorf("TLS %v", d.TLS)
			}
		})
	}
}

func TestImplicitTLS(t *testing.T) {
	t.Parallel()
	cert, trust := certified(t, "127.0.0.1")
	server := smtpd.New(smtpd.WithLogin("user", "pass"))
	cfg := overLoopback(t, server)
	// A terminator in front, as a server on port 465 has one inside.
	cfg.TLS, cfg.TLSConfig, cfg.User, cfg.Password = smtp.Implicit, trust, "user", "pass"
	cfg.Dial = terminate(t, cert, cfg.Dial)
	p := pool(t, cfg)
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := send(t, p, message("a@acme.example")); err != nil {
		t.Fatal(err)
	}
	if d := server.Deliveries(); len(d) != 1 || d[0].User != "user" {
		t.Errorf("%+v", d)
	}
}

func TestSecurityIsNeverLowered(t *testing.T) {
	t.Parallel()
	cert, trust := certified(t, "mail.test")
	other, _ := certified(t, "other.test")
	_, distrust := certified(t, "mail.test")
	for _, tt := range []struct {
		name    string
		options []smtpd.Option
		verb    smtpd.Verb
		fault   smtpd.Fault
		tls     string
		trust   *tls.Config
		user    string
		pass    string
		code    string // "": it works
		auths   int
	}{
		{name: "no STARTTLS where it is required", tls: smtp.StartTLS, code: "mail_starttls_missing"},
		{name: "no STARTTLS where it is optional", tls: smtp.Optional},
		{name: "no login in clear", options: []smtpd.Option{smtpd.WithLogin("user", "pass")}, tls: smtp.Optional, user: "user", pass: "pass", code: "mail_auth_in_clear"},
		{name: "STARTTLS refused", options: []smtpd.Option{smtpd.WithTLS(cert)}, verb: smtpd.StartTLS, fault: smtpd.Fault{Code: 454}, tls: smtp.StartTLS, trust: trust, code: "mail_unavailable"},
		{name: "STARTTLS refused where it is optional", options: []smtpd.Option{smtpd.WithTLS(cert)}, verb: smtpd.StartTLS, fault: smtpd.Fault{Code: 454}, tls: smtp.Optional, trust: trust, code: "mail_unavailable"},
		{name: "cut at STARTTLS", options: []smtpd.Option{smtpd.WithTLS(cert)}, verb: smtpd.StartTLS, fault: smtpd.Fault{Cut: true}, tls: smtp.StartTLS, trust: trust, code: "mail_unavailable"},
		{name: "unknown authority", options: []smtpd.Option{smtpd.WithTLS(cert)}, tls: smtp.StartTLS, trust: distrust, code: "mail_tls_failed"},
		{name: "another host's certificate", options: []smtpd.Option{smtpd.WithTLS(other)}, tls: smtp.StartTLS, trust: trust, code: "mail_tls_failed"},
		{name: "wrong password", options: []smtpd.Option{smtpd.WithTLS(cert), smtpd.WithLogin("user", "pass")}, tls: smtp.StartTLS, trust: trust, user: "user", pass: "wrong", code: "mail_auth_failed", auths: 1},
		{name: "login not now", options: []smtpd.Option{smtpd.WithTLS(cert), smtpd.WithLogin("user", "pass")}, verb: smtpd.Auth, fault: smtpd.Fault{Code: 454}, tls: smtp.StartTLS, trust: trust, user: "user", pass: "pass", code: "mail_deferred", auths: 1},
		{name: "cut at login", options: []smtpd.Option{smtpd.WithTLS(cert), smtpd.WithLogin("user", "pass")}, verb: smtpd.Auth, fault: smtpd.Fault{Cut: true}, tls: smtp.StartTLS, trust: trust, user: "user", pass: "pass", code: "mail_unavailable", auths: 1},
		{name: "no login offered", options: []smtpd.Option{smtpd.WithTLS(cert)}, tls: smtp.StartTLS, trust: trust, user: "user", pass: "pass", code: "mail_auth_failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := smtpd.New(tt.options...)
			cfg := overName(t, server)
			cfg.TLS, cfg.TLSConfig, cfg.User, cfg.Password = tt.tls, tt.trust, tt.user, tt.pass
			if tt.verb != "" {
				server.Fail(tt.verb, tt.fault, tt.fault)
			}
			p := pool(t, cfg)
			check := p.Check(t.Context())
			if got := server.Count(smtpd.Auth); got != tt.auths {
				t.Errorf("%d logins were sent, want %d", got, tt.auths)
			}
			_, err := send(t, p, message("a@acme.example"))
			if tt.code == "" {
				if check != nil || err != nil {
					t.Fatal(check, err)
				}
				return
			}
			wantFault(t, check, fault.Later, tt.code)
			wantFault(t, err, fault.Later, tt.code)
			if n := len(server.Deliveries()); n != 0 {
				t.Errorf("%d mails went out", n)
			}
		})
	}
}
