package orders

import (
	"cmp"
	"slices"
	"time"
)

// TimePolicy says how long to wait for what should happen. A zero field means its default.
type TimePolicy struct {
	FirstScan     time.Duration // from handed over to the first scan; default 48 hours
	Stall         time.Duration // from one scan to the next on the road; default 5 days
	PickupWarning time.Duration // before a pickup ends; default 24 hours
}

func (p TimePolicy) withDefaults() TimePolicy {
	p.FirstScan = cmp.Or(p.FirstScan, 48*time.Hour)
	p.Stall = cmp.Or(p.Stall, 5*24*time.Hour)
	p.PickupWarning = cmp.Or(p.PickupWarning, 24*time.Hour)
	return p
}

// Deadline is a fact that will be made when DueAt comes and nothing has happened. DueAt may be over already.
type Deadline struct {
	Fact
	DueAt time.Time
}

// Deadlines lists the facts that time may make of this order, by DueAt; those that are in state already are left out.
// zone is the shop's: a promised day ends at its midnight.
func Deadlines(state State, now time.Time, zone *time.Location, p TimePolicy) []Deadline {
	var list []Deadline
	for _, d := range awaited(state, zone, p.withDefaults()) {
		known := slices.ContainsFunc(state.Facts, func(f FactAt) bool { return f.Fact == d.Fact })
		if !known && !pickupOver(state, d.Fact, now) {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b Deadline) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ParcelKey, b.ParcelKey))
	})
	return list
}

// Holds tells whether a fact is still true of this state when its timer fires: what it waited for has not happened, and
// what it was measured against is still what counts.
func Holds(state State, fact Fact, now time.Time) bool {
	if p, ok := state.Parcel(fact.ParcelKey); ok {
		fact.ParcelKey = p.Key
	}
	for _, d := range awaited(state, time.UTC, TimePolicy{}.withDefaults()) {
		if d.Fact == fact {
			return !pickupOver(state, fact, now)
		}
	}
	return false
}

// awaited lists what the order waits for. Whether it was paid is not asked: cash on delivery is paid last.
func awaited(s State, zone *time.Location, p TimePolicy) []Deadline {
	if !s.Known || !s.CancelledAt.IsZero() {
		return nil
	}
	list := promises(s, zone)
	for _, parcel := range s.Parcels {
		if parcel.Live() {
			list = append(list, awaitedOf(parcel, zone, p)...)
		}
	}
	return list
}

// promises are the order's own: the promise of a day of delivery stands for every parcel that has no estimate.
func promises(s State, zone *time.Location) []Deadline {
	var list []Deadline
	shipped, open := false, len(s.Parcels) == 0
	for _, p := range s.Parcels {
		shipped = shipped || (p.Live() && !p.HandedOverAt.IsZero())
		open = open || (p.Live() && p.ETA == "" && p.underWay())
	}
	if due, ok := EndOfDay(s.Order.Promised.ShipBy, zone); ok && !shipped {
		list = append(list, Deadline{Fact{Kind: LateToShip, Basis: s.Order.Promised.ShipBy}, due})
	}
	if due, ok := EndOfDay(s.Order.Promised.DeliverBy, zone); ok && open {
		list = append(list, Deadline{Fact{Kind: Late, Basis: s.Order.Promised.DeliverBy}, due})
	}
	return list
}

func awaitedOf(p Parcel, zone *time.Location, policy TimePolicy) []Deadline {
	var list []Deadline
	add := func(kind FactKind, basis string, due time.Time) {
		list = append(list, Deadline{Fact{Kind: kind, ParcelKey: p.Key, Basis: basis}, due})
	}
	if due, ok := EndOfDay(p.ETA, zone); ok && p.underWay() {
		add(Late, p.ETA, due)
	}
	switch {
	case p.Stage == HandedOver && p.FirstScanAt.IsZero():
		add(FirstScanMissing, instant(p.HandedOverAt), p.HandedOverAt.Add(policy.FirstScan))
	case p.Stage == InTransit:
		add(Stalled, instant(p.LastScanAt), p.LastScanAt.Add(policy.Stall))
	case p.Stage == ReadyForPickup && !p.Pickup.Until.IsZero():
		add(PickupEndsSoon, instant(p.Pickup.Until), warnAt(p, policy.PickupWarning))
	}
	return list
}

// underWay tells that the parcel is still to come: neither there, nor waiting to be fetched, nor on its way back.
func (p Parcel) underWay() bool { return p.Stage.rank() < ReadyForPickup.rank() && p.Incident != Lost }

// warnAt gives the time to warn of the end of a pickup: a day before, or halfway when the whole time is short.
func warnAt(p Parcel, warning time.Duration) time.Time {
	window := p.Pickup.Until.Sub(p.StageAt)
	if window < warning+warning/2 {
		warning = max(window/2, 0)
	}
	return p.Pickup.Until.Add(-warning)
}

func pickupOver(s State, fact Fact, now time.Time) bool {
	if fact.Kind != PickupEndsSoon {
		return false
	}
	p, ok := s.Parcel(fact.ParcelKey)
	return !ok || !now.Before(p.Pickup.Until)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// EndOfDay gives the midnight at which a date ("2026-11-25") ends in a zone, in UTC; false when it is no date.
func EndOfDay(date string, zone *time.Location) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}, false
	}
	if zone == nil {
		zone = time.UTC
	}
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone).UTC(), true
}
