package returns_test

import (
	"testing"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

func ordered(shipBy string) orders.State {
	return orders.State{Known: true, Order: orders.Order{PlacedAt: instant("2026-11-20T15:00Z"), Promised: orders.Promised{ShipBy: shipBy}}}
}

func TestShipBy(t *testing.T) {
	c := between("US", "US")
	for _, tc := range []struct{ stated, last, end, rule string }{
		{"2026-11-27", "2026-11-27", "2026-11-28T05:00Z", "ship.stated"},
		{"", "2026-12-20", "2026-12-21T05:00Z", "ship.30_days"}, // a Sunday, which moves nothing
		{"soon", "2026-12-20", "2026-12-21T05:00Z", "ship.30_days"},
	} {
		got := returns.ShipBy(ordered(tc.stated), c)
		if got.Last.String() != tc.last || written(got.End) != tc.end || string(got.Rule) != tc.rule {
			t.Errorf("%q: %+v", tc.stated, got)
		}
	}
	if got := returns.ShipBy(orders.State{}, c); !got.Open() || got.Code != returns.OrderUnknown {
		t.Errorf("%+v", got)
	}
	if got := returns.ShipBy(ordered("2026-11-27"), between("US", "PL")); written(got.End) != "2026-11-27T23:00Z" {
		t.Errorf("the shop's midnight is earlier: %+v", got)
	}
}

func TestShippedIsInTheCarriersHands(t *testing.T) {
	handed := func(d int) orders.Parcel { return orders.Parcel{Stage: orders.HandedOver, HandedOverAt: day(d, 9)} }
	for name, tc := range map[string]struct {
		parcels []orders.Parcel
		want    string
	}{
		"no parcel":        {nil, ""},
		"a label":          {[]orders.Parcel{{Stage: orders.Announced}}, ""},
		"handed over":      {[]orders.Parcel{handed(3)}, "2026-03-03T09:00Z"},
		"the last":         {[]orders.Parcel{handed(4), handed(3)}, "2026-03-04T09:00Z"},
		"one is a label":   {[]orders.Parcel{handed(4), {Stage: orders.Announced}}, ""},
		"one is no more":   {[]orders.Parcel{handed(4), {Stage: orders.ParcelGone}}, "2026-03-04T09:00Z"},
		"only one no more": {[]orders.Parcel{{Stage: orders.ParcelGone}}, ""},
	} {
		at, ok := returns.Shipped(orders.State{Parcels: tc.parcels})
		if written(at) != tc.want || ok != (tc.want != "") {
			t.Errorf("%s: %s, %t", name, at, ok)
		}
	}
	part := orders.State{Order: orders.Order{Lines: []orders.Line{{ID: "a", Quantity: 2}}}, Parcels: []orders.Parcel{handed(3)}}
	part.Parcels[0].Items = []orders.ParcelItem{{LineID: "a", Quantity: 1}}
	if _, ok := returns.Shipped(part); ok {
		t.Error("half of it is not it")
	}
}

// The stated day is 27 November 2026; thirty days more are 27 December.
func TestDelays(t *testing.T) {
	c := between("US", "US")
	due := returns.ShipBy(ordered("2026-11-27"), c)
	date := func(text string) calendar.Date {
		if text == "" {
			return calendar.Date{}
		}
		d, err := calendar.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	notice := func(sent, revised string, silence bool, consent, refused string) returns.DelayNotice {
		return returns.DelayNotice{SentAt: instant(sent), Revised: date(revised), SaysSilence: silence, ConsentAt: instant(consent), RefusedAt: instant(refused)}
	}
	short := notice("2026-11-25T12:00Z", "2026-12-11", true, "", "")
	for _, tc := range []struct {
		name string
		sent []returns.DelayNotice
		end  string
	}{
		{"nobody was told", nil, "2026-11-28T05:00Z"},
		{"a short delay, and silence", []returns.DelayNotice{short}, "2026-12-12T05:00Z"},
		{"a short delay, and silence about silence", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2026-12-11", false, "", "")}, "2026-11-28T05:00Z"},
		{"which the buyer ended", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2026-12-11", false, "2026-11-29T12:00Z", "")}, "2026-12-12T05:00Z"},
		{"told too late", []returns.DelayNotice{notice("2026-11-28T12:00Z", "2026-12-11", true, "2026-11-28T13:00Z", "")}, "2026-11-28T05:00Z"},
		{"thirty days are short", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2026-12-27", true, "", "")}, "2026-12-28T05:00Z"},
		{"a long delay, and silence", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2027-02-01", true, "", "")}, "2026-12-28T05:00Z"},
		{"a long delay, agreed", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2027-02-01", true, "2026-12-20T12:00Z", "")}, "2027-02-02T05:00Z"},
		{"agreed too late", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2027-02-01", true, "2026-12-29T12:00Z", "")}, "2026-12-28T05:00Z"},
		{"no date, and silence", []returns.DelayNotice{notice("2026-11-25T12:00Z", "", true, "", "")}, "2026-12-28T05:00Z"},
		{"no date, agreed", []returns.DelayNotice{notice("2026-11-25T12:00Z", "", true, "2026-11-26T12:00Z", "")}, ""},
		{"refused", []returns.DelayNotice{notice("2026-11-25T12:00Z", "2026-12-11", true, "", "2026-11-26T12:00Z")}, "2026-11-27T05:00Z"},
		{"agreed, then refused", []returns.DelayNotice{notice("2026-11-25T12:00Z", "", true, "2026-11-26T12:00Z", "2026-12-30T12:00Z")}, "2026-12-31T05:00Z"},
		{"again, and silence", []returns.DelayNotice{short, notice("2026-12-09T12:00Z", "2026-12-14", true, "", "")}, "2026-12-12T05:00Z"},
		{"again, agreed", []returns.DelayNotice{short, notice("2026-12-09T12:00Z", "2026-12-14", true, "2026-12-10T12:00Z", "")}, "2026-12-15T05:00Z"},
		{"again, in any order", []returns.DelayNotice{notice("2026-12-09T12:00Z", "2026-12-14", true, "2026-12-10T12:00Z", ""), short}, "2026-12-15T05:00Z"},
		{"again, agreed too late", []returns.DelayNotice{short, notice("2026-12-09T12:00Z", "2026-12-14", true, "2026-12-12T12:00Z", "")}, "2026-12-12T05:00Z"},
		{"again, after the long silence", []returns.DelayNotice{
			notice("2026-11-25T12:00Z", "2027-02-01", true, "", ""), notice("2026-12-20T12:00Z", "2027-03-01", true, "2026-12-29T12:00Z", ""),
		}, "2026-12-28T05:00Z"},
	} {
		got := returns.CancelBy(c, due, tc.sent)
		if written(got.End) != tc.end || got.Open() != (tc.end == "") || got.Rule != returns.CancelUnshipped {
			t.Errorf("%s: %s (%s), want %s", tc.name, written(got.End), got.Code, tc.end)
		}
	}
	for _, tc := range []struct {
		name, revised string
		sent          []returns.DelayNotice
		want          returns.DelayOption
	}{
		{"first and short", "2026-12-27", nil, returns.DelayOption{
			Rule: returns.FirstDelay, SendBy: due.End, Silence: returns.SilenceConsents, SilenceAt: instant("2026-12-28T05:00Z"),
		}},
		{"first and long", "2026-12-28", nil, returns.DelayOption{
			Rule: returns.FirstDelay, SendBy: due.End, Silence: returns.SilenceCancels, SilenceAt: instant("2026-12-28T05:00Z"), MayCancel: true,
		}},
		{"first without a date", "", nil, returns.DelayOption{
			Rule: returns.FirstDelay, SendBy: due.End, NeedsReason: true, Silence: returns.SilenceCancels, SilenceAt: instant("2026-12-28T05:00Z"), MayCancel: true,
		}},
		{"the second, of a day", "2026-12-12", []returns.DelayNotice{short}, returns.DelayOption{
			Rule: returns.FurtherDelay, SendBy: instant("2026-12-12T05:00Z"), Silence: returns.SilenceCancels, SilenceAt: instant("2026-12-12T05:00Z"), MayCancel: true,
		}},
	} {
		if got := returns.NextDelay(c, due, tc.sent, date(tc.revised)); got != tc.want {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
	if got := returns.CancelBy(c, returns.ShipBy(orders.State{}, c), nil); !got.Open() {
		t.Errorf("of an order that is not known: %+v", got)
	}
}
