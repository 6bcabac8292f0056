package files

import (
	"image"
	"image/color"
	"image/draw"
)

// shrink gives the picture with no side longer than side, on white where it is transparent. Each pixel is the mean of those
// it stands for; only a few rows are held in between.
func shrink(src image.Image, side int) *image.RGBA {
	b := src.Bounds()
	w, h := fit(b.Dx(), b.Dy(), side)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	tallest := (b.Dy() + h - 1) / h
	rows := image.NewRGBA(image.Rect(0, 0, b.Dx(), tallest))
	for y := range h {
		from, to := y*b.Dy()/h, (y+1)*b.Dy()/h
		strip := image.Rect(0, 0, b.Dx(), to-from)
		draw.Draw(rows, strip, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(rows, strip, src, image.Pt(b.Min.X, b.Min.Y+from), draw.Over)
		mean(out.Pix[y*out.Stride:][:4*w], rows, to-from)
	}
	return out
}

// mean fills one row of pixels from rows of more of them.
func mean(row []byte, from *image.RGBA, height int) {
	wide, w := from.Bounds().Dx(), len(row)/4
	for x := range w {
		left, right := x*wide/w, (x+1)*wide/w
		var r, g, b, n uint64
		for y := range height {
			line := from.Pix[y*from.Stride:]
			for i := 4 * left; i < 4*right; i += 4 {
				r, g, b, n = r+uint64(line[i]), g+uint64(line[i+1]), b+uint64(line[i+2]), n+1
			}
		}
		row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = byte(r/n), byte(g/n), byte(b/n), 255 //nolint:gosec // a mean of bytes
	}
}

// fit gives the size at which the longer side is at most side, and no side is nothing.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	return max(w*side/long, 1), max(h*side/long, 1)
}

// upright turns and mirrors a picture as an orientation of EXIF (1 to 8) asks.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	from := map[int]func(x, y int) (int, int){ // of the pixel that comes to x, y
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	}[orientation]
	if from == nil {
		return src
	}
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			sx, sy := from(x, y)
			copy(out.Pix[out.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return out
}
