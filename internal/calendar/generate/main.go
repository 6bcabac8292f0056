// Command generate writes the public holidays that the calendar has built in.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"

	"homeward/internal/calendar"
)

// The years that are written.
const (
	firstYear = 2024
	lastYear  = 2036
)

func main() {
	out := flag.String("out", "holidays.json", "the file to write")
	flag.Parse()
	if err := os.WriteFile(*out, holidays(), 0o644); err != nil { //nolint:gosec // a source file, which everybody may read
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// holidays gives the file: an object of countries, each an object of years, each the days as "MMDD MMDD …". One line is
// one year of one country, so that a change shows.
func holidays() []byte {
	var file bytes.Buffer
	file.WriteString("{")
	for i, country := range slices.Sorted(maps.Keys(countries)) {
		separate(&file, i > 0)
		fmt.Fprintf(&file, "%q:{", country)
		days := daysOf(country)
		for year := firstYear; year <= lastYear; year++ {
			separate(&file, year > firstYear)
			fmt.Fprintf(&file, "\"%d\":%q", year, line(days, year))
		}
		file.WriteString("}")
	}
	file.WriteString("\n}\n")
	return file.Bytes()
}

func separate(file *bytes.Buffer, more bool) {
	if more {
		file.WriteString(",")
	}
	file.WriteString("\n")
}

func line(days []calendar.Date, year int) string {
	var text bytes.Buffer
	for _, day := range days {
		if day.Year != year {
			continue
		}
		if text.Len() > 0 {
			text.WriteString(" ")
		}
		fmt.Fprintf(&text, "%02d%02d", day.Month, day.Day)
	}
	return text.String()
}

// daysOf gives the holidays of a country, sorted, each once. A year more on both sides is worked out, because a holiday
// may be kept in the year before.
func daysOf(country string) []calendar.Date {
	c := countries[country]
	var days []calendar.Date
	for year := firstYear - 1; year <= lastYear+1; year++ {
		days = append(days, c.in(year)...)
	}
	slices.SortFunc(days, calendar.Date.Compare)
	return slices.Compact(days)
}
