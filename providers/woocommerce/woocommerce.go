// Package woocommerce reads the order webhooks of WooCommerce (plugins/woocommerce/includes/class-wc-webhook.php and the
// REST API v3, whose answer is the webhook's body).
package woocommerce

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/wire"
)

const (
	headerTopic     = "X-Wc-Webhook-Topic"
	headerSignature = "X-Wc-Webhook-Signature"
)

// Source reads the webhooks of one WooCommerce shop.
type Source struct {
	options providers.Options
}

// New makes a Source. Secrets are those of the webhooks as the shop's admin shows them.
func New(o providers.Options) *Source { return &Source{options: o} }

// entities undoes what WordPress does to a secret when it is saved; WooCommerce signs with the undone one.
var entities = strings.NewReplacer(
	"&amp;", "&", "&#038;", "&", "&#x26;", "&", "&lt;", "<", "&#060;", "<", "&gt;", ">", "&#062;", ">",
	"&quot;", `"`, "&#034;", `"`, "&#x22;", `"`, "&#039;", "'", "&#39;", "'", "&#x27;", "'", "&apos;", "'",
)

// Verify checks the base64 HMAC-SHA256 of the body. WooCommerce signs no time and never tries again.
func (s *Source) Verify(header http.Header, body []byte, _ time.Time) error {
	given := header.Get(headerSignature)
	if given == "" {
		return wire.BadSignature("The header X-WC-Webhook-Signature is missing or empty; a proxy may have dropped it.")
	}
	if !wire.AnySecret(s.options.Secrets, func(secret string) bool {
		return wire.EqualBase64(given, wire.MAC([]byte(entities.Replace(secret)), body))
	}) {
		return wire.BadSignature("X-WC-Webhook-Signature does not match the body; check that the secret is the one in the webhook's settings " +
			"(each webhook has its own), and that no plugin or proxy changes the body.")
	}
	return nil
}

// Ping tells the form "webhook_id=NN" that WooCommerce posts, unsigned and without its headers, when a webhook is saved.
func (s *Source) Ping(header http.Header, body []byte) bool {
	if header.Get(headerTopic) != "" || header.Get(headerSignature) != "" {
		return false
	}
	number, ok := bytes.CutPrefix(bytes.TrimSpace(body), []byte("webhook_id="))
	return ok && len(number) > 0 && len(number) <= 20 && len(bytes.Trim(number, "0123456789")) == 0
}

// DedupeKey is empty: two orders delivered in one second share WooCommerce's delivery id.
func (s *Source) DedupeKey(http.Header) string { return "" }

// Keep lists the topic's header.
func (s *Source) Keep() []string { return []string{headerTopic} }

// reader maps one body; its fields carry the checks.
type reader struct {
	wire.Fields
	name   string
	events []orders.Event
}

// Read puts order.created and order.updated into events. A deleted order is noted only: the shop tidying up is no news for
// a shopper.
func (s *Source) Read(in providers.Delivery) (providers.Reading, error) {
	r := &reader{name: s.options.Name}
	r.Zone = time.UTC // only the *_gmt times are read, which are UTC and do not say so
	topic := in.Header.Get(headerTopic)
	switch topic {
	case "order.created", "order.updated", "order.restored":
		r.order(topic, in.Body)
	case "order.deleted":
		r.Note("order deleted in the shop")
	default:
		return providers.Reading{}, wire.TopicUnknown("WooCommerce", topic)
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
