package shopper_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/shopper"
	"homeward/internal/web/upload"
)

func (d *counted) OpenClaim(ctx context.Context, order store.Order, r returns.ClaimRequest, nonce string, shown []returns.ShownNotice) (store.Case, error) {
	if d.bench.writes != nil {
		return store.Case{}, d.bench.writes
	}
	return d.Desk.OpenClaim(ctx, order, r, nonce, shown)
}

// shoebox keeps photos in memory.
type shoebox struct {
	kept map[string][]string
	err  error
}

func (s *shoebox) KeepPhoto(_ context.Context, order store.Order, nonce string, r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.err != nil {
		return s.err
	}
	if !strings.HasPrefix(string(data), "photo") {
		return fault.New(fault.Permanent, "not_an_image", "not an image", nil)
	}
	key := order.ID + " " + nonce
	if slices.Contains(s.kept[key], string(data)) {
		return nil
	}
	if len(s.kept[key]) >= 6 {
		return fault.New(fault.Permanent, "too_many", "too many", nil)
	}
	s.kept[key] = append(s.kept[key], string(data))
	return nil
}

func (s *shoebox) KeptPhotos(_ context.Context, orderID, nonce string) (int, error) {
	return len(s.kept[orderID+" "+nonce]), nil
}

func (b *bench) withPhotos() *shoebox {
	s := &shoebox{kept: map[string][]string{}}
	b.rebuild(func(d *shopper.Deps) { d.Photos = s })
	return s
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
			part, _ := form.CreateFormFile(field, "a.jpg")
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
	photos := b.withPhotos()
	path, o := b.put("pl", sample(t))
	page := b.get(path + "/claims/new")
	has(t, page, http.StatusOK, "Zgłoś problem", "Co podaje przewoźnik", `enctype="multipart/form-data"`, "Jeśli nie odpowiemy w tym terminie", `name="photo"`, "wybierasz między naprawą a wymianą")
	nonce := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(page.Body.String())[1]
	made := b.upload(path+"/claims", goodClaim(nonce), "photo 1", "photo 2")
	if made.Code != http.StatusSeeOther || !strings.HasPrefix(made.Header().Get("Location"), path+"/") {
		t.Fatalf("%d %s", made.Code, made.Header().Get("Location"))
	}
	again := b.upload(path+"/claims", goodClaim(nonce), "photo 1")
	if again.Header().Get("Location") != made.Header().Get("Location") {
		t.Error("the same form made two claims")
	}
	claims := b.claims(o.ID)
	if len(claims) != 1 || claims[0].Text != "Uchwyt odpadł. <script>x</script>" || claims[0].Wish != returns.RepairRemedy || len(claims[0].Notices) == 0 {
		t.Fatalf("%+v", claims)
	}
	if got := photos.kept[o.ID+" "+nonce]; len(got) != 2 {
		t.Errorf("photos %q", got)
	}
	has(t, b.get(made.Header().Get("Location")), http.StatusOK, "Produkty objęte reklamacją")
}

// Nothing typed is lost, and no photo, when something is missing.
func TestAClaimThatLacksSomething(t *testing.T) {
	b := newBench(t)
	photos := b.withPhotos()
	path, o := b.put("en", sample(t))
	for name, tt := range map[string]struct {
		fields [][2]string
		photo  string
		want   []string
	}{
		"nothing":             {[][2]string{{"nonce", "n0"}}, "", []string{"Choose at least one item", "Choose what is wrong"}},
		"no kind":             {[][2]string{{"nonce", "n1"}, {"line", "l1"}, {"text", "it <b>broke</b>"}, {"remedy", "repair"}}, "photo 1", []string{"Choose what is wrong", "it &lt;b&gt;broke&lt;/b&gt;", "Photos already received: 1", `value="l1" checked`}},
		"a remedy of another": {[][2]string{{"nonce", "n2"}, {"line", "l1"}, {"kind", "not_received"}, {"remedy", "repair"}}, "", []string{"Choose what you would like", `value="not_received" checked`}},
		"a line of elsewhere": {[][2]string{{"nonce", "n3"}, {"line", "x"}, {"kind", "defective"}, {"remedy", "repair"}}, "", []string{"The order has changed"}},
		"a number that is none": {[][2]string{{"nonce", "n4"}, {"line", "l1"}, {"qty.l1", "many"}, {"kind", "defective"}, {"remedy", "repair"}}, "", []string{
			"enter a number from 1 to", `value="many"`,
		}},
		"too many units": {[][2]string{{"nonce", "n5"}, {"line", "l1"}, {"qty.l1", "99999999999999999999"}, {"kind", "defective"}, {"remedy", "repair"}}, "", []string{"enter a number from 1 to"}},
		"a novel":        {append(goodClaim("n6")[:3:3], [2]string{"text", strings.Repeat("a", 4001)}, [2]string{"remedy", "repair"}), "", []string{"The description is too long"}},
		"not a photo":    {goodClaim("n7"), "%PDF", []string{"This photo could not be read", "Uchwyt odpadł"}},
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
	if w := b.upload(path+"/claims", goodClaim("n1")); w.Code != http.StatusSeeOther || len(photos.kept[o.ID+" n1"]) != 1 {
		t.Errorf("%d, photos %v", w.Code, photos.kept)
	}
}

func TestHostileClaims(t *testing.T) {
	b := newBench(t)
	photos := b.withPhotos()
	path, o := b.put("en", sample(t))
	// Photos before the nonce, an empty file field, a field that is not text, and the same line twice.
	fields := [][2]string{{"photo", "photo early"}, {"line", "l1"}, {"line", "l1"}, {"photo", ""}, {"nonce", "h1"}, {"kind", "missing"}, {"remedy", "termination"}, {"text", "\xff\x00"}}
	if w := b.upload(path+"/claims", fields); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	claims := b.claims(o.ID)
	if len(claims) != 1 || len(claims[0].Items) != 1 || claims[0].Wish != returns.RefundRemedy || len(photos.kept[o.ID+" h1"]) != 1 {
		t.Errorf("%+v %v", claims, photos.kept)
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
	has(t, b.upload(path+"/claims", goodClaim("p1"), "photo"), http.StatusUnprocessableEntity, "send the claim without it", "Uchwyt odpadł")
	if w := b.upload(path+"/claims", goodClaim("p1")); w.Code != http.StatusSeeOther || len(b.claims(o.ID)) != 1 {
		t.Errorf("%d", w.Code)
	}
	var many []string
	for n := range 7 {
		many = append(many, fmt.Sprintf("photo %d", n))
	}
	photos.err = nil
	has(t, b.upload(path+"/claims", goodClaim("p2"), many...), http.StatusUnprocessableEntity, "Photos already received: 6", "There are too many photos")
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
