package shopper_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/web/shopper"
)

func ask(number, email string) url.Values { return url.Values{"number": {number}, "email": {email}} }

func TestLookup(t *testing.T) {
	b := newBench(t)
	_, order := b.put("en", sample(t))
	var answers []string
	for _, form := range []url.Values{
		ask("#1001", "zofia@example.com"), ask(" 1001 ", " ZOFIA@example.com "), ask("#1001", "other@example.com"), ask("#9999", "zofia@example.com"),
	} {
		w := b.post("/s/acme/order?lang=en", form)
		answers = append(answers, fmt.Sprint(w.Code, w.Header(), w.Body))
	}
	for i, answer := range answers {
		if answer != answers[0] {
			t.Errorf("answer %d differs:\n%s\n%s", i, answer, answers[0])
		}
	}
	if len(b.sent) != 2 || b.sent[0] != order.ID || b.sent[1] != order.ID {
		t.Errorf("links sent for %v", b.sent)
	}
	has(t, b.get("/s/acme/order?sent=1&lang=en"), 200, "Please check your inbox", "If there is an order")
	b.post("/s/nova/order", ask("#1001", "zofia@example.com"))
	if len(b.sent) != 2 {
		t.Error("another shop's page found the order")
	}
}

func TestLookupForm(t *testing.T) {
	b := newBench(t)
	has(t, b.get("/s/acme/order?lang=en&number=%231001"), 200, `value="#1001"`, `name="email"`)
	has(t, b.get("/s/none/order"), 404)
	w := b.post("/s/acme/order?lang=en", ask("", "zofia@"))
	has(t, w, 422, "Enter the order number.", "Enter the e-mail address", `value="zofia@"`, `href="#number"`, `href="#email"`)
	has(t, b.post("/s/acme/order?lang=en", ask(strings.Repeat("1", 65), "a@example.com")), 422)
	b.reads = errDown
	has(t, b.post("/s/acme/order?lang=en", ask("#1001", "zofia@example.com")), 503, `name="number" value="#1001"`, `name="email" value="zofia@example.com"`)
}

func TestLookupIsLimited(t *testing.T) {
	b := newBench(t)
	_, _ = b.put("en", sample(t))
	for range 10 { // one order's mailbox is not flooded, and nobody learns that it is
		if w := b.post("/s/acme/order", ask("#1001", "zofia@example.com")); w.Code != 303 {
			t.Fatalf("status %d", w.Code)
		}
	}
	if len(b.sent) != 3 {
		t.Errorf("%d mails to one mailbox", len(b.sent))
	}
	from := func(address, forwarded string) int {
		r := httptest.NewRequest(http.MethodPost, "/s/acme/order", strings.NewReader(ask("#1", "a@example.com").Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = address
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		return b.do(r).Code
	}
	flood := func(address, forwarded string) (last int) {
		for range 21 {
			last = from(address, forwarded)
		}
		return last
	}
	if got := flood("203.0.113.7:1000", ""); got != 429 {
		t.Errorf("the 21st from one address: %d", got)
	}
	if got := from("203.0.113.7:2000", "198.51.100.1"); got != 429 {
		t.Errorf("a client escaped by what it says of itself: %d", got)
	}
	if got := from("203.0.113.8:1000", ""); got != 303 {
		t.Errorf("another address: %d", got)
	}
	if got := flood("10.0.0.1:1000", "spoofed, 198.51.100.9"); got != 429 {
		t.Errorf("behind our proxy: %d", got)
	}
	if got := from("10.0.0.1:1000", "198.51.100.10"); got != 303 {
		t.Errorf("another client behind our proxy: %d", got)
	}
	if got := flood("[2001:db8:1:2::1]:1000", ""); got != 429 || from("[2001:db8:1:2:ffff::9]:1", "") != 429 || from("[2001:db8:1:3::1]:1", "") != 303 {
		t.Errorf("IPv6 counts by /64: %d", got)
	}
	b.clock = b.clock.Add(time.Minute)
	if got := from("203.0.113.7:1000", ""); got != 303 {
		t.Errorf("a minute later: %d", got)
	}
}

// TestLookupTime: whether there is an order does not show in the time of the answer.
func TestLookupTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, work := range []time.Duration{0, 30 * time.Millisecond, 399 * time.Millisecond} {
			began := time.Now()
			shopper.Pause(t.Context(), began, func() { time.Sleep(work) })
			if took := time.Since(began); took != 400*time.Millisecond {
				t.Errorf("%v of work took %v", work, took)
			}
		}
	})
}
