package page

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/colour"
)

// TestBrandsCanBeRead: whatever colour a shop has, text on it and in it can be read in both schemes.
func TestBrandsCanBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hex := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "colour"))
		light, dark, _ := strings.Cut(string(NewBrand(hex).CSS()), "@media")
		for ground, css := range map[colour.Colour]string{card: light, cardDark: dark} {
			v := map[string]colour.Colour{}
			for _, m := range regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6})`).FindAllStringSubmatch(css, -1) {
				v[m[1]], _ = colour.Parse(m[2])
			}
			for name, c := range map[string]struct {
				a, b colour.Colour
				want float64
			}{
				"text on the button": {v["on-brand"], v["brand"], 4.5}, "the button's shape": {v["brand"], ground, 3},
				"links on a card": {v["ink"], ground, 4.5}, "links on the tint": {v["ink"], v["tint"], 4.5},
			} {
				if got := c.a.Contrast(c.b); got < c.want {
					t.Fatalf("%s: %s has %.2f, needs %.1f\n%s", hex, name, got, c.want, css)
				}
			}
		}
	})
}

func TestOddColours(t *testing.T) {
	for _, s := range []string{"", "green", "#12", "#zzzzzz", "#0a5;}body{display:none", "#żżż"} {
		if got := NewBrand(s); got != NewBrand("") {
			t.Errorf("%q gave %s", s, got.CSS())
		}
	}
	if NewBrand("#0a5") != NewBrand("#00aa55") {
		t.Error("the short form means another colour")
	}
}
