package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"homeward/internal/money"
	"homeward/providers/providertest/sign"
)

// The secrets that the demo's shop signs with.
const (
	standardSecret = "whsec_ZGVtby1zZWNyZXQtb2YtdGhlLXNhbXBsZS1zaG9wLTE="
	shopifySecret  = "demo-secret-of-the-sample-shop"
)

// webhook is one request that a shop or a carrier posts.
type webhook struct {
	source string
	header http.Header
	body   []byte
}

// post sends a webhook to the running Homeward as its sender would.
func (d *Demo) post(ctx context.Context, h webhook) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.publicURL+"/hooks/"+shopID+"/"+h.source, bytes.NewReader(h.body))
	if err != nil {
		return err
	}
	r.Header = h.header
	res, err := d.world.Client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("demo: %s answered %d: %s", h.source, res.StatusCode, answer)
	}
	return err
}

// standard makes a signed webhook of the `standard` source.
func (d *Demo) standard(kind string, at time.Time, data any) webhook {
	body := mustJSON(map[string]any{"type": kind, "timestamp": at.UTC().Format(time.RFC3339Nano), "data": data})
	return webhook{"erp", sign.Standard(standardSecret, "msg_"+strconv.FormatInt(d.serial.Add(1), 10), time.Now(), body), body}
}

func (d *Demo) shopify(topic string, data any) webhook {
	body := mustJSON(data)
	return webhook{"shopify", sign.Shopify(shopifySecret, topic, "wh_"+strconv.FormatInt(d.serial.Add(1), 10), body), body}
}

// ownWords are the steps that Shopify has no word for; the shop's own system tells them.
var ownWords = map[string]bool{"delayed": true, "customs": true, "collected": true}

// next makes the webhooks of one step of a person's order.
func (d *Demo) next(p person, step string, at time.Time) []webhook {
	switch step {
	case "placed":
		return []webhook{d.placed(p, at)}
	case "paid":
		if p.source == "shopify" {
			return []webhook{d.shopify("orders/paid", d.shopifyOrder(p, at, "paid"))}
		}
		return []webhook{d.standard("order.paid", at, map[string]any{"order_id": p.id, "payments": []any{p.payment()}})}
	case "cancelled":
		return []webhook{d.standard("order.cancelled", at, map[string]any{"order_id": p.id, "reason": "customer"})}
	}
	if p.source == "shopify" && !ownWords[step] {
		return d.fulfilled(p, step, at)
	}
	return []webhook{d.standard("parcel.updated", at, map[string]any{"order_id": p.id, "parcel": p.parcel(step, at)})}
}

func (d *Demo) placed(p person, at time.Time) webhook {
	if p.source == "shopify" {
		return d.shopify("orders/create", d.shopifyOrder(p, at, "paid"))
	}
	lines := make([]any, len(p.lines))
	for i, l := range p.lines {
		lines[i] = map[string]any{"id": l.id, "sku": "TEA-" + l.id, "title": l.title, "quantity": l.quantity, "unit_price": l.price, "discount": "0", "tax": "0", "withdrawal": "yes"}
	}
	day := func(n int) string { return at.AddDate(0, 0, n).Format(time.DateOnly) }
	order := map[string]any{
		"id": p.id, "number": p.number, "placed_at": at.UTC().Format(time.RFC3339), "locale": p.locale, "currency": p.currency, "prices_include_tax": true,
		"customer": map[string]any{"name": p.name, "email": p.email, "phone": p.phone},
		"ship_to":  map[string]any{"name": p.name, "line1": p.line1, "city": p.city, "postal_code": p.postcode, "country": p.country},
		"lines":    lines, "order_discount": "0", "shipping": map[string]any{"paid": p.shipping, "tax": "0", "cheapest": p.shipping}, "fees": []any{},
		"total": p.total(), "payments": []any{p.payment()}, "promised": map[string]any{"ship_by": day(2), "deliver_by": day(6)},
	}
	return d.standard("order.placed", at, map[string]any{"order": order})
}

func (p person) payment() map[string]any {
	return map[string]any{"kind": "stripe", "reference": p.intent(), "amount": p.total()}
}

func (p person) intent() string { return "pi_demo_" + p.id }

// minor is the order's total in minor units.
func (p person) minor() int64 {
	sum := must(money.Parse(p.shipping, p.currency))
	for _, l := range p.lines {
		sum += must(money.Parse(l.price, p.currency)) * int64(l.quantity)
	}
	return sum
}

func (p person) total() string { return money.Decimal(p.minor(), p.currency) }

// parcel is a parcel's news in the words of the `standard` source.
func (p person) parcel(step string, at time.Time) map[string]any {
	ids := make([]string, len(p.lines))
	for i, l := range p.lines {
		ids[i] = l.id
	}
	n := map[string]any{
		"id": "p" + p.id, "carrier": p.carrier, "tracking_number": p.tracking, "tracking_url": "https://track.example.com/" + p.tracking, "line_ids": ids,
		"at": at.UTC().Format(time.RFC3339Nano), "estimated_delivery": at.AddDate(0, 0, 2).Format(time.DateOnly),
	}
	switch step {
	case "shipped":
		n["status"] = "handed_over"
	case "delayed":
		n["status"], n["incident"], n["estimated_delivery"] = "in_transit", "delayed", at.AddDate(0, 0, 5).Format(time.DateOnly)
	case "customs":
		n["status"], n["incident"] = "in_transit", "customs"
	case "attempt_failed":
		n["status"], n["incident"] = "in_transit", "attempt_failed"
	case "ready_for_pickup":
		n["status"] = step
		place := p.pickup
		if place == "" {
			place = "Parcel shop, Market Square 4"
		}
		n["pickup"] = map[string]any{"place": place, "code": "482 913", "until": at.Add(48 * time.Hour).UTC().Format(time.RFC3339)}
	case "delivered":
		n["status"], n["delivered_to"] = step, "recipient"
	default:
		n["status"] = step
	}
	return n
}

func mustJSON(v any) []byte { return must(json.Marshal(v)) }

// must is for what cannot fail: the demo's own data.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
