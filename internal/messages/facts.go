package messages

import (
	"slices"
	"time"

	"homeward/internal/orders"
)

// factNews tells of what time has made: late and late_to_ship as a delay, and the end of a pickup. A missing first scan and
// a stall are for staff. A fact counts from the moment it became true, not from when the timer got to run.
func (p *planner) factNews() {
	for _, f := range p.After.Facts {
		if p.knew(f.Fact) || !orders.Holds(p.After, f.Fact, p.Now) {
			continue
		}
		n := news{at: f.At, occasion: occasionOf(f.Fact), data: Data{ParcelKey: f.ParcelKey, Fact: f.Kind}}
		if f.ParcelKey != "" {
			n.parcels = []string{f.ParcelKey}
		}
		switch f.Kind {
		case orders.LateToShip, orders.Late:
			n.topic = Delayed
			if end, ok := orders.EndOfDay(f.Basis, p.shopZone()); ok && end.Before(f.At) {
				n.at = end
			}
		case orders.PickupEndsSoon:
			parcel, _ := p.After.Parcel(f.ParcelKey)
			n.topic, n.until = PickupEndsSoon, parcel.Pickup.Until
		default:
			continue
		}
		p.tell(n)
	}
}

// knew tells that Before had the fact, under whatever key its parcel had.
func (p *planner) knew(fact orders.Fact) bool {
	now, _ := p.After.Parcel(fact.ParcelKey)
	return slices.ContainsFunc(p.Before.Facts, func(old orders.FactAt) bool {
		if old.Kind != fact.Kind || old.Basis != fact.Basis {
			return false
		}
		was, found := p.Before.Parcel(old.ParcelKey)
		return old.ParcelKey == fact.ParcelKey || (found && orders.Same(was, now))
	})
}

func occasionOf(fact orders.Fact) string {
	who := fact.ParcelKey
	if who == "" {
		who = "order"
	}
	return who + " " + string(fact.Kind) + " " + fact.Basis
}

func (p *planner) shopZone() *time.Location {
	if p.Policy.Zone == nil {
		return time.UTC
	}
	return p.Policy.Zone
}
