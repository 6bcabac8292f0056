package ops

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"homeward/internal/money"
	"homeward/internal/store"
)

// moment is a time as a page shows it.
type moment struct {
	ISO  string // UTC, for machines
	Text string // in the shop's zone
	Ago  string // "5 min ago", "in 2 h"
}

// At gives a time in the zone of a shop; UTC when the shop is not known. Zero gives nil.
func (p *page) At(t time.Time, shop string) *moment {
	if t.IsZero() || t.UnixMilli() == 0 {
		return nil
	}
	zone := time.UTC
	if s, ok := p.shop(shop); ok && s.Zone != nil {
		zone = s.Zone
	}
	layout := "2 Jan 15:04 MST"
	if t.In(zone).Year() != p.Now.In(zone).Year() {
		layout = "2 Jan 2006 15:04 MST"
	}
	return &moment{ISO: t.UTC().Format(time.RFC3339), Text: t.In(zone).Format(layout), Ago: ago(p.Now.Sub(t))}
}

// Shop gives a shop's name, its id when it is not configured any more.
func (p *page) Shop(id string) string {
	if s, ok := p.shop(id); ok && s.Name != "" {
		return s.Name
	}
	return id
}

// Whom gives an address as this user may see it: whole for those who mend, masked for viewers.
func (p *page) Whom(address string) string {
	if p.Mends {
		return address
	}
	return mask(address)
}

// Here tells whether a room's link in the navigation leads to where one is.
func (p *page) Here(prefix string) bool {
	if prefix == "/ops/" {
		return p.Path == prefix
	}
	return p.Path == prefix || strings.HasPrefix(p.Path, prefix+"/")
}

// ago puts a span into words; a negative one lies ahead.
func ago(d time.Duration) string {
	if d < 0 {
		return "in " + span(-d)
	}
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

// span gives a duration in its largest fitting unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// mask hides most of an address: "zo•••@example.com", "+48•••678".
func mask(address string) string {
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		return head(address[:at], 2) + "•••" + address[at:]
	}
	if utf8.RuneCountInString(address) <= 6 {
		return strings.Repeat("•", utf8.RuneCountInString(address))
	}
	r := []rune(address)
	return string(r[:3]) + "•••" + string(r[len(r)-3:])
}

// head gives at most n characters, and never all of a short text.
func head(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, max(len(r)-1, 0))])
}

// amount gives minor units as text: "39.90 PLN".
func amount(minor int64, currency string) string {
	return money.Decimal(minor, currency) + " " + currency
}

// named gives an order's number as the shopper knows it, or what stands for it while it is not known.
func named(o store.Order) string {
	switch {
	case o.State.Order.Number != "":
		return o.State.Order.Number
	case o.NumberKey != "":
		return o.NumberKey
	default:
		return o.ExternalID
	}
}
