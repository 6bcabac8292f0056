package templates

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed cldr.json
var cldrFile embed.FS

// locale is how one language in one region writes numbers, money, dates and times: CLDR 48 (see docs/languages.md).
type locale struct {
	Parent      string            `json:"parent"`
	Digits      string            `json:"digits"` // the ten digits, "" for 0-9
	Decimal     string            `json:"decimal"`
	Group       string            `json:"group"`        // between thousands of money
	NumberGroup string            `json:"number_group"` // between thousands of plain numbers
	Minus       string            `json:"minus"`
	MinGrouping int               `json:"min_grouping"` // digits that must stand before the first group separator
	Money       string            `json:"money"`        // "#,##0.00 ¤", negative after ";" where it differs
	MoneyAlpha  string            `json:"money_alpha"`  // the same when the symbol is letters
	Months      []string          `json:"months"`
	Days        []string          `json:"days"` // from Sunday
	AM          string            `json:"am"`
	PM          string            `json:"pm"`
	Date        string            `json:"date"` // "d MMMM y"
	Day         string            `json:"day"`  // "EEEE, d MMMM"
	Time        string            `json:"time"` // "HH:mm"
	Glue        string            `json:"glue"` // "{1} 'at' {0}": 1 is the date, 0 the time
	Symbols     map[string]string `json:"symbols"`
	Patterns    map[string]string `json:"patterns"` // of currencies that are written otherwise than Money

	digits                                        []string
	date, day, time, dateTime, dayTime, shortTime []token
	positive, negative                            moneyPattern
	positiveAlpha, negativeAlpha                  moneyPattern
	indianGrouping                                bool // 12,34,567
}

// loadLocales reads the table once per process; it is only read afterwards.
var loadLocales = sync.OnceValues(func() (map[string]*locale, error) {
	raw, err := cldrFile.ReadFile("cldr.json")
	if err != nil {
		return nil, fmt.Errorf("templates: cldr.json: %w", err)
	}
	var rows map[string]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("templates: cldr.json: %w", err)
	}
	locales := make(map[string]*locale, len(rows))
	for name := range rows {
		if _, err := resolve(name, rows, locales); err != nil {
			return nil, err
		}
	}
	return locales, nil
})

// resolve lays a row over its parent's and compiles its patterns.
func resolve(name string, rows map[string]json.RawMessage, done map[string]*locale) (*locale, error) {
	if l, ok := done[name]; ok {
		return l, nil
	}
	var head struct {
		Parent string `json:"parent"`
	}
	if err := json.Unmarshal(rows[name], &head); err != nil {
		return nil, fmt.Errorf("templates: cldr.json: %s: %w", name, err)
	}
	l := &locale{}
	if head.Parent != "" {
		parent, err := resolve(head.Parent, rows, done)
		if err != nil {
			return nil, err
		}
		*l = *parent
		l.Symbols, l.Patterns = maps.Clone(parent.Symbols), maps.Clone(parent.Patterns)
		l.Months, l.Days = append([]string(nil), parent.Months...), append([]string(nil), parent.Days...)
	}
	if err := json.Unmarshal(rows[name], l); err != nil {
		return nil, fmt.Errorf("templates: cldr.json: %s: %w", name, err)
	}
	l.compile()
	done[name] = l
	return l, nil
}

func (l *locale) compile() {
	l.digits = nil
	for _, d := range l.Digits {
		l.digits = append(l.digits, string(d))
	}
	l.date, l.day, l.time = tokens(l.Date), tokens(l.Day), tokens(l.Time)
	l.dateTime, l.dayTime, l.shortTime = l.glue(l.date), l.glue(l.day), l.glue(withoutWeekday(l.day))
	l.positive, l.negative = moneyPatterns(l.Money)
	l.positiveAlpha, l.negativeAlpha = moneyPatterns(l.MoneyAlpha)
	l.indianGrouping = strings.Contains(l.Money, "#,##,##0")
}

// localeFor gives the formats of a language in a region; without such a row those of the language.
func localeFor(language, region string) (*locale, error) {
	locales, err := loadLocales()
	if err != nil {
		return nil, err
	}
	if l, ok := locales[language+"-"+region]; ok {
		return l, nil
	}
	if l, ok := locales[language]; ok {
		return l, nil
	}
	return nil, fmt.Errorf("templates: no formats for language %q", language)
}

// moneyPattern is what stands around a number.
type moneyPattern struct {
	prefix, suffix string // with "¤" for the symbol and "-" for the sign
}

func moneyPatterns(pattern string) (positive, negative moneyPattern) {
	plus, minus, found := strings.Cut(pattern, ";")
	positive = cutNumber(plus)
	if found {
		return positive, cutNumber(minus)
	}
	return positive, moneyPattern{"-" + positive.prefix, positive.suffix}
}

func cutNumber(p string) moneyPattern {
	start, end := strings.IndexAny(p, "#0"), strings.LastIndexAny(p, "#0")
	return moneyPattern{p[:start], p[end+1:]}
}

// affixes puts the currency's symbol and the sign into an affix; CLDR wants a no-break space between a symbol that is
// letters and the digits where the pattern has none.
func (l *locale) affixes(p moneyPattern, symbol string) (prefix, suffix string) {
	fill := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "-", l.Minus), "¤", symbol)
	}
	prefix, suffix = fill(p.prefix), fill(p.suffix)
	if strings.HasSuffix(p.prefix, "¤") && isAlpha(lastRune(symbol)) {
		prefix += nbsp
	}
	if strings.HasPrefix(p.suffix, "¤") && isAlpha(firstRune(symbol)) {
		suffix = nbsp + suffix
	}
	return prefix, suffix
}

const nbsp = "\u00a0"

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

func lastRune(s string) rune { r, _ := utf8.DecodeLastRuneInString(s); return r }

// isAlpha is CLDR's [[:^S:]&[:^Z:]]: neither a symbol nor a space.
func isAlpha(r rune) bool { return !unicode.IsSymbol(r) && !unicode.In(r, unicode.Z) }

// formatMoney writes minor units: 123450, "PLN" is "1234,50 zł" in Polish.
func (l *locale) formatMoney(decimal, currency string) string {
	symbol, ok := l.Symbols[currency]
	if !ok {
		symbol = clean(currency)
	}
	return l.writeMoney(decimal, currency, symbol)
}

// writeMoney writes a decimal string with a symbol for its currency.
func (l *locale) writeMoney(decimal, currency, symbol string) string {
	unsigned, negative := strings.CutPrefix(decimal, "-")
	pattern := l.moneyPattern(currency, unicode.IsLetter(lastRune(symbol)), negative)
	prefix, suffix := l.affixes(pattern, symbol)
	whole, fraction, hasFraction := strings.Cut(unsigned, ".")
	out := prefix + l.native(l.grouped(whole, l.Group))
	if hasFraction {
		out += l.Decimal + l.native(fraction)
	}
	return out + suffix
}

func (l *locale) moneyPattern(currency string, alpha, negative bool) moneyPattern {
	positive, minus := l.positive, l.negative
	switch own := l.Patterns[currency]; {
	case own != "":
		positive, minus = moneyPatterns(own)
	case alpha:
		positive, minus = l.positiveAlpha, l.negativeAlpha
	}
	if negative {
		return minus
	}
	return positive
}

// grouped puts separators between the thousands of a row of digits.
func (l *locale) grouped(digits, separator string) string {
	if len(digits) < 3+l.MinGrouping {
		return digits
	}
	head, groups := digits[:len(digits)-3], []string{digits[len(digits)-3:]}
	step := 3
	if l.indianGrouping {
		step = 2
	}
	for len(head) > step {
		groups = append(groups, head[len(head)-step:])
		head = head[:len(head)-step]
	}
	var b strings.Builder
	b.WriteString(head)
	for _, group := range slices.Backward(groups) {
		b.WriteString(separator)
		b.WriteString(group)
	}
	return b.String()
}

// native writes ASCII digits in the locale's own.
func (l *locale) native(s string) string {
	if len(l.digits) == 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteString(l.digits[r-'0'])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
