// Package link signs and reads the tokens of order links: {public_url}/o/{token}. A token names one order, carries the
// link epoch (which grows when links are revoked) and an end, and is authenticated to the last bit. It holds no personal
// data. Pure: the time is an argument.
//
// A token is base64url without padding of
//
//	layout (1 byte) · expires (4 bytes, Unix seconds) · epoch (uvarint) · order id · shop · tag (16 bytes)
//
// where layout 1 packs an order id of internal/id into its 12 bytes and layout 2 writes any other id as uvarint length
// and bytes. The tag is the head of HMAC-SHA256 over the purpose and everything before the tag. With a shop id of four
// letters a token has 51 characters.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// What Parse can say. Neither error carries anything of the token.
var (
	// ErrInvalid: not made with one of the secrets, or changed since.
	ErrInvalid = errors.New("link: invalid")
	// ErrExpired: authentic, and its end is over. Parse gives the claim with it.
	ErrExpired = errors.New("link: expired")
)

const (
	minSecret = 32 // bytes
	tagSize   = 16 // bytes, 128 bits
	maxToken  = 256
	purpose   = "homeward order link\x00"

	layoutPacked = 1
	layoutPlain  = 2
	packedID     = 12 // bytes of an order id of internal/id
)

// idText is the alphabet of internal/id.
var idText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Claim is what an authentic token says.
type Claim struct {
	Shop    string
	OrderID string
	Epoch   int64     // compare it with the order's LinkEpoch: another one means revoked
	Expires time.Time // UTC, whole seconds
}

// Signer signs and reads tokens. It is safe for concurrent use.
type Signer struct {
	secrets [][]byte
}

// New makes a Signer. The first secret signs, all of them verify, so that a secret can be rotated. Each has 32 bytes or
// more.
func New(secrets []string) (*Signer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("link: no secret")
	}
	s := &Signer{secrets: make([][]byte, len(secrets))}
	for i, secret := range secrets {
		if len(secret) < minSecret {
			return nil, fmt.Errorf("link: secret %d has %d bytes, it needs %d or more", i+1, len(secret), minSecret)
		}
		s.secrets[i] = []byte(secret)
	}
	return s, nil
}

// Order gives the token of an order's link. It is valid before expires, which is kept in whole seconds. The same
// arguments give the same token.
func (s *Signer) Order(shop, orderID string, epoch int64, expires time.Time) string {
	id, layout := packID(orderID)
	b := make([]byte, 0, 64)
	b = append(b, layout)
	b = binary.BigEndian.AppendUint32(b, unixSeconds(expires))
	b = binary.AppendUvarint(b, uint64(max(epoch, 0)))
	b = append(b, id...)
	b = append(b, shop...)
	return base64.RawURLEncoding.EncodeToString(append(b, tag(s.secrets[0], b)...))
}

// Parse reads a token. Anything that Order did not make gives ErrInvalid; an authentic token that is over gives its claim
// and ErrExpired.
func (s *Signer) Parse(token string, now time.Time) (Claim, error) {
	if len(token) > maxToken {
		return Claim{}, ErrInvalid
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	// Encoding again finds what the decoder forgives: line ends, and bits after the last byte.
	if err != nil || base64.RawURLEncoding.EncodeToString(b) != token || len(b) <= tagSize {
		return Claim{}, ErrInvalid
	}
	body, given := b[:len(b)-tagSize], b[len(b)-tagSize:]
	if !s.authentic(body, given) {
		return Claim{}, ErrInvalid
	}
	claim, ok := read(body)
	if !ok {
		return Claim{}, ErrInvalid
	}
	if !now.Before(claim.Expires) {
		return claim, ErrExpired
	}
	return claim, nil
}

// authentic tries every secret, so that the time it takes does not tell which one signed.
func (s *Signer) authentic(body, given []byte) bool {
	found := false
	for _, secret := range s.secrets {
		if hmac.Equal(tag(secret, body), given) {
			found = true
		}
	}
	return found
}

func tag(secret, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	mac.Write(body)
	return mac.Sum(nil)[:tagSize]
}

func read(b []byte) (Claim, bool) {
	if len(b) < 5 {
		return Claim{}, false
	}
	layout, expires := b[0], binary.BigEndian.Uint32(b[1:5])
	epoch, n := binary.Uvarint(b[5:])
	if n <= 0 || epoch > math.MaxInt64 {
		return Claim{}, false
	}
	id, shop, ok := unpackID(layout, b[5+n:])
	return Claim{Shop: shop, OrderID: id, Epoch: int64(epoch), Expires: time.Unix(int64(expires), 0).UTC()}, ok
}

func packID(orderID string) (id []byte, layout byte) {
	if raw, err := idText.DecodeString(orderID); err == nil && len(raw) == packedID && idText.EncodeToString(raw) == orderID {
		return raw, layoutPacked
	}
	return append(binary.AppendUvarint(nil, uint64(len(orderID))), orderID...), layoutPlain
}

func unpackID(layout byte, b []byte) (id, shop string, ok bool) {
	switch layout {
	case layoutPacked:
		if len(b) < packedID {
			return "", "", false
		}
		return idText.EncodeToString(b[:packedID]), string(b[packedID:]), true
	case layoutPlain:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) { //nolint:gosec // n is at most len(b)
			return "", "", false
		}
		end := n + int(size) //nolint:gosec // not above len(b)
		return string(b[n:end]), string(b[end:]), true
	default:
		return "", "", false
	}
}

// unixSeconds keeps a time within what four bytes hold: 1970 to 2106.
func unixSeconds(t time.Time) uint32 {
	return uint32(min(max(t.Unix(), 0), math.MaxUint32)) //nolint:gosec // bounded
}
