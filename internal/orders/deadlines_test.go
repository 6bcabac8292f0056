package orders_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
)

func promised(shipBy, deliverBy string) orders.Event {
	e := placed(0)
	e.Order.Promised = orders.Promised{ShipBy: shipBy, DeliverBy: deliverBy}
	return e
}

func passed(hour int, f orders.Fact) orders.Event {
	return orders.Event{ID: "passed " + string(f.Kind) + f.ParcelKey + f.Basis, Kind: orders.TimePassed, At: at(hour), Fact: &f}
}

func TestDeadlines(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Skip("no time zone database: ", err)
	}
	utc := func(s string) time.Time {
		got, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	pickup := func(until int) orders.Event {
		return news("p", 1, orders.ParcelUpdate{Stage: orders.ReadyForPickup, Pickup: orders.Pickup{Until: at(until)}})
	}
	type due struct {
		fact orders.Fact
		at   time.Time
	}
	for name, tc := range map[string]struct {
		events []orders.Event
		want   []due
	}{
		"a shop's midnight ends a promised day": {
			[]orders.Event{promised("2026-11-22", "2026-11-25")},
			[]due{
				{orders.Fact{Kind: orders.LateToShip, Basis: "2026-11-22"}, utc("2026-11-22T23:00:00Z")},
				{orders.Fact{Kind: orders.Late, Basis: "2026-11-25"}, utc("2026-11-25T23:00:00Z")},
			},
		},
		"handed over: no longer late to ship, but a scan is awaited": {
			[]orders.Event{promised("2026-11-22", ""), news("a", 1, orders.ParcelUpdate{Stage: orders.HandedOver})},
			[]due{{orders.Fact{Kind: orders.FirstScanMissing, ParcelKey: "620", Basis: "2026-11-20T11:00:00Z"}, at(49)}},
		},
		"every scan moves the stall": {
			append(stages(orders.InTransit, orders.InTransit), placed(0)),
			[]due{{orders.Fact{Kind: orders.Stalled, ParcelKey: "620", Basis: "2026-11-20T12:00:00Z"}, at(2 + 120)}},
		},
		"an estimate stands before the promise": {
			[]orders.Event{promised("", "2026-11-25"), news("a", 1, orders.ParcelUpdate{Stage: orders.OutForDelivery, ETA: "2026-11-27"})},
			[]due{{orders.Fact{Kind: orders.Late, ParcelKey: "620", Basis: "2026-11-27"}, utc("2026-11-27T23:00:00Z")}},
		},
		"a day before a pickup ends": {
			[]orders.Event{placed(0), pickup(73)},
			[]due{{orders.Fact{Kind: orders.PickupEndsSoon, ParcelKey: "620", Basis: "2026-11-23T11:00:00Z"}, at(49)}},
		},
		"halfway when the time is short": {
			[]orders.Event{placed(0), pickup(25)},
			[]due{{orders.Fact{Kind: orders.PickupEndsSoon, ParcelKey: "620", Basis: "2026-11-21T11:00:00Z"}, at(13)}},
		},
		"a pickup that is over":          {[]orders.Event{placed(0), pickup(1)}, nil},
		"nothing of an unknown order":    {stages(orders.InTransit), nil},
		"nothing of a cancelled order":   {[]orders.Event{promised("2026-11-22", ""), {ID: "c", Kind: orders.Cancelled, At: at(1)}}, nil},
		"nothing after delivery":         {append(stages(orders.Delivered), promised("2026-11-22", "2026-11-25")), nil},
		"a date that is none is nothing": {[]orders.Event{promised("soon", "2026-13-99")}, nil},
		"what was told is not awaited":   {[]orders.Event{promised("2026-11-22", ""), passed(60, orders.Fact{Kind: orders.LateToShip, Basis: "2026-11-22"})}, nil},
		"a new promise is a new fact": {
			[]orders.Event{promised("2026-11-24", ""), passed(60, orders.Fact{Kind: orders.LateToShip, Basis: "2026-11-22"})},
			[]due{{orders.Fact{Kind: orders.LateToShip, Basis: "2026-11-24"}, utc("2026-11-24T23:00:00Z")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := orders.Deadlines(orders.Fold(tc.events), at(1), warsaw, orders.TimePolicy{})
			if len(got) != len(tc.want) {
				t.Fatalf("got %+v, want %+v", got, tc.want)
			}
			for i, d := range got {
				if d.Fact != tc.want[i].fact || !d.DueAt.Equal(tc.want[i].at) {
					t.Errorf("got %+v, want %+v", d, tc.want[i])
				}
			}
		})
	}
}

func TestFactHoldsUntilWhatItWaitedForHappens(t *testing.T) {
	waiting := orders.Fold([]orders.Event{placed(0), news("a", 1, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, Stage: orders.HandedOver})})
	fact := orders.Fact{Kind: orders.FirstScanMissing, ParcelKey: "shop:f:1", Basis: "2026-11-20T11:00:00Z"}
	if !orders.Holds(waiting, fact, at(49)) {
		t.Error("nothing happened, so it holds")
	}
	numbered := orders.Fold([]orders.Event{
		placed(0), news("a", 1, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, TrackingNumber: "620", Stage: orders.HandedOver}),
	})
	if !orders.Holds(numbered, fact, at(49)) {
		t.Error("a new key of the same parcel changes nothing")
	}
	scanned := orders.Fold([]orders.Event{
		placed(0), news("a", 1, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, Stage: orders.HandedOver}),
		news("b", 2, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, Stage: orders.InTransit}),
	})
	if orders.Holds(scanned, fact, at(49)) {
		t.Error("it was scanned")
	}
	moved := orders.Fact{Kind: orders.LateToShip, Basis: "2026-11-22"}
	if orders.Holds(orders.Fold([]orders.Event{promised("2026-11-24", "")}), moved, at(80)) {
		t.Error("the promise is another")
	}
}

// A fact about a parcel that was only known by an alias is about the same parcel when it has its number.
func TestFactFollowsItsParcel(t *testing.T) {
	fact := orders.Fact{Kind: orders.FirstScanMissing, ParcelKey: "shop:f:1", Basis: "2026-11-20T11:00:00Z"}
	s := orders.Fold([]orders.Event{
		placed(0), news("a", 1, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, TrackingNumber: "620", Stage: orders.HandedOver}), passed(49, fact),
	})
	if len(s.Facts) != 1 || s.Facts[0].ParcelKey != "620" {
		t.Errorf("%+v", s.Facts)
	}
	if left := orders.Deadlines(s, at(50), time.UTC, orders.TimePolicy{}); len(left) != 0 {
		t.Errorf("told already, awaited again: %+v", left)
	}
}
