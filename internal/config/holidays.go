package config

import (
	"errors"
	"fmt"
	"slices"

	"homeward/internal/calendar"
)

// holidays gives the public holidays by which last days are counted: those that are built in, with the days more and the days fewer that
// the file names by country. nil when it names none.
func (s *section) holidays() *calendar.Calendar {
	if !s.present() {
		return nil
	}
	added, removed := map[string][]calendar.Date{}, map[string][]calendar.Date{}
	for _, country := range slices.Clone(s.keys) {
		days := s.section(country)
		s.check(country, checkCountry(country))
		added[country] = days.dates("add", func(calendar.Date) error { return nil })
		removed[country] = days.dates("remove", func(d calendar.Date) error {
			if !calendar.Default().Holiday(country, d) {
				return fmt.Errorf("%s is no holiday in %s that this version knows; leave it out", d, country)
			}
			return nil
		})
		days.close()
	}
	changed := calendar.Default().With(added, removed)
	return &changed
}

// dates gives a list of days, each checked by check.
func (s *section) dates(key string, check func(calendar.Date) error) []calendar.Date {
	var out []calendar.Date
	s.list(key, func(text string) error {
		day, err := calendar.Parse(text)
		if err != nil {
			return errors.New("is no day; write one such as 2027-05-03")
		}
		out = append(out, day)
		return check(day)
	})
	return out
}
