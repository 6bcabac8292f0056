// Package calendar knows public holidays and counts days by the civil calendar. It is pure: the holidays are generated
// data that is built in, and the day of today is never asked for.
//
// The holidays are those of a whole country: of the thirty states of the European Economic Area, Great Britain (of
// England and Wales), the United States (federal) and Switzerland (only the four days that hold in every canton). Days
// of a region, a town or a trade are not in it, nor days off by a decree of one year; With adds what a shop needs.
package calendar

import (
	_ "embed" // the holidays
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:generate go run ./generate -out holidays.json

// The holidays, by country (ISO 3166-1 alpha-2) and year, as "MMDD MMDD …".
//
//go:embed holidays.json
var data []byte

// Calendar holds public holidays by country. The zero Calendar knows only weekends. A Calendar is never changed.
type Calendar struct {
	days map[string][]Date // by country, sorted
}

var builtIn = sync.OnceValue(load)

// Default gives the calendar that is built in.
func Default() Calendar { return builtIn() }

// With gives a calendar in which some days more, or some days fewer, are holidays, by country. A day in both is one.
func (c Calendar) With(added, removed map[string][]Date) Calendar {
	days := maps.Clone(c.days)
	if days == nil {
		days = map[string][]Date{}
	}
	for country, dates := range removed {
		key := fold(country)
		days[key] = slices.DeleteFunc(slices.Clone(days[key]), func(d Date) bool { return slices.Contains(dates, d) })
	}
	for country, dates := range added {
		key := fold(country)
		all := slices.Concat(days[key], dates)
		slices.SortFunc(all, Date.Compare)
		days[key] = slices.Compact(all)
	}
	return Calendar{days: days}
}

// Covers tells whether any holidays of a country in a year are known. Where they are not, only weekends count.
func (c Calendar) Covers(country string, year int) bool {
	days := c.days[fold(country)]
	i, _ := slices.BinarySearchFunc(days, NewDate(year, time.January, 1), Date.Compare)
	return i < len(days) && days[i].Year == year
}

// Holiday tells whether a date is a public holiday in a country, on whatever day of the week.
func (c Calendar) Holiday(country string, date Date) bool {
	_, found := slices.BinarySearchFunc(c.days[fold(country)], date, Date.Compare)
	return found
}

// WorkingDay tells whether a date is neither a Saturday, nor a Sunday, nor a public holiday in a country (Regulation
// (EEC, Euratom) No 1182/71, Art. 2(2)).
func (c Calendar) WorkingDay(country string, date Date) bool {
	weekday := date.Weekday()
	return weekday != time.Saturday && weekday != time.Sunday && !c.Holiday(country, date)
}

// NextWorkingDay gives the first day, from date itself on, that is a working day in every one of the countries; without
// any, the first that is no weekend.
func (c Calendar) NextWorkingDay(date Date, countries ...string) Date {
	for !c.worksIn(date, countries) {
		date = date.AddDays(1)
	}
	return date
}

// AddWorkingDays gives the n-th working day after date, which itself does not count; date when n is not positive.
func (c Calendar) AddWorkingDays(date Date, n int, countries ...string) Date {
	for ; n > 0; n-- {
		date = c.NextWorkingDay(date.AddDays(1), countries...)
	}
	return date
}

func (c Calendar) worksIn(date Date, countries []string) bool {
	for _, country := range countries {
		if !c.WorkingDay(country, date) {
			return false
		}
	}
	return c.WorkingDay("", date)
}

func fold(country string) string { return strings.ToUpper(strings.TrimSpace(country)) }

// load reads the built-in data. It was written by the generator and is checked against it by a test, so what cannot be
// read here cannot be shipped.
func load() Calendar {
	var years map[string]map[string]string
	if err := json.Unmarshal(data, &years); err != nil {
		panic("calendar: the built-in holidays: " + err.Error())
	}
	c := Calendar{days: make(map[string][]Date, len(years))}
	for country, byYear := range years {
		var days []Date
		for year, list := range byYear {
			for day := range strings.FieldsSeq(list) {
				days = append(days, read(year, day))
			}
		}
		slices.SortFunc(days, Date.Compare)
		c.days[country] = days
	}
	return c
}

// read reads a year and "MMDD".
func read(year, day string) Date {
	y, err := strconv.Atoi(year)
	monthDay, err2 := strconv.Atoi(day)
	if err != nil || err2 != nil || len(day) != 4 {
		panic("calendar: the built-in holidays: " + year + " " + day)
	}
	return NewDate(y, time.Month(monthDay/100), monthDay%100)
}
