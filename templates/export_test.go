package templates

import (
	"io/fs"

	"homeward/internal/colour"
)

// Sample is a view that brings out one variant, for the tests.
type Sample = sample

// Samples gives every variant of every topic.
func Samples(lang string) []Sample { return samples(lang) }

// Lint reads and checks the texts under files.
func Lint(files fs.FS) error {
	_, err := loadCatalog(files)
	return err
}

// Texts gives the ids of the texts whose name begins with prefix.
func (r *Renderer) Texts(prefix string) []string {
	var ids []string
	for id := range r.catalog.speeches["en"].messages {
		if len(id) >= len(prefix) && id[:len(prefix)] == prefix {
			ids = append(ids, id)
		}
	}
	return ids
}

// LocaleFiles are the embedded texts.
func LocaleFiles() fs.FS { return localeFiles }

// Palette gives the colours made of a brand's: button, its text, accent on white, accent on dark.
func Palette(hex string) [4]string {
	p := paletteOf(hex)
	return [4]string{p.Button, p.ButtonText, p.Accent, p.AccentDark}
}

// Contrast gives the contrast ratio of two colours "#rrggbb".
func Contrast(a, b string) float64 {
	one, _ := colour.Parse(a)
	other, _ := colour.Parse(b)
	return one.Contrast(other)
}

// SegmentsOf counts an SMS as the renderer does.
func SegmentsOf(s string) int { return segmentsOf(s) }
