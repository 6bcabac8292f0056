package chaos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"homeward/internal/systemtest"
	"homeward/providers/providertest/sign"
	"homeward/providers/standin"
)

// load is what the shop, the carriers and the shoppers do, each as stubborn as in life: a webhook is posted until it is
// answered, a form until it is taken.
type load struct {
	t      *testing.T
	p      *process
	world  *standin.World
	client *http.Client
	serial atomic.Int64
	posted atomic.Int64
}

func email(n int) string { return fmt.Sprintf("shopper%d@example.com", n) }
func phone(n int) string { return fmt.Sprintf("+48512%06d", 100000+n) }

// post posts a webhook until it is stored.
func (l *load) post(ctx context.Context, kind string, at time.Time, data any) {
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": at.UTC().Format(time.RFC3339Nano), "data": data})
	if err != nil {
		l.t.Error(err)
		return
	}
	id := fmt.Sprintf("msg_%d", l.serial.Add(1))
	for ctx.Err() == nil {
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, l.p.url+"/hooks/acme/erp", bytes.NewReader(body))
		r.Header = sign.Standard(systemtest.StandardSecret, id, time.Now(), body)
		if res, err := l.client.Do(r); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusAccepted || res.StatusCode == http.StatusOK {
				l.posted.Add(1)
				return
			}
			if res.StatusCode < http.StatusInternalServerError {
				l.t.Errorf("%s was answered %d", kind, res.StatusCode)
				return
			}
		}
		pause(ctx, 50*time.Millisecond)
	}
}

// pause waits for the other side to come back.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// live lives one order: placed, on the road, delivered; every eighth comes back.
func (l *load) live(ctx context.Context, n int) {
	id := fmt.Sprintf("%d", 5000+n)
	now := time.Now()
	l.world.Stripe.AddPayment("pi_"+id, 9479, "PLN")
	l.post(ctx, "order.placed", now, map[string]any{"order": map[string]any{
		"id": id, "number": "#" + id, "placed_at": now.UTC().Format(time.RFC3339), "locale": "pl-PL", "currency": "PLN", "prices_include_tax": true,
		"customer": map[string]any{"name": "Bronisława Testowa", "email": email(n), "phone": phone(n)},
		"ship_to":  map[string]any{"name": "Bronisława Testowa", "line1": "ul. Sekretna 7", "city": "Kraków", "postal_code": "31-146", "country": "PL"},
		"lines":    []any{map[string]any{"id": "l1", "title": "Herbata", "quantity": 2, "unit_price": "39.90", "discount": "0.00", "tax": "14.92"}},
		"shipping": map[string]any{"paid": "14.99", "tax": "2.80", "cheapest": "9.99"}, "total": "94.79",
		"payments": []any{map[string]any{"kind": "stripe", "reference": "pi_" + id, "amount": "94.79"}},
	}})
	for _, status := range []string{"in_transit", "out_for_delivery", "delivered"} {
		if status == "delivered" {
			pause(ctx, 1500*time.Millisecond) // so that the SMS before it has a chance to go, and to be cut off while it does
		}
		at := time.Now()
		l.post(ctx, "parcel.updated", at, map[string]any{"order_id": id, "parcel": map[string]any{
			"id": "p" + id, "carrier": "inpost", "tracking_number": "6200000000" + id, "status": status, "delivered_to": map[string]string{"delivered": "recipient"}[status],
			"at": at.UTC().Format(time.RFC3339Nano),
		}})
	}
	if n%8 == 0 {
		l.sendBack(ctx, n, id)
	}
}

var orderLink = regexp.MustCompile(`(?m)^(http://\S+/o/\S+)\r?$`)

// sendBack opens a return on the shopper's page, by the link in the first mail, and the shop receives it.
func (l *load) sendBack(ctx context.Context, n int, id string) {
	link := ""
	for link == "" && ctx.Err() == nil {
		for _, m := range l.world.Mail.Deliveries() {
			if m.To[0] == email(n) {
				if found := orderLink.FindStringSubmatch(m.Text); found != nil {
					link = found[1]
				}
			}
		}
		pause(ctx, 50*time.Millisecond)
	}
	form := url.Values{"qty.l1": {"1"}, "reason": {"changed_mind"}, "remedy": {"refund"}, "nonce": {"nonce-" + id}}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for ctx.Err() == nil {
		res, err := client.PostForm(link+"/returns", form)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusSeeOther {
				location := res.Header.Get("Location")
				rma := location[strings.LastIndex(location, "/")+1:]
				at := time.Now()
				l.post(ctx, "return.received", at, map[string]any{"order_id": id, "rma": rma, "lines": []any{map[string]any{"id": "l1", "quantity": 1}}, "at": at.UTC().Format(time.RFC3339)})
				return
			}
			if res.StatusCode < http.StatusInternalServerError {
				l.t.Errorf("the return form was answered %d", res.StatusCode)
				return
			}
		}
		pause(ctx, 50*time.Millisecond)
	}
}
