package orders_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
)

// at gives an instant so many hours into the story.
func at(hour int) time.Time {
	return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
}

func placed(hour int, lines ...orders.Line) orders.Event {
	return orders.Event{ID: "placed", Kind: orders.Placed, At: at(hour), Source: "shop", Order: &orders.Order{
		ID: "1001", Number: "#1001", PlacedAt: at(hour), Currency: "PLN", Lines: lines,
	}}
}

func line(id string, quantity int) orders.Line { return orders.Line{ID: id, Quantity: quantity} }

// news makes an event of a parcel known as "620" to everybody, unless u says otherwise.
func news(id string, hour int, u orders.ParcelUpdate) orders.Event {
	if u.TrackingNumber == "" && len(u.Aliases) == 0 {
		u.TrackingNumber = "620"
	}
	return orders.Event{ID: id, Kind: orders.ParcelUpdated, At: at(hour), Source: "carrier", Parcel: &u}
}

func stages(list ...orders.ParcelStage) []orders.Event {
	var events []orders.Event
	for i, s := range list {
		events = append(events, news(string(rune('a'+i)), i+1, orders.ParcelUpdate{Stage: s}))
	}
	return events
}

func TestParcelStages(t *testing.T) {
	for name, tc := range map[string]struct {
		told []orders.ParcelStage
		want orders.ParcelStage
	}{
		"the usual way":                     {[]orders.ParcelStage{"announced", "handed_over", "in_transit", "out_for_delivery", "delivered"}, "delivered"},
		"back to the depot":                 {[]orders.ParcelStage{"in_transit", "out_for_delivery", "in_transit"}, "in_transit"},
		"a shop's word after a scan":        {[]orders.ParcelStage{"in_transit", "handed_over"}, "in_transit"},
		"scans after delivery":              {[]orders.ParcelStage{"delivered", "in_transit", "out_for_delivery"}, "delivered"},
		"cancelled after delivery":          {[]orders.ParcelStage{"delivered", "cancelled"}, "delivered"},
		"returning after delivery":          {[]orders.ParcelStage{"delivered", "returning"}, "returning"},
		"delivered from the pickup point":   {[]orders.ParcelStage{"ready_for_pickup", "delivered"}, "collected"},
		"a scan between ready and fetched":  {[]orders.ParcelStage{"ready_for_pickup", "in_transit", "delivered"}, "collected"},
		"brought home after all":            {[]orders.ParcelStage{"ready_for_pickup", "out_for_delivery", "delivered"}, "delivered"},
		"delivered to the sender":           {[]orders.ParcelStage{"in_transit", "returning", "in_transit", "delivered"}, "returned"},
		"nothing after returned":            {[]orders.ParcelStage{"returning", "returned", "in_transit", "delivered"}, "returned"},
		"a cancelled parcel that moves":     {[]orders.ParcelStage{"announced", "cancelled", "handed_over"}, "handed_over"},
		"a label cancelled":                 {[]orders.ParcelStage{"announced", "cancelled"}, "cancelled"},
		"collected stands over a late scan": {[]orders.ParcelStage{"ready_for_pickup", "collected", "ready_for_pickup"}, "collected"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := orders.Fold(stages(tc.told...)).Parcels[0].Stage; got != tc.want {
				t.Errorf("stage %s, want %s", got, tc.want)
			}
		})
	}
}

func TestPossessionStartsOnlyInTheRecipientsHands(t *testing.T) {
	for name, tc := range map[string]struct {
		told  []orders.Event
		hours int // 0: open
	}{
		"recipient":    {[]orders.Event{news("a", 1, orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "recipient"})}, 1},
		"not said":     {[]orders.Event{news("a", 1, orders.ParcelUpdate{Stage: orders.Delivered})}, 0},
		"neighbour":    {[]orders.Event{news("a", 1, orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "neighbour"})}, 0},
		"pickup point": {[]orders.Event{news("a", 1, orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "pickup_point"})}, 0},
		"said later": {[]orders.Event{
			news("a", 1, orders.ParcelUpdate{Stage: orders.Delivered}),
			news("b", 2, orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "recipient"}),
		}, 1},
		"fetched": {stages(orders.ReadyForPickup, orders.Delivered), 2},
		"left at a point, then collected": {[]orders.Event{
			news("a", 1, orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "pickup_point"}),
			news("b", 2, orders.ParcelUpdate{Stage: orders.ReadyForPickup}),
			news("c", 3, orders.ParcelUpdate{Stage: orders.Delivered}),
		}, 3},
		"sent back after it was fetched": {stages(orders.ReadyForPickup, orders.Collected, orders.Returning), 2},
	} {
		t.Run(name, func(t *testing.T) {
			got := orders.Fold(tc.told).Parcels[0].Possessed()
			if tc.hours == 0 && !got.IsZero() || tc.hours != 0 && !got.Equal(at(tc.hours)) {
				t.Errorf("possessed %v, want hour %d", got, tc.hours)
			}
		})
	}
}

func TestIncidents(t *testing.T) {
	hurt := func(i orders.Incident) orders.Event {
		return news("hurt", 1, orders.ParcelUpdate{Incident: i, StatusText: "its text"})
	}
	then := func(u orders.ParcelUpdate) orders.Event { return news("then", 2, u) }
	for name, tc := range map[string]struct {
		events []orders.Event
		want   orders.Incident
		action orders.Action
	}{
		"customs asks for duty":         {[]orders.Event{hurt(orders.Customs)}, orders.Customs, orders.PayDuty},
		"an address to correct":         {[]orders.Event{hurt(orders.AddressProblem)}, orders.AddressProblem, orders.CorrectAddress},
		"lost":                          {[]orders.Event{hurt(orders.Lost)}, orders.Lost, orders.Contact},
		"a scan ends customs":           {[]orders.Event{hurt(orders.Customs), then(orders.ParcelUpdate{Stage: orders.InTransit})}, orders.None, orders.NoAction},
		"a scan does not end a delay":   {[]orders.Event{hurt(orders.Delayed), then(orders.ParcelUpdate{Stage: orders.InTransit})}, orders.Delayed, orders.NoAction},
		"the last mile ends a delay":    {[]orders.Event{hurt(orders.Delayed), then(orders.ParcelUpdate{Stage: orders.OutForDelivery})}, orders.None, orders.NoAction},
		"ready ends a failed attempt":   {[]orders.Event{hurt(orders.AttemptFailed), then(orders.ParcelUpdate{Stage: orders.ReadyForPickup})}, orders.None, orders.Collect},
		"cleared by the source":         {[]orders.Event{hurt(orders.Damaged), then(orders.ParcelUpdate{Incident: orders.None})}, orders.None, orders.NoAction},
		"unknown hides nothing":         {[]orders.Event{hurt(orders.Customs), then(orders.ParcelUpdate{Incident: orders.Unknown})}, orders.Customs, orders.PayDuty},
		"unknown ends with known news":  {[]orders.Event{hurt(orders.Unknown), then(orders.ParcelUpdate{Stage: orders.InTransit})}, orders.None, orders.NoAction},
		"nothing hurts after delivery":  {[]orders.Event{hurt(orders.None), then(orders.ParcelUpdate{Stage: orders.Delivered}), news("x", 3, orders.ParcelUpdate{Incident: orders.Delayed})}, orders.None, orders.NoAction},
		"the way back keeps its reason": {[]orders.Event{hurt(orders.Refused), then(orders.ParcelUpdate{Stage: orders.Returning})}, orders.Refused, orders.Contact},
	} {
		t.Run(name, func(t *testing.T) {
			p := orders.Fold(tc.events).Parcels[0]
			if p.Incident != tc.want || p.Action != tc.action {
				t.Errorf("incident %s action %s, want %s %s", p.Incident, p.Action, tc.want, tc.action)
			}
		})
	}
}

func TestUnknownStatusMovesNothingAndIsKept(t *testing.T) {
	s := orders.Fold(append(stages(orders.InTransit), news("odd", 5, orders.ParcelUpdate{Incident: orders.Unknown, StatusText: "ZX-9 weird"})))
	p := s.Parcels[0]
	if p.Stage != orders.InTransit || p.Incident != orders.Unknown || p.UnknownStatus != "ZX-9 weird" {
		t.Errorf("%+v", p)
	}
	last := s.Timeline[len(s.Timeline)-1]
	if last.What != "unknown" || last.Text != "ZX-9 weird" {
		t.Errorf("timeline: %+v", last)
	}
}

// A shop's fulfilment and a carrier's tracker are two parcels until somebody tells that they have one number.
func TestParcelsBecomeOneWhenTheNumberAppears(t *testing.T) {
	fulfilment := news("f", 1, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, Stage: orders.HandedOver, Items: []orders.ParcelItem{{LineID: "l1"}}})
	tracker := news("t", 2, orders.ParcelUpdate{Aliases: []string{"carrier:t:9"}, TrackingNumber: "620 111", Stage: orders.InTransit})
	apart := orders.Fold([]orders.Event{fulfilment, tracker})
	if len(apart.Parcels) != 2 || apart.Parcels[0].Key != "shop:f:1" || apart.Parcels[1].Key != "620111" {
		t.Fatalf("apart: %s", asJSON(apart.Parcels))
	}
	number := news("n", 3, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, TrackingNumber: "620-111"})
	one := orders.Fold([]orders.Event{fulfilment, tracker, number})
	if len(one.Parcels) != 1 {
		t.Fatalf("one: %s", asJSON(one.Parcels))
	}
	p := one.Parcels[0]
	if p.Key != "620111" || p.Stage != orders.InTransit || len(p.Items) != 1 || !p.HandedOverAt.Equal(at(1)) {
		t.Errorf("%s", asJSON(p))
	}
	for _, old := range apart.Parcels {
		if !orders.Same(old, p) {
			t.Errorf("%s is not the same", old.Key)
		}
	}
	for _, key := range []string{"620111", "shop:f:1", "carrier:t:9", "620 111"} {
		if found, ok := one.Parcel(key); !ok || found.Key != p.Key {
			t.Errorf("not found by %q", key)
		}
	}
	if _, ok := one.Parcel("999"); ok {
		t.Error("found a parcel that is not there")
	}
}

func TestCorrectedNumberKeepsTheOldName(t *testing.T) {
	s := orders.Fold([]orders.Event{
		news("a", 1, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, TrackingNumber: "wrong1", Stage: orders.HandedOver}),
		news("b", 2, orders.ParcelUpdate{Aliases: []string{"shop:f:1"}, TrackingNumber: "right2"}),
	})
	if len(s.Parcels) != 1 || s.Parcels[0].Key != "RIGHT2" {
		t.Fatalf("%s", asJSON(s.Parcels))
	}
	if p, ok := s.Parcel("WRONG1"); !ok || p.Key != "RIGHT2" {
		t.Error("the old number does not find the parcel")
	}
}

func TestEstimates(t *testing.T) {
	s := orders.Fold([]orders.Event{
		news("a", 1, orders.ParcelUpdate{ETA: "2026-11-23"}), news("b", 2, orders.ParcelUpdate{ETA: "2026-11-25"}),
		news("c", 3, orders.ParcelUpdate{ETA: "2026-11-25"}), news("d", 4, orders.ParcelUpdate{Stage: orders.InTransit}),
	})
	if p := s.Parcels[0]; p.ETA != "2026-11-25" || p.PreviousETA != "2026-11-23" {
		t.Errorf("eta %s, before %s", p.ETA, p.PreviousETA)
	}
}

// A second day out for delivery is a new beginning of the stage, because an attempt failed in between.
func TestStageBeginsAgainAfterAnIncident(t *testing.T) {
	s := orders.Fold([]orders.Event{
		news("a", 1, orders.ParcelUpdate{Stage: orders.OutForDelivery}),
		news("b", 2, orders.ParcelUpdate{Stage: orders.OutForDelivery}),
		news("c", 3, orders.ParcelUpdate{Incident: orders.AttemptFailed}),
		news("d", 24, orders.ParcelUpdate{Stage: orders.OutForDelivery}),
	})
	if p := s.Parcels[0]; !p.StageAt.Equal(at(24)) || p.Incident != orders.None {
		t.Errorf("%s", asJSON(p))
	}
}

func TestNewestStatementHoldsWhole(t *testing.T) {
	first := placed(0, line("l1", 2), line("l2", 1))
	first.Order.Payments = []orders.Payment{{Kind: "stripe", Reference: "pi_1", Amount: 100}}
	second := orders.Event{ID: "u", Kind: orders.Updated, At: at(2), Order: &orders.Order{ID: "1001", Lines: []orders.Line{line("l2", 3)}}}
	o := orders.Fold([]orders.Event{second, first}).Order
	if len(o.Lines) != 2 || o.Lines[0].ID != "l2" || o.Lines[0].Quantity != 3 || o.Lines[0].Cancelled {
		t.Errorf("the newest lines: %+v", o.Lines)
	}
	if o.Lines[1].ID != "l1" || !o.Lines[1].Cancelled || o.Lines[1].Quantity != 2 {
		t.Errorf("the line left out: %+v", o.Lines[1])
	}
	if !o.PlacedAt.Equal(at(0)) {
		t.Errorf("placed at %v: a statement that does not say when keeps what was known", o.PlacedAt)
	}
	if len(o.Payments) != 1 {
		t.Errorf("payments: %+v", o.Payments)
	}
}

func TestOrderStage(t *testing.T) {
	paid := orders.Event{ID: "paid", Kind: orders.Paid, At: at(1)}
	packing := orders.Event{ID: "packing", Kind: orders.Packing, At: at(2)}
	parcel := func(number string, hour int, s orders.ParcelStage, items ...orders.ParcelItem) orders.Event {
		return news(number, hour, orders.ParcelUpdate{TrackingNumber: number, Stage: s, Items: items})
	}
	one := orders.ParcelItem{LineID: "l1", Quantity: 1}
	for name, tc := range map[string]struct {
		events []orders.Event
		want   orders.Stage
		hour   int
	}{
		"placed":                       {nil, orders.StagePlaced, 0},
		"paid":                         {[]orders.Event{paid}, orders.StagePaid, 1},
		"packing":                      {[]orders.Event{paid, packing}, orders.StagePacking, 2},
		"a label only":                 {[]orders.Event{paid, parcel("A", 3, orders.Announced)}, orders.StagePacking, 3},
		"the least advanced parcel":    {[]orders.Event{parcel("A", 3, orders.Delivered), parcel("B", 4, orders.InTransit)}, "in_transit", 4},
		"a cancelled parcel is out":    {[]orders.Event{parcel("A", 3, orders.Delivered), parcel("B", 4, orders.ParcelGone)}, "delivered", 3},
		"delivered with the last":      {[]orders.Event{parcel("A", 3, orders.Delivered), parcel("B", 5, orders.Delivered)}, "delivered", 5},
		"goods that are in no parcel":  {[]orders.Event{parcel("A", 3, orders.Delivered, one)}, orders.StagePacking, 3},
		"all goods are in parcels":     {[]orders.Event{parcel("A", 3, orders.Delivered, one), parcel("B", 4, orders.Delivered, one)}, "delivered", 4},
		"a parcel that says all of it": {[]orders.Event{parcel("A", 3, orders.Delivered, orders.ParcelItem{LineID: "l1"})}, "delivered", 3},
		"not every parcel says":        {[]orders.Event{parcel("A", 3, orders.Delivered, one), parcel("B", 4, orders.Delivered)}, "delivered", 4},
		"cancelled":                    {[]orders.Event{parcel("A", 3, orders.InTransit), {ID: "c", Kind: orders.Cancelled, At: at(4)}}, orders.StageCancelled, 4},
	} {
		t.Run(name, func(t *testing.T) {
			s := orders.Fold(append(tc.events, placed(0, line("l1", 2))))
			if s.Stage != tc.want || !s.StageAt.Equal(at(tc.hour)) {
				t.Errorf("%s since %v, want %s since hour %d", s.Stage, s.StageAt, tc.want, tc.hour)
			}
		})
	}
}

func TestKnownOnlyByTheShopsOwnStatement(t *testing.T) {
	if orders.Fold(stages(orders.InTransit)).Known {
		t.Error("a carrier's news makes no order known")
	}
	for _, kind := range []orders.Kind{orders.Placed, orders.Updated} {
		e := placed(0)
		e.Kind = kind
		if s := orders.Fold([]orders.Event{e}); !s.Known || s.Timeline[0].What != "placed" {
			t.Errorf("%s: %+v", kind, s)
		}
	}
}

func TestPaidByStatementOrEvent(t *testing.T) {
	statement := placed(0)
	statement.Order.PaidInFull = true
	if s := orders.Fold([]orders.Event{statement}); !s.PaidAt.Equal(at(0)) {
		t.Errorf("paid in full at placement: %v", s.PaidAt)
	}
	s := orders.Fold([]orders.Event{placed(0), {ID: "p", Kind: orders.Paid, At: at(2), Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_9", Amount: 7}}}})
	if !s.PaidAt.Equal(at(2)) || s.OrderPaid() != 7 {
		t.Errorf("paid %v, %d", s.PaidAt, s.OrderPaid())
	}
}

func TestRefundToldTwiceCountsOnce(t *testing.T) {
	refund := func(event, id string, hour int) orders.Event {
		return orders.Event{ID: event, Kind: orders.Refunded, At: at(hour), Refund: &orders.Refund{ID: id, Amount: 500}}
	}
	s := orders.Fold([]orders.Event{refund("e2", "r1", 2), refund("e1", "r1", 1), refund("e3", "r2", 3)})
	if len(s.Refunds) != 2 || s.RefundedElsewhere() != 1000 || !s.Refunds[0].At.Equal(at(1)) {
		t.Errorf("%+v", s.Refunds)
	}
}

func TestLateNewsIsQuietInTheTimeline(t *testing.T) {
	s := orders.Fold(stages(orders.InTransit, orders.Delivered, orders.OutForDelivery))
	var quiet []string
	for _, entry := range s.Timeline {
		if entry.Quiet {
			quiet = append(quiet, entry.What)
		}
	}
	if len(quiet) != 1 || quiet[0] != "out_for_delivery" {
		t.Errorf("quiet: %v", quiet)
	}
}

func TestClosed(t *testing.T) {
	done := orders.Fold(append(stages(orders.Delivered), placed(0)))
	for name, tc := range map[string]struct {
		state orders.State
		ends  time.Time
		open  bool
		want  bool
	}{
		"over":             {done, at(9), false, true},
		"window open":      {done, at(11), false, false},
		"open without end": {done, time.Time{}, false, false},
		"case open":        {done, at(9), true, false},
		"on its way":       {orders.Fold(append(stages(orders.InTransit), placed(0))), at(9), false, false},
		"nothing shipped":  {orders.Fold([]orders.Event{placed(0)}), at(9), false, false},
	} {
		if got := orders.Closed(tc.state, at(10), tc.ends, tc.open); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// BenchmarkFold folds an order with two parcels and forty scans, as an order late in its life.
func BenchmarkFold(b *testing.B) {
	events := []orders.Event{placed(0, line("l1", 2), line("l2", 1))}
	for i := range 20 {
		for _, number := range []string{"620", "621"} {
			e := news("", i+1, orders.ParcelUpdate{TrackingNumber: number, Aliases: []string{"carrier:t:" + number}, Stage: orders.InTransit})
			e.ID = number + e.At.String()
			events = append(events, e)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		orders.Fold(events)
	}
}
