package woocommerce_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/providertest"
	"homeward/providers/woocommerce"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func source() *woocommerce.Source {
	return woocommerce.New(providers.Options{Name: "shop", Secrets: []string{"hush"}, Zone: time.FixedZone("CET", 3600), Country: "PL"})
}

func fixture(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "order.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(topic, body string) (providers.Reading, error) {
	return source().Read(providers.Delivery{Header: http.Header{"X-Wc-Webhook-Topic": {topic}}, Body: []byte(body)})
}

func mustRead(t *testing.T, topic, body string) []orders.Event {
	t.Helper()
	r, err := read(topic, body)
	if err != nil {
		t.Fatal(err)
	}
	return r.Events
}

func TestContract(t *testing.T) {
	t.Parallel()
	providertest.Source(t, providertest.Case{
		New:     func(o providers.Options) providers.Source { return woocommerce.New(o) },
		Secrets: [2]string{"hush", "a newer secret"},
		Sign: func(secret string, body []byte) http.Header {
			return providertest.SignWooCommerce(secret, "order.created", body)
		},
		Signature: "X-WC-Webhook-Signature",
		Body:      []byte(fixture(t)), Big: []byte(fixture(t)), BigID: "9007199254740993",
	})
}

// TestSecretEntities checks that a secret as WordPress stores it, with entities, signs as it was typed.
func TestSecretEntities(t *testing.T) {
	t.Parallel()
	const typed = `a&b<c>"d'e`
	body := []byte(fixture(t))
	for _, configured := range []string{typed, `a&amp;b&lt;c&gt;&quot;d&#039;e`} {
		s := woocommerce.New(providers.Options{Name: "shop", Secrets: []string{configured}})
		if err := s.Verify(providertest.SignWooCommerce(typed, "order.created", body), body, time.Time{}); err != nil {
			t.Errorf("configured as %q: %v", configured, err)
		}
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	s := source()
	for _, test := range []struct {
		name   string
		header http.Header
		body   string
		want   bool
	}{
		{"the form", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "webhook_id=42", true},
		{"with a newline", nil, "webhook_id=42\n", true},
		{"no number", nil, "webhook_id=", false},
		{"more than a number", nil, "webhook_id=42&x=1", false},
		{"JSON", nil, `{"webhook_id":42}`, false},
		{"with a topic", http.Header{"X-Wc-Webhook-Topic": {"order.created"}}, "webhook_id=42", false},
	} {
		if got := s.Ping(test.header, []byte(test.body)); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	providertest.Golden(t, source(), providertest.Payloads(t, "woocommerce"), *update,
		func(_ *testing.T, name string, file []byte) (http.Header, []byte) {
			topic := "order.updated"
			if name == "order_created.json" {
				topic = "order.created"
			}
			return http.Header{"X-Wc-Webhook-Topic": {topic}}, file
		})
}

func TestOrder(t *testing.T) {
	t.Parallel()
	events := mustRead(t, "order.created", fixture(t))
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, string(e.Kind))
	}
	if got := strings.Join(kinds, " "); got != "order.placed order.updated order.paid order.refunded" {
		t.Errorf("events: %s", got)
	}
	o := events[0].Order
	line := o.Lines[0]
	// 92.00 gross for three: 30.67 each, of which the discount takes a cent and the 5.00 of the coupon.
	if line.UnitPrice != 3067 || line.Discount != 501 || line.Tax != 1627 || o.Shipping.Paid != 1499 || o.Fees[0].Amount != 112 {
		t.Errorf("line %+v, shipping %+v, fees %+v", line, o.Shipping, o.Fees)
	}
	if line.Title != "Herbata – zielona" || o.ShipTo.Line2 != "Teahouse & Co, m. 4" || o.Locale != "pl" || o.Number != "1001-PL" {
		t.Errorf("title %q, line 2 %q, locale %q, number %q", line.Title, o.ShipTo.Line2, o.Locale, o.Number)
	}
	if o.PlacedAt != time.Date(2026, 11, 20, 9, 59, 58, 0, time.UTC) {
		t.Errorf("placed at %v: the *_gmt time is UTC", o.PlacedAt)
	}
	if o.Payments[0] != (orders.Payment{Kind: "stripe", Reference: "ch_123", Amount: 10311}) {
		t.Errorf("payments %+v", o.Payments)
	}
	if refund := events[3].Refund; refund.Amount != 1000 || refund.ID != "726" {
		t.Errorf("refund %+v", refund)
	}
}

func TestTotalsAddUp(t *testing.T) {
	t.Parallel()
	for _, topic := range []string{"order.created", "order.updated"} {
		if r, err := read(topic, fixture(t)); err != nil || strings.Contains(r.Note, "total_differs") {
			t.Errorf("%s: note %q, error %v", topic, r.Note, err)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status, method, paidAt string
		paid, cancelled, noted bool
	}{
		{"pending", "stripe", "", false, false, false},
		{"on-hold", "bacs", "", false, false, false},
		{"processing", "stripe", "", true, false, false},
		{"processing", "cod", "2026-11-20T10:00:00", false, false, false},
		{"completed", "cod", "2026-11-20T10:00:00", true, false, false},
		{"completed", "stripe", "2026-11-20T10:00:00", true, false, false},
		{"refunded", "stripe", "2026-11-20T10:00:00", true, false, false},
		{"cancelled", "stripe", "", false, true, false},
		{"failed", "stripe", "", false, false, true},
		{"trash", "stripe", "2026-11-20T10:00:00", true, false, true},
		{"wc-packed", "stripe", "2026-11-20T10:00:00", true, false, true},
	} {
		body := strings.NewReplacer(`"status":"processing"`, `"status":"`+test.status+`"`, `"payment_method":"stripe"`, `"payment_method":"`+test.method+`"`,
			`"date_paid_gmt":"2026-11-20T10:00:00"`, `"date_paid_gmt":"`+test.paidAt+`"`).Replace(fixture(t))
		r, err := read("order.updated", body)
		if err != nil {
			t.Fatal(err)
		}
		cancelled := false
		for _, e := range r.Events {
			cancelled = cancelled || e.Kind == orders.Cancelled
			if e.Kind == orders.ParcelUpdated {
				t.Errorf("%s: a parcel was invented", test.status)
			}
		}
		if got := r.Events[0].Order.PaidInFull; got != test.paid || cancelled != test.cancelled || (r.Note != "") != test.noted {
			t.Errorf("%s by %s: paid %v, cancelled %v, note %q", test.status, test.method, got, cancelled, r.Note)
		}
	}
}

func TestPayments(t *testing.T) {
	t.Parallel()
	for words, want := range map[[2]string]string{
		{"stripe", "pi_1"}: "stripe", {"stripe_sepa", "ch_1"}: "stripe", {"stripe", ""}: "other", {"woocommerce_payments", "pi_1"}: "other",
		{"cod", ""}: "cash_on_delivery", {"bacs", ""}: "bank_transfer", {"paypal", "ch_1"}: "other",
	} {
		body := strings.NewReplacer(`"payment_method":"stripe"`, `"payment_method":"`+words[0]+`"`, "ch_123", words[1]).Replace(fixture(t))
		if got := mustRead(t, "order.updated", body)[0].Order.Payments[0].Kind; got != want {
			t.Errorf("%v: kind %q, want %q", words, got, want)
		}
	}
}

func TestResent(t *testing.T) {
	t.Parallel()
	first, again := mustRead(t, "order.updated", fixture(t)), mustRead(t, "order.updated", strings.Replace(fixture(t), `"parent_id":0`, `"parent_id":0,"version":"9"`, 1))
	for i := range first {
		if first[i].ID != again[i].ID {
			t.Errorf("%s became %s", first[i].ID, again[i].ID)
		}
	}
	changed := mustRead(t, "order.updated", strings.ReplaceAll(fixture(t), `"city":"Kraków"`, `"city":"Łódź"`))
	if changed[0].ID == first[0].ID {
		t.Error("another address in the same second is the same fact")
	}
}

func TestFaultsAndNotes(t *testing.T) {
	t.Parallel()
	body := fixture(t)
	for _, test := range []struct{ name, topic, body, code string }{
		{"unknown topic", "product.updated", body, "topic_unknown"},
		{"no topic", "", body, "topic_unknown"},
		{"unknown currency", "order.updated", strings.Replace(body, `"PLN"`, `"XQQ"`, 1), "currency_unknown"},
		{"a number for text", "order.updated", strings.Replace(body, `"city":"Kraków"`, `"city":5`, 1), "field_invalid"},
		{"no quantity", "order.updated", strings.Replace(body, `"quantity":3`, `"quantity":0`, 1), "field_invalid"},
		{"deleted", "order.deleted", `{"id":1}`, ""},
		{"draft", "order.created", `{"id":1,"status":"checkout-draft"}`, ""},
	} {
		r, err := read(test.topic, test.body)
		if fault.Code(err) != test.code || len(r.Events) != 0 || (err == nil && r.Note == "") {
			t.Errorf("%s: %d events, note %q, error %v", test.name, len(r.Events), r.Note, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	seed := fixture(f)
	if !json.Valid([]byte(seed)) {
		f.Fatal("the seed is not JSON")
	}
	providertest.Fuzz(f, source(), http.Header{"X-Wc-Webhook-Topic": {"order.created"}}, []byte(seed))
}
