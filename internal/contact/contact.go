// Package contact makes what a shop wrote of a shopper usable: an e-mail address, a phone number for SMS, a time zone and
// a language. What is not certain is refused or left to the shop's own settings; nothing is guessed from a name.
package contact

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// Limits of an address in octets (RFC 5321 §4.5.3.1).
const (
	maxEmail = 254
	maxLocal = 64
)

// Email gives a bare address that mail can be sent to, trimmed; false when s is none. A display name, a comment, a quoted
// local part, a domain without a dot and a domain literal are refused.
func Email(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > maxEmail || !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable) {
		return "", false
	}
	address, err := mail.ParseAddress(s)
	if err != nil || address.Name != "" || address.Address != s {
		return "", false
	}
	at := strings.LastIndexByte(s, '@')
	if at > maxLocal || !domain(s[at+1:]) {
		return "", false
	}
	return s, true
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
}

func domain(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
		}) {
			return false
		}
	}
	return len(labels) > 1
}

// Phone gives a number in E.164 that can receive SMS: valid, and of a mobile (or, where the plan does not tell them apart,
// of a mobile or fixed line). country is ISO 3166-1 alpha-2 and reads numbers without a country code.
func Phone(s, country string) (string, bool) {
	number, err := phonenumbers.Parse(s, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", false
	}
	switch phonenumbers.GetNumberType(number) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return phonenumbers.Format(number, phonenumbers.E164), true
	default:
		return "", false
	}
}
