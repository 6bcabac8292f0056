package returns_test

import (
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// TestTheFirstPromiseCounts: a later date is news of a delay, not a new promise; only the United States set this time.
func TestTheFirstPromiseCounts(t *testing.T) {
	t.Parallel()
	placed := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	state := orders.State{Known: true, Order: orders.Order{PlacedAt: placed, Lines: []orders.Line{{ID: "l1", Quantity: 1}}}}
	us := returns.NewContract(returns.Party{Country: "US", Zone: time.UTC}, returns.Party{Country: "PL", Zone: time.UTC})
	w, ok := returns.ShipTermOf(state, us, calendar.Date{})
	if !ok || w.Last != calendar.NewDate(2026, 12, 20) || w.Rule != returns.ShipIn30Days || !w.Met.IsZero() {
		t.Fatalf("%+v", w)
	}
	state.Order.Promised.ShipBy = "2026-12-28"
	if w, _ = returns.ShipTermOf(state, us, w.Last); w.Last != calendar.NewDate(2026, 12, 20) || w.End.After(calendar.NewDate(2026, 12, 20).EndOfDay(time.UTC)) {
		t.Errorf("the promise moved: %+v", w)
	}
	state.Parcels = []orders.Parcel{{Key: "p1", Stage: orders.InTransit, HandedOverAt: placed.AddDate(0, 0, 2)}}
	if w, _ = returns.ShipTermOf(state, us, w.Last); !w.Met.Equal(placed.AddDate(0, 0, 2)) {
		t.Errorf("shipped: %+v", w)
	}
	state.CancelledAt = placed
	if _, ok = returns.ShipTermOf(state, us, w.Last); ok {
		t.Error("cancelled, and still to be shipped")
	}
	pl := returns.NewContract(returns.Party{Country: "PL", Zone: time.UTC}, returns.Party{Country: "PL", Zone: time.UTC})
	if _, ok = returns.ShipTermOf(orders.State{Known: true, Order: state.Order}, pl, calendar.Date{}); ok {
		t.Error("not there")
	}
}
