package stripe

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	stripego "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/charge"
	"github.com/stripe/stripe-go/v79/dispute"
	"github.com/stripe/stripe-go/v79/paymentintent"
	"github.com/stripe/stripe-go/v79/refund"

	"homeward/internal/fault"
	"homeward/providers/exchange"
)

// Config is a Stripe account.
type Config struct {
	Key     string // a restricted key: refunds write; charges, payment intents and disputes read
	BaseURL string // "" is Stripe itself; else a proxy or a stand-in
	// PerSecond bounds the requests a second at each endpoint; 0 is what Stripe takes, below that there is no bound.
	PerSecond int
	// HTTPClient gives transport and timeout; nil: a transport tuned for one host, 30 s.
	HTTPClient *http.Client
}

// Client calls Stripe; many goroutines may use it at once. It never retries by itself: whoever keeps the idempotency
// key does.
type Client struct {
	refunds  refund.Client
	charges  charge.Client
	intents  paymentintent.Client
	disputes dispute.Client
}

// New gives a client. A BaseURL that is none is a fault.
func New(cfg Config) (*Client, error) {
	h := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t, err := exchange.Over(cfg.HTTPClient, cfg.BaseURL)
	if err != nil {
		return nil, fault.New(fault.Permanent, "stripe_base_url_invalid", "payments.base_url is not a URL.", err)
	}
	if cfg.HTTPClient != nil {
		h.Timeout = cmp.Or(cfg.HTTPClient.Timeout, h.Timeout)
	}
	h.Transport = pace(t, cmp.Or(cfg.PerSecond, PerSecond))
	backend := stripego.GetBackendWithConfig(stripego.APIBackend, &stripego.BackendConfig{
		HTTPClient:        h,
		MaxNetworkRetries: stripego.Int64(0),
		EnableTelemetry:   new(false),
		LeveledLogger:     &stripego.LeveledLogger{Level: stripego.LevelNull}, // its lines quote answers
	})
	return &Client{
		refunds:  refund.Client{B: backend, Key: cfg.Key},
		charges:  charge.Client{B: backend, Key: cfg.Key},
		intents:  paymentintent.Client{B: backend, Key: cfg.Key},
		disputes: dispute.Client{B: backend, Key: cfg.Key},
	}, nil
}

// Refund issues exactly this refund under exactly this key. The same Request may be repeated: Stripe gives its first
// answer again, for 24 hours at least.
func (c *Client) Refund(ctx context.Context, r Request) (Refund, error) {
	amount, err := ToStripe(r.Amount, r.Currency)
	if err != nil {
		return Refund{}, err
	}
	if r.Key == "" || len(r.Key) > 255 || amount <= 0 {
		return Refund{}, fault.New(fault.Permanent, "refund_request_invalid", "A refund needs a positive amount and an idempotency key of at most 255 characters.", nil)
	}
	ctx, seen := exchange.Watch(ctx)
	params := &stripego.RefundParams{
		Amount: new(amount),
		Reason: stripego.String(string(stripego.RefundReasonRequestedByCustomer)), // "fraudulent" would block the card
	}
	params.Context = ctx
	params.SetIdempotencyKey(r.Key)
	params.AddMetadata("homeward_refund", r.RefundID)
	params.AddMetadata("homeward_case", r.CaseID)
	if isIntent(r.Reference) {
		params.PaymentIntent = new(r.Reference)
	} else {
		params.Charge = new(r.Reference)
	}
	res, err := c.refunds.New(params)
	if err != nil {
		return Refund{}, issueFault(seen, err)
	}
	if res.ID == "" {
		return Refund{}, issueFault(seen, errEmpty)
	}
	return fromRefund(res), nil
}

// Refunds lists every refund of a payment, ours and others', newest first.
func (c *Client) Refunds(ctx context.Context, reference string) ([]Refund, error) {
	ctx, seen := exchange.Watch(ctx)
	params := &stripego.RefundListParams{}
	params.Context = ctx
	params.Limit = stripego.Int64(100)
	if isIntent(reference) {
		params.PaymentIntent = new(reference)
	} else {
		params.Charge = new(reference)
	}
	list := c.refunds.List(params)
	refunds := []Refund{}
	for list.Next() {
		refunds = append(refunds, fromRefund(list.Refund()))
	}
	if err := list.Err(); err != nil {
		return nil, readFault(seen, err)
	}
	if list.RefundList() == nil || list.RefundList().URL == "" {
		return nil, readFault(seen, errEmpty)
	}
	return refunds, nil
}

// PageOf is how many refunds Since gives at once, at most.
const PageOf = 500

// Since lists the refunds of the whole account that were made since, newest first. next is the page to ask for after this one, ""
// after the last; page is "" for the first.
func (c *Client) Since(ctx context.Context, from time.Time, page string) (refunds []Refund, next string, err error) {
	ctx, seen := exchange.Watch(ctx)
	params := &stripego.RefundListParams{CreatedRange: &stripego.RangeQueryParams{GreaterThanOrEqual: from.Unix()}}
	params.Context = ctx
	params.Limit = stripego.Int64(100)
	if page != "" {
		params.StartingAfter = new(page)
	}
	list := c.refunds.List(params)
	for list.Next() {
		if len(refunds) == PageOf {
			return refunds, refunds[PageOf-1].ID, nil
		}
		refunds = append(refunds, fromRefund(list.Refund()))
	}
	if err := list.Err(); err != nil {
		return nil, "", readFault(seen, err)
	}
	if list.RefundList() == nil || list.RefundList().URL == "" {
		return nil, "", readFault(seen, errEmpty)
	}
	return refunds, "", nil
}

// Get reads one refund by Stripe's id.
func (c *Client) Get(ctx context.Context, refundID string) (Refund, error) {
	ctx, seen := exchange.Watch(ctx)
	params := &stripego.RefundParams{}
	params.Context = ctx
	res, err := c.refunds.Get(refundID, params)
	if err != nil {
		return Refund{}, readFault(seen, err)
	}
	if res.ID == "" {
		return Refund{}, readFault(seen, errEmpty)
	}
	return fromRefund(res), nil
}

// Check reads one refund, one charge, one payment intent and one dispute, if there are any: a key that may not shows
// here. The right to write refunds cannot be tried without writing one.
func (c *Client) Check(ctx context.Context) error {
	one := stripego.ListParams{Limit: stripego.Int64(1), Single: true}
	for _, read := range []struct {
		name string
		list func(stripego.ListParams) error
	}{
		{"refunds", func(p stripego.ListParams) error {
			l := c.refunds.List(&stripego.RefundListParams{ListParams: p})
			l.Next()
			return l.Err()
		}},
		{"charges", func(p stripego.ListParams) error {
			l := c.charges.List(&stripego.ChargeListParams{ListParams: p})
			l.Next()
			return l.Err()
		}},
		{"payment intents", func(p stripego.ListParams) error {
			l := c.intents.List(&stripego.PaymentIntentListParams{ListParams: p})
			l.Next()
			return l.Err()
		}},
		{"disputes", func(p stripego.ListParams) error {
			l := c.disputes.List(&stripego.DisputeListParams{ListParams: p})
			l.Next()
			return l.Err()
		}},
	} {
		watched, seen := exchange.Watch(ctx)
		p := one
		p.Context = watched
		if err := read.list(p); err != nil {
			f := readFault(seen, err)
			if f.Code == "stripe_key_rights" {
				f.Message = fmt.Sprintf("The Stripe key may not read %s: give the restricted key that right.", read.name)
			}
			return f
		}
	}
	return nil
}

func isIntent(reference string) bool { return strings.HasPrefix(reference, "pi_") }

func fromRefund(r *stripego.Refund) Refund {
	currency := strings.ToUpper(string(r.Currency))
	out := Refund{
		ID: r.ID, Amount: FromStripe(r.Amount, currency), Currency: currency, Status: string(r.Status),
		FailureReason: string(r.FailureReason), RefundID: r.Metadata["homeward_refund"],
	}
	if r.Charge != nil {
		out.ChargeID, out.Reference = r.Charge.ID, r.Charge.ID
	}
	if r.PaymentIntent != nil && r.PaymentIntent.ID != "" {
		out.Reference = r.PaymentIntent.ID
	}
	if r.LastResponse != nil {
		out.PendingReason = pendingReason(r.LastResponse.RawJSON)
	}
	if d := r.DestinationDetails; d != nil && d.Card != nil {
		out.BankReference = d.Card.Reference
	}
	return out
}

// pendingReason reads why a refund is pending, which Stripe tells from version 2025-04-30 on.
func pendingReason(body []byte) string {
	var raw struct {
		PendingReason string `json:"pending_reason"`
	}
	_ = json.Unmarshal(body, &raw)
	return raw.PendingReason
}
