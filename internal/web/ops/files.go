package ops

import (
	"fmt"
	"net/http"

	keep "homeward/internal/files"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// file serves a kept file: photos may show a person's home, so viewers do not see them.
func (c *console) file(w http.ResponseWriter, r *http.Request, _ visit) error {
	f, err := c.Store.File(r.Context(), r.PathValue("id"))
	if err != nil || c.Files == nil || f.StoredAt.IsZero() {
		if err == nil {
			err = store.ErrNotFound
		}
		return err
	}
	data, err := c.Files.Bytes(r.Context(), f)
	if err != nil {
		return err
	}
	upload.Serve(w, r, f, data)
	return nil
}

// picture is a kept photo, or a document, as a page shows it.
type picture struct {
	store.File
	Alt string
}

// Shown tells whether a browser can show it: documents are only saved.
func (p picture) Shown() bool { return p.ContentType != keep.PDF }

// pictures names photos one by one, for who does not see them.
func pictures(about string, all []store.File) []picture {
	var out []picture
	for i, f := range all {
		p := picture{File: f, Alt: about}
		if len(all) > 1 {
			p.Alt = fmt.Sprintf("%s, %d of %d", about, i+1, len(all))
		}
		out = append(out, p)
	}
	return out
}

// fileWord names a file by what it is for.
func fileWord(f store.File) string {
	switch f.Purpose {
	case store.PhotoFile:
		return "Photo by the shopper"
	case store.ProofFile:
		return "Proof of dispatch"
	case store.InspectionFile:
		return "Photo of what came back"
	case store.LabelFile:
		return "Label"
	default:
		return string(f.Purpose)
	}
}
