package messages_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/messages"
	"homeward/internal/orders"
)

// journey draws the news of two parcels in the order in which it arrives, which need not be that in which it happened.
func journey(t *rapid.T) []orders.Event {
	events := []orders.Event{placed(0)}
	for range rapid.IntRange(1, 10).Draw(t, "events") {
		u := orders.ParcelUpdate{
			Stage: rapid.SampledFrom([]orders.ParcelStage{
				"", orders.Announced, orders.HandedOver, orders.InTransit, orders.OutForDelivery, orders.ReadyForPickup, orders.Delivered, orders.Returning,
			}).Draw(t, "stage"),
			Incident: rapid.SampledFrom([]orders.Incident{"", "", "", orders.Delayed, orders.AttemptFailed, orders.Customs}).Draw(t, "incident"),
		}
		number := rapid.SampledFrom([]string{"A", "B"}).Draw(t, "parcel")
		events = append(events, parcel(number, float64(rapid.IntRange(1, 12).Draw(t, "at")), u))
	}
	return events
}

// However news arrives: nothing is told twice, nothing is told when nothing changed, and what is told of a parcel is true
// of the state that it comes from.
func TestNothingIsToldTwiceOrUntrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := journey(t)
		told := map[string]bool{}
		var before orders.State
		for i := range events {
			after := orders.Fold(events[:i+1])
			change := messages.Change{
				Now: at(13), Before: before, After: after, Policy: messages.Policy{Zone: warsaw}, Contact: messages.Contact{Email: "z@example.com"},
			}
			for _, d := range messages.Due(change).Create {
				checkDraft(t, after, d)
				// A day out for delivery or a failed attempt can come back under its old occasion, which SQL keeps unique;
				// what happens once must not even be tried twice.
				once := d.Topic == messages.InTransit || d.Topic == messages.OrderPlaced || d.Topic == messages.Shipped
				key := fmt.Sprint(d.Topic, d.Parcels)
				if once && told[key] {
					t.Fatalf("%s is told twice", key)
				}
				told[key] = true
			}
			change.Before = after
			if plan := messages.Due(change); !reflect.DeepEqual(plan, messages.Plan{}) {
				t.Fatalf("nothing changed, and yet: %+v", plan)
			}
			before = after
		}
	})
}

func checkDraft(t *rapid.T, state orders.State, d messages.Draft) {
	if !d.ExpiresAt.IsZero() && !d.ExpiresAt.After(d.DueAt) {
		t.Fatalf("too old before it is due: %+v", d)
	}
	for _, key := range d.Parcels {
		p, ok := state.Parcel(key)
		if !ok {
			t.Fatalf("tells of a parcel that is not there: %s", key)
		}
		words := []string{string(p.Stage), string(p.Incident)}
		if p.Stage == orders.HandedOver {
			words = append(words, string(messages.Shipped))
		}
		if !slices.Contains(words, string(d.Topic)) {
			t.Fatalf("%s is told of a parcel that is %v", d.Topic, words)
		}
	}
}
