package calendar_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/calendar"
)

func date(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Days that anybody can look up, and those at which a rule turns.
func TestHolidays(t *testing.T) {
	for country, days := range map[string]string{
		"PL": "2025-12-24 2026-12-24 2026-01-06 2026-06-04 2026-11-11 2027-05-03 -2024-12-24 -2026-12-31",
		"SI": "2026-02-08 2027-02-08 2026-01-02 2026-04-27 2026-05-02 2026-06-25 2026-10-31 -2026-08-14",
		"DE": "2026-10-03 2026-04-03 2026-05-14 2026-12-26 -2026-01-06 -2026-11-01",
		"FR": "2026-07-14 2026-05-08 2026-11-11 -2026-12-26 -2026-04-03",
		"GB": "2027-12-27 2027-12-28 2026-12-28 2028-01-03 2033-12-26 2033-12-27 2026-05-04 2026-05-25 2026-08-31 -2027-12-29 -2033-12-28",
		"US": "2026-06-19 2027-06-18 2027-07-05 2026-07-03 2026-11-26 2026-09-07 2026-05-25 2027-12-31 2028-11-10 -2026-11-27 -2026-12-24",
		"GR": "2026-04-10 2026-04-13 2026-02-23 2026-06-01 2024-05-07 -2026-04-03 -2026-04-06",
		"CY": "2026-04-13 2026-10-01", "RO": "2026-01-07 2026-04-10 2026-12-01", "BG": "2026-12-28 2027-05-04 2026-01-02 -2026-12-29",
		"IT": "2026-10-04 2027-10-04 -2025-10-04", "SK": "2025-05-08 2027-09-15 2024-11-17 -2026-05-08 -2026-09-15 -2025-11-17 -2024-09-01",
		"DK": "2026-04-02 -2024-04-26", "SE": "2026-06-19 2026-06-20 2026-12-24 2026-10-31", "FI": "2026-06-19 2026-12-06",
		"NL": "2026-04-27 2031-04-26 2026-05-05 -2031-04-27", "IE": "2026-02-02 2030-02-01 2026-10-26 -2030-02-04",
		"LV": "2024-05-06 2028-11-20 -2026-05-05", "NO": "2026-05-17 2026-04-02", "CH": "2026-08-01 -2026-12-26",
		"AT": "2026-10-26 2026-04-03", "ES": "2026-10-12", "HU": "2026-08-20", "CZ": "2026-09-28", "HR": "2026-05-30", "PT": "2026-06-10",
		"BE": "2026-07-21", "LU": "2026-05-09", "MT": "2026-09-21", "LT": "2026-11-02", "IS": "2026-04-23 2026-08-03 2026-06-17", "LI": "2026-09-08 2026-08-15", "EE": "2026-02-24",
		"XX": "-2026-12-25", "": "-2026-12-25",
	} {
		for text := range strings.FieldsSeq(days) {
			day, free := strings.CutPrefix(text, "-")
			if got := calendar.Default().Holiday(country, date(t, day)); got == free {
				t.Errorf("%s %s: holiday is %t", country, day, got)
			}
		}
	}
}

func TestEveryCountryHasEveryYear(t *testing.T) {
	all := "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK US"
	for country := range strings.FieldsSeq(all) {
		for year := 2024; year <= 2036; year++ {
			if !calendar.Default().Covers(country, year) {
				t.Errorf("nothing of %s in %d", country, year)
			}
		}
	}
	for _, year := range []int{2023, 2037} {
		if calendar.Default().Covers("PL", year) {
			t.Errorf("there should be nothing of %d", year)
		}
	}
	if calendar.Default().Covers("XX", 2026) {
		t.Error("XX is no country")
	}
}

func TestWorkingDays(t *testing.T) {
	c := calendar.Default()
	for name, tc := range map[string]struct {
		date, countries, want string
	}{
		"a working day is its own":      {"2026-03-18", "PL", "2026-03-18"},
		"over a weekend":                {"2026-03-21", "PL", "2026-03-23"},
		"over Easter in Germany":        {"2026-04-03", "DE", "2026-04-07"},
		"Good Friday is none in Poland": {"2026-04-03", "PL", "2026-04-03"},
		"in both":                       {"2026-12-24", "PL GB", "2026-12-29"},
		"one after the other":           {"2026-01-01", "SI RO", "2026-01-05"},
		"no country":                    {"2026-12-26", "", "2026-12-28"},
		"small letters":                 {"2026-12-25", "pl", "2026-12-28"},
	} {
		if got := c.NextWorkingDay(date(t, tc.date), strings.Fields(tc.countries)...); got != date(t, tc.want) {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
	if got := c.AddWorkingDays(date(t, "2026-12-18"), 7, "US"); got != date(t, "2026-12-30") {
		t.Errorf("seven working days over Christmas end on %s", got)
	}
	if got := c.AddWorkingDays(date(t, "2026-12-19"), 0, "US"); got != date(t, "2026-12-19") {
		t.Errorf("none is the day itself, not %s", got)
	}
}

func TestWith(t *testing.T) {
	wednesday, christmas := date(t, "2026-03-18"), date(t, "2026-12-25")
	days := func(d ...calendar.Date) map[string][]calendar.Date { return map[string][]calendar.Date{"pl": d} }
	changed := calendar.Default().With(days(wednesday, wednesday), days(christmas))
	if !changed.Holiday("PL", wednesday) || changed.Holiday("PL", christmas) || !changed.Holiday("DE", christmas) {
		t.Error("the change is not what was asked for")
	}
	if calendar.Default().Holiday("PL", wednesday) || !calendar.Default().Holiday("PL", christmas) {
		t.Error("the built-in calendar changed")
	}
	if !(calendar.Calendar{}).With(days(wednesday), days(wednesday)).Holiday("PL", wednesday) {
		t.Error("a day both added and removed is a holiday")
	}
	if (calendar.Calendar{}).Holiday("PL", christmas) {
		t.Error("the zero calendar knows no holiday")
	}
}

func TestNextWorkingDayIsTheFirst(t *testing.T) {
	countries := []string{"PL", "SI", "DE", "FR", "GB", "US", "BG", "SE"}
	rapid.Check(t, func(t *rapid.T) {
		c := calendar.Default()
		from := calendar.NewDate(2024, 1, rapid.IntRange(1, 13*365).Draw(t, "day"))
		a, b := rapid.SampledFrom(countries).Draw(t, "a"), rapid.SampledFrom(countries).Draw(t, "b")
		next := c.NextWorkingDay(from, a, b)
		if next.Before(from) || !c.WorkingDay(a, next) || !c.WorkingDay(b, next) || from.DaysUntil(next) > 10 {
			t.Fatalf("from %s: %s", from, next)
		}
		for d := from; d.Before(next); d = d.AddDays(1) {
			if c.WorkingDay(a, d) && c.WorkingDay(b, d) {
				t.Fatalf("from %s: %s comes before %s", from, d, next)
			}
		}
		if !slices.Equal([]calendar.Date{next}, []calendar.Date{c.NextWorkingDay(from, b, a)}) {
			t.Fatal("the order of countries matters")
		}
	})
}
