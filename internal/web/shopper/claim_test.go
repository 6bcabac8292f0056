package shopper_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/shopper"
	"homeward/internal/web/upload"
)

func (d *counted) OpenClaim(ctx context.Context, order store.Order, r returns.ClaimRequest, nonce string, shown []returns.ShownNotice) (store.Case, error) {
	if d.bench.writes != nil {
		return store.Case{}, d.bench.writes
	}
	return d.Desk.OpenClaim(ctx, order, r, nonce, shown)
}

// troubled is a place for files that takes none while it has an error.
type troubled struct {
	*uploads.Desk
	err error
}

func (f *troubled) Keep(ctx context.Context, about uploads.About, c files.Content) (store.File, error) {
	if f.err != nil {
		return store.File{}, f.err
	}
	return f.Desk.Keep(ctx, about, c)
}

func (b *bench) withPhotos() *troubled {
	f := &troubled{Desk: b.withFiles()}
	b.rebuild(func(d *shopper.Deps) { d.Files = f })
	return f
}

// photosOf counts the photos of a form.
func (b *bench) photosOf(order store.Order, nonce string) int {
	b.t.Helper()
	all, err := b.db.FilesOfNonce(b.t.Context(), order.ID, nonce)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(all)
}

// upload posts a form with photos; fields are sent in the order given.
func (b *bench) upload(path string, fields [][2]string, photos ...string) *httptest.ResponseRecorder {
	return b.uploadAs("photo", path, fields, photos...)
}

// uploadAs posts a form with files in a field; fields are sent in the order given.
func (b *bench) uploadAs(field, path string, fields [][2]string, photos ...string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range fields {
		if f[0] == "photo" {
			part, _ := form.CreateFormFile(field, strings.Repeat("a.jpg", min(len(f[1]), 1))) // a field in which nothing was chosen has no name
			_, _ = io.WriteString(part, f[1])
			continue
		}
		_ = form.WriteField(f[0], f[1])
	}
	for _, photo := range photos {
		part, _ := form.CreateFormFile(field, "a.jpg")
		_, _ = io.WriteString(part, photo)
	}
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func goodClaim(nonce string) [][2]string {
	return [][2]string{{"nonce", nonce}, {"line", "l1"}, {"kind", "defective"}, {"text", "Uchwyt odpadł. <script>x</script>"}, {"remedy", "repair"}}
}

func (b *bench) claims(orderID string) []store.Claim {
	b.t.Helper()
	all, err := b.db.ClaimsOf(b.t.Context(), orderID)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestAClaimIsMade(t *testing.T) {
	b := newBench(t)
	b.withPhotos()
	path, o := b.put("pl", sample(t))
	page := b.get(path + "/claims/new")
	has(t, page, http.StatusOK, "Zgłoś problem", "Co podaje przewoźnik", `enctype="multipart/form-data"`, "Jeśli nie odpowiemy w tym terminie", `name="photo"`, "wybierasz między naprawą a wymianą")
	nonce := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(page.Body.String())[1]
	made := b.upload(path+"/claims", goodClaim(nonce), string(dot(t, 10)), string(dot(t, 11)))
	if made.Code != http.StatusSeeOther || !strings.HasPrefix(made.Header().Get("Location"), path+"/") {
		t.Fatalf("%d %s", made.Code, made.Header().Get("Location"))
	}
	again := b.upload(path+"/claims", goodClaim(nonce), string(dot(t, 10)))
	if again.Header().Get("Location") != made.Header().Get("Location") {
		t.Error("the same form made two claims")
	}
	claims := b.claims(o.ID)
	if len(claims) != 1 || claims[0].Text != "Uchwyt odpadł. <script>x</script>" || claims[0].Wish != returns.RepairRemedy || len(claims[0].Notices) == 0 {
		t.Fatalf("%+v", claims)
	}
	if kept, err := b.db.FilesOf(t.Context(), b.cases(o.ID)[0].ID); err != nil || len(kept) != 2 {
		t.Errorf("photos %+v, %v", kept, err)
	}
	has(t, b.get(made.Header().Get("Location")), http.StatusOK, "Produkty objęte reklamacją")
}

// Nothing typed is lost, and no photo, when something is missing.
func TestAClaimThatLacksSomething(t *testing.T) {
	b := newBench(t)
	b.withPhotos()
	path, o := b.put("en", sample(t))
	for name, tt := range map[string]struct {
		fields [][2]string
		photo  string
		want   []string
	}{
		"nothing":             {[][2]string{{"nonce", "n0"}}, "", []string{"Choose at least one item", "Choose what is wrong"}},
		"no kind":             {[][2]string{{"nonce", "n1"}, {"line", "l1"}, {"text", "it <b>broke</b>"}, {"remedy", "repair"}}, string(dot(t, 10)), []string{"Choose what is wrong", "it &lt;b&gt;broke&lt;/b&gt;", `alt="Photo 1"`, `name="remove"`, `value="l1" checked`}},
		"a remedy of another": {[][2]string{{"nonce", "n2"}, {"line", "l1"}, {"kind", "not_received"}, {"remedy", "repair"}}, "", []string{"Choose what you would like", `value="not_received" checked`}},
		"a line of elsewhere": {[][2]string{{"nonce", "n3"}, {"line", "x"}, {"kind", "defective"}, {"remedy", "repair"}}, "", []string{"The order has changed"}},
		"a number that is none": {[][2]string{{"nonce", "n4"}, {"line", "l1"}, {"qty.l1", "many"}, {"kind", "defective"}, {"remedy", "repair"}}, "", []string{
			"enter a number from 1 to", `value="many"`,
		}},
		"too many units": {[][2]string{{"nonce", "n5"}, {"line", "l1"}, {"qty.l1", "99999999999999999999"}, {"kind", "defective"}, {"remedy", "repair"}}, "", []string{"enter a number from 1 to"}},
		"a novel":        {append(goodClaim("n6")[:3:3], [2]string{"text", strings.Repeat("a", 4001)}, [2]string{"remedy", "repair"}), "", []string{"The description is too long"}},
		"not a photo":    {goodClaim("n7"), "%PDF", []string{"a.jpg: This file is not a photo we can open", "send the claim without this photo", "Uchwyt odpadł"}},
		"no nonce":       {goodClaim("")[1:], "", []string{"Please check the form"}},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []string
			if tt.photo != "" {
				sent = []string{tt.photo}
			}
			has(t, b.upload(path+"/claims", tt.fields, sent...), http.StatusUnprocessableEntity, tt.want...)
		})
	}
	if n := len(b.claims(o.ID)); n != 0 {
		t.Errorf("%d claims", n)
	}
	// The photo of the first try is there when the second is right.
	if w := b.upload(path+"/claims", goodClaim("n1")); w.Code != http.StatusSeeOther || b.photosOf(o, "n1") != 1 {
		t.Errorf("%d, %d photos", w.Code, b.photosOf(o, "n1"))
	}
}

func TestHostileClaims(t *testing.T) {
	b := newBench(t)
	b.withPhotos()
	path, o := b.put("en", sample(t))
	// Photos before the nonce, an empty file field, a field that is not text, and the same line twice.
	fields := [][2]string{{"photo", string(dot(t, 10))}, {"line", "l1"}, {"line", "l1"}, {"photo", ""}, {"nonce", "h1"}, {"kind", "missing"}, {"remedy", "termination"}, {"text", "\xff\x00"}}
	if w := b.upload(path+"/claims", fields); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	claims := b.claims(o.ID)
	if len(claims) != 1 || len(claims[0].Items) != 1 || claims[0].Wish != returns.RefundRemedy || claims[0].Text != "" || b.photosOf(o, "h1") != 1 {
		t.Errorf("%+v %d", claims, b.photosOf(o, "h1"))
	}
	// More text than a form has, a body that is no form, a form that is cut off.
	huge := b.upload(path+"/claims", append(goodClaim("h2"), [2]string{"more", strings.Repeat("x", 300<<10)}))
	if huge.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("huge: %d", huge.Code)
	}
	for what, r := range map[string]*http.Request{
		"no boundary": httptest.NewRequest(http.MethodPost, path+"/claims", strings.NewReader("x")),
		"cut off":     httptest.NewRequest(http.MethodPost, path+"/claims", strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"line\"\r\n\r\nl1")),
	} {
		r.Header.Set("Content-Type", map[string]string{"no boundary": "multipart/form-data", "cut off": "multipart/form-data; boundary=b"}[what])
		if w := b.do(r); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
	if w := b.get("/o/forged/claims/new"); w.Code != http.StatusNotFound {
		t.Errorf("a forged link: %d", w.Code)
	}
	if n := len(b.claims(o.ID)); n != 1 {
		t.Errorf("%d claims", n)
	}
}

// A form without photos may come in the plain encoding as well: it is what the page of an outage sends.
func TestAClaimWhileTheDatabaseIsAway(t *testing.T) {
	b := newBench(t)
	path, o := b.put("en", sample(t))
	b.reads = errDown
	lost := b.upload(path+"/claims", goodClaim("d1"))
	has(t, lost, http.StatusServiceUnavailable, "Uchwyt odpadł", `name="kind" value="defective"`, `name="nonce" value="d1"`)
	b.reads, b.writes = nil, errDown
	kept := b.upload(path+"/claims", goodClaim("d1"))
	has(t, kept, http.StatusServiceUnavailable, "Uchwyt odpadł", `value="defective" checked`, "help@acme.example")
	lacks(t, kept, "secret/path")
	b.writes = nil
	form := url.Values{}
	for _, f := range goodClaim("d1") {
		form.Add(f[0], f[1])
	}
	if w := b.post(path+"/claims", form); w.Code != http.StatusSeeOther || len(b.claims(o.ID)) != 1 {
		t.Errorf("%d, %d claims", w.Code, len(b.claims(o.ID)))
	}
}

// What cannot be kept stops no claim: it is said, and the claim goes without it.
func TestPhotosThatCannotBeKept(t *testing.T) {
	b := newBench(t)
	photos := b.withPhotos()
	photos.err = fault.New(fault.Later, "unavailable", "the bucket is away", nil)
	path, o := b.put("en", sample(t))
	has(t, b.upload(path+"/claims", goodClaim("p1"), string(dot(t, 10))), http.StatusUnprocessableEntity, "a.jpg: The file could not be saved just now", "send the claim without this photo", "Uchwyt odpadł")
	if w := b.upload(path+"/claims", goodClaim("p1")); w.Code != http.StatusSeeOther || len(b.claims(o.ID)) != 1 {
		t.Errorf("%d", w.Code)
	}
	var many []string
	for n := range 8 {
		many = append(many, string(dot(t, 10+n)))
	}
	photos.err = nil
	full := b.upload(path+"/claims", goodClaim("p2"), many...)
	has(t, full, http.StatusUnprocessableEntity, `alt="Photo 6"`, "Too many files: at most 6", "Uchwyt odpadł")
	lacks(t, full, `alt="Photo 7"`, `type="file"`)
	// One is taken away, another comes in its place.
	kept, err := b.db.FilesOfNonce(t.Context(), o.ID, "p2")
	if err != nil || len(kept) != 6 {
		t.Fatalf("%d photos, %v", len(kept), err)
	}
	if w := b.upload(path+"/claims", append(goodClaim("p2"), [2]string{"remove", kept[0].ID}), many[7]); w.Code != http.StatusSeeOther {
		t.Errorf("%d", w.Code)
	}
}

// Each file's fault is told by the file's name, in every language, and what was right is kept.
func TestEachPhotosFaultIsNamed(t *testing.T) {
	b := newBench(t)
	b.withPhotos()
	for _, lang := range []string{"en", "pl", "sl", "ar", "ru", "de"} {
		path, o := b.put(lang, sample(t))
		words := b.deps.Words(lang, "", nil)
		body, kind := photoForm(t, goodClaim("f1"), map[string][]byte{
			"a good one.png": dot(t, 10), "IMG_1.HEIC": []byte("\x00\x00\x00\x18ftypheic0000"), "big.jpg": append([]byte("\xff\xd8\xff"), make([]byte, files.MaxBytes)...),
			"wide.png": pngHeader(60_000, 60_000), "note.jpg": []byte("only text"), "empty.jpg": nil,
		})
		r := httptest.NewRequest(http.MethodPost, path+"/claims", bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := b.do(r)
		has(t, w, http.StatusUnprocessableEntity, "Uchwyt odpadł", `name="remove"`)
		for name, code := range map[string]string{
			"IMG_1.HEIC": files.HEIC, "big.jpg": files.TooLarge, "wide.png": files.TooManyPixels, "note.jpg": files.NotAnImage, "empty.jpg": files.Unreadable,
		} {
			if want := words.T("page.error.photo.named", "Name", name, "Why", words.T("page.error.photo."+code)); !strings.Contains(html.UnescapeString(w.Body.String()), want) {
				t.Errorf("%s: not said of %s: %s", lang, name, want)
			}
		}
		if n := b.photosOf(o, "f1"); n != 1 {
			t.Errorf("%s: %d photos kept", lang, n)
		}
	}
}

// photoForm is the body of a form with fields and files by their names, and its media type.
func photoForm(t *testing.T, fields [][2]string, photos map[string][]byte) (body []byte, contentType string) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for _, f := range fields {
		_ = form.WriteField(f[0], f[1])
	}
	for _, name := range slices.Sorted(maps.Keys(photos)) {
		part, err := form.CreateFormFile("photo", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(photos[name])
	}
	_ = form.Close()
	return out.Bytes(), form.FormDataContentType()
}

// pngHeader begins a PNG of a size, and has nothing of its pixels.
func pngHeader(width, height uint32) []byte {
	head := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0)
	binary.BigEndian.PutUint32(head[4:], width)
	binary.BigEndian.PutUint32(head[8:], height)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// A claim can be made when the window for returns is over, before delivery, and for an order that was cancelled.
func TestAClaimKnowsNoWindow(t *testing.T) {
	b := newBench(t)
	path, o := b.put("en", sample(t))
	b.clock = now.AddDate(0, 11, 0)
	if w := b.post(path+"/claims", url.Values{"nonce": {"w1"}, "line": {"l1"}, "kind": {"defective"}, "remedy": {"refund"}}); w.Code != http.StatusSeeOther {
		t.Errorf("after the window: %d", w.Code)
	}
	if claims := b.claims(o.ID); len(claims) != 1 || claims[0].Wish != returns.TerminationRemedy {
		t.Errorf("%+v", claims)
	}
}

// Whoever sends slowly takes the places of one order and not of all; the memory for photos has a limit for claims as well.
func TestSlowClaimsTakeNobodysPlace(t *testing.T) {
	b := newBench(t)
	b.withPhotos()
	path, o := b.put("pl", sample(t))
	for range 2 {
		leave, err := upload.Enter(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
	}
	if res := b.upload(path+"/claims", goodClaim("n1")); res.Code != http.StatusServiceUnavailable {
		t.Errorf("a third at once: %d", res.Code)
	}
	leave, err := upload.Enter(t.Context(), "another order")
	if err != nil {
		t.Fatalf("another order waits for it: %v", err)
	}
	leave()
}
