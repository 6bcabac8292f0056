package shopify_test

import (
	"bytes"
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
	"homeward/providers/shopify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var warsaw = time.FixedZone("CET", 3600)

func source() *shopify.Source {
	return shopify.New(providers.Options{Name: "shop", Secrets: []string{"hush"}, Zone: warsaw, Country: "PL"})
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t *testing.T, topic, body string) (providers.Reading, error) {
	t.Helper()
	return source().Read(providers.Delivery{
		Header: http.Header{"X-Shopify-Topic": {topic}}, Body: []byte(body), ReceivedAt: providertest.Now,
	})
}

func mustRead(t *testing.T, topic, body string) []orders.Event {
	t.Helper()
	r, err := read(t, topic, body)
	if err != nil {
		t.Fatal(err)
	}
	return r.Events
}

func TestContract(t *testing.T) {
	t.Parallel()
	providertest.Source(t, providertest.Case{
		New:     func(o providers.Options) providers.Source { return shopify.New(o) },
		Secrets: [2]string{"hush", "a newer secret"},
		Sign: func(secret string, body []byte) http.Header {
			return providertest.SignShopify(secret, "orders/paid", "delivery-1", body)
		},
		Signature: "X-Shopify-Hmac-Sha256",
		Body:      fixture(t, "order.json"), Big: fixture(t, "order.json"), BigID: "820982911946154508",
	})
}

// topicOf says on which topic a fixture's resource comes.
func topicOf(name string, inner map[string]json.RawMessage) string {
	_, fulfils := inner["fulfillment_id"]
	_, refunds := inner["refund_line_items"]
	_, tracks := inner["tracking_numbers"]
	switch {
	case strings.Contains(name, "draft_order"):
		return "draft_orders/create"
	case strings.Contains(name, "transaction"):
		return "order_transactions/create"
	case strings.Contains(name, "checkout"):
		return "checkouts/create"
	case strings.Contains(name, "fulfillment_order"):
		return "fulfillment_orders/order_routing_complete"
	case fulfils:
		return "fulfillment_events/create"
	case refunds:
		return "refunds/create"
	case tracks:
		return "fulfillments/create"
	case strings.Contains(name, "cancelled"):
		return "orders/cancelled"
	case strings.Contains(name, "created"):
		return "orders/create"
	}
	return "orders/updated"
}

// TestGolden reads the REST fixtures: the key that wraps the resource there is not in a webhook, so it is taken off.
func TestGolden(t *testing.T) {
	t.Parallel()
	providertest.Golden(t, source(), providertest.Payloads(t, "shopify"), *update,
		func(t *testing.T, name string, file []byte) (http.Header, []byte) {
			t.Helper()
			body := unwrap(t, file)
			var inner map[string]json.RawMessage
			_ = json.Unmarshal(body, &inner) // a list of several stays one
			return http.Header{"X-Shopify-Topic": {topicOf(name, inner)}}, body
		})
}

// unwrap takes off the REST API's wrapper, also that of a list with one entry.
func unwrap(t *testing.T, file []byte) []byte {
	t.Helper()
	body := bytes.TrimSpace(file)
	for range 2 {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) == nil && len(list) == 1 {
			body = list[0]
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) == nil && len(object) == 1 {
			for _, inner := range object {
				body = inner
			}
		}
	}
	return body
}

func TestOrderMoney(t *testing.T) {
	t.Parallel()
	events := mustRead(t, "orders/create", string(fixture(t, "order.json")))
	o := events[0].Order
	if o.Lines[0].Discount != 700 || o.Shipping.Paid != 999 || o.OrderDiscount != 0 || o.Total != 17369 || !o.PaidInFull {
		t.Errorf("line discount %d, shipping %d, order discount %d, total %d, paid %v",
			o.Lines[0].Discount, o.Shipping.Paid, o.OrderDiscount, o.Total, o.PaidInFull)
	}
	if !o.Lines[1].NotShipped || o.Lines[0].NotShipped {
		t.Error("the gift card ships, or the tea does not")
	}
	// The same order, whose discount is in no allocation: the order carries it.
	body := strings.NewReplacer(`[{"amount":"5.00"},{"amount":"2.00"}]`, `[]`).Replace(string(fixture(t, "order.json")))
	if o := mustRead(t, "orders/create", body)[0].Order; o.OrderDiscount != 700 || o.Lines[0].Discount != 0 {
		t.Errorf("order discount %d, line discount %d; want 700 and 0", o.OrderDiscount, o.Lines[0].Discount)
	}
}

// TestDiscountCountsOnce checks that a discount which the prices already carry is not taken off again.
func TestDiscountCountsOnce(t *testing.T) {
	t.Parallel()
	body := strings.NewReplacer(`"total_discounts":"12.00"`, `"total_discounts":"20.00"`).Replace(string(fixture(t, "order.json")))
	if o := mustRead(t, "orders/create", body)[0].Order; o.OrderDiscount != 0 {
		t.Errorf("order discount %d: the parts add up to the total without it", o.OrderDiscount)
	}
}

// TestOneFactOneID checks that a refund and a parcel told by the order and by their own webhooks are the same facts.
func TestOneFactOneID(t *testing.T) {
	t.Parallel()
	var whole struct {
		Fulfillments, Refunds []json.RawMessage
	}
	body := fixture(t, "order.json")
	if err := json.Unmarshal(body, &whole); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, e := range mustRead(t, "orders/updated", string(body)) {
		ids[e.ID] = true
	}
	own := append(mustRead(t, "fulfillments/update", string(whole.Fulfillments[0])), mustRead(t, "refunds/create", string(whole.Refunds[0]))...)
	if len(own) != 3 {
		t.Fatalf("%d events, want two parcels and a refund", len(own))
	}
	for _, e := range own {
		if !ids[e.ID] {
			t.Errorf("%s has another id in the order", e.ID)
		}
	}
	if got := own[0].Parcel; len(got.Aliases) != 1 || len(got.Items) != 1 || got.Stage != orders.HandedOver {
		t.Errorf("the first parcel: %+v", got)
	}
	if got := own[1].Parcel; len(got.Aliases) != 0 || len(got.Items) != 0 || got.TrackingNumber != "B-2" {
		t.Errorf("the second parcel: %+v", got)
	}
}

func TestShipmentStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]struct {
		stage    orders.ParcelStage
		incident orders.Incident
	}{
		"label_purchased": {orders.Announced, ""}, "label_printed": {orders.Announced, ""}, "confirmed": {orders.Announced, ""},
		"carrier_picked_up": {orders.InTransit, ""}, "in_transit": {orders.InTransit, ""},
		"out_for_delivery": {orders.OutForDelivery, ""}, "ready_for_pickup": {orders.ReadyForPickup, ""},
		"attempted_delivery": {"", orders.AttemptFailed}, "delayed": {"", orders.Delayed}, "delivered": {orders.Delivered, ""},
		"failure": {"", orders.Unknown}, "teleported": {"", orders.Unknown},
	} {
		event := mustRead(t, "fulfillment_events/create", `{"id":1,"fulfillment_id":2,"order_id":3,"status":"`+status+
			`","happened_at":"2026-11-20T10:00:00+01:00","estimated_delivery_at":"2026-11-22T23:30:00+01:00"}`)[0]
		p := event.Parcel
		if p.Stage != want.stage || p.Incident != want.incident || p.StatusText != status || p.ETA != "2026-11-22" {
			t.Errorf("%s: stage %q, incident %q, text %q, estimate %q", status, p.Stage, p.Incident, p.StatusText, p.ETA)
		}
	}
}

func TestFulfillmentStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]orders.ParcelStage{
		"success": orders.HandedOver, "pending": orders.Announced, "open": orders.Announced, "cancelled": orders.ParcelGone, "failure": "", "error": "",
	} {
		p := mustRead(t, "fulfillments/update", `{"id":1,"order_id":2,"status":"`+status+`","updated_at":"2026-11-20T10:00:00Z","shipment_status":null}`)[0].Parcel
		if p.Stage != want || (want == "") != (p.Incident == orders.Unknown) {
			t.Errorf("%s: stage %q, incident %q", status, p.Stage, p.Incident)
		}
	}
}

func TestRefunds(t *testing.T) {
	t.Parallel()
	const shape = `{"id":9,"order_id":2,"created_at":"2026-11-20T10:00:00Z","refund_line_items":[],"transactions":[%]}`
	tests := []struct {
		name, transactions string
		amount             int64
		code               string
	}{
		{"two successful", `{"kind":"refund","status":"success","amount":"10.00","currency":"PLN"},{"kind":"refund","status":"success","amount":2.5,"currency":"PLN"}`, 1250, ""},
		{"one failed", `{"kind":"refund","status":"failure","amount":"10.00","currency":"PLN"},{"kind":"refund","status":"success","amount":"1.00","currency":"PLN"}`, 100, ""},
		{"one pending: not told yet", `{"kind":"refund","status":"pending","amount":"10.00","currency":"PLN"}`, 0, ""},
		{"one still pending beside one done", `{"kind":"refund","status":"success","amount":"10.00","currency":"PLN"},{"kind":"refund","status":"pending","amount":"1.00","currency":"PLN"}`, 0, ""},
		{"a void is no refund", `{"kind":"void","status":"success","amount":"10.00","currency":"PLN"}`, 0, ""},
		{"no transaction", ``, 0, ""},
		{"two currencies", `{"kind":"refund","status":"success","amount":"10.00","currency":"PLN"},{"kind":"refund","status":"success","amount":"1.00","currency":"EUR"}`, 0, "refund_currency"},
		{"yen have no cents", `{"kind":"refund","status":"success","amount":"1000","currency":"JPY"}`, 1000, ""},
		{"unknown currency", `{"kind":"refund","status":"success","amount":"1000","currency":"ZZZ"}`, 0, "currency_unknown"},
	}
	for _, test := range tests {
		r, err := read(t, "refunds/create", strings.Replace(shape, "%", test.transactions, 1))
		var amount int64
		if len(r.Events) > 0 {
			amount = r.Events[0].Refund.Amount
		} else if err == nil && r.Note == "" {
			t.Errorf("%s: nothing told and no note", test.name)
		}
		if amount != test.amount || fault.Code(err) != test.code {
			t.Errorf("%s: amount %d, code %q; want %d, %q", test.name, amount, fault.Code(err), test.amount, test.code)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	body := string(fixture(t, "order.json"))
	tests := []struct{ name, topic, body, code, names string }{
		{"unknown topic", "products/create", body, "topic_unknown", "products/create"},
		{"no topic", "", body, "topic_unknown", ""},
		{"the wrapper of the REST API", "orders/create", `{"order":` + body + `}`, "field_invalid", "id"},
		{"unknown currency", "orders/create", strings.Replace(body, `"currency":"PLN"`, `"currency":"XQQ"`, 1), "currency_unknown", "XQQ"},
		{"number for text", "orders/create", strings.Replace(body, `"title":"Herbata"`, `"title":12`, 1), "field_invalid", "line_items.title"},
		{"amount that is none", "orders/create", strings.Replace(body, `"price":"39.90"`, `"price":"39,90"`, 1), "field_invalid", "line_items.0.price"},
		{"a float for an id", "orders/create", strings.Replace(body, `"id":820982911946154508`, `"id":8.2e17`, 1), "field_invalid", "id"},
		{"no time", "orders/updated", strings.Replace(body, `"updated_at":"2026-11-20T11:00:02+01:00"`, `"updated_at":"soon"`, 1), "field_invalid", "updated_at"},
	}
	for _, test := range tests {
		_, err := read(t, test.topic, test.body)
		if fault.Code(err) != test.code || !strings.Contains(fault.Of(err).Message, test.names) {
			t.Errorf("%s: %v; want %s that names %q", test.name, err, test.code, test.names)
		}
	}
}

// TestAsWritten checks that contacts that are none are kept for a person to see: what sends filters them.
func TestAsWritten(t *testing.T) {
	t.Parallel()
	body := strings.NewReplacer("zofia@example.com", "not an address", "+48512345678", "call me").Replace(string(fixture(t, "order.json")))
	if c := mustRead(t, "orders/create", body)[0].Order.Customer; c.Email != "not an address" || c.Phone != "call me" {
		t.Errorf("customer %+v", c)
	}
}

func TestNewHeaderNames(t *testing.T) {
	t.Parallel()
	body := fixture(t, "order.json")
	classic := providertest.SignShopify("hush", "orders/create", "delivery-1", body)
	h := http.Header{}
	for _, name := range []string{"Hmac-Sha256", "Topic", "Webhook-Id"} {
		h.Set("shopify-"+name, classic.Get("X-Shopify-"+name))
	}
	s := source()
	if err := s.Verify(h, body, providertest.Now); err != nil {
		t.Error(err)
	}
	if got := s.DedupeKey(h); got != "delivery-1" {
		t.Errorf("dedupe key %q", got)
	}
	if r, err := s.Read(providers.Delivery{Header: h, Body: body}); err != nil || r.Events[0].Kind != orders.Placed {
		t.Errorf("error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	providertest.Fuzz(f, source(), http.Header{"X-Shopify-Topic": {"orders/updated"}}, fixture(f, "order.json"), []byte(`{"id":1}`))
}
