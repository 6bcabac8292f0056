package smtp

import (
	"errors"
	"slices"

	gosmtp "github.com/wneessen/go-mail/smtp"
)

var (
	errAuthInClear = errors.New("the connection is not encrypted, so the login was not sent")
	errAuthNone    = errors.New("the server offers no login that Homeward knows (SCRAM-SHA-256, PLAIN, LOGIN)")
)

// login picks the best mechanism that the server offers, and none at all on a connection in clear.
type login struct {
	user, password, host string
	chosen               gosmtp.Auth
}

// Start implements gosmtp.Auth.
func (l *login) Start(server *gosmtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, errAuthInClear
	}
	switch {
	case slices.Contains(server.Auth, "SCRAM-SHA-256"):
		l.chosen = gosmtp.ScramSHA256Auth(l.user, l.password)
	case slices.Contains(server.Auth, "PLAIN"):
		l.chosen = gosmtp.PlainAuth("", l.user, l.password, l.host, false)
	case slices.Contains(server.Auth, "LOGIN"):
		l.chosen = gosmtp.LoginAuth(l.user, l.password, l.host, false)
	default:
		return "", nil, errAuthNone
	}
	return l.chosen.Start(server)
}

// Next implements gosmtp.Auth.
func (l *login) Next(challenge []byte, more bool) ([]byte, error) {
	return l.chosen.Next(challenge, more)
}
