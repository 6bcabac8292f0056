package templates

import "homeward/internal/colour"

// palette is a shop's colour made fit to read: WCAG 2.2 wants 4.5:1 between text and ground.
type palette struct {
	Button     string // ground of the button
	ButtonText string
	Accent     string // text and marks on white
	AccentDark string // text and marks on the dark card
}

var (
	nearDark = colour.Colour{0x1c, 0x1c, 0x1a}
	darkCard = colour.Colour{0x2a, 0x2a, 0x27}
	fallback = colour.Colour{0x1f, 0x5f, 0x4a} // of a shop without a colour
)

// toOther is the steps in which a shop's colour goes towards another.
const toOther = 20

// paletteOf makes a palette from "#rgb" or "#rrggbb"; anything else gives the fallback's.
func paletteOf(hex string) palette {
	brand, ok := colour.Parse(hex)
	if !ok {
		brand = fallback
	}
	button, text := brand, colour.White
	if brand.Contrast(colour.White) < colour.Readable {
		// White on a slightly darker brand reads better than black on it; a light brand keeps its own tone.
		if darker := brand.Until(colour.Black, colour.White, colour.Readable, toOther); brand.Contrast(colour.White) >= 2.6 {
			button = darker
		} else {
			text = nearDark
			button = brand.Until(colour.White, nearDark, colour.Readable, toOther)
		}
	}
	return palette{
		Button: button.String(), ButtonText: text.String(),
		Accent: brand.Until(colour.Black, colour.White, colour.Readable, toOther).String(), AccentDark: brand.Until(colour.White, darkCard, colour.Readable, toOther).String(),
	}
}
