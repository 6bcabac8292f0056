package shopper_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/shopper"
	"homeward/internal/withdrawals"
)

// fakeDesk takes statements and keeps them in memory. The same statement gives the first receipt.
type fakeDesk struct {
	bench      *bench
	mu         sync.Mutex
	statements []withdrawals.Statement
	receipts   []withdrawals.Receipt
}

func (d *fakeDesk) Declare(ctx context.Context, s withdrawals.Statement) (withdrawals.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bench.writes != nil {
		return withdrawals.Receipt{}, d.bench.writes
	}
	if err := ctx.Err(); err != nil {
		return withdrawals.Receipt{}, err
	}
	for i, was := range d.statements {
		if reflect.DeepEqual(was, s) {
			return d.receipts[i], nil
		}
	}
	n := len(d.statements)
	r := withdrawals.Receipt{
		Key: base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "receipt key %04d", n)), Reference: fmt.Sprintf("W-7K2M9%d", n), Shop: s.Shop, OrderID: s.OrderID,
		Name: s.Name, Number: s.Number, Email: s.Email, Language: s.Language, Text: s.Text, SubmittedAt: d.bench.clock, Zone: d.bench.config.Shops[0].Zone,
	}
	if shop, ok := d.bench.config.Shop(s.Shop); ok {
		order, _ := d.bench.db.Order(ctx, s.OrderID)
		terms := withdrawals.TermsOf(shop, order, r.SubmittedAt)
		r.SendBackBy, r.RefundBy, r.RefundRule = terms.SendBack.Last, terms.Refund.Last, terms.Refund.Rule
	}
	d.statements, d.receipts = append(d.statements, s), append(d.receipts, r)
	return r, nil
}

func (d *fakeDesk) Receipt(_ context.Context, shop, key string) (withdrawals.Receipt, error) {
	if d.bench.reads != nil {
		return withdrawals.Receipt{}, d.bench.reads
	}
	for _, r := range d.receipts {
		if r.Shop == shop && r.Key == key {
			return r, nil
		}
	}
	return withdrawals.Receipt{}, store.ErrNotFound
}

func (d *fakeDesk) ByOrder(_ context.Context, orderID string) ([]withdrawals.Receipt, error) {
	if d.bench.reads != nil {
		return nil, d.bench.reads
	}
	var all []withdrawals.Receipt
	for _, r := range d.receipts {
		if r.OrderID == orderID {
			all = append(all, r)
		}
	}
	return all, nil
}

// statement is what a guest fills in.
func statement() url.Values {
	return url.Values{"name": {" Jan Żółw "}, "order": {"A-77"}, "email": {"jan@example.com"}, "nonce": {"n1"}}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// posted gives the fields that the one button of a page posts.
func posted(t *testing.T, w *httptest.ResponseRecorder) url.Values {
	t.Helper()
	if n := strings.Count(w.Body.String(), "<button"); n != 1 {
		t.Errorf("%d buttons", n)
	}
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(w.Body.String(), -1) {
		form.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return form
}

func TestModelFormWhileNothingTakesStatements(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t))
	b.rebuild(func(d *shopper.Deps) { d.Withdrawals = nil })
	w := b.get("/s/acme/withdraw?lang=en&number=%231001")
	has(t, w, 200, "Withdraw from the contract", "without giving a reason", "mailto:help@acme.example?subject=", "hereby%20give%20notice", "ul. Krótka 2",
		"I/We (*) hereby give notice", "Order number: #1001", "You cannot send the statement from this page yet")
	lacks(t, w, "<form")
	has(t, b.get("/s/acme/withdraw?lang=de"), 200, "Vertrag widerrufen", "Hiermit widerrufe(n) ich/wir")
	has(t, b.get("/s/nova/withdraw?lang=en"), 200, "Use the e-mail or postal address in your order confirmation")
	w = b.post("/s/acme/withdraw/confirm?lang=en", statement())
	has(t, w, 200, "You cannot send the statement from this page yet")
	has(t, b.get(path+"/withdraw"), 200, "I/We (*) hereby give notice")
	has(t, b.get(path+"/withdraw/W-7K2M90"), 404)
}

// TestGuestWithdraws goes the whole way of the open form, by what its pages offer.
func TestGuestWithdraws(t *testing.T) {
	b := newBench(t)
	w := b.get("/s/acme/withdraw?lang=en&number=%23A-77")
	has(t, w, 200, `action="/s/acme/withdraw?lang=en"`, `name="name"`, `name="order" dir="ltr"`, `value="#A-77"`, `name="email"`, `name="nonce"`, "Model withdrawal form")
	lacks(t, w, `name="qty.`, "reason\" ")

	w = b.post("/s/acme/withdraw?lang=en", statement())
	has(t, w, 200, `action="/s/acme/withdraw/confirm?lang=en"`, `<button class="button">Confirm withdrawal</button>`, "Jan Żółw", "A-77", "jan@example.com",
		"I hereby withdraw from my contract of sale of the following goods:\nall goods of the order\n", "Go back and change it")
	if len(b.desk.statements) != 0 {
		t.Fatal("the first step declared it")
	}
	w = b.post("/s/acme/withdraw/confirm?lang=en", posted(t, w))
	s, r := b.desk.statements[0], b.desk.receipts[0]
	if w.Code != 303 || w.Header().Get("Location") != "/s/acme/withdraw/"+r.Key {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	want := withdrawals.Statement{
		Shop: "acme", Name: "Jan Żółw", Number: "A-77", Email: "jan@example.com", Language: "en", Button: "Confirm withdrawal", Nonce: s.Nonce, Network: "192.0.2.1", Text: s.Text,
	}
	if s.Nonce == "" || !reflect.DeepEqual(s, want) {
		t.Errorf("declared %+v", s)
	}
	has(t, b.get("/s/acme/withdraw/"+r.Key), 200, r.Reference, "We have received your withdrawal", "It is not a decision on it", html.EscapeString(s.Text), "jan@example.com",
		"November 23, 2026 at 2:00 PM (Europe/Warsaw, UTC&#43;01:00)", "December 7, 2026", "within 14 days", "30-001 Kraków", "/statement.txt", `lang="en"`)
	file := b.get("/s/acme/withdraw/" + r.Key + "/statement.txt?lang=en")
	has(t, file, 200, r.Reference, strings.ReplaceAll(s.Text, "\n", "\r\n"), "UTC+01:00", "It is not a decision on it")
	if h := file.Header(); h.Get("Content-Type") != "text/plain; charset=utf-8" || h.Get("Content-Disposition") != `attachment; filename="`+r.Reference+`.txt"` {
		t.Errorf("the file's headers: %v", h)
	}
	has(t, b.get("/s/nova/withdraw/"+r.Key), 404)
	has(t, b.get("/s/acme/withdraw/"+r.Reference), 404)
	if w := b.get("/s/acme/withdraw/confirm"); w.Code != 303 || w.Header().Get("Location") != "/s/acme/withdraw?lang=pl" {
		t.Errorf("the confirmation's address by hand: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// TestWithdrawBehindTheLink: everything is filled in, and the address is never shown.
func TestWithdrawBehindTheLink(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	w := b.get(path + "/withdraw")
	has(t, w, 200, `value="Zofia Nowak"`, `name="order" value="#1001"`, `name="email" type="email"`, "z•••@example.com", `<option value="2" selected>`,
		`name="qty.l1"`, `name="qty.l2"`, `name="qty.l3"`)
	lacks(t, w, "zofia@example.com")

	form := url.Values{"name": {"Zofia Nowak"}, "order": {"#1001"}, "email": {""}, "qty.l1": {"1"}, "qty.l2": {"0"}, "qty.l3": {"1"}, "nonce": {"n1"}}
	w = b.post(path+"/withdraw", form)
	has(t, w, 200, `action="`+path+`/withdraw/confirm"`, "1 × Earl Grey, 100 g\n1 × Gift card\n", "Order number: #1001", "z•••@example.com")
	lacks(t, w, "zofia@example.com", "teapot", "all goods")

	w = b.post(path+"/withdraw/confirm", posted(t, w))
	s, r := b.desk.statements[0], b.desk.receipts[0]
	if w.Code != 303 || w.Header().Get("Location") != path+"/withdraw/"+r.Reference {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if s.OrderID != order.ID || s.Email != "zofia@example.com" || !strings.Contains(s.Text, "zofia@example.com") ||
		!reflect.DeepEqual(s.Items, []returns.Item{{LineID: "l1", Quantity: 1}, {LineID: "l3", Quantity: 1}}) {
		t.Errorf("declared %+v", s)
	}
	for _, name := range []string{r.Reference, r.Key} {
		w = b.get(path + "/withdraw/" + name)
		has(t, w, 200, r.Reference, "1 × Earl Grey", "z•••@example.com", "shortened here")
		lacks(t, w, "zofia@example.com")
	}
	file := b.get(path + "/withdraw/" + r.Reference + "/statement.txt")
	has(t, file, 200, "z•••@example.com", "The e-mail address is shortened in this file")
	lacks(t, file, "zofia@")
	w = b.get(path)
	has(t, w, 200, "Your withdrawals", `href="`+path+`/withdraw/`+r.Reference+`"`, `href="`+path+`/withdraw"`)
	lacks(t, w, r.Key) // it would open the page that shows the address
	has(t, b.get(path+"/withdraw"), 200, "Your withdrawals", r.Reference)
	other, _ := b.put("en", sample(t))
	has(t, b.get(other+"/withdraw/"+r.Reference), 404)
}

func TestWholeContract(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("de", sample(t, delivered()...))
	for name, form := range map[string]url.Values{
		"every line":        {"name": {"Zofia Nowak"}, "email": {""}, "qty.l1": {"2"}, "qty.l2": {"1"}, "qty.l3": {"1"}},
		"nothing was typed": {},
		"another address":   {"name": {"Zofia Nowak"}, "email": {"z2@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			b.desk.statements, b.desk.receipts = nil, nil
			has(t, b.post(path+"/withdraw", form), 200, "alle Waren der Bestellung\n2 × Earl Grey, 100 g\n1 × Stoneware teapot", "Widerruf bestätigen")
			if w := b.post(path+"/withdraw/confirm", form); w.Code != 303 {
				t.Fatalf("status %d", w.Code)
			}
			s := b.desk.statements[0]
			if s.Items != nil || s.Name != "Zofia Nowak" || s.Number != "#1001" || s.Email != map[bool]string{false: "zofia@example.com", true: "z2@example.com"}[form.Get("email") != ""] {
				t.Errorf("declared %+v", s)
			}
		})
	}
}

// TestNeverHidden: no period, no state of the order and no policy takes the function away.
func TestNeverHidden(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{first(b.put("en", sample(t))), first(b.put("en", sample(t, cancelled()...))), first(b.put("en", sample(t, delivered()...)))} {
		for _, later := range []time.Duration{0, 40 * 24 * time.Hour, 450 * 24 * time.Hour} {
			b.clock = now.Add(later)
			has(t, b.get(path), 200, `href="`+path+`/withdraw">Withdraw from contract here</a>`)
			has(t, b.get(path+"/withdraw"), 200, `<button class="button">Continue</button>`)
			if w := b.post(path+"/withdraw/confirm", url.Values{}); w.Code != 303 {
				t.Errorf("status %d after %v", w.Code, later)
			}
		}
	}
	for range 200 { // nor how often it is used
		if w := b.post("/s/acme/withdraw/confirm", statement()); w.Code != 303 {
			t.Fatalf("status %d", w.Code)
		}
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestBadStatements(t *testing.T) {
	long := strings.Repeat("ż", 50_000) // 100 KB
	for name, c := range map[string]struct {
		field, value string
		say          []string
	}{
		"no name":            {"name", " \u202e ", []string{"Enter your name.", `href="#name"`}},
		"long name":          {"name", long, []string{"Your name: at most 300 characters.", long}},
		"no order":           {"order", "  ", []string{"Enter the order number.", `href="#order"`}},
		"long order":         {"order", long, []string{"Order number: at most 100 characters.", long}},
		"no address":         {"email", "", []string{"Enter an e-mail address", `href="#email"`}},
		"no such address":    {"email", "jan@", []string{"Enter an e-mail address", `value="jan@"`}},
		"two lines":          {"email", "jan@example.com\r\nBcc: x@example.com", []string{"Enter an e-mail address", "Bcc: x@example.com"}},
		"long address":       {"email", long, []string{"Enter an e-mail address", long}},
		"hidden in the name": {"email", "jan@exa\u202emple.com", []string{"Enter an e-mail address"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			form := statement()
			form.Set(c.field, c.value)
			for _, step := range []string{"", "/confirm"} {
				w := b.post("/s/acme/withdraw"+step+"?lang=en", form)
				has(t, w, 422, c.say...)
				has(t, w, 422, `role="alert"`, `aria-describedby="`, `aria-invalid="true"`, `value="n1"`)
				for field := range form {
					has(t, w, 422, `value="`+html.EscapeString(form.Get(field))+`"`)
				}
			}
			if len(b.desk.statements) != 0 {
				t.Error("it was declared")
			}
		})
	}
}

func TestBadQuantities(t *testing.T) {
	for name, c := range map[string]struct {
		form url.Values
		say  []string
	}{
		"nothing chosen": {url.Values{"qty.l1": {"0"}, "qty.l2": {""}}, []string{"Choose at least one item.", `href="#items"`}},
		"too many":       {url.Values{"qty.l1": {"3"}}, []string{"choose a number from 0 to 2", `href="#qty.l1"`, `value="3" selected`}},
		"negative":       {url.Values{"qty.l1": {"-1"}}, []string{"choose a number from 0 to 2", `value="-1" selected`}},
		"markup":         {url.Values{"qty.l1": {`"><b>`}}, []string{"choose a number from 0 to 2", "&#34;&gt;&lt;b&gt;"}},
		"another order":  {url.Values{"qty.l1": {"1"}, "qty.zzz": {"1"}}, []string{"Something has changed meanwhile"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			path, _ := b.put("en", sample(t, delivered()...))
			c.form.Set("name", "Another Name")
			c.form.Set("email", "other@example.com")
			for _, step := range []string{"", "/confirm"} {
				has(t, b.post(path+"/withdraw"+step, c.form), 422, append(c.say, "Another Name", `value="other@example.com"`)...)
			}
			if len(b.desk.statements) != 0 {
				t.Error("it was declared")
			}
		})
	}
}

func TestOrderWithoutAddress(t *testing.T) {
	b := newBench(t)
	state := sample(t)
	state.Order.Customer.Email = ""
	path, _ := b.put("en", state)
	has(t, b.get(path+"/withdraw"), 200, "The acknowledgement of receipt goes to this address.")
	has(t, b.post(path+"/withdraw", url.Values{"email": {""}}), 422, "Enter an e-mail address")
	has(t, b.post(path+"/withdraw", url.Values{"email": {"z@example.com"}}), 200, "z@example.com")
}

// TestStatementIsOneLinePerFact: whatever is typed, the statement keeps its lines, and its text is as the page shows it.
func TestStatementIsOneLinePerFact(t *testing.T) {
	b := newBench(t)
	rapid.Check(t, func(rt *rapid.T) {
		b.desk.statements, b.desk.receipts = nil, nil
		odd := rapid.SampledFrom([]string{"<script>alert(1)</script>", "\u202egnp.exe", "a\r\nOrder number: 2", "\u2066x", "\x00", "٤٢", "O'Neill & Søn", "\xff", "\u202e", "é"})
		form := statement()
		form.Set("name", "J"+rapid.StringN(0, 40, -1).Draw(rt, "name")+odd.Draw(rt, "odd")+"n")
		form.Set("order", "1"+odd.Draw(rt, "number"))
		lang := rapid.SampledFrom(b.config.Shops[0].Languages).Draw(rt, "lang")
		w := b.post("/s/acme/withdraw?lang="+lang, form)
		if w.Code != 200 {
			rt.Fatalf("status %d", w.Code)
		}
		if b.post("/s/acme/withdraw/confirm?lang="+lang, posted(t, w)).Code != 303 {
			rt.Fatal("not declared")
		}
		s := b.desk.statements[0]
		if strings.Contains(w.Body.String(), "<script") || !strings.Contains(html.UnescapeString(w.Body.String()), s.Text) {
			rt.Fatalf("the page does not show %q", s.Text)
		}
		if n := strings.Count(s.Text, "\n"); n != 5 {
			rt.Fatalf("%d line ends in %q", n, s.Text)
		}
		if lang != "ar" && strings.ContainsAny(s.Text+s.Name+s.Number, "\u202e\u2066\u2067\u2068\r\x00") {
			rt.Fatalf("directions or line ends are steered in %q", s.Text)
		}
		if strings.ContainsAny(s.Name+s.Number, "\n\u202e\u2066") {
			rt.Fatalf("name %q, number %q", s.Name, s.Number)
		}
	})
}

// TestConfirmedTwice: at once and later, one statement and one receipt.
func TestConfirmedTwice(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	locations := make([]string, 8)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			locations[i] = b.post(path+"/withdraw/confirm", url.Values{"nonce": {"0123456789abcdefghijkl"}}).Header().Get("Location")
		})
	}
	wg.Wait()
	b.clock = b.clock.Add(time.Hour)
	for i := 6; i < 8; i++ {
		locations[i] = b.post(path+"/withdraw/confirm", url.Values{"nonce": {"0123456789abcdefghijkl"}}).Header().Get("Location")
	}
	for i, location := range locations {
		if location != path+"/withdraw/W-7K2M90" {
			t.Errorf("confirmation %d leads to %q", i, location)
		}
	}
	if n := len(b.desk.statements); n != 1 {
		t.Errorf("%d statements", n)
	}
}

// TestNotRecorded: when the database cannot commit, the page says so, keeps everything, shows the other ways, and gives
// no receipt.
func TestNotRecorded(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	for _, where := range []struct {
		path string
		form url.Values
	}{
		{"/s/acme/withdraw/confirm?lang=en", statement()},
		{path + "/withdraw/confirm", url.Values{"name": {"Zofia N."}, "email": {"z2@example.com"}, "qty.l1": {"1"}, "qty.l2": {"0"}, "nonce": {"n1"}}},
	} {
		b.writes = errDown
		w := b.post(where.path, where.form)
		has(t, w, 503, "Your withdrawal has not been recorded", "help@acme.example", "ul. Krótka 2", "Model withdrawal form", "I/We (*) hereby give notice",
			"body=I%20hereby%20withdraw", `action="`+where.path+`"`, "Confirm withdrawal")
		lacks(t, w, "disk I/O", "secret/path", "W-7K2M9", "We have received")
		if w.Header().Get("Retry-After") == "" || w.Header().Get("Location") != "" {
			t.Errorf("headers %v", w.Header())
		}
		again := posted(t, w)
		for field, values := range where.form {
			if again.Get(field) != strings.TrimSpace(values[0]) {
				t.Errorf("%s was %q and is %q", field, values[0], again.Get(field))
			}
		}
		b.writes = nil
		if w := b.post(where.path, again); w.Code != 303 {
			t.Errorf("the second try: %d", w.Code)
		}
	}
	b.reads = errDown
	w := b.post(path+"/withdraw/confirm", url.Values{"name": {"Zofia N."}, "qty.l1": {"1"}})
	has(t, w, 503, `name="name" value="Zofia N."`, `name="qty.l1" value="1"`, `action="`+path+`/withdraw/confirm"`, "/s/acme/withdraw?lang=pl#model", "help@acme.example")
	has(t, b.get("/s/acme/withdraw"), 200, `<form`)
	has(t, b.get("/s/acme/withdraw/"+b.desk.receipts[0].Key), 503)
	if n := len(b.desk.statements); n != 2 {
		t.Errorf("%d statements", n)
	}
}

// TestSentAndGone: a statement takes effect when it is sent, also if the browser does not wait for the answer.
func TestSentAndGone(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path+"/withdraw/confirm", strings.NewReader("name=Zofia+Nowak"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := b.do(r); w.Code != 303 || len(b.desk.statements) != 1 {
		t.Errorf("status %d, %d statements", w.Code, len(b.desk.statements))
	}
}

func TestStatementFromElsewhere(t *testing.T) {
	b := newBench(t)
	for header, status := range map[string]int{"cross-site": 403, "same-origin": 303, "none": 303, "": 303} {
		r := httptest.NewRequest(http.MethodPost, "/s/acme/withdraw/confirm", strings.NewReader(statement().Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if header != "" {
			r.Header.Set("Sec-Fetch-Site", header)
		}
		if w := b.do(r); w.Code != status {
			t.Errorf("%q: status %d, want %d", header, w.Code, status)
		}
	}
	form := statement()
	form.Set("name", strings.Repeat("x", 2<<20))
	has(t, b.post("/s/acme/withdraw?lang=en", form), 413)
}

// TestWayBack: the plain link back has everything typed, sealed, for its own page and a while.
func TestWayBack(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	other, _ := b.put("en", sample(t, delivered()...))
	back := func(at string, form url.Values) string {
		m := regexp.MustCompile(`<a class="reach" href="([^"]*)">Go back`).FindStringSubmatch(b.post(at, form).Body.String())
		if m == nil {
			t.Fatal("no way back")
		}
		return html.UnescapeString(m[1])
	}
	form := url.Values{"name": {"Zofia N."}, "email": {"z2@example.com"}, "qty.l1": {"1"}, "qty.l2": {"0"}}
	link := back(path+"/withdraw", form)
	if strings.Contains(link, "Zofia") || strings.Contains(link, "example.com") {
		t.Errorf("readable: %s", link)
	}
	has(t, b.get(link), 200, `value="Zofia N."`, `value="z2@example.com"`, `<option value="1" selected>`, `<option value="0" selected>`)
	for name, bad := range map[string]string{
		"another order": strings.Replace(link, path, other, 1), "changed": link[:len(link)-40] + map[bool]string{true: "B", false: "A"}[link[len(link)-40] == 'A'] + link[len(link)-39:], "cut": link[:len(link)-30], "none": path + "/withdraw?draft=%00",
	} {
		w := b.get(bad)
		has(t, w, 200, `value="Zofia Nowak"`)
		lacks(t, w, "z2@example.com")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	has(t, b.get(back("/s/acme/withdraw?lang=en", statement())), 200, `value=" Jan Żółw "`, `value="A-77"`, `value="jan@example.com"`)
	b.clock = b.clock.Add(3 * time.Hour)
	lacks(t, b.get(link), "z2@example.com")
}

// TestLabels holds the words that the law, or its reading in a country, gives the function (rules F-02, F-06, F-14).
func TestLabels(t *testing.T) {
	b := newBench(t)
	for lang, labels := range map[string][2]string{
		"pl": {"Odstąp od umowy tutaj", "Potwierdź odstąpienie od umowy"}, "sl": {"Kliknite tukaj za odstop od pogodbe", "Potrdi odstop od pogodbe"},
		"de": {"Vertrag widerrufen", "Widerruf bestätigen"}, "en": {"Withdraw from contract here", "Confirm withdrawal"},
		"ar": {"العدول عن العقد من هنا", "تأكيد العدول عن العقد"}, "ru": {"Отказаться от договора здесь", "Подтвердить отказ от договора"},
	} {
		path, _ := b.put(lang, sample(t))
		order, check := b.get(path), b.post(path+"/withdraw", nil)
		has(t, order, 200, `href="`+path+`/withdraw">`+labels[0]+`</a>`)
		has(t, check, 200, `<button class="button">`+labels[1]+`</button>`)
		has(t, b.get("/s/acme/order?lang="+lang), 200, `href="/s/acme/withdraw?lang=`+lang+`">`+labels[0]+`</a>`)
		if b.post(path+"/withdraw/confirm", nil); b.desk.statements[len(b.desk.statements)-1].Button != labels[1] {
			t.Errorf("%s: the button is not recorded", lang)
		}
		if lang == "ar" || lang == "ru" { // beside it, never in the control
			has(t, order, 200, `lang="pl" dir="ltr">Odstąp od umowy tutaj<`)
			has(t, check, 200, `lang="pl" dir="ltr">Potwierdź odstąpienie od umowy<`)
		} else {
			lacks(t, check, `class="too"`)
		}
	}
}
