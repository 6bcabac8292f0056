package standard_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/providertest"
	"homeward/providers/standard"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newer  = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
)

var received = time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)

func source() *standard.Source {
	return standard.New(providers.Options{Name: "shop", Secrets: []string{secret}, Zone: time.UTC, Country: "PL"})
}

func example(t testing.TB, kind string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "examples", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(body string) (providers.Reading, error) {
	return source().Read(providers.Delivery{Body: []byte(body), ReceivedAt: received})
}

func mustRead(t *testing.T, body string) orders.Event {
	t.Helper()
	r, err := read(body)
	if err != nil {
		t.Fatal(err)
	}
	return r.Events[0]
}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"order.placed", "parcel.updated"} {
		body := strings.ReplaceAll(example(t, kind), "2026-11-21T", "2026-11-20T")
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			providertest.Source(t, providertest.Case{
				New:     func(o providers.Options) providers.Source { return standard.New(o) },
				Secrets: [2]string{secret, newer},
				Sign: func(secret string, body []byte) http.Header {
					return providertest.SignStandard(secret, "msg_1", providertest.Now, body)
				},
				Signature: "webhook-signature", Prefix: "v1,",
				Body: []byte(body), Big: []byte(strings.Replace(body, `"1001"`, `"9007199254740993123"`, 1)), BigID: "9007199254740993123",
			})
		})
	}
}

// TestPublishedVector checks the vector of the Standard Webhooks project (libraries/go/webhook_test.go).
func TestPublishedVector(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set("webhook-timestamp", "1614265330")
	header.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	for _, form := range []string{secret, strings.TrimPrefix(secret, "whsec_")} {
		s := standard.New(providers.Options{Name: "erp", Secrets: []string{form}})
		if err := s.Verify(header, []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0)); err != nil {
			t.Errorf("secret %q: %v", form, err)
		}
		if got := s.DedupeKey(header); got != "msg_p5jXN8AQM9LWM0D4loKWxJek" {
			t.Errorf("dedupe key %q", got)
		}
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	body, now := []byte(`{}`), providertest.Now
	good := providertest.SignStandard(secret, "msg_1", now, body)
	signature := good.Get("Webhook-Signature")
	at := strconv.FormatInt(now.Unix(), 10)
	tests := []struct {
		name                 string
		id, stamp, signature string
		now                  time.Time
		ok                   bool
	}{
		{"as sent", "msg_1", at, signature, now, true},
		{"five minutes old", "msg_1", at, signature, now.Add(5 * time.Minute), true},
		{"five minutes ahead", "msg_1", at, signature, now.Add(-5 * time.Minute), true},
		{"older", "msg_1", at, signature, now.Add(5*time.Minute + time.Second), false},
		{"from the future", "msg_1", at, signature, now.Add(-5*time.Minute - time.Second), false},
		{"another id", "msg_2", at, signature, now, false},
		{"no id", "", at, signature, now, false},
		{"the same second, spelled otherwise", "msg_1", "+" + at, signature, now, false},
		{"with a zero in front", "msg_1", "0" + at, signature, now, false},
		{"a fraction", "msg_1", at + ".0", signature, now, false},
		{"the largest number", "msg_1", "9223372036854775807", signature, now, false},
		{"the second of two signatures", "msg_1", at, "v1,AAAA " + signature, now, true},
		{"a public-key signature beside it", "msg_1", at, "v1a,AAAA " + signature, now, true},
		{"another version", "msg_1", at, strings.Replace(signature, "v1,", "v2,", 1), now, false},
		{"only a public-key signature", "msg_1", at, strings.Replace(signature, "v1,", "v1a,", 1), now, false},
	}
	for _, test := range tests {
		h := http.Header{"Webhook-Id": {test.id}, "Webhook-Timestamp": {test.stamp}, "Webhook-Signature": {test.signature}}
		if err := source().Verify(h, body, test.now); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{secret: true, "whsec_not base64": false, "whsec_": false, "whsec_AAA": false} {
		err := standard.New(providers.Options{Name: "erp", Secrets: []string{newer, text}}).Check()
		if (err == nil) != ok || (err != nil && (fault.Code(err) != "secret_invalid" || strings.Contains(err.Error(), "not base64\""))) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestGolden reads the examples of the documentation.
func TestGolden(t *testing.T) {
	t.Parallel()
	providertest.Golden(t, source(), filepath.Join("testdata", "examples"), *update,
		func(_ *testing.T, _ string, file []byte) (http.Header, []byte) { return nil, file })
}

// TestDocumentedExamples reads the bodies that docs/providers.md shows.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for block := range strings.SplitSeq(string(page), "\n\n") {
		if !strings.HasPrefix(block, `    {"type"`) {
			continue
		}
		found++
		if r, err := read(block); err != nil || r.Note != "" {
			t.Errorf("%.40s: note %q, error %v", block, r.Note, err)
		}
	}
	if found != 2 {
		t.Errorf("%d examples found, want 2", found)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	order, parcel := example(t, "order.placed"), example(t, "parcel.updated")
	tests := []struct{ name, body, code, names string }{
		{"a number for the total", strings.Replace(order, `"total":"94.79"`, `"total":94.79`, 1), "field_invalid", "data.order.total"},
		{"a number for the id", strings.Replace(order, `"id":"1001"`, `"id":1001`, 1), "field_invalid", "data.order.id"},
		{"more digits than PLN has", strings.Replace(order, `"94.79"`, `"94.791"`, 1), "field_invalid", "data.order.total"},
		{"a negative total", strings.Replace(order, `"94.79"`, `"-94.79"`, 1), "field_invalid", "data.order.total"},
		{"a comma", strings.Replace(order, `"39.90"`, `"39,90"`, 1), "field_invalid", "data.order.lines.0.unit_price"},
		{"no units", strings.Replace(order, `"quantity":2`, `"quantity":0`, 1), "field_invalid", "data.order.lines.0.quantity"},
		{"half a unit", strings.Replace(order, `"quantity":2`, `"quantity":0.5`, 1), "field_invalid", "data.order.lines.quantity"},
		{"a discount above the price", strings.Replace(order, `"discount":"0.00"`, `"discount":"80.00"`, 1), "field_invalid", "data.order.lines.0.discount"},
		{"a word for withdrawal", strings.Replace(order, `"withdrawal":"yes"`, `"withdrawal":"maybe"`, 1), "field_invalid", "data.order.lines.0.withdrawal"},
		{"unknown currency", strings.Replace(order, `"PLN"`, `"ZŁ"`, 1), "currency_unknown", ""},
		{"no zone", strings.Replace(order, `"2026-11-20T09:59:58Z"`, `"2026-11-20T09:59:58"`, 1), "field_invalid", "data.order.placed_at"},
		{"placed next year", strings.Replace(order, `"2026-11-20T09:59:58Z"`, `"2027-11-20T09:59:58Z"`, 1), "field_invalid", "data.order.placed_at"},
		{"a day that is none", strings.Replace(order, `"2026-11-22"`, `"2026-02-30"`, 1), "field_invalid", "data.order.promised.ship_by"},
		{"a country's name", strings.Replace(order, `"country":"PL"`, `"country":"Poland"`, 1), "field_invalid", "data.order.ship_to.country"},
		{"a stripe payment without reference", strings.Replace(order, `"pi_123"`, `""`, 1), "field_invalid", "data.order.payments.0.reference"},
		{"a line twice", strings.Replace(order, `"lines":[`, `"lines":[{"id":"l1","quantity":1,"unit_price":"1.00"},`, 1), "field_invalid", "data.order.lines.1.id"},
		{"1001 lines", strings.Replace(order, `"lines":[`, `"lines":[`+strings.Repeat(`{},`, 1000), 1), "field_invalid", "data.order.lines"},
		{"no lines", `{"type":"order.placed","timestamp":"2026-11-20T10:00:00Z","data":{"order":{"id":"1","placed_at":"2026-11-20T10:00:00Z","currency":"PLN","total":"1"}}}`, "field_invalid", "data.order.lines"},
		{"unknown type", `{"type":"order.eaten","timestamp":"2026-11-20T10:00:00Z","data":{}}`, "type_unknown", "order.eaten"},
		{"no data", `{"type":"order.paid","timestamp":"2026-11-20T10:00:00Z"}`, "field_invalid", "data"},
		{"no timestamp", `{"type":"order.paid","data":{}}`, "field_invalid", "timestamp"},
		{"data that is a list", `{"type":"order.paid","timestamp":"2026-11-20T10:00:00Z","data":[]}`, "field_invalid", "data"},
		{"a parcel without id and number", strings.NewReplacer(`"id":"p1",`, "", "620000000000000000000001", "").Replace(parcel), "field_invalid", "data.parcel.id"},
		{"an order id of 256 bytes", strings.Replace(parcel, `"1001"`, `"`+strings.Repeat("1", 256)+`"`, 1), "field_invalid", "data.order_id"},
	}
	for _, test := range tests {
		_, err := read(test.body)
		if fault.Code(err) != test.code || !strings.Contains(fault.Of(err).Message, test.names) {
			t.Errorf("%s: %v; want %s that names %q", test.name, err, test.code, test.names)
		}
	}
}

func TestUnknownWords(t *testing.T) {
	t.Parallel()
	parcel := example(t, "parcel.updated")
	p := mustRead(t, strings.Replace(parcel, `"in_transit"`, `"teleported"`, 1)).Parcel
	if p.Stage != "" || p.Incident != orders.Unknown || p.StatusText != "teleported" {
		t.Errorf("an unknown status: %+v", p)
	}
	p = mustRead(t, strings.Replace(parcel, `"incident":""`, `"incident":"eaten"`, 1)).Parcel
	if p.Stage != orders.InTransit || p.Incident != orders.Unknown || p.StatusText != "eaten" {
		t.Errorf("an unknown incident: %+v", p)
	}
	p = mustRead(t, strings.Replace(parcel, `"delivered_to":""`, `"delivered_to":"concierge"`, 1)).Parcel
	if p.DeliveredTo != "" {
		t.Errorf("delivered to %q", p.DeliveredTo)
	}
	e := mustRead(t, strings.NewReplacer(`"kind":"stripe"`, `"kind":"klarna"`, `"type":"`, `"colour":"red","type":"`).Replace(example(t, "order.placed")))
	if e.Order.Payments[0].Kind != "other" {
		t.Errorf("payment %+v", e.Order.Payments[0])
	}
}

// TestPaidCurrency checks that amounts without a currency have the decimals of the shop's country, unless told.
func TestPaidCurrency(t *testing.T) {
	t.Parallel()
	body := example(t, "order.paid")
	if got := mustRead(t, body).Payments[0].Amount; got != 9479 {
		t.Errorf("amount %d", got)
	}
	kwd := strings.Replace(body, `"order_id"`, `"currency":"KWD","order_id"`, 1)
	if got := mustRead(t, kwd).Payments[0].Amount; got != 94790 {
		t.Errorf("amount in KWD %d", got)
	}
}

// TestIdentity checks that the same news has one id, and other news another.
func TestIdentity(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"order.placed", "order.updated", "order.paid", "order.cancelled", "parcel.updated", "return.received"} {
		body := example(t, kind)
		one, again := mustRead(t, body), mustRead(t, strings.Replace(body, `"type"`, `"trace":"x", "type"`, 1))
		if one.ID != again.ID {
			t.Errorf("%s: %s became %s", kind, one.ID, again.ID)
		}
		if other := mustRead(t, strings.ReplaceAll(body, `"1001"`, `"1002"`)); other.ID == one.ID {
			t.Errorf("%s: another order has the same id", kind)
		}
	}
	parcel := example(t, "parcel.updated")
	if a, b := mustRead(t, parcel), mustRead(t, strings.Replace(parcel, "2026-11-23", "2026-11-24", 1)); a.ID == b.ID {
		t.Error("another estimate has the same id")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	order := mustRead(t, strings.NewReplacer("Herbata", strings.Repeat("ż", 3000), "Kraków", `Kra\u0000ków`, "https://shop.example/tea.jpg", "javascript:alert(1)").
		Replace(example(t, "order.placed"))).Order
	if title := order.Lines[0].Title; len(title) != 1024 || strings.Trim(title, "ż") != "" {
		t.Errorf("a title of %d bytes", len(title))
	}
	if order.ShipTo.City != "Kraków" || order.Lines[0].ImageURL != "" {
		t.Errorf("city %q, image %q", order.ShipTo.City, order.Lines[0].ImageURL)
	}
}

func FuzzRead(f *testing.F) {
	providertest.Fuzz(f, source(), nil, []byte(example(f, "order.placed")), []byte(example(f, "order.paid")), []byte(example(f, "parcel.updated")),
		[]byte(example(f, "return.received")), []byte(example(f, "order.cancelled")))
}
