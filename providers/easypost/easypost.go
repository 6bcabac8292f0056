// Package easypost reads the tracker events of EasyPost (docs.easypost.com/docs/webhooks), which follows parcels of many
// carriers.
package easypost

import (
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/wire"
)

const (
	header = "X-Hmac-Signature"
	prefix = "hmac-sha256-hex="
)

// Source reads the webhooks of one EasyPost account.
type Source struct {
	options providers.Options
}

// New makes a Source. Secrets are the webhook_secret that the webhook was made with.
func New(o providers.Options) *Source { return &Source{options: o} }

// Verify checks the hex HMAC-SHA256 of the body; its key is the secret in Unicode's NFKD form. EasyPost signs only where
// the webhook has a secret, so an unsigned request is refused.
func (s *Source) Verify(h http.Header, body []byte, _ time.Time) error {
	given, ok := strings.CutPrefix(h.Get(header), prefix)
	if !ok || given == "" {
		return wire.BadSignature("The header X-Hmac-Signature is missing or does not begin with \"hmac-sha256-hex=\"; " +
			"give the webhook a webhook_secret at EasyPost.")
	}
	if !wire.AnySecret(s.options.Secrets, func(secret string) bool {
		return wire.EqualHex(given, wire.MAC([]byte(norm.NFKD.String(secret)), body))
	}) {
		return wire.BadSignature("X-Hmac-Signature does not match the body; check that the secret is the webhook_secret of this webhook, " +
			"and that no proxy changes the body.")
	}
	return nil
}

// Ping is always false: EasyPost sends none.
func (s *Source) Ping(http.Header, []byte) bool { return false }

// DedupeKey is empty: the event's id is in the body.
func (s *Source) DedupeKey(http.Header) string { return "" }

// Keep lists no header: all that Read needs is in the body.
func (s *Source) Keep() []string { return nil }

type event struct {
	Object      string   `json:"object"`
	Description string   `json:"description"`
	Result      *tracker `json:"result"`
}

type tracker struct {
	ID              wire.ID  `json:"id"`
	TrackingCode    wire.ID  `json:"tracking_code"`
	Status          string   `json:"status"`
	StatusDetail    string   `json:"status_detail"`
	CreatedAt       string   `json:"created_at"`
	EstDeliveryDate string   `json:"est_delivery_date"`
	Carrier         string   `json:"carrier"`
	PublicURL       string   `json:"public_url"`
	Details         []detail `json:"tracking_details"`
	CarrierDetail   struct {
		EstDeliveryDateLocal string `json:"est_delivery_date_local"`
	} `json:"carrier_detail"`
}

type detail struct {
	Message      string `json:"message"`
	Status       string `json:"status"`
	StatusDetail string `json:"status_detail"`
	Datetime     string `json:"datetime"`
}

// Read puts tracker.created and tracker.updated into events; other events are noted. The `status` of the envelope is that
// of the webhook's delivery and is not read. A return's tracker (is_return) is read like any other: it finds its case by
// the tracking number. signed_by is a name and proves nothing about who it is, so DeliveredTo stays empty.
func (s *Source) Read(in providers.Delivery) (providers.Reading, error) {
	// What the other events carry has another shape, so the name is read first.
	var kind struct {
		Description string `json:"description"`
	}
	if err := wire.Decode(in.Body, &kind, ""); err != nil {
		return providers.Reading{}, err
	}
	switch kind.Description {
	case "tracker.created", "tracker.updated":
	case "":
		return providers.Reading{}, wire.Invalid("description", "is missing", nil)
	default:
		return providers.Reading{Note: "event " + wire.Word(kind.Description) + " is not about a tracker"}, nil
	}
	var e event
	if err := wire.Decode(in.Body, &e, ""); err != nil {
		return providers.Reading{}, err
	}
	if e.Result == nil {
		return providers.Reading{}, wire.Invalid("result", "is missing: the event has no tracker", nil)
	}
	f := &wire.Fields{Zone: s.options.Zone}
	t := s.tracker(f, e.Result)
	if err := f.Err(); err != nil {
		return providers.Reading{}, err
	}
	events := t.Events()
	if len(events) == 0 {
		f.Note("the tracker has no news yet")
	}
	return providers.Reading{Events: events, Note: f.Notes()}, nil
}

func (s *Source) tracker(f *wire.Fields, in *tracker) wire.Tracker {
	t := wire.Tracker{
		Source:  s.options.Name,
		Number:  f.ID("result.tracking_code", string(in.TrackingCode)),
		Carrier: wire.Text(in.Carrier),
		URL:     wire.WebAddress(in.PublicURL),
		Summary: point(in.Status, in.StatusDetail, ""),
	}
	if orders.NormalizeTracking(t.Number) == "" {
		f.Fail(wire.Invalid("result.tracking_code", "has no letter and no digit", nil))
	}
	if in.ID != "" {
		t.Alias = s.options.Name + ":tracker:" + f.OptionalID("result.id", string(in.ID))
	}
	t.Ref.TrackingNumber = t.Number
	f.Count("result.tracking_details", len(in.Details))
	for _, d := range in.Details {
		at, ok := wire.ParseTime(d.Datetime, s.options.Zone)
		if !ok {
			f.Note("checkpoint_without_time")
			continue
		}
		p := point(d.Status, d.StatusDetail, d.Message)
		p.At = at
		t.Points = append(t.Points, p)
	}
	if len(t.Points) == 0 {
		t.Summary.At = f.Time("result.created_at", in.CreatedAt)
	}
	switch t.Summary.Stage {
	case orders.Delivered, orders.Returning, orders.Returned, orders.ParcelGone:
	default:
		if t.ETA = wire.Date(in.CarrierDetail.EstDeliveryDateLocal); t.ETA == "" {
			t.ETA = wire.Date(in.EstDeliveryDate)
		}
	}
	return t
}
