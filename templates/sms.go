package templates

import (
	"strings"
	"time"
	"unicode/utf16"

	"homeward/internal/messages"
	"homeward/internal/orders"
)

// Two segments are what an order's SMS may cost.
const (
	gsmUnits = 2 * 153
	ucsUnits = 2 * 67
)

// cut is how far an SMS is shortened.
type cut struct {
	shop, place int // runes of the shop's name and of the pickup point
	until       func(Words, time.Time) string
	link        bool
}

// cuts is what is tried, one after the other, until the text fits: the link stays as long as only the shop's name pays
// for it; then the weekday goes, then the time limit. The code always stays, and the place goes last.
var cuts = []cut{
	{60, 60, Words.Moment, true}, {24, 60, Words.Moment, true}, {14, 60, Words.Moment, true},
	{60, 60, Words.Moment, false}, {24, 60, Words.Moment, false}, {24, 60, Words.shortMoment, false}, {14, 60, Words.shortMoment, false},
	{14, 40, Words.shortMoment, false}, {14, 28, Words.shortMoment, false}, {14, 20, Words.shortMoment, false}, {8, 12, Words.shortMoment, false},
	{14, 40, nil, false}, {12, 24, nil, false}, {8, 12, nil, false},
}

// shortMessage puts a view into at most two segments. The link of order_link is its whole purpose and always stays.
func shortMessage(c composer) string {
	link := string(c.v.link())
	if c.v.Topic == messages.OrderLink {
		for _, shop := range []int{60, 24, 14, 8} {
			if text := c.short(cut{shop: shop}) + "\n" + link; fits(text) {
				return text
			}
		}
		return link
	}
	var text string
	for _, how := range cuts {
		if how.link && link == "" {
			continue
		}
		if text = c.short(how); how.link {
			text += "\n" + link
		}
		if fits(text) {
			break
		}
	}
	return text
}

// short writes the sentence and its facts.
func (c composer) short(how cut) string {
	c.values = c.variables()
	c.values["Shop"] = trimmed(clean(c.v.Shop.Name), how.shop)
	c.values["Number"] = trimmed(clean(c.v.number()), 20)
	c.values["Reference"] = trimmed(clean(c.v.withdrawal().Reference), 16)
	if c.v.Case != nil {
		c.values["RMA"] = trimmed(clean(c.v.Case.RMA), 16)
	}
	if refund := c.v.refund(); refund.Currency != "" {
		c.values["Amount"] = c.w.plainMoney(refund.Amount, refund.Currency)
	}
	parts := []string{c.text("sms")}
	p := c.v.parcel()
	switch c.v.Topic {
	case messages.ReadyForPickup, messages.PickupEndsSoon:
		parts = append(parts, c.shortPickup(p.Pickup, how)...)
	case messages.Shipped, messages.InTransit:
		if day := c.w.Day(p.ETA); day != "" && len(c.v.Parcels) == 1 {
			parts = append(parts, c.w.T("sms.eta", "Day", day))
		}
	default:
	}
	return plainCharacters(strings.Join(parts, " "))
}

// shortPickup writes where, with which code and until when.
func (c composer) shortPickup(p orders.Pickup, how cut) []string {
	var parts []string
	if place := clean(p.Place); place != "" {
		parts = append(parts, c.w.T("sms.place", "Place", trimmed(place, how.place)))
	}
	if code := clean(p.Code); code != "" {
		parts = append(parts, c.w.T("sms.code", "Code", trimmed(code, 20)))
	}
	if how.until != nil && !p.Until.IsZero() {
		parts = append(parts, c.w.T("sms.until", "Until", how.until(c.w, p.Until)))
	}
	return parts
}

// plainCharacters replaces what would cost a segment and look no better: no-break spaces and typographic marks.
func plainCharacters(s string) string { return smsCharacters.Replace(s) }

var smsCharacters = strings.NewReplacer(
	"\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u200e", "", "\u200f", "", "\u061c", "",
	"\u2018", "'", "\u2019", "'", "\u201a", "'", "\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "«", `"`, "»", `"`,
	"\u2013", "-", "\u2014", "-", "\u2212", "-", "\u2026", "...", "×", "x",
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
