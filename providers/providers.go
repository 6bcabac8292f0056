// Package providers holds what the vendors' packages share: the shape of a source of webhooks. One folder per vendor.
package providers

import (
	"net/http"
	"time"

	"homeward/internal/orders"
)

// Source is a vendor that posts webhooks about orders and parcels.
type Source interface {
	// Verify checks the signature over the raw bytes before anything is parsed, in constant time, against every secret of
	// the source. It gives a fault with code "bad_signature" and a sentence that tells an engineer what to look at.
	Verify(header http.Header, body []byte, now time.Time) error
	// Ping tells that the request is the vendor's ping, which is unsigned and carries no news: answered 200.
	Ping(header http.Header, body []byte) bool
	// DedupeKey gives the vendor's id of this delivery where it is in a header and truly unique, else "".
	DedupeKey(header http.Header) string
	// Keep lists the headers that Read needs.
	Keep() []string
	// Read puts a stored body into our own words. No events and a Note: understood and of no concern here. A fault of class
	// Permanent: not understood (code "body_malformed", "field_invalid", "topic_unknown", …), a person must look.
	Read(in Delivery) (Reading, error)
}

// Delivery is a stored webhook.
type Delivery struct {
	Header     http.Header // only what Keep lists
	Body       []byte
	ReceivedAt time.Time
}

// Reading is a webhook in our own words.
type Reading struct {
	Events []orders.Event
	Note   string // why there are no events, or what was left out; ids and codes only
}

// Options is what a vendor's constructor gets.
type Options struct {
	Name    string   // the source's name in the configuration; the Source of its events
	Secrets []string // never empty, never an empty string
	// Zone is the shop's zone: for times and dates that a vendor writes without one.
	Zone *time.Location
	// Country is the shop's country, ISO 3166-1 alpha-2.
	Country string
}
