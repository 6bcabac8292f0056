// Package smtpd is a mail server for the demo and the tests: it speaks SMTP, keeps every mail in memory, delivers
// nothing, and fails on demand at every step of the conversation.
package smtpd

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"sync"

	gosmtp "github.com/emersion/go-smtp"
)

// Server is the stand-in. It is ready when made; Serve it on as many listeners as wanted.
type Server struct {
	script
	smtp *gosmtp.Server
	auth *credentials

	mu        sync.Mutex
	mails     []Delivery
	arrived   chan struct{} // closed and replaced at every mail
	conns     map[*conn]struct{}
	listeners []net.Listener
	count     int
	closed    bool
	done      chan struct{}
}

type credentials struct{ user, password string }

// Option changes a new Server.
type Option func(*Server)

// WithTLS offers STARTTLS with the certificate, such as Certificate makes.
func WithTLS(cert tls.Certificate) Option {
	return func(s *Server) {
		s.smtp.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
}

// WithLogin wants AUTH PLAIN with this user before MAIL; without TLS the login is offered and taken in clear, so that
// a client that should refuse it can be caught.
func WithLogin(user, password string) Option {
	return func(s *Server) {
		s.auth = &credentials{user, password}
		s.smtp.AllowInsecureAuth = true
	}
}

// WithoutSMTPUTF8 makes a server of the old kind, which takes ASCII addresses only.
func WithoutSMTPUTF8() Option { return func(s *Server) { s.smtp.EnableSMTPUTF8 = false } }

// New gives a server.
func New(options ...Option) *Server {
	s := &Server{arrived: make(chan struct{}), conns: map[*conn]struct{}{}, done: make(chan struct{})}
	s.smtp = gosmtp.NewServer(gosmtp.BackendFunc(s.newSession))
	s.smtp.Domain = "standin.test"
	s.smtp.MaxMessageBytes = 32 << 20
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ErrorLog = log.New(io.Discard, "", 0) // broken lines are this server's trade
	for _, o := range options {
		o(s)
	}
	return s
}

// Serve takes connections until Close or until the listener fails; after Close it returns nil.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return l.Close()
	}
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	err := s.smtp.Serve(&listener{Listener: l, server: s})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	return err
}

// Deliveries gives every accepted mail, in the order of acceptance.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Delivery(nil), s.mails...)
}

// Wait gives the accepted mails once there are at least n.
func (s *Server) Wait(ctx context.Context, n int) ([]Delivery, error) {
	for {
		s.mu.Lock()
		mails, arrived := append([]Delivery(nil), s.mails...), s.arrived
		s.mu.Unlock()
		if len(mails) >= n {
			return mails, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return mails, ctx.Err()
		}
	}
}

// Arrived gives a channel that closes at the next mail.
func (s *Server) Arrived() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arrived
}

// Reset forgets the mails.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = nil
}

// DropConnections ends every line at once, as a restarted server does; new ones are taken.
func (s *Server) DropConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Conn.Close()
	}
}

// Close ends the listeners and every line, and waits for their goroutines.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	for _, l := range s.listeners {
		_ = l.Close()
	}
	for c := range s.conns {
		_ = c.Conn.Close()
	}
	s.mu.Unlock()
	err := s.smtp.Shutdown(context.Background())
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// keep stores an accepted mail and gives its number.
func (s *Server) keep(d Delivery) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, d)
	close(s.arrived)
	s.arrived = make(chan struct{})
	return len(s.mails)
}
