package calendar

import (
	"cmp"
	"fmt"
	"sort"
	"time"
)

// Date is a day by the calendar, without a time and without a zone. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate gives a date; what overflows is carried on, as in time.Date: 31 April is 1 May.
func NewDate(year int, month time.Month, day int) Date {
	return ofUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Of gives the day that a clock in the zone shows at an instant (UTC when zone is nil); no day for the zero time.
func Of(t time.Time, zone *time.Location) Date {
	if t.IsZero() {
		return Date{}
	}
	return ofUTC(t.In(orUTC(zone)))
}

func ofUTC(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// Parse reads "2026-11-25".
func Parse(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("calendar: %q is no date like 2026-11-25", text)
	}
	return ofUTC(t), nil
}

// String gives "2026-11-25", and "" for no day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// MarshalText writes a date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// IsZero tells that d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Compare gives -1, 0 or +1: d is before, the same as, or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before tells whether d is before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After tells whether d is after e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays gives the date n days later; earlier when n is negative. The last day of a period of n days whose day of the
// event does not count (Regulation (EEC, Euratom) No 1182/71, Art. 3(1)).
func (d Date) AddDays(n int) Date { return NewDate(d.Year, d.Month, d.Day+n) }

// AddMonths gives the same day n months later, or the last of that month when it has no such day: 31 January and one
// month is 28 or 29 February (Regulation 1182/71, Art. 3(2)(c)).
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.Year, d.Month+time.Month(n), 1)
	last := NewDate(first.Year, first.Month+1, 0)
	first.Day = min(d.Day, last.Day)
	return first
}

// DaysUntil gives how many days later e is, negative when it is earlier.
func (d Date) DaysUntil(e Date) int { return int(e.utc().Sub(d.utc()) / (24 * time.Hour)) }

// EndOfDay gives the midnight that ends the day in a zone, in UTC: the first instant that is no longer that day. Where
// summer time begins at midnight, there is no midnight, and the day ends as the clock jumps.
func (d Date) EndOfDay(zone *time.Location) time.Time {
	zone = orUTC(zone)
	const around = 4 * time.Hour
	midnight := time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, zone)
	_, before := midnight.Add(-around).Zone()
	_, after := midnight.Add(around).Zone()
	if before == after {
		return midnight.UTC()
	}
	start := midnight.Add(-around)
	seconds := sort.Search(int(2*around/time.Second), func(n int) bool {
		return Of(start.Add(time.Duration(n)*time.Second), zone).After(d)
	})
	return start.Add(time.Duration(seconds) * time.Second).UTC()
}

// Noon gives the middle of the day in a zone, in UTC: a moment that this zone, and only it for sure, dates as the day. The zero time for
// no day.
func (d Date) Noon(zone *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, orUTC(zone)).UTC()
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}
