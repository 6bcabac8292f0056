package twilio

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	twclient "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"homeward/internal/fault"
	"homeward/providers/exchange"
)

// Config is a Twilio account and the sender of its messages.
type Config struct {
	AccountSID          string
	AuthToken           string
	From                string // E.164 or an alphanumeric sender
	MessagingServiceSID string // instead of From
	BaseURL             string // "" is Twilio itself; else a proxy or a stand-in
	// HTTPClient gives transport and timeout; nil: a transport tuned for one host, 15 s.
	HTTPClient *http.Client
}

// Client calls Twilio; many goroutines may use it at once.
type Client struct {
	cfg       Config
	transport http.RoundTripper
	timeout   time.Duration
}

// New gives a client. A BaseURL that is none is a fault.
func New(cfg Config) (*Client, error) {
	c := &Client{cfg: cfg, timeout: 15 * time.Second}
	t, err := exchange.Over(cfg.HTTPClient, cfg.BaseURL)
	if err != nil {
		return nil, fault.New(fault.Permanent, "sms_base_url_invalid", "sms.base_url is not a URL.", err)
	}
	if cfg.HTTPClient != nil {
		c.timeout = cmp.Or(cfg.HTTPClient.Timeout, c.timeout)
	}
	c.transport = t
	return c, nil
}

// Sender gives the number or service that messages come from: the scope of an opt-out.
func (c *Client) Sender() string { return cmp.Or(c.cfg.MessagingServiceSID, c.cfg.From) }

// call runs f with a service whose one request goes under ctx, which twilio-go itself does not take, and is watched.
func (c *Client) call(ctx context.Context, f func(*api.ApiService) error) (*exchange.Call, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ctx, seen := exchange.Watch(ctx)
	base := &twclient.Client{
		Credentials: twclient.NewCredentials(c.cfg.AccountSID, c.cfg.AuthToken),
		HTTPClient: &http.Client{
			Transport:     under{ctx, c.transport},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	base.SetAccountSid(c.cfg.AccountSID)
	err := f(api.NewApiService(twclient.NewRequestHandler(base)))
	if err == nil && seen.Status()/100 != 2 {
		err = fmt.Errorf("twilio: HTTP status %d", seen.Status())
	}
	return seen, err
}

// under puts requests under a context. The timeout is in it too: http.Client's own would keep a goroutine for every
// refusal, because twilio-go leaves those answers unclosed.
type under struct {
	ctx  context.Context //nolint:containedctx // twilio-go has no other way in
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (u under) RoundTrip(req *http.Request) (*http.Response, error) {
	return u.next.RoundTrip(req.WithContext(u.ctx))
}

// Send hands one SMS to Twilio and gives its SID. Its errors are faults: Later when Twilio cannot have taken it,
// Uncertain when it may have, Permanent when it refused.
func (c *Client) Send(ctx context.Context, m Message) (string, error) {
	params := &api.CreateMessageParams{}
	params.SetTo(m.To)
	params.SetBody(m.Body)
	if c.cfg.MessagingServiceSID != "" {
		params.SetMessagingServiceSid(c.cfg.MessagingServiceSID)
	} else {
		params.SetFrom(c.cfg.From)
	}
	if m.StatusCallback != "" {
		params.SetStatusCallback(m.StatusCallback)
	}
	if m.ValidFor > 0 {
		params.SetValidityPeriod(int(min(max(m.ValidFor, time.Second), 10*time.Hour) / time.Second))
	}
	var sid string
	seen, err := c.call(ctx, func(s *api.ApiService) error {
		res, err := s.CreateMessage(params)
		if err == nil && res.Sid != nil {
			sid = *res.Sid
		}
		return err
	})
	if err != nil {
		return "", sendFault(seen, err)
	}
	if !strings.HasPrefix(sid, "SM") && !strings.HasPrefix(sid, "MM") {
		return "", uncertain(fmt.Errorf("twilio: an answer without a message SID"))
	}
	return sid, nil
}

// Find looks for a message with exactly this body to this number, created at or after since, and gives the SID of the
// newest, "" when there is none. It is how an uncertain Send is cleared up.
//
// It lists by the number alone: Twilio's filter by DateSent would hide a message that still waits in Twilio's queue,
// and an SMS that was not found goes out again.
func (c *Client) Find(ctx context.Context, to, body string, since time.Time) (string, error) {
	params := &api.ListMessageParams{}
	params.SetTo(to)
	params.SetPageSize(200)
	for token, page := "", ""; ; {
		var found *api.ListMessageResponse
		seen, err := c.call(ctx, func(s *api.ApiService) error {
			var err error
			found, err = s.PageMessage(params, token, page)
			return err
		})
		if err != nil {
			return "", readFault(seen, err)
		}
		old := 0
		for _, m := range found.Messages {
			switch {
			case before(m, since):
				old++
			case m.Body != nil && *m.Body == body && m.To != nil && *m.To == to && m.Sid != nil:
				return *m.Sid, nil
			}
		}
		if old == len(found.Messages) || found.NextPageUri == nil {
			return "", nil // the list runs from the newest to the oldest
		}
		next, err := url.Parse(*found.NextPageUri)
		if err != nil {
			return "", readFault(seen, err)
		}
		if token, page = next.Query().Get("PageToken"), next.Query().Get("Page"); token == "" && page == "" {
			return "", nil
		}
	}
}

// before tells that a message was created before t, with two seconds for clocks; a message without a time is not.
func before(m api.ApiV2010Message, t time.Time) bool {
	if m.DateCreated == nil {
		return false
	}
	created, err := time.Parse(time.RFC1123Z, *m.DateCreated)
	return err == nil && created.Before(t.Add(-2*time.Second))
}

// Check reads the account: wrong credentials, a closed account and an unreachable Twilio show here.
func (c *Client) Check(ctx context.Context) error {
	var status string
	seen, err := c.call(ctx, func(s *api.ApiService) error {
		account, err := s.FetchAccount(c.cfg.AccountSID)
		if err == nil && account.Status != nil {
			status = *account.Status
		}
		return err
	})
	if err != nil {
		return readFault(seen, err)
	}
	if status != "active" {
		return fault.New(fault.Later, "sms_account_inactive", "The Twilio account is not active.", fmt.Errorf("twilio: account status %q", status))
	}
	return nil
}
