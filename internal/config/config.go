// Package config is homeward.yaml: its keys, the environment and files that it reads, its defaults and its faults.
package config

import (
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
)

// Config is a whole configuration, read, completed with defaults and checked.
type Config struct {
	Listen        string // ":8080"
	MetricsListen string // "127.0.0.1:9090", "" when off
	PublicURL     string // without a final slash; http only on loopback
	Database      string // "sqlite:PATH" or "postgres://…"
	Redis         string // "embedded", or a URL
	Files         string // a folder, or "s3://bucket?region=…"
	Secrets       []string
	Ops           Ops
	Work          Work
	Shops         []Shop // at least one, ids unique
}

// Ops is who may use the console.
type Ops struct {
	Users []User
}

// User is a member of staff.
type User struct {
	Name         string
	PasswordHash string // bcrypt
	Role         string // viewer | agent | admin
}

// Work tunes the workers. The defaults suit production; tests and the demo shorten them.
type Work struct {
	Concurrency   int           // handlers at once, default 32
	SweepEvery    time.Duration // default 15s
	OverdueAfter  time.Duration // default 1m: work that is so much overdue gets a new task
	CheckInterval time.Duration // how often an idle queue is looked at, default 20ms
}

// Shop is one shop with everything that applies to it: mail, sms and payments are its own or those of the whole file.
type Shop struct {
	ID        string
	Name      string
	Country   string // ISO 3166-1 alpha-2, capitals
	Zone      *time.Location
	Holidays  *calendar.Calendar // the public holidays of all countries; nil: those that are built in
	Languages []string           // the first is the fallback; each one of templates' languages
	Sources   []Source
	Messages  Messages
	Returns   Returns
	Notify    Notify
	Brand     Brand
	Mail      *Mail // nil: no mail is configured
	SMS       *SMS
	Payments  *Payments
}

// Source is one sender of webhooks to a shop.
type Source struct {
	Name    string
	Kind    string // shopify | woocommerce | standard | easypost | aftership
	Secrets []string
}

// Messages is what a shop set about its messages.
type Messages struct {
	Off        []string            // topics
	CalmWindow time.Duration       // default 10m
	QuietFrom  time.Duration       // since midnight, default 21h
	QuietUntil time.Duration       // default 8h
	Channels   map[string][]string // topic → channels, over the defaults
}

// Returns is a shop's policy of returns.
type Returns struct {
	Window     time.Duration  // default 30 days
	Approve    string         // auto (default) | staff
	Address    string         // where goods go back to; brand.address when empty
	PolicyFile string         // the file of rules, "" without one
	Policy     returns.Policy // its rules, approvals and reasons; nothing else of it is set here
	// SendWithin is in how long the goods of a return are expected from its approval, in whole days; default 14 days, 0: no
	// matter.
	SendWithin time.Duration
	StaffMail  string // who hears of deadlines and of shoppers' answers; brand.reply_to when empty
	FTC        string // what comes of US orders that are not shipped in time: notify (default): buyer and staff are told | cancel: what the buyer does not agree to is cancelled | off
	Deliver    string // watch (default): staff are alarmed of orders that are not delivered in time, where a law sets one | off
	// FourEyes is the amount above which a case's refund is let go by a second member of staff; an order in a currency without
	// one is not held.
	FourEyes returns.Amounts
	Labels   *Labels // nil: no labels are bought
	// KeepFiles is how long photos and documents stay after their case ended.
	KeepFiles time.Duration
}

// Labels is a carrier account that labels for the way back are bought with.
type Labels struct {
	Provider        string // easypost
	APIKey          string
	BaseURL         string // "" is the provider itself
	CarrierAccounts []string
	Services        []string
	Parcel          LabelParcel
	To              LabelAddress
}

// LabelParcel is the parcel that a label is bought for.
type LabelParcel struct{ WeightG, LengthMM, WidthMM, HeightMM int }

// LabelAddress is where goods come back to, in the parts that carriers ask for.
type LabelAddress struct{ Name, Line1, Line2, City, Region, PostalCode, Country, Phone, Email string }

// Notify is where the shop's own systems hear of what happens.
type Notify struct {
	URL    string
	Secret string
}

// Brand is how the shop presents itself.
type Brand struct {
	Logo    string
	Color   string // "#00aa55"
	Address string
	ReplyTo string
}

// Mail is a mail server and the sender. The host, user and password are parsed from the smtp URL.
type Mail struct {
	URL  string // as written, for messages about it (without the password)
	Host string
	Port int
	// TLS is "implicit" (smtps), "starttls" (required) or "optional".
	TLS      string
	User     string
	Password string
	From     string // "Acme <orders@acme.example>"
}

// SMS is a Twilio account and sender.
type SMS struct {
	AccountSID          string
	AuthToken           string
	From                string // E.164 or an alphanumeric sender
	MessagingServiceSID string // instead of From
	BaseURL             string // "" is Twilio itself
}

// Payments is a Stripe account.
type Payments struct {
	StripeKey      string
	WebhookSecrets []string
	BaseURL        string // "" is Stripe itself
}

// Shop gives the shop of an id.
func (c *Config) Shop(id string) (*Shop, bool) {
	for i := range c.Shops {
		if c.Shops[i].ID == id {
			return &c.Shops[i], true
		}
	}
	return nil, false
}
