package templates

import (
	"strconv"
	"strings"
	"time"
)

// token is a piece of a date pattern: a field ('d', 'M', 'y', 'E', 'H', 'h', 'm', 'a') of a width, or literal text.
type token struct {
	field rune
	width int
	text  string
}

// tokens compiles a CLDR date pattern.
func tokens(pattern string) []token {
	var out []token
	literal := func(s string) {
		if n := len(out); n > 0 && out[n-1].field == 0 {
			out[n-1].text += s
			return
		}
		out = append(out, token{text: s})
	}
	quoted := false
	var last rune
	for _, r := range pattern {
		switch {
		case r == '\'':
			quoted = !quoted
		case !quoted && strings.ContainsRune("dMLyEcHhma", r):
			if n := len(out); n > 0 && out[n-1].field == r && last == r {
				out[n-1].width++
			} else {
				out = append(out, token{field: r, width: 1})
			}
		default:
			literal(string(r))
		}
		last = r
	}
	return out
}

// withoutWeekday drops the weekday and what joins it to the day.
func withoutWeekday(pattern []token) []token {
	var out []token
	for i, k := range pattern {
		afterWeekday := k.field == 0 && i > 0 && pattern[i-1].field == 'E'
		if k.field != 'E' && !afterWeekday {
			out = append(out, k)
		}
	}
	return out
}

// glue joins a date's pattern and the time's.
func (l *locale) glue(date []token) []token {
	var out []token
	for rest := l.Glue; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "{1}"):
			out, rest = append(out, date...), rest[3:]
		case strings.HasPrefix(rest, "{0}"):
			out, rest = append(out, l.time...), rest[3:]
		default:
			end := strings.IndexByte(rest, '{')
			if end < 0 {
				end = len(rest)
			}
			out = append(out, token{text: strings.ReplaceAll(rest[:end], "'", "")})
			rest = rest[end:]
		}
	}
	return out
}

// format writes t, in the zone it carries, by a compiled pattern.
func (l *locale) format(pattern []token, t time.Time) string {
	var b strings.Builder
	for _, k := range pattern {
		switch k.field {
		case 0:
			b.WriteString(k.text)
		case 'd':
			b.WriteString(l.number(t.Day(), k.width))
		case 'M', 'L':
			if k.width >= 3 {
				b.WriteString(l.Months[t.Month()-1])
			} else {
				b.WriteString(l.number(int(t.Month()), k.width))
			}
		case 'y':
			b.WriteString(l.number(t.Year(), 1))
		case 'E', 'c':
			b.WriteString(l.Days[t.Weekday()])
		case 'H':
			b.WriteString(l.number(t.Hour(), k.width))
		case 'h':
			b.WriteString(l.number((t.Hour()+11)%12+1, k.width))
		case 'm':
			b.WriteString(l.number(t.Minute(), k.width))
		case 'a':
			if t.Hour() < 12 {
				b.WriteString(l.AM)
			} else {
				b.WriteString(l.PM)
			}
		}
	}
	return b.String()
}

func (l *locale) number(n, width int) string {
	s := strconv.Itoa(n)
	if len(s) < width {
		s = strings.Repeat("0", width-len(s)) + s
	}
	return l.native(s)
}
