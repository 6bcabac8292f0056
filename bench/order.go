package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	shopSecret = "a-shopify-secret-for-the-bench"
	topic      = "orders/create"
	// bodySize is about what a webhook of a small Shopify order weighs, in bytes.
	bodySize = 5 << 10
	// serialBase makes every serial ten digits.
	serialBase = 5_000_000_000
)

// body is a Shopify order of which only the serial changes, in place.
type body struct {
	text []byte
	at   []int // where the serial stands
}

const placeholder = "7777777777"

// newBody makes an order that was placed now, waits for its payment, and so is told as placed and nothing else.
func newBody(now time.Time) *body {
	at := now.UTC().Format(time.RFC3339)
	line := func(n int, title, price string) map[string]any {
		return map[string]any{
			"id": n, "sku": fmt.Sprintf("TEA-%d", n), "title": title, "variant_title": "100 g", "quantity": 1, "price": price, "total_discount": "0.00",
			"requires_shipping": true, "gift_card": false, "product_id": 632910392, "variant_id": 808950810, "vendor": "Acme", "taxable": true,
			"tax_lines":            []any{map[string]any{"title": "VAT", "rate": 0.23, "price": "3.73"}},
			"discount_allocations": []any{},
		}
	}
	address := map[string]any{
		"first_name": "Zofia", "last_name": "Nowak", "name": "Zofia Nowak", "address1": "ul. Długa 1", "city": "Kraków", "zip": "31-146",
		"country": "Poland", "country_code": "PL", "latitude": 50.0647, "longitude": 19.945,
	}
	order := map[string]any{
		"id": json.Number(placeholder), "name": "#" + placeholder, "order_number": json.Number(placeholder), "created_at": at, "updated_at": at, "currency": "PLN",
		"taxes_included": true, "customer_locale": "pl-PL", "email": "b" + placeholder + "@bench.example", "financial_status": "pending",
		"customer":         map[string]any{"first_name": "Zofia", "last_name": "Nowak", "email": "b" + placeholder + "@bench.example"},
		"shipping_address": address, "billing_address": address,
		"line_items":      []any{line(1, "Herbata czarna", "19.95"), line(2, "Herbata zielona", "24.95"), line(3, "Kubek", "34.95")},
		"shipping_lines":  []any{map[string]any{"title": "Kurier", "price": "14.99", "discounted_price": "14.99", "tax_lines": []any{}, "discount_allocations": []any{}}},
		"total_discounts": "0.00", "total_price": "94.84", "total_outstanding": "94.84", "payment_gateway_names": []string{"bank_transfer"},
		"fulfillments": []any{}, "refunds": []any{}, "note": "",
	}
	text, err := json.Marshal(order)
	if err != nil {
		panic(err) // it is written above
	}
	order["note"] = strings.Repeat("x", max(0, bodySize-len(text)))
	if text, err = json.Marshal(order); err != nil {
		panic(err)
	}
	b := &body{text: text}
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(placeholder))
		if i < 0 {
			return b
		}
		b.at = append(b.at, from+i)
		from += i + len(placeholder)
	}
}

// with gives the body of an order. It is the same memory every time.
func (b *body) with(serial uint64) []byte {
	for _, at := range b.at {
		strconv.AppendUint(b.text[:at:at+len(placeholder)], serialBase+serial, 10)
	}
	return b.text
}

// mailbox is who an order's mails go to; serialOf reads it back.
func serialOf(recipient string) (uint64, bool) {
	digits, ok := strings.CutPrefix(recipient, "b")
	digits, _, at := strings.Cut(digits, "@")
	n, err := strconv.ParseUint(digits, 10, 64)
	return n - serialBase, ok && at && err == nil && n >= serialBase
}

// request appends the whole webhook of an order as it goes over the line.
func (b *body) request(to []byte, serial uint64) []byte {
	text := b.with(serial)
	mac := hmac.New(sha256.New, []byte(shopSecret))
	mac.Write(text)
	to = append(to, "POST /hooks/acme/shopify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Shopify-Topic: "+topic+"\r\nX-Shopify-Webhook-Id: bench-"...)
	to = strconv.AppendUint(to, serial, 10)
	to = append(to, "\r\nX-Shopify-Hmac-Sha256: "...)
	to = base64.StdEncoding.AppendEncode(to, mac.Sum(nil))
	to = append(to, "\r\nContent-Length: "...)
	to = strconv.AppendInt(to, int64(len(text)), 10)
	to = append(to, "\r\n\r\n"...)
	return append(to, text...)
}
