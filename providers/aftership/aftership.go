// Package aftership reads the webhooks of AfterShip Tracking (aftership.com/docs/tracking/webhook), which follows parcels
// of many carriers.
package aftership

import (
	"net/http"
	"time"

	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/wire"
)

const header = "Aftership-Hmac-Sha256"

// Source reads the webhooks of one AfterShip account.
type Source struct {
	options providers.Options
}

// New makes a Source. Secrets are the webhook secrets that AfterShip shows, as text.
func New(o providers.Options) *Source { return &Source{options: o} }

// Verify checks the base64 HMAC-SHA256 of the body. No time is signed but the event's own, which says nothing of replay.
func (s *Source) Verify(h http.Header, body []byte, _ time.Time) error {
	given := h.Get(header)
	if given == "" {
		return wire.BadSignature("The header aftership-hmac-sha256 is missing or empty; AfterShip's other products sign under other names and are not read.")
	}
	if !wire.AnySecret(s.options.Secrets, func(secret string) bool {
		return wire.EqualBase64(given, wire.MAC([]byte(secret), body))
	}) {
		return wire.BadSignature("aftership-hmac-sha256 does not match the body; check that the secret is AfterShip's webhook secret, as shown there, " +
			"and that no proxy changes the body.")
	}
	return nil
}

// Ping is always false: AfterShip sends none.
func (s *Source) Ping(http.Header, []byte) bool { return false }

// DedupeKey is empty: the event's id is in the body.
func (s *Source) DedupeKey(http.Header) string { return "" }

// Keep lists no header: all that Read needs is in the body.
func (s *Source) Keep() []string { return nil }

type update struct {
	Msg *tracking `json:"msg"`
	TS  wire.ID   `json:"ts"`
}

type tracking struct {
	ID               wire.ID      `json:"id"`
	TrackingNumber   wire.ID      `json:"tracking_number"`
	Slug             string       `json:"slug"`
	OrderNumber      wire.ID      `json:"order_number"`
	OrderID          wire.ID      `json:"order_id"`
	Tag              string       `json:"tag"`
	Subtag           string       `json:"subtag"`
	SubtagMessage    string       `json:"subtag_message"`
	TrackingURL      string       `json:"courier_tracking_link"`
	ExpectedDelivery string       `json:"expected_delivery"`
	UpdatedAt        string       `json:"updated_at"`
	PickupLocation   string       `json:"pickup_location"`
	Checkpoints      []checkpoint `json:"checkpoints"`
	LatestEstimate   struct {
		Datetime string `json:"datetime"`
	} `json:"latest_estimated_delivery"`
}

type checkpoint struct {
	Time          string `json:"checkpoint_time"`
	Message       string `json:"message"`
	Tag           string `json:"tag"`
	Subtag        string `json:"subtag"`
	SubtagMessage string `json:"subtag_message"`
}

// Read puts a tracking_update into events; other events are noted. The order is found by its number, else by order_id,
// else by the tracking number. A checkpoint's time without a zone is taken in the shop's.
func (s *Source) Read(in providers.Delivery) (providers.Reading, error) {
	var kind struct {
		Event string `json:"event"`
	}
	if err := wire.Decode(in.Body, &kind, ""); err != nil {
		return providers.Reading{}, err
	}
	switch kind.Event {
	case "tracking_update":
	case "":
		return providers.Reading{}, wire.Invalid("event", "is missing", nil)
	default:
		return providers.Reading{Note: "event " + wire.Word(kind.Event) + " is not a tracking_update"}, nil
	}
	var u update
	if err := wire.Decode(in.Body, &u, ""); err != nil {
		return providers.Reading{}, err
	}
	if u.Msg == nil {
		return providers.Reading{}, wire.Invalid("msg", "is missing", nil)
	}
	f := &wire.Fields{Zone: s.options.Zone}
	t := s.tracker(f, u.Msg, u.TS)
	if err := f.Err(); err != nil {
		return providers.Reading{}, err
	}
	events := t.Events()
	if len(events) == 0 {
		f.Note("the tracking has no news yet")
	}
	return providers.Reading{Events: events, Note: f.Notes()}, nil
}

func (s *Source) tracker(f *wire.Fields, in *tracking, ts wire.ID) wire.Tracker {
	t := wire.Tracker{
		Source:  s.options.Name,
		Number:  f.ID("msg.tracking_number", string(in.TrackingNumber)),
		Carrier: wire.Text(in.Slug),
		URL:     wire.WebAddress(in.TrackingURL),
		Summary: point(in.Tag, in.Subtag, in.SubtagMessage),
	}
	if orders.NormalizeTracking(t.Number) == "" {
		f.Fail(wire.Invalid("msg.tracking_number", "has no letter and no digit", nil))
	}
	if in.ID != "" {
		t.Alias = s.options.Name + ":tracking:" + f.OptionalID("msg.id", string(in.ID))
	}
	number, orderID := f.OptionalID("msg.order_number", string(in.OrderNumber)), f.OptionalID("msg.order_id", string(in.OrderID))
	// Whoever set up the tracker typed these: the tracking number stands beside them, for when they are wrong.
	t.Ref.TrackingNumber = t.Number
	switch {
	case number != "":
		t.Ref.OrderNumber = number
	case orderID != "":
		t.Ref.OrderID = orderID
	}
	f.Count("msg.checkpoints", len(in.Checkpoints))
	for _, c := range in.Checkpoints {
		at, ok := wire.ParseTime(c.Time, s.options.Zone)
		if !ok {
			f.Note("checkpoint_without_time")
			continue
		}
		p := point(c.Tag, c.Subtag, c.SubtagMessage)
		p.At = at
		if c.Message != "" && p.Incident != orders.Unknown {
			p.Text = wire.Text(c.Message)
		}
		t.Points = append(t.Points, p)
	}
	if len(t.Points) == 0 && (t.Summary.Stage != "" || t.Summary.Incident != "") {
		t.Summary.At = updated(f, in.UpdatedAt, ts)
	}
	expect(&t, in)
	return t
}

// expect takes the estimate while the parcel is under way, and the place while it waits to be fetched.
func expect(t *wire.Tracker, in *tracking) {
	switch t.Summary.Stage {
	case orders.Delivered, orders.Collected, orders.Returning, orders.Returned:
		return
	case orders.ReadyForPickup:
		t.Pickup.Place = wire.Text(in.PickupLocation)
	default:
	}
	if len(t.Points) == 0 && t.Summary.At.IsZero() {
		return
	}
	if t.ETA = wire.Date(in.LatestEstimate.Datetime); t.ETA == "" {
		t.ETA = wire.Date(in.ExpectedDelivery)
	}
}
