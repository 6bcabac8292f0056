package calendar_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // zones load wherever the tests run

	"pgregory.net/rapid"

	"homeward/internal/calendar"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Regulation 1182/71, Art. 3(2)(c): the same number of the day, or the last of the month.
func TestAddMonths(t *testing.T) {
	for _, tc := range []struct {
		from string
		n    int
		want string
	}{
		{"2027-01-31", 1, "2027-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2028-02-29", 12, "2029-02-28"}, {"2028-02-29", 48, "2032-02-29"},
		{"2026-03-31", 1, "2026-04-30"}, {"2026-11-30", 3, "2027-02-28"}, {"2026-12-15", 1, "2027-01-15"}, {"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"}, {"2026-05-01", 0, "2026-05-01"},
	} {
		if got := date(t, tc.from).AddMonths(tc.n); got != date(t, tc.want) {
			t.Errorf("%s and %d months: %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
}

func TestEndOfDay(t *testing.T) {
	for name, tc := range map[string]struct{ date, zone, want string }{
		"winter":                             {"2026-01-15", "Europe/Warsaw", "2026-01-15T23:00:00Z"},
		"summer":                             {"2026-07-15", "Europe/Warsaw", "2026-07-15T22:00:00Z"},
		"the day on which summer begins":     {"2026-03-29", "Europe/Warsaw", "2026-03-29T22:00:00Z"},
		"the day before":                     {"2026-03-28", "Europe/Warsaw", "2026-03-28T23:00:00Z"},
		"the day on which it ends":           {"2026-10-25", "Europe/Warsaw", "2026-10-25T23:00:00Z"},
		"west of Greenwich":                  {"2026-12-31", "America/Los_Angeles", "2027-01-01T08:00:00Z"},
		"no midnight: the clock jumps to 1":  {"2026-03-28", "Asia/Beirut", "2026-03-28T22:00:00Z"},
		"the same west of Greenwich":         {"2026-03-28", "Atlantic/Azores", "2026-03-29T01:00:00Z"},
		"midnight twice: the first ends it":  {"2026-10-31", "America/Havana", "2026-11-01T04:00:00Z"},
		"23:00 twice: the second belongs":    {"2026-10-24", "Asia/Beirut", "2026-10-24T22:00:00Z"},
		"leap day":                           {"2028-02-29", "UTC", "2028-03-01T00:00:00Z"},
		"a quarter of an hour is a zone too": {"2026-06-01", "Asia/Kathmandu", "2026-06-01T18:15:00Z"},
	} {
		got := date(t, tc.date).EndOfDay(zone(t, tc.zone))
		if got.Format(time.RFC3339) != tc.want || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
	if got := date(t, "2026-06-01").EndOfDay(nil); got.Format(time.DateTime) != "2026-06-02 00:00:00" {
		t.Errorf("without a zone it is UTC, not %s", got)
	}
}

func TestEndOfDayIsWhereTheDayEnds(t *testing.T) {
	zones := []string{"Europe/Warsaw", "Europe/London", "America/New_York", "Asia/Beirut", "America/Havana", "Africa/Cairo", "Atlantic/Azores", "Pacific/Auckland"}
	rapid.Check(t, func(rt *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		d := calendar.NewDate(2024, 1, rapid.IntRange(1, 13*366).Draw(rt, "day"))
		end := d.EndOfDay(z)
		if calendar.Of(end.Add(-time.Second), z) != d || calendar.Of(end, z) != d.AddDays(1) {
			rt.Fatalf("%s ends at %s in %s", d, end, z)
		}
	})
}

func TestDates(t *testing.T) {
	d := date(t, "2026-03-01")
	if d.AddDays(-1) != date(t, "2026-02-28") || d.AddDays(31) != date(t, "2026-04-01") || d.DaysUntil(date(t, "2027-03-01")) != 365 {
		t.Error("days are counted wrong")
	}
	if !d.Before(date(t, "2026-03-02")) || !d.After(date(t, "2025-12-31")) || d.Compare(d) != 0 {
		t.Error("days compare wrong")
	}
	late := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	if calendar.Of(late, zone(t, "Europe/Warsaw")) != date(t, "2026-03-02") || calendar.Of(late, nil) != d || !calendar.Of(time.Time{}, nil).IsZero() {
		t.Error("a day is by its zone")
	}
	for _, text := range []string{"", "2026-02-30", "26-02-01", "2026-1-1", "yesterday"} {
		if _, err := calendar.Parse(text); err == nil {
			t.Errorf("%q is no date", text)
		}
	}
	var back struct{ A, B calendar.Date }
	text, err := json.Marshal(struct{ A, B calendar.Date }{A: d})
	if err != nil || string(text) != `{"A":"2026-03-01","B":""}` || json.Unmarshal(text, &back) != nil || back.A != d || !back.B.IsZero() {
		t.Errorf("%s %v %+v", text, err, back)
	}
	if json.Unmarshal([]byte(`{"A":"soon"}`), &back) == nil {
		t.Error("soon is no date")
	}
}
