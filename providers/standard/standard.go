// Package standard is the source for every shop that has no package of its own: webhooks in Homeward's own words, signed
// as Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md). The bodies are
// described by the JSON Schemas in docs/schemas and explained in docs/providers.md.
package standard

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"homeward/internal/fault"
	"homeward/providers"
	"homeward/providers/wire"
)

const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"

	// tolerance is how far the sender's clock may be from ours, either way.
	tolerance = 5 * time.Minute
)

// Source reads the webhooks of one `standard` source.
type Source struct {
	options providers.Options
	keys    []string // the decoded secrets, as raw bytes
	bad     error    // the first secret that cannot be decoded
}

// New makes a Source. Secrets are base64, with or without the prefix "whsec_"; one that is not is never used, and Check
// tells of it.
func New(o providers.Options) *Source {
	s := &Source{options: o}
	for i, secret := range o.Secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			if s.bad == nil {
				s.bad = fault.New(fault.Permanent, "secret_invalid", fmt.Sprintf(
					"Secret %d of the source %q is not base64; a Standard Webhooks secret is \"whsec_\" and base64 with padding.",
					i+1, o.Name), err)
			}
			continue
		}
		s.keys = append(s.keys, string(key))
	}
	return s
}

// Check tells what is wrong with the options: a secret that is not base64.
func (s *Source) Check() error { return s.bad }

// Verify checks webhook-signature over "id.timestamp.body" with the header's bytes as received, and that the timestamp is
// within five minutes. Of the signatures in the header only those of version v1 count; any of them may match.
func (s *Source) Verify(header http.Header, body []byte, now time.Time) error {
	id, stamp, signatures := header.Get(headerID), header.Get(headerTimestamp), header.Get(headerSignature)
	if id == "" || stamp == "" || signatures == "" {
		return wire.BadSignature("A header of Standard Webhooks is missing: webhook-id, webhook-timestamp and webhook-signature are needed.")
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || sent < 0 || sent > 1<<40 {
		return wire.BadSignature("The header webhook-timestamp is not a whole number of seconds since 1970.")
	}
	if off := now.Sub(time.Unix(sent, 0)); off > tolerance || off < -tolerance {
		return wire.BadSignature("The header webhook-timestamp is more than five minutes from our clock; check both clocks, and that the time of this attempt is sent.")
	}
	prefix := []byte(id + "." + stamp + ".")
	ok := wire.AnySecret(s.keys, func(key string) bool {
		mac := wire.MAC([]byte(key), prefix, body)
		found := false
		for one := range strings.SplitSeq(signatures, " ") {
			if given, v1 := strings.CutPrefix(one, "v1,"); v1 && wire.EqualBase64(given, mac) {
				found = true
			}
		}
		return found
	})
	if !ok {
		return wire.BadSignature("No v1 signature in webhook-signature matches a secret of this source; check that the secret is the one configured here, " +
			"that its base64 is decoded before signing, and that the body is signed byte for byte as sent.")
	}
	return nil
}

// Ping is always false: Standard Webhooks knows none.
func (s *Source) Ping(http.Header, []byte) bool { return false }

// DedupeKey is the webhook-id, which stays the same over all attempts of one message.
func (s *Source) DedupeKey(header http.Header) string { return header.Get(headerID) }

// Keep lists no header: all that Read needs is in the body.
func (s *Source) Keep() []string { return nil }
