package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
)

// The grounds that a brand's colour stands on, in step with page.css.
var (
	card     = color{255, 255, 255}
	cardDark = color{0x1b, 0x1e, 0x22}
	white    = color{255, 255, 255}
	black    = color{0x12, 0x14, 0x17}
	plain    = color{0x1f, 0x4d, 0x5c} // of a shop without a colour
)

// WCAG 2.2: text needs 4.5:1 (1.4.3), the shapes of controls need 3:1 (1.4.11).
const (
	readable = 4.5
	visible  = 3
)

// Brand is a shop's colour made fit to read on light and dark ground.
type Brand struct {
	css string
}

// NewBrand makes a Brand of "#0a5" or "#00aa55". Anything else gives a quiet blue.
func NewBrand(hex string) Brand {
	c, ok := parse(hex)
	if !ok {
		c = plain
	}
	light, dark := shades(c, card, black), shades(c, cardDark, white)
	return Brand{css: ":root{" + light + "}@media (prefers-color-scheme:dark){:root{" + dark + "}}"}
}

// shades gives the custom properties on one ground: the fill of buttons and marks, the text on it, links, and a tint.
func shades(c, ground, towards color) string {
	fill, on := filled(c.until(towards, ground, visible), ground)
	tint := ground.mix(c, 0.09)
	ink := c.until(towards, tint, readable+0.2)
	return fmt.Sprintf("--brand:%s;--on-brand:%s;--ink:%s;--tint:%s;--tint-line:%s", fill, on, ink, tint, ground.mix(c, 0.26))
}

// filled chooses the text on a fill. White on a slightly darker brand looks better than black on it, as long as the fill
// can still be told from the ground; a light brand keeps its tone and carries black.
func filled(c, ground color) (fill, on color) {
	if darker := c.until(black, white, readable); c.contrast(white) >= 2.6 && darker.contrast(ground) >= visible {
		return darker, white
	}
	return c.until(white, black, readable), black
}

// CSS gives the brand's custom properties as a style sheet, "" for the zero Brand. It holds nothing but colours.
func (b Brand) CSS() template.CSS { return template.CSS(b.css) } //nolint:gosec // made of numbers

// color is sRGB, 0 to 255.
type color [3]float64

func parse(hex string) (color, bool) {
	if len(hex) == 4 && hex[0] == '#' {
		hex = string([]byte{'#', hex[1], hex[1], hex[2], hex[2], hex[3], hex[3]})
	}
	if len(hex) != 7 || hex[0] != '#' {
		return color{}, false
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	return color{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}, err == nil
}

func (c color) String() string {
	return fmt.Sprintf("#%02x%02x%02x", uint8(c[0]), uint8(c[1]), uint8(c[2]))
}

// mix goes the part t of the way to another colour.
func (c color) mix(to color, t float64) color {
	for i := range c {
		c[i] = math.Round(c[i] + (to[i]-c[i])*t)
	}
	return c
}

// until goes towards another colour as little as it takes to reach a contrast against ground.
func (c color) until(towards, ground color, ratio float64) color {
	for step := range 51 {
		if m := c.mix(towards, float64(step)/50); m.contrast(ground) >= ratio {
			return m
		}
	}
	return towards
}

// contrast is WCAG's ratio, 1 to 21.
func (c color) contrast(o color) float64 {
	a, b := c.luminance(), o.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func (c color) luminance() float64 {
	var l float64
	for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		v := c[i] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}
