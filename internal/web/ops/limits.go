package ops

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"homeward/internal/returns"
)

// The most characters of a note of staff, of what goes to the shopper, of the code of store credit, and of a statement that came by
// letter.
const (
	maxNote      = 500
	maxWords     = 2000
	maxCode      = 80
	maxStatement = 20000
)

// limits are the most characters of what staff type, by the field; the fields of one row, "note.3", have that of their name.
var limits = map[string]int{
	"note": maxNote, "consent": maxNote, "code": maxCode, "words": maxWords, "reason": maxWords, "date": maxNote, "amount": maxNote,
	"remedy": maxNote, "order": 100, "name": 300, "email": 254, "nonce": 64,
}

// limitsOf are those of single forms, where they differ.
var limitsOf = map[string]map[string]int{
	"POST /ops/returns/{id}/end":      {"words": maxNote},
	"POST /ops/returns/{id}/proof":    {"words": maxNote},
	"POST /ops/returns/{id}/doubt":    {"words": maxNote},
	"POST /ops/returns/{id}/pay":      {"words": maxNote},
	"POST /ops/returns/{id}/fulfil":   {"words": maxNote},
	"POST /ops/returns/{id}/informed": {"words": maxNote},
	"POST /ops/claims/{id}/fulfil":    {"words": maxNote},
	"POST /ops/deadlines/{id}/delay":  {"reason": maxNote},
	"POST /ops/claims":                {"text": returns.MaxClaimText},
	"POST /ops/withdrawals":           {"text": maxStatement},
}

// limitOf gives the most characters that a field of a form takes; 0 when it is not for words.
func limitOf(r *http.Request, field string) int {
	if limit, ok := limitsOf[r.Pattern][field]; ok {
		return limit
	}
	return limits[fieldOf(field)]
}

// tooLong finds a field of a form that holds more than it takes, and says so; "" when all of them fit. Nothing is ever cut: words that
// lost their end say something else.
func tooLong(r *http.Request) (field, problem string) {
	return tooLongOf(r, slices.Sorted(maps.Keys(r.PostForm))...)
}

func tooLongOf(r *http.Request, names ...string) (field, problem string) {
	for _, name := range names {
		limit, n := limitOf(r, name), utf8.RuneCountInString(text(r, name))
		if limit > 0 && n > limit {
			return name, fmt.Sprintf("Nothing was done: what you wrote is too long, %s characters. %s are the most that this field takes; what you typed is still in it.", grouped(n), grouped(limit))
		}
	}
	return "", ""
}

// grouped writes a number as English does: 100,000.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	var parts []string
	for len(digits) > 3 {
		parts = append(parts, digits[len(digits)-3:])
		digits = digits[:len(digits)-3]
	}
	parts = append(parts, digits)
	slices.Reverse(parts)
	return strings.Join(parts, ",")
}

// text reads a field that a person typed: trimmed, line ends as \n. That it is no longer than its limit was looked at before the form's
// handler ran, see [console.fitting].
func text(r *http.Request, field string) string {
	return strings.ToValidUTF8(strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(field), "\r\n", "\n")), "")
}
