package templates

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"homeward/internal/money"
)

// Words speaks one language in one region and zone: it translates, and writes amounts, dates and times. Its methods can
// be called from html/template. It is cheap to make and safe to share.
type Words struct {
	speech  *speech
	locale  *locale
	lang    string
	zone    *time.Location
	isolate bool // values inside sentences are wrapped in U+2068 … U+2069
	country string
	law     *speech // of country, over speech; nil when its law says it in the same words
}

// Under gives the same words with the terms of the law of a consumer's country (ISO 3166-1 alpha-2): in English, to the United Kingdom
// "cancel", to the Union "withdraw". It is not the region, which formats amounts and dates by what the reader is used to.
func (w Words) Under(country string) Words {
	w.country = strings.ToUpper(country)
	w.law = w.speech.laws[w.country]
	return w
}

// Country gives the country of the last Under, "" without one.
func (w Words) Country() string { return w.country }

// speaks gives the texts that say a key: those of the law before those of the language.
func (w Words) speaks(key string) *speech {
	if w.law != nil && w.law.has(key) {
		return w.law
	}
	return w.speech
}

// Lang gives the language, for the lang attribute: "pl".
func (w Words) Lang() string { return w.lang }

// Dir gives the direction of writing, for the dir attribute: "ltr" or "rtl".
func (w Words) Dir() string { return Direction(w.lang) }

// T gives the text of a key. data are the text's variables: pairs of name and value, or one map[string]any. A key or
// variable that does not exist is a fault of the program: T panics, which html/template turns into an error of Execute.
func (w Words) T(key string, data ...any) string {
	s, err := w.speaks(key).say(key, w.values(key, data))
	if err != nil {
		panic(err)
	}
	return s
}

// N gives the text of a key in the plural form of count, which the text sees as .Count in the locale's digits.
func (w Words) N(key string, count int, data ...any) string {
	values := w.values(key, data)
	if values == nil {
		values = make(map[string]any, 1)
	}
	values["Count"] = w.Number(int64(count))
	s, err := w.speaks(key).count(key, count, values)
	if err != nil {
		panic(err)
	}
	return s
}

// Has tells whether a key exists, for words about codes that come from outside.
func (w Words) Has(key string) bool { return w.speech.has(key) }

// Code gives the text of prefix.code, and of prefix.other when nobody here has a word for that code.
func (w Words) Code(prefix, code string) string {
	if key := prefix + "." + code; w.Has(key) {
		return w.T(key)
	}
	return w.T(prefix + ".other")
}

// values makes a text's variables from pairs or from a map. On lines that run right to left, and where a Words was
// made to do so, every text value is isolated, so that "#1001" inside Arabic keeps its order.
func (w Words) values(key string, data []any) map[string]any {
	if len(data) == 0 {
		return nil
	}
	values := make(map[string]any, len(data)/2+1)
	if m, ok := data[0].(map[string]any); ok && len(data) == 1 {
		for name, value := range m {
			values[name] = w.value(value)
		}
		return values
	}
	if len(data)%2 != 0 {
		panic(fmt.Errorf("templates: %s: variables come in pairs of name and value", key))
	}
	for i := 0; i < len(data); i += 2 {
		name, ok := data[i].(string)
		if !ok {
			panic(fmt.Errorf("templates: %s: the name of variable %d is no text", key, i/2+1))
		}
		values[name] = w.value(data[i+1])
	}
	return values
}

func (w Words) value(v any) any {
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case template.HTML:
		return string(v)
	case int:
		s = w.Number(int64(v))
	case fmt.Stringer:
		s = v.String()
	default:
		s = fmt.Sprint(v)
	}
	if s = clean(s); w.isolate && needsIsolate(s, w.Dir()) {
		return firstStrongIsolate + s + popIsolate
	}
	return s
}

// Number writes a whole number.
func (w Words) Number(n int64) string {
	digits, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
	s := w.locale.native(w.locale.grouped(digits, w.locale.NumberGroup))
	if negative {
		return w.locale.Minus + s
	}
	return s
}

// Money writes an amount of minor units in a currency (ISO 4217).
func (w Words) Money(minor int64, currency string) string {
	s := w.locale.formatMoney(money.Decimal(minor, currency), currency)
	if minor >= 0 || w.Dir() != "rtl" {
		return s
	}
	// CLDR's minus brings a mark that would turn the whole amount from left to right, other than the amounts above and below it.
	if at := strings.LastIndex(s, nbsp); at >= 0 {
		s = s[:at] + "\u200f" + s[at:]
	}
	return s
}

// plainMoney is Money for an SMS: a symbol that would turn a plain text into UCS-2 gives way to the currency's code.
func (w Words) plainMoney(minor int64, currency string) string {
	symbol := w.locale.Symbols[currency]
	for _, r := range symbol {
		if unicode.Is(unicode.Latin, r) && !strings.ContainsRune(gsmBasic, r) {
			symbol = currency
			break
		}
	}
	return w.locale.writeMoney(money.Decimal(minor, currency), currency, cmp.Or(symbol, clean(currency)))
}

// Date writes the day of t with its year: "23 listopada 2026". The zero time gives "".
func (w Words) Date(t time.Time) string { return w.at(w.locale.date, t) }

// DateTime writes day, year and time of t: "23 listopada 2026 17:00".
func (w Words) DateTime(t time.Time) string { return w.at(w.locale.dateTime, t) }

// Instant writes day, year and time of t with the zone they hold in: "23 listopada 2026 17:00 (UTC+01:00)".
func (w Words) Instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.DateTime(t) + " (UTC" + strings.TrimPrefix(t.In(w.zone).Format("-07:00"), "+00:00") + ")"
}

// Moment writes weekday, day and time of t, for what is near: "środa, 25 listopada 18:00".
func (w Words) Moment(t time.Time) string { return w.at(w.locale.dayTime, t) }

// shortMoment is Moment without the weekday: "25 listopada 18:00".
func (w Words) shortMoment(t time.Time) string { return w.at(w.locale.shortTime, t) }

// Time writes the time of day of t: "17:00".
func (w Words) Time(t time.Time) string { return w.at(w.locale.time, t) }

// Day writes a date "2026-11-23" with its weekday, for what is near: "poniedziałek, 23 listopada". What is no date gives "".
func (w Words) Day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return w.locale.format(w.locale.day, t)
}

func (w Words) at(pattern []token, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.locale.format(pattern, t.In(w.zone))
}
