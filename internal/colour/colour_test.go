package colour_test

import (
	"math"
	"testing"

	"homeward/internal/colour"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"#0a5": "#00aa55", "#00AA55": "#00aa55", "": "", "0a5": "", "#00aa5g": "", "#+0aa55": "", "#00aa5": ""} {
		got, ok := colour.Parse(text)
		if ok != (want != "") || (ok && got.String() != want) {
			t.Errorf("%q: %s %t, want %q", text, got, ok, want)
		}
	}
}

// The ratios are those of WCAG's own definition: black on white, and the lightest grey that can be read on white.
func TestContrast(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"#000": 21, "#fff": 1, "#767676": 4.54, "#777777": 4.48} {
		c, _ := colour.Parse(text)
		if got := c.Contrast(colour.White); math.Abs(got-want) > 0.005 {
			t.Errorf("%s on white: %.3f, want %.2f", text, got, want)
		}
	}
	pale, _ := colour.Parse("#ffd700")
	if got := pale.Until(colour.Black, colour.White, colour.Readable, 50); got.Contrast(colour.White) < colour.Readable {
		t.Errorf("%s cannot be read on white", got)
	}
}
