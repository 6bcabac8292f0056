// Package shopify reads the webhooks of a Shopify shop: orders, fulfilments, fulfilment events and refunds, in the form
// of the REST Admin API (shopify.dev/docs/api/admin-rest). A webhook's body is the resource itself: the key that wraps it
// in an answer of the REST API ({"order": …}) is not there.
package shopify

import (
	"net/http"
	"strings"
	"time"

	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/wire"
)

// Each header has its classic name and the one of Shopify's newer "Events" deliveries.
var (
	headersTopic     = []string{"X-Shopify-Topic", "Shopify-Topic"}
	headersSignature = []string{"X-Shopify-Hmac-Sha256", "Shopify-Hmac-Sha256"}
	headersID        = []string{"X-Shopify-Webhook-Id", "Shopify-Webhook-Id"}
)

// Source reads the webhooks of one Shopify shop.
type Source struct {
	options providers.Options
}

// New makes a Source. Secrets are the client secrets of the app that made the webhooks, as text; those made in the shop's
// admin are signed with the secret that the admin shows beside them.
func New(o providers.Options) *Source { return &Source{options: o} }

// Verify checks the base64 HMAC-SHA256 of the body. Shopify signs no time: a retry may be hours old and is right.
func (s *Source) Verify(header http.Header, body []byte, _ time.Time) error {
	given := first(header, headersSignature)
	if given == "" {
		return wire.BadSignature("The header X-Shopify-Hmac-Sha256 is missing or empty; a proxy may have dropped it.")
	}
	if !wire.AnySecret(s.options.Secrets, func(secret string) bool {
		return wire.EqualBase64(given, wire.MAC([]byte(secret), body))
	}) {
		return wire.BadSignature("X-Shopify-Hmac-Sha256 does not match the body; check that the secret is the client secret of the app " +
			"that made this webhook (those made in the shop's admin have another), and that no proxy changes the body.")
	}
	return nil
}

// Ping is always false: Shopify sends none.
func (s *Source) Ping(http.Header, []byte) bool { return false }

// DedupeKey is the webhook id, which Shopify calls the idempotency key of a delivery. The event id is another thing:
// several deliveries share it.
func (s *Source) DedupeKey(header http.Header) string { return first(header, headersID) }

// Keep lists the names of the topic's header.
func (s *Source) Keep() []string { return append([]string(nil), headersTopic...) }

func first(header http.Header, names []string) string {
	for _, name := range names {
		if v := header.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// reader maps one body; its fields carry the checks.
type reader struct {
	wire.Fields
	name   string // the source's name
	events []orders.Event
}

// Read puts a webhook into events by its topic.
func (s *Source) Read(in providers.Delivery) (providers.Reading, error) {
	r := &reader{name: s.options.Name}
	r.Zone = s.options.Zone
	topic := strings.ToLower(first(in.Header, headersTopic))
	switch topic {
	case "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled":
		r.order(topic, in.Body)
	case "fulfillments/create", "fulfillments/update":
		var f fulfillment
		r.Fail(wire.Decode(in.Body, &f, ""))
		r.fulfillment("", f, "")
	case "fulfillment_events/create":
		r.fulfillmentEvent(in.Body)
	case "refunds/create":
		var refund refund
		r.Fail(wire.Decode(in.Body, &refund, ""))
		r.refund("", refund, "", "")
	default:
		return providers.Reading{}, wire.TopicUnknown("Shopify", topic)
	}
	if err := r.Err(); err != nil {
		return providers.Reading{}, err
	}
	return providers.Reading{Events: wire.Distinct(r.events), Note: r.Notes()}, nil
}

// add keeps an event of this source.
func (r *reader) add(e orders.Event) {
	e.Source = r.name
	r.events = append(r.events, e)
}

func (r *reader) orderID(id string) string { return r.name + ":order:" + id }
