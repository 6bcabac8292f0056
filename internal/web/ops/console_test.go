package ops_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/web/ops"
)

// t0 is the tests' now.
var t0 = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// bench is a console over a real SQLite database, with everything beside it recorded.
type bench struct {
	t      *testing.T
	db     *store.DB
	now    time.Time
	queue  *queue
	desk   *desk
	links  *links
	serial atomic.Int64
	deps   ops.Deps
	web    http.Handler
}

func newBench(t *testing.T, change ...func(*ops.Deps)) *bench {
	t.Helper()
	db := storetest.SQLite(t)
	b := &bench{t: t, db: db, now: t0, queue: &queue{}, desk: &desk{}, links: &links{}}
	shops := config.Config{Shops: []config.Shop{{
		ID: "acme", Name: "Acme", Zone: time.FixedZone("CET", 3600), SMS: &config.SMS{From: "+48220000000"},
	}}}
	b.desk.real = &cases.Desk{DB: db, Queue: b.queue, Config: &shops, Now: func() time.Time { return b.now }}
	b.deps = ops.Deps{
		Store: db, Queue: b.queue, Cases: b.desk, Links: b.links, Users: users(t), Shop: shops.Shop,
		PublicURL: "http://localhost:8080", Now: func() time.Time { return b.now },
		Queues: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("dashboard " + r.Method)) }),
	}
	for _, c := range change {
		c(&b.deps)
	}
	b.web = ops.New(b.deps)
	return b
}

var hashes sync.Map

func users(t *testing.T) []config.User {
	t.Helper()
	var all []config.User
	for _, role := range []string{"viewer", "agent", "admin"} {
		hash, ok := hashes.Load(role)
		if !ok {
			b, err := bcrypt.GenerateFromPassword([]byte("secret of "+role), bcrypt.MinCost)
			if err != nil {
				t.Fatal(err)
			}
			hash = string(b)
			hashes.Store(role, hash)
		}
		all = append(all, config.User{Name: role, PasswordHash: hash.(string), Role: role})
	}
	return all
}

// queue records what was enqueued.
type queue struct {
	mu    sync.Mutex
	tasks []store.Task
}

func (q *queue) Enqueue(_ context.Context, tasks ...store.Task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tasks = append(q.tasks, tasks...)
}

// desk records what cases were asked to do.
type desk struct {
	calls []string
	items []returns.Item
	err   error
	real  *cases.Desk
}

func (d *desk) End(_ context.Context, c store.Case, actor, note string) (store.Case, error) {
	return d.note("end", c, actor, note)
}

func (d *desk) PayWithoutGoods(_ context.Context, c store.Case, actor, note string) (store.Case, error) {
	return d.note("pay", c, actor, note)
}

func (d *desk) Release(_ context.Context, _ *store.Tx, row store.Refund, actor string) ([]store.Task, error) {
	d.calls = append(d.calls, "release "+row.ID+" "+actor)
	return nil, nil
}

func (d *desk) Fulfil(_ context.Context, c store.Case, actor, note string) (store.Case, error) {
	return d.note("fulfil", c, actor, note)
}

func (d *desk) GivePostage(ctx context.Context, c store.Case, amount int64, proven bool, actor string) (store.Case, error) {
	d.calls = append(d.calls, "postage "+c.ID+" "+actor)
	return d.real.GivePostage(ctx, c, amount, proven, actor)
}

func (d *desk) Price(ctx context.Context, c store.Case, prices map[int]int64, actor string) (store.Case, error) {
	d.calls = append(d.calls, "price "+c.ID+" "+actor)
	return d.real.Price(ctx, c, prices, actor)
}

func (d *desk) DoubtProof(_ context.Context, c store.Case, actor, note string) error {
	_, err := d.note("doubt", c, actor, note)
	return err
}

func (d *desk) ProofOfDispatch(_ context.Context, c store.Case, actor, note string) error {
	_, err := d.note("proof", c, actor, note)
	return err
}

func (d *desk) Inspect(ctx context.Context, c store.Case, found []returns.Inspection, actor string, photos ...string) (store.Case, error) {
	d.calls = append(d.calls, "inspect "+c.ID+" "+actor)
	return d.real.Inspect(ctx, c, found, actor, photos...)
}

func (d *desk) AnswerAppeal(ctx context.Context, c store.Case, inspectionID string, now returns.Inspection, actor string) (store.Case, error) {
	d.calls = append(d.calls, "answer "+c.ID+" "+actor)
	return d.real.AnswerAppeal(ctx, c, inspectionID, now, actor)
}

func (d *desk) Write(ctx context.Context, c store.Case, words, actor string) error {
	d.calls = append(d.calls, "write "+c.ID+" "+actor)
	return d.real.Write(ctx, c, words, actor)
}

func (d *desk) MarkRead(ctx context.Context, c store.Case, actor string) error {
	d.calls = append(d.calls, "read "+c.ID+" "+actor)
	return d.real.MarkRead(ctx, c, actor)
}

func (d *desk) SayInformed(_ context.Context, c store.Case, actor, note string) error {
	_, err := d.note("informed", c, actor, note)
	return err
}

func (d *desk) note(what string, c store.Case, actor, words string) (store.Case, error) {
	d.calls = append(d.calls, strings.TrimSpace(what+" "+c.ID+" "+actor+" "+words))
	return c, d.err
}

func (d *desk) Approve(_ context.Context, c store.Case, actor, words string) (store.Case, error) {
	return d.note("approve", c, actor, words)
}

func (d *desk) Reject(_ context.Context, c store.Case, actor, words string) (store.Case, error) {
	return d.note("reject", c, actor, words)
}

func (d *desk) Receive(_ context.Context, c store.Case, items []returns.Item, actor string) (store.Case, error) {
	d.items = items
	return d.note("receive", c, actor, "")
}

func (d *desk) CallOff(_ context.Context, c store.Case, actor string) (store.Case, error) {
	return d.note("calloff", c, actor, "")
}

func (d *desk) PaidOtherwise(ctx context.Context, tx *store.Tx, refundID, actor, note string) ([]store.Task, error) {
	return d.real.PaidOtherwise(ctx, tx, refundID, actor, note)
}

func (d *desk) NotCollected(ctx context.Context, tx *store.Tx, refundID string) ([]store.Task, error) {
	return d.real.NotCollected(ctx, tx, refundID)
}

func (d *desk) CancelOrder(ctx context.Context, tx *store.Tx, order store.Order, by string) ([]store.Task, error) {
	return d.real.CancelOrder(ctx, tx, order, by)
}

// links records for which orders a link was sent.
type links struct {
	orders []string
	err    error
}

func (l *links) SendLink(_ context.Context, o store.Order) error {
	if l.err == nil {
		l.orders = append(l.orders, o.ID)
	}
	return l.err
}

// session is a browser that is signed in.
type session struct {
	b      *bench
	cookie *http.Cookie
}

func (b *bench) signIn(role string) *session {
	b.t.Helper()
	w := b.post("/ops/login", url.Values{"name": {role}, "password": {"secret of " + role}})
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 1 {
		b.t.Fatalf("sign in as %s: %d %s", role, w.Code, w.Body)
	}
	return &session{b, w.Result().Cookies()[0]}
}

func (b *bench) post(path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.do(formRequest(path, form))
}

func formRequest(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func (b *bench) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.web.ServeHTTP(w, r)
	return w
}

func (s *session) do(r *http.Request) *httptest.ResponseRecorder {
	r.AddCookie(s.cookie)
	return s.b.do(r)
}

func (s *session) get(path string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *session) post(path string, form url.Values) *httptest.ResponseRecorder {
	return s.do(formRequest(path, form))
}

// page gets a page that must be there.
func (s *session) page(path string) string {
	s.b.t.Helper()
	w := s.get(path)
	if w.Code != http.StatusOK {
		s.b.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// press presses a button and wants to be led on with a notice.
func (s *session) press(path string, form url.Values, notice string) {
	s.b.t.Helper()
	w := s.post(path, form)
	to, err := url.Parse(w.Header().Get("Location"))
	if w.Code == http.StatusConflict || w.Code == http.StatusUnprocessableEntity { // something was typed: it stands on the page again
		if !strings.Contains(html.UnescapeString(w.Body.String()), ops.Says(notice)) {
			s.b.t.Fatalf("POST %s %v: want notice %q\n%s", path, form, notice, w.Body)
		}
		s.keeps(path, form, w.Body.String())
		return
	}
	if err != nil || w.Code != http.StatusSeeOther || to.Query().Get("notice") != notice {
		s.b.t.Fatalf("POST %s %v: %d to %q, want notice %q\n%s", path, form, w.Code, to, notice, w.Body)
	}
}

// keeps wants everything that was typed on the page that answers.
func (s *session) keeps(path string, form url.Values, page string) {
	s.b.t.Helper()
	text := html.UnescapeString(page)
	for _, name := range []string{"words", "note", "consent", "code", "reason", "amount"} {
		if typed := strings.TrimSpace(form.Get(name)); !strings.Contains(text, typed) {
			s.b.t.Errorf("POST %s: %q of %s is lost", path, typed, name)
		}
	}
}

func (b *bench) write(fn func(tx *store.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

func get[T any](b *bench, read func(context.Context, string) (T, error), id string) T {
	b.t.Helper()
	v, err := read(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// audited wants exactly these acts on an object, newest first.
func (b *bench) audited(object string, acts ...string) {
	b.t.Helper()
	entries, err := b.db.AuditOf(b.t.Context(), object, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.User+": "+e.Action)
	}
	if strings.Join(got, "; ") != strings.Join(acts, "; ") {
		b.t.Errorf("audit of %s: %q, want %q", object, got, acts)
	}
}

func (b *bench) order(id string) store.Order {
	b.t.Helper()
	o := store.Order{
		ID: id, Shop: "acme", ExternalID: "x-" + id, NumberKey: "1001", EmailKey: "zofia@example.com", Language: "pl",
		TimeZone: "Europe/Warsaw", CreatedAt: t0, UpdatedAt: t0,
		State: orders.State{
			Known: true, Stage: orders.StagePaid,
			Order: orders.Order{
				ID: "x-" + id, Number: "#1001", PlacedAt: t0.Add(-time.Hour), Currency: "PLN", Total: 9479,
				Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com", Phone: "+48512345678"},
				ShipTo:   orders.Address{Line1: "ul. Długa 1", City: "Kraków", Country: "PL"},
				Lines:    []orders.Line{{ID: "l1", Title: "Herbata", SKU: "TEA-1", Quantity: 2, UnitPrice: 3990}},
				Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_123", Amount: 9479}},
			},
			Timeline: []orders.TimelineEntry{{At: t0, EventID: "f1", Kind: orders.Placed, What: "placed", Source: "erp"}},
		},
	}
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(b.t.Context(), o) })
	return o
}

// event stores a webhook and ends it in a state.
func (b *bench) event(state, body string) store.Event {
	b.t.Helper()
	id, _, err := b.db.AcceptEvent(b.t.Context(), store.NewEvent{
		Shop: "acme", Source: "shop", Vendor: "shopify", Headers: map[string]string{"X-Shopify-Topic": "orders/create"},
		Body: []byte(body), ReceivedAt: t0, DedupeKey: strconv.FormatInt(b.serial.Add(1), 10),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.finish(store.EventWork, id, state)
	return get(b, b.db.Event, id)
}

func (b *bench) finish(kind store.WorkKind, id, state string) {
	b.t.Helper()
	if state == store.Due {
		return
	}
	b.write(func(tx *store.Tx) error {
		return tx.Finish(b.t.Context(), kind, id, 0, state, faultFor(state))
	})
}

func (b *bench) message(id, state string, channel messages.Channel) store.Message {
	b.t.Helper()
	m := store.Message{
		ID: id, Shop: "acme", OrderID: "o1", Topic: messages.Shipped, Occasion: "occ-" + id, Channel: channel,
		Recipient: map[messages.Channel]string{messages.Mail: "zofia@example.com", messages.SMS: "+48512345678"}[channel],
		Class:     messages.News, Queue: "messages", Language: "pl", CreatedAt: t0, HeaderID: id + "@acme.example", Lookups: 2,
		Work: store.Work{State: store.Due, DueAt: t0, Phase: store.Calling},
	}
	b.write(func(tx *store.Tx) error {
		if _, err := tx.AddMessage(b.t.Context(), m); err != nil {
			return err
		}
		return tx.SetMessage(b.t.Context(), m)
	})
	b.finish(store.MessageWork, id, state)
	return get(b, b.db.Message, id)
}

func (b *bench) caseOf(id string, state returns.State) store.Case {
	b.t.Helper()
	c := store.Case{
		ID: id, Shop: "acme", OrderID: "o1", RMA: "R-" + strings.ToUpper(id), Kind: returns.Return, State: state, Nonce: id,
		Reason: "does_not_fit", Remedy: returns.RefundRemedy, Note: "Too small", Items: []returns.Item{{LineID: "l1", Quantity: 2}},
		CreatedAt: t0, UpdatedAt: t0,
	}
	b.write(func(tx *store.Tx) error { return tx.InsertCase(b.t.Context(), c) })
	return get(b, b.db.Case, id)
}

func (b *bench) refund(id string, status store.RefundStatus, state string) store.Refund {
	b.t.Helper()
	r := store.Refund{
		ID: id, Shop: "acme", OrderID: "o1", CaseID: "c1", Origin: store.OriginHomeward, ExternalID: "x-" + id,
		PaymentKind: "stripe", PaymentReference: "pi_123", Amount: 3990, Currency: "PLN", Status: status,
		Lines:       []orders.RefundLine{{LineID: "l1", Quantity: 1, Amount: 3990}},
		NeedsPerson: state != store.Due, CreatedAt: t0, UpdatedAt: t0, Work: store.Work{State: store.Due, DueAt: t0},
	}
	b.write(func(tx *store.Tx) error {
		if _, err := tx.InsertRefund(b.t.Context(), r); err != nil {
			return err
		}
		return tx.SetRefund(b.t.Context(), r)
	})
	b.finish(store.RefundWork, id, state)
	return get(b, b.db.Refund, id)
}
