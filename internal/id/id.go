// Package id makes identifiers: 20 characters of lower-case base32, the first ten of which are the time, so that rows
// written together lie together in an index.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
	"unicode"
)

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New gives a fresh identifier: 48 bits of Unix milliseconds and 48 random bits. It is not a secret.
func New(now time.Time) string {
	var b [14]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16) //nolint:gosec // a time after 1970
	_, _ = rand.Read(b[6:12])                                      // crypto/rand.Read never fails
	return encoding.EncodeToString(b[:12])
}

// RMA gives a return number for people to read and say: "R-7K2M9" — five characters without 0, 1, I, L, O and U.
func RMA() string { return spoken("R-") }

// Withdrawal gives the reference of a statement of withdrawal: "W-7K2M9", as RMA.
func Withdrawal() string { return spoken("W-") }

// Secret gives 128 random bits in [A-Za-z0-9_-], for what may not be guessed.
func Secret() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func spoken(prefix string) string {
	const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [5]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return prefix + string(b[:])
}

// crockford is the alphabet that people read and type without mistakes: no I, L, O and U.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// giftBytes are the random bytes of a gift's code: 80 bits.
const giftBytes = 10

// Gift gives a gift's code: 16 characters of Crockford's base32, 80 random bits.
func Gift() string {
	var b [giftBytes]byte
	_, _ = rand.Read(b[:])
	return crockford.EncodeToString(b[:])
}

// GiftCode reads a gift's code as people type it: small letters, spaces and dashes, O for 0, I and L for 1,
// Arabic digits. false when it is none.
func GiftCode(typed string) (string, bool) {
	if len(typed) > maxTyped {
		return "", false
	}
	code := strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '‐' || r == '‑' || r == '–' || r == '—' || r == '_' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
			return -1
		case r == 'O' || r == 'o':
			return '0'
		case r == 'I' || r == 'i' || r == 'L' || r == 'l':
			return '1'
		case r >= '٠' && r <= '٩': // the digits of an Arabic keyboard
			return '0' + r - '٠'
		default:
			return unicode.ToUpper(r)
		}
	}, typed)
	_, err := crockford.DecodeString(code)
	return code, err == nil && len(code) == crockford.EncodedLen(giftBytes)
}

// maxTyped is the most bytes of what is typed as a code that are looked at.
const maxTyped = 200

// Grouped writes a gift's code in fours, for people: "7K2M-9QXA-…".
func Grouped(code string) string {
	var b strings.Builder
	for i, r := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}
