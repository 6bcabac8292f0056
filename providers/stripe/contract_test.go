package stripe_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/fault"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/pipe"
	"homeward/providers/standin/striped"
	"homeward/providers/stripe"
)

const key, route = "rk_test_standin", "POST /v1/refunds"

type bench struct {
	*stripe.Client
	server *striped.Server
}

func overLoopback(t *testing.T) bench {
	t.Helper()
	server := striped.New(key)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return bench{client(t, stripe.Config{Key: key, BaseURL: web.URL}), server}
}

func overPipe(t *testing.T) bench {
	t.Helper()
	server := striped.New(key)
	l := pipe.Listen()
	web := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = web.Serve(l) }()
	transport := &http.Transport{DialContext: l.Dial}
	t.Cleanup(func() { transport.CloseIdleConnections(); _ = web.Close(); <-done })
	return bench{client(t, stripe.Config{Key: key, BaseURL: "http://stripe.test", HTTPClient: &http.Client{Transport: transport}}), server}
}

func client(t *testing.T, cfg stripe.Config) *stripe.Client {
	t.Helper()
	c, err := stripe.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(k string, amount int64) stripe.Request {
	return stripe.Request{Key: k, Reference: "pi_1", Amount: amount, Currency: "PLN", RefundID: "rf_1", CaseID: "case_1"}
}

func wantFault(t *testing.T, err error, class fault.Class, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %s %s", class, code)
	}
	f := fault.Of(err)
	if f.Class != class || f.Code != code {
		t.Fatalf("got %s %s (%s; cause %v); want %s %s", f.Class, f.Code, f.Message, f.Cause, class, code)
	}
	if strings.Contains(err.Error(), key) {
		t.Errorf("the fault names the key: %v", err)
	}
}

func TestRefund(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) bench{"loopback": overLoopback, "pipe": overPipe} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.server.AddPayment("pi_1", 9479, "PLN")
			b.server.AddPayment("ch_2", 500, "KWD")
			if err := b.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			r, err := b.Refund(t.Context(), request("k1", 3990))
			if err != nil {
				t.Fatal(err)
			}
			want := stripe.Refund{ID: "re_1", Reference: "pi_1", ChargeID: "ch_1", Amount: 3990, Currency: "PLN", Status: "pending", RefundID: "rf_1"}
			if r != want {
				t.Errorf("got %+v, want %+v", r, want)
			}
			made := b.server.Refunds()[0]
			if made.IdempotencyKey != "k1" || made.Reason != "requested_by_customer" || made.Metadata["homeward_refund"] != "rf_1" || made.Metadata["homeward_case"] != "case_1" {
				t.Errorf("%+v", made)
			}
			if err := b.server.Settle(t.Context(), "re_1", "succeeded", ""); err != nil {
				t.Fatal(err)
			}
			if got, err := b.Get(t.Context(), "re_1"); err != nil || got.Status != "succeeded" || got.BankReference == "" {
				t.Errorf("%+v %v", got, err)
			}
			ch, err := b.Charge(t.Context(), "pi_1")
			if want := (stripe.Charge{ID: "ch_1", IntentID: "pi_1", Captured: 9479, Refunded: 3990, Currency: "PLN"}); err != nil || ch != want {
				t.Errorf("%+v %v", ch, err)
			}
			if err := b.server.Settle(t.Context(), "re_1", "failed", "insufficient_funds"); err != nil {
				t.Fatal(err)
			}
			if ch, err = b.Charge(t.Context(), "ch_1"); err != nil || ch.Refunded != 0 || ch.IntentID != "pi_1" {
				t.Errorf("after the failure: %+v %v", ch, err)
			}
			byCharge := stripe.Request{Key: "k2", Reference: "ch_2", Amount: 120, Currency: "KWD"}
			if r, err = b.Refund(t.Context(), byCharge); err != nil || r.Reference != "ch_2" || r.Amount != 120 {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

// The refunds of an account come in pages, newest first, and no further back than asked.
func TestRefundsOfTheAccount(t *testing.T) {
	t.Parallel()
	b := overLoopback(t)
	for _, intent := range []string{"pi_1", "pi_2"} {
		b.server.AddPayment(intent, 1000, "PLN")
	}
	if got, next, err := b.Since(t.Context(), time.Now().Add(-time.Hour), ""); err != nil || len(got) != 0 || next != "" {
		t.Errorf("%+v %q %v", got, next, err)
	}
	const all = stripe.PageOf + 30
	for i := range all {
		if _, err := b.server.RefundOutside([]string{"pi_1", "pi_2"}[i%2], 1); err != nil {
			t.Fatal(err)
		}
	}
	first, next, err := b.Since(t.Context(), time.Now().Add(-time.Hour), "")
	if err != nil || len(first) != stripe.PageOf || next != "re_31" || first[0].ID != "re_"+strconv.Itoa(all) || first[0].Reference != "pi_2" {
		t.Fatalf("%d refunds, then %q, %v", len(first), next, err)
	}
	rest, next, err := b.Since(t.Context(), time.Now().Add(-time.Hour), next)
	if err != nil || len(rest) != 30 || next != "" || rest[29].ID != "re_1" {
		t.Errorf("%d refunds, then %q, %v", len(rest), next, err)
	}
	if got, _, err := b.Since(t.Context(), time.Now().Add(time.Hour), ""); err != nil || len(got) != 0 {
		t.Errorf("since later: %d, %v", len(got), err)
	}
	b.server.Fail("GET /v1/refunds", httpfault.Fault{Status: http.StatusBadGateway})
	_, _, err = b.Since(t.Context(), time.Now(), "")
	wantFault(t, err, fault.Later, "stripe_unavailable")
}

func TestAllPagesOfRefunds(t *testing.T) {
	t.Parallel()
	b := overLoopback(t)
	b.server.AddPayment("pi_1", 1000, "PLN")
	b.server.AddPayment("pi_2", 1000, "PLN")
	if got, err := b.Refunds(t.Context(), "pi_1"); err != nil || len(got) != 0 {
		t.Errorf("%+v %v", got, err)
	}
	for range 250 {
		if _, err := b.server.RefundOutside("pi_1", 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Refund(t.Context(), request("k1", 5)); err != nil {
		t.Fatal(err)
	}
	got, err := b.Refunds(t.Context(), "pi_1")
	if err != nil || len(got) != 251 || got[0].RefundID != "rf_1" || got[250].ID != "re_1" {
		t.Errorf("%d refunds, %v", len(got), err)
	}
	if got, err = b.Refunds(t.Context(), "ch_2"); err != nil || len(got) != 0 {
		t.Errorf("of another payment: %d, %v", len(got), err)
	}
}

// faults is every way a call can fail; made counts the refunds at Stripe then, and again what the same request with the
// same key gives next ("" is success).
var faults = []struct {
	name    string
	fault   httpfault.Fault
	class   fault.Class
	code    string
	made    int
	again   string
	reading fault.Class
	read    string
}{
	{"500 before", httpfault.Fault{Status: 500}, fault.Uncertain, "refund_uncertain", 0, stripe.ReplayedFailure, fault.Later, "stripe_unavailable"},
	{"500 after", httpfault.Fault{Status: 500, Effect: true}, fault.Uncertain, "refund_uncertain", 1, stripe.ReplayedFailure, fault.Later, "stripe_unavailable"},
	{"503 from a proxy", httpfault.Fault{Body: "<html>", Status: 503}, fault.Uncertain, "refund_uncertain", 0, "", fault.Later, "stripe_unavailable"},
	{"429", httpfault.Fault{Status: 429}, fault.Later, "stripe_rate_limited", 0, "", fault.Later, "stripe_rate_limited"},
	{"lock timeout", httpfault.Fault{Status: 429, Code: "lock_timeout"}, fault.Later, "stripe_busy", 0, "", fault.Later, "stripe_busy"},
	{"key in use", httpfault.Fault{Status: 409, Code: "idempotency_key_in_use"}, fault.Later, "stripe_busy", 0, "", fault.Later, "stripe_busy"},
	{"cut before", httpfault.Fault{Cut: true}, fault.Uncertain, "refund_uncertain", 0, "", fault.Later, "stripe_unavailable"},
	{"cut after", httpfault.Fault{Cut: true, Effect: true}, fault.Uncertain, "refund_uncertain", 1, "", fault.Later, "stripe_unavailable"},
	{"garbage", httpfault.Fault{Body: "{\"id\":", Effect: true}, fault.Uncertain, "refund_uncertain", 1, "", fault.Later, "stripe_unavailable"},
	{"an empty object", httpfault.Fault{Body: "{}", Effect: true}, fault.Uncertain, "refund_uncertain", 1, "", fault.Later, "stripe_unavailable"},
	{"half a body", httpfault.Fault{Body: "{}", Header: http.Header{"Content-Length": {"500"}}, Effect: true}, fault.Uncertain, "refund_uncertain", 1, "", fault.Later, "stripe_unavailable"},
	{"redirect", httpfault.Fault{Status: 302, Body: "{}", Header: http.Header{"Location": {"/elsewhere"}}}, fault.Later, "stripe_unexpected_answer", 0, "", fault.Later, "stripe_unexpected_answer"},
	{"a proxy's 403", httpfault.Fault{Status: 403, Body: "<html>"}, fault.Later, "stripe_unexpected_answer", 0, "", fault.Later, "stripe_unexpected_answer"},
	{"no right", httpfault.Fault{Status: 403}, fault.Permanent, "stripe_key_rights", 0, "", fault.Permanent, "stripe_key_rights"},
	{"unknown key", httpfault.Fault{Status: 401}, fault.Permanent, "stripe_key_invalid", 0, "", fault.Permanent, "stripe_key_invalid"},
	{"not refundable", httpfault.Fault{Status: 400, Code: "charge_not_refundable"}, fault.Permanent, "charge_not_refundable", 0, "", fault.Permanent, "charge_not_refundable"},
	{"disputed", httpfault.Fault{Status: 400, Code: "refund_disputed_payment"}, fault.Permanent, "charge_disputed", 0, "", fault.Permanent, "charge_disputed"},
	{"a code of the future", httpfault.Fault{Status: 400, Code: "new_code"}, fault.Permanent, "refund_rejected", 0, "", fault.Permanent, "refund_rejected"},
}

func TestEveryFault(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) bench{"loopback": overLoopback, "pipe": overPipe} {
		for _, tt := range faults {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				b := start(t)
				b.server.AddPayment("pi_1", 9479, "PLN")
				b.server.Fail(route, tt.fault)
				_, err := b.Refund(t.Context(), request("k1", 3990))
				wantFault(t, err, tt.class, tt.code)
				if n := b.server.Count(route); n != 1 {
					t.Errorf("%d requests, want one: the client does not retry", n)
				}
				if n := len(b.server.Refunds()); n != tt.made {
					t.Errorf("%d refunds at Stripe, want %d", n, tt.made)
				}
				if _, err = b.Refund(t.Context(), request("k1", 3990)); fault.Code(err) != tt.again {
					t.Errorf("the same again: %v, want %q", err, tt.again)
				}
				if n := len(b.server.Refunds()); n != max(tt.made, b2i(tt.again == "")) {
					t.Errorf("%d refunds after the same again", n)
				}
				b.server.Hook(func(httpfault.Call) httpfault.Fault { f := tt.fault; f.Effect = false; return f })
				_, err = b.Charge(t.Context(), "pi_1")
				wantFault(t, err, tt.reading, tt.read)
				_, err = b.Refunds(t.Context(), "pi_1")
				wantFault(t, err, tt.reading, tt.read)
				_, err = b.Get(t.Context(), "re_1")
				wantFault(t, err, tt.reading, tt.read)
			})
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// What Stripe promises about keys, and what the stand-in must therefore do.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := overPipe(t)
		b.server.AddPayment("pi_1", 9479, "PLN")
		first, err := b.Refund(t.Context(), request("k1", 1000))
		if err != nil {
			t.Fatal(err)
		}
		again, err := b.Refund(t.Context(), request("k1", 1000))
		if err != nil || again != first {
			t.Errorf("replayed %+v, %v", again, err)
		}
		_, err = b.Refund(t.Context(), request("k1", 1001))
		wantFault(t, err, fault.Permanent, "idempotency_mismatch")

		// The second of two at once is told to wait; the first goes through.
		b.server.Fail(route, httpfault.Fault{Delay: 5 * time.Second})
		slow := make(chan error, 1)
		go func() { _, err := b.Refund(t.Context(), request("k2", 1000)); slow <- err }()
		synctest.Wait()
		_, err = b.Refund(t.Context(), request("k2", 1000))
		wantFault(t, err, fault.Later, "stripe_busy")
		if err := <-slow; err != nil {
			t.Error(err)
		}
		if n := len(b.server.Refunds()); n != 2 {
			t.Errorf("%d refunds, want 2", n)
		}
		time.Sleep(striped.KeysLive) // the trap: an old key is a new request
		if r, err := b.Refund(t.Context(), request("k1", 1000)); err != nil || r.ID == first.ID {
			t.Errorf("after a day: %+v, %v", r, err)
		}
	})
}

func TestNeverMoreThanCaptured(t *testing.T) {
	t.Parallel()
	b := overLoopback(t)
	b.server.AddPayment("pi_1", 1000, "PLN")
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() { _, _ = b.Refund(context.Background(), request(string(rune('a'+i)), 300)) })
	}
	calls.Wait()
	if n := len(b.server.Refunds()); n != 3 {
		t.Fatalf("%d refunds of 300 from 1000", n)
	}
	_, err := b.Refund(t.Context(), request("over", 300))
	wantFault(t, err, fault.Permanent, "amount_too_large")
	if _, err := b.Refund(t.Context(), request("rest", 100)); err != nil {
		t.Fatal(err)
	}
	_, err = b.Refund(t.Context(), request("none left", 1))
	wantFault(t, err, fault.Permanent, "charge_already_refunded")
	_, err = b.Refund(t.Context(), stripe.Request{Key: "x", Reference: "pi_9", Amount: 1, Currency: "PLN"})
	wantFault(t, err, fault.Permanent, "payment_unknown")
	_, err = b.Charge(t.Context(), "pi_9")
	wantFault(t, err, fault.Permanent, "payment_unknown")
}

func TestRequestsThatAreNone(t *testing.T) {
	t.Parallel()
	b := overLoopback(t)
	for code, r := range map[string]stripe.Request{
		"refund_request_invalid": {Reference: "pi_1", Amount: 1, Currency: "PLN"},
		"amount_unrepresentable": {Key: "k", Reference: "pi_1", Amount: 5124, Currency: "KWD"},
		"currency_unknown":       {Key: "k", Reference: "pi_1", Amount: 1, Currency: "XXQ"},
	} {
		_, err := b.Refund(t.Context(), r)
		wantFault(t, err, fault.Permanent, code)
	}
	if n := len(b.server.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	b := overLoopback(t)
	b.server.AddPayment("pi_1", 1000, "PLN")
	for _, tt := range []struct{ status, want, refund string }{
		{"warning_needs_response", "warning_needs_response", ""}, {"warning_closed", "", ""}, {"needs_response", "needs_response", "charge_disputed"},
		{"under_review", "under_review", "charge_disputed"}, {"lost", "lost", "charge_disputed"}, {"won", "", ""},
	} {
		if err := b.server.Dispute(t.Context(), "pi_1", tt.status); err != nil {
			t.Fatal(err)
		}
		ch, err := b.Charge(t.Context(), "pi_1")
		if err != nil || ch.Dispute != tt.want {
			t.Errorf("%s: %+v, %v", tt.status, ch, err)
		}
		if _, err := b.Refund(t.Context(), request("k "+tt.status, 1)); fault.Code(err) != tt.refund {
			t.Errorf("%s: the refund gave %v, want %q", tt.status, err, tt.refund)
		}
	}
}

func TestRightsOfTheKey(t *testing.T) {
	t.Parallel()
	for resource, name := range map[string]string{"refunds": "refunds", "charges": "charges", "payment_intents": "payment intents", "disputes": "disputes"} {
		b := overLoopback(t)
		b.server.Restrict(resource)
		err := b.Check(t.Context())
		wantFault(t, err, fault.Permanent, "stripe_key_rights")
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the message does not name %s: %v", name, err)
		}
	}
	server := striped.New("another")
	web := httptest.NewServer(server)
	defer web.Close()
	c := client(t, stripe.Config{Key: key, BaseURL: web.URL})
	wantFault(t, c.Check(t.Context()), fault.Permanent, "stripe_key_invalid")
}

func TestSlow(t *testing.T) {
	t.Parallel()
	for _, deadline := range []time.Duration{0, 3 * time.Second} {
		t.Run(deadline.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := overPipe(t)
				b.server.AddPayment("pi_1", 1000, "PLN")
				b.server.Fail(route, httpfault.Fault{Delay: time.Hour})
				ctx, want := t.Context(), 30*time.Second
				if deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, deadline)
					defer cancel()
					want = deadline
				}
				begun := time.Now()
				_, err := b.Refund(ctx, request("k1", 10))
				wantFault(t, err, fault.Uncertain, "refund_uncertain")
				if took := time.Since(begun); took != want {
					t.Errorf("gave up after %v, want %v", took, want)
				}
			})
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	refuse := &http.Transport{DialContext: pipe.Refuse}
	c := client(t, stripe.Config{Key: key, HTTPClient: &http.Client{Transport: refuse}})
	_, err := c.Refund(t.Context(), request("k1", 10))
	wantFault(t, err, fault.Later, "stripe_unreachable")
	_, err = c.Charge(t.Context(), "pi_1")
	wantFault(t, err, fault.Later, "stripe_unreachable")
	var f *fault.Error
	if !errors.As(err, &f) || f.Cause == nil {
		t.Error("the cause is lost")
	}
}
