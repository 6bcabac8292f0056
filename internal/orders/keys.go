package orders

import "strings"

// NormalizeTracking gives a tracking number as it is compared: capitals and digits only. "" stays "".
func NormalizeTracking(number string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		default:
			return -1
		}
	}, number)
}

// NumberKey gives an order number as it is compared: lower case, without spaces and a leading "#".
func NumberKey(number string) string {
	return strings.TrimLeft(strings.ToLower(strings.Join(strings.Fields(number), "")), "#")
}

// EmailKey gives an e-mail address as it is compared: trimmed, lower case.
func EmailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
