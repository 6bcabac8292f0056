// Package page is the plumbing that pages share: security headers, the style sheet, and how words get into templates.
package page

import "time"

// Words is a language's words and formats.
type Words interface {
	// Text gives the text of a message id with data for its placeholders.
	Text(id string, data map[string]any) string
	// Count gives the plural form of a message id for n, which is its placeholder Count.
	Count(id string, n int, data map[string]any) string
	// Money gives an amount of minor units.
	Money(minor int64, currency string) string
	// Day gives a day with its weekday and without the year: "Tuesday 25 November".
	Day(t time.Time) string
	// Clock gives a time of day: "14:30".
	Clock(t time.Time) string
}
