package stripe

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

type answers func(*http.Request) (*http.Response, error)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// However many workers call, no endpoint sees more than 25 requests in any second; endpoints do not wait for each other.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		seen := map[string][]time.Time{}
		transport := pace(answers(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			seen[r.URL.Path] = append(seen[r.URL.Path], time.Now())
			return &http.Response{}, nil
		}), PerSecond)
		start := time.Now()
		var group sync.WaitGroup
		for range 100 {
			for _, path := range []string{"/v1/refunds", "/v1/charges"} {
				group.Go(func() {
					r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.stripe.test"+path, nil)
					if _, err := transport.RoundTrip(r); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("100 requests took %s", took)
		}
		for path, times := range seen {
			for i := PerSecond; i < len(times); i++ {
				if times[i].Sub(times[i-PerSecond]) < time.Second-time.Microsecond {
					t.Fatalf("%s: more than %d requests in a second", path, PerSecond)
				}
			}
		}
	})
}

// A request that is not sent in time is not sent at all.
func TestPaceGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		transport := pace(answers(func(*http.Request) (*http.Response, error) { sent++; return &http.Response{}, nil }), 1)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.stripe.test/v1/refunds/re_1", nil)
		_, first := transport.RoundTrip(r)
		if _, second := transport.RoundTrip(r); first != nil || second == nil || errors.Is(second, context.Canceled) || sent != 1 {
			t.Errorf("%v, then %v, sent %d", first, second, sent)
		}
	})
}
