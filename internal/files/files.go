// Package files takes in what people upload and keeps it: photos, which are decoded and written anew so that nothing of the
// file that was sent survives but the picture, and documents. It knows nothing of orders: internal/uploads ties a file to
// one.
//
// What stands here is safe to call with anything: a file is read to a limit, its format is told by its first bytes and not
// by its name, its pixels are counted before one of them is decoded, and few are decoded at once.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"homeward/internal/fault"
)

// The limits of one file.
const (
	MaxBytes  = 10 << 20   // as sent
	MaxPixels = 50_000_000 // as sent
	MaxEdge   = 65_535     // as sent: the longer side, as much as a JPEG can have; decoders keep whole rows
	MaxSide   = 2048       // as kept: the longer side of a photo
)

// The codes of what is wrong with a file. The shopper's pages say each of them under page.error.photo.<code>.
const (
	TooLarge      = "too_large"       // more than MaxBytes
	TooManyPixels = "too_many_pixels" // more than MaxPixels or MaxEdge, or than memory is given to
	NotAnImage    = "not_an_image"    // no format that is taken
	HEIC          = "heic"            // what iPhones write when they are not asked for JPEG
	Unreadable    = "unreadable"      // cut off or broken
	NotADocument  = "not_a_document"  // neither a photo nor a PDF
	TooMany       = "too_many"        // more files than one form may have
	Unavailable   = "unavailable"     // the folder or the bucket does not take it now
)

// Codes lists the codes above: the pages must have words for each.
var Codes = []string{TooLarge, TooManyPixels, NotAnImage, HEIC, Unreadable, NotADocument, TooMany, Unavailable}

var messages = map[string]string{
	TooLarge:      "The file is larger than 10 MiB; send a smaller one.",
	TooManyPixels: "The photo has too many pixels; send a smaller one, or a screenshot of it.",
	NotAnImage:    "The file is not a photo that can be read; send a JPEG, PNG, WebP or GIF.",
	HEIC:          "HEIC photos cannot be read; send a JPEG, or a screenshot of the photo.",
	Unreadable:    "The photo is broken or was cut off on its way; send it again, or a screenshot of it.",
	NotADocument:  "The file is neither a photo nor a PDF; send one of those.",
	TooMany:       "There are more files than one form may have.",
	Unavailable:   "The file could not be stored; look at files in the configuration, and at the disk or the bucket.",
}

// Refuse makes the error of a code: Permanent, but Later for Unavailable.
func Refuse(code string, cause error) *fault.Error {
	class := fault.Permanent
	if code == Unavailable {
		class = fault.Later
	}
	return fault.New(class, code, messages[code], cause)
}

// Content is a file that was looked at and may be kept.
type Content struct {
	Data   []byte
	Type   string // image/jpeg, image/png or application/pdf
	Width  int    // of a photo, in pixels
	Height int
	SHA256 string // of Data, in hex
}

func content(data []byte, mediaType string, width, height int) Content {
	sum := sha256.Sum256(data)
	return Content{Data: data, Type: mediaType, Width: width, Height: height, SHA256: hex.EncodeToString(sum[:])}
}

// PDF is the media type of the documents that are kept as they are.
const PDF = "application/pdf"

// Document takes a photo as Photo does, or a PDF as it is. A PDF may hold anything: Serve never lets a browser run it.
func Document(ctx context.Context, r io.Reader) (Content, error) {
	data, err := readAll(r)
	if err != nil {
		return Content{}, err
	}
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		return content(data, PDF, 0, 0), nil
	}
	c, err := photo(ctx, data)
	if fault.Code(err) == NotAnImage {
		err = Refuse(NotADocument, err)
	}
	return c, err
}

// readAll reads to the limit and not a byte further than it needs to know that there is more.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return nil, f
	case err != nil:
		return nil, Refuse(Unreadable, err)
	case len(data) > MaxBytes:
		return nil, Refuse(TooLarge, nil)
	}
	return data, nil
}
