package ops

import (
	"net/http"

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
