package twilio

import "strings"

// The encodings of an SMS.
const (
	GSM7 = "GSM-7"
	UCS2 = "UCS-2"
)

// basic and extended are the GSM 03.38 default alphabet; an extended character takes two places, an escape before it.
const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)

// places gives how many septets a character takes, 0 for one that GSM-7 does not have.
var places = func() map[rune]int {
	m := map[rune]int{}
	for _, r := range basic {
		m[r] = 1
	}
	for _, r := range extended {
		m[r] = 2
	}
	return m
}()

// Segments gives the encoding that a text goes out in, and in how many segments it is sent and billed: 160 septets or 70
// UTF-16 units alone, 153 or 67 in a longer message. An escape and its character, and the two halves of a surrogate
// pair, are never parted. The empty text is no segment.
func Segments(body string) (encoding string, count int) {
	if strings.ContainsFunc(body, func(r rune) bool { return places[r] == 0 }) {
		return UCS2, pack(body, 70, 67, func(r rune) int {
			if r > 0xFFFF {
				return 2
			}
			return 1
		})
	}
	return GSM7, pack(body, 160, 153, func(r rune) int { return places[r] })
}

// pack counts the segments of a text: one if it fits alone, else as many as it takes without parting a character.
func pack(body string, alone, joined int, size func(rune) int) int {
	total, used, count := 0, 0, 1
	for _, r := range body {
		n := size(r)
		total += n
		if used+n > joined {
			count, used = count+1, 0
		}
		used += n
	}
	switch {
	case total == 0:
		return 0
	case total <= alone:
		return 1
	default:
		return count
	}
}
