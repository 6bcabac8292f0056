// Package exchange watches one HTTP call to a vendor closely enough to tell, when it fails, whether the vendor may have
// acted on it: the difference between trying again and looking first.
package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Call is what was seen of one request.
type Call struct {
	connected atomic.Bool
	status    atomic.Int32
	after     atomic.Int64
	replayed  atomic.Bool
}

// Left tells that a connection was made and so the request may have left this machine. While it is false the other side
// has seen nothing.
func (c *Call) Left() bool { return c.connected.Load() }

// Status gives the answer's HTTP status, 0 when there was none.
func (c *Call) Status() int { return int(c.status.Load()) }

// RetryAfter gives what the answer asked for, 0 when it said nothing.
func (c *Call) RetryAfter() time.Duration { return time.Duration(c.after.Load()) }

// Replayed tells that the answer is a stored one, given before to the same idempotency key (Stripe's Idempotent-Replayed).
func (c *Call) Replayed() bool { return c.replayed.Load() }

type key struct{}

// Watch gives a context whose request is watched.
func Watch(ctx context.Context) (context.Context, *Call) {
	c := &Call{}
	ctx = context.WithValue(ctx, key{}, c)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { c.connected.Store(true) },
	}), c
}

// MaxAnswer is how much of an answer is read.
const MaxAnswer = 8 << 20

var errTooLarge = errors.New("exchange: the answer is larger than 8 MiB")

// Transport sends requests to a vendor, or to To in its place, and fills in the watched Call.
type Transport struct {
	Base http.RoundTripper
	// To replaces scheme and host of every request, and goes before its path: a proxy or a stand-in. May be nil.
	To *url.URL
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.To != nil {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host, req.Host = t.To.Scheme, t.To.Host, t.To.Host
		req.URL.Path = strings.TrimSuffix(t.To.Path, "/") + req.URL.Path
	}
	res, err := t.Base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if c, ok := req.Context().Value(key{}).(*Call); ok {
		c.status.Store(int32(res.StatusCode)) //nolint:gosec // three digits
		c.replayed.Store(res.Header.Get("Idempotent-Replayed") == "true")
		if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 && s <= 24*3600 {
			c.after.Store(int64(time.Duration(s) * time.Second))
		}
	}
	if err := swallow(res); err != nil {
		return nil, err
	}
	return res, nil
}

// swallow reads the whole answer, so that a connection is free again whatever becomes of the answer (twilio-go leaves
// refusals unread), and half an answer is never taken for one.
func swallow(res *http.Response) error {
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	if err == nil && len(body) > MaxAnswer {
		err = errTooLarge
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

// Over gives a transport over client's own, or over a tuned one when client is nil or has none. base goes in the place of
// the vendor's address; "" is the vendor itself, and one that is no URL an error.
func Over(client *http.Client, base string) (*Transport, error) {
	t := &Transport{}
	if client != nil {
		t.Base = client.Transport
	}
	if t.Base == nil {
		t.Base = Tuned()
	}
	if base == "" {
		return t, nil
	}
	to, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if to.Host == "" {
		return nil, errors.New("exchange: a base address without a host")
	}
	t.To = to
	return t, nil
}

// Tuned gives a transport for one vendor's host: the default one keeps only two connections to a host.
func Tuned() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // documented
	t.MaxIdleConnsPerHost = 64
	t.IdleConnTimeout = 30 * time.Second
	return t
}
