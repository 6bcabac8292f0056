package twilio_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/fault"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/pipe"
	"homeward/providers/standin/twiliod"
	"homeward/providers/twilio"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "0123456789abcdef0123456789abcdef"
	route   = "POST /2010-04-01/Accounts/"
)

// bench is a client and the stand-in it talks to.
type bench struct {
	*twilio.Client
	server *twiliod.Server
}

// overLoopback puts real sockets between them.
func overLoopback(t *testing.T) bench {
	t.Helper()
	server := twiliod.New(account, token, http.DefaultClient)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return bench{client(t, twilio.Config{BaseURL: web.URL}), server}
}

// overPipe puts a pipe between them, for virtual time.
func overPipe(t *testing.T) bench {
	t.Helper()
	server := twiliod.New(account, token, http.DefaultClient)
	l := pipe.Listen()
	web := &http.Server{Handler: server, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = web.Serve(l) }()
	transport := &http.Transport{DialContext: l.Dial}
	t.Cleanup(func() { transport.CloseIdleConnections(); _ = web.Close(); <-done })
	return bench{client(t, twilio.Config{BaseURL: "http://twilio.test", HTTPClient: &http.Client{Transport: transport, Timeout: 15 * time.Second}}), server}
}

func client(t *testing.T, cfg twilio.Config) *twilio.Client {
	t.Helper()
	cfg.AccountSID, cfg.AuthToken = account, token
	if cfg.MessagingServiceSID == "" {
		cfg.From = "+48111222333"
	}
	c, err := twilio.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var message = twilio.Message{
	To: "+48512345678", Body: "Twoja paczka jest w drodze", StatusCallback: "https://updates.acme.example/hooks/acme/twilio/status?m=1", ValidFor: 4 * time.Hour,
}

func wantFault(t *testing.T, err error, class fault.Class, code string) *fault.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %s %s", class, code)
	}
	f := fault.Of(err)
	if f.Class != class || f.Code != code {
		t.Fatalf("got %s %s (%s; cause %v); want %s %s", f.Class, f.Code, f.Message, f.Cause, class, code)
	}
	for _, private := range []string{"512345678", "paczka", token} {
		if strings.Contains(err.Error(), private) {
			t.Errorf("the fault names %q: %v", private, err)
		}
	}
	return f
}

func TestSend(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) bench{"loopback": overLoopback, "pipe": overPipe} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			sid, err := b.Send(t.Context(), message)
			if err != nil {
				t.Fatal(err)
			}
			m := b.server.Messages()[0]
			if m.SID != sid || m.To != message.To || m.From != "+48111222333" || m.Body != message.Body || m.StatusCallback != message.StatusCallback || m.ValidityPeriod != 14400 {
				t.Errorf("%+v", m)
			}
			if err := b.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMessagingServiceIsTheSender(t *testing.T) {
	t.Parallel()
	server := twiliod.New(account, token, http.DefaultClient)
	web := httptest.NewServer(server)
	defer web.Close()
	c := client(t, twilio.Config{BaseURL: web.URL + "/proxy/", MessagingServiceSID: "MG1", HTTPClient: &http.Client{Transport: stripPrefix{}}})
	if _, err := c.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if m := server.Messages()[0]; m.From != "MG1" || c.Sender() != "MG1" {
		t.Errorf("from %q, sender %q", m.From, c.Sender())
	}
}

// stripPrefix stands for a proxy under a path.
type stripPrefix struct{}

func (stripPrefix) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/proxy")
	return http.DefaultTransport.RoundTrip(r)
}

// faults is every way a call can fail. sending and reading are what Send and a read say about it.
var faults = []struct {
	name     string
	fault    httpfault.Fault
	sending  fault.Class
	sendCode string
	reading  fault.Class
	readCode string
	messages int
	after    time.Duration
}{
	{name: "500", fault: httpfault.Fault{Status: 500}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable"},
	{name: "500 after the effect", fault: httpfault.Fault{Status: 500, Effect: true}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable", messages: 1},
	{name: "502 from a proxy", fault: httpfault.Fault{Status: 502, Body: "<html>bad gateway</html>"}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable"},
	{name: "429", fault: httpfault.Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}}, sending: fault.Later, sendCode: "sms_rate_limited", reading: fault.Later, readCode: "sms_rate_limited", after: 7 * time.Second},
	{name: "429 without a body", fault: httpfault.Fault{Status: 429, Body: " "}, sending: fault.Later, sendCode: "sms_rate_limited", reading: fault.Later, readCode: "sms_rate_limited"},
	{name: "queue full", fault: httpfault.Fault{Status: 400, Code: "21611"}, sending: fault.Later, sendCode: "sms_rate_limited", reading: fault.Later, readCode: "sms_rate_limited"},
	{name: "cut before", fault: httpfault.Fault{Cut: true}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable"},
	{name: "cut after", fault: httpfault.Fault{Cut: true, Effect: true}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable", messages: 1},
	{name: "garbage", fault: httpfault.Fault{Status: 201, Body: "{\"sid\":", Effect: true}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable", messages: 1},
	{name: "half a body", fault: httpfault.Fault{Status: 201, Body: "{}", Header: http.Header{"Content-Length": {"500"}}, Effect: true}, sending: fault.Uncertain, sendCode: "sms_uncertain", reading: fault.Later, readCode: "sms_unavailable", messages: 1},
	{name: "redirect", fault: httpfault.Fault{Status: 302, Body: "moved", Header: http.Header{"Location": {"/elsewhere"}}}, sending: fault.Later, sendCode: "sms_unexpected_answer", reading: fault.Later, readCode: "sms_unexpected_answer"},
	{name: "redirect with a body of JSON", fault: httpfault.Fault{Status: 307, Body: "{}", Header: http.Header{"Location": {"/elsewhere"}}}, sending: fault.Later, sendCode: "sms_unexpected_answer", reading: fault.Later, readCode: "sms_unexpected_answer"},
	{name: "a proxy's 403", fault: httpfault.Fault{Status: 403, Body: "<html>"}, sending: fault.Later, sendCode: "sms_unexpected_answer", reading: fault.Later, readCode: "sms_unexpected_answer"},
	{name: "wrong login", fault: httpfault.Fault{Status: 401}, sending: fault.Later, sendCode: "sms_auth_failed", reading: fault.Later, readCode: "sms_auth_failed"},
	{name: "opted out", fault: httpfault.Fault{Status: 400, Code: "21610"}, sending: fault.Permanent, sendCode: "sms_opted_out", reading: fault.Permanent, readCode: "sms_opted_out"},
	{name: "no number", fault: httpfault.Fault{Status: 400, Code: "21211"}, sending: fault.Permanent, sendCode: "sms_number_invalid", reading: fault.Permanent, readCode: "sms_number_invalid"},
	{name: "no mobile", fault: httpfault.Fault{Status: 400, Code: "21614"}, sending: fault.Permanent, sendCode: "sms_not_mobile", reading: fault.Permanent, readCode: "sms_not_mobile"},
	{name: "no route", fault: httpfault.Fault{Status: 400, Code: "21612"}, sending: fault.Permanent, sendCode: "sms_unreachable", reading: fault.Permanent, readCode: "sms_unreachable"},
	{name: "no region", fault: httpfault.Fault{Status: 400, Code: "21408"}, sending: fault.Permanent, sendCode: "sms_region_disabled", reading: fault.Permanent, readCode: "sms_region_disabled"},
	{name: "a code of the future", fault: httpfault.Fault{Status: 400, Code: "29999"}, sending: fault.Permanent, sendCode: "sms_rejected", reading: fault.Permanent, readCode: "sms_rejected"},
}

func TestEveryFault(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) bench{"loopback": overLoopback, "pipe": overPipe} {
		for _, tt := range faults {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				b := start(t)
				b.server.Fail(route, tt.fault)
				_, err := b.Send(t.Context(), message)
				if f := wantFault(t, err, tt.sending, tt.sendCode); f.After != tt.after {
					t.Errorf("after %v, want %v", f.After, tt.after)
				}
				if n := b.server.Count(route); n != 1 {
					t.Errorf("%d requests, want one: nothing may send twice", n)
				}
				if n := len(b.server.Messages()); n != tt.messages {
					t.Errorf("%d messages at Twilio, want %d", n, tt.messages)
				}
				sid, err := b.Find(t.Context(), message.To, message.Body, time.Now().Add(-time.Minute))
				if err != nil || (sid != "") != (tt.messages > 0) {
					t.Errorf("Find gave %q, %v", sid, err)
				}
				b.server.Hook(func(httpfault.Call) httpfault.Fault { return tt.fault }) // net/http repeats a GET that was cut
				_, err = b.Find(t.Context(), message.To, message.Body, time.Now())
				wantFault(t, err, tt.reading, tt.readCode)
				wantFault(t, b.Check(t.Context()), tt.reading, tt.readCode)
			})
		}
	}
}

// A kept connection that dies must not make net/http send the message again.
func TestKeptConnectionIsNotRetried(t *testing.T) {
	t.Parallel()
	b := overLoopback(t)
	for range 3 {
		if _, err := b.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	b.server.Fail(route, httpfault.Fault{Cut: true, Effect: true})
	_, err := b.Send(t.Context(), message)
	wantFault(t, err, fault.Uncertain, "sms_uncertain")
	if n := len(b.server.Messages()); n != 4 {
		t.Errorf("%d messages, want 4", n)
	}
}

func TestSlow(t *testing.T) {
	t.Parallel()
	for _, deadline := range []time.Duration{0, 3 * time.Second} {
		t.Run(deadline.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := overPipe(t)
				b.server.Fail(route, httpfault.Fault{Delay: time.Hour})
				ctx, want := t.Context(), 15*time.Second
				if deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, deadline)
					defer cancel()
					want = deadline
				}
				begun := time.Now()
				_, err := b.Send(ctx, message)
				wantFault(t, err, fault.Uncertain, "sms_uncertain")
				if took := time.Since(begun); took != want {
					t.Errorf("gave up after %v, want %v", took, want)
				}
			})
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	c := client(t, twilio.Config{BaseURL: "http://" + addr})
	_, err = c.Send(t.Context(), message)
	wantFault(t, err, fault.Later, "sms_unreachable_provider")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	b := overLoopback(t)
	_, err = b.Send(gone, message)
	wantFault(t, err, fault.Later, "sms_unreachable_provider")
	if n := len(b.server.Calls()); n != 0 {
		t.Errorf("%d calls under a cancelled context", n)
	}
}

func TestMalformedCredentials(t *testing.T) {
	t.Parallel()
	c, err := twilio.New(twilio.Config{AccountSID: account, AuthToken: "with space", From: "+48111222333", BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, c.Check(t.Context()), fault.Later, "sms_auth_failed")
	if _, err := twilio.New(twilio.Config{BaseURL: "nowhere"}); fault.Code(err) != "sms_base_url_invalid" {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := overPipe(t)
		find := func(to, body string, since time.Time) string {
			t.Helper()
			sid, err := b.Find(t.Context(), to, body, since)
			if err != nil {
				t.Fatal(err)
			}
			return sid
		}
		sid, err := b.Send(t.Context(), message)
		if err != nil {
			t.Fatal(err)
		}
		sent := time.Now()
		if got := find(message.To, message.Body, sent); got != sid {
			t.Errorf("the message itself: %q", got)
		}
		for name, got := range map[string]string{
			"another body":   find(message.To, message.Body+"!", sent),
			"another number": find("+48512345679", message.Body, sent),
			"a later one":    find(message.To, message.Body, sent.Add(time.Minute)),
		} {
			if got != "" {
				t.Errorf("%s: found %q", name, got)
			}
		}
		time.Sleep(time.Hour) // and behind many others, on a later page
		for range 450 {
			other := message
			other.Body = "another"
			if _, err := b.Send(t.Context(), other); err != nil {
				t.Fatal(err)
			}
		}
		if got := find(message.To, message.Body, sent); got != sid {
			t.Errorf("on a later page: %q", got)
		}
	})
}
