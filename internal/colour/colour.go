// Package colour reckons with colours as WCAG 2.2 does: which text can be read on which ground. Pure.
package colour

import (
	"fmt"
	"math"
	"strconv"
)

// Colour is sRGB, each channel 0 to 255.
type Colour [3]float64

// The ends of the scale.
var (
	Black = Colour{}
	White = Colour{255, 255, 255}
)

// Readable is the contrast that WCAG 2.2 wants between text and its ground (success criterion 1.4.3).
const Readable = 4.5

// Parse reads "#0a5" and "#00aa55".
func Parse(hex string) (Colour, bool) {
	if len(hex) == 4 && hex[0] == '#' {
		hex = string([]byte{'#', hex[1], hex[1], hex[2], hex[2], hex[3], hex[3]})
	}
	if len(hex) != 7 || hex[0] != '#' {
		return Colour{}, false
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return Colour{}, false
	}
	return Colour{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}, true
}

// String gives "#00aa55".
func (c Colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", uint8(c[0]), uint8(c[1]), uint8(c[2]))
}

// Mix goes a part of the way, 0 to 1, to another colour.
func (c Colour) Mix(to Colour, part float64) Colour {
	for i := range c {
		c[i] = math.Round(c[i] + (to[i]-c[i])*part)
	}
	return c
}

// Until goes towards another colour by as few of steps as it takes to reach a contrast against ground.
func (c Colour) Until(towards, ground Colour, ratio float64, steps int) Colour {
	for step := range steps + 1 {
		if m := c.Mix(towards, float64(step)/float64(steps)); m.Contrast(ground) >= ratio {
			return m
		}
	}
	return towards
}

// Contrast is WCAG's ratio, 1 to 21.
func (c Colour) Contrast(o Colour) float64 {
	a, b := c.luminance(), o.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func (c Colour) luminance() float64 {
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
