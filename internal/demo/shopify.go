package demo

import (
	"strconv"
	"time"
)

// shopifyOrder is an order as Shopify's REST webhooks have it, with the fields that matter here.
func (d *Demo) shopifyOrder(p person, at time.Time, status string) map[string]any {
	var lines []any
	for _, l := range p.lines {
		id, _ := strconv.Atoi(l.id)
		lines = append(lines, map[string]any{
			"id": id, "title": l.title, "name": l.title, "quantity": l.quantity, "price": l.price, "total_discount": "0.00", "sku": "TEA-" + l.id,
			"requires_shipping": true, "tax_lines": []any{}, "discount_allocations": []any{},
		})
	}
	id, _ := strconv.Atoi(p.id)
	address := map[string]any{"name": p.name, "address1": p.line1, "city": p.city, "zip": p.postcode, "country_code": p.country}
	return map[string]any{
		"id": id, "name": p.number, "order_number": id, "created_at": at.Format(time.RFC3339), "processed_at": at.Format(time.RFC3339), "updated_at": at.Format(time.RFC3339),
		"currency": p.currency, "customer_locale": p.locale, "email": p.email, "contact_email": p.email, "phone": p.phone, "financial_status": status,
		"taxes_included": true, "total_price": p.total(), "current_total_price": p.total(), "total_discounts": "0.00", "total_tax": "0.00",
		"customer":         map[string]any{"first_name": p.name, "last_name": "", "email": p.email, "phone": p.phone},
		"shipping_address": address, "line_items": lines, "payment_gateway_names": []string{"stripe"},
		"shipping_lines": []any{map[string]any{"title": "Standard", "price": p.shipping, "discounted_price": p.shipping, "tax_lines": []any{}}},
		"refunds":        []any{}, "fulfillments": []any{},
	}
}

// fulfilled makes the webhooks of a parcel's step as Shopify sends them: the fulfilment, and then its events.
func (d *Demo) fulfilled(p person, step string, at time.Time) []webhook {
	id, _ := strconv.Atoi(p.id)
	fulfillment := id + 900000
	if step == "shipped" {
		return []webhook{d.shopify("fulfillments/create", map[string]any{
			"id": fulfillment, "order_id": id, "status": "success", "created_at": at.Format(time.RFC3339), "updated_at": at.Format(time.RFC3339),
			"tracking_company": p.carrier, "tracking_number": p.tracking, "tracking_numbers": []string{p.tracking},
			"tracking_urls": []string{"https://track.example.com/" + p.tracking}, "line_items": []any{}, "name": p.number + ".1",
		})}
	}
	status := map[string]string{"attempt_failed": "attempted_delivery"}[step]
	if status == "" {
		status = step
	}
	hooks := []webhook{d.shopify("fulfillment_events/create", map[string]any{
		"id": d.serial.Add(1), "fulfillment_id": fulfillment, "order_id": id, "status": status, "happened_at": at.Format(time.RFC3339Nano),
		"created_at": at.Format(time.RFC3339), "estimated_delivery_at": at.AddDate(0, 0, 2).Format(time.RFC3339),
	})}
	if step == "delivered" {
		// Shopify does not say to whom; the shop's own system does, and that starts the windows.
		hooks = append(hooks, d.standard("parcel.updated", at.Add(time.Second), map[string]any{"order_id": p.id, "parcel": p.parcel(step, at.Add(time.Second))}))
	}
	return hooks
}
