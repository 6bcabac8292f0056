package messages

import (
	"slices"
	"time"

	"homeward/internal/orders"
)

// parcelNews tells of each parcel where it is now, or what is wrong with it, when that is new.
//
// The key of a parcel is part of its occasions. It changes once, when a parcel that was known by an alias gets its
// number; so what is new is judged by comparing with every parcel of Before that is the same one (orders.Same), never by
// the key. A parcel whose key changed and whose state did not has no news; what comes later has occasions of the new key.
func (p *planner) parcelNews() {
	var shipped []string
	anyMoved := false
	for _, parcel := range p.After.Parcels {
		d := compare(p.Before, parcel)
		anyMoved = anyMoved || d.moved
		if !d.moved && !d.hurt && !d.code {
			continue
		}
		n, worth := p.incidentNews(d)
		if !worth && d.moved && parcel.Stage == orders.HandedOver && !d.late(parcel.StageAt) {
			shipped = append(shipped, parcel.Key)
			continue
		}
		if !worth {
			n, worth = p.stageNews(d)
		}
		var channels []Channel
		if worth && !d.late(n.at) {
			channels = p.tell(n)
		}
		p.overtake(d, channels)
	}
	if anyMoved {
		p.overtakeOrderDelay()
	}
	p.ship(shipped)
}

// diff is a parcel and what is new about it.
type diff struct {
	parcel orders.Parcel
	before []orders.Parcel // what was known of it; several when two parcels turned out to be one
	moved  bool            // another stage, or the same one begun on another day
	hurt   bool            // another incident, the same one again, or another date of a delay
	code   bool            // the code of a pickup that was announced without
}

func compare(before orders.State, parcel orders.Parcel) diff {
	d := diff{parcel: parcel}
	for _, old := range before.Parcels {
		if orders.Same(old, parcel) {
			d.before = append(d.before, old)
		}
	}
	d.moved = !d.knew(func(old orders.Parcel) bool {
		again := parcel.Stage == orders.OutForDelivery || parcel.Stage == orders.ReadyForPickup
		return old.Stage == parcel.Stage && (!again || !parcel.StageAt.After(old.StageAt))
	})
	d.hurt = parcel.Incident != orders.None && !d.knew(func(old orders.Parcel) bool {
		return old.Incident == parcel.Incident && !parcel.IncidentAt.After(old.IncidentAt) && old.ETA == parcel.ETA
	})
	d.code = parcel.Stage == orders.ReadyForPickup && parcel.Pickup.Code != "" && !d.moved &&
		!d.knew(func(old orders.Parcel) bool { return old.Pickup.Code != "" })
	return d
}

func (d diff) knew(what func(orders.Parcel) bool) bool { return slices.ContainsFunc(d.before, what) }

// late tells that something happened before what was known of the parcel: it is never announced. A parcel that was only
// announced had no news of its own yet, and one instant may hold two stages.
func (d diff) late(at time.Time) bool {
	return d.knew(func(old orders.Parcel) bool {
		return old.Stage != orders.Announced && at.Before(old.StageAt) || at.Before(old.LastScanAt) || at.Before(old.IncidentAt)
	})
}

// incidentTopics are the incidents that shoppers are told of; the others only staff can act on.
var incidentTopics = map[orders.Incident]Topic{
	orders.AttemptFailed: AttemptFailed, orders.Delayed: Delayed, orders.Customs: Customs, orders.AddressProblem: AddressProblem,
}

// incidentNews gives the news of a parcel's incident; false when there is none that shoppers are told of.
func (p *planner) incidentNews(d diff) (news, bool) {
	parcel := d.parcel
	n := news{at: parcel.IncidentAt, parcels: []string{parcel.Key}, data: Data{ParcelKey: parcel.Key}}
	n.topic = incidentTopics[parcel.Incident]
	switch n.topic {
	case AttemptFailed, AddressProblem:
		n.occasion = parcel.Key + " " + p.day(parcel.IncidentAt)
	case Delayed:
		n.occasion, n.data.NewDate = parcel.Key+" "+parcel.ETA, parcel.ETA
		if d.knew(func(old orders.Parcel) bool { return old.Incident == orders.Delayed && old.ETA != parcel.ETA }) {
			n.at = parcel.UpdatedAt // the new date is the news
		}
	case Customs:
		n.occasion = parcel.Key
	default:
		return news{}, false
	}
	return n, d.hurt
}

// stageNews gives the news of a parcel's stage; false for stages that are not announced. (Handed over is, by ship.)
func (p *planner) stageNews(d diff) (news, bool) {
	parcel := d.parcel
	n := news{at: parcel.StageAt, occasion: parcel.Key, parcels: []string{parcel.Key}, data: Data{ParcelKey: parcel.Key}}
	switch parcel.Stage {
	case orders.InTransit: // the first scan, once
		n.topic = InTransit
		return n, d.moved && !d.knew(func(old orders.Parcel) bool { return !old.FirstScanAt.IsZero() })
	case orders.OutForDelivery:
		n.topic, n.occasion = OutForDelivery, parcel.Key+" "+p.day(parcel.StageAt)
	case orders.ReadyForPickup:
		n.topic, n.occasion, n.until = ReadyForPickup, parcel.Key+" "+p.day(parcel.StageAt), parcel.Pickup.Until
		if d.code {
			n.at, n.occasion = parcel.UpdatedAt, n.occasion+" code"
		}
	case orders.Delivered:
		n.topic = Delivered
	case orders.Returning:
		n.topic = Returning
	default:
		return news{}, false
	}
	return n, d.moved || d.code
}

// overtake takes a parcel out of the messages that still wait to tell older news of it. A waiting `shipped` stays true
// until the parcel has come, gone or turned back: before that it yields only on a channel that carries the newer news.
// Everything else that waits about a parcel which moved is no longer true, but for an incident that it still has.
func (p *planner) overtake(d diff, channels []Channel) {
	for _, m := range p.Pending {
		key, told := p.keyIn(m, d.parcel)
		if !told || ClassOf(m.Topic) != News {
			continue
		}
		still := m.Topic == incidentTopics[d.parcel.Incident]
		if still && !d.hurt {
			continue
		}
		untrue := d.moved && !still && (m.Topic != Shipped || over(d.parcel.Stage))
		if untrue || slices.Contains(channels, m.Channel) {
			p.leave(m, key)
		}
	}
}

func over(stage orders.ParcelStage) bool {
	switch stage {
	case orders.Delivered, orders.Collected, orders.Returning, orders.Returned, orders.ParcelGone:
		return true
	default:
		return false
	}
}

// overtakeOrderDelay replaces waiting messages of a delay of the whole order: something moved since.
func (p *planner) overtakeOrderDelay() {
	for _, m := range p.Pending {
		if m.Topic == Delayed && len(m.Parcels) == 0 {
			p.plan.Replace = append(p.plan.Replace, m.ID)
		}
	}
}

// keyIn gives the key under which a waiting message tells of a parcel; it may be the key of before.
func (p *planner) keyIn(m Pending, parcel orders.Parcel) (string, bool) {
	for _, key := range m.Parcels {
		if current, ok := p.After.Parcel(key); ok && current.Key == parcel.Key {
			return key, true
		}
	}
	return "", false
}

// leave takes a parcel out of a waiting message, and replaces the message when it has no other left.
func (p *planner) leave(m Pending, key string) {
	p.plan.Drop = append(p.plan.Drop, Join{MessageID: m.ID, ParcelKey: key})
	left := slices.DeleteFunc(slices.Clone(m.Parcels), func(parcel string) bool {
		return slices.Contains(p.plan.Drop, Join{MessageID: m.ID, ParcelKey: parcel})
	})
	if len(left) > 0 {
		return
	}
	p.plan.Drop = slices.DeleteFunc(p.plan.Drop, func(j Join) bool { return j.MessageID == m.ID })
	p.plan.Replace = append(p.plan.Replace, m.ID)
}

// ship tells of parcels that were handed over: they join a `shipped` that still waits, or open a calm window of their own,
// one on each channel. The occasion is the window's start by the parcels' clock and the parcel that opened it.
func (p *planner) ship(keys []string) {
	n := news{topic: Shipped, dueAt: p.Now.Add(p.Policy.CalmWindow)}
	for _, key := range keys {
		parcel, _ := p.After.Parcel(key)
		if !p.Now.Before(parcel.StageAt.Add(Freshness)) {
			continue
		}
		if len(n.parcels) == 0 || parcel.StageAt.Before(n.at) {
			n.at, n.occasion = parcel.StageAt, parcel.StageAt.Format(time.RFC3339)+" "+key
		}
		n.parcels = append(n.parcels, key)
	}
	if len(n.parcels) == 0 {
		return
	}
	for _, draft := range address(n, p.expiry(n), p.Policy, p.Contact) {
		i := slices.IndexFunc(p.Pending, func(m Pending) bool {
			return m.Topic == Shipped && m.Channel == draft.Channel && !slices.Contains(p.plan.Replace, m.ID)
		})
		if i < 0 {
			p.plan.Create = append(p.plan.Create, draft)
			continue
		}
		for _, key := range n.parcels {
			p.plan.Join = append(p.plan.Join, Join{MessageID: p.Pending[i].ID, ParcelKey: key})
		}
	}
}
