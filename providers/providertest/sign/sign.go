// Package sign signs webhooks as the vendors do, for the demo and for tests. It is written from the vendors' documents and
// shares no code with the packages that verify.
package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Shopify gives the headers of a webhook on topic ("orders/create"), signed with an app's client secret. id is the
// delivery's id, the same over all attempts.
func Shopify(secret, topic, id string, body []byte) http.Header {
	return headers("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(sum([]byte(secret), body)),
		"X-Shopify-Topic", topic, "X-Shopify-Webhook-Id", id)
}

// WooCommerce gives the headers of a webhook on topic ("order.created"). The secret is as the shop's owner typed it.
func WooCommerce(secret, topic string, body []byte) http.Header {
	resource, event, _ := strings.Cut(topic, ".")
	return headers("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(sum([]byte(secret), body)),
		"X-WC-Webhook-Topic", topic, "X-WC-Webhook-Resource", resource, "X-WC-Webhook-Event", event)
}

// Standard gives the headers of Standard Webhooks for the message id, sent at the given time. The secret is base64, with
// or without "whsec_"; one that is not base64 gives a signature that never holds.
func Standard(secret, id string, at time.Time, body []byte) http.Header {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := sum(key, append([]byte(id+"."+stamp+"."), body...))
	return headers("Webhook-Id", id, "Webhook-Timestamp", stamp,
		"Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac))
}

// EasyPost gives the header of an event, signed with the webhook_secret.
func EasyPost(secret string, body []byte) http.Header {
	mac := sum([]byte(norm.NFKD.String(secret)), body)
	return headers("X-Hmac-Signature", "hmac-sha256-hex="+hex.EncodeToString(mac))
}

// AfterShip gives the header of a webhook of AfterShip Tracking.
func AfterShip(secret string, body []byte) http.Header {
	return headers("Aftership-Hmac-Sha256", base64.StdEncoding.EncodeToString(sum([]byte(secret), body)))
}

func sum(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

func headers(pairs ...string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}
