package link_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/id"
	"homeward/internal/link"
)

var (
	now     = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	expires = now.Add(400 * 24 * time.Hour)
	secret  = strings.Repeat("k", 32)
)

func signer(t interface{ Fatal(...any) }, secrets ...string) *link.Signer {
	s, err := link.New(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewRefusesWeakSecrets(t *testing.T) {
	for name, secrets := range map[string][]string{
		"none": nil, "empty": {""}, "short": {strings.Repeat("k", 31)}, "second short": {secret, "short"},
	} {
		if _, err := link.New(secrets); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "kkk") {
			t.Errorf("%s: the error shows the secret: %v", name, err)
		}
	}
}

func TestTokenIsShortAndPlain(t *testing.T) {
	token := signer(t, secret).Order("acme", id.New(now), 0, expires)
	if len(token) > 51 || !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(token) {
		t.Errorf("token of %d characters: %q", len(token), token)
	}
}

func TestRoundTrip(t *testing.T) {
	s := signer(t, secret)
	rapid.Check(t, func(t *rapid.T) {
		want := link.Claim{
			Shop:    rapid.StringMatching(`[a-z0-9-]{1,30}`).Draw(t, "shop"),
			OrderID: rapid.OneOf(rapid.Just(id.New(now)), rapid.StringMatching(`[a-zA-Z0-9:#]{0,40}`)).Draw(t, "order"),
			Epoch:   rapid.Int64Min(0).Draw(t, "epoch"),
			Expires: time.Unix(rapid.Int64Range(now.Unix()+1, 1<<32-1).Draw(t, "expires"), 0).UTC(),
		}
		got, err := s.Parse(s.Order(want.Shop, want.OrderID, want.Epoch, want.Expires), now)
		if err != nil || got != want {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestEnd(t *testing.T) {
	s := signer(t, secret)
	token := s.Order("acme", id.New(now), 3, expires)
	if _, err := s.Parse(token, expires.Add(-time.Second)); err != nil {
		t.Errorf("a second before: %v", err)
	}
	claim, err := s.Parse(token, expires)
	if !errors.Is(err, link.ErrExpired) || claim.Shop != "acme" || claim.Epoch != 3 {
		t.Errorf("at the end: %+v, %v", claim, err)
	}
	forged := signer(t, strings.Repeat("x", 32)).Order("acme", id.New(now), 3, now.Add(-time.Hour))
	if claim, err = s.Parse(forged, now); !errors.Is(err, link.ErrInvalid) || claim != (link.Claim{}) {
		t.Errorf("a forged and expired token: %+v, %v; only an authentic one may be called expired", claim, err)
	}
}

func TestRotation(t *testing.T) {
	older, newer := strings.Repeat("o", 32), strings.Repeat("n", 40)
	token := signer(t, older).Order("acme", id.New(now), 0, expires)
	if _, err := signer(t, newer, older).Parse(token, now); err != nil {
		t.Errorf("the older secret no longer verifies: %v", err)
	}
	if _, err := signer(t, newer).Parse(token, now); !errors.Is(err, link.ErrInvalid) {
		t.Errorf("a dropped secret still verifies: %v", err)
	}
	if signer(t, newer, older).Order("acme", "o1", 0, expires) != signer(t, newer).Order("acme", "o1", 0, expires) {
		t.Error("the first secret does not sign")
	}
}

// TestEveryCharacterCounts changes each character of a token to every other of the alphabet, drops it, and doubles it.
func TestEveryCharacterCounts(t *testing.T) {
	s := signer(t, secret)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\r"
	for _, shop := range []string{"acme", "acmes", "acmes2"} { // the three lengths modulo 3: with and without spare bits
		token := s.Order(shop, id.New(now), 7, expires)
		for i := range len(token) {
			for _, c := range alphabet {
				if byte(c) != token[i] {
					mustBeInvalid(t, s, token[:i]+string(c)+token[i+1:])
				}
				mustBeInvalid(t, s, token[:i]+string(c)+token[i:])
			}
			mustBeInvalid(t, s, token[:i]+token[i+1:])
		}
		for _, c := range alphabet {
			mustBeInvalid(t, s, token+string(c))
		}
	}
	mustBeInvalid(t, s, "")
	mustBeInvalid(t, s, strings.Repeat("A", 10_000))
}

func mustBeInvalid(t *testing.T, s *link.Signer, token string) {
	t.Helper()
	if claim, err := s.Parse(token, now); !errors.Is(err, link.ErrInvalid) || claim != (link.Claim{}) {
		t.Fatalf("Parse(%q) = %+v, %v", token, claim, err)
	}
}

func TestExpiry(t *testing.T) {
	if got := link.Expiry(now).Sub(now); got < 400*24*time.Hour {
		t.Errorf("links live %v, less than 400 days", got)
	}
	if !link.Expiry(now).Equal(link.FreshExpiry(now, now.Add(time.Hour))) {
		t.Error("a fresh link of a young order has another end than the mails' link")
	}
	later := now.AddDate(3, 0, 0)
	if got := link.FreshExpiry(now, later).Sub(later); got < 30*24*time.Hour {
		t.Errorf("a fresh link of an old order lives %v", got)
	}
}

func FuzzParse(f *testing.F) {
	s := signer(f, secret)
	known := s.Order("acme", "06e1p2q3r4s5t6v7w8x0", 7, expires)
	f.Add(known)
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, token string) {
		claim, err := s.Parse(token, now)
		if err == nil && s.Order(claim.Shop, claim.OrderID, claim.Epoch, claim.Expires) != token {
			t.Fatalf("accepted a token that Order does not make: %q", token)
		}
	})
}
