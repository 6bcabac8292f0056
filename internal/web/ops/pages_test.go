package ops_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

func TestAllIsWellIsSaidOnlyWhenItIs(t *testing.T) {
	b := newBench(t)
	s := b.signIn("viewer")
	if page := s.page("/ops/"); !strings.Contains(page, "All is well") {
		t.Error("an empty console is not well")
	}
	b.event(store.Due, "{}")
	b.now = t0.Add(time.Minute)
	if page := s.page("/ops/"); !strings.Contains(page, "All is well") || !strings.Contains(page, "1 min") {
		t.Error("work of a minute ago is an alarm already, or its age is missing")
	}
	b.now = t0.Add(3 * time.Minute)
	if page := s.page("/ops/"); strings.Contains(page, "All is well") || !strings.Contains(page, "Due work has been lying for 3 min") {
		t.Error("nobody works, and the overview is content")
	}
	b.now = t0
	b.event(store.EventFailed, `{"a":1}`)
	if page := s.page("/ops/"); strings.Contains(page, "All is well") || !strings.Contains(page, "1 thing waits") {
		t.Error("a failed event, and all is well")
	}
}

const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>`

// everywhere fills every kind of row with text that tries to become markup.
func everywhere(t *testing.T, b *bench) []string {
	t.Helper()
	o := store.Order{
		ID: "o1", Shop: attack, ExternalID: attack, NumberKey: "1001", EmailKey: "x@example.com", Language: "pl", Region: attack, TimeZone: attack, CreatedAt: t0,
		State: orders.State{
			Known: true, Stage: orders.Stage(attack),
			Order: orders.Order{
				Number: attack, Currency: attack, PlacedAt: t0, Customer: orders.Customer{Name: attack, Email: attack, Phone: attack},
				ShipTo:   orders.Address{Line1: attack, City: attack, Country: attack},
				Lines:    []orders.Line{{ID: "l1", Title: attack, SKU: attack, Variant: attack, Quantity: 2}},
				Payments: []orders.Payment{{Kind: attack, Reference: attack}},
			},
			Parcels:  []orders.Parcel{{Key: attack, Carrier: attack, TrackingNumber: attack, TrackingURL: "javascript:alert(1)", Stage: orders.ParcelStage(attack), Incident: orders.Incident(attack), UnknownStatus: attack, ETA: attack, DeliveredTo: attack, Pickup: orders.Pickup{Place: attack}}},
			Timeline: []orders.TimelineEntry{{At: t0, Kind: orders.Placed, What: attack, Text: attack, Source: attack, ParcelKey: attack}},
		},
	}
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), o) })
	id, _, err := b.db.AcceptEvent(t.Context(), store.NewEvent{
		Shop: attack, Source: attack, Vendor: attack, Headers: map[string]string{"X-Topic": attack, attack: "v"},
		Body: []byte(`{"name":"</code></pre>` + strings.ReplaceAll(attack, `"`, `\"`) + `"}`), ReceivedAt: t0, DedupeKey: attack,
	})
	if err != nil {
		t.Fatal(err)
	}
	reason := reasonWith(attack)
	m := store.Message{
		ID: "m1", Shop: attack, OrderID: "o1", Topic: attack, Occasion: attack, Channel: messages.SMS, Recipient: attack, Class: attack, Language: attack,
		HeaderID: attack, ProviderID: attack, CreatedAt: t0, Work: store.Work{State: store.Due, DueAt: t0},
	}
	r := store.Refund{
		ID: "r1", Shop: attack, OrderID: "o1", CaseID: "c1", Origin: store.OriginHomeward, ExternalID: "e", PaymentKind: "stripe", PaymentReference: attack,
		Amount: 1, Currency: attack, Status: store.RefundFailed, FailureReason: attack, StripeID: attack, Reference: attack, NeedsPerson: true,
		CreatedAt: t0, UpdatedAt: t0, Work: store.Work{State: store.Due, DueAt: t0},
	}
	c := store.Case{
		ID: "c1", Shop: attack, OrderID: "o1", RMA: attack, Kind: returns.Return, State: returns.Requested, Nonce: "n", Reason: attack, Remedy: attack,
		Note: attack, Items: []returns.Item{{LineID: "l1", Quantity: 2}}, TrackingNumber: attack, Decision: attack, CreatedAt: t0, UpdatedAt: t0,
		Conditions: returns.Conditions{Why: []returns.Why{{Code: attack, LineID: attack, Rule: attack, Detail: attack}}}, Answers: []returns.Reply{{Question: attack, Text: attack}},
	}
	b.write(func(tx *store.Tx) error {
		ctx := t.Context()
		if err := tx.InsertCase(ctx, c); err != nil {
			return err
		}
		if _, err := tx.AddMessage(ctx, m); err != nil {
			return err
		}
		if err := tx.SetMessage(ctx, m); err != nil {
			return err
		}
		if err := tx.SetDelivery(ctx, "m1", attack, attack, t0); err != nil {
			return err
		}
		if _, err := tx.InsertRefund(ctx, r); err != nil {
			return err
		}
		if err := tx.SetRefund(ctx, r); err != nil {
			return err
		}
		if err := tx.AddCaseStep(ctx, store.CaseStep{ID: "s1", CaseID: "c1", At: t0, Actor: attack, Step: attack, Note: attack}); err != nil {
			return err
		}
		if err := tx.AssignEvent(ctx, id, "o1", attack); err != nil {
			return err
		}
		for _, object := range []string{"event:" + id, "message:m1", "refund:r1", "case:c1", "order:o1"} {
			if err := tx.AddAudit(ctx, store.AuditEntry{ID: object, At: t0, User: attack, Action: attack, Object: object, Note: attack}); err != nil {
				return err
			}
		}
		if err := tx.Finish(ctx, store.EventWork, id, 0, store.EventFailed, reason); err != nil {
			return err
		}
		if err := tx.Finish(ctx, store.RefundWork, "r1", 0, store.RefundHeld, reason); err != nil {
			return err
		}
		return tx.Finish(ctx, store.MessageWork, "m1", 0, store.MessageHeld, reason)
	})
	return []string{
		"/ops/", "/ops/events", "/ops/events/" + id, "/ops/messages", "/ops/messages/m1", "/ops/messages/m1/send", "/ops/returns",
		"/ops/returns/c1", "/ops/refunds", "/ops/refunds/r1", "/ops/search?q=1001", "/ops/search?q=" + url.QueryEscape(attack), "/ops/orders/o1",
		"/ops/events?notice=applied&of=" + url.QueryEscape(attack),
	}
}

func TestNoTextBecomesMarkup(t *testing.T) {
	b := newBench(t)
	paths := everywhere(t, b)
	for _, role := range []string{"viewer", "admin"} {
		s := b.signIn(role)
		for _, path := range paths {
			if role == "viewer" && strings.HasSuffix(path, "/send") {
				continue
			}
			page := s.page(path)
			for _, bad := range []string{"<script", "<img", "javascript:", "</code></pre>\\\""} {
				if strings.Contains(page, bad) {
					t.Errorf("%s shows %s as markup", path, bad)
				}
			}
			if strings.Contains(path, "/ops/orders/") && !strings.Contains(page, "&lt;script&gt;") {
				t.Errorf("%s does not show the text at all", path)
			}
		}
	}
	w := b.post("/ops/login", url.Values{"name": {attack}, "password": {"x"}, "next": {attack}})
	if strings.Contains(w.Body.String(), "<script") || strings.Contains(w.Body.String(), "<img") {
		t.Error("the login echoes markup")
	}
}

func TestViewersSeeNoAddressesNoBodiesAndNoButtons(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	e := b.event(store.EventFailed, `{"email":"zofia@example.com"}`)
	b.message("m1", store.MessageFailed, messages.Mail)
	b.caseOf("c1", returns.Requested)
	b.refund("r1", store.RefundFailed, store.RefundSettled)
	paths := []string{
		"/ops/events", "/ops/events/" + e.ID, "/ops/messages", "/ops/messages/m1", "/ops/returns", "/ops/returns/c1", "/ops/refunds", "/ops/refunds/r1",
		"/ops/search?q=1001", "/ops/orders/o1",
	}
	viewer, agent := b.signIn("viewer"), b.signIn("agent")
	for _, path := range paths {
		page := viewer.page(path)
		if strings.Contains(page, "zofia@example.com") || strings.Contains(page, "+48512345678") || strings.Contains(page, "ul. Długa") {
			t.Errorf("a viewer sees an address on %s", path)
		}
		if strings.Count(page, `method="post"`) != 1 { // signing out
			t.Errorf("a viewer sees a button on %s", path)
		}
		if path != "/ops/search?q=1001" && strings.Count(agent.page(path), `method="post"`) < 2 {
			t.Errorf("an agent sees no button on %s", path)
		}
	}
	if page := agent.page("/ops/events/" + e.ID); !strings.Contains(page, "zofia@example.com") {
		t.Error("an agent does not see the body")
	}
	if page := agent.page("/ops/messages"); strings.Contains(page, "zofia@example.com") {
		t.Error("the list of messages shows whole addresses")
	}
}

func TestAnOrdersPageTellsItsWholeStory(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	e := b.event(store.EventApplied, "{}")
	b.write(func(tx *store.Tx) error { return tx.AssignEvent(t.Context(), e.ID, "o1", "") })
	b.message("m1", store.MessageSent, messages.SMS)
	b.write(func(tx *store.Tx) error {
		if err := tx.SetDelivery(t.Context(), "m1", "SM1", "undelivered", t0); err != nil {
			return err
		}
		return tx.AddOptOut(t.Context(), "+48220000000", "+48512345678", messages.SMS, "twilio", t0)
	})
	b.caseOf("c1", returns.Approved)
	b.refund("r1", store.RefundSucceeded, store.RefundSettled)
	page := b.signIn("agent").page("/ops/orders/o1")
	for _, want := range []string{
		"#1001", "Zofia Nowak", "zofia@example.com", "Order placed", "erp", "Undelivered", "R-C1", "39.90 PLN", "orders/create", "said STOP",
		"Send fresh link", "Revoke links", "Herbata", "20 Nov 11:00 CET",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestListsAreBounded(t *testing.T) {
	b := newBench(t)
	for i := range 105 {
		b.event(store.EventFailed, fmt.Sprintf(`{"n":%d}`, i))
	}
	s := b.signIn("viewer")
	for query, want := range map[string]struct {
		rows       int
		prev, next bool
	}{
		"": {100, false, true}, "?failed=2": {5, true, false}, "?failed=3": {5, true, false}, "?failed=-1": {100, false, true},
		"?failed=1000000": {100, false, true}, "?failed=x": {100, false, true}, "?waiting=2": {100, false, true},
	} {
		page := s.page("/ops/events" + query)
		if got := strings.Count(page, `<li class="item">`); got != want.rows {
			t.Errorf("%q shows %d events, want %d", query, got, want.rows)
		}
		if prev, next := strings.Contains(page, `rel="prev"`), strings.Contains(page, `rel="next"`); prev != want.prev || next != want.next {
			t.Errorf("%q leads back %v, on %v", query, prev, next)
		}
	}
	if page := s.page("/ops/events?waiting=2&failed=1&notice=ignored&of=e"); !strings.Contains(page, `href="?failed=2&amp;waiting=2#h-failed"`) {
		t.Error("the other list does not keep its place")
	}
}

func TestBodiesAreReadable(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"JSON":                 {`{"id":9007199254740993,"a":{"b":1.10}}`, "&#34;id&#34;: 9007199254740993,\n  &#34;a&#34;: {\n    &#34;b&#34;: 1.10"},
		"a form":               {"MessageSid=SM1&To=%2B48512345678", "MessageSid = SM1\nTo = &#43;48512345678"},
		"truncated":            {`{"id":1,`, "as it came"},
		"bytes that are none":  {"\xff\xfe\x00", "ff fe 00"},
		"nothing":              {"", "0 bytes, empty"},
		"more than one screen": {`"` + strings.Repeat("x", 300<<10) + `"`, "the page shows the beginning"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			e := b.event(store.EventFailed, c.body)
			if page := b.signIn("agent").page("/ops/events/" + e.ID); !strings.Contains(page, c.want) {
				t.Errorf("%q is missing in\n%.3000s", c.want, page)
			}
		})
	}
}

func TestUnknownThingsAre404(t *testing.T) {
	b := newBench(t)
	s := b.signIn("admin")
	for _, path := range []string{"/ops/nowhere", "/ops/events/x", "/ops/messages/x", "/ops/returns/x", "/ops/refunds/x", "/ops/orders/x"} {
		if w := s.get(path); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "There is nothing here") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := s.post("/ops/events/x/apply", seen(0)); w.Code != http.StatusNotFound {
		t.Errorf("a button of nothing: %d", w.Code)
	}
}

func TestNoticesAreFixedSentences(t *testing.T) {
	b := newBench(t)
	s := b.signIn("viewer")
	if page := s.page("/ops/events?notice=Your+account+was+closed"); strings.Contains(page, "account was closed") {
		t.Error("an address puts words on a page")
	}
	if page := s.page("/ops/events?notice=ignored&of=abc"); !strings.Contains(page, `role="status"`) || !strings.Contains(page, `href="/ops/events/abc"`) {
		t.Error("the notice is missing")
	}
}

func TestTheStyleSheetIsPublicAndLasting(t *testing.T) {
	b := newBench(t)
	page := b.do(httptest.NewRequest(http.MethodGet, "/ops/login", nil)).Body.String()
	_, rest, _ := strings.Cut(page, `rel="stylesheet" href="`)
	path, _, _ := strings.Cut(rest, `"`)
	w := b.do(httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %d %v", path, w.Code, w.Header())
	}
	if strings.Contains(w.Body.String(), "http:") || strings.Contains(w.Body.String(), "https:") || strings.Contains(w.Body.String(), "@import") {
		t.Error("the style sheet loads from elsewhere")
	}
}
