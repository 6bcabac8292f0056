// Package demo shows Homeward at work on one machine: a sample shop with orders under way in six languages, stand-ins for
// the mail server, Twilio and Stripe, and an inbox in which every message is seen as its reader sees it. It runs the same
// code as serve: signed webhooks in over HTTP, mails out over SMTP, SMS and refunds over HTTP. Nothing leaves the machine.
package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"

	"homeward/internal/app"
	"homeward/internal/config"
	"homeward/providers/standin"
	"homeward/providers/standin/smtpd"
)

const (
	shopID   = "acme"
	user     = "demo"
	password = "demo"
)

// Options says where the demo answers. Port 0 lets the system choose.
type Options struct {
	Port      int // of Homeward itself
	InboxPort int
	Out       io.Writer // where it says what to open
	Log       *slog.Logger
	// Ready is called with the addresses when everything is up. May be nil.
	Ready func(publicURL, inboxURL string)
}

// Demo is a running demo.
type Demo struct {
	app       *app.App
	world     *standin.World
	publicURL string
	inboxURL  string
	serial    atomic.Int64
	log       *slog.Logger
}

// Run runs the demo until ctx ends.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "homeward-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system clears it away otherwise
	web, err := listen(o.Port)
	if err != nil {
		return err
	}
	inbox, err := listen(o.InboxPort)
	if err != nil {
		_ = web.Close() // the error that matters is the other one
		return err
	}
	d := &Demo{publicURL: "http://" + web.Addr().String(), inboxURL: "http://" + inbox.Addr().String(), log: o.Log}
	if d.world, err = standin.Start(standin.Loopback{}); err != nil {
		return err
	}
	defer d.world.Close()
	cfg, err := d.config(dir)
	if err != nil {
		return err
	}
	if d.app, err = app.New(ctx, cfg, app.Seams{}, o.Log); err != nil {
		return err
	}
	err = d.run(ctx, o, web, inbox)
	return errors.Join(err, d.app.Close())
}

// run serves Homeward, the inbox and the outside's own doings until ctx ends or one of them fails.
func (d *Demo) run(ctx context.Context, o Options, web, inbox net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts := []func(context.Context) error{
		func(ctx context.Context) error { return d.app.Run(ctx, app.Everything, app.Listeners{Web: web}) },
		func(ctx context.Context) error { return serveInbox(ctx, inbox, d) },
		d.outside,
		func(ctx context.Context) error { return d.open(ctx, o) },
	}
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	var first error
	for range parts {
		if err := <-ended; err != nil && first == nil && !errors.Is(err, context.Canceled) {
			first = err
			cancel()
		}
	}
	return first
}

// open seeds the orders and says what to look at, then waits.
func (d *Demo) open(ctx context.Context, o Options) error {
	if err := d.seed(ctx); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, `
Homeward is running with a sample shop. Nothing leaves this machine.

  Inbox (start here)   %s      every mail and SMS as its reader sees it; buttons post the next webhook
  Staff console        %s/ops/  name %q, password %q
  A shopper's page     %s

Press Ctrl+C to end it; it keeps nothing.
`, d.inboxURL, d.publicURL, user, password, d.link(ctx, people[0]))
	if o.Ready != nil {
		o.Ready(d.publicURL, d.inboxURL)
	}
	<-ctx.Done()
	return nil
}

// listen prefers a port and takes another when it is in use.
func listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, nil
}

// config is the sample shop's: what homeward.yaml would say.
func (d *Demo) config(dir string) (*config.Config, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		return nil, err
	}
	host, portText, err := net.SplitHostPort(d.world.MailAddr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		return nil, err
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails
	return &config.Config{
		PublicURL: d.publicURL, Database: "sqlite:" + filepath.Join(dir, "homeward.db"), Redis: "embedded", Secrets: []string{hex.EncodeToString(secret[:])},
		Ops:  config.Ops{Users: []config.User{{Name: user, PasswordHash: string(hash), Role: "admin"}}},
		Work: config.Work{Concurrency: 16, SweepEvery: 5 * time.Second, OverdueAfter: 15 * time.Second, CheckInterval: 20 * time.Millisecond},
		Shops: []config.Shop{{
			ID: shopID, Name: "Acme Tea", Country: "PL", Zone: zone, Languages: []string{"en", "pl", "sl", "ar", "ru", "de"},
			Sources: []config.Source{
				{Name: "shopify", Kind: "shopify", Secrets: []string{shopifySecret}}, {Name: "erp", Kind: "standard", Secrets: []string{standardSecret}},
			},
			Messages: config.Messages{CalmWindow: 5 * time.Second}, // ten minutes by default; nobody watches that long
			Returns:  config.Returns{Window: 30 * 24 * time.Hour, Approve: "auto", Address: "Acme Tea, Returns\nul. Magazynowa 8\n30-858 Kraków\nPoland"},
			Brand:    config.Brand{Color: "#0a7d55", Address: "Acme Tea, ul. Długa 1, 31-146 Kraków, Poland", ReplyTo: "help@acme.example"},
			Mail:     &config.Mail{URL: "smtp://" + d.world.MailAddr, Host: host, Port: port, TLS: "optional", From: "Acme Tea <orders@acme.example>"},
			SMS:      &config.SMS{AccountSID: standin.AccountSID, AuthToken: standin.AuthToken, From: "+48732000000", BaseURL: d.world.TwilioURL},
			Payments: &config.Payments{StripeKey: standin.StripeKey, WebhookSecrets: []string{standin.WebhookSecret}, BaseURL: d.world.StripeURL},
		}},
	}, nil
}

// seed posts what happened before the demo opens, and one event that nobody understands, for the console.
func (d *Demo) seed(ctx context.Context) error {
	d.world.Stripe.Webhook(d.publicURL+"/hooks/"+shopID+"/stripe", standin.WebhookSecret, d.world.Client)
	d.world.Mail.Hook(func(c smtpd.Call) smtpd.Fault {
		if c.Verb == smtpd.Rcpt && c.Argument == "gone@example.com" {
			return smtpd.Fault{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "no such mailbox"}
		}
		return smtpd.Fault{}
	})
	now := time.Now()
	for _, p := range people {
		d.world.Stripe.AddPayment(p.intent(), p.minor(), p.currency)
		for i, step := range p.story {
			// The newest step was just now, each one before it some hours earlier.
			at := now.Add(-time.Duration(len(p.story)-1-i) * 9 * time.Hour)
			for _, h := range d.next(p, step, at) {
				if err := d.post(ctx, h); err != nil {
					return err
				}
			}
			if err := d.settled(ctx); err != nil {
				return err
			}
		}
	}
	return d.post(ctx, d.standard("order.teleported", now, map[string]any{"order_id": "1001"}))
}

// settled waits until every stored event was applied, so that the story is told in its order.
func (d *Demo) settled(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		backlog, err := d.app.DB.Backlog(ctx, time.Now())
		if err != nil {
			return err
		}
		due := 0
		for _, b := range backlog {
			due += b.Due
		}
		if due == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// outside does what Twilio and Stripe do by themselves: SMS are delivered at once, refunds reach the bank after a while.
func (d *Demo) outside(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, m := range d.world.Twilio.Messages() {
			if !m.Inbound && m.Status != "delivered" {
				if err := d.world.Twilio.Deliver(ctx, m.SID, "delivered", 0); err != nil {
					d.log.Warn("demo: twilio callback", "error", err)
				}
			}
		}
		for _, r := range d.world.Stripe.Refunds() {
			if r.Status == "pending" && time.Since(r.Created) > 8*time.Second {
				if err := d.world.Stripe.Settle(ctx, r.ID, "succeeded", ""); err != nil {
					d.log.Warn("demo: stripe webhook", "error", err)
				}
			}
		}
	}
}

// link gives the address of a person's order page.
func (d *Demo) link(ctx context.Context, p person) string {
	order, err := d.app.DB.OrderByExternalID(ctx, shopID, p.id)
	if err != nil {
		return d.publicURL + "/s/" + shopID + "/order"
	}
	return d.app.Links.Order(order)
}

// serveInbox answers on the inbox's listener until ctx ends.
func serveInbox(ctx context.Context, l net.Listener, d *Demo) error {
	s := app.Server(d.inbox(), d.log)
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
