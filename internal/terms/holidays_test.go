package terms_test

import (
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// A holiday that the configuration names moves the last day to withdraw, and one that it drops moves it no more.
func TestHolidaysOfTheConfiguration(t *testing.T) {
	parse := func(more string) *config.Shop {
		cfg, err := config.Parse([]byte(more+`
public_url: http://localhost:8080
secret: 0123456789abcdef0123456789abcdef
shops: [{id: acme, name: Acme, country: PL, time_zone: Europe/Warsaw, sources: [{name: erp, kind: standard, secret: c2Vj}]}]
`), "", func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		return &cfg.Shops[0]
	}
	last := func(shop *config.Shop, delivered string) string {
		at, err := time.Parse(time.RFC3339, delivered)
		if err != nil {
			t.Fatal(err)
		}
		order := store.Order{TimeZone: "Europe/Warsaw", State: orders.State{
			Order:   orders.Order{ShipTo: orders.Address{Country: "PL"}, Lines: []orders.Line{{ID: "l1", Quantity: 1, UnitPrice: 100}}},
			Parcels: []orders.Parcel{{Key: "p1", Stage: orders.Delivered, HandedOverAt: at, DeliveredAt: at, DeliveredTo: "recipient"}},
		}}
		return returns.WithdrawalEnd(order.State, terms.Contract(shop, order), returns.Information{}).Last.String()
	}
	const tuesday, xmas = "2027-04-20T12:00:00Z", "2026-12-11T12:00:00Z" // 14 days later: Tuesday 4 May; Friday 25 December
	changed := parse("holidays: {PL: {add: [2027-05-04], remove: [2026-12-25]}}")
	for _, tc := range []struct {
		shop            *config.Shop
		delivered, want string
	}{
		{parse(""), tuesday, "2027-05-04"}, {changed, tuesday, "2027-05-05"},
		{parse(""), xmas, "2026-12-28"}, {changed, xmas, "2026-12-25"},
	} {
		if got := last(tc.shop, tc.delivered); got != tc.want {
			t.Errorf("delivered %s: until %s, want %s", tc.delivered, got, tc.want)
		}
	}
	if calendar.Default().Holiday("PL", calendar.NewDate(2027, time.May, 4)) {
		t.Error("the built-in holidays were changed")
	}
}
