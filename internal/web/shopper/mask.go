package shopper

import (
	"strings"

	"homeward/internal/orders"
)

// maskedPlace gives an address's city and the head of its postal code: "31•••, Kraków". Whoever holds the link may be
// somebody else, so the pages never show a street, a telephone number or a whole e-mail address, and a name only where a
// withdrawal is declared: the law wants that form filled in.
func maskedPlace(a orders.Address) string {
	var parts []string
	if code := []rune(strings.TrimSpace(a.PostalCode)); len(code) > 2 {
		parts = append(parts, "\u2066"+string(code[:2])+"•••\u2069") // isolated: its head stays its head among Arabic words
	}
	if city := strings.TrimSpace(a.City); city != "" {
		parts = append(parts, city)
	}
	return strings.Join(parts, " ")
}

// maskedEmail gives the first letter and the domain: "z•••@example.com".
func maskedEmail(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return ""
	}
	return string([]rune(email[:at])[:1]) + "•••" + email[at:]
}
