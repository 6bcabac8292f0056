package templates

import (
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The isolates of UAX #9: what stands between them keeps its own direction and cannot reorder what is around.
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
	rightToLeftMark    = "\u200f"
	leftToRightMark    = "\u200e"
)

// clean makes a value from outside harmless in a sentence, a subject or a line of text: control characters and line
// breaks become spaces, characters that steer direction go, runs of spaces become one.
func clean(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case steersDirection(r), r == utf8.RuneError:
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		default:
			return r
		}
	}, s)
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c >= 0x7f || (c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ')) {
			return false
		}
	}
	return true
}

// steersDirection tells embeddings, overrides and isolates. The marks (U+200E, U+200F, U+061C) stay: CLDR's amounts and
// dates carry them, and they cannot reach beyond themselves.
func steersDirection(r rune) bool {
	return (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069')
}

// needsIsolate tells whether a value could disturb a line of a direction, or be disturbed by it. Only words of the line's
// own right-to-left script cannot; on lines from left to right every value is isolated, for it may be such words.
func needsIsolate(s, direction string) bool {
	if s == "" || direction != "rtl" {
		return s != ""
	}
	for _, r := range s {
		if !unicode.In(r, unicode.Arabic) || unicode.IsDigit(r) {
			if r != ' ' {
				return true
			}
		}
	}
	return false
}

// withBDI escapes text for HTML and turns its isolates into <bdi>, which mail clients know better. A short code or number
// stays on one line: a return number that is torn at its hyphen is copied wrong.
func withBDI(s string) template.HTML {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, firstStrongIsolate)
		b.WriteString(template.HTMLEscapeString(before))
		if !found {
			return template.HTML(b.String()) //nolint:gosec // escaped above
		}
		value, after, _ := strings.Cut(rest, popIsolate)
		open, end := "<bdi>", "</bdi>"
		if isCode(value) {
			open, end = `<span style="white-space:nowrap;"><bdi>`, "</bdi></span>"
		}
		b.WriteString(open + template.HTMLEscapeString(value) + end)
		s = after
	}
}

// isCode tells a value that is one word with a hyphen and a digit, and narrow enough for every screen.
func isCode(s string) bool {
	return strings.Contains(s, "-") && strings.ContainsAny(s, "0123456789") && len(s) <= 24 && !strings.ContainsAny(s, " \u00a0\u202f")
}

// forLine gives text for a plain line or a subject: isolates stay where the line runs right to left.
func forLine(s, direction string) string {
	if direction == "rtl" {
		return s
	}
	return withoutIsolates(s)
}

var isolates = strings.NewReplacer(firstStrongIsolate, "", popIsolate, "")

func withoutIsolates(s string) string { return isolates.Replace(s) }

// shorten cuts s to at most n runes and marks the cut.
func shorten(s string, n int) string {
	if cut := trimmed(s, n-1); cut != s {
		return cut + "…"
	}
	return s
}

// trimmed cuts s to at most n runes, at a space where one is near, without a mark.
func trimmed(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := n
	for i := n; i > n/2; i-- {
		if unicode.IsSpace(runes[i]) {
			cut = i
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.Is(unicode.Mn, r)
	})
}

// oneLine joins parts with the comma of the line's direction. Parts without a right-to-left letter keep their own comma:
// a German address stays German in an Arabic mail.
func oneLine(parts []string, direction string) string {
	if direction == "rtl" && hasRightToLeft(strings.Join(parts, "")) {
		return strings.Join(parts, "، ")
	}
	return strings.Join(parts, ", ")
}

// hasRightToLeft tells whether s has a letter of a script from right to left.
func hasRightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsLetter(r) && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana)
	})
}
