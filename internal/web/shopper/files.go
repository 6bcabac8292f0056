package shopper

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/page"
	"homeward/internal/web/upload"
)

func (h *handler) fileRoutes() {
	h.routes.HandleFunc("GET /o/{token}/files/{id}", h.order(h.showFile))
}

// showFile serves a file of this order, and of no other.
func (h *handler) showFile(w http.ResponseWriter, r *http.Request, v *visit) {
	if h.Files == nil {
		h.missing(w, r, v.shop)
		return
	}
	f, err := h.Files.Find(r.Context(), v.order.ID, r.PathValue("id"))
	var data []byte
	if err == nil {
		err = h.mayOpen(r.Context(), v, f)
	}
	if err == nil {
		data, err = h.Files.Bytes(r.Context(), f)
	}
	switch {
	case errors.Is(err, store.ErrNotFound), fault.Code(err) == files.ErrGone, err == nil && f.Purpose == store.InspectionFile && f.CaseID == "":
		h.missing(w, r, v.shop)
	case err != nil:
		h.complain(r, "file not read", err)
		h.down(w, r, v.shop, v.words)
	default:
		w.Header().Set("Cache-Control", "private, max-age=3600")
		upload.Serve(w, r, f, data)
	}
}

// mayOpen gives store.ErrNotFound for a file that is not the reader's: the buyer's and the recipients' of gifts are each their own.
func (h *handler) mayOpen(ctx context.Context, v *visit, f store.File) error {
	if f.CaseID == "" {
		if mine := v.gift != nil && f.By == v.uploader() || v.gift == nil && !strings.HasPrefix(f.By, uploads.ByGift); !mine {
			return store.ErrNotFound
		}
		return nil
	}
	all, err := h.Store.CasesOf(ctx, v.order.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID == f.CaseID && (v.gift == nil && c.GiftID == "" || v.gift != nil && c.GiftID == v.gift.ID) {
			return nil
		}
	}
	return store.ErrNotFound
}

func (v *visit) uploader() string {
	if v.gift != nil {
		return uploads.ByGift + v.gift.ID
	}
	return cases.Shopper
}

// uploaded reads a form that may have photos in the field "photo" and gives it to next; see package upload. It takes a form
// without files as well. What next does has the time that any other request has.
func (h *handler) uploaded(next func(http.ResponseWriter, *http.Request, *visit, upload.Form)) func(http.ResponseWriter, *http.Request, *visit) {
	return func(w http.ResponseWriter, r *http.Request, v *visit) {
		spec := upload.Spec{
			About:  uploads.About{Shop: v.shop.ID, OrderID: v.order.ID, Purpose: store.PhotoFile, By: v.uploader()},
			Fields: []string{"photo"},
		}
		if form, ok := h.readForm(w, r, v, spec); ok {
			ctx, cancel := context.WithTimeout(r.Context(), patience)
			defer cancel()
			next(w, r.WithContext(ctx), v, form)
		}
	}
}

// readForm reads a form with files, or says why it cannot.
func (h *handler) readForm(w http.ResponseWriter, r *http.Request, v *visit, spec upload.Spec) (upload.Form, bool) {
	var keeper upload.Keeper
	if h.Files != nil {
		keeper = h.Files
	}
	form, err := upload.Read(r, keeper, spec)
	switch {
	case err == nil:
		return form, true
	case errors.Is(err, upload.ErrTooLarge):
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
	case errors.Is(err, upload.ErrBusy):
		h.down(w, r, v.shop, v.words)
	default:
		h.refuse(w, r, http.StatusBadRequest)
	}
	return form, false
}

// photoWords says what is wrong with a file, in the shopper's language.
func photoWords(words page.Words, code string) string {
	return words.T("page.error.photo." + code)
}

// maxPhotoFaults bounds how many files' faults are said: nobody reads more.
const maxPhotoFaults = 12

// photoFaults says what is wrong with each file that a form sent, by its name; that there are too many, once.
func photoFaults(words page.Words, faults []upload.Fault) []string {
	var out []string
	for _, f := range faults {
		text := photoWords(words, f.Code)
		if f.Name != "" && f.Code != files.TooMany {
			text = words.T("page.error.photo.named", "Name", f.Name, "Why", text)
		}
		if !slices.Contains(out, text) && len(out) < maxPhotoFaults {
			out = append(out, text)
		}
	}
	return out
}
