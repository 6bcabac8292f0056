package upload

import (
	"bytes"
	"net/http"
	"strconv"

	"homeward/internal/files"
	"homeward/internal/store"
)

// Serve answers with a kept file. A photo was written anew by Homeward and is shown; a document, which may hold anything, is
// only ever saved. Either way no browser runs a thing in it. How long a browser may keep it is for the caller to say, in Cache-Control.
func Serve(w http.ResponseWriter, r *http.Request, f store.File, data []byte) {
	h := w.Header()
	h.Set("Content-Type", f.ContentType)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("ETag", strconv.Quote(f.SHA256))
	disposition := "inline"
	if f.ContentType == files.PDF {
		disposition = "attachment"
	}
	h.Set("Content-Disposition", disposition+`; filename="`+string(f.Purpose)+"-"+f.ID+extensions[f.ContentType]+`"`)
	http.ServeContent(w, r, "", f.CreatedAt, bytes.NewReader(data))
}

var extensions = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", files.PDF: ".pdf"}
