package files_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/files"
)

// quarters is a picture whose corners tell which way up it is: red, green, blue, yellow from the top left, clockwise.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, corners[[2]bool{x >= w/2, y >= h/2}])
		}
	}
	return img
}

var (
	red, green   = color.RGBA{220, 20, 20, 255}, color.RGBA{20, 200, 20, 255}
	blue, yellow = color.RGBA{20, 20, 220, 255}, color.RGBA{220, 220, 20, 255}
	corners      = map[[2]bool]color.RGBA{{false, false}: red, {true, false}: green, {true, true}: blue, {false, true}: yellow}
)

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// place stands for where the photo was taken.
const place = "N52.2297-E021.0122-ul-Tajna-7"

// exif is an APP1 body or a chunk with an orientation and a place in it.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	mark := "II"
	if order == binary.BigEndian {
		mark = "MM"
	}
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(order.AppendUint16(b, 0x010e), 2) // a description first, to step over
	b = order.AppendUint32(order.AppendUint32(b, uint32(len(place))), 38)
	b = order.AppendUint16(order.AppendUint16(b, 0x0112), 3)
	b = order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), orientation), 0)
	return append(append(b, 0, 0, 0, 0), place...)
}

// segment puts a segment behind a JPEG's first marker.
func segment(jpg []byte, marker byte, body []byte) []byte {
	out := append([]byte{0xff, 0xd8, 0xff, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...) //nolint:gosec // short
	return append(append(out, body...), jpg[2:]...)
}

func withEXIF(jpg []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	return segment(jpg, 0xe1, append([]byte("Exif\x00\x00"), exif(order, orientation)...))
}

func photo(t testing.TB, data []byte) (files.Content, image.Image) {
	t.Helper()
	c, err := files.Photo(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatalf("Photo: %v", err)
	}
	img, err := jpeg.Decode(bytes.NewReader(c.Data))
	if err != nil {
		t.Fatalf("what is kept is no JPEG: %v", err)
	}
	if b := img.Bounds(); b.Dx() != c.Width || b.Dy() != c.Height || c.Type != "image/jpeg" {
		t.Fatalf("said %s of %d × %d, is %v", c.Type, c.Width, c.Height, b)
	}
	return c, img
}

func near(a color.Color, b color.RGBA) bool {
	r, g, bl, _ := a.RGBA()
	d := func(x uint32, y uint8) float64 { return math.Abs(float64(x>>8) - float64(y)) }
	return d(r, b.R)+d(g, b.G)+d(bl, b.B) < 60
}

// seen names the corners from the top left, clockwise.
func seen(img image.Image) string {
	b := img.Bounds()
	var out strings.Builder
	for _, at := range []image.Point{{1, 1}, {3, 1}, {3, 3}, {1, 3}} {
		c := img.At(b.Min.X+at.X*b.Dx()/4, b.Min.Y+at.Y*b.Dy()/4)
		for name, want := range map[string]color.RGBA{"r": red, "g": green, "b": blue, "y": yellow} {
			if near(c, want) {
				out.WriteString(name)
			}
		}
	}
	return out.String()
}

// TestUpright: each orientation of EXIF is applied, in both byte orders, and the place that stood beside it is gone.
func TestUpright(t *testing.T) {
	t.Parallel()
	// What the eight orientations do to r g / y b, by CIPA DC-008, 4.6.5.1.
	want := map[uint16]string{0: "rgby", 1: "rgby", 2: "gryb", 3: "byrg", 4: "ybgr", 5: "rybg", 6: "yrgb", 7: "bgry", 8: "gbyr", 9: "rgby"}
	jpg := asJPEG(t, quarters(120, 80))
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for orientation, corners := range want {
			sent := withEXIF(jpg, order, orientation)
			if !bytes.Contains(sent, []byte(place)) {
				t.Fatal("the test's photo holds no place")
			}
			kept, img := photo(t, sent)
			if got := seen(img); got != strings.ReplaceAll(corners, " ", "") {
				t.Errorf("%v, orientation %d: corners %s, want %s", order, orientation, got, corners)
			}
			turned := orientation >= 5 && orientation <= 8
			if size := img.Bounds().Size(); (size == image.Pt(80, 120)) != turned {
				t.Errorf("orientation %d: size %v", orientation, size)
			}
			if bytes.Contains(kept.Data, []byte(place)) || bytes.Contains(kept.Data, []byte("Exif")) {
				t.Errorf("orientation %d: the EXIF is still there", orientation)
			}
		}
	}
}

// TestFormats: each format comes out as a JPEG of the same picture, transparent parts white.
func TestFormats(t *testing.T) {
	t.Parallel()
	img := quarters(60, 40)
	var moving bytes.Buffer
	frames := gif.GIF{Delay: []int{1, 1}}
	for _, f := range []*image.RGBA{img, image.NewRGBA(img.Bounds())} {
		p := image.NewPaletted(f.Bounds(), color.Palette{red, green, blue, yellow, color.Black})
		for i := range p.Pix {
			p.Set(i%60, i/60, f.At(i%60, i/60))
		}
		frames.Image = append(frames.Image, p)
	}
	if err := gif.EncodeAll(&moving, &frames); err != nil {
		t.Fatal(err)
	}
	deep := image.NewNRGBA64(img.Bounds())
	gray := image.NewGray(img.Bounds())
	for i := range 60 * 40 {
		deep.Set(i%60, i/60, img.At(i%60, i/60))
	}
	for name, sent := range map[string][]byte{"jpeg": asJPEG(t, img), "png": asPNG(t, img), "png of 16 bits": asPNG(t, deep), "gif": moving.Bytes()} {
		if _, got := photo(t, sent); seen(got) != "rgby" {
			t.Errorf("%s: corners %s", name, seen(got))
		}
	}
	if _, got := photo(t, asPNG(t, image.NewNRGBA(image.Rect(0, 0, 9, 9)))); !near(got.At(4, 4), color.RGBA{255, 255, 255, 255}) {
		t.Error("what was transparent is not white")
	}
	if _, got := photo(t, asPNG(t, gray)); !near(got.At(4, 4), color.RGBA{0, 0, 0, 255}) {
		t.Error("black is not black")
	}
	lossless := []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00") // one pixel
	if _, got := photo(t, lossless); got.Bounds().Dx() != 1 {
		t.Error("a WebP of one pixel is", got.Bounds())
	}
}

// TestSmaller: the longer side is MaxSide at most, and colours stay where they were.
func TestSmaller(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, wantW, wantH int }{
		{4096, 3000, 2048, 1500}, {2500, 5000, 1024, 2048}, {2048, 2048, 2048, 2048}, {2049, 3, 2048, 2}, {1, 6000, 1, 2048}, {7000, 1, 2048, 1}, {1, 1, 1, 1},
	} {
		_, got := photo(t, asPNG(t, quarters(c.w, c.h)))
		if got.Bounds().Size() != image.Pt(c.wantW, c.wantH) {
			t.Errorf("%d × %d became %v", c.w, c.h, got.Bounds().Size())
		}
		if c.w > 1 && c.h > 3 && seen(got) != "rgby" {
			t.Errorf("%d × %d: corners %s", c.w, c.h, seen(got))
		}
	}
}

// TestNothingElseSurvives: what is hidden beside the picture does not come out.
func TestNothingElseSurvives(t *testing.T) {
	t.Parallel()
	const script = "<html><script>alert(document.cookie)</script>"
	jpg := asJPEG(t, quarters(60, 40))
	for name, sent := range map[string][]byte{
		"comment":       segment(jpg, 0xfe, []byte(script)),
		"APP13":         segment(jpg, 0xed, []byte(script)),
		"XMP":           segment(jpg, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+script)),
		"after the end": append(bytes.Clone(jpg), script...),
		"PNG text":      withChunk(asPNG(t, quarters(60, 40)), "tEXt", append([]byte("Comment\x00"), script...)),
		"PNG EXIF":      withChunk(asPNG(t, quarters(60, 40)), "eXIf", append(exif(binary.BigEndian, 1), script...)),
	} {
		if !bytes.Contains(sent, []byte(script)) {
			t.Fatalf("%s: the test's photo hides nothing", name)
		}
		if kept, _ := photo(t, sent); bytes.Contains(kept.Data, []byte("script")) || bytes.Contains(kept.Data, []byte(place)) {
			t.Errorf("%s: what was hidden is still there", name)
		}
	}
	turned := withChunk(asPNG(t, quarters(60, 40)), "eXIf", exif(binary.BigEndian, 6))
	if _, got := photo(t, turned); seen(got) != "yrgb" {
		t.Errorf("a PNG's orientation: corners %s", seen(got))
	}
}

// withChunk puts a chunk behind a PNG's header.
func withChunk(data []byte, name string, body []byte) []byte {
	const head = 8 + 25
	one := binary.BigEndian.AppendUint32(nil, uint32(len(body))) //nolint:gosec // short
	one = append(append(one, name...), body...)
	one = binary.BigEndian.AppendUint32(one, crc32.ChecksumIEEE(one[4:]))
	return append(append(bytes.Clone(data[:head]), one...), data[head:]...)
}

// pngOf is a PNG that says to be as large as asked, with bytes that are all zero.
func pngOf(w, h uint32, depth, kind byte, rows int) []byte {
	out := []byte("\x89PNG\r\n\x1a\n")
	add := func(name string, body []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(body))) //nolint:gosec // short
		out = append(append(out, name...), body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[len(out)-len(body)-4:]))
	}
	add("IHDR", append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h), depth, kind, 0, 0, 0))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(make([]byte, rows))
	_ = z.Close()
	add("IDAT", packed.Bytes())
	add("IEND", nil)
	return out
}

// TestRefused: every file that is not taken has a code of its own.
func TestRefused(t *testing.T) {
	t.Parallel()
	jpg := asJPEG(t, quarters(300, 200))
	for name, c := range map[string]struct {
		sent []byte
		want string
	}{
		"nothing":              {nil, files.NotAnImage},
		"a text":               {[]byte("hello"), files.NotAnImage},
		"a PDF":                {[]byte("%PDF-1.7\n"), files.NotAnImage},
		"an SVG":               {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), files.NotAnImage},
		"HEIC":                 {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), files.HEIC},
		"HEIF":                 {[]byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"), files.HEIC},
		"too large":            {append(bytes.Clone(jpg), make([]byte, files.MaxBytes)...), files.TooLarge},
		"cut off":              {jpg[:len(jpg)/2], files.Unreadable},
		"only its first bytes": {jpg[:3], files.Unreadable},
		"400 Mpx":              {pngOf(20_000, 20_000, 8, 2, 1000), files.TooManyPixels},
		"50 Mpx of 16 bits":    {pngOf(7000, 7000, 16, 6, 1000), files.TooManyPixels},
		"more than an int":     {pngOf(1<<31-1, 1<<31-1, 8, 2, 1000), files.Unreadable},
		"no pixels":            {pngOf(0, 10, 8, 2, 10), files.Unreadable},
		"a PNG without rows":   {pngOf(100, 100, 8, 2, 10), files.Unreadable},
		"scans":                {append(bytes.Clone(jpg[:len(jpg)-2]), bytes.Repeat([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0}, 5000)...), files.Unreadable},
	} {
		_, err := files.Photo(t.Context(), bytes.NewReader(c.sent))
		if fault.Code(err) != c.want || fault.Of(err).Class != fault.Permanent {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestHiddenProgression: a progressive JPEG takes four times the memory; bytes that the decoder passes over do not hide it.
func TestHiddenProgression(t *testing.T) {
	t.Parallel()
	const side = 7000 // fits as a baseline JPEG, not as a progressive one
	frame := segment([]byte("\xff\xd8"), 0xc2, []byte{8, side >> 8, side & 0xff, side >> 8, side & 0xff, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0})
	for name, between := range map[string]string{
		"nothing": "", "a byte": "\x00", "an escaped byte": "\xff\x00", "filling bytes": "\xff\xff", "a restart": "\xff\xd0", "a comment and a byte": "\xff\xfe\x00\x02\x07",
	} {
		sent := append(append([]byte("\xff\xd8\xff\xfe\x00\x02"), between...), frame[2:]...)
		sent = append(sent, "\xff\xda\x00\x02"...)
		if _, err := files.Photo(t.Context(), bytes.NewReader(sent)); fault.Code(err) != files.TooManyPixels {
			t.Errorf("%s before the frame: %v", name, err)
		}
	}
}

// TestBombCostsNothing: a small file that says to be 20,000 × 20,000 is refused before a pixel of it is decoded.
func TestBombCostsNothing(t *testing.T) {
	bomb := pngOf(20_000, 20_000, 8, 2, 20_000*300)
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if _, err := files.Photo(b.Context(), bytes.NewReader(bomb)); fault.Code(err) != files.TooManyPixels {
				b.Fatal(err)
			}
		}
	})
	t.Logf("a bomb of %d bytes: %v, %d bytes", len(bomb), time.Duration(result.NsPerOp()), result.AllocedBytesPerOp())
	if result.AllocedBytesPerOp() > 1<<20 {
		t.Errorf("a bomb takes %d bytes of memory", result.AllocedBytesPerOp())
	}
}

// interlaced makes a PNG of pngOf say that it comes in seven passes (Adam7).
func interlaced(data []byte) []byte {
	data[28] = 1
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// passes is how many bytes the rows of an interlaced PNG have, one byte for the filter of each.
func passes(w, h, bytesPerPixel int) (n int) {
	for _, p := range [][4]int{{8, 0, 8, 0}, {8, 4, 8, 0}, {4, 0, 8, 4}, {4, 2, 4, 0}, {2, 0, 4, 2}, {2, 1, 2, 0}, {1, 0, 2, 1}} {
		if across, down := (w-p[1]+p[0]-1)/p[0], (h-p[3]+p[2]-1)/p[2]; across > 0 && down > 0 {
			n += down * (1 + across*bytesPerPixel)
		}
	}
	return n
}

// TestMemoryOfShapes: whatever shape a photo has, decoding it takes no more memory than is counted for it. One row, one column
// and more are refused before anything is decoded.
func TestMemoryOfShapes(t *testing.T) { //nolint:paralleltest // it measures
	const long, slack = 50_000_000, 24 << 20 // of the JPEG that is written, and of the test itself
	for _, c := range []struct {
		name  string
		sent  []byte
		code  string
		bytes uint64
	}{
		{"one row of 50 Mpx", pngOf(long, 1, 8, 2, 1+3*long), files.TooManyPixels, 1 << 20},
		{"one column of 50 Mpx", pngOf(1, long, 8, 0, 2*long), files.TooManyPixels, 1 << 20},
		{"an interlaced row", interlaced(pngOf(long, 1, 8, 2, 1000)), files.TooManyPixels, 1 << 20},
		{"an interlaced column", interlaced(pngOf(1, long, 8, 2, 1000)), files.TooManyPixels, 1 << 20},
		{"one pixel too wide", pngOf(files.MaxEdge+1, 1, 8, 2, 1+3*(files.MaxEdge+1)), files.TooManyPixels, 1 << 20},
		{"interlaced, 36 Mpx", interlaced(pngOf(6000, 6000, 8, 2, 1000)), files.TooManyPixels, 1 << 20},
		{"interlaced, 16 bits", interlaced(pngOf(4100, 4100, 16, 6, 1000)), files.TooManyPixels, 1 << 20},
		{"as wide as can be", pngOf(files.MaxEdge, 60, 8, 2, 60*(1+3*files.MaxEdge)), "", 4*files.MaxEdge*60 + slack},
		{"as high as can be", pngOf(60, files.MaxEdge, 8, 2, files.MaxEdge*(1+3*60)), "", 4*files.MaxEdge*60 + slack},
		{"interlaced, 4 Mpx", interlaced(pngOf(2000, 2000, 8, 2, passes(2000, 2000, 3))), "", 8*2000*2000 + slack},
		{"interlaced, wide", interlaced(pngOf(files.MaxEdge, 60, 8, 2, passes(files.MaxEdge, 60, 3))), "", 8*files.MaxEdge*60 + slack},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := files.Photo(t.Context(), bytes.NewReader(c.sent))
		runtime.ReadMemStats(&after)
		took := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d bytes sent, %d taken", c.name, len(c.sent), took)
		if fault.Code(err) != c.code || took > c.bytes {
			t.Errorf("%s: %v, %d bytes of memory, want %d at most", c.name, err, took, c.bytes)
		}
	}
}

// TestPatienceEnds: a photo whose turn does not come is given up with its request.
func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := files.Photo(ctx, bytes.NewReader(asJPEG(t, quarters(60, 40)))); err == nil {
		t.Error("decoded for nobody")
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	pdf := []byte("%PDF-1.7\n<script>")
	c, err := files.Document(t.Context(), bytes.NewReader(pdf))
	if err != nil || c.Type != files.PDF || !bytes.Equal(c.Data, pdf) {
		t.Errorf("a PDF: %+v, %v", c, err)
	}
	if c, err := files.Document(t.Context(), bytes.NewReader(asPNG(t, quarters(9, 9)))); err != nil || c.Type != "image/jpeg" {
		t.Errorf("a photo: %s, %v", c.Type, err)
	}
	for name, sent := range map[string]string{"HTML": "<html>", "a PDF further in": "<html>%PDF-1.7", "Word": "PK\x03\x04word/document.xml"} {
		if _, err := files.Document(t.Context(), strings.NewReader(sent)); fault.Code(err) != files.NotADocument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzPhoto: whatever comes, the answer is a photo or one of the codes, never a panic.
func FuzzPhoto(f *testing.F) {
	jpg := asJPEG(f, quarters(20, 10))
	for _, seed := range [][]byte{
		jpg, withEXIF(jpg, binary.LittleEndian, 6), asPNG(f, quarters(20, 10)), pngOf(9, 9, 16, 6, 700), []byte("RIFF\x10\x00\x00\x00WEBPEXIF\xff\xff\xff\xff"),
		[]byte("GIF89a"), []byte("\x00\x00\x00\x18ftypheic"), withChunk(asPNG(f, quarters(20, 10)), "eXIf", []byte("MM\x00\x2a\xff\xff\xff\xff")),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if config, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && config.Width*config.Height > 4_000_000 {
			t.Skip("large, and so slow")
		}
		c, err := files.Photo(t.Context(), bytes.NewReader(data))
		if err == nil {
			if _, err := jpeg.DecodeConfig(bytes.NewReader(c.Data)); err != nil || max(c.Width, c.Height) > files.MaxSide {
				t.Errorf("kept %d × %d: %v", c.Width, c.Height, err)
			}
			return
		}
		switch fault.Code(err) {
		case files.NotAnImage, files.HEIC, files.Unreadable, files.TooManyPixels, files.TooLarge:
		default:
			t.Errorf("refused as %v", err)
		}
	})
}
