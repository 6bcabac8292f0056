package shopper

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
)

const (
	draftLife = 2 * time.Hour
	maxDraft  = 6000 // characters in an address; a longer draft is not offered
)

// drafts carry what was typed through a plain link, so that "change something" loses nothing without a cookie or a
// script. They are sealed (AES-256-GCM) under keys made of the installation's secrets and bound to their page: a name or
// an address of a person never stands readable in an address, which proxies log and browsers keep.
type drafts []cipher.AEAD

type draft struct {
	Typed typed     `json:"t"`
	Until time.Time `json:"u"`
}

// newDrafts makes the keys; without secrets there are no drafts.
func newDrafts(secrets []string) (drafts, error) {
	var d drafts
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, []byte(secret), nil, "homeward withdrawal draft", 32)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		d = append(d, aead)
	}
	return d, nil
}

// seal gives the draft of a page for its address, "" when it is too long for one.
func (d drafts) seal(in typed, page string, now time.Time) string {
	if len(d) == 0 {
		return ""
	}
	text, err := json.Marshal(draft{in, now.Add(draftLife)})
	if err != nil || base64.RawURLEncoding.EncodedLen(len(text)+28) > maxDraft {
		return ""
	}
	nonce := make([]byte, d[0].NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return base64.RawURLEncoding.EncodeToString(d[0].Seal(nonce, nonce, text, []byte(page)))
}

// open reads a draft of a page; false when it is none, or too old.
func (d drafts) open(s, page string, now time.Time) (typed, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || s == "" || len(s) > maxDraft {
		return typed{}, false
	}
	for _, aead := range d {
		if len(sealed) < aead.NonceSize() {
			continue
		}
		text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(page))
		if err != nil {
			continue
		}
		var out draft
		if json.Unmarshal(text, &out) == nil && now.Before(out.Until) {
			return out.Typed, true
		}
	}
	return typed{}, false
}
