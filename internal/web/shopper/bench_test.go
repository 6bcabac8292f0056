package shopper_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/link"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/web/shopper"
	"homeward/templates"
)

// now is a Monday, 14:00 in Warsaw.
var now = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

const secret = "0123456789abcdef0123456789abcdef"

// bench is the shopper's pages over a real database, with switches to break what stands behind them.
type bench struct {
	t       *testing.T
	db      *store.DB
	config  *config.Config
	signer  *link.Signer
	handler http.Handler
	clock   time.Time
	sent    []string     // ids of orders whose link was sent
	opened  atomic.Int64 // how often a case was asked to be opened
	reads   error        // what the database says to reads
	writes  error        // … and to writes
	desk    *fakeDesk    // of withdrawals
	deps    shopper.Deps
}

func newBench(t *testing.T) *bench {
	t.Helper()
	db := storetest.SQLite(t)
	renderer, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, db: db, clock: now, config: testConfig(t)}
	if b.signer, err = link.New(b.config.Secrets); err != nil {
		t.Fatal(err)
	}
	desk := b.realDesk()
	b.desk = &fakeDesk{bench: b}
	b.deps = shopper.Deps{
		Config: b.config, Signer: b.signer, Store: &brittle{DB: shopper.DB{DB: db}, bench: b}, Cases: &counted{Desk: desk, bench: b},
		Links: b, Withdrawals: b.desk, Words: renderer.Words, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return b.clock }, LookupPause: -1,
	}
	b.rebuild(func(*shopper.Deps) {})
	return b
}

// realDesk is where the bench's cases are handled.
func (b *bench) realDesk() *cases.Desk {
	return &cases.Desk{DB: b.db, Config: b.config, Queue: noQueue{}, Now: func() time.Time { return b.clock }}
}

// rebuild makes the pages anew with other Deps.
func (b *bench) rebuild(change func(*shopper.Deps)) {
	b.t.Helper()
	change(&b.deps)
	var err error
	if b.handler, err = shopper.New(b.deps); err != nil {
		b.t.Fatal(err)
	}
}

func testConfig(t *testing.T) *config.Config {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return &config.Config{PublicURL: "https://updates.acme.example", Secrets: []string{secret}, Shops: []config.Shop{{
		ID: "acme", Name: "Acme", Country: "PL", Zone: zone, Languages: []string{"pl", "en", "sl", "ar", "ru", "de"},
		Returns: config.Returns{Window: 30 * 24 * time.Hour, Approve: "auto", Address: "Acme Returns, ul. Magazynowa 5, 30-001 Kraków, Poland"},
		Brand:   config.Brand{Color: "#0a5", Address: "Acme sp. z o.o., ul. Krótka 2, 31-001 Kraków, Poland", ReplyTo: "help@acme.example"},
	}, {
		ID: "nova", Name: "Nova", Country: "SI", Zone: zone, Languages: []string{"sl", "en"}, Returns: config.Returns{Window: time.Hour},
	}}}
}

// SendLink implements shopper.Links.
func (b *bench) SendLink(_ context.Context, order store.Order) error {
	b.sent = append(b.sent, order.ID)
	return b.writes
}

type noQueue struct{}

func (noQueue) Enqueue(context.Context, ...store.Task) {}

// brittle is the database with switches.
type brittle struct {
	shopper.DB
	bench *bench
}

var errDown = errors.New("disk I/O error at /secret/path")

func (s *brittle) Order(ctx context.Context, id string) (store.Order, error) {
	if s.bench.reads != nil {
		return store.Order{}, s.bench.reads
	}
	return s.DB.Order(ctx, id)
}

func (s *brittle) OrderByNumberAndEmail(ctx context.Context, shop, number, email string) (store.Order, error) {
	if s.bench.reads != nil {
		return store.Order{}, s.bench.reads
	}
	return s.DB.OrderByNumberAndEmail(ctx, shop, number, email)
}

func (s *brittle) SetLanguage(ctx context.Context, order, lang string) error {
	if s.bench.writes != nil {
		return s.bench.writes
	}
	return s.DB.SetLanguage(ctx, order, lang)
}

// counted is the desk, counted, with a switch.
type counted struct {
	*cases.Desk
	bench *bench
}

func (d *counted) Open(ctx context.Context, order store.Order, r returns.Request, nonce string) (store.Case, error) {
	d.bench.opened.Add(1)
	if d.bench.writes != nil {
		return store.Case{}, d.bench.writes
	}
	return d.Desk.Open(ctx, order, r, nonce)
}

func (d *counted) OpenGift(ctx context.Context, g store.Gift, who store.Recipient, r returns.Request, nonce string) (store.Case, error) {
	d.bench.opened.Add(1)
	if d.bench.writes != nil {
		return store.Case{}, d.bench.writes
	}
	return d.Desk.OpenGift(ctx, g, who, r, nonce)
}

func (d *counted) MakeGift(ctx context.Context, o store.Order, items []returns.Item, language, nonce string) (store.Gift, error) {
	if d.bench.writes != nil {
		return store.Gift{}, d.bench.writes
	}
	return d.Desk.MakeGift(ctx, o, items, language, nonce)
}

// put stores an order and gives its page's path.
func (b *bench) put(lang string, state orders.State) (string, store.Order) {
	b.t.Helper()
	o := store.Order{
		ID: id.New(now), Shop: "acme", ExternalID: state.Order.ID + id.New(now), NumberKey: orders.NumberKey(state.Order.Number),
		EmailKey: orders.EmailKey(state.Order.Customer.Email), Language: lang, TimeZone: "Europe/Warsaw", State: state, Version: 1,
		CreatedAt: now, UpdatedAt: now,
	}
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error { return tx.InsertOrder(b.t.Context(), o) }); err != nil {
		b.t.Fatal(err)
	}
	return b.path(o), o
}

func (b *bench) path(o store.Order) string {
	return "/o/" + b.signer.Order(o.Shop, o.ID, o.LinkEpoch, link.Expiry(o.State.Order.PlacedAt))
}

// order reads an order back.
func (b *bench) order(id string) store.Order {
	b.t.Helper()
	o, err := b.db.Order(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

func (b *bench) cases(orderID string) []store.Case {
	b.t.Helper()
	all, err := b.db.CasesOf(b.t.Context(), orderID)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func (b *bench) get(path string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *bench) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func (b *bench) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// spaces makes the spaces of amounts and times plain.
var spaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// has fails unless every text is in the answer.
func has(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, text := range texts {
		if !strings.Contains(spaces.Replace(w.Body.String()), text) {
			t.Errorf("%q is not in the page", text)
		}
	}
}

// nonces are of forms: they say anything, by chance.
var nonces = regexp.MustCompile(`name="nonce" value="[A-Za-z0-9_-]{22}"`)

// lacks fails if one of the texts is in the answer.
func lacks(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	said := nonces.ReplaceAllString(spaces.Replace(w.Body.String()), "")
	for _, text := range texts {
		if strings.Contains(said, text) {
			t.Errorf("%q is in the page", text)
		}
	}
}
