package templates

import (
	"fmt"
	"math"
	"strconv"
)

// palette is a shop's colour made fit to read: WCAG 2.2 wants 4.5:1 between text and ground.
type palette struct {
	Button     string // ground of the button
	ButtonText string
	Accent     string // text and marks on white
	AccentDark string // text and marks on the dark card
}

// rgb is a colour of sRGB, each channel 0 to 1.
type rgb [3]float64

var (
	white    = rgb{1, 1, 1}
	nearDark = mustRGB("#1c1c1a")
	darkCard = mustRGB("#2a2a27")
	fallback = mustRGB("#1f5f4a")
)

const readable = 4.5

// paletteOf makes a palette from "#rgb" or "#rrggbb"; anything else gives the fallback's.
func paletteOf(colour string) palette {
	brand, err := parseRGB(colour)
	if err != nil {
		brand = fallback
	}
	button, text := brand, white
	if contrast(brand, white) < readable {
		// White on a slightly darker brand reads better than black on it; a light brand keeps its own tone.
		if darker := brand.until(rgb{}, white); contrast(brand, white) >= 2.6 {
			button = darker
		} else {
			text = nearDark
			button = brand.until(white, nearDark)
		}
	}
	return palette{
		Button: button.hex(), ButtonText: text.hex(),
		Accent: brand.until(rgb{}, white).hex(), AccentDark: brand.until(white, darkCard).hex(),
	}
}

// until mixes the colour with target, by twentieths, until it is readable against ground.
func (c rgb) until(target, ground rgb) rgb {
	for step := range 21 {
		if m := c.mix(target, float64(step)/20); contrast(m, ground) >= readable {
			return m
		}
	}
	return target
}

// mix goes a part of the way to another colour, rounded to what hex can say.
func (c rgb) mix(target rgb, part float64) rgb {
	var m rgb
	for i := range m {
		m[i] = math.Round((c[i]+(target[i]-c[i])*part)*255) / 255
	}
	return m
}

// contrast is WCAG's contrast ratio, 1 to 21.
func contrast(a, b rgb) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func (c rgb) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func (c rgb) hex() string {
	byteOf := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", byteOf(c[0]), byteOf(c[1]), byteOf(c[2]))
}

func parseRGB(s string) (rgb, error) {
	if len(s) == 4 && s[0] == '#' {
		s = "#" + s[1:2] + s[1:2] + s[2:3] + s[2:3] + s[3:4] + s[3:4]
	}
	if len(s) != 7 || s[0] != '#' {
		return rgb{}, fmt.Errorf("templates: %q is no colour like #00aa55", s)
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return rgb{}, fmt.Errorf("templates: %q is no colour like #00aa55", s)
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}, nil
}

func mustRGB(s string) rgb {
	c, err := parseRGB(s)
	if err != nil {
		panic(err)
	}
	return c
}
