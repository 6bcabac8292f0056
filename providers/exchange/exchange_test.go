package exchange_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"homeward/providers/exchange"
	"homeward/providers/standin/pipe"
)

// do sends one watched request through a Transport.
func do(t *testing.T, tr *exchange.Transport, address string) (*exchange.Call, string, error) {
	t.Helper()
	ctx, seen := exchange.Watch(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	res, err := tr.RoundTrip(req)
	if err != nil {
		return seen, "", err
	}
	body, err := io.ReadAll(res.Body)
	return seen, string(body), err
}

func TestWatch(t *testing.T) {
	t.Parallel()
	var path string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.Host + r.URL.Path
		switch r.URL.Path {
		case "/proxy/cut":
			panic(http.ErrAbortHandler)
		case "/proxy/huge":
			_, _ = w.Write(make([]byte, exchange.MaxAnswer+1))
		case "/proxy/half":
			w.Header().Set("Content-Length", "9")
			_, _ = w.Write([]byte("half"))
		default:
			w.Header().Set("Retry-After", "12")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte("slow down"))
		}
	}))
	defer web.Close()
	to, _ := url.Parse(web.URL + "/proxy/")
	base := exchange.Tuned()
	defer base.CloseIdleConnections()
	tr := &exchange.Transport{Base: base, To: to}

	seen, body, err := do(t, tr, "https://api.vendor.example/v1/x")
	if err != nil || body != "slow down" || !seen.Left() || seen.Status() != 429 || seen.RetryAfter() != 12*time.Second {
		t.Errorf("left %v, status %d, after %v, body %q, %v", seen.Left(), seen.Status(), seen.RetryAfter(), body, err)
	}
	if path != to.Host+"/proxy/v1/x" {
		t.Errorf("went to %q", path)
	}
	for _, broken := range []string{"cut", "huge", "half"} {
		if seen, _, err := do(t, tr, "https://api.vendor.example/"+broken); err == nil || !seen.Left() {
			t.Errorf("%s: left %v, %v", broken, seen.Left(), err)
		}
	}
}

func TestNothingLeftWhenNobodyAnswersTheDial(t *testing.T) {
	t.Parallel()
	nowhere := &exchange.Transport{Base: &http.Transport{DialContext: pipe.Refuse}}
	if seen, _, err := do(t, nowhere, "http://vendor.example/"); err == nil || seen.Left() || seen.Status() != 0 {
		t.Errorf("left %v, status %d, %v", seen.Left(), seen.Status(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ctx, seen := exchange.Watch(ctx)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://vendor.example/", http.NoBody)
	if res, err := nowhere.RoundTrip(req); err == nil || seen.Left() {
		_ = res.Body.Close()
		t.Errorf("left %v, %v", seen.Left(), err)
	}
}
