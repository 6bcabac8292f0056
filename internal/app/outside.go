package app

import (
	"homeward/internal/config"
	"homeward/jobs"
	"homeward/providers/easypost"
	"homeward/providers/smtp"
	"homeward/providers/stripe"
	"homeward/providers/twilio"
)

// doors are the ways out that shops share: those with the same mail server, sender or account have one.
type doors struct {
	seams   Seams
	pools   map[config.Mail]*smtp.Pool
	texters map[config.SMS]*twilio.Client
	banks   map[[2]string]*stripe.Client
}

// outside opens every shop's ways out.
func (a *App) outside(seams Seams) (map[string]jobs.Outside, error) {
	d := &doors{
		seams: seams, pools: make(map[config.Mail]*smtp.Pool), texters: make(map[config.SMS]*twilio.Client),
		banks: make(map[[2]string]*stripe.Client),
	}
	out := make(map[string]jobs.Outside, len(a.Config.Shops))
	for i := range a.Config.Shops {
		shop := &a.Config.Shops[i]
		o, err := d.of(shop)
		if err != nil {
			return nil, err
		}
		out[shop.ID] = o
	}
	for _, pool := range d.pools {
		a.pools = append(a.pools, pool)
	}
	return out, nil
}

// of opens one shop's ways out; an interface stays nil where the shop has none.
func (d *doors) of(shop *config.Shop) (jobs.Outside, error) {
	var o jobs.Outside
	if m := shop.Mail; m != nil {
		o.Mail = d.mail(*m)
	}
	if s := shop.SMS; s != nil {
		texter, err := d.texter(*s)
		if err != nil {
			return o, err
		}
		o.SMS = texter
	}
	if p := shop.Payments; p != nil {
		bank, err := d.bank(*p)
		if err != nil {
			return o, err
		}
		o.Bank = bank
	}
	if l := shop.Returns.Labels; l != nil {
		labels, err := easypost.NewLabels(LabelsConfig(*l, d.seams))
		if err != nil {
			return o, err
		}
		o.Labels = labels
	}
	return o, nil
}

func (d *doors) mail(m config.Mail) *smtp.Pool {
	m.From = "" // shops with their own sender share a server's connections
	if d.pools[m] == nil {
		d.pools[m] = smtp.New(MailConfig(m, d.seams))
	}
	return d.pools[m]
}

func (d *doors) texter(s config.SMS) (*twilio.Client, error) {
	var err error
	if d.texters[s] == nil {
		d.texters[s], err = twilio.New(SMSConfig(s, d.seams))
	}
	return d.texters[s], err
}

func (d *doors) bank(p config.Payments) (*stripe.Client, error) {
	var err error
	key := [2]string{p.StripeKey, p.BaseURL}
	if d.banks[key] == nil {
		d.banks[key], err = stripe.New(StripeConfig(p, d.seams))
	}
	return d.banks[key], err
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
