package stripe_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/providers/providertest"
	"homeward/providers/standin/striped"
	"homeward/providers/stripe"
)

var now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

func TestVerify(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id":"evt_1"}`)
	good := striped.Sign("whsec_a", body, now)
	stamp := fmt.Sprintf("t=%d", now.Unix())
	v1 := strings.TrimPrefix(good, stamp+",")
	for _, tt := range []struct {
		name    string
		secrets []string
		header  string
		body    string
		at      time.Time
		ok      bool
	}{
		{"good", []string{"whsec_a"}, good, string(body), now, true},
		{"second secret", []string{"whsec_b", "whsec_a"}, good, string(body), now, true},
		{"second signature", []string{"whsec_a"}, stamp + ",v1=" + strings.Repeat("00", 32) + "," + v1 + ",v0=x", string(body), now, true},
		{"spaces", []string{"whsec_a"}, stamp + ", " + v1, string(body), now, true},
		{"five minutes old", []string{"whsec_a"}, good, string(body), now.Add(300 * time.Second), true},
		{"older", []string{"whsec_a"}, good, string(body), now.Add(301 * time.Second), false},
		{"five minutes ahead", []string{"whsec_a"}, good, string(body), now.Add(-300 * time.Second), true},
		{"further ahead", []string{"whsec_a"}, good, string(body), now.Add(-301 * time.Second), false},
		{"the secret without its prefix", []string{"a"}, good, string(body), now, false},
		{"no secrets", nil, good, string(body), now, false},
		{"an empty secret", []string{""}, striped.Sign("", body, now), string(body), now, false},
		{"another body", []string{"whsec_a"}, good, `{"id":"evt_2"}`, now, false},
		{"another time", []string{"whsec_a"}, fmt.Sprintf("t=%d,%s", now.Unix()+1, v1), string(body), now, false},
		{"only v0", []string{"whsec_a"}, stamp + "," + strings.Replace(v1, "v1", "v0", 1), string(body), now, false},
		{"no header", []string{"whsec_a"}, "", string(body), now, false},
		{"garbage", []string{"whsec_a"}, "t=x,v1=zz,=,,v1", string(body), now, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			if tt.header != "" {
				h.Set("Stripe-Signature", tt.header)
			}
			err := stripe.Verify(tt.secrets, h, []byte(tt.body), tt.at)
			if tt.ok && err != nil {
				t.Error(err)
			}
			if !tt.ok && fault.Code(err) != "bad_signature" {
				t.Errorf("got %v, want bad_signature", err)
			}
		})
	}
}

// The stand-in's webhooks go through the same door as Stripe's, and tell what happened.
func TestWebhooksOfTheStandIn(t *testing.T) {
	t.Parallel()
	var got []stripe.Event
	hooks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := stripe.Verify([]string{"whsec_x"}, r.Header, body, time.Now()); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		e, err := stripe.ReadEvent(body)
		if err != nil {
			t.Error(err)
		}
		got = append(got, e)
	}))
	defer hooks.Close()
	b := overLoopback(t)
	b.server.Webhook(hooks.URL, "whsec_x", http.DefaultClient)
	b.server.AddPayment("pi_1", 1000, "PLN")
	r, err := b.Refund(t.Context(), request("k1", 400))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { return b.server.Announce(t.Context(), r.ID) },
		func() error { return b.server.Settle(t.Context(), r.ID, "succeeded", "") },
		func() error { return b.server.Settle(t.Context(), r.ID, "failed", "declined") },
		func() error { return b.server.Dispute(t.Context(), "pi_1", "needs_response") },
		func() error { return b.server.Dispute(t.Context(), "pi_1", "lost") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	var types []string
	for _, e := range got {
		types = append(types, e.Type)
	}
	want := []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated", "refund.updated", "charge.refund.updated", "refund.failed", "charge.dispute.created", "charge.dispute.closed"}
	if !slices.Equal(types, want) {
		t.Fatalf("types %q", types)
	}
	if c := got[1].Charge; c == nil || *c != (stripe.ChargeRefunded{ID: "ch_1", IntentID: "pi_1", Captured: 1000, Refunded: 400, Currency: "PLN"}) {
		t.Errorf("%+v", c)
	}
	if f := got[6].Refund; f == nil || f.Status != "failed" || f.FailureReason != "declined" || f.RefundID != "rf_1" || f.Reference != "pi_1" || f.Amount != 400 {
		t.Errorf("%+v", f)
	}
	if d := got[8].Dispute; d == nil || d.Status != "lost" || d.ChargeID != "ch_1" || d.IntentID != "pi_1" {
		t.Errorf("%+v", d)
	}
	if err := b.server.Settle(t.Context(), r.ID, "succeeded", ""); err != nil {
		t.Error(err)
	}
	b.server.Webhook(hooks.URL, "whsec_other", http.DefaultClient)
	if err := b.server.Settle(t.Context(), r.ID, "failed", ""); err == nil {
		t.Error("a webhook that was refused is no error")
	}
}

func TestReadEvent(t *testing.T) {
	t.Parallel()
	refund := `{"id":"re_1","object":"refund","amount":5000,"charge":{"id":"ch_1","object":"charge"},"payment_intent":null,"currency":"isk","status":"a word of the future","metadata":{}}`
	e, err := stripe.ReadEvent([]byte(`{"id":"evt_1","object":"event","type":"charge.refund.updated","created":1700000000,"data":{"object":` + refund + `}}`))
	if err != nil || e.Refund == nil || e.Refund.ChargeID != "ch_1" || e.Refund.Reference != "ch_1" || e.Refund.Amount != 50 || e.Refund.Status != "a word of the future" {
		t.Errorf("%+v %+v %v", e, e.Refund, err)
	}
	for _, body := range []string{
		`{"id":"evt_1","object":"event","type":"plan.created","created":1,"data":{"object":{"id":7}}}`,
		`{"id":"evt_1","object":"v2.core.event","type":"refund.updated","created":"2026-01-01T00:00:00Z"}`,
	} {
		if e, err := stripe.ReadEvent([]byte(body)); err != nil || e.Refund != nil || e.Charge != nil || e.Dispute != nil || e.ID != "evt_1" {
			t.Errorf("%s: %+v %v", body, e, err)
		}
	}
	for body, code := range map[string]string{
		`{`: "body_malformed", `[]`: "body_malformed", `{}`: "field_missing", `{"id":"evt_1"}`: "field_missing",
		`{"id":"evt_1","object":"event","type":"refund.updated","data":{}}`:                                                                       "body_malformed",
		`{"id":"evt_1","object":"event","type":"refund.updated","data":{"object":{"id":"ch_1","object":"charge","currency":"pln"}}}`:              "field_invalid",
		`{"id":"evt_1","object":"event","type":"refund.updated","data":{"object":{"id":"re_1","object":"refund","amount":"5","currency":"pln"}}}`: "body_malformed",
	} {
		if _, err := stripe.ReadEvent([]byte(body)); fault.Code(err) != code || fault.Of(err).Class != fault.Permanent {
			t.Errorf("%s: %v, want %s", body, err, code)
		}
	}
}

// Every real body of Stripe is read: an event as it stands, a bare resource inside an event of its kind.
func TestPayloads(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(filepath.Join(providertest.Payloads(t, "stripe"), "*.json"))
	if len(files) == 0 {
		t.Fatal("no bodies in the folder")
	}
	kinds := map[string]string{"refund": "refund.updated", "charge": "charge.refunded", "dispute": "charge.dispute.updated"}
	concern := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var o struct{ Object, Type string }
		if err := json.Unmarshal(body, &o); err != nil {
			t.Logf("%s is no body of Stripe's: %v", filepath.Base(file), err)
			continue
		}
		if o.Object != "event" {
			kind, ok := kinds[o.Object]
			if !ok {
				continue
			}
			o.Type = kind
			body = []byte(`{"id":"evt_1","object":"event","type":"` + kind + `","created":1,"data":{"object":` + string(body) + `}}`)
		}
		e, err := stripe.ReadEvent(body)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		read := e.Refund != nil || e.Charge != nil || e.Dispute != nil
		ours := o.Type == "charge.refunded" || strings.HasPrefix(o.Type, "refund.") || strings.HasPrefix(o.Type, "charge.dispute.") || o.Type == "charge.refund.updated"
		if read != ours {
			t.Errorf("%s (%s): read %v", filepath.Base(file), o.Type, read)
		}
		if c := e.Charge; c != nil && (c.ID == "" || c.Currency == "") || e.Dispute != nil && e.Dispute.ChargeID == "" {
			t.Errorf("%s: incomplete", filepath.Base(file))
		}
		if read {
			concern++
		}
	}
	t.Logf("%d bodies, %d of concern", len(files), concern)
}
