// Package id makes identifiers: 20 characters of lower-case base32, the first ten of which are the time, so that rows
// written together lie together in an index.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"time"
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
