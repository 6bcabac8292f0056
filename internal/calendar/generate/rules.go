package main

import (
	"slices"
	"time"

	"homeward/internal/calendar"
)

// country says how the holidays of a year are found.
type country struct {
	rules []rule
	// observed gives the days that are kept in place of, or beside, those of a year that fall on a weekend.
	observed func(days []calendar.Date) []calendar.Date
}

func (c country) in(year int) []calendar.Date {
	var days []calendar.Date
	for _, r := range c.rules {
		if r.holds(year) {
			days = append(days, r.day(year))
		}
	}
	slices.SortFunc(days, calendar.Date.Compare)
	days = slices.Compact(days)
	if c.observed != nil {
		days = append(days, c.observed(days)...)
	}
	return days
}

// rule is one holiday. From and to are the first and last year it holds, 0 without bound; not lists years left out.
type rule struct {
	day      func(year int) calendar.Date
	from, to int
	not      []int
}

func (r rule) holds(year int) bool {
	return year >= r.from && (r.to == 0 || year <= r.to) && !slices.Contains(r.not, year)
}

func (r rule) since(year int) rule      { r.from = year; return r }
func (r rule) until(year int) rule      { r.to = year; return r }
func (r rule) except(years ...int) rule { r.not = years; return r }

// on is a day of the same date every year.
func on(month time.Month, day int) rule {
	return rule{day: func(year int) calendar.Date { return calendar.NewDate(year, month, day) }}
}

// once is a day of one year.
func once(year int, month time.Month, day int) rule { return on(month, day).since(year).until(year) }

// easter is a day so many days after Easter Sunday of the western churches, before it when negative.
func easter(days int) rule {
	return rule{day: func(year int) calendar.Date { return western(year).AddDays(days) }}
}

// pascha is easter for the orthodox churches.
func pascha(days int) rule {
	return rule{day: func(year int) calendar.Date { return orthodox(year).AddDays(days) }}
}

// nth is the n-th such weekday of a month.
func nth(n int, weekday time.Weekday, month time.Month) rule { return from(weekday, month, 7*(n-1)+1) }

// last is the last such weekday of a month.
func last(weekday time.Weekday, month time.Month) rule { //nolint:unparam // a rule is for any weekday
	return rule{day: func(year int) calendar.Date {
		end := calendar.NewDate(year, month+1, 0)
		return end.AddDays(-int((end.Weekday() - weekday + 7) % 7))
	}}
}

// from is the first such weekday on or after a date.
func from(weekday time.Weekday, month time.Month, day int) rule {
	return rule{day: func(year int) calendar.Date {
		start := calendar.NewDate(year, month, day)
		return start.AddDays(int((weekday - start.Weekday() + 7) % 7))
	}}
}

// western gives Easter Sunday by the Gregorian calendar: the Sunday after the full moon of the tables, which are those
// of Gauss with Lilius' corrections of the moon and of the leap years.
func western(year int) calendar.Date {
	century := year / 100
	moon := (19*(year%19) + 15 + century - century/4 - (8*century+13)/25) % 30
	// Two corrections: the moon of the tables is never full on 19 April, nor twice on 18 April in one cycle of 19 years.
	if moon == 29 || (moon == 28 && year%19 > 10) {
		moon--
	}
	return sundayAfter(calendar.NewDate(year, time.March, 21+moon))
}

// orthodox gives Easter Sunday by the Julian calendar, as a date of the Gregorian one. Between 1900 and 2099 the two are
// thirteen days apart.
func orthodox(year int) calendar.Date {
	moon := (19*(year%19) + 15) % 30
	return sundayAfter(calendar.NewDate(year, time.March, 21+moon+13))
}

func sundayAfter(date calendar.Date) calendar.Date { return date.AddDays(7 - int(date.Weekday())) }

// madeUp gives, for each of those holidays that falls on a weekend, the next weekday that is not a holiday yet.
func madeUp(holidays ...rule) func([]calendar.Date) []calendar.Date {
	return func(days []calendar.Date) []calendar.Date {
		var more []calendar.Date
		for _, holiday := range holidays {
			next := holiday.day(days[0].Year)
			if !weekend(next) {
				continue
			}
			for weekend(next) || slices.Contains(days, next) || slices.Contains(more, next) {
				next = next.AddDays(1)
			}
			more = append(more, next)
		}
		return more
	}
}

// nearest gives, for a day on a Saturday, the Friday before, and for one on a Sunday, the Monday after (5 U.S.C. 6103(b)
// and Executive Order 11582).
func nearest(days []calendar.Date) []calendar.Date {
	var more []calendar.Date
	for _, day := range days {
		switch day.Weekday() {
		case time.Saturday:
			more = append(more, day.AddDays(-1))
		case time.Sunday:
			more = append(more, day.AddDays(1))
		default:
		}
	}
	return more
}

func weekend(day calendar.Date) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}
