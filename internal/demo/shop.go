package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/crypto/bcrypt"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/providers/standin"
	"homeward/providers/standin/smtpd"
)

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
			Returns: config.Returns{Window: returnWindow, Approve: "auto", Policy: policyOfReturns(), Address: "Acme Tea, Returns\nul. Magazynowa 8\n30-858 Kraków\nPoland", Labels: &config.Labels{
				Provider: "easypost", APIKey: standin.EasyPostKey, BaseURL: d.world.EasyPostURL, Parcel: config.LabelParcel{WeightG: 1000},
				To: config.LabelAddress{Name: "Acme Tea, Returns", Line1: "ul. Magazynowa 8", City: "Kraków", PostalCode: "30-858", Country: "PL"},
			}},
			Brand:    config.Brand{Color: "#0a7d55", Address: "Acme Tea, ul. Długa 1, 31-146 Kraków, Poland", ReplyTo: "help@acme.example"},
			Mail:     &config.Mail{URL: "smtp://" + d.world.MailAddr, Host: host, Port: port, TLS: "optional", From: "Acme Tea <orders@acme.example>"},
			SMS:      &config.SMS{AccountSID: standin.AccountSID, AuthToken: standin.AuthToken, From: "+48732000000", BaseURL: d.world.TwilioURL},
			Payments: &config.Payments{StripeKey: standin.StripeKey, WebhookSecrets: []string{standin.WebhookSecret}, BaseURL: d.world.StripeURL},
		}},
	}, nil
}

// returnWindow is how long the sample shop takes goods back.
const returnWindow = 30 * 24 * time.Hour

// policyOfReturns lets shoppers choose between their money, something else, and store credit with a tenth on top: so the recipients
// of gifts have a choice too.
func policyOfReturns() returns.Policy {
	return returns.Policy{Rules: []returns.Rule{{Name: "everything", Terms: returns.Terms{
		Window: returnWindow, Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy}, CreditBonus: 10,
	}}}}
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
	for _, p := range slices.Backward(people) { // so that the first one's mails are the newest, on top
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
		if err := d.goOn(ctx, p); err != nil {
			return err
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
