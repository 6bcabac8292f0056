package page

import (
	"fmt"
	"html/template"

	"homeward/internal/colour"
)

// The grounds that a brand's colour stands on, in step with page.css.
var (
	card     = colour.White
	cardDark = colour.Colour{0x1b, 0x1e, 0x22}
	white    = colour.White
	black    = colour.Colour{0x12, 0x14, 0x17}
	plain    = colour.Colour{0x1f, 0x4d, 0x5c} // of a shop without a colour
)

const (
	// visible is the contrast that WCAG 2.2 wants for the shapes of controls (1.4.11).
	visible = 3
	// toOther is the steps in which a shop's colour goes towards another.
	toOther = 50
)

// Brand is a shop's colour made fit to read on light and dark ground.
type Brand struct {
	css string
}

// NewBrand makes a Brand of "#0a5" or "#00aa55". Anything else gives a quiet blue.
func NewBrand(hex string) Brand {
	c, ok := colour.Parse(hex)
	if !ok {
		c = plain
	}
	light, dark := shades(c, card, black), shades(c, cardDark, white)
	return Brand{css: ":root{" + light + "}@media (prefers-color-scheme:dark){:root{" + dark + "}}"}
}

// shades gives the custom properties on one ground: the fill of buttons and marks, the text on it, links, and a tint.
func shades(c, ground, towards colour.Colour) string {
	fill, on := filled(c.Until(towards, ground, visible, toOther), ground)
	tint := ground.Mix(c, 0.09)
	ink := c.Until(towards, tint, colour.Readable+0.2, toOther)
	return fmt.Sprintf("--brand:%s;--on-brand:%s;--ink:%s;--tint:%s;--tint-line:%s", fill, on, ink, tint, ground.Mix(c, 0.26))
}

// filled chooses the text on a fill. White on a slightly darker brand looks better than black on it, as long as the fill
// can still be told from the ground; a light brand keeps its tone and carries black.
func filled(c, ground colour.Colour) (fill, on colour.Colour) {
	if darker := c.Until(black, white, colour.Readable, toOther); c.Contrast(white) >= 2.6 && darker.Contrast(ground) >= visible {
		return darker, white
	}
	return c.Until(white, black, colour.Readable, toOther), black
}

// CSS gives the brand's custom properties as a style sheet, "" for the zero Brand. It holds nothing but colours.
func (b Brand) CSS() template.CSS { return template.CSS(b.css) } //nolint:gosec // made of numbers
