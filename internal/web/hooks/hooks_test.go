package hooks_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/web/hooks"
	"homeward/providers/standin/striped"
	"homeward/providers/standin/twiliod"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

const publicURL = "https://updates.acme.example"

// bells keeps what was rung for.
type bells struct{ tasks []store.Task }

func (b *bells) Enqueue(_ context.Context, tasks ...store.Task) { b.tasks = append(b.tasks, tasks...) }

// bench is the handler over a real SQLite file, mounted as the app mounts it.
type bench struct {
	*testing.T
	db      *store.DB
	bells   *bells
	log     *bytes.Buffer
	seen    []string // outcomes
	handler *hooks.Handler
	mux     *http.ServeMux
}

func newBench(t *testing.T) *bench {
	t.Helper()
	db := storetest.SQLite(t)
	cfg := &config.Config{PublicURL: publicURL, Shops: []config.Shop{
		{
			ID: "acme", Zone: time.UTC, Sources: []config.Source{
				{Name: "shopify", Kind: "shopify", Secrets: []string{"new-secret", "old-secret"}}, {Name: "woo", Kind: "woocommerce", Secrets: []string{"woo-secret"}},
			},
			Payments: &config.Payments{WebhookSecrets: []string{"whsec_acme"}}, SMS: &config.SMS{AuthToken: "acme-token"},
		},
		{ID: "bare", Zone: time.UTC},
		{ID: "open", Zone: time.UTC, Payments: &config.Payments{WebhookSecrets: []string{""}}, SMS: &config.SMS{}},
	}}
	sources, err := hooks.Sources(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, db: db, bells: &bells{}, log: &bytes.Buffer{}, mux: http.NewServeMux()}
	b.handler = &hooks.Handler{
		Inbox: db, Queue: b.bells, Doors: hooks.Doors(cfg, sources), Log: slog.New(slog.NewJSONHandler(b.log, nil)),
		Observe: func(_, _, outcome string) { b.seen = append(b.seen, outcome) }, Now: func() time.Time { return noon },
	}
	b.mux.Handle("POST /hooks/{shop}/{source}", b.handler)
	b.mux.Handle("POST /hooks/{shop}/{source}/{rest...}", b.handler)
	return b
}

// post sends a request and gives the answer's status and body.
func (b *bench) post(path string, header http.Header, body io.Reader) (int, string, http.Header) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, path, body)
	maps.Copy(r.Header, header)
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

func shopify(secret, body string) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return http.Header{
		"X-Shopify-Hmac-Sha256": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}, "X-Shopify-Topic": {"orders/create"}, "X-Shopify-Webhook-Id": {"wh-1"},
		"Cookie": {"secret=1"},
	}
}

func stripe(secret, body string) http.Header {
	return http.Header{"Stripe-Signature": {striped.Sign(secret, []byte(body), noon)}}
}

func twilio(token, path, body string) http.Header {
	form, _ := url.ParseQuery(body)
	return http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {twiliod.Sign(token, publicURL+path, form)}}
}

// Every answer of the route, and that only what is answered 202 was stored.
func TestAnswers(t *testing.T) {
	const news, form, status = `{"id":1,"email":"zofia@example.com"}`, "MessageSid=SM1&MessageStatus=sent", "/hooks/acme/twilio/status?message=m1"
	for name, tc := range map[string]struct {
		path   string
		header http.Header
		body   string
		want   int
		code   string
	}{
		"signed":                          {"/hooks/acme/shopify", shopify("new-secret", news), news, 202, ""},
		"signed with the secret before":   {"/hooks/acme/shopify", shopify("old-secret", news), news, 202, ""},
		"signed, and no JSON":             {"/hooks/acme/shopify", shopify("new-secret", `{"id":`), `{"id":`, 202, ""},
		"signed, and empty":               {"/hooks/acme/shopify", shopify("new-secret", ""), "", 202, ""},
		"signed with another secret":      {"/hooks/acme/shopify", shopify("woo-secret", news), news, 401, "bad_signature"},
		"signed for another body":         {"/hooks/acme/shopify", shopify("new-secret", news), news + " ", 401, "bad_signature"},
		"not signed":                      {"/hooks/acme/shopify", nil, news, 401, "bad_signature"},
		"signed with nothing":             {"/hooks/acme/shopify", shopify("", news), news, 401, "bad_signature"},
		"unknown shop":                    {"/hooks/nobody/shopify", shopify("new-secret", news), news, 404, "source_unknown"},
		"unknown source":                  {"/hooks/acme/magento", shopify("new-secret", news), news, 404, "source_unknown"},
		"another shop's source":           {"/hooks/bare/shopify", shopify("new-secret", news), news, 404, "source_unknown"},
		"something below a source":        {"/hooks/acme/shopify/x", shopify("new-secret", news), news, 404, "source_unknown"},
		"exactly 5 MiB":                   {"/hooks/acme/shopify", shopify("new-secret", strings.Repeat("x", hooks.MaxBody)), strings.Repeat("x", hooks.MaxBody), 202, ""},
		"a byte over 5 MiB":               {"/hooks/acme/shopify", nil, strings.Repeat("x", hooks.MaxBody+1), 413, "body_too_large"},
		"a vendor's ping":                 {"/hooks/acme/woo", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "webhook_id=7", 200, ""},
		"what only looks like a ping":     {"/hooks/acme/woo", nil, `{"webhook_id":7}`, 401, "bad_signature"},
		"Stripe":                          {"/hooks/acme/stripe", stripe("whsec_acme", news), news, 202, ""},
		"Stripe, another secret":          {"/hooks/acme/stripe", stripe("whsec_other", news), news, 401, "bad_signature"},
		"Stripe, no secret set":           {"/hooks/open/stripe", stripe("", news), news, 401, "bad_signature"},
		"Stripe, where no shop has it":    {"/hooks/bare/stripe", stripe("whsec_acme", news), news, 404, "source_unknown"},
		"Twilio":                          {status, twilio("acme-token", status, form), form, 202, ""},
		"Twilio, for another message":     {"/hooks/acme/twilio/status?message=m2", twilio("acme-token", status, form), form, 401, "bad_signature"},
		"Twilio, no token set":            {"/hooks/open/twilio/status", twilio("", "/hooks/open/twilio/status", form), form, 401, "bad_signature"},
		"Twilio, where no shop has it":    {"/hooks/bare/twilio/inbound", twilio("acme-token", "/hooks/bare/twilio/inbound", form), form, 404, "source_unknown"},
		"Twilio, an address that is none": {"/hooks/acme/twilio", twilio("acme-token", "/hooks/acme/twilio", form), form, 404, "source_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			got, body, _ := b.post(tc.path, tc.header, strings.NewReader(tc.body))
			var answer struct{ Event, Error, Message string }
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatalf("%d %q: %v", got, body, err)
			}
			if got != tc.want || answer.Error != tc.code || (tc.code != "") != (answer.Message != "") {
				t.Errorf("%d %s", got, body)
			}
			event, err := b.db.Event(t.Context(), answer.Event)
			if stored := err == nil; stored != (tc.want == http.StatusAccepted) || len(b.bells.tasks) > 0 != stored {
				t.Errorf("stored: %v, bells: %v", stored, b.bells.tasks)
			}
			if err == nil && (string(event.Body) != tc.body || event.Shop != "acme" || event.Headers["Cookie"] != "") {
				t.Errorf("stored %d of %d bytes, of %s, with %v", len(event.Body), len(tc.body), event.Shop, event.Headers)
			}
			if len(tc.body) < 100 && strings.Contains(b.log.String(), "zofia") {
				t.Errorf("the log quotes the body: %s", b.log)
			}
		})
	}
}

// The second copy is answered 200 with the first one's id, and rings for nothing.
func TestSeenBefore(t *testing.T) {
	b := newBench(t)
	_, first, _ := b.post("/hooks/acme/shopify", shopify("new-secret", "{}"), strings.NewReader("{}"))
	code, second, _ := b.post("/hooks/acme/shopify", shopify("old-secret", "{}"), strings.NewReader("{}"))
	if code != http.StatusOK || first != second || len(b.bells.tasks) != 1 {
		t.Errorf("%d %s, first %s; bells %v", code, second, first, b.bells.tasks)
	}
	if strings.Join(b.seen, " ") != "stored seen" {
		t.Errorf("observed %v", b.seen)
	}
}

// Twilio's inbound gets TwiML with a plain 200, and the id of our message comes with the address.
func TestTwilio(t *testing.T) {
	b := newBench(t)
	const inbound, status, form = "/hooks/acme/twilio/inbound", "/hooks/acme/twilio/status?message=m1", "From=%2B48512345678&Body=STOP&MessageSid=SM1"
	code, body, header := b.post(inbound, twilio("acme-token", inbound, form), strings.NewReader(form))
	if code != http.StatusOK || header.Get("Content-Type") != "text/xml" || !strings.Contains(body, "<Response></Response>") {
		t.Errorf("%d %s %s", code, header.Get("Content-Type"), body)
	}
	_, _, _ = b.post(status, twilio("acme-token", status, form), strings.NewReader(form))
	event, err := b.db.Event(t.Context(), b.bells.tasks[1].ID)
	if err != nil || event.Headers[hooks.MessageHeader] != "m1" || event.Vendor != "twilio.status" {
		t.Errorf("%v %s %v", event.Headers, event.Vendor, err)
	}
	if strings.Contains(b.log.String(), "48512345678") {
		t.Errorf("the log quotes a number: %s", b.log)
	}
}

// full is a database that takes nothing.
type full struct{}

func (full) AcceptEvent(context.Context, store.NewEvent) (string, bool, error) {
	return "", false, errors.New("disk full while writing zofia@example.com")
}

// What could not be stored is answered 503, so that the sender comes again; the reason's text stays inside.
func TestNotStored(t *testing.T) {
	b := newBench(t)
	b.handler.Inbox = full{}
	code, body, header := b.post("/hooks/acme/shopify", shopify("new-secret", "{}"), strings.NewReader("{}"))
	if code != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, "database_unavailable") || len(b.bells.tasks) != 0 {
		t.Errorf("%d %s, bells %v", code, body, b.bells.tasks)
	}
	if strings.Contains(body+b.log.String(), "zofia") {
		t.Errorf("quoted: %s %s", body, b.log)
	}
}

// A sender that goes away in the middle of its body leaves nothing behind.
func TestBodyCut(t *testing.T) {
	b := newBench(t)
	cut := io.MultiReader(strings.NewReader(`{"id":`), brokenReader{})
	if code, body, _ := b.post("/hooks/acme/shopify", shopify("new-secret", `{"id":`), cut); code != http.StatusBadRequest || len(b.bells.tasks) != 0 {
		t.Errorf("%d %s", code, body)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Only POST is taken.
func TestOtherMethods(t *testing.T) {
	b := newBench(t)
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hooks/acme/shopify", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}
