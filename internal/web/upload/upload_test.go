package upload_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/upload"
)

// shelf keeps files in memory, by nonce.
type shelf struct {
	kept map[string][]store.File
	err  error
}

func (s *shelf) Keep(_ context.Context, about uploads.About, c files.Content) (store.File, error) {
	if s.err != nil {
		return store.File{}, s.err
	}
	f := store.File{ID: fmt.Sprintf("f%d", len(s.kept[about.Nonce])+1), OrderID: about.OrderID, SHA256: c.SHA256, Width: c.Width}
	s.kept[about.Nonce] = append(s.kept[about.Nonce], f)
	return f, nil
}

func (s *shelf) OfForm(_ context.Context, _, nonce string) ([]store.File, error) {
	return s.kept[nonce], nil
}

func (s *shelf) Drop(_ context.Context, _, nonce string, ids []string) error {
	s.kept[nonce] = slices.DeleteFunc(s.kept[nonce], func(f store.File) bool { return slices.Contains(ids, f.ID) })
	return nil
}

// part is a part of a form: a field, or with a name a file.
type part struct {
	field, name string
	data        []byte
}

func form(parts ...part) (body []byte, contentType string) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range parts {
		if p.field == "photo" {
			to, _ := w.CreateFormFile(p.field, p.name)
			_, _ = to.Write(p.data)
			continue
		}
		_ = w.WriteField(p.field, string(p.data))
	}
	_ = w.Close()
	return out.Bytes(), w.FormDataContentType()
}

func posted(t *testing.T, body io.Reader, contentType string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("Content-Type", contentType)
	return r
}

func picture(t *testing.T, side int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// about is of an order of the test's own: how many forms of one order arrive at once is bounded.
func about(t *testing.T) upload.Spec {
	t.Helper()
	return upload.Spec{About: uploads.About{Shop: "acme", OrderID: t.Name(), Purpose: store.PhotoFile}, Fields: []string{"photo"}}
}

var nonce, text = part{field: "nonce", data: []byte("n1")}, part{field: "text", data: []byte("it broke")}

// TestRead: what is wrong with a file is told by its name and costs neither the text nor another file.
func TestRead(t *testing.T) {
	t.Parallel()
	photo := func(name string, data []byte) part { return part{"photo", name, data} }
	var seven []part
	for i := range 7 {
		seven = append(seven, photo(fmt.Sprintf("%d.png", i+1), picture(t, 10+i)))
	}
	good := picture(t, 10)
	for name, tc := range map[string]struct {
		parts  []part
		kept   int
		faults []upload.Fault
	}{
		"nothing chosen":       {parts: []part{nonce, text, photo("", nil)}},
		"one":                  {parts: []part{nonce, text, photo("a.png", good)}, kept: 1},
		"before its nonce":     {parts: []part{photo("a.png", good), text, nonce}, kept: 1},
		"without a byte":       {parts: []part{nonce, text, photo("a.png", nil)}, faults: []upload.Fault{{Field: "photo", Code: files.Unreadable, Name: "a.png"}}},
		"text named .jpg":      {parts: []part{nonce, text, photo("a.jpg", []byte("text/plain"))}, faults: []upload.Fault{{Field: "photo", Code: files.NotAnImage, Name: "a.jpg"}}},
		"cut off":              {parts: []part{nonce, text, photo("a.png", good[:len(good)-20])}, faults: []upload.Fault{{Field: "photo", Code: files.Unreadable, Name: "a.png"}}},
		"too large, then one":  {parts: []part{nonce, text, photo("big.png", append(slices.Clone(good), make([]byte, files.MaxBytes)...)), photo("a.png", good)}, kept: 1, faults: []upload.Fault{{Field: "photo", Code: files.TooLarge, Name: "big.png"}}},
		"seven":                {parts: append([]part{nonce, text}, seven...), kept: 6, faults: []upload.Fault{{Field: "photo", Code: files.TooMany, Name: "7.png"}}},
		"a name that disturbs": {parts: []part{nonce, text, photo("C:\\x\\\u202egpj.exe", []byte("x"))}, faults: []upload.Fault{{Field: "photo", Code: files.NotAnImage, Name: "C:\\x\\gpj.exe"}}},
		"a long name":          {parts: []part{nonce, text, photo(strings.Repeat("ж", 300), []byte("x"))}, faults: []upload.Fault{{Field: "photo", Code: files.NotAnImage, Name: strings.Repeat("ж", 59) + "…"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{kept: map[string][]store.File{}}
			body, kind := form(tc.parts...)
			r := posted(t, bytes.NewReader(body), kind)
			f, err := upload.Read(r, s, about(t))
			if err != nil || f.Forged || f.Nonce != "n1" || r.PostForm.Get("text") != "it broke" {
				t.Fatalf("%+v, %v", f, err)
			}
			if len(f.Files) != tc.kept || !slices.Equal(f.Faults, tc.faults) {
				t.Errorf("%d kept, %+v", len(f.Files), f.Faults)
			}
		})
	}
}

// TestReadRefuses: a form that did not arrive whole, or that none fills in, makes nothing.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	whole, kind := form(nonce, text, part{"photo", "a.png", picture(t, 300)})
	huge := "--b\r\nContent-Disposition: form-data; name=\"text\"\r\nX-Long: " + strings.Repeat("x", 11<<20) + "\r\n\r\nx\r\n--b--\r\n"
	many := strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", 301) + "--b--\r\n"
	long, longKind := form(nonce, part{field: "text", data: make([]byte, 65<<10)})
	const b = "multipart/form-data; boundary=b"
	for name, tc := range map[string]struct {
		body, kind string
		want       error
	}{
		"cut off in the photo":   {string(whole[:len(whole)/2]), kind, upload.ErrForm},
		"cut off at the end":     {string(whole[:len(whole)-8]), kind, upload.ErrForm},
		"another boundary":       {string(whole), b, upload.ErrForm},
		"no boundary":            {string(whole), "multipart/form-data", upload.ErrForm},
		"nothing":                {"", b, upload.ErrForm},
		"a header of 11 MiB":     {huge, b, upload.ErrForm},
		"more parts than a form": {many, b, upload.ErrTooLarge},
		"more text than a form":  {string(long), longKind, upload.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shelf{kept: map[string][]store.File{}}
			_, err := upload.Read(posted(t, strings.NewReader(tc.body), tc.kind), s, about(t))
			if !errors.Is(err, tc.want) || len(s.kept) != 0 {
				t.Errorf("%v, kept %v", err, s.kept)
			}
		})
	}
}

// TestReadTooLarge: a form that grows too large among its photos keeps what came of it, when it says which form it is.
func TestReadTooLarge(t *testing.T) {
	t.Parallel()
	first, second := part{"photo", "a.png", picture(t, 10)}, part{"photo", "b.png", append(picture(t, 11), make([]byte, 1<<20)...)}
	read := func(parts ...part) (upload.Form, error) {
		body, kind := form(parts...)
		r := posted(t, bytes.NewReader(body), kind)
		r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 512<<10)
		return upload.Read(r, &shelf{kept: map[string][]store.File{}}, about(t))
	}
	f, err := read(nonce, text, first, second)
	if err != nil || f.Values.Get("text") != "it broke" || len(f.Files) != 1 || !slices.Equal(f.Faults, []upload.Fault{{Field: "photo", Code: files.TooLarge}}) {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := read(first, second, nonce); !errors.Is(err, upload.ErrTooLarge) {
		t.Errorf("without its nonce: %v", err)
	}
}

// TestReadWithoutStorage: what cannot be kept is told as such, and what nothing can be made of as forged.
func TestReadWithoutStorage(t *testing.T) {
	t.Parallel()
	body, kind := form(nonce, part{"photo", "a.png", picture(t, 10)})
	s := &shelf{kept: map[string][]store.File{}, err: fault.New(fault.Later, "away", "away", nil)}
	f, err := upload.Read(posted(t, bytes.NewReader(body), kind), s, about(t))
	if err != nil || !slices.Equal(f.Faults, []upload.Fault{{Field: "photo", Code: files.Unavailable, Name: "a.png"}}) {
		t.Errorf("%+v, %v", f, err)
	}
	body, kind = form(part{field: "nonce", data: []byte("no nonce!")}, part{field: "text", data: []byte("a\xff\x00b")})
	if f, err = upload.Read(posted(t, bytes.NewReader(body), kind), s, about(t)); err != nil || !f.Forged || f.Nonce == "" || f.Values.Get("text") != "ab" {
		t.Errorf("%+v, %v", f, err)
	}
	plain := posted(t, strings.NewReader("nonce=n1&text=a%FF%00b"), "application/x-www-form-urlencoded")
	if f, err = upload.Read(plain, s, about(t)); err != nil || f.Forged || f.Values.Get("text") != "ab" {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestFields: with nothing that keeps files the text is there all the same, and a form that was read before stays as it is.
func TestFields(t *testing.T) {
	t.Parallel()
	body, kind := form(nonce, part{"photo", "a.png", picture(t, 10)}, text)
	r := posted(t, bytes.NewReader(body), kind)
	for range 2 {
		if err := upload.Fields(r); err != nil || r.PostForm.Get("text") != "it broke" || r.PostForm.Has("photo") {
			t.Errorf("%v, %v", r.PostForm, err)
		}
	}
}

// TestSlowForm: whoever stops to send is given up at the deadline, and one who hangs up at once.
func TestSlowForm(t *testing.T) {
	t.Parallel()
	spec, read := about(t), make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		_, err := upload.Read(r, &shelf{kept: map[string][]store.File{}}, spec)
		read <- err
	}))
	defer server.Close()
	body, kind := form(nonce, part{"photo", "a.png", picture(t, 300)})
	sending, rest := io.Pipe()
	defer rest.Close()                                    //nolint:errcheck // of a pipe
	go func() { _, _ = rest.Write(body[:len(body)/2]) }() // and nothing more comes
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, sending)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	go func() {
		if res, err := http.DefaultClient.Do(r); err == nil {
			_ = res.Body.Close()
		}
	}()
	if err := <-read; !errors.Is(err, upload.ErrForm) {
		t.Errorf("%v", err)
	}
}

// deadlines is a ResponseWriter that knows its deadlines.
type deadlines struct {
	http.ResponseWriter

	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// TestAllow: a slow sender has Patience and no longer, and the answer still goes out then.
func TestAllow(t *testing.T) {
	t.Parallel()
	d := &deadlines{ResponseWriter: httptest.NewRecorder()}
	before := time.Now()
	upload.Allow(d)
	if d.read.Before(before.Add(upload.Patience)) || d.read.After(time.Now().Add(upload.Patience)) || !d.write.After(d.read) {
		t.Errorf("read until %v, write until %v", d.read.Sub(before), d.write.Sub(before))
	}
}
