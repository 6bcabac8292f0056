package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	mail "github.com/wneessen/go-mail"
	gosmtp "github.com/wneessen/go-mail/smtp"
)

// connection is one conversation with the server, used by one goroutine at a time.
type connection struct {
	mailer *mail.Client
	client *gosmtp.Client
	line   net.Conn    // what lies below TLS: closing it ends everything at once
	writes *watch      // above TLS: tells whether the last bytes went out
	sent   int         // mails so far
	timer  *time.Timer // runs while the connection is idle
}

// watch notes the outcome of the latest write of the conversation. The writer above it flushes the end of a mail's
// content, "\r\n.\r\n", with its last write, so a clean outcome means that the server may have the whole mail, and a
// failed one that it cannot.
type watch struct {
	below *bufio.Writer
	err   error
}

// Write implements io.Writer.
func (w *watch) Write(p []byte) (int, error) {
	n, err := w.below.Write(p)
	if err == nil {
		err = w.below.Flush()
	}
	w.err = err
	return n, err
}

// wholeMail is room for a usual mail, in bytes: it goes out in one write instead of one for every 4 KiB.
const wholeMail = 64 << 10

// connect dials, secures, greets and logs in. A cancelled context ends it at once.
func connect(ctx context.Context, cfg Config) (*connection, error) {
	c := &connection{}
	stop := func() bool { return true }
	dial := func(dialing context.Context, network, addr string) (net.Conn, error) {
		line, err := cfg.Dial(dialing, network, addr)
		if err != nil {
			return nil, err
		}
		c.line = line
		// go-mail watches the context only until here; the rest of the greeting is watched by this.
		stop = context.AfterFunc(ctx, func() { _ = line.Close() })
		if cfg.TLS != Implicit {
			return line, nil
		}
		secure := tls.Client(line, cfg.tlsConfig())
		return secure, secure.HandshakeContext(dialing)
	}
	var err error
	if c.mailer, err = newMailer(cfg, dial); err != nil {
		return nil, err
	}
	c.client, err = c.mailer.DialToSMTPClientWithContext(ctx)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		if c.line != nil {
			_ = c.line.Close() // go-mail leaves it open after a failed greeting
		}
		return nil, err
	}
	c.writes = &watch{below: c.client.Text.W}
	c.client.Text.W = bufio.NewWriterSize(c.writes, wholeMail)
	return c, nil
}

// newMailer gives a go-mail client for one connection: a shared one would hold a lock around every mail.
func newMailer(cfg Config, dial mail.DialContextFunc) (*mail.Client, error) {
	policy := mail.TLSMandatory
	switch {
	case cfg.TLS == Implicit:
		policy = mail.NoTLS // it is there from the start
	case cfg.TLS == Optional, cfg.loopback():
		policy = mail.TLSOpportunistic
	}
	opts := []mail.Option{
		mail.WithPort(cfg.Port), mail.WithTimeout(cfg.Timeout), mail.WithTLSPolicy(policy), mail.WithTLSConfig(cfg.tlsConfig()),
		mail.WithoutNoop(), mail.WithoutRset(), // a stale connection shows at MAIL, and an accepted mail leaves nothing to reset
		mail.WithDialContextFunc(dial),
	}
	if cfg.HELO != "" {
		opts = append(opts, mail.WithHELO(cfg.HELO))
	}
	if cfg.User != "" {
		opts = append(opts, mail.WithSMTPAuthCustom(&login{user: cfg.User, password: cfg.Password, host: cfg.Host}))
	}
	return mail.NewClient(cfg.Host, opts...)
}

// send hands one mail over and gives the server's answer. ended tells that the content went out with its end.
func (c *connection) send(ctx context.Context, m *mail.Msg, smtputf8 bool) (ended bool, err error) {
	c.sent++
	c.client.SkipSMTPUTF8(!smtputf8)
	stop := context.AfterFunc(ctx, func() { _ = c.line.Close() })
	defer stop()
	err = c.mailer.SendWithSMTPClient(c.client, m)
	var failure *mail.SendError
	if errors.As(err, &failure) && failure.Reason == mail.ErrSMTPDataClose {
		ended = c.writes.err == nil
	}
	return ended, err
}

// supports tells whether the server offered an extension.
func (c *connection) supports(extension string) bool {
	ok, _ := c.client.Extension(extension)
	return ok
}

// quit says goodbye, briefly: the server may be gone.
func (c *connection) quit() {
	_ = c.client.UpdateDeadline(goodbye)
	_ = c.client.Quit()
	_ = c.line.Close()
}

// drop ends the conversation without a word.
func (c *connection) drop() { _ = c.line.Close() }

// goodbye is how long a server may take to answer QUIT.
const goodbye = 2 * time.Second
