// Package providertest holds the contract suites that every vendor of a role passes, and the helpers of their golden
// tests. Signing, which the demo needs too, stands in its package sign.
package providertest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers"
)

// Now is the time at which the suite's requests arrive.
var Now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// Case describes a vendor to Source.
type Case struct {
	New     func(providers.Options) providers.Source
	Secrets [2]string // in the vendor's form; both are configured
	// Sign gives all headers of a request.
	Sign func(secret string, body []byte) http.Header
	// Signature is the header with the signature; Prefix is what stands in it before the encoded MAC.
	Signature, Prefix string
	// Body is a webhook that gives events. Big is one whose order, parcel or line id is BigID, above 2^53.
	Body, Big []byte
	BigID     string
}

func (c Case) source(secrets ...string) providers.Source {
	return c.New(providers.Options{Name: "shop", Secrets: secrets, Zone: time.UTC, Country: "PL"})
}

// Source checks that a vendor's source verifies what it must and nothing else, and reads everything without panic.
func Source(t *testing.T, c Case) {
	t.Helper()
	t.Run("verify", func(t *testing.T) { t.Parallel(); c.verify(t) })
	t.Run("refuse", func(t *testing.T) { t.Parallel(); c.refuse(t) })
	t.Run("fail closed", func(t *testing.T) { t.Parallel(); c.failClosed(t) })
	t.Run("events", func(t *testing.T) { t.Parallel(); c.events(t) })
	t.Run("big ids", func(t *testing.T) { t.Parallel(); c.bigIDs(t) })
	t.Run("truncated", func(t *testing.T) { t.Parallel(); c.truncated(t) })
	t.Run("wrong types", func(t *testing.T) { t.Parallel(); c.wrongTypes(t) })
}

func (c Case) verify(t *testing.T) {
	s := c.source(c.Secrets[0], c.Secrets[1])
	for i, secret := range c.Secrets {
		if err := s.Verify(c.Sign(secret, c.Body), c.Body, Now); err != nil {
			t.Errorf("secret %d of the rotation is refused: %v", i, err)
		}
	}
	if s.Ping(c.Sign(c.Secrets[0], c.Body), c.Body) {
		t.Error("a webhook counts as a ping")
	}
}

func (c Case) refuse(t *testing.T) {
	s := c.source(c.Secrets[0])
	refused := func(name string, header http.Header, body []byte) {
		t.Helper()
		if code := fault.Code(s.Verify(header, body, Now)); code != "bad_signature" {
			t.Errorf("%s: code %q, want bad_signature", name, code)
		}
	}
	refused("a secret that is not configured", c.Sign(c.Secrets[1], c.Body), c.Body)
	for _, i := range []int{0, len(c.Body) / 2, len(c.Body) - 1} {
		changed := bytes.Clone(c.Body)
		changed[i] ^= 1
		refused("a changed byte", c.Sign(c.Secrets[0], c.Body), changed)
	}
	refused("a body with a newline more", c.Sign(c.Secrets[0], c.Body), append(bytes.Clone(c.Body), '\n'))
	refused("an empty body", c.Sign(c.Secrets[0], c.Body), nil)
	refused("no headers", http.Header{}, c.Body)

	good := c.Sign(c.Secrets[0], c.Body)
	missing := good.Clone()
	missing.Del(c.Signature)
	refused("no signature", missing, c.Body)
	for name, value := range c.garbled(good.Get(c.Signature)) {
		h := good.Clone()
		h.Set(c.Signature, value)
		refused(name, h, c.Body)
	}
}

// garbled gives signatures that must not pass, made from a good one.
func (c Case) garbled(good string) map[string]string {
	text := strings.TrimPrefix(good, c.Prefix)
	out := map[string]string{
		"empty":           "",
		"prefix only":     c.Prefix,
		"truncated":       good[:len(good)-1],
		"one more":        good + "A",
		"first half":      c.Prefix + text[:len(text)/2],
		"other case":      c.Prefix + swapCase(text),
		"not an encoding": c.Prefix + strings.Repeat("!", len(text)),
		"a comma more":    good + ",",
		"unicode":         c.Prefix + "ź" + text,
	}
	if c.Prefix != "" {
		out["no prefix"] = text
	}
	if mac, err := hex.DecodeString(text); err == nil {
		out["base64 for hex"] = c.Prefix + base64.StdEncoding.EncodeToString(mac)
	} else if mac, err := base64.StdEncoding.DecodeString(text); err == nil {
		out["hex for base64"] = c.Prefix + hex.EncodeToString(mac)
		out["no padding"] = c.Prefix + base64.RawStdEncoding.EncodeToString(mac)
		out["half the MAC"] = c.Prefix + base64.StdEncoding.EncodeToString(mac[:16])
	}
	return out
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, s)
}

// failClosed checks that without a secret nothing passes, least of all what is signed with the empty one.
func (c Case) failClosed(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}, {"", ""}} {
		s := c.source(secrets...)
		for _, signedWith := range []string{"", c.Secrets[0]} {
			if err := s.Verify(c.Sign(signedWith, c.Body), c.Body, Now); err == nil {
				t.Errorf("configured with %q, a request signed with %q passes", secrets, signedWith)
			}
		}
	}
}

// read gives a reading as a stored webhook is read: with the kept headers only.
func (c Case) read(s providers.Source, body []byte) (providers.Reading, error) {
	all, kept := c.Sign(c.Secrets[0], body), http.Header{}
	for _, name := range s.Keep() {
		if v := all.Get(name); v != "" {
			kept.Set(name, v)
		}
	}
	return s.Read(providers.Delivery{Header: kept, Body: body, ReceivedAt: Now})
}

func (c Case) events(t *testing.T) {
	s := c.source(c.Secrets[0])
	body := bytes.Clone(c.Body)
	first, err := c.read(s, body)
	if err != nil || len(first.Events) == 0 {
		t.Fatalf("the body gives %d events, error %v", len(first.Events), err)
	}
	if !bytes.Equal(body, c.Body) {
		t.Error("Read changes the body")
	}
	CheckEvents(t, first.Events, "shop")
	again, err := c.read(c.source(c.Secrets[1]), body)
	if err != nil || marshal(t, again) != marshal(t, first) {
		t.Errorf("the same body read twice differs (error %v)", err)
	}
}

// CheckEvents checks what holds for every event of every source.
func CheckEvents(t *testing.T, events []orders.Event, source string) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range events {
		switch {
		case e.ID == "" || seen[e.ID]:
			t.Errorf("event id %q is empty or stands twice", e.ID)
		case !strings.HasPrefix(e.ID, source+":"):
			t.Errorf("event id %q does not begin with its source", e.ID)
		case e.Source != source || e.Kind == "":
			t.Errorf("event %s: source %q, kind %q", e.ID, e.Source, e.Kind)
		case e.At.IsZero() || e.At.Location() != time.UTC:
			t.Errorf("event %s: time %v is zero or not UTC", e.ID, e.At)
		case e.Ref == (orders.Ref{}):
			t.Errorf("event %s: no order", e.ID)
		case (e.Kind == orders.Placed || e.Kind == orders.Updated) != (e.Order != nil),
			(e.Kind == orders.ParcelUpdated) != (e.Parcel != nil),
			(e.Kind == orders.ReturnReceived) != (e.Return != nil),
			(e.Kind == orders.Refunded) != (e.Refund != nil):
			t.Errorf("event %s: kind %s and what it carries do not agree", e.ID, e.Kind)
		}
		seen[e.ID] = true
	}
}

func (c Case) bigIDs(t *testing.T) {
	r, err := c.read(c.source(c.Secrets[0]), c.Big)
	if err != nil {
		t.Fatal(err)
	}
	if text := marshal(t, r.Events); !strings.Contains(text, c.BigID) {
		t.Errorf("the id %s does not survive in %s", c.BigID, text)
	}
}

func (c Case) truncated(t *testing.T) {
	s := c.source(c.Secrets[0])
	body := bytes.TrimSpace(c.Body)
	for i := range body {
		if _, err := c.read(s, body[:i]); fault.Code(err) != "body_malformed" {
			t.Fatalf("cut after %d bytes: code %q, want body_malformed", i, fault.Code(err))
		}
	}
	for _, garbage := range []string{"null", "0", "[]", "{}", `""`, "\x00", "\xff\xfe", "{\"id\":1e999}", strings.Repeat("[", 20000), "<html>"} {
		checkFault(t, garbage, c.readErr(s, []byte(garbage)))
	}
}

// wrongTypes puts every kind of value in the place of every value of the body.
func (c Case) wrongTypes(t *testing.T) {
	s := c.source(c.Secrets[0])
	replacements := []any{
		nil, true, json.Number("-1"), json.Number("1.5"), json.Number("1e400"), json.Number("99999999999999999999999"),
		"", "x", "-1", strings.Repeat("ż", 3000), []any{}, []any{nil}, []any{map[string]any{}}, map[string]any{}, []any{"", json.Number("1")},
	}
	var document any
	decoder := json.NewDecoder(bytes.NewReader(c.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	visit(document, func(set func(any)) {
		for _, v := range replacements {
			set(v)
			body, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			r, err := c.read(s, body)
			if err != nil {
				checkFault(t, string(body), err)
				continue
			}
			CheckEvents(t, r.Events, "shop")
		}
	})
}

// visit calls f for every value below v, with a function that puts another in its place; the value is put back after.
func visit(v any, f func(set func(any))) {
	switch v := v.(type) {
	case map[string]any:
		for key, old := range v {
			f(func(n any) { v[key] = n })
			v[key] = old
			visit(old, f)
		}
	case []any:
		for i, old := range v {
			f(func(n any) { v[i] = n })
			v[i] = old
			visit(old, f)
		}
	}
}

func (c Case) readErr(s providers.Source, body []byte) error {
	_, err := c.read(s, body)
	return err
}

// checkFault checks that an error of Read is a permanent fault whose message is for people.
func checkFault(t *testing.T, body string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if f := fault.Of(err); f.Class != fault.Permanent || f.Code == "" || f.Code == "internal" || f.Message == "" {
		t.Errorf("fault %v of class %q for %.200s", f, f.Class, body)
	}
}

// Fuzz feeds mutations of the seeds to Read: it must not panic, its events must be whole, its errors permanent faults.
func Fuzz(f *testing.F, s providers.Source, header http.Header, seeds ...[]byte) {
	f.Helper()
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := s.Read(providers.Delivery{Header: header, Body: body, ReceivedAt: Now})
		if err != nil {
			checkFault(t, string(body), err)
			return
		}
		CheckEvents(t, r.Events, "shop")
	})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
