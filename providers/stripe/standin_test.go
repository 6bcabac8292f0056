package stripe_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"homeward/providers/standin/striped"
)

// The stand-in refuses what Stripe refuses, so that a request which Stripe would not take fails in the tests. What a Client refuses
// by itself is sent as it is on the wire.
func TestTheStandInRefuses(t *testing.T) {
	t.Parallel()
	server := striped.New(key)
	web := httptest.NewServer(server)
	defer web.Close()
	server.AddPayment("pi_1", 1000, "PLN")
	form := func(pairs ...string) url.Values {
		v := url.Values{"payment_intent": {"pi_1"}, "amount": {"100"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for name, tt := range map[string]struct {
		key  string
		form url.Values
		code string
		kind string
	}{
		"a currency of a card's refund": {"a", form("currency", "eur"), "parameter_unknown", "invalid_request_error"},
		"another card":                  {"b", form("destination", "card_1"), "parameter_unknown", "invalid_request_error"},
		"a reason of its own":           {"c", form("reason", "does_not_fit"), "parameter_invalid", "invalid_request_error"},
		"a part of a unit":              {"d", form("amount", "10.50"), "parameter_invalid_integer", "invalid_request_error"},
		"nothing":                       {"e", form("amount", "0"), "parameter_invalid_integer", "invalid_request_error"},
		"a key that is too long":        {strings.Repeat("k", 256), form(), "parameter_invalid", "invalid_request_error"},
		"no payment":                    {"f", url.Values{"amount": {"1"}}, "parameter_missing", "invalid_request_error"},
		"an unknown payment":            {"g", form("payment_intent", "pi_9"), "resource_missing", "invalid_request_error"},
		"more than is left":             {"h", form("amount", "1001"), "", "invalid_request_error"},
	} {
		status, said := post(t, web.URL, tt.key, tt.form)
		if status/100 != 4 || said.Code != tt.code || said.Type != tt.kind {
			t.Errorf("%s: %d %+v", name, status, said)
		}
		if n := len(server.Refunds()); n != 0 {
			t.Fatalf("%s: refunded", name)
		}
		// What was refused before anything was tried is not kept with its key.
		if strings.HasPrefix(tt.code, "parameter_") && len(tt.key) < 256 {
			if _, again := post(t, web.URL, tt.key, form("amount", "1001")); again.Type == "idempotency_error" {
				t.Errorf("%s: the key is kept", name)
			}
		}
	}
}

type refusal struct{ Type, Code string }

// post asks for a refund without a client.
func post(t *testing.T, base, k string, form url.Values) (int, refusal) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/v1/refunds", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Idempotency-Key", k)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var body struct {
		Error refusal `json:"error"`
	}
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body.Error
}
