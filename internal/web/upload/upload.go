// Package upload reads forms with files in them, and serves the files that are kept.
//
// A page takes a form in three lines:
//
//	h.routes.HandleFunc("POST /o/{token}/claims", h.order(h.uploaded(h.openClaim)))
//
//	func (h *handler) openClaim(w http.ResponseWriter, r *http.Request, v *visit, form upload.Form) {
//		kind := form.Values.Get("kind")       // every field that is not a file; r.PostForm holds the same
//		form.Files                            // the photos of this form, earlier posts of it included: show them again with 422
//		form.Faults                           // what was wrong with each photo, by the code of page.error.photo.<code>
//
// The case that is made with that nonce takes the photos over (store.InsertCase does it).
//
// In the template: <form method="post" enctype="multipart/form-data">, a hidden field "nonce" with form.Nonce, and
// <input type="file" name="photo" multiple accept="{{.Accept}}"> (upload.Accept: with it an iPhone sends JPEG and not HEIC).
// For each kept file <img src="{order}/files/{id}"> and <input type="checkbox" name="remove" value="{id}">.
package upload

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/id"
	"homeward/internal/store"
	"homeward/internal/uploads"
)

// What the accept attribute of a file field says.
const (
	Accept          = "image/jpeg,image/png,image/webp,image/gif"
	AcceptDocuments = Accept + ",application/pdf"
)

const (
	// MaxBody is how much a form with files may send: its files and their limits, and some more that are too large, so that
	// the form can be shown again with what is wrong.
	MaxBody = 2 * uploads.PerForm * files.MaxBytes
	// Patience is how long a form may take to arrive: a telephone in a cellar sends slowly.
	Patience = 5 * time.Minute

	maxFields = 64 << 10 // of all fields that are not files
	maxParts  = 300
	pause     = 8 * time.Second // for the database and the box, once everything has arrived
)

// Fault is what was wrong with one file.
type Fault struct {
	Field string // the file field's name
	Code  string // one of files.Codes
	Name  string // as its sender calls it, to be shown to them alone; "" when it is about no file in particular
}

// maxName is how many characters of a file's name are kept.
const maxName = 60

// nameOf gives a file's name without what could disturb a sentence around it.
func nameOf(part *multipart.Part) string {
	name := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, clean(part.FileName())))
	if letters := []rune(name); len(letters) > maxName {
		name = string(letters[:maxName-1]) + "…"
	}
	return name
}

// clean leaves out what no database takes as text: bytes that are not UTF-8, and zeros.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

// Form is a form as it was sent.
type Form struct {
	Values url.Values
	// Nonce is the form's own, or a fresh one when it sent none that can be used. Show it in the form again.
	Nonce string
	// Forged says that it sent none that can be used: nothing may be made of this post, but it can be shown again.
	Forged bool
	Files  []store.File
	Faults []Fault
}

// Keeper keeps what is uploaded: *uploads.Desk is one.
type Keeper interface {
	Keep(ctx context.Context, about uploads.About, c files.Content) (store.File, error)
	OfForm(ctx context.Context, orderID, nonce string) ([]store.File, error)
	Drop(ctx context.Context, orderID, nonce string, ids []string) error
}

// Spec says what a form may upload.
type Spec struct {
	About     uploads.About // without the nonce
	Fields    []string      // the file fields' names: "photo", "proof"; others are passed over
	Documents bool          // PDFs too
	// Of says more closely what the file of a field belongs to, once the whole form is read; nil: all belong to About.
	Of func(about uploads.About, field string) uploads.About
}

// The errors of Read.
var (
	// ErrTooLarge means that the form did not fit, so that nothing can be said of it: answer 413.
	ErrTooLarge = errors.New("upload: the form is too large")
	// ErrBusy means that too many forms arrive at once: answer 503.
	ErrBusy = errors.New("upload: too many forms at once")
	// ErrForm means that it is no form, or that it was cut off: answer 400.
	ErrForm = errors.New("upload: the form cannot be read")
)

var nonceForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Is tells whether a request is a form with files.
func Is(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && kind == "multipart/form-data"
}

// Allow gives a slow sender the time that Patience says, over what the server gives to others.
func Allow(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	until := time.Now().Add(Patience)
	_ = control.SetReadDeadline(until) // what cannot be set stays as it is
	_ = control.SetWriteDeadline(until.Add(time.Minute))
}

// picture is a file that was looked at, until the whole form has come.
type picture struct {
	field   string
	name    string
	content files.Content
}

// Read reads a form, with files or without. Files are looked at as they arrive: at any time one is in memory as it was sent,
// the others small. They are kept under the form's nonce (in any order of the fields), those that "remove" names are taken
// away, and Files gives what there is now. What is wrong with a file stands in Faults and never fails the form; when only the
// storage failed that is its code, files.Unavailable. A form that becomes too large among its files, its nonce known, is what came
// until then, with the fault files.TooLarge. The request's PostForm is set to the fields.
func Read(r *http.Request, keeper Keeper, spec Spec) (Form, error) {
	form := Form{Values: url.Values{}}
	var pictures []picture
	if Is(r) {
		leave, err := Enter(r.Context(), spec.About.OrderID)
		if err != nil {
			return form, err
		}
		defer leave()
		if pictures, err = form.parts(r, spec); err != nil {
			return form, err
		}
		r.PostForm, r.Form = form.Values, form.Values
	} else {
		if err := plain(r); err != nil {
			return form, err
		}
		form.Values = r.PostForm
	}
	form.Nonce = form.Values.Get("nonce")
	if !nonceForm.MatchString(form.Nonce) {
		form.Nonce, form.Forged = id.Secret(), true
	}
	if keeper == nil {
		return form, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), pause)
	defer cancel()
	form.keep(ctx, keeper, spec, pictures)
	return form, nil
}

// plain reads a form without files.
func plain(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return reading(err)
	}
	for _, all := range r.PostForm {
		for i := range all {
			all[i] = clean(all[i])
		}
	}
	return nil
}

// Fields sets the request's PostForm and passes over files, for when none can be kept. A form that was read before stays. With
// an error too there is what was read.
func Fields(r *http.Request) error {
	switch {
	case r.PostForm != nil:
		return nil
	case !Is(r):
		return plain(r)
	}
	form := Form{Values: url.Values{}}
	_, err := form.parts(r, Spec{})
	r.PostForm, r.Form = form.Values, form.Values
	return err
}

// arriving bounds the forms with files that arrive at once, each of which may hold one file as it was sent and the others small;
// byOrder those of one order, so that nobody who sends slowly takes everybody's place.
var (
	arriving = make(chan struct{}, 24)
	byOrder  = struct {
		sync.Mutex

		forms map[string]int
	}{forms: map[string]int{}}
)

// perOrder is how many forms of one order may arrive at once: one, and once more by a second press of the button.
const perOrder = 2

// Enter waits until one more form with files, of an order, may arrive; leave says that it has. The error is ErrBusy, or ErrForm
// after ctx.
func Enter(ctx context.Context, orderID string) (leave func(), err error) {
	if !count(orderID) {
		return nil, ErrBusy
	}
	wait := time.NewTimer(pause)
	defer wait.Stop()
	select {
	case arriving <- struct{}{}:
		return func() { <-arriving; discount(orderID) }, nil
	case <-wait.C:
		err = ErrBusy
	case <-ctx.Done():
		err = ErrForm
	}
	discount(orderID)
	return nil, err
}

func count(orderID string) bool {
	byOrder.Lock()
	defer byOrder.Unlock()
	if byOrder.forms[orderID] >= perOrder {
		return false
	}
	byOrder.forms[orderID]++
	return true
}

func discount(orderID string) {
	byOrder.Lock()
	defer byOrder.Unlock()
	if byOrder.forms[orderID]--; byOrder.forms[orderID] == 0 {
		delete(byOrder.forms, orderID)
	}
}

// keep takes away, adds, and reads what there is.
func (f *Form) keep(ctx context.Context, keeper Keeper, spec Spec, pictures []picture) {
	about := spec.About
	about.Nonce = f.Nonce
	unavailable := func(field, name string, err error) {
		code := fault.Code(err)
		if fault.Of(err).Class != fault.Permanent {
			code = files.Unavailable
		}
		f.Faults = append(f.Faults, Fault{Field: field, Code: code, Name: name})
	}
	if ids := f.Values["remove"]; len(ids) > 0 {
		if err := keeper.Drop(ctx, about.OrderID, f.Nonce, ids[:min(len(ids), uploads.PerOrder)]); err != nil {
			unavailable("remove", "", err)
		}
	}
	for _, p := range pictures {
		its := about
		if spec.Of != nil {
			its = spec.Of(about, p.field)
		}
		kept, err := keeper.Keep(ctx, its, p.content)
		if err != nil {
			unavailable(p.field, p.name, err)
		} else if about.CaseID != "" {
			f.Files = append(f.Files, kept)
		}
	}
	if about.CaseID != "" {
		return
	}
	if all, err := keeper.OfForm(ctx, about.OrderID, f.Nonce); err == nil {
		f.Files = all
	}
}

// parts reads a form with files part by part.
func (f *Form) parts(r *http.Request, spec Spec) ([]picture, error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, ErrForm
	}
	var pictures []picture
	room := maxFields
	for n := range maxParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			if n == 0 { // nothing is marked by the boundary
				return nil, ErrForm
			}
			return pictures, nil
		}
		if err != nil {
			return f.cut(pictures, spec, reading(err))
		}
		if part.FileName() == "" && !slices.Contains(spec.Fields, part.FormName()) {
			if room, err = f.field(part, room); err != nil {
				return nil, err
			}
			continue
		}
		if pictures, err = f.file(r.Context(), part, spec, pictures); err != nil {
			return f.cut(pictures, spec, err)
		}
	}
	return nil, ErrTooLarge
}

// cut ends a form that was not read to its end. When it is only too large and says which form it is, what came of it counts.
func (f *Form) cut(pictures []picture, spec Spec, err error) ([]picture, error) {
	if !errors.Is(err, ErrTooLarge) || len(spec.Fields) == 0 || !nonceForm.MatchString(f.Values.Get("nonce")) {
		return nil, err
	}
	f.Faults = append(f.Faults, Fault{Field: spec.Fields[0], Code: files.TooLarge})
	return pictures, nil
}

// field reads a field that is no file.
func (f *Form) field(part *multipart.Part, room int) (left int, err error) {
	value, err := io.ReadAll(io.LimitReader(part, int64(room)+1))
	switch {
	case err != nil:
		return room, reading(err)
	case len(value) > room:
		return room, ErrTooLarge
	}
	f.Values.Add(part.FormName(), clean(string(value)))
	return room - len(value), nil
}

// file looks at one file. A field that was left empty is none; a file without a byte is a broken one.
func (f *Form) file(ctx context.Context, part *multipart.Part, spec Spec, pictures []picture) ([]picture, error) {
	name := part.FormName()
	body := &counted{from: part}
	if slices.Contains(spec.Fields, name) {
		c, err := f.look(ctx, spec, body, len(pictures))
		switch {
		case body.broken != nil:
			return pictures, reading(body.broken)
		case body.n == 0 && part.FileName() == "": // nothing was chosen
		case body.n == 0:
			f.Faults = append(f.Faults, Fault{Field: name, Code: files.Unreadable, Name: nameOf(part)})
		case err == nil:
			pictures = append(pictures, picture{field: name, name: nameOf(part), content: c})
		case ctx.Err() != nil:
			return pictures, ErrForm
		default:
			f.Faults = append(f.Faults, Fault{Field: name, Code: fault.Code(err), Name: nameOf(part)})
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		return pictures, reading(err)
	}
	return pictures, nil
}

func (f *Form) look(ctx context.Context, spec Spec, body io.Reader, have int) (files.Content, error) {
	switch {
	case have >= uploads.PerForm:
		var one [1]byte
		_, _ = io.ReadFull(body, one[:]) // to know whether there is anything
		return files.Content{}, files.Refuse(files.TooMany, nil)
	case spec.Documents:
		return files.Document(ctx, body)
	default:
		return files.Photo(ctx, body)
	}
}

// counted knows how much was read, and whether it was the sender that stopped.
type counted struct {
	from   io.Reader
	n      int64
	broken error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.broken = err
	}
	return n, err
}

func reading(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return ErrTooLarge
	}
	return ErrForm
}
