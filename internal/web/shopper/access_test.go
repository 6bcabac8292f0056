package shopper_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"homeward/internal/link"
	"homeward/internal/store"
)

func TestLinks(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, moving()...))
	foreign, err := link.New([]string{strings.Repeat("x", 32)})
	if err != nil {
		t.Fatal(err)
	}
	end := link.Expiry(order.State.Order.PlacedAt)
	for name, c := range map[string]struct {
		path   string
		status int
		text   string
	}{
		"good":          {path, 200, "On its way"},
		"tampered":      {path[:len(path)-1] + map[bool]string{true: "B", false: "A"}[strings.HasSuffix(path, "A")], 404, "We cannot find this page"},
		"cut":           {path[:len(path)-4], 404, "We cannot find this page"},
		"other secret":  {"/o/" + foreign.Order("acme", order.ID, 0, end), 404, "We cannot find this page"},
		"other shop":    {"/o/" + b.signer.Order("nova", order.ID, 0, end), 404, "Te strani ne najdemo"},
		"unknown shop":  {"/o/" + b.signer.Order("gone", order.ID, 0, end), 404, "We cannot find this page"},
		"unknown order": {"/o/" + b.signer.Order("acme", "06000000000000000000", 0, end), 404, "Nie możemy znaleźć tej strony"},
		"revoked":       {"/o/" + b.signer.Order("acme", order.ID, 1, end), 404, "Nie możemy znaleźć tej strony"},
		"expired":       {"/o/" + b.signer.Order("acme", order.ID, 0, now), 410, "This link has expired"},
		"revoked, too":  {"/o/" + b.signer.Order("acme", order.ID, 2, now), 404, ""},
		"below":         {path + "/nothing", 404, ""},
		"nowhere":       {"/elsewhere", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := b.get(c.path)
			has(t, w, c.status, c.text)
			if c.status != 200 {
				lacks(t, w, "Earl Grey", "KRA", "zofia", "Zofia")
			}
		})
	}
	has(t, b.get("/o/"+b.signer.Order("acme", order.ID, 0, now)), 410, `href="/s/acme/order?lang=en&amp;number=%231001"`)
}

func TestRevoke(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t))
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.RevokeLinks(t.Context(), order.ID) }); err != nil {
		t.Fatal(err)
	}
	has(t, b.get(path), 404)
	has(t, b.get(b.path(b.order(order.ID))), 200)
}

// TestHeaders asks for every kind of answer.
func TestHeaders(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, moving()...))
	requests := []*http.Request{
		httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRequest(http.MethodHead, path, nil), httptest.NewRequest(http.MethodGet, path+"/returns/new", nil),
		httptest.NewRequest(http.MethodGet, "/o/none", nil), httptest.NewRequest(http.MethodPut, path, nil), httptest.NewRequest(http.MethodGet, "/s/acme/order", nil),
		httptest.NewRequest(http.MethodGet, "/s/acme/withdraw", nil), httptest.NewRequest(http.MethodGet, "/s/none/order", nil), httptest.NewRequest(http.MethodPost, "/s/acme/order", nil),
	}
	cross := httptest.NewRequest(http.MethodPost, path+"/returns", nil)
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, r := range append(requests, cross) {
		h := b.do(r).Header()
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
			"Strict-Transport-Security": "max-age=", "Content-Security-Policy": "default-src 'none'",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s %s: %s is %q", r.Method, r.URL.Path[:4], name, h.Get(name))
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "img-src 'self' data:", "style-src 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s %s: the policy %q lacks %s", r.Method, r.URL.Path[:4], csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") {
			t.Errorf("the policy is loose: %q", csp)
		}
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	form := goodForm("n1")
	for name, c := range map[string]struct {
		header, value string
		status        int
	}{
		"cross site":  {"Sec-Fetch-Site", "cross-site", 403},
		"same site":   {"Sec-Fetch-Site", "same-site", 403},
		"origin":      {"Origin", "https://evil.example", 403},
		"old browser": {"Origin", "null", 303}, // our own Referrer-Policy makes it say null
		"no browser":  {"X-Other", "1", 303},
	} {
		r := httptest.NewRequest(http.MethodPost, path+"/returns", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(c.header, c.value)
		if w := b.do(r); w.Code != c.status {
			t.Errorf("%s: status %d, want %d", name, w.Code, c.status)
		}
	}
	if n := len(b.cases(order.ID)); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// TestNothingPersonal looks at every page for what a stranger must not learn from a forwarded link.
func TestNothingPersonal(t *testing.T) {
	b := newBench(t)
	for _, lang := range []string{"en", "ar"} {
		for _, v := range b.views(lang) {
			w := b.get(v.path)
			lacks(t, w, "zofia@example.com", "512345678", "ul. Długa 1", "31-146", "pi_123", "<script", "http-equiv")
			if !strings.HasPrefix(v.name, "declare") { // where the law wants the name filled in
				lacks(t, w, "Zofia", "Nowak")
			}
		}
	}
}

// TestGETChangesNothing opens every page ten times and compares the database.
func TestGETChangesNothing(t *testing.T) {
	b := newBench(t)
	views := b.views("en")
	path, order := b.put("en", sample(t, delivered()...))
	before := b.order(order.ID)
	opened, declared := b.opened.Load(), len(b.desk.statements)
	for range 10 {
		for _, v := range views {
			b.get(v.path)
		}
		for _, below := range []string{"", "/returns", "/returns/new", "/language?language=pl", "/returns/R-AAAAA/cancel", "/returns/new?qty.l1=1&reason=other&nonce=x",
			"/withdraw", "/withdraw/confirm", "/withdraw?name=x&order=1&email=a@example.com", "/withdraw/confirm?name=x&nonce=x"} {
			b.get(path + below)
		}
		b.get("/s/acme/order?number=%231001&email=zofia%40example.com")
		b.get("/s/acme/withdraw/confirm?name=Zofia&order=1001&email=zofia%40example.com")
	}
	after := b.order(order.ID)
	if after.Version != before.Version || after.Language != before.Language || len(b.cases(order.ID)) != 0 || b.opened.Load() != opened || len(b.sent) != 0 || len(b.desk.statements) != declared {
		t.Errorf("reading changed something: %+v", after)
	}
}

func TestLanguage(t *testing.T) {
	b := newBench(t)
	path, order := b.put("pl", sample(t, moving()...))
	has(t, b.get(path), 200, `<html lang="pl" dir="ltr">`, "W drodze")
	w := b.post(path+"/language", url.Values{"language": {"ar"}, "back": {"/returns/new"}})
	if w.Code != 303 || w.Header().Get("Location") != path+"/returns/new" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if got := b.order(order.ID).Language; got != "ar" {
		t.Fatalf("language %q is kept", got)
	}
	has(t, b.get(path), 200, `<html lang="ar" dir="rtl">`, "في الطريق إليك")
	for _, back := range []string{"//evil.example", "/../../ops", "https://evil.example", "/returns/new/../x"} {
		if got := b.post(path+"/language", url.Values{"language": {"en"}, "back": {back}}).Header().Get("Location"); got != path {
			t.Errorf("back %q leads to %q", back, got)
		}
	}
	has(t, b.post(path+"/language", url.Values{"language": {"xx"}}), 422)
	b.writes = errDown
	w = b.post(path+"/language", url.Values{"language": {"de"}, "back": {""}})
	has(t, w, 503, `name="language" value="de"`)
	lacks(t, w, "disk I/O")
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	b := newBench(t)
	langs := b.config.Shops[0].Languages
	for _, lang := range langs {
		dir := map[bool]string{true: "rtl", false: "ltr"}[lang == "ar"]
		for _, v := range b.views(lang) {
			w := b.get(v.path)
			if !slices.Contains([]int{200, 404}, w.Code) {
				t.Errorf("%s %s: status %d", lang, v.name, w.Code)
			}
			has(t, w, w.Code, `<html lang="`+lang+`" dir="`+dir+`">`)
			lacks(t, w, "{{", "no value", "%!", "&lt;nil")
		}
	}
}

func TestAcceptLanguage(t *testing.T) {
	b := newBench(t)
	for header, want := range map[string]string{
		"": "pl", "de-AT,de;q=0.9,en;q=0.5": "de", "fr;q=1, ar-EG;q=0.3": "ar", "xx": "pl", "en-GB": "en", ";;;": "pl",
	} {
		r := httptest.NewRequest(http.MethodGet, "/s/acme/order", nil)
		r.Header.Set("Accept-Language", header)
		has(t, b.do(r), 200, `<html lang="`+want+`"`)
	}
}

func TestStyleSheet(t *testing.T) {
	b := newBench(t)
	_, rest, _ := strings.Cut(b.get("/s/acme/order").Body.String(), `<link rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	w := b.get(address)
	has(t, w, 200, "--ground")
	if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("headers %v", w.Header())
	}
	has(t, b.get(address+"x"), 404)
}
