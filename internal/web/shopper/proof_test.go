package shopper_test

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/files"
	"homeward/internal/uploads"
	"homeward/internal/web/shopper"
)

// withFiles gives the pages a folder for files.
func (b *bench) withFiles() *uploads.Desk {
	b.t.Helper()
	box, err := files.Open(b.t.Context(), filepath.Join(b.t.TempDir(), "files"))
	if err != nil {
		b.t.Fatal(err)
	}
	desk := &uploads.Desk{DB: b.db, Box: box, Config: b.config, Now: func() time.Time { return b.clock }, Log: slog.New(slog.DiscardHandler)}
	b.rebuild(func(d *shopper.Deps) { d.Files = desk })
	return desk
}

func somePhoto(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestProofOfDispatch: a PDF or a photo is kept with the case, shown behind this order's link and no other's, and only ever
// saved when it is a PDF.
func TestProofOfDispatch(t *testing.T) {
	b := newBench(t)
	b.withFiles()
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	has(t, b.get(page), 200, "Proof of posting", `enctype="multipart/form-data"`, page+"/proof")
	fields := [][2]string{{"nonce", "n9"}}
	has(t, b.uploadAs("proof", page+"/proof", fields, "<html>"), 422, "Please send a photo or a PDF.", `aria-invalid="true"`)
	has(t, b.uploadAs("proof", page+"/proof", fields), 422, "Please send a photo or a PDF.")
	for range 2 {
		if w := b.uploadAs("proof", page+"/proof", fields, "%PDF-1.7 receipt"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != page {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
	}
	c := b.cases(order.ID)[0]
	kept, err := b.db.FilesOf(t.Context(), c.ID)
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	file := path + "/files/" + kept[0].ID
	has(t, b.get(page), 200, "Received:", file, "You sent us proof of posting")
	w := b.get(file)
	has(t, w, 200, "%PDF-1.7 receipt")
	for name, want := range map[string]string{"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff", "Cache-Control": "private"} {
		if got := w.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	other, _ := b.put("en", sample(t, delivered()...))
	has(t, b.get(other+"/files/"+kept[0].ID), 404)
}

// TestClaimKeepsPhotos: the photos of a claim's form become the case's, without what was hidden in them.
func TestClaimKeepsPhotos(t *testing.T) {
	b := newBench(t)
	b.withFiles()
	path, order := b.put("pl", sample(t, delivered()...))
	if w := b.upload(path+"/claims", goodClaim("n1"), somePhoto(t)); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	kept, err := b.db.FilesOf(t.Context(), b.cases(order.ID)[0].ID)
	if err != nil || len(kept) != 1 || kept[0].ContentType != "image/jpeg" || kept[0].Width != 20 || !kept[0].DeleteAt.IsZero() {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	w := b.get(path + "/files/" + kept[0].ID)
	if w.Code != 200 || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
}
