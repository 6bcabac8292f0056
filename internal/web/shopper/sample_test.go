package shopper_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
)

// at gives a time before now.
func at(days int, hours float64) time.Time {
	return now.Add(-time.Duration(days)*24*time.Hour - time.Duration(hours*float64(time.Hour)))
}

// sample is an order of two teas and a pot, folded from events as a shop and a carrier would tell them.
func sample(t *testing.T, more ...orders.Event) orders.State {
	t.Helper()
	order := &orders.Order{
		ID: "1001", Number: "#1001", PlacedAt: at(4, 3), Currency: "PLN", PricesIncludeTax: true,
		Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com", Phone: "+48512345678"},
		ShipTo:   orders.Address{Name: "Zofia Nowak", Line1: "ul. Długa 1", City: "Kraków", PostalCode: "31-146", Country: "PL"},
		Lines: []orders.Line{
			{ID: "l1", SKU: "TEA-1", Title: "Earl Grey", Variant: "100 g", Quantity: 2, UnitPrice: 3990, Tax: 1492},
			{ID: "l2", SKU: "POT-1", Title: "Stoneware teapot", Quantity: 1, UnitPrice: 12900, Tax: 2412},
			{ID: "l3", SKU: "GIFT", Title: "Gift card", Quantity: 1, UnitPrice: 5000, NotShipped: true},
		},
		Shipping: orders.Shipping{Paid: 1499, Tax: 280, Cheapest: 999}, Total: 27379,
		Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_123", Amount: 27379}},
		Promised: orders.Promised{ShipBy: "2026-11-24", DeliverBy: "2026-11-26"},
	}
	events := []orders.Event{
		{ID: "e1", Kind: orders.Placed, At: at(4, 3), Source: "erp", Ref: orders.Ref{OrderID: "1001"}, Order: order},
	}
	return orders.Fold(append(events, more...))
}

func paid() orders.Event {
	return orders.Event{ID: "e2", Kind: orders.Paid, At: at(4, 2.5), Source: "erp", Ref: orders.Ref{OrderID: "1001"}}
}

func packing() orders.Event {
	return orders.Event{ID: "e3", Kind: orders.Packing, At: at(3, 4), Source: "erp", Ref: orders.Ref{OrderID: "1001"}}
}

// news is a carrier's update of the parcel n.
func news(n string, at time.Time, u orders.ParcelUpdate) orders.Event {
	u.Aliases = []string{"erp:parcel:" + n}
	if u.TrackingNumber == "" {
		u.TrackingNumber = "62000000000000000000000" + n
	}
	u.Carrier, u.TrackingURL = "inpost", "https://inpost.example/track/"+n
	return orders.Event{
		ID: "p" + n + at.String() + string(u.Stage) + string(u.Incident), Kind: orders.ParcelUpdated, At: at, Source: "inpost",
		Ref: orders.Ref{OrderID: "1001"}, Parcel: &u,
	}
}

func shipped() []orders.Event {
	return []orders.Event{paid(), packing(), news("1", at(2, 6), orders.ParcelUpdate{
		Stage: orders.HandedOver, Items: []orders.ParcelItem{{LineID: "l1"}, {LineID: "l2"}}, ETA: "2026-11-25",
	})}
}

func moving() []orders.Event {
	return append(shipped(), news("1", at(1, 5), orders.ParcelUpdate{Stage: orders.InTransit}))
}

func waiting() []orders.Event {
	return append(moving(), news("1", at(0, 2), orders.ParcelUpdate{Stage: orders.ReadyForPickup, Pickup: orders.Pickup{
		Place: "KRA01M, ul. Karmelicka 12, Kraków", Code: "123456", Until: now.Add(51 * time.Hour),
	}}))
}

func delivered() []orders.Event {
	return append(moving(), news("1", at(0, 3), orders.ParcelUpdate{Stage: orders.OutForDelivery}),
		news("1", at(0, 1), orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "recipient"}))
}

func delayed() []orders.Event {
	return append(moving(), news("1", at(0, 4), orders.ParcelUpdate{Incident: orders.Delayed, ETA: "2026-11-27"}))
}

func customs() []orders.Event {
	return append(moving(), news("1", at(0, 4), orders.ParcelUpdate{Incident: orders.Customs}))
}

func lost() []orders.Event {
	return append(moving(), news("1", at(0, 4), orders.ParcelUpdate{Incident: orders.Lost}))
}

func twoParcels() []orders.Event {
	return []orders.Event{
		paid(), packing(),
		news("1", at(2, 6), orders.ParcelUpdate{Stage: orders.HandedOver, Items: []orders.ParcelItem{{LineID: "l1"}}}),
		news("1", at(1, 5), orders.ParcelUpdate{Stage: orders.InTransit}),
		news("1", at(0, 2), orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "neighbour"}),
		news("2", at(1, 6), orders.ParcelUpdate{Stage: orders.HandedOver, Items: []orders.ParcelItem{{LineID: "l2"}}, ETA: "2026-11-25"}),
		news("2", at(0, 5), orders.ParcelUpdate{Stage: orders.InTransit}),
	}
}

func cancelled() []orders.Event {
	return []orders.Event{paid(), {ID: "c", Kind: orders.Cancelled, At: at(0, 1), Source: "erp", Ref: orders.Ref{OrderID: "1001"}}}
}
