package messages

import (
	"time"

	"homeward/internal/orders"
)

// Freshness is how long news is worth telling, counted from when it happened by its source's clock. Two topics have their
// own end (see expiry); statutory and money messages have none.
const Freshness = 72 * time.Hour

// Due decides what a change of an order makes due.
//
// Nothing is told of an order that the shop has not stated yet. When it becomes known, placed goes out, and of each
// parcel only the newest news. What happened too long ago (see Freshness) is never announced, so an import or a webhook
// that comes days late stays silent; this holds for placed too: it never grows too old in the queue, but it is not made
// for an order that was placed more than 72 hours before it was first seen.
//
// Of a parcel that moved, one message tells where it is now, not one for each stage it passed. Collected is not
// announced: the shopper was there. Nor are returned, and the incidents that only staff can act on. After a
// cancellation only the cancellation itself and money are told.
func Due(c Change) Plan {
	if !c.After.Known {
		return Plan{}
	}
	if !c.Before.Known {
		c.Before = orders.State{}
	}
	if !c.Before.CancelledAt.IsZero() {
		return Plan{}
	}
	p := &planner{Change: c}
	if !c.After.CancelledAt.IsZero() {
		p.cancelled()
		return p.plan
	}
	for _, d := range c.After.Dropped[min(len(c.Before.Dropped), len(c.After.Dropped)):] {
		p.tell(news{topic: OrderCancelled, occasion: d.EventID, at: d.At, data: Data{Reason: RestCancelled}})
	}
	p.orderNews()
	p.parcelNews()
	p.factNews()
	return p.plan
}

// planner gathers a Plan.
type planner struct {
	Change
	plan Plan
}

// news is something to tell, before it is split over channels.
type news struct {
	topic    Topic
	occasion string
	at       time.Time // when it happened, by the source's clock
	dueAt    time.Time // zero: now
	parcels  []string
	data     Data
	until    time.Time // ready_for_pickup, pickup_ends_soon: the end of the pickup
}

// tell makes the drafts of a piece of news, and gives the channels that carry it; none when it is stale or switched off.
func (p *planner) tell(n news) []Channel {
	expires := p.expiry(n)
	end := expires
	if ClassOf(n.topic) == Statutory {
		end = n.at.Add(Freshness)
	}
	if !p.Now.Before(end) {
		return nil
	}
	if n.dueAt.IsZero() {
		n.dueAt = p.Now
	}
	drafts := address(n, expires, p.Policy, p.Contact)
	p.plan.Create = append(p.plan.Create, drafts...)
	channels := make([]Channel, len(drafts))
	for i, d := range drafts {
		channels[i] = d.Channel
	}
	return channels
}

// expiry gives when news is too old to send: out_for_delivery at the shopper's next midnight, what waits at a pickup point
// when that ends, others Freshness after they happened. Zero: never.
func (p *planner) expiry(n news) time.Time {
	switch {
	case ClassOf(n.topic) != News:
		return time.Time{}
	case n.topic == OutForDelivery:
		local := n.at.In(p.zone())
		return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, local.Location()).UTC()
	case !n.until.IsZero():
		return n.until
	default:
		return n.at.Add(Freshness)
	}
}

// zone is the shopper's, else the shop's, else UTC.
func (p *planner) zone() *time.Location { return zoneOf(p.Policy, p.Contact) }

// day gives the shopper's date of an instant, for occasions that can come again on another day.
func (p *planner) day(at time.Time) string { return at.In(p.zone()).Format(time.DateOnly) }

func (p *planner) cancelled() {
	p.tell(news{topic: OrderCancelled, occasion: "order", at: p.After.CancelledAt, data: Data{Reason: p.After.CancelReason}})
	for _, m := range p.Pending {
		if ClassOf(m.Topic) == News {
			p.plan.Replace = append(p.plan.Replace, m.ID)
		}
	}
}

// orderNews tells of the order itself: placed at first sight, else the newest of packing and paid, as long as no parcel
// says more. An order that came paid is not told to be paid.
func (p *planner) orderNews() {
	before, after := p.Before, p.After
	switch {
	case !before.Known:
		p.tell(news{topic: OrderPlaced, occasion: "order", at: after.Order.PlacedAt})
	case handedOver(after):
	case after.Stage == orders.StagePacking && (before.Stage == orders.StagePlaced || before.Stage == orders.StagePaid):
		p.tell(news{topic: OrderPacking, occasion: "order", at: after.StageAt})
	case before.PaidAt.IsZero() && !after.PaidAt.IsZero():
		p.tell(news{topic: OrderPaid, occasion: "order", at: after.PaidAt})
	}
}

func handedOver(s orders.State) bool {
	for _, parcel := range s.Parcels {
		if parcel.Live() && !parcel.HandedOverAt.IsZero() {
			return true
		}
	}
	return false
}
