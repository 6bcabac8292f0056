package templates_test

import (
	"strings"
	"testing"
	"unicode"

	"homeward/templates"
)

// startsRightToLeft tells the direction of a line of plain text as UAX #9 (P2, P3) does: by the first strong character
// outside of isolates; without one it runs from left to right.
func startsRightToLeft(line string) bool {
	depth := 0
	for _, r := range line {
		switch {
		case r >= '\u2066' && r <= '\u2068':
			depth++
		case r == '\u2069':
			depth--
		case depth > 0:
		case r == '\u200f', unicode.IsLetter(r) && unicode.In(r, unicode.Arabic):
			return true
		case unicode.IsLetter(r):
			return false
		}
	}
	return false
}

// A line of goods is nothing but values: without a mark it would run the wrong way.
func TestArabicLinesRunFromTheRight(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, s := range templates.Samples("ar") {
		v := s.View
		v.Shop.Name, v.Order.Order.ShipTo.Country = "Golden Pot", "DE"
		for line := range strings.SplitSeq(mailOf(t, r, v).Text, "\n") {
			own := line == "" || line == "--" || line == v.Shop.Name || strings.HasPrefix(line, v.Shop.Name+"،") || strings.HasPrefix(line, "  ")
			if !own && !strings.HasPrefix(line, "https://") && !startsRightToLeft(line) {
				t.Errorf("%s: runs from left to right: %q", s.Name, line)
			}
		}
		sms, err := r.SMS(v)
		if first, _, _ := strings.Cut(sms, "\n"); err != nil || !startsRightToLeft(first) {
			t.Errorf("%s: %v, the SMS runs from left to right: %q", s.Name, err, sms)
		}
	}
}

// A pickup code of two groups must not change its order, also where a client does not know <bdi>.
func TestArabicMailsKeepCodesInOrder(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, s := range templates.Samples("ar") {
		if s.Name != "ready_for_pickup" {
			continue
		}
		html := mailOf(t, r, s.View).HTML
		for _, want := range []string{`<span dir="ltr">483 920</span>`, `<span dir="ltr">620000000000000000000001</span>`, `<bdi>` + s.View.Parcels[0].Pickup.Place + `</bdi>`} {
			if !strings.Contains(html, want) {
				t.Errorf("lacks %s", want)
			}
		}
	}
}

// What a shopper copies by hand is not torn at its hyphen.
func TestCodesStayOnOneLine(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, s := range templates.Samples("ar") {
		if s.Name != "return_approved" {
			continue
		}
		if html := mailOf(t, r, s.View).HTML; !strings.Contains(html, `<span style="white-space:nowrap;"><bdi>R-7K2M</bdi></span>`) {
			t.Error("the return number may break at its hyphen")
		}
		s.View.Case.RMA = `<b>-1`
		if html := mailOf(t, r, s.View).HTML; strings.Contains(html, "<b>-1") || !strings.Contains(html, `<bdi>&lt;b&gt;-1</bdi></span>`) {
			t.Error("a code is not escaped")
		}
	}
}

// An address is joined as its own script does it.
func TestAddressesKeepTheirComma(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for address, want := range map[string]string{
		"Teehaus, Hauptstraße 12, 13353 Berlin": "Teehaus, Hauptstraße 12, 13353 Berlin",
		"متجر الشاي، شارع طلعت حرب، القاهرة":    "متجر الشاي، شارع طلعت حرب، القاهرة",
	} {
		v := templates.Samples("ar")[0].View
		v.Shop.Name, v.Shop.Address = strings.FieldsFunc(address, func(r rune) bool { return r == ',' || r == '،' })[0], address
		if text := mailOf(t, r, v).Text; !strings.HasSuffix(strings.TrimSpace(text), want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}
