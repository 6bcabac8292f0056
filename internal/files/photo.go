package files

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

const (
	// quality is that of the JPEG that is kept: small, and still good enough to see a scratch.
	quality = 85
	// memory is what all photos that are being decoded may take together, in bytes. One that needs more alone is refused.
	memory = 256 << 20
	// maxScans bounds the passes of a progressive JPEG. Cameras and programs write about ten; a file of thousands keeps a
	// processor busy for minutes.
	maxScans = 100
)

// decoding shares the memory out: small photos go side by side, a large one waits for its turn.
var decoding = semaphore.NewWeighted(memory)

// format is a kind of photo: how it begins, how it is read, and how much memory a pixel takes while it is decoded.
type format struct {
	is     func(data []byte) bool
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	bytes  func(data []byte, c image.Config) int64 // for each pixel
}

var formats = []format{
	{is: begins("\xff\xd8\xff"), config: jpeg.DecodeConfig, decode: jpeg.Decode, bytes: jpegCost},
	{is: begins("\x89PNG\r\n\x1a\n"), config: png.DecodeConfig, decode: png.Decode, bytes: pngCost},
	{is: begins("GIF8"), config: gif.DecodeConfig, decode: gif.Decode, bytes: cost(1)}, // its first frame
	{is: isWebP, config: webp.DecodeConfig, decode: webp.Decode, bytes: cost(8)},
}

func begins(magic string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }
}

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// heicBrands are the brands of ISO 23008-12 (HEIF) in a file's first box; no decoder for them is written in Go.
var heicBrands = []string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"}

func isHEIC(data []byte) bool {
	return len(data) >= 12 && string(data[4:8]) == "ftyp" && slices.Contains(heicBrands, string(data[8:12]))
}

func cost(n int64) func([]byte, image.Config) int64 {
	return func([]byte, image.Config) int64 { return n }
}

// pngCost: 16 bits for each of four channels, or fewer; twice that when it is interlaced, because each pass is a picture of its own
// before it is merged, and all of them have as many pixels as the whole (PNG, 8.2).
func pngCost(data []byte, c image.Config) int64 {
	const interlace = 28 // where the header says it
	n := int64(4)
	if c.ColorModel == color.RGBA64Model || c.ColorModel == color.NRGBA64Model {
		n = 8
	}
	if len(data) > interlace && data[interlace] != 0 {
		n *= 2
	}
	return n
}

// Photo reads a photo (JPEG, PNG, WebP, or the first frame of a GIF), turns it upright as its EXIF asks, scales it to at
// most MaxSide pixels and writes it anew as JPEG, without EXIF, comments or anything else of the file that came. The error
// is a *fault.Error with one of the codes of this package, or ctx's while it waited for its turn.
func Photo(ctx context.Context, r io.Reader) (Content, error) {
	data, err := readAll(r)
	if err != nil {
		return Content{}, err
	}
	return photo(ctx, data)
}

func photo(ctx context.Context, data []byte) (Content, error) {
	if isHEIC(data) {
		return Content{}, Refuse(HEIC, nil)
	}
	i := slices.IndexFunc(formats, func(f format) bool { return f.is(data) })
	if i < 0 {
		return Content{}, Refuse(NotAnImage, nil)
	}
	f := formats[i]
	config, err := f.config(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return Content{}, Refuse(Unreadable, err)
	}
	pixels := int64(config.Width) * int64(config.Height)
	need := pixels * f.bytes(data, config)
	if pixels > MaxPixels || max(config.Width, config.Height) > MaxEdge || need > memory {
		return Content{}, Refuse(TooManyPixels, nil)
	}
	if err := decoding.Acquire(ctx, need); err != nil {
		return Content{}, err
	}
	defer decoding.Release(need)
	small, err := decode(f, data)
	if err != nil {
		return Content{}, err
	}
	return encode(upright(small, orientation(data)))
}

// decode gives the picture, already small, so that the large one is garbage when it returns.
func decode(f format, data []byte) (*image.RGBA, error) {
	if f.is([]byte("\xff\xd8\xff")) && bytes.Count(data, []byte{0xff, 0xda}) > maxScans {
		return nil, Refuse(Unreadable, nil)
	}
	large, err := f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, Refuse(Unreadable, err)
	}
	return shrink(large, MaxSide), nil
}

func encode(img *image.RGBA) (Content, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return Content{}, Refuse(Unreadable, err)
	}
	size := img.Bounds().Size()
	return content(out.Bytes(), "image/jpeg", size.X, size.Y), nil
}

// jpegCost: a progressive JPEG keeps its coefficients, four bytes each, until its last scan.
func jpegCost(data []byte, _ image.Config) int64 {
	for marker := range segments(data) {
		if marker == 0xc2 {
			return 4 + 4*4
		}
	}
	return 4
}

// segments walks a JPEG's segments up to the first scan: the marker's second byte, and what the segment holds. It passes over what
// the decoder passes over: bytes between segments, filling bytes, and markers of restarts, which hold nothing. Or a file could
// hide from jpegCost how it is written.
func segments(data []byte) func(yield func(marker byte, body []byte) bool) {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+4 <= len(data); {
			marker := data[at+1]
			switch {
			case data[at] != 0xff, marker == 0xff:
				at++
				continue
			case marker == 0, marker >= 0xd0 && marker <= 0xd7:
				at += 2
				continue
			}
			size := int(binary.BigEndian.Uint16(data[at+2:]))
			if marker == 0xda || size < 2 || at+2+size > len(data) || !yield(marker, data[at+4:at+2+size]) {
				return
			}
			at += 2 + size
		}
	}
}
