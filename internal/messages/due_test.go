package messages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/orders"
)

// at gives an instant so many hours after Friday 20 November 2026, 11:00 in Warsaw.
func at(hour float64) time.Time {
	return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC).Add(time.Duration(hour * float64(time.Hour)))
}

var warsaw = time.FixedZone("CET", 3600) // no summer time in November

func placed(hour float64) orders.Event {
	return orders.Event{ID: "placed", Kind: orders.Placed, At: at(hour), Order: &orders.Order{ID: "1001", PlacedAt: at(hour), Total: 100}}
}

// parcel makes news of a parcel that is named by its tracking number.
func parcel(number string, hour float64, u orders.ParcelUpdate) orders.Event {
	if u.TrackingNumber = number; strings.HasPrefix(number, "shop:") {
		u.TrackingNumber, u.Aliases = "", []string{number}
	}
	return orders.Event{ID: fmt.Sprint(number, hour, u.Stage, u.Incident, u.ETA, u.Pickup.Code), Kind: orders.ParcelUpdated, At: at(hour), Parcel: &u}
}

func stage(number string, hour float64, s orders.ParcelStage) orders.Event {
	return parcel(number, hour, orders.ParcelUpdate{Stage: s})
}

func incident(number string, hour float64, i orders.Incident) orders.Event {
	return parcel(number, hour, orders.ParcelUpdate{Incident: i})
}

// story is an order under way: events that are known, and then one change.
type story struct {
	known   []orders.Event
	then    []orders.Event
	now     float64
	pending []messages.Pending
	policy  func(*messages.Policy)
	contact messages.Contact
}

func (s story) plan() messages.Plan {
	policy := messages.Policy{
		CalmWindow: 10 * time.Minute, QuietFrom: 21 * time.Hour, QuietUntil: 8 * time.Hour, Zone: warsaw, SMS: true,
	}
	if s.policy != nil {
		s.policy(&policy)
	}
	contact := s.contact
	if contact == (messages.Contact{}) {
		contact.Email = "zofia@example.com"
	}
	return messages.Due(messages.Change{
		Now: at(s.now), Before: orders.Fold(s.known), After: orders.Fold(slices.Concat(s.known, s.then)), Policy: policy,
		Contact: contact, Pending: s.pending,
	})
}

// drafts puts drafts into words: "topic/channel occasion".
func drafts(plan messages.Plan) []string {
	var list []string
	for _, d := range plan.Create {
		list = append(list, fmt.Sprintf("%s/%s %s", d.Topic, d.Channel, d.Occasion))
	}
	return list
}

func TestWhatAChangeMakesDue(t *testing.T) {
	paid := func(hour float64) orders.Event { return orders.Event{ID: "paid", Kind: orders.Paid, At: at(hour)} }
	packing := orders.Event{ID: "packing", Kind: orders.Packing, At: at(2)}
	cancelled := orders.Event{ID: "cancelled", Kind: orders.Cancelled, At: at(3), Reason: "customer"}
	paidInFull := placed(0)
	paidInFull.Order.PaidInFull = true
	for name, tc := range map[string]struct {
		story
		want []string
	}{
		"placed":                              {story{then: []orders.Event{placed(0)}}, []string{"placed/mail order"}},
		"placed and paid at once":             {story{then: []orders.Event{paidInFull}}, []string{"placed/mail order"}},
		"paid before it was known":            {story{known: []orders.Event{paid(0)}, then: []orders.Event{placed(0)}}, []string{"placed/mail order"}},
		"paid":                                {story{known: []orders.Event{placed(0)}, then: []orders.Event{paid(1)}}, []string{"paid/mail order"}},
		"cash on delivery is not news":        {story{known: []orders.Event{placed(0), stage("A", 1, orders.Delivered)}, then: []orders.Event{paid(2)}, now: 2}, nil},
		"packing":                             {story{known: []orders.Event{placed(0), paid(1)}, then: []orders.Event{packing}, now: 2}, []string{"packing/mail order"}},
		"a label is packing":                  {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.Announced)}, now: 2}, []string{"packing/mail order"}},
		"shipped":                             {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.HandedOver)}, now: 2}, []string{"shipped/mail 2026-11-20T12:00:00Z A"}},
		"two parcels, one shipped":            {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("B", 3, orders.HandedOver), stage("A", 2, orders.HandedOver)}, now: 3}, []string{"shipped/mail 2026-11-20T12:00:00Z A"}},
		"first scan":                          {story{known: []orders.Event{placed(0), stage("A", 1, orders.HandedOver)}, then: []orders.Event{stage("A", 2, orders.InTransit)}, now: 2}, []string{"in_transit/mail A"}},
		"second scan":                         {story{known: []orders.Event{placed(0), stage("A", 1, orders.InTransit)}, then: []orders.Event{stage("A", 2, orders.InTransit)}, now: 2}, nil},
		"back to the depot":                   {story{known: []orders.Event{placed(0), stage("A", 1, orders.OutForDelivery)}, then: []orders.Event{stage("A", 2, orders.InTransit)}, now: 2}, nil},
		"only where it is now":                {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 1, orders.HandedOver), stage("A", 2, orders.InTransit), stage("A", 3, orders.OutForDelivery)}, now: 3}, []string{"out_for_delivery/mail A 2026-11-20"}},
		"delivered":                           {story{known: []orders.Event{placed(0), stage("A", 1, orders.OutForDelivery)}, then: []orders.Event{stage("A", 2, orders.Delivered)}, now: 2}, []string{"delivered/mail A"}},
		"delivered told by two":               {story{known: []orders.Event{placed(0), stage("A", 2, orders.Delivered)}, then: []orders.Event{stage("A", 1, orders.Delivered)}, now: 2}, nil},
		"collected":                           {story{known: []orders.Event{placed(0), stage("A", 1, orders.ReadyForPickup)}, then: []orders.Event{stage("A", 2, orders.Delivered)}, now: 2}, nil},
		"returning":                           {story{known: []orders.Event{placed(0), stage("A", 1, orders.OutForDelivery)}, then: []orders.Event{stage("A", 2, orders.Returning)}, now: 2}, []string{"returning/mail A"}},
		"late news":                           {story{known: []orders.Event{placed(0), stage("A", 5, orders.OutForDelivery)}, then: []orders.Event{stage("A", 4, orders.Returning)}, now: 6}, nil},
		"handed over, told late":              {story{known: []orders.Event{placed(0), incident("A", 5, orders.Damaged)}, then: []orders.Event{stage("A", 4, orders.HandedOver)}, now: 6}, nil},
		"a failed attempt":                    {story{known: []orders.Event{placed(0), stage("A", 1, orders.OutForDelivery)}, then: []orders.Event{incident("A", 2, orders.AttemptFailed)}, now: 2}, []string{"attempt_failed/mail A 2026-11-20"}},
		"the next day's attempt":              {story{known: []orders.Event{placed(0), incident("A", 2, orders.AttemptFailed)}, then: []orders.Event{incident("A", 26, orders.AttemptFailed)}, now: 26}, []string{"attempt_failed/mail A 2026-11-21"}},
		"out for delivery again":              {story{known: []orders.Event{placed(0), stage("A", 1, orders.OutForDelivery), incident("A", 2, orders.AttemptFailed)}, then: []orders.Event{stage("A", 24, orders.OutForDelivery)}, now: 24}, []string{"out_for_delivery/mail A 2026-11-21"}},
		"an incident says more":               {story{known: []orders.Event{placed(0)}, then: []orders.Event{parcel("A", 2, orders.ParcelUpdate{Stage: orders.InTransit, Incident: orders.Customs})}, now: 2}, []string{"customs/mail A"}},
		"address problem":                     {story{known: []orders.Event{placed(0), stage("A", 1, orders.InTransit)}, then: []orders.Event{incident("A", 2, orders.AddressProblem)}, now: 2}, []string{"address_problem/mail A 2026-11-20"}},
		"unknown is not told":                 {story{known: []orders.Event{placed(0), stage("A", 1, orders.InTransit)}, then: []orders.Event{incident("A", 2, orders.Unknown)}, now: 2}, nil},
		"a delay":                             {story{known: []orders.Event{placed(0), stage("A", 1, orders.InTransit)}, then: []orders.Event{parcel("A", 2, orders.ParcelUpdate{Incident: orders.Delayed, ETA: "2026-11-24"})}, now: 2}, []string{"delayed/mail A 2026-11-24"}},
		"the same delay again":                {story{known: []orders.Event{placed(0), parcel("A", 1, orders.ParcelUpdate{Incident: orders.Delayed, ETA: "2026-11-24"})}, then: []orders.Event{stage("A", 2, orders.InTransit)}, now: 2}, []string{"in_transit/mail A"}},
		"another date of a delay":             {story{known: []orders.Event{placed(0), parcel("A", 1, orders.ParcelUpdate{Incident: orders.Delayed, ETA: "2026-11-24"}), stage("A", 2, orders.InTransit)}, then: []orders.Event{parcel("A", 3, orders.ParcelUpdate{ETA: "2026-11-26"})}, now: 3}, []string{"delayed/mail A 2026-11-26"}},
		"a pickup code that came later":       {story{known: []orders.Event{placed(0), stage("A", 1, orders.ReadyForPickup)}, then: []orders.Event{parcel("A", 2, orders.ParcelUpdate{Stage: orders.ReadyForPickup, Pickup: orders.Pickup{Code: "123456"}})}, now: 2}, []string{"ready_for_pickup/mail A 2026-11-20 code"}},
		"an unknown order":                    {story{then: []orders.Event{stage("A", 1, orders.InTransit)}, now: 1}, nil},
		"known at last: the newest of each":   {story{known: []orders.Event{stage("A", 1, orders.HandedOver), stage("A", 2, orders.InTransit)}, then: []orders.Event{placed(0)}, now: 3}, []string{"placed/mail order", "in_transit/mail A"}},
		"an old order says nothing":           {story{then: []orders.Event{placed(0), stage("A", 1, orders.Delivered)}, now: 24 * 30}, nil},
		"an old order, but fresh news":        {story{then: []orders.Event{placed(0), stage("A", 99, orders.Delivered)}, now: 100}, []string{"delivered/mail A"}},
		"cancelled":                           {story{known: []orders.Event{placed(0)}, then: []orders.Event{cancelled}, now: 3}, []string{"cancelled/mail order"}},
		"cancelled at first sight":            {story{then: []orders.Event{placed(0), cancelled}, now: 3}, []string{"cancelled/mail order"}},
		"nothing after a cancellation":        {story{known: []orders.Event{placed(0), cancelled}, then: []orders.Event{stage("A", 4, orders.InTransit)}, now: 4}, nil},
		"yesterday's out for delivery":        {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.OutForDelivery)}, now: 13.5}, nil},
		"news of four days ago":               {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.Delivered)}, now: 98}, nil},
		"shipped four days ago":               {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.HandedOver)}, now: 98}, nil},
		"a topic that the shop sends":         {story{then: []orders.Event{placed(0)}, policy: func(p *messages.Policy) { p.Off = map[messages.Topic]bool{messages.OrderPlaced: true} }}, nil},
		"a topic on no channel":               {story{then: []orders.Event{placed(0)}, policy: func(p *messages.Policy) { p.Channels = map[messages.Topic][]messages.Channel{messages.OrderPlaced: {}} }}, nil},
		"nobody to write to":                  {story{then: []orders.Event{placed(0)}, contact: messages.Contact{Zone: warsaw}}, nil},
		"a number that appears is no news":    {story{known: []orders.Event{placed(0), stage("shop:1", 1, orders.HandedOver)}, then: []orders.Event{parcel("A", 2, orders.ParcelUpdate{Aliases: []string{"shop:1"}})}, now: 2}, nil},
		"two that turn out to be one":         {story{known: []orders.Event{placed(0), stage("shop:1", 1, orders.HandedOver), stage("A", 2, orders.InTransit)}, then: []orders.Event{parcel("A", 3, orders.ParcelUpdate{Aliases: []string{"shop:1"}})}, now: 3}, nil},
		"a merge brings no second in_transit": {story{known: []orders.Event{placed(0), stage("shop:1", 1, orders.InTransit)}, then: []orders.Event{parcel("A", 2, orders.ParcelUpdate{Aliases: []string{"shop:1"}, Stage: orders.InTransit})}, now: 2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := drafts(tc.plan()); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestFactsOfTime(t *testing.T) {
	fact := func(hour float64, f orders.Fact) orders.Event {
		return orders.Event{ID: fmt.Sprint(f), Kind: orders.TimePassed, At: at(hour), Fact: &f}
	}
	order := placed(0)
	order.Order.Promised = orders.Promised{ShipBy: "2026-11-22"}
	late := fact(62, orders.Fact{Kind: orders.LateToShip, Basis: "2026-11-22"})
	pickup := parcel("A", 1, orders.ParcelUpdate{Stage: orders.ReadyForPickup, Pickup: orders.Pickup{Until: at(49)}})
	soon := fact(25, orders.Fact{Kind: orders.PickupEndsSoon, ParcelKey: "A", Basis: at(49).Format(time.RFC3339)})
	stalled := fact(130, orders.Fact{Kind: orders.Stalled, ParcelKey: "A", Basis: at(1).Format(time.RFC3339)})
	for name, tc := range map[string]struct {
		story
		want []string
	}{
		"late to ship":                   {story{known: []orders.Event{order}, then: []orders.Event{late}, now: 62}, []string{"delayed/mail order late_to_ship 2026-11-22"}},
		"told once":                      {story{known: []orders.Event{order, late}, then: []orders.Event{late}, now: 63}, nil},
		"shipped in the meantime":        {story{known: []orders.Event{order, stage("A", 61, orders.Announced), stage("A", 61, orders.HandedOver)}, then: []orders.Event{late}, now: 62}, nil},
		"a timer that ran days too late": {story{known: []orders.Event{order}, then: []orders.Event{fact(140, *late.Fact)}, now: 140}, nil},
		"a pickup ends soon":             {story{known: []orders.Event{order, pickup}, then: []orders.Event{soon}, now: 25}, []string{"pickup_ends_soon/mail A pickup_ends_soon 2026-11-22T11:00:00Z"}},
		"a pickup that has ended":        {story{known: []orders.Event{order, pickup}, then: []orders.Event{soon}, now: 49}, nil},
		"a stall is for staff":           {story{known: []orders.Event{order, stage("A", 1, orders.InTransit)}, then: []orders.Event{stalled}, now: 130}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			plan := tc.plan()
			if got := drafts(plan); !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestShippedWaitsAndGathers(t *testing.T) {
	waiting := messages.Pending{ID: "m1", Topic: messages.Shipped, Channel: messages.Mail, Parcels: []string{"A"}}
	plan := story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.HandedOver)}, now: 2.1}.plan()
	if len(plan.Create) != 1 || !plan.Create[0].DueAt.Equal(at(2.1).Add(10*time.Minute)) {
		t.Fatalf("%+v", plan)
	}
	sibling := story{
		known: []orders.Event{placed(0), stage("A", 2, orders.HandedOver)}, then: []orders.Event{stage("B", 2, orders.HandedOver)},
		now: 2.15, pending: []messages.Pending{waiting},
	}
	plan = sibling.plan()
	if len(plan.Create) != 0 || !slices.Equal(plan.Join, []messages.Join{{MessageID: "m1", ParcelKey: "B"}}) {
		t.Errorf("a sibling joins: %+v", plan)
	}
	sibling.pending = nil // a worker holds it, or it was sent
	plan = sibling.plan()
	if got := drafts(plan); len(plan.Join) != 0 || !slices.Equal(got, []string{"shipped/mail 2026-11-20T12:00:00Z B"}) {
		t.Errorf("a sibling that comes too late has its own occasion: %+v", plan)
	}
}

func TestLaterNewsOvertakesWhatWaits(t *testing.T) {
	pending := func(topic messages.Topic, channel messages.Channel, parcels ...string) []messages.Pending {
		return []messages.Pending{{ID: "m1", Topic: topic, Channel: channel, Parcels: parcels}}
	}
	both := []orders.Event{placed(0), stage("A", 1, orders.HandedOver), stage("B", 1, orders.HandedOver)}
	off := func(p *messages.Policy) { p.Off = map[messages.Topic]bool{messages.InTransit: true} }
	replaced := messages.Plan{Replace: []string{"m1"}}
	for name, tc := range map[string]struct {
		story
		want messages.Plan
	}{
		"the only parcel leaves":            {story{known: both, then: []orders.Event{stage("A", 2, orders.InTransit)}, pending: pending(messages.Shipped, messages.Mail, "A")}, replaced},
		"one of two leaves":                 {story{known: both, then: []orders.Event{stage("A", 2, orders.InTransit)}, pending: pending(messages.Shipped, messages.Mail, "A", "B")}, messages.Plan{Drop: []messages.Join{{MessageID: "m1", ParcelKey: "A"}}}},
		"both leave at once":                {story{known: both, then: []orders.Event{stage("A", 2, orders.InTransit), stage("B", 2, orders.InTransit)}, pending: pending(messages.Shipped, messages.Mail, "A", "B")}, replaced},
		"the newer news is switched off":    {story{known: both, then: []orders.Event{stage("A", 2, orders.InTransit)}, policy: off, pending: pending(messages.Shipped, messages.Mail, "A")}, messages.Plan{}},
		"another channel stays true":        {story{known: both, then: []orders.Event{stage("A", 2, orders.InTransit)}, pending: pending(messages.Shipped, messages.SMS, "A")}, messages.Plan{}},
		"collected ends it without a word":  {story{known: both, then: []orders.Event{stage("A", 2, orders.Collected)}, pending: pending(messages.Shipped, messages.Mail, "A")}, replaced},
		"a held SMS that is no longer true": {story{known: append(both, stage("A", 2, orders.OutForDelivery)), then: []orders.Event{stage("A", 3, orders.Delivered)}, pending: pending(messages.OutForDelivery, messages.SMS, "A")}, replaced},
		"a delay that still holds":          {story{known: append(both, incident("A", 1, orders.Delayed)), then: []orders.Event{stage("A", 2, orders.InTransit)}, pending: pending(messages.Delayed, messages.Mail, "A")}, messages.Plan{}},
		"late to ship, and shipped":         {story{known: []orders.Event{placed(0)}, then: []orders.Event{stage("A", 2, orders.HandedOver)}, pending: pending(messages.Delayed, messages.SMS)}, replaced},
		"under its key of before": {story{
			known: []orders.Event{placed(0), stage("shop:1", 1, orders.HandedOver)},
			then:  []orders.Event{parcel("A", 2, orders.ParcelUpdate{Aliases: []string{"shop:1"}, Stage: orders.InTransit})}, pending: pending(messages.Shipped, messages.Mail, "shop:1"),
		}, replaced},
		"placed is never replaced":      {story{known: both, then: []orders.Event{{ID: "c", Kind: orders.Cancelled, At: at(2)}}, pending: pending(messages.OrderPlaced, messages.Mail)}, messages.Plan{}},
		"news is, when it is cancelled": {story{known: both, then: []orders.Event{{ID: "c", Kind: orders.Cancelled, At: at(2)}}, pending: pending(messages.Shipped, messages.Mail, "A")}, replaced},
	} {
		t.Run(name, func(t *testing.T) {
			tc.now = 3
			plan := tc.plan()
			if !slices.Equal(plan.Replace, tc.want.Replace) || !slices.Equal(plan.Drop, tc.want.Drop) {
				t.Errorf("replace %v drop %v, want %v %v", plan.Replace, plan.Drop, tc.want.Replace, tc.want.Drop)
			}
		})
	}
}

func TestChannelsAndQuietHours(t *testing.T) {
	phone := messages.Contact{Email: "zofia@example.com", Phone: "+48512345678"}
	tokyo := phone
	tokyo.Zone = time.FixedZone("JST", 9*3600)
	day := func(p *messages.Policy) { p.QuietFrom, p.QuietUntil = 12*time.Hour, 14*time.Hour }
	ready := func(hour, until float64) []orders.Event {
		u := orders.ParcelUpdate{Stage: orders.ReadyForPickup}
		if until > 0 {
			u.Pickup.Until = at(until)
		}
		return []orders.Event{parcel("A", hour, u)}
	}
	for name, tc := range map[string]struct {
		story
		sms float64 // the hour the SMS is due; -1 for none
	}{
		"in the day":                      {story{then: ready(1, 0), now: 1, contact: phone}, 1},
		"late in the evening":             {story{then: ready(10.5, 0), now: 10.5, contact: phone}, 21},
		"after midnight":                  {story{then: ready(15, 0), now: 15, contact: phone}, 21},
		"the shopper's own night":         {story{then: ready(3, 0), now: 3, contact: tokyo}, 13},
		"quiet at noon":                   {story{then: ready(1.5, 0), now: 1.5, contact: phone, policy: day}, 3},
		"too old by the end of the night": {story{then: ready(10.5, 20), now: 10.5, contact: phone}, -1},
		"out for delivery in the evening": {story{then: []orders.Event{stage("A", 10.5, orders.OutForDelivery)}, now: 10.5, contact: phone}, -1},
		"no phone":                        {story{then: ready(1, 0), now: 1}, -1},
		"no sender":                       {story{then: ready(1, 0), now: 1, contact: phone, policy: func(p *messages.Policy) { p.SMS = false }}, -1},
		"a topic that is mail only":       {story{then: []orders.Event{stage("A", 1, orders.Delivered)}, now: 1, contact: phone}, -1},
		"unless the shop says otherwise": {story{then: []orders.Event{stage("A", 1, orders.Delivered)}, now: 1, contact: phone, policy: func(p *messages.Policy) {
			p.Channels = map[messages.Topic][]messages.Channel{messages.Delivered: {messages.Mail, messages.SMS}}
		}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			tc.known = []orders.Event{placed(0)}
			mails, sms := 0, -1.0
			for _, d := range tc.plan().Create {
				switch d.Channel {
				case messages.Mail:
					mails++
					if !d.DueAt.Equal(at(tc.now)) {
						t.Errorf("a mail is never held: %v", d.DueAt)
					}
				case messages.SMS:
					sms = d.DueAt.Sub(at(0)).Hours()
					if d.Recipient != phone.Phone {
						t.Errorf("recipient of an SMS is not the phone")
					}
				}
			}
			if mails != 1 || sms != tc.sms {
				t.Errorf("%d mails, SMS at hour %v, want 1 and %v", mails, sms, tc.sms)
			}
		})
	}
}

func TestWhenMessagesGrowOld(t *testing.T) {
	ready := parcel("A", 1, orders.ParcelUpdate{Stage: orders.ReadyForPickup, Pickup: orders.Pickup{Until: at(100)}})
	for name, tc := range map[string]struct {
		then orders.Event
		want time.Time
	}{
		"out for delivery: the shopper's midnight": {stage("A", 2, orders.OutForDelivery), at(13)},
		"ready for pickup: its end":                {ready, at(100)},
		"delivered: three days":                    {stage("A", 2, orders.Delivered), at(74)},
	} {
		t.Run(name, func(t *testing.T) {
			plan := story{known: []orders.Event{placed(0)}, then: []orders.Event{tc.then}, now: 3}.plan()
			if len(plan.Create) != 1 || !plan.Create[0].ExpiresAt.Equal(tc.want) {
				t.Errorf("%+v, want %v", plan.Create, tc.want)
			}
		})
	}
	plan := story{then: []orders.Event{placed(0)}, now: 71}.plan()
	if len(plan.Create) != 1 || !plan.Create[0].ExpiresAt.IsZero() || plan.Create[0].Class != messages.Statutory {
		t.Errorf("placed never grows old: %+v", plan.Create)
	}
}

func TestCasesAndRefunds(t *testing.T) {
	n := messages.Notice{Now: at(1), Topic: messages.RefundSucceeded, ID: "r1", Step: "succeeded", Contact: messages.Contact{Email: "z@example.com", Phone: "+48512345678"}}
	got := messages.ForRefund(n)
	if len(got) != 1 || got[0].Occasion != "r1 succeeded" || got[0].Data.RefundID != "r1" || !got[0].ExpiresAt.IsZero() || got[0].Channel != messages.Mail {
		t.Errorf("%+v", got)
	}
	n.Topic, n.ID, n.Step = messages.ReturnApproved, "c1", "approved"
	if got := messages.ForCase(n); len(got) != 1 || got[0].Occasion != "c1 approved" || got[0].Data.CaseID != "c1" || got[0].Data.RefundID != "" {
		t.Errorf("%+v", got)
	}
	for _, status := range []string{"planned", "issued", "uncertain", "canceled"} {
		if topic, ok := messages.RefundTopic(status); ok {
			t.Errorf("%s is announced as %s", status, topic)
		}
	}
	for topic, want := range map[messages.Topic]string{
		messages.OrderPlaced: "statutory", messages.RefundFailed: "money", messages.ReturnApproved: "money",
		messages.Shipped: "messages", messages.OrderLink: "messages",
	} {
		if got := messages.Queue(topic); got != want {
			t.Errorf("queue of %s: %s, want %s", topic, got, want)
		}
	}
}
