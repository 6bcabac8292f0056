package orders_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/orders"
)

var (
	allStages = []orders.ParcelStage{
		"", orders.Announced, orders.HandedOver, orders.InTransit, orders.OutForDelivery, orders.ReadyForPickup, orders.Delivered,
		orders.Collected, orders.Returning, orders.Returned, orders.ParcelGone,
	}
	allIncidents = []orders.Incident{
		"", "", "", orders.None, orders.Delayed, orders.AttemptFailed, orders.Customs, orders.AddressProblem, orders.Damaged, orders.Lost,
		orders.Refused, orders.Uncollected, orders.Unknown,
	}
)

// someEvents draws events that lie close together, so that ties, merges and late news are common.
func someEvents(t *rapid.T) []orders.Event {
	n := rapid.IntRange(0, 14).Draw(t, "events")
	events := make([]orders.Event, n)
	for i := range events {
		events[i] = someEvent(t, i)
	}
	return events
}

func someEvent(t *rapid.T, i int) orders.Event {
	zone := time.FixedZone("elsewhere", rapid.IntRange(-2, 2).Draw(t, "zone")*3600)
	e := orders.Event{
		ID: fmt.Sprintf("e%d", rapid.IntRange(0, i).Draw(t, "id")),
		Kind: rapid.SampledFrom([]orders.Kind{
			orders.Placed, orders.Updated, orders.Paid, orders.Cancelled, orders.ReturnReceived, orders.Refunded, orders.Packing,
			orders.TimePassed, orders.RestCancelled, orders.ParcelUpdated, orders.ParcelUpdated, orders.ParcelUpdated, orders.ParcelUpdated, orders.ParcelUpdated,
		}).Draw(t, "kind"),
		At:     at(rapid.IntRange(0, 6).Draw(t, "at")).In(zone),
		Source: rapid.SampledFrom([]string{"shop", "carrier"}).Draw(t, "source"),
		Reason: rapid.SampledFrom([]string{"", "customer"}).Draw(t, "reason"),
	}
	lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) orders.ParcelItem {
		return orders.ParcelItem{LineID: rapid.SampledFrom([]string{"l1", "l2"}).Draw(t, "line"), Quantity: rapid.IntRange(0, 2).Draw(t, "n")}
	}), 0, 2).Draw(t, "items")
	switch e.Kind {
	case orders.Placed, orders.Updated:
		e.Order = someOrder(t)
	case orders.Paid:
		e.Payments = rapid.SampledFrom([][]orders.Payment{nil, {}, {{Kind: "stripe", Reference: "pi_1", Amount: 5}}}).Draw(t, "payments")
	case orders.ParcelUpdated:
		e.Parcel = someUpdate(t, lines)
	case orders.RestCancelled:
		e.Units = lines
	case orders.ReturnReceived:
		e.Return = &orders.ReturnReceipt{RMA: "R-1", Lines: lines}
	case orders.Refunded:
		e.Refund = &orders.Refund{ID: rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(t, "refund"), Amount: 5, Lines: []orders.RefundLine{}}
	case orders.TimePassed:
		e.Fact = &orders.Fact{Kind: orders.Late, ParcelKey: rapid.SampledFrom([]string{"", "A1", "shop:p:1"}).Draw(t, "parcel"), Basis: "b"}
	default:
	}
	return e
}

func someOrder(t *rapid.T) *orders.Order {
	line := rapid.Custom(func(t *rapid.T) orders.Line {
		return orders.Line{ID: rapid.SampledFrom([]string{"l1", "l2", "l3"}).Draw(t, "id"), Quantity: rapid.IntRange(1, 3).Draw(t, "n")}
	})
	return &orders.Order{
		ID: "1001", Currency: "PLN", Total: rapid.Int64Range(0, 9).Draw(t, "total"), Fees: []orders.Fee{},
		PlacedAt:   rapid.SampledFrom([]time.Time{{}, at(0), at(1).In(time.FixedZone("x", 3600))}).Draw(t, "placed at"),
		Lines:      rapid.SliceOfNDistinct(line, 0, 3, func(l orders.Line) string { return l.ID }).Draw(t, "lines"),
		PaidInFull: rapid.Bool().Draw(t, "paid"),
	}
}

func someUpdate(t *rapid.T, items []orders.ParcelItem) *orders.ParcelUpdate {
	u := &orders.ParcelUpdate{
		Aliases:        rapid.SampledFrom([][]string{nil, {}, {"shop:p:1"}, {"shop:p:2"}, {"c:t:1"}, {"c:t:1", "c:t:2"}}).Draw(t, "aliases"),
		TrackingNumber: rapid.SampledFrom([]string{"", "", "a 1", "A1", "B2"}).Draw(t, "number"),
		Stage:          rapid.SampledFrom(allStages).Draw(t, "stage"),
		Incident:       rapid.SampledFrom(allIncidents).Draw(t, "incident"),
		StatusText:     rapid.SampledFrom([]string{"", "odd"}).Draw(t, "text"),
		ETA:            rapid.SampledFrom([]string{"", "2026-11-23", "2026-11-24"}).Draw(t, "eta"),
		DeliveredTo:    rapid.SampledFrom([]string{"", orders.ToRecipient, orders.ToNeighbour, orders.ToPickupPoint}).Draw(t, "to"),
		Items:          items,
	}
	if rapid.Bool().Draw(t, "pickup") {
		u.Pickup = orders.Pickup{Place: "KRA01M", Until: at(50).In(time.FixedZone("x", 7200))}
	}
	return u
}

// The same set of events gives the same state, in whatever order they arrive and however often.
func TestFoldForgetsTheOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := someEvents(t)
		want := orders.Fold(events)
		shuffled := slices.Concat(events, events[:rapid.IntRange(0, len(events)).Draw(t, "told again")])
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := orders.Fold(shuffled); !reflect.DeepEqual(got, want) {
			t.Fatalf("another order of arrival gives another state:\n%s\n%s", asJSON(got), asJSON(want))
		}
	})
}

// A state that was stored is the state that was folded: else every comparison of before and after would see ghosts.
func TestStateSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := orders.Fold(someEvents(t))
		var got orders.State
		if err := json.Unmarshal(asJSON(want), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("JSON changed the state:\n%#v\n%#v", got, want)
		}
	})
}

// The state is nobody else's memory: changing the events afterwards does not change it, and Fold changes no event.
func TestFoldSharesNoMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := someEvents(t)
		before := asJSON(events)
		state := orders.Fold(events)
		want := asJSON(state)
		if string(asJSON(events)) != string(before) {
			t.Fatal("Fold changed its input")
		}
		for i := range events {
			spoil(&events[i])
		}
		if string(asJSON(state)) != string(want) {
			t.Fatal("the state changed with the events")
		}
	})
}

func spoil(e *orders.Event) {
	if e.Order != nil {
		for i := range e.Order.Lines {
			e.Order.Lines[i].Title = "spoilt"
		}
	}
	for i := range e.Payments {
		e.Payments[i].Amount++
	}
	if e.Parcel != nil {
		for i := range e.Parcel.Items {
			e.Parcel.Items[i].Quantity++
		}
		for i := range e.Parcel.Aliases {
			e.Parcel.Aliases[i] = "spoilt"
		}
	}
	if e.Return != nil {
		for i := range e.Return.Lines {
			e.Return.Lines[i].Quantity++
		}
	}
}

// What every state keeps, whatever the events were.
func TestFoldInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := orders.Fold(someEvents(t))
		for i, p := range state.Parcels {
			found, ok := state.Parcel(p.Key)
			if !ok || found.Key != p.Key {
				t.Fatalf("parcel %s is not found by its key", p.Key)
			}
			for _, other := range state.Parcels[i+1:] {
				if orders.Same(p, other) {
					t.Fatalf("two parcels are one: %s", asJSON(state.Parcels))
				}
			}
			if !p.Possessed().IsZero() && p.DeliveredTo != orders.ToRecipient {
				t.Fatalf("possessed by %q", p.DeliveredTo)
			}
		}
		if !slices.IsSortedFunc(state.Timeline, func(a, b orders.TimelineEntry) int { return a.At.Compare(b.At) }) {
			t.Fatal("the timeline is not in order")
		}
		for _, d := range orders.Deadlines(state, at(10), time.UTC, orders.TimePolicy{}) {
			if !orders.Holds(state, d.Fact, at(10)) {
				t.Fatalf("a deadline that does not hold: %+v", d)
			}
		}
	})
}

// FuzzFold: any JSON that is a list of events folds without a panic, the same backwards.
func FuzzFold(f *testing.F) {
	f.Add([]byte(`[{"id":"1","kind":"order.placed","at":"2026-11-20T10:00:00Z","order":{"id":"1","lines":[{"id":"l1","quantity":1}]}},
		{"id":"2","kind":"parcel.updated","at":"2026-11-20T11:00:00Z","parcel":{"aliases":["a"],"tracking_number":"x1","stage":"delivered"}}]`))
	f.Add([]byte(`[{"kind":"parcel.updated"},{"kind":"time.passed","fact":{}},{"kind":"order.refunded","refund":{}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []orders.Event
		if json.Unmarshal(data, &events) != nil {
			t.Skip("no events")
		}
		state := orders.Fold(events)
		slices.Reverse(events)
		if got := orders.Fold(events); !reflect.DeepEqual(got, state) {
			t.Fatalf("backwards gives another state:\n%s\n%s", asJSON(got), asJSON(state))
		}
	})
}

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
