package shopper_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/uploads"
	"homeward/internal/web/shopper"
)

// withPhotos gives the bench a place for photos and a reason that wants one, with a question.
func withPhotos(t *testing.T, b *bench) {
	t.Helper()
	box, err := files.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	b.config.Shops[0].Returns.Policy = returns.Policy{Reasons: []returns.ReasonRule{
		{Code: "changed_mind"},
		{
			Code: "damaged", Claim: true, Photos: returns.PhotosRequired, PaidBy: returns.ShopPays,
			Questions: []returns.Question{{Code: "where", Required: true, Text: returns.Texts{"en": "Where is the damage?", "pl": "Gdzie jest uszkodzenie?"}}},
		},
	}}
	b.rebuild(func(d *shopper.Deps) { d.Files = &uploads.Desk{DB: b.db, Box: box, Now: d.Now} })
}

// send posts a form with files, by field name and content.
func (b *bench) send(path string, form url.Values, photos ...[]byte) *httptest.ResponseRecorder {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			_ = w.WriteField(name, value)
		}
	}
	for _, photo := range photos {
		part, err := w.CreateFormFile("photo", "x.png")
		if err != nil {
			b.t.Fatal(err)
		}
		_, _ = part.Write(photo)
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func dot(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, size, size))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPhotosAreNotLost: a photo that came with a form in which something else is wrong need not be sent again; the summary shows
// it, and the case has it, once, however often the form is posted.
func TestPhotosAreNotLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	withPhotos(t, b)
	path, order := b.put("en", sample(t, delivered()...))
	has(t, b.get(path+"/returns/new"), 200, `enctype="multipart/form-data"`, `name="photo"`, `name="answer.damaged.where"`, "Where is the damage?")
	form := url.Values{"qty.l1": {"1"}, "reason": {"damaged"}, "remedy": {"refund"}, "nonce": {"n1"}}
	has(t, b.send(path+"/returns/check", form), 422, "Please answer: Where is the damage?", "Add at least one photo.", `href="#answer.damaged.where"`)
	w := b.send(path+"/returns/check", form, dot(t, 40), []byte("no picture at all"))
	has(t, w, 422, "Please answer: Where is the damage?", `alt="Photo 1"`, `name="remove"`)
	lacks(t, w, "Add at least one photo.", "Photo 2")
	form.Set("answer.damaged.where", "On the lid")
	w = b.send(path+"/returns/check", form)
	has(t, w, 200, "On the lid", `alt="Photo 1"`, "We pay for sending it back.", "reporting a problem usually gives you more")
	for range 2 {
		if w := b.post(path+"/returns", hidden(w.Body.String())); w.Code != 303 {
			t.Fatalf("status %d", w.Code)
		}
	}
	all := b.cases(order.ID)
	if len(all) != 1 || len(all[0].Answers) != 1 || all[0].Answers[0].Text != "On the lid" {
		t.Fatalf("kept %+v", all)
	}
	kept, err := b.db.FilesOf(t.Context(), all[0].ID)
	if err != nil || len(kept) != 1 {
		t.Errorf("%d photos: %v", len(kept), err)
	}
	has(t, b.get(path+"/cases/"+all[0].RMA), 200, "Where is the damage?", "On the lid")
}

// TestHostilePhotos: what is too large, too many or nothing of the kind is told, and never opens a case.
func TestHostilePhotos(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	withPhotos(t, b)
	path, order := b.put("en", sample(t, delivered()...))
	form := url.Values{"qty.l1": {"1"}, "reason": {"damaged"}, "remedy": {"refund"}, "nonce": {"n1"}, "answer.damaged.where": {"lid"}}
	huge := append(dot(t, 10), make([]byte, 20<<20)...)
	if w := b.send(path+"/returns", form, huge); w.Code != 422 {
		t.Errorf("20 MB: status %d", w.Code)
	}
	var many [][]byte
	for i := range 8 {
		many = append(many, dot(t, 10+i))
	}
	if w := b.send(path+"/returns", form, many...); w.Code != 422 {
		t.Errorf("eight photos: status %d", w.Code)
	}
	r := httptest.NewRequest(http.MethodPost, path+"/returns", strings.NewReader("no form"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := b.do(r); w.Code < 400 || w.Code > 499 {
		t.Errorf("no form: status %d", w.Code)
	}
	if len(b.cases(order.ID)) != 0 {
		t.Error("a case was opened")
	}
}
