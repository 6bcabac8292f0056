// Package app puts the parts together into one running system: the store, the workers, the timers and the pages, from one
// configuration. The binary, the demo and the tests run the same.
package app

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/files"
	"homeward/internal/follow"
	"homeward/internal/giveway"
	"homeward/internal/link"
	"homeward/internal/metrics"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/hooks"
	"homeward/internal/withdrawals"
	"homeward/jobs"
	"homeward/providers"
	"homeward/providers/easypost"
	"homeward/providers/smtp"
	"homeward/providers/stripe"
	"homeward/providers/twilio"
	"homeward/templates"
)

// Seams are where a test takes the place of the world. The zero value is the world itself.
type Seams struct {
	Redis jobs.Dial                                                         // connections to Redis
	Mail  func(ctx context.Context, network, addr string) (net.Conn, error) // connections to the mail server
	HTTP  *http.Client                                                      // to Twilio and Stripe
	Crash func(jobs.Point) error                                            // see jobs.Worker
	Now   func() time.Time
}

// App is a whole Homeward.
type App struct {
	Config      *config.Config
	DB          *store.DB
	Redis       *jobs.Redis
	Queue       *jobs.Queue
	Worker      *jobs.Worker
	Sweep       *jobs.Sweep
	Links       *Links
	Desk        *cases.Desk
	Withdrawals *withdrawals.Desk
	Uploads     *uploads.Desk
	Metrics     *metrics.Metrics
	Log         *slog.Logger

	render  *templates.Renderer
	sources map[string]providers.Source
	pools   []*smtp.Pool
	gate    *giveway.Gate // webhooks before work
	now     func() time.Time
}

// New opens the database, the way to Redis and the ways out, and wires them. Nothing runs yet. Redis, the mail server,
// Twilio and Stripe need not be there.
func New(ctx context.Context, cfg *config.Config, seams Seams, log *slog.Logger) (*App, error) {
	a := &App{Config: cfg, Log: log, Metrics: metrics.New(), now: seams.Now, gate: giveway.New()}
	if a.now == nil {
		a.now = time.Now
	}
	if err := a.open(ctx, seams); err != nil {
		_ = a.Close() // the error that matters is the one that stopped us
		return nil, err
	}
	return a, nil
}

func (a *App) open(ctx context.Context, seams Seams) error {
	var err error
	if a.render, err = templates.New(); err != nil {
		return err
	}
	signer, err := link.New(a.Config.Secrets)
	if err != nil {
		return err
	}
	if a.sources, err = hooks.Sources(a.Config); err != nil {
		return err
	}
	if a.DB, err = store.Open(ctx, a.Config.Database); err != nil {
		return err
	}
	if a.Redis, err = jobs.OpenRedis(a.Config.Redis, seams.Redis, a.Log); err != nil {
		return err
	}
	a.Queue = jobs.NewQueue(a.Redis, a.Log)
	a.DB.Follow((&follow.Follower{Config: a.Config, Now: a.now}).Hear, a.Queue.Enqueue)
	a.Links = &Links{Signer: signer, Config: a.Config, DB: a.DB, Queue: a.Queue, Now: a.now}
	a.Desk = &cases.Desk{DB: a.DB, Config: a.Config, Queue: a.Queue, Now: a.now}
	box, err := files.Open(ctx, cmp.Or(a.Config.Files, config.FilesBeside(a.Config.Database)))
	if err != nil {
		return err
	}
	a.Uploads = &uploads.Desk{DB: a.DB, Box: box, Config: a.Config, Now: a.now, Log: a.Log}
	a.Withdrawals = &withdrawals.Desk{DB: a.DB, Config: a.Config, Queue: a.Queue, Cases: a.Desk, Now: a.now}
	outside, err := a.outside(seams)
	if err != nil {
		return err
	}
	var through http.RoundTripper
	if seams.HTTP != nil {
		through = seams.HTTP.Transport
	}
	a.Worker = &jobs.Worker{
		Caller: jobs.NewCaller(through), Files: a.Uploads,
		DB: a.DB, Config: a.Config, Sources: a.sources, Outside: outside, Render: a.render, Links: a.Links, Cases: a.Desk,
		Queue: a.Queue, Observe: a.Metrics, Log: a.Log, Now: a.now, Crash: seams.Crash,
	}
	a.Sweep = &jobs.Sweep{
		Store: a.DB, Queue: a.Queue, Redis: a.Redis, Every: a.Config.Work.SweepEvery, Overdue: a.Config.Work.OverdueAfter, Log: a.Log, Now: a.now,
	}
	a.Metrics.Register(&metrics.State{From: a.DB, SweepLag: a.Sweep.Lag, Missed: a.Queue.Missed, Now: a.now})
	return nil
}

// outside opens every shop's ways out; shops with the same mail server, sender or account share one.
func (a *App) outside(seams Seams) (map[string]jobs.Outside, error) {
	pools := make(map[config.Mail]*smtp.Pool)
	texters := make(map[config.SMS]*twilio.Client)
	banks := make(map[[2]string]*stripe.Client)
	out := make(map[string]jobs.Outside, len(a.Config.Shops))
	for i := range a.Config.Shops {
		shop := &a.Config.Shops[i]
		var o jobs.Outside
		var err error
		if m := shop.Mail; m != nil {
			server := *m
			server.From = "" // shops with their own sender share a server's connections
			if pools[server] == nil {
				pools[server] = smtp.New(MailConfig(*m, seams))
				a.pools = append(a.pools, pools[server])
			}
			o.Mail = pools[server]
		}
		if s := shop.SMS; s != nil {
			if texters[*s] == nil {
				if texters[*s], err = twilio.New(SMSConfig(*s, seams)); err != nil {
					return nil, err
				}
			}
			o.SMS = texters[*s]
		}
		if p := shop.Payments; p != nil {
			key := [2]string{p.StripeKey, p.BaseURL}
			if banks[key] == nil {
				if banks[key], err = stripe.New(StripeConfig(*p, seams)); err != nil {
					return nil, err
				}
			}
			o.Bank = banks[key]
		}
		if l := shop.Returns.Labels; l != nil {
			if o.Labels, err = easypost.NewLabels(LabelsConfig(*l, seams)); err != nil {
				return nil, err
			}
		}
		out[shop.ID] = o
	}
	return out, nil
}

// MailConfig puts a shop's mail server into its provider's words.
func MailConfig(m config.Mail, seams Seams) smtp.Config {
	return smtp.Config{Host: m.Host, Port: m.Port, TLS: m.TLS, User: m.User, Password: m.Password, Dial: seams.Mail}
}

// SMSConfig is the same for Twilio.
func SMSConfig(s config.SMS, seams Seams) twilio.Config {
	return twilio.Config{
		AccountSID: s.AccountSID, AuthToken: s.AuthToken, From: s.From, MessagingServiceSID: s.MessagingServiceSID, BaseURL: s.BaseURL, HTTPClient: seams.HTTP,
	}
}

// LabelsConfig is the same for the carrier account that buys labels.
func LabelsConfig(l config.Labels, seams Seams) easypost.LabelConfig {
	return easypost.LabelConfig{APIKey: l.APIKey, CarrierAccounts: l.CarrierAccounts, Services: l.Services, BaseURL: l.BaseURL, HTTPClient: seams.HTTP}
}

// StripeConfig is the same for Stripe.
func StripeConfig(p config.Payments, seams Seams) stripe.Config {
	cfg := stripe.Config{Key: p.StripeKey, BaseURL: p.BaseURL, HTTPClient: seams.HTTP}
	if seams.HTTP != nil { // a stand-in takes as much as it is given
		cfg.PerSecond = -1
	}
	return cfg
}

// Close closes what New opened. Call it when nothing runs any more.
func (a *App) Close() error {
	if a.Queue != nil {
		a.Queue.Close()
	}
	for _, p := range a.pools {
		p.Close()
	}
	if a.Uploads != nil {
		_ = a.Uploads.Box.Close() // nothing is held open but idle connections
	}
	var first error
	if a.Redis != nil {
		first = a.Redis.Close()
	}
	if a.DB != nil {
		if err := a.DB.Close(); first == nil {
			first = err
		}
	}
	return first
}
