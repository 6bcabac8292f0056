package stripe

import (
	"net/http"
	"strings"

	"golang.org/x/time/rate"
)

// PerSecond is how many requests a second Stripe takes at one endpoint, also in live mode (docs.stripe.com/rate-limits).
const PerSecond = 25

// paced holds requests back so that no endpoint sees more a second than it takes, whoever of the process sends them. One that
// gives up waiting was never sent.
type paced struct {
	next   http.RoundTripper
	limits map[string]*rate.Limiter // by the first part of the path after the version
}

// pace gives a transport for so many requests a second at each endpoint; next itself for none.
func pace(next http.RoundTripper, perSecond int) http.RoundTripper {
	if perSecond <= 0 {
		return next
	}
	p := &paced{next: next, limits: map[string]*rate.Limiter{}}
	for _, endpoint := range []string{"refunds", "charges", "payment_intents", "disputes"} {
		p.limits[endpoint] = rate.NewLimiter(rate.Limit(perSecond), 1)
	}
	return p
}

// RoundTrip implements http.RoundTripper.
func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	endpoint, _, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/v1/"), "/")
	if limit := p.limits[endpoint]; limit != nil {
		if err := limit.Wait(req.Context()); err != nil {
			return nil, err
		}
	}
	return p.next.RoundTrip(req)
}
