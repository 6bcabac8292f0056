package shopper

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

const (
	// maxPhotos is how many photos a form may carry, maxPhoto how many bytes each.
	maxPhotos = 6
	maxPhoto  = 10 << 20
	// maxClaim bounds a claim's form with its photos.
	maxClaim = maxPhotos*maxPhoto + 4<<20
	// maxText bounds what a form may have beside its photos.
	maxText = 256 << 10
	// claimPatience is how long a form with photos may take to arrive and to be looked at.
	claimPatience = 4 * time.Minute
)

// errForm: the form has more text, or more fields, than an honest one.
var errForm = errors.New("shopper: a form that is too large")

// Photos keeps the photos of a form until it makes a case. Its errors are *fault.Error.
type Photos interface {
	// KeepPhoto looks at a photo and keeps it under the form's nonce. The same photo again is kept once.
	KeepPhoto(ctx context.Context, order store.Order, nonce string, r io.Reader) error
	// KeptPhotos tells how many photos a form has sent.
	KeptPhotos(ctx context.Context, orderID, nonce string) (int, error)
}

// readClaim reads the form. Photos that arrive are kept under its nonce at once, so that they need not be sent again when
// something else is wrong. photoFault says what is wrong with one of them. The error is of a body that is no form.
func (h *handler) readClaim(w http.ResponseWriter, r *http.Request, v *visit) (in claimTyped, photoFault returns.Code, err error) {
	if upload.Is(r) { // as all forms with files: so many at once and no more
		leave, err := upload.Enter(r.Context(), v.order.ID)
		if err != nil {
			return claimTyped{}, "", err
		}
		defer leave()
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(claimPatience)) // not every ResponseWriter can: then the server's own limit holds
	_ = control.SetWriteDeadline(time.Now().Add(claimPatience + time.Minute))
	var held []io.Reader // photos that came before the nonce
	size := 0
	keep := func(nonce string, photo io.Reader) {
		switch err := h.keepPhoto(r, v, nonce, photo); {
		case err == nil:
		case photoFault == "":
			photoFault = photoCode(err)
		}
	}
	values, err := readFields(r, func(values url.Values, part *multipart.Part) error {
		if part.FormName() != "photo" || h.Photos == nil {
			return nil
		}
		limited := io.LimitReader(part, maxPhoto+1)
		if nonce := values.Get("nonce"); nonceForm.MatchString(nonce) {
			keep(nonce, limited)
			return nil
		}
		data, err := io.ReadAll(limited)
		if size += len(data); size > maxPhotos*maxPhoto {
			return errForm
		}
		if len(data) > 0 {
			held = append(held, strings.NewReader(string(data)))
		}
		return err
	})
	var large *http.MaxBytesError
	if errors.As(err, &large) && len(values) > 0 { // the text came before the photos: it is kept
		photoFault, err = "photos", nil
	}
	if err != nil {
		return claimTyped{}, "", err
	}
	in = typedClaim(values)
	if len(held) > 0 && !nonceForm.MatchString(in.nonce) {
		in.nonce = id.Secret()
	}
	for _, photo := range held {
		keep(in.nonce, photo)
	}
	return in, photoFault, nil
}

// keepPhoto keeps one photo; a field without a file sends an empty one.
func (h *handler) keepPhoto(r *http.Request, v *visit, nonce string, photo io.Reader) error {
	first := make([]byte, 1)
	if n, err := io.ReadFull(photo, first); n == 0 {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	err := h.Photos.KeepPhoto(r.Context(), v.order, nonce, io.MultiReader(strings.NewReader(string(first)), photo))
	if err != nil {
		h.complain(r, "photo not kept", err)
	}
	return err
}

// photoCode puts a photo's error into the form's words.
func photoCode(err error) returns.Code {
	switch fault.Code(err) {
	case "too_large", "too_many", "too_many_pixels":
		return "photos"
	default:
		return "photo"
	}
}

func typedClaim(values url.Values) claimTyped {
	in := claimTyped{
		kind: values.Get("kind"), remedy: values.Get("remedy"), text: strings.ReplaceAll(values.Get("text"), "\r\n", "\n"),
		nonce: values.Get("nonce"), quantities: map[string]string{},
	}
	for _, line := range values["line"] {
		if line != "" && !slices.Contains(in.lines, line) {
			in.lines = append(in.lines, line)
		}
	}
	for name, all := range values {
		if line, ok := strings.CutPrefix(name, quantityField); ok && len(all) > 0 {
			in.quantities[line] = all[0]
		}
	}
	return in
}

// readFields reads a posted form, of either encoding; file gets each file, with the fields that came before it. What was read
// comes with an error too.
func readFields(r *http.Request, file func(url.Values, *multipart.Part) error) (url.Values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		err := r.ParseForm()
		return r.PostForm, err
	}
	values := url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return values, err
	}
	left := int64(maxText)
	for range 1000 {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return values, err
		}
		if part.FileName() != "" || part.Header.Get("Content-Type") != "" && part.FormName() == "photo" {
			if err := file(values, part); err != nil {
				return values, err
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return values, err
		}
		if left -= int64(len(text)); left < 0 {
			return values, errForm
		}
		values.Add(part.FormName(), strings.ToValidUTF8(string(text), ""))
	}
	return values, errForm
}
