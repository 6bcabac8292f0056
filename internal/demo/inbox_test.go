package demo_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// get reads a page of the demo.
func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	res, err := http.Get(address) //nolint:gosec,noctx // the demo's own address
	if err != nil {
		t.Fatal(err)
	}
	return read(t, res)
}

func read(t *testing.T, res *http.Response) (status int, body string) {
	t.Helper()
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func send(t *testing.T, address string, form url.Values) (status int, body string) {
	t.Helper()
	res, err := http.PostForm(address, form) //nolint:gosec,noctx // the demo's own address
	if err != nil {
		t.Fatal(err)
	}
	return read(t, res)
}

// until looks again and again until it is there.
func until(t *testing.T, what string, there func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	tooLong := time.After(20 * time.Second)
	for !there() {
		select {
		case <-tick.C:
		case <-tooLong:
			t.Fatalf("still not there: %s", what)
		}
	}
}

// TestStepsReachTheirReaders presses buttons and finds the news in the inbox, in the reader's language.
func TestStepsReachTheirReaders(t *testing.T) {
	_, inbox := start(t)
	for _, s := range []struct{ order, step, news, stage string }{
		{"1006", "shipped", "Ihre Bestellung #1006", "Handed over"},
		{"1004", "out_for_delivery", "1004", "Out for delivery"},
		{"1005", "out_for_delivery", "1005", "Out for delivery"},
	} {
		_, before := get(t, inbox+"/?of="+s.order)
		status, after := send(t, inbox+"/step", url.Values{"order": {s.order}, "step": {s.step}})
		if status != http.StatusOK || !strings.Contains(after, "The shop posted “") {
			t.Fatalf("%s %s: %d", s.order, s.step, status)
		}
		until(t, s.order+" "+s.step, func() bool {
			_, now := get(t, inbox+"/?of="+s.order)
			return strings.Count(now, "<li>") > strings.Count(before, "<li>") && strings.Contains(now, s.news) && strings.Contains(now, s.stage)
		})
	}
}

// TestStopIsHeard answers an SMS with STOP: the order's next news comes by mail only.
func TestStopIsHeard(t *testing.T) {
	_, inbox := start(t)
	if status, _ := send(t, inbox+"/reply", url.Values{"from": {"+38640123456"}, "body": {"STOP"}}); status != http.StatusOK {
		t.Fatal("STOP:", status)
	}
	if _, page := get(t, inbox+"/"); !strings.Contains(page, `class="bubble mine" dir="auto">STOP`) {
		t.Error("the answer is not the newest message, at the end of its conversation")
	}
	send(t, inbox+"/step", url.Values{"order": {"1003"}, "step": {"attempt_failed"}})
	_, page := get(t, inbox+"/?of=1003")
	sms := regexp.MustCompile(`class="kind sms">SMS`)
	before := len(sms.FindAllString(page, -1))
	send(t, inbox+"/step", url.Values{"order": {"1003"}, "step": {"ready_for_pickup"}})
	until(t, "the mail", func() bool {
		_, page = get(t, inbox+"/?of=1003")
		return strings.Contains(page, "Ready for pickup")
	})
	if after := len(sms.FindAllString(page, -1)); after != before {
		t.Errorf("%d SMS after STOP, %d before", after, before)
	}
}

// TestWrongInput gets a page that says what is wrong, and changes nothing.
func TestWrongInput(t *testing.T) {
	_, inbox := start(t)
	_, before := get(t, inbox+"/count")
	for name, c := range map[string]struct {
		path   string
		form   url.Values // nil is GET
		status int
	}{
		"no such page":      {"/nowhere", nil, http.StatusNotFound},
		"no such mail":      {"/mail/9999/html", nil, http.StatusNotFound},
		"a mail of letters": {"/mail/x/source", nil, http.StatusNotFound},
		"no such message":   {"/?m=9999", nil, http.StatusOK},
		"negative message":  {"/?m=-1", nil, http.StatusOK},
		"no such shopper":   {"/?of=9999", nil, http.StatusOK},
		"no such order":     {"/step", url.Values{"order": {"9999"}, "step": {"paid"}}, http.StatusBadRequest},
		"no such step":      {"/step", url.Values{"order": {"1001"}, "step": {"teleported"}}, http.StatusBadRequest},
		"empty step":        {"/step", url.Values{}, http.StatusBadRequest},
		"strange number":    {"/reply", url.Values{"from": {"+4900"}, "body": {"STOP"}}, http.StatusBadRequest},
		"no number":         {"/reply", url.Values{"from": {""}, "body": {"STOP"}}, http.StatusBadRequest},
		"empty answer":      {"/reply", url.Values{"from": {"+447400123456"}, "body": {"  "}}, http.StatusBadRequest},
		"too long":          {"/reply", url.Values{"from": {"+447400123456"}, "body": {strings.Repeat("x", 1<<17)}}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			var status int
			var body string
			if c.form == nil {
				status, body = get(t, inbox+c.path)
			} else {
				status, body = send(t, inbox+c.path, c.form)
			}
			if status != c.status || !strings.Contains(body, `href="/`) {
				t.Errorf("%d %.200s", status, body)
			}
		})
	}
	if _, after := get(t, inbox+"/count"); after < before {
		t.Errorf("%s messages, %s before", after, before)
	}
}
