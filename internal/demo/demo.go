// Package demo shows Homeward at work on one machine: a sample shop with orders under way in six languages, stand-ins for
// the mail server, Twilio and Stripe, and an inbox in which every message is seen as its reader sees it. It runs the same
// code as serve: signed webhooks in over HTTP, mails out over SMTP, SMS and refunds over HTTP. Nothing leaves the machine.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"homeward/internal/app"
	"homeward/providers/standin"
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
	// SettleAfter is how long a refund takes from "started" to the shopper's bank; 0 is eight seconds.
	SettleAfter time.Duration
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

	settleAfter time.Duration
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
	d := &Demo{
		publicURL: "http://" + web.Addr().String(), inboxURL: "http://" + inbox.Addr().String(), log: o.Log,
		settleAfter: cmp.Or(o.SettleAfter, settleAfter),
	}
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
	_, _ = fmt.Fprintf(o.Out, `%s%s
Homeward is running with a sample shop. Nothing leaves this machine.

  Inbox (start here)   %s
                       every mail and SMS as its reader sees it; buttons post the shop's next webhook
  Staff console        %s/ops/
                       name %q, password %q
  A shopper's page     %s

Press Ctrl+C to end it; it keeps nothing.
`, taken(o.Port, d.publicURL), taken(o.InboxPort, d.inboxURL), d.inboxURL, d.publicURL, user, password, d.link(ctx, people[0]))
	if o.Ready != nil {
		o.Ready(d.publicURL, d.inboxURL)
	}
	<-ctx.Done()
	return nil
}

// listen prefers a port and takes another when it is in use.
func listen(port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, fmt.Errorf("demo: port %d: a port is a number from 0 (any free one) to 65535", port)
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, nil
}

// taken says that a listener got another port than was asked for.
func taken(port int, address string) string {
	if port == 0 || strings.HasSuffix(address, ":"+strconv.Itoa(port)) {
		return ""
	}
	return fmt.Sprintf("\nPort %d is in use here, so another was taken.", port)
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
