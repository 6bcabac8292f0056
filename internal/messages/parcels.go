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
	var shipped []orders.Parcel
	for _, parcel := range p.After.Parcels {
		before := sameParcels(p.Before, parcel)
		moved, hurt := stageIsNew(before, parcel), incidentIsNew(before, parcel)
		if !moved && !hurt {
			continue
		}
		if moved && parcel.Stage == orders.HandedOver && !p.tells(parcel, hurt) {
			shipped = append(shipped, parcel)
			continue
		}
		var channels []Channel
		n, worth := p.incidentNews(parcel)
		if !hurt || !worth {
			n, worth = p.stageNews(before, parcel, moved)
		}
		if worth {
			channels = p.tell(n)
		}
		p.overtake(parcel, channels, moved)
	}
	p.ship(shipped)
}

// tells says that an incident of the parcel is the news, rather than its stage.
func (p *planner) tells(parcel orders.Parcel, hurt bool) bool {
	_, worth := p.incidentNews(parcel)
	return hurt && worth
}

// sameParcels gives what was known of a parcel: several when two parcels turned out to be one.
func sameParcels(before orders.State, parcel orders.Parcel) []orders.Parcel {
	var same []orders.Parcel
	for _, old := range before.Parcels {
		if orders.Same(old, parcel) {
			same = append(same, old)
		}
	}
	return same
}

// stageIsNew: nobody knew this stage of the parcel, or it began again later than was known.
func stageIsNew(before []orders.Parcel, now orders.Parcel) bool {
	return !slices.ContainsFunc(before, func(old orders.Parcel) bool {
		return old.Stage == now.Stage && !(now.StageAt.After(old.StageAt) && again(now.Stage))
	})
}

// again lists the stages that can begin anew on another day.
func again(stage orders.ParcelStage) bool {
	return stage == orders.OutForDelivery || stage == orders.ReadyForPickup
}

// incidentIsNew: another incident, the same one again, or another date of a delay.
func incidentIsNew(before []orders.Parcel, now orders.Parcel) bool {
	if now.Incident == orders.None {
		return false
	}
	return !slices.ContainsFunc(before, func(old orders.Parcel) bool {
		return old.Incident == now.Incident && !now.IncidentAt.After(old.IncidentAt) && old.ETA == now.ETA
	})
}

// incidentNews gives the news of a parcel's incident; false for those that shoppers are not told of.
func (p *planner) incidentNews(parcel orders.Parcel) (news, bool) {
	n := news{at: parcel.IncidentAt, parcels: []string{parcel.Key}, data: Data{ParcelKey: parcel.Key}}
	switch parcel.Incident {
	case orders.AttemptFailed:
		n.topic, n.occasion = AttemptFailed, parcel.Key+" "+p.day(parcel.IncidentAt)
	case orders.Delayed:
		n.topic, n.occasion = Delayed, parcel.Key+" "+parcel.ETA
		n.data.NewDate = parcel.ETA
	case orders.Customs:
		n.topic, n.occasion = Customs, parcel.Key
	case orders.AddressProblem:
		n.topic, n.occasion = AddressProblem, parcel.Key+" "+p.day(parcel.IncidentAt)
	default:
		return news{}, false
	}
	return n, true
}

// stageNews gives the news of a parcel's stage; false for stages that are not announced. (Handed over is, by ship.)
func (p *planner) stageNews(before []orders.Parcel, parcel orders.Parcel, moved bool) (news, bool) {
	n := news{at: parcel.StageAt, occasion: parcel.Key, parcels: []string{parcel.Key}, data: Data{ParcelKey: parcel.Key}}
	scanned := slices.ContainsFunc(before, func(old orders.Parcel) bool { return !old.FirstScanAt.IsZero() })
	switch parcel.Stage {
	case orders.InTransit:
		n.topic = InTransit
		return n, moved && !scanned // the first scan, once
	case orders.OutForDelivery:
		n.topic, n.occasion = OutForDelivery, parcel.Key+" "+p.day(parcel.StageAt)
	case orders.ReadyForPickup:
		n.topic, n.occasion, n.until = ReadyForPickup, parcel.Key+" "+p.day(parcel.StageAt), parcel.Pickup.Until
	case orders.Delivered:
		n.topic = Delivered
	case orders.Returning:
		n.topic = Returning
	default:
		return news{}, false
	}
	return n, moved
}

// overtake takes a parcel out of the messages that still wait to tell older news of it. A waiting `shipped` only yields on
// a channel that carries the newer news, or when the parcel will not come any more; until then it stays true. Everything
// else that waits about the parcel is no longer true.
func (p *planner) overtake(parcel orders.Parcel, channels []Channel, moved bool) {
	gone := moved && parcel.Stage != orders.HandedOver && parcel.Stage != orders.InTransit && len(channels) == 0 &&
		(parcel.Stage == orders.Collected || parcel.Stage == orders.Returned || !parcel.Live())
	for _, m := range p.Pending {
		if ClassOf(m.Topic) != News {
			continue
		}
		key, told := p.keyIn(m, parcel)
		carried := slices.Contains(channels, m.Channel)
		if told && (carried || gone || (moved && m.Topic != Shipped)) {
			p.leave(m, key)
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
func (p *planner) ship(parcels []orders.Parcel) {
	parcels = slices.DeleteFunc(parcels, func(parcel orders.Parcel) bool { return !p.Now.Before(parcel.StageAt.Add(Freshness)) })
	if len(parcels) == 0 || p.Policy.Off[Shipped] {
		return
	}
	first := slices.MinFunc(parcels, func(a, b orders.Parcel) int { return a.StageAt.Compare(b.StageAt) })
	n := news{
		topic: Shipped, occasion: first.StageAt.UTC().Format(time.RFC3339) + " " + first.Key, at: first.StageAt,
		dueAt: p.Now.Add(p.Policy.CalmWindow),
	}
	for _, parcel := range parcels {
		n.parcels = append(n.parcels, parcel.Key)
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
