package smtp

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"
)

// The ways a connection is secured.
const (
	// Implicit speaks TLS from the first byte (smtps://).
	Implicit = "implicit"
	// StartTLS requires STARTTLS, except on loopback.
	StartTLS = "starttls"
	// Optional takes STARTTLS where it is offered.
	Optional = "optional"
)

// Config is a mail server and how to use it. The zero value of everything but Host is a default.
type Config struct {
	Host     string
	Port     int    // default 465 for Implicit, else 587
	TLS      string // Implicit, StartTLS (default) or Optional
	User     string // "": no AUTH; with a user, AUTH is never sent in clear, on loopback neither
	Password string
	HELO     string // default: the machine's name
	// Connections is how many connections are kept at most, and so how many mails go at once. Default 8.
	Connections int
	// IdleAfter closes a connection that was not used for so long: below the server's own limit. Default 20 s.
	IdleAfter time.Duration
	// PerConnection is how many mails go over one connection before a fresh one. Default 500; servers limit it.
	PerConnection int
	// Timeout limits each conversation: connecting, and one mail from MAIL to the answer after its end. Default 60 s.
	Timeout time.Duration
	// TLSConfig replaces the default verification, for a private authority. ServerName defaults to Host.
	TLSConfig *tls.Config
	// Dial makes the network connection; default net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

func (c Config) withDefaults() Config {
	c.TLS = cmp.Or(c.TLS, StartTLS)
	if c.Port == 0 {
		c.Port = 587
		if c.TLS == Implicit {
			c.Port = 465
		}
	}
	c.Connections = max(cmp.Or(c.Connections, 8), 1)
	c.IdleAfter = cmp.Or(c.IdleAfter, 20*time.Second)
	c.PerConnection = max(cmp.Or(c.PerConnection, 500), 1)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	return c
}

// loopback tells that the server is this machine, where nobody can stand in between.
func (c Config) loopback() bool {
	if strings.EqualFold(c.Host, "localhost") {
		return true
	}
	ip := net.ParseIP(c.Host)
	return ip != nil && ip.IsLoopback()
}

// tlsConfig gives what a handshake with the server needs. A relay on this machine usually has a self-made certificate,
// and loopback cannot be intercepted, so it is not verified there unless TLSConfig says how.
func (c Config) tlsConfig() *tls.Config {
	if c.TLSConfig != nil {
		t := c.TLSConfig.Clone()
		t.ServerName = cmp.Or(t.ServerName, c.Host)
		return t
	}
	return &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.loopback()} //nolint:gosec // see above
}
