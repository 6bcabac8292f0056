package files

import (
	"bytes"
	"encoding/binary"
)

// orientation reads which way up a photo is from its EXIF: 1 to 8, and 1 when it does not say. CIPA DC-008 4.6.5.1:
// tag 0x0112 of the first directory.
func orientation(data []byte) int {
	tiff := exif(data)
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	} else if string(tiff[:2]) != "II" {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == 0x0112 {
			if n := order.Uint16(entries[8:]); n >= 1 && n <= 8 {
				return int(n)
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// exif finds the EXIF of a JPEG, a PNG or a WebP; nil when there is none.
func exif(data []byte) []byte {
	const head = "Exif\x00\x00"
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		for marker, body := range segments(data) {
			if marker == 0xe1 && bytes.HasPrefix(body, []byte(head)) {
				return body[len(head):]
			}
		}
		return nil
	case isWebP(data):
		return bytes.TrimPrefix(chunk(data[12:], "EXIF", binary.LittleEndian), []byte(head))
	case bytes.HasPrefix(data, []byte("\x89PNG")) && len(data) >= 8:
		return chunk(data[8:], "eXIf", binary.BigEndian)
	default:
		return nil
	}
}

// chunk finds a chunk of a PNG (length, name, body, checksum) or of a RIFF file (name, length, body, a byte to make it even).
func chunk(data []byte, name string, order binary.ByteOrder) []byte {
	big := order == binary.BigEndian
	for len(data) >= 8 {
		called, length := data[0:4], int64(order.Uint32(data[4:]))
		next := 8 + length + length%2
		if big {
			called, length = data[4:8], int64(order.Uint32(data))
			next = 8 + length + 4
		}
		if 8+length > int64(len(data)) {
			return nil
		}
		if string(called) == name {
			return data[8 : 8+length]
		}
		data = data[min(next, int64(len(data))):]
	}
	return nil
}
