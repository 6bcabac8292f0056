package ops

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
)

// sessionLife is how long a sign-in lasts.
const sessionLife = 12 * time.Hour

// cookieName gives the session cookie's name. With __Host- a browser takes it only over https, from this very host.
func (c *console) cookieName() string {
	if c.secure {
		return "__Host-homeward"
	}
	return "homeward"
}

// cookie makes the session cookie. It is Lax, not Strict, so that a link to an order in the shop's own chat or mail opens
// while one is signed in: a GET changes nothing, and a POST from elsewhere is refused before any handler.
func (c *console) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever public_url is https
		Name: c.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
		Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// newToken gives 32 random bytes as text.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenHash is what the database knows of a token.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// subject is what a session is stored for: the name, and a fingerprint of the password's hash, so that a new password
// ends the sessions that the old one opened.
func subject(u config.User) string {
	sum := sha256.Sum256([]byte(u.PasswordHash))
	return u.Name + "#" + hex.EncodeToString(sum[:8])
}

// visitor tells who is signed in; store.ErrNotFound when nobody is.
func (c *console) visitor(r *http.Request) (visit, error) {
	v := visit{now: c.Now()}
	cookie, err := r.Cookie(c.cookieName())
	if err != nil {
		return v, store.ErrNotFound
	}
	stored, err := c.Store.Session(r.Context(), tokenHash(cookie.Value), v.now)
	if err != nil {
		return v, err
	}
	end := strings.LastIndexByte(stored, '#')
	if end < 0 {
		return v, store.ErrNotFound
	}
	user, known := c.users[stored[:end]]
	if !known || subtle.ConstantTimeCompare([]byte(subject(user)), []byte(stored)) == 0 {
		return v, store.ErrNotFound
	}
	v.user, v.role = user, roleOf(user.Role)
	return v, nil
}
