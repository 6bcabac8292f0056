package smtpd

import (
	"crypto/tls"
	"fmt"
	"io"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// session is one conversation after EHLO.
type session struct {
	server *Server
	line   *conn
	secure bool
	user   string
	from   string
	to     []string
}

func (s *Server) newSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	ses := &session{server: s}
	inner := c.Conn()
	if t, ok := inner.(*tls.Conn); ok {
		inner, ses.secure = t.NetConn(), true
	}
	ses.line = inner.(*conn) //nolint:forcetypeassert // listener makes nothing else
	return ses, ses.fault(Ehlo, c.Hostname())
}

// fault plays what is in store for a verb; a cut closes the line, and go-smtp's answer falls on the floor.
func (ses *session) fault(verb Verb, argument string) error {
	return ses.play(ses.server.at(Call{Connection: ses.line.number, Verb: verb, Argument: argument}))
}

func (ses *session) play(f Fault) error {
	ses.line.wait(f.Delay)
	if f.Cut {
		_ = ses.line.Conn.Close()
		return &gosmtp.SMTPError{Code: 421, Message: "cut"}
	}
	if f.Code == 0 {
		return nil
	}
	code := gosmtp.EnhancedCode(f.Enhanced)
	if f.Enhanced == [3]int{} {
		code = gosmtp.NoEnhancedCode
	}
	return &gosmtp.SMTPError{Code: f.Code, EnhancedCode: code, Message: text(f)}
}

// AuthMechanisms implements gosmtp.AuthSession.
func (ses *session) AuthMechanisms() []string {
	if ses.server.auth == nil {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements gosmtp.AuthSession.
func (ses *session) Auth(mechanism string) (sasl.Server, error) {
	if err := ses.fault(Auth, mechanism); err != nil {
		return nil, err
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if want := ses.server.auth; want == nil || user != want.user || password != want.password {
			return gosmtp.ErrAuthFailed
		}
		ses.user = user
		return nil
	}), nil
}

// Mail implements gosmtp.Session.
func (ses *session) Mail(from string, _ *gosmtp.MailOptions) error {
	if ses.server.auth != nil && ses.user == "" {
		return gosmtp.ErrAuthRequired
	}
	ses.from = from
	return ses.fault(Mail, from)
}

// Rcpt implements gosmtp.Session.
func (ses *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if err := ses.fault(Rcpt, to); err != nil {
		return err
	}
	ses.to = append(ses.to, to)
	return nil
}

// Data implements gosmtp.Session: the content is read to its end before anything goes wrong.
func (ses *session) Data(r io.Reader) error {
	ses.line.content = true
	if err := ses.fault(Content, ""); err != nil {
		return err
	}
	raw, err := io.ReadAll(r)
	ses.line.content = false
	if err != nil {
		return err // the line broke, or the mail is too large: not a whole mail
	}
	f := ses.server.at(Call{Connection: ses.line.number, Verb: AfterDot})
	failed := f.Cut || f.Code != 0
	n := 0
	if !failed || f.Keep {
		n = ses.server.keep(parse(Delivery{
			From: ses.from, To: append([]string(nil), ses.to...), Raw: raw, TLS: ses.secure, User: ses.user, Connection: ses.line.number,
		}))
	}
	if err := ses.play(f); err != nil {
		return err
	}
	return &gosmtp.SMTPError{Code: 250, EnhancedCode: gosmtp.EnhancedCode{2, 0, 0}, Message: fmt.Sprintf("Ok: queued as STANDIN%d", n)}
}

// Reset implements gosmtp.Session.
func (ses *session) Reset() { ses.from, ses.to = "", nil }

// Logout implements gosmtp.Session.
func (ses *session) Logout() error { return nil }
