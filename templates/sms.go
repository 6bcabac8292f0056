package templates

import (
	"strings"
	"unicode/utf16"

	"homeward/internal/messages"
)

// Two segments are what an order's SMS may cost.
const (
	gsmUnits = 2 * 153
	ucsUnits = 2 * 67
)

// shortMessage puts a view into at most two segments. What the reader needs in hand (code, place, date) stays; what can
// go goes in this order: the time limit, the length of names, the link. The link of order_link is its whole purpose and
// always stays.
func shortMessage(c composer) string {
	link := string(safeURL(c.v.Link))
	linkOnly := c.v.Topic == messages.OrderLink
	for _, limit := range []int{60, 30, 20, 12} {
		text := c.short(limit, true)
		if link != "" && fits(text+"\n"+link) {
			return text + "\n" + link
		}
		if linkOnly {
			continue
		}
		if fits(text) {
			return text
		}
	}
	if linkOnly && link != "" {
		return link
	}
	return c.short(8, false)
}

// short writes the sentence and its facts, names cut to limit runes.
func (c composer) short(limit int, until bool) string {
	c.values = c.variables()
	c.values["Shop"] = shorten(clean(c.v.Shop.Name), limit)
	c.values["Number"] = shorten(clean(c.v.Order.Order.Number), 24)
	c.values["RMA"] = shorten(clean(c.values["RMA"].(string)), 16) //nolint:forcetypeassert // variables makes it a string
	parts := []string{c.text("sms")}
	p := c.v.parcel()
	switch c.v.Topic {
	case messages.ReadyForPickup, messages.PickupEndsSoon:
		if place := clean(p.Pickup.Place); place != "" {
			parts = append(parts, c.w.T("sms.place", "Place", shorten(place, limit)))
		}
		if code := clean(p.Pickup.Code); code != "" {
			parts = append(parts, c.w.T("sms.code", "Code", code))
		}
		if until && !p.Pickup.Until.IsZero() {
			parts = append(parts, c.w.T("sms.until", "Until", c.w.Moment(p.Pickup.Until)))
		}
	case messages.Shipped, messages.InTransit:
		if day := c.w.Day(p.ETA); day != "" && len(c.v.Parcels) == 1 {
			parts = append(parts, c.w.T("sms.eta", "Day", day))
		}
	default:
	}
	return plainCharacters(strings.Join(parts, " "))
}

// plainCharacters replaces what would cost a segment and look no better: no-break spaces, typographic marks, and the
// currency signs that GSM-7 lacks.
func plainCharacters(s string) string { return smsCharacters.Replace(s) }

var smsCharacters = strings.NewReplacer(
	"\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u200e", "", "\u200f", "", "\u061c", "",
	"\u2018", "'", "\u2019", "'", "\u201a", "'", "\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "«", `"`, "»", `"`,
	"\u2013", "-", "\u2014", "-", "\u2212", "-", "\u2026", "...", "×", "x", "zł", "PLN",
)

// fits tells whether a text goes into two segments.
func fits(s string) bool {
	units, gsm := smsUnits(s)
	if gsm {
		return units <= gsmUnits
	}
	return units <= ucsUnits
}

// smsUnits counts a text in septets of GSM 03.38, or in UTF-16 units where it has a character outside of it.
func smsUnits(s string) (units int, gsm bool) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			units++
		case strings.ContainsRune(gsmExtended, r):
			units += 2
		default:
			return len(utf16.Encode([]rune(s))), false
		}
	}
	return units, true
}

const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
		"abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// segmentsOf gives how many segments a text takes.
func segmentsOf(s string) int {
	units, gsm := smsUnits(s)
	single, each := 70, 67
	if gsm {
		single, each = 160, 153
	}
	if units <= single {
		return 1
	}
	return (units + each - 1) / each
}
