package returns_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

// Goods never left while no carrier has them, and never arrive when the last of their parcels came back or was lost.
func TestGoodsThatNeverLeftOrArrived(t *testing.T) {
	t0 := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	later := t0.Add(48 * time.Hour)
	of := func(line string) []orders.ParcelItem { return []orders.ParcelItem{{LineID: line, Quantity: 1}} }
	for name, tc := range map[string]struct {
		parcels []orders.Parcel
		left    bool
		lost    time.Time
	}{
		"nothing was packed":          {},
		"a label only":                {parcels: []orders.Parcel{{Stage: orders.Announced}}},
		"called off":                  {parcels: []orders.Parcel{{Stage: orders.ParcelGone, HandedOverAt: t0}}},
		"called off and announced":    {parcels: []orders.Parcel{{Stage: orders.Announced, HandedOverAt: t0}}},
		"on its way":                  {parcels: []orders.Parcel{{Stage: orders.InTransit, HandedOverAt: t0}}, left: true},
		"delivered, nobody scanned":   {parcels: []orders.Parcel{{Stage: orders.Delivered, DeliveredAt: t0}}, left: true},
		"other goods on their way":    {parcels: []orders.Parcel{{Stage: orders.InTransit, HandedOverAt: t0, Items: of("l2")}}},
		"these goods on their way":    {parcels: []orders.Parcel{{Stage: orders.InTransit, HandedOverAt: t0, Items: of("l1")}}, left: true},
		"back undelivered":            {parcels: []orders.Parcel{{Stage: orders.Returned, HandedOverAt: t0, StageAt: later}}, left: true, lost: later},
		"lost":                        {parcels: []orders.Parcel{{Stage: orders.InTransit, HandedOverAt: t0, Incident: orders.Lost, IncidentAt: later}}, left: true, lost: later},
		"lost, and delivered at last": {parcels: []orders.Parcel{{Stage: orders.Delivered, HandedOverAt: t0, Incident: orders.Lost, DeliveredAt: later}}, left: true},
		"one back, one on its way": {parcels: []orders.Parcel{
			{Stage: orders.Returned, HandedOverAt: t0, StageAt: later}, {Stage: orders.InTransit, HandedOverAt: t0},
		}, left: true},
		"one back, then one lost": {parcels: []orders.Parcel{
			{Stage: orders.Returned, HandedOverAt: t0, StageAt: t0}, {Stage: orders.InTransit, HandedOverAt: t0, Incident: orders.Lost, IncidentAt: later},
		}, left: true, lost: later},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range tc.parcels {
				tc.parcels[i].Key = string(rune('a' + i))
			}
			state, items := orders.State{Parcels: tc.parcels}, []returns.Item{{LineID: "l1", Quantity: 1}}
			if got := returns.NeverLeft(state, items); got == tc.left {
				t.Errorf("never left: %v", got)
			}
			if at, lost := returns.NeverArrived(state, items); lost == tc.lost.IsZero() || !at.Equal(tc.lost) {
				t.Errorf("never arrived: %v, since %s", lost, at)
			}
		})
	}
}
