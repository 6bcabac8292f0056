package wire

import (
	"slices"
	"time"

	"homeward/internal/orders"
)

// Tracker is what an aggregator of carriers tells of one parcel: all its checkpoints again each time, and a summary.
type Tracker struct {
	Source  string // the source's name
	Alias   string // the source's id of the tracker, with its prefix; "" when there is none
	Number  string // the tracking number as written
	Carrier string
	URL     string
	Ref     orders.Ref
	Points  []Point
	Summary Point // At is when the tracker was made or changed; counts only where it is not what the newest point says
	ETA     string
	Pickup  orders.Pickup // of a parcel that waits to be fetched
}

// Point is one checkpoint, or the summary, of a parcel.
type Point struct {
	At          time.Time
	Stage       orders.ParcelStage
	Incident    orders.Incident
	DeliveredTo string
	Code        string // the vendor's status words, part of the event's identity
	Text        string // the carrier's own words
}

// Events gives one event for each checkpoint, oldest first; all but the newest are history. The same checkpoint has the
// same id in every delivery that tells it. The estimate, and a summary that goes beyond the newest checkpoint, are one more
// event, dated as the newest checkpoint: a later date would make the carrier's next scan look late.
func (t Tracker) Events() []orders.Event {
	points := slices.Clone(t.Points)
	slices.SortStableFunc(points, func(a, b Point) int { return a.At.Compare(b.At) })
	var events []orders.Event
	for i, p := range points {
		e := t.event(p, StampedDigest(p.At, p.Code+"\n"+p.Text))
		e.Parcel.History = i < len(points)-1
		events = append(events, e)
	}
	said := Point{At: t.Summary.At}
	if len(points) > 0 {
		newest := points[len(points)-1]
		said.At = newest.At
		if newest.Stage == t.Summary.Stage && newest.Incident == t.Summary.Incident {
			t.Summary.Stage, t.Summary.Incident = "", ""
		}
	}
	said.Stage, said.Incident, said.DeliveredTo = t.Summary.Stage, t.Summary.Incident, t.Summary.DeliveredTo
	if said.Stage != "" || said.Incident != "" {
		said.Text = t.Summary.Text
	}
	if said.Stage == "" && said.Incident == "" && t.ETA == "" && t.Pickup == (orders.Pickup{}) {
		return Distinct(events)
	}
	e := t.event(said, "")
	e.Parcel.ETA, e.Parcel.Pickup = t.ETA, t.Pickup
	e.ID += "now:" + StampedDigest(said.At, e.Parcel)
	return Distinct(append(events, e))
}

// Distinct gives the events with each id once, of two the later: some vendors tell a thing twice in one body.
func Distinct(events []orders.Event) []orders.Event {
	last := make(map[string]int, len(events))
	for i, e := range events {
		last[e.ID] = i
	}
	if len(last) == len(events) {
		return events
	}
	out := make([]orders.Event, 0, len(last))
	for i, e := range events {
		if last[e.ID] == i {
			out = append(out, e)
		}
	}
	return out
}

// StampedDigest gives a time and a digest as the end of an event's id.
func StampedDigest(at time.Time, v any) string { return Stamp(at) + ":" + Digest(v) }

func (t Tracker) event(p Point, identity string) orders.Event {
	update := &orders.ParcelUpdate{
		Carrier: t.Carrier, TrackingNumber: t.Number, TrackingURL: t.URL,
		Stage: p.Stage, Incident: p.Incident, StatusText: p.Text, DeliveredTo: p.DeliveredTo,
	}
	if t.Alias != "" {
		update.Aliases = []string{t.Alias}
	}
	return orders.Event{
		ID:   t.Source + ":track:" + orders.NormalizeTracking(t.Number) + ":" + identity,
		Kind: orders.ParcelUpdated, At: p.At, Source: t.Source, Ref: t.Ref, Parcel: update,
	}
}
