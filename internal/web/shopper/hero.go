package shopper

import (
	"slices"
	"time"

	"homeward/internal/orders"
)

// hero is the first thing that a page says: what is, when it will be, and what that means.
type hero struct {
	Tone  string // calm | good | attention | problem: never told by colour alone
	Title string
	When  string
	Note  string
	Sign  string // drawn beside the title: the tone's own mark, or what else the page is about
}

// say makes a hero of message ids below "page."; an empty note says nothing.
func (v *visit) say(tone, title, when, note string) hero {
	h := hero{Tone: tone, Title: v.words.T("page.hero." + title), When: when}
	if note != "" {
		h.Note = v.words.T("page.note." + note)
	}
	return h
}

// today gives the date at the shopper's, "2026-11-25".
func (v *visit) today() string { return v.now.In(v.zone).Format(time.DateOnly) }

// day writes the day of t at the shopper's; "" for the zero time.
func (v *visit) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.words.Day(t.In(v.zone).Format(time.DateOnly))
}

// orderHero says how the order as a whole stands.
func (v *visit) orderHero(live []orders.Parcel) hero {
	s := &v.order.State
	switch {
	case !s.CancelledAt.IsZero():
		return v.say("attention", "cancelled", v.day(s.CancelledAt), "cancelled")
	case len(live) == 0:
		return v.unsentHero()
	case len(live) == 1:
		h := v.parcelHero(live[0])
		if s.Stage == orders.StagePacking && live[0].Stage != orders.Announced {
			h.Note = v.words.T("page.note.rest")
		}
		return h
	}
	done, last := 0, time.Time{}
	for _, p := range live {
		if p.Stage == orders.Delivered || p.Stage == orders.Collected {
			done++
			if p.DeliveredAt.After(last) {
				last = p.DeliveredAt
			}
		}
	}
	switch done {
	case len(live):
		return v.say("good", "all_done", v.day(last), "delivered")
	case 0:
		h := hero{Tone: "calm", Title: v.words.N("page.hero.parcels", len(live)), Note: v.words.T("page.note.parcels")}
		return h
	default:
		title := v.words.T("page.hero.some_done", "Done", done, "All", len(live))
		return hero{Tone: "calm", Title: title, Note: v.words.T("page.note.parcels")}
	}
}

// unsentHero speaks of an order of which nothing has left yet.
func (v *visit) unsentHero() hero {
	s := &v.order.State
	stage := "placed"
	if s.Stage == orders.StagePaid || s.Stage == orders.StagePacking {
		stage = string(s.Stage)
	}
	if v.fact(orders.LateToShip, "").After(time.Time{}) {
		return v.say("attention", stage, "", "late_to_ship")
	}
	when := ""
	if by := s.Order.Promised.ShipBy; by >= v.today() && v.words.Day(by) != "" {
		when = v.words.T("page.when.ship_by", "Day", v.words.Day(by))
	}
	return v.say("calm", stage, when, "soon")
}

// incidents are those that take the place of the stage, with their tone.
var incidents = map[orders.Incident]string{
	orders.Delayed: "attention", orders.AttemptFailed: "attention", orders.Customs: "attention", orders.AddressProblem: "attention",
	orders.Refused: "attention", orders.Uncollected: "attention", orders.Damaged: "problem", orders.Lost: "problem",
}

// parcelHero says how one parcel stands.
func (v *visit) parcelHero(p orders.Parcel) hero {
	switch p.Stage {
	case orders.Delivered:
		key := "delivered"
		if slices.Contains([]string{"neighbour", "safe_place", "pickup_point"}, p.DeliveredTo) {
			key += "_" + p.DeliveredTo
		}
		return v.say("good", key, v.day(p.DeliveredAt), key)
	case orders.Collected:
		return v.say("good", "collected", v.day(p.DeliveredAt), "delivered")
	case orders.Returning, orders.Returned:
		return v.say("attention", string(p.Stage), "", string(p.Stage))
	}
	if tone, ok := incidents[p.Incident]; ok && stands(p) {
		return v.say(tone, string(p.Incident), v.newDate(p), string(p.Incident))
	}
	switch p.Stage {
	case orders.ReadyForPickup:
		return v.say("good", "ready_for_pickup", v.until(p), "ready_for_pickup")
	case orders.OutForDelivery:
		when := ""
		if p.StageAt.In(v.zone).Format(time.DateOnly) == v.today() {
			when = v.words.T("page.when.today")
		}
		return v.say("calm", "out_for_delivery", when, "out_for_delivery")
	}
	return v.movingHero(p)
}

// stands tells that no later stage has overtaken the incident.
func stands(p orders.Parcel) bool {
	passing := p.Incident == orders.Delayed || p.Incident == orders.AttemptFailed
	return !passing || !p.StageAt.After(p.IncidentAt)
}

func (v *visit) newDate(p orders.Parcel) string {
	if p.Incident != orders.Delayed || p.ETA < v.today() {
		return ""
	}
	if day := v.words.Day(p.ETA); day != "" {
		return v.words.T("page.when.now_expected", "Day", day)
	}
	return ""
}

func (v *visit) until(p orders.Parcel) string {
	if !p.Pickup.Until.After(v.now) {
		return ""
	}
	return v.words.T("page.when.until", "Moment", v.words.Moment(p.Pickup.Until))
}

// movingHero speaks of a parcel that the carrier has or will have soon, with the day it is expected. A day that is over
// is never given as if it were to come.
func (v *visit) movingHero(p orders.Parcel) hero {
	stage := "in_transit"
	if p.Stage == orders.Announced || p.Stage == orders.HandedOver {
		stage = string(p.Stage)
	}
	date := p.ETA
	if date == "" {
		date = v.order.State.Order.Promised.DeliverBy
	}
	day := v.words.Day(date)
	if day != "" && date < v.today() {
		h := v.say("attention", stage, v.words.T("page.when.overdue"), "")
		h.Note = v.words.T("page.note.overdue", "Day", day)
		return h
	}
	note := stage
	switch {
	case v.fact(orders.Stalled, p.Key).After(p.LastScanAt):
		note = "stalled"
	case stage == "handed_over" && v.fact(orders.FirstScanMissing, p.Key).After(p.LastScanAt):
		note = "first_scan_missing"
	}
	return v.say("calm", stage, v.expected(date, day), note)
}

func (v *visit) expected(date, day string) string {
	switch date {
	case "":
		return ""
	case v.today():
		return v.words.T("page.when.today")
	case v.now.In(v.zone).AddDate(0, 0, 1).Format(time.DateOnly):
		return v.words.T("page.when.tomorrow")
	}
	if day == "" {
		return ""
	}
	return v.words.T("page.when.expected", "Day", day)
}

// fact gives when time last made such a fact; the zero time when it did not.
func (v *visit) fact(kind orders.FactKind, parcel string) time.Time {
	var at time.Time
	for _, f := range v.order.State.Facts {
		if f.Kind == kind && f.ParcelKey == parcel && f.At.After(at) {
			at = f.At
		}
	}
	return at
}
