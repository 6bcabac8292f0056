package returns_test

import (
	"testing"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// When a notice of delay goes: at once with a later promise, else when the day that the buyer counts on is near. The first promise
// is 27 November 2026.
func TestDelayToTell(t *testing.T) {
	c := between("US", "US")
	due := returns.ShipBy(ordered("2026-11-27"), c)
	day := func(text string) calendar.Date { d, _ := calendar.Parse(text); return d }
	short := returns.DelayNotice{SentAt: instant("2026-11-25T12:00Z"), Revised: day("2026-12-11"), SaysSilence: true}
	open := returns.DelayNotice{SentAt: instant("2026-11-25T12:00Z")}
	agreed := open
	agreed.ConsentAt = instant("2026-11-25T13:00Z")
	further := returns.DelayNotice{SentAt: instant("2026-12-09T12:00Z"), Revised: day("2026-12-20")}
	for _, tc := range []struct {
		name, promised, now string
		sent                []returns.DelayNotice
		near                bool
		want                string
	}{
		{"far from the day", "2026-11-27", "2026-11-21T12:00Z", nil, false, ""},
		{"near it", "2026-11-27", "2026-11-26T12:00Z", nil, true, "0000-00-00"},
		{"a later promise", "2026-12-11", "2026-11-21T12:00Z", nil, false, "2026-12-11"},
		{"an earlier promise", "2026-11-24", "2026-11-21T12:00Z", nil, false, ""},
		{"too late", "2026-12-11", "2026-11-28T12:00Z", nil, true, ""},
		{"told already", "2026-12-11", "2026-11-26T12:00Z", []returns.DelayNotice{short}, false, ""},
		{"the new day is near", "2026-12-11", "2026-12-10T12:00Z", []returns.DelayNotice{short}, true, "0000-00-00"},
		{"a second promise", "2026-12-20", "2026-12-01T12:00Z", []returns.DelayNotice{short}, false, "2026-12-20"},
		{"a second promise, told", "2026-12-20", "2026-12-10T12:00Z", []returns.DelayNotice{short, further}, true, ""},
		{"no date, and the thirty days are near", "", "2026-12-26T12:00Z", []returns.DelayNotice{open}, true, ""},
		{"no date, then one within the thirty days", "2026-12-15", "2026-12-01T12:00Z", []returns.DelayNotice{open}, false, ""},
		{"no date, agreed", "2027-02-01", "2026-12-01T12:00Z", []returns.DelayNotice{agreed}, true, ""},
	} {
		got, ok := returns.DelayToTell(ordered(tc.promised), c, due, tc.sent, instant(tc.now), tc.near)
		want := day(tc.want)
		if ok != (tc.want != "") || got != want {
			t.Errorf("%s: %v, %t", tc.name, got, ok)
		}
	}
	state := ordered("2026-12-11")
	state.Parcels = []orders.Parcel{{Stage: orders.HandedOver, HandedOverAt: instant("2026-11-22T12:00Z")}, {Stage: orders.Announced}}
	if _, ok := returns.DelayToTell(state, c, due, nil, instant("2026-11-26T12:00Z"), true); ok {
		t.Error("a part of it is with a carrier")
	}
}

// Seven working days from the cancellation on Friday 27 November 2026: 8 December. Thanksgiving is the day before.
func TestMoneyOfACancelledOrder(t *testing.T) {
	c := between("US", "US")
	at := instant("2026-11-27T15:00Z")
	w, ok := returns.CancelledTerm(c, at, returns.CaseMoney{Owed: at})
	if !ok || w.Rule != returns.RefundUS || w.Last.String() != "2026-12-08" || !w.Met.IsZero() || w.Kind != returns.TermRefund {
		t.Errorf("%+v", w)
	}
	if w, _ = returns.CancelledTerm(c, at, returns.CaseMoney{Gone: at}); !w.Met.Equal(at) {
		t.Errorf("gone: %+v", w)
	}
	if _, ok = returns.CancelledTerm(c, at, returns.CaseMoney{}); ok {
		t.Error("nothing was paid")
	}
}
