package ops_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/uploads"
	"homeward/internal/web/ops"
)

// withFiles gives the console a folder for photos.
func withFiles(t *testing.T) *bench {
	t.Helper()
	box, err := files.Open(t.Context(), filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	b := newBench(t)
	b.deps.Files = &uploads.Desk{DB: b.db, Box: box, Config: &config.Config{}, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler)}
	b.web = ops.New(b.deps)
	return b
}

// photoOf is a small photo of one colour.
func photoOf(t testing.TB, shade uint8) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 12, 9))
	for x := range 12 {
		img.Set(x, int(shade)%9, color.RGBA{shade, 90, 60, 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// send posts a form with files, by the field of each.
func (s *session) send(path string, form url.Values, photos map[string]string) *httptest.ResponseRecorder {
	s.b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, content := range photos { // files first: the fields that name their lines come later
		part, err := m.CreateFormFile(name, "IMG_0001.png")
		if err != nil {
			s.b.t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
	}
	for name, values := range form {
		for _, value := range values {
			_ = m.WriteField(name, value)
		}
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.do(r)
}

// A photo is evidence enough for a deduction, is kept when the form is refused, and belongs to its finding.
func TestPhotosOfAnInspection(t *testing.T) {
	b := withFiles(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	if page := s.page("/ops/returns/c1"); !strings.Contains(page, `enctype="multipart/form-data"`) || !strings.Contains(page, `name="photo.1"`) {
		t.Fatal("the form takes no photos")
	}
	form := finding(seen(c.Version), 0, "l1", "1", "as_new", "accept", "", "", "")
	finding(form, 1, "l1", "1", "used", "deduct", "12.50", "", "")
	form.Set("nonce", "form-1")
	w := s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.1": photoOf(t, 200)})
	kept, err := b.db.FilesOfNonce(t.Context(), "o1", "form-1.1")
	if err != nil || w.Code != http.StatusUnprocessableEntity || len(kept) != 1 || kept[0].LineID != "l1" || kept[0].By != "staff:agent" {
		t.Fatalf("%d, %+v, %v", w.Code, kept, err)
	}
	for _, want := range []string{`value="form-1"`, `src="/ops/files/` + kept[0].ID, `value="1.` + kept[0].ID, "they are told it word for word"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	form.Set("reason.1", "Wieczko jest porysowane.")
	if w = s.send("/ops/returns/c1/inspect", form, nil); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "inspected") {
		t.Fatalf("a photo alone is evidence: %d\n%s", w.Code, w.Body)
	}
	found, _ := b.db.InspectionsOf(t.Context(), "c1")
	of, err := b.db.FilesOf(t.Context(), "c1")
	if err != nil || len(found) != 2 || len(of) != 1 || of[0].Inspection() != found[1].ID {
		t.Fatalf("%+v of %+v, %v", of, found, err)
	}
	picture := `<img src="/ops/files/` + of[0].ID
	if !strings.Contains(s.page("/ops/returns/c1"), picture) || strings.Contains(b.signIn("viewer").page("/ops/returns/c1"), picture) {
		t.Error("an agent sees the photo on the page, and a viewer does not")
	}
	w = s.get("/ops/files/" + of[0].ID)
	if h := w.Header(); w.Code != http.StatusOK || h.Get("Content-Type") != "image/jpeg" || h.Get("Cache-Control") != "no-store" { // nothing stays behind after signing out
		t.Errorf("%d %s %s", w.Code, h.Get("Content-Type"), h.Get("Cache-Control"))
	}
	if err := b.desk.real.Appeal(t.Context(), c, found[1].ID, "It came so."); err != nil {
		t.Fatal(err)
	}
	s.press("/ops/returns/c1/appeals/"+found[1].ID, url.Values{"grade": {"used"}, "outcome": {"deduct"}, "deduction": {"5"}, "reason": {"Less."}}, "answered")
	if n := strings.Count(s.page("/ops/returns/c1"), picture); n != 3 {
		t.Errorf("the photo stands %d times on the page, want with both findings and among the files", n)
	}
}

func TestPhotosThatAreNone(t *testing.T) {
	b := withFiles(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	form := finding(seen(c.Version), 0, "l1", "2", "used", "deduct", "12.50", "Porysowane.", "")
	form.Set("nonce", "form-1")
	w := s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.0": "<script>alert(1)</script>"})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "not a photo that can be read") || !strings.Contains(w.Body.String(), "Porysowane.") {
		t.Errorf("no photo: %d", w.Code)
	}
	s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.1": photoOf(t, 1)}) // of a row that does not name a line
	if w = s.send("/ops/returns/c1/inspect", form, nil); !strings.Contains(w.Body.String(), "needs evidence") {
		t.Errorf("the photo of another row is no evidence: %d", w.Code)
	}
	w = s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.0": photoOf(t, 2), "photo.2": photoOf(t, 3), "other": photoOf(t, 4)})
	kept, _ := b.db.FilesOfNonce(t.Context(), "o1", "form-1.0")
	if w.Code != http.StatusSeeOther || len(kept) != 0 {
		t.Errorf("%d, %d left", w.Code, len(kept))
	}
	if w = s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.0": photoOf(t, 5)}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "changed since you opened") {
		t.Errorf("sent twice: %d", w.Code)
	}
	if of, _ := b.db.FilesOf(t.Context(), "c1"); len(of) != 1 {
		t.Errorf("%d photos", len(of))
	}
}

func TestAPhotoIsTakenAway(t *testing.T) {
	b := withFiles(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	form := finding(seen(c.Version), 0, "l1", "2", "used", "deduct", "12.50", "", "")
	form.Set("nonce", "form-1")
	s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.0": photoOf(t, 1)})
	kept, _ := b.db.FilesOfNonce(t.Context(), "o1", "form-1.0")
	form.Set("remove", "0."+kept[0].ID)
	form.Set("reason.0", "Porysowane.")
	w := s.send("/ops/returns/c1/inspect", form, nil)
	if kept, _ = b.db.FilesOfNonce(t.Context(), "o1", "form-1.0"); len(kept) != 0 || !strings.Contains(w.Body.String(), "needs evidence") {
		t.Errorf("%d, %d photos", w.Code, len(kept))
	}
}

// A case that moved on takes no inspection of before, and loses nothing of it: neither words nor photos.
func TestAStaleInspectionKeepsItsPhotos(t *testing.T) {
	b := withFiles(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	form := finding(seen(c.Version-1), 0, "l1", "1", "used", "deduct", "12.50", "Porysowane.", strings.Repeat("n", 501))
	form.Set("nonce", "form-1")
	w := s.send("/ops/returns/c1/inspect", form, map[string]string{"photo.0": photoOf(t, 1)})
	body := w.Body.String()
	for _, want := range []string{">Porysowane.</textarea>", `value="12.50"`, `value="used" selected`, "Photo that was sent", `name="nonce" value="form-1"`, "changed since you opened"} {
		if w.Code != http.StatusConflict || !strings.Contains(body, want) {
			t.Errorf("%d, no %q", w.Code, want)
		}
	}
	form.Set("seen", seen(c.Version).Get("seen"))
	if w = s.send("/ops/returns/c1/inspect", form, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "501 characters. 500 are the most") {
		t.Errorf("a note that is too long: %d", w.Code)
	}
	form.Set("note.0", "scratches")
	if w = s.send("/ops/returns/c1/inspect", form, nil); !strings.Contains(w.Header().Get("Location"), "inspected") {
		t.Fatalf("%d", w.Code)
	}
	if of, _ := b.db.FilesOf(t.Context(), "c1"); len(of) != 1 {
		t.Errorf("%d photos", len(of))
	}
}

// Rows of a form are about lines: what was typed for one is never put to another, and its photo is no evidence about another.
func TestAStaleInspectionOfOtherGoods(t *testing.T) {
	b := withFiles(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	form := finding(seen(c.Version-1), 0, "l2", "1", "used", "deduct", "12.50", "Porysowane.", "")
	form.Set("nonce", "form-1")
	w := b.signIn("agent").send("/ops/returns/c1/inspect", form, map[string]string{"photo.0": photoOf(t, 1)})
	body := w.Body.String()
	if w.Code != http.StatusConflict || strings.Contains(body, ">Porysowane.</textarea>") || strings.Contains(body, `value="12.50"`) || strings.Contains(body, "form-1") {
		t.Errorf("%d: typed for another line, and stands here", w.Code)
	}
	if !strings.Contains(body, ">Porysowane.</p>") || !strings.Contains(body, "choose their photos again") {
		t.Error("the words are lost, or nobody says so of the photos")
	}
}
