package systemtest_test

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"homeward/internal/systemtest"
)

// order is a paid order of two lines: 2 × 39.90 and a delivery of 14.99.
func order(id string, placed time.Time) map[string]any {
	return map[string]any{"order": map[string]any{
		"id": id, "number": "#" + id, "placed_at": placed.UTC().Format(time.RFC3339), "locale": "pl-PL", "currency": "PLN", "prices_include_tax": true,
		"customer": map[string]any{"name": "Zofia Nowak", "email": "zofia" + id + "@example.com", "phone": "+48512345678"},
		"ship_to":  map[string]any{"name": "Zofia Nowak", "line1": "ul. Długa 1", "city": "Kraków", "postal_code": "31-146", "country": "PL"},
		"lines":    []any{map[string]any{"id": "l1", "sku": "TEA-1", "title": "Herbata", "quantity": 2, "unit_price": "39.90", "discount": "0.00", "tax": "14.92"}},
		"shipping": map[string]any{"paid": "14.99", "tax": "2.80", "cheapest": "9.99"}, "total": "94.79",
		"payments": []any{map[string]any{"kind": "stripe", "reference": "pi_" + id, "amount": "94.79"}},
	}}
}

func parcel(orderID, status string, at time.Time, more map[string]any) map[string]any {
	p := map[string]any{"id": "p" + orderID, "carrier": "inpost", "tracking_number": "62000000" + orderID, "status": status, "at": at.UTC().Format(time.RFC3339Nano)}
	maps.Copy(p, more)
	return map[string]any{"order_id": orderID, "parcel": p}
}

// The main job, over real sockets: an order's webhooks become mails and an SMS in its language.
func TestWebhooksBecomeNews(t *testing.T) {
	s := systemtest.Start(t, systemtest.Setup{})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	now := time.Now()
	if status, _ := s.Post("order.placed", now, order("1001", now)); status != http.StatusAccepted {
		t.Fatalf("placed: answered %d", status)
	}
	mails, err := s.World.Mail.Wait(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	first := mails[0]
	if got := first.Header.Get("Content-Language"); got != "pl" {
		t.Errorf("language of the mail: %q", got)
	}
	if !strings.Contains(first.Subject, "1001") || !strings.Contains(first.HTML, "Herbata") || !strings.Contains(first.Text, s.URL+"/o/") {
		t.Errorf("the first mail says too little: %q\n%s", first.Subject, first.Text)
	}
	s.Post("parcel.updated", now, parcel("1001", "out_for_delivery", now.Add(time.Second), nil))
	mails, err = s.World.Mail.Wait(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := mails[1].Header.Get("References"); got != "<"+first.MessageID+">" {
		t.Errorf("References: %q, want the first mail's %q", got, first.MessageID)
	}
}
