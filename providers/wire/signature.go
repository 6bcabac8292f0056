// Package wire is what the vendors' packages share about bytes on the wire: signatures, lenient numbers and ids, times,
// and how a body that cannot be read is told to the person who must act.
package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"

	"homeward/internal/fault"
)

// MAC gives the HMAC-SHA256 of the parts, one after the other, under key.
func MAC(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// EqualBase64 tells in constant time whether given is the standard, padded base64 of mac. The text is compared, not what
// it decodes to, so that no second spelling of a signature passes.
func EqualBase64(given string, mac []byte) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(base64.StdEncoding.EncodeToString(mac))) == 1
}

// EqualHex tells in constant time whether given is the lower-case hex of mac.
func EqualHex(given string, mac []byte) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(hex.EncodeToString(mac))) == 1
}

// AnySecret tells whether match holds for one of the secrets. Every secret is tried, so that the time taken does not
// tell which one matched. An empty secret never matches: it would let everybody sign.
func AnySecret(secrets []string, match func(secret string) bool) bool {
	found := false
	for _, s := range secrets {
		if s != "" && match(s) {
			found = true
		}
	}
	return found
}

// BadSignature is the fault of a request whose signature does not hold; message tells an engineer what to look at.
func BadSignature(message string) error {
	return fault.New(fault.Permanent, "bad_signature", message, nil)
}
