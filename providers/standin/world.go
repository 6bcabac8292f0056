// Package standin starts the stand-ins of everything outside together: a mail server, Twilio and Stripe. The demo and the
// tests run Homeward against them; nothing leaves the machine.
package standin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"homeward/providers/standin/easypostd"
	"homeward/providers/standin/pipe"
	"homeward/providers/standin/smtpd"
	"homeward/providers/standin/striped"
	"homeward/providers/standin/twiliod"
)

// What the stand-ins let in. None of these opens anything.
const (
	AccountSID    = "AC00000000000000000000000000000000"
	AuthToken     = "standinauthtoken0000000000000000"
	StripeKey     = "rk_test_standin"
	EasyPostKey   = "EZTKstandin"
	WebhookSecret = "whsec_standin"
)

// Network is how the parts reach each other.
type Network interface {
	// Listen opens a listener; host is only a name for it. The address is what Dial takes.
	Listen(host string) (l net.Listener, addr string, err error)
	// Dial connects to an address.
	Dial(ctx context.Context, network, addr string) (net.Conn, error)
}

// Loopback is 127.0.0.1 with ports that the system chooses.
type Loopback struct{}

// Listen is Network.
func (Loopback) Listen(string) (net.Listener, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	return l, l.Addr().String(), nil
}

// Dial is Network.
func (Loopback) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

// Pipes is a network inside one process, for virtual time.
type Pipes struct {
	mu        sync.Mutex
	listeners map[string]*pipe.Listener
}

// Listen is Network: the address is host with port 80.
func (p *Pipes) Listen(host string) (net.Listener, string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listeners == nil {
		p.listeners = make(map[string]*pipe.Listener)
	}
	l := pipe.Listen()
	p.listeners[host+":80"] = l
	return l, host + ":80", nil
}

// Dial is Network.
func (p *Pipes) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	p.mu.Lock()
	l := p.listeners[addr]
	p.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("no such host: " + addr)}
	}
	return l.Dial(ctx, network, addr)
}

// World is the stand-ins, running.
type World struct {
	Mail   *smtpd.Server
	Twilio *twiliod.Server
	Stripe *striped.Server
	// EasyPost sells labels.
	EasyPost *easypostd.Server
	// Client reaches every part over the world's network.
	Client *http.Client
	// MailAddr is the mail server's host and port; TwilioURL, StripeURL and EasyPostURL are what base_url takes.
	MailAddr, TwilioURL, StripeURL, EasyPostURL string

	transport *http.Transport
	servers   []*http.Server
	wg        sync.WaitGroup
}

// Start starts the stand-ins on a network. Close ends them.
func Start(n Network) (*World, error) {
	w := &World{transport: &http.Transport{DialContext: n.Dial, MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}
	w.Client = &http.Client{Transport: w.transport, Timeout: time.Minute}
	w.Mail = smtpd.New()
	w.Twilio = twiliod.New(AccountSID, AuthToken, w.Client)
	w.Stripe = striped.New(StripeKey)
	w.EasyPost = easypostd.New(EasyPostKey)
	l, addr, err := n.Listen("mail.standin")
	if err != nil {
		return nil, err
	}
	w.MailAddr = addr
	w.wg.Go(func() { _ = w.Mail.Serve(l) }) // ends with Close
	if w.TwilioURL, err = w.serve(n, "twilio.standin", w.Twilio); err != nil {
		w.Close()
		return nil, err
	}
	if w.StripeURL, err = w.serve(n, "stripe.standin", w.Stripe); err != nil {
		w.Close()
		return nil, err
	}
	// Labels without TLS are fetched from this machine alone, which is what a name below localhost is (RFC 6761).
	if w.EasyPostURL, err = w.serve(n, "easypost.localhost", w.EasyPost); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (w *World) serve(n Network, host string, h http.Handler) (url string, err error) {
	l, addr, err := n.Listen(host)
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	w.servers = append(w.servers, s)
	w.wg.Go(func() { _ = s.Serve(l) }) // ends with Close
	return "http://" + addr, nil
}

// Close ends the stand-ins and waits for them.
func (w *World) Close() {
	_ = w.Mail.Close() // nothing depends on it any more
	for _, s := range w.servers {
		_ = s.Close()
	}
	w.transport.CloseIdleConnections()
	w.wg.Wait()
}
