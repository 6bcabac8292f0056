package wire

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"homeward/internal/fault"
	"homeward/internal/money"
)

// Limits of what a webhook may say.
const (
	MaxLines    = 1000              // lines of an order, parcels, refunds, checkpoints
	MaxQuantity = 100_000           // units of a line
	MaxAmount   = 1_000_000_000_000 // minor units of any amount, and of a line's units together
	MaxText     = 1024              // bytes of a name, a title, an address line
	MaxID       = 255               // bytes of an id, a number, a code
)

// Fields reads the values of a body one after the other and keeps the first thing that is wrong, so that the mapping
// reads as a plain list. The zero Fields has no currency and UTC.
type Fields struct {
	Currency string         // ISO 4217, for Amount; see SetCurrency
	Zone     *time.Location // for times without a zone
	err      error
	notes    []string
}

// Err gives the first fault, nil if all is well.
func (f *Fields) Err() error { return f.err }

// Fail keeps err, if it is one and there is none already.
func (f *Fields) Fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// Note adds a remark of ids and codes for staff; the same remark stands once.
func (f *Fields) Note(note string) {
	if slices.Contains(f.notes, note) {
		return
	}
	f.notes = append(f.notes, note)
}

// Notes gives the remarks in one line.
func (f *Fields) Notes() string { return strings.Join(f.notes, "; ") }

// SetCurrency sets the currency of the amounts, in capitals. An unknown one is the fault "currency_unknown".
func (f *Fields) SetCurrency(code string) string {
	code = strings.ToUpper(strings.TrimSpace(code))
	if _, err := money.Exponent(code); err != nil {
		f.Fail(fault.New(fault.Permanent, "currency_unknown",
			fmt.Sprintf("The currency %q is not one of ISO 4217; amounts in it cannot be read.", Word(code)), err))
	}
	f.Currency = code
	return code
}

// Amount reads a decimal in major units into minor units; "" is 0. It may be negative.
func (f *Fields) Amount(path, decimal string) int64 {
	if decimal == "" || f.err != nil {
		return 0
	}
	n, err := money.Parse(decimal, f.Currency)
	if err != nil {
		f.Fail(Invalid(path, "is not an amount in "+f.Currency, err))
		return 0
	}
	if n > MaxAmount || n < -MaxAmount {
		f.Fail(Invalid(path, "is too large", nil))
		return 0
	}
	return n
}

// Rounded is Amount for taxes and computed shares, which some shops keep to more digits than the currency has: the rest
// is rounded, half away from zero.
func (f *Fields) Rounded(path, decimal string) int64 {
	exp, err := money.Exponent(f.Currency)
	dot := strings.IndexByte(decimal, '.')
	if err != nil || dot < 0 || len(decimal) <= dot+1+exp {
		return f.Amount(path, decimal)
	}
	cut, rest := decimal[:dot+1+exp], decimal[dot+1+exp:]
	if strings.Trim(rest, "0123456789") != "" {
		return f.Amount(path, decimal) // tells what is wrong with it
	}
	n := f.Amount(path, strings.TrimSuffix(cut, "."))
	if f.err != nil || rest[0] < '5' {
		return n
	}
	if strings.HasPrefix(decimal, "-") {
		return n - 1
	}
	return n + 1
}

// NotNegative is Amount for what cannot be below zero.
func (f *Fields) NotNegative(path, decimal string) int64 {
	n := f.Amount(path, decimal)
	if n < 0 {
		f.Fail(Invalid(path, "is negative", nil))
		return 0
	}
	return n
}

// Quantity checks a count of units: 1 to MaxQuantity.
func (f *Fields) Quantity(path string, n int) int {
	if n < 1 || n > MaxQuantity {
		f.Fail(Invalid(path, "is not a number of units from 1 to 100000", nil))
	}
	return n
}

// Count checks the length of a list.
func (f *Fields) Count(path string, n int) {
	if n > MaxLines {
		f.Fail(Invalid(path, "has more than 1000 entries", nil))
	}
}

// Text cuts a text to MaxText bytes at a character.
func Text(s string) string {
	s = strings.TrimSpace(s)
	if len(s) <= MaxText {
		return s
	}
	s = s[:MaxText]
	for len(s) > 0 {
		if r, size := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || size != 1 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// ID gives an id without space around it; missing or longer than MaxID is a fault.
func (f *Fields) ID(path, id string) string {
	id = f.OptionalID(path, id)
	if id == "" {
		f.Fail(Invalid(path, "is missing", nil))
	}
	return id
}

// OptionalID gives an id without space around it, "" when there is none; longer than MaxID is a fault.
func (f *Fields) OptionalID(path, id string) string {
	id = strings.TrimSpace(id)
	if len(id) > MaxID {
		f.Fail(Invalid(path, "is longer than 255 bytes", nil))
		return ""
	}
	return id
}

// Time reads a time that must be there, into UTC.
func (f *Fields) Time(path, s string) time.Time {
	t, ok := ParseTime(s, f.Zone)
	if !ok {
		f.Fail(Invalid(path, "is not a time", nil))
	}
	return t
}

// Country gives an ISO 3166-1 alpha-2 code in capitals, "" for anything else.
func Country(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return ""
	}
	return s
}

// layouts are the spellings of times that vendors use; those without an offset are read in the caller's zone.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02",
}

// ParseTime reads a vendor's time; one without an offset is in zone (nil is UTC). The result is in UTC and between the
// years 1990 and 2100: a time outside would stand over everything that comes later, or under.
func ParseTime(s string, zone *time.Location) (time.Time, bool) {
	if zone == nil {
		zone = time.UTC
	}
	s = strings.TrimSpace(s)
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			t = t.UTC()
			return t, t.Year() >= 1990 && t.Year() < 2100
		}
	}
	return time.Time{}, false
}

// Date gives the calendar day of a vendor's date or time as written, "2026-11-25", or "" when it is none. The day is the
// one in the text itself: "2026-11-25T00:00:00Z" means the 25th wherever the shop is.
func Date(s string) string {
	s = strings.TrimSpace(s)
	if _, ok := ParseTime(s, nil); !ok || len(s) < len(time.DateOnly) {
		return ""
	}
	return s[:len(time.DateOnly)]
}

// Stamp gives a time as it stands in an event's id.
func Stamp(t time.Time) string { return t.UTC().Format("20060102T150405.999999999Z") }
