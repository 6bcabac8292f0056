package demo_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
)

// shrink makes a PNG of at most 256 colours: surfaces keep theirs exactly, and some
// shades of the letters' edges move to their neighbour.
func shrink(picture []byte) ([]byte, error) {
	src, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	dst := image.NewPaletted(src.Bounds(), palette(src))
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Src)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, dst)
	return out.Bytes(), err
}

func palette(src image.Image) color.Palette {
	count := map[color.RGBA]int{}
	b := src.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[color.RGBAModel.Convert(src.At(x, y)).(color.RGBA)]++
		}
	}
	colours := make([]color.RGBA, 0, len(count))
	for c := range count {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b color.RGBA) int {
		if d := count[b] - count[a]; d != 0 {
			return d
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - int(b.R)<<16 - int(b.G)<<8 - int(b.B)
	})
	return spread(colours)
}

// spread chooses 256 colours from a list, the most frequent first: the first ones as they are, then those that are
// farthest from what was chosen, so that a rare colour of a small word is not lost among many shades of grey.
func spread(colours []color.RGBA) color.Palette {
	p := make(color.Palette, 0, 256)
	for i, apart := range []int{0, 32, 16, 8, 4, 1} {
		from := colours
		if i == 0 {
			from = colours[:min(32, len(colours))]
		}
		for _, c := range from {
			if len(p) < cap(p) && (len(p) == 0 || distance(c, p[p.Index(c)].(color.RGBA)) >= max(apart, 1)) {
				p = append(p, c)
			}
		}
	}
	return p
}

// distance is the largest difference of two colours in red, green or blue.
func distance(a, b color.RGBA) int {
	apart := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B))
}
