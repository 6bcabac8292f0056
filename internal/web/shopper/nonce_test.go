package shopper_test

import (
	"maps"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	postForm   = regexp.MustCompile(`(?s)<form[^>]*method="post" action="([^"]*)".*?</form>`)
	nonceField = regexp.MustCompile(`<input type="hidden" name="nonce" value="[A-Za-z0-9_-]+">`)
	anyPost    = regexp.MustCompile(`(?i)<form[^>]*method="?post`)
	// What an address is of: a link, a case, a gift.
	ofToken = regexp.MustCompile(`^/(o|g)/[A-Za-z0-9_-]+|/cases/[A-Z0-9-]+|/gift/[a-z0-9]+|\?.*$`)
)

// walk is every form that pages showed, by where it is posted.
type walk struct {
	b    *bench
	seen map[string]bool
}

// page takes what an answer shows. Each form that is posted has one nonce.
func (s *walk) page(name string, w *httptest.ResponseRecorder) {
	s.b.t.Helper()
	if w.Code >= 300 && w.Code < 400 {
		s.b.t.Errorf("%s shows nothing: %d", name, w.Code)
	}
	body := w.Body.String()
	forms := postForm.FindAllStringSubmatch(body, -1)
	if len(forms) != len(anyPost.FindAllString(body, -1)) {
		s.b.t.Errorf("%s has a form that this test does not read", name)
	}
	for _, form := range forms {
		to := ofToken.ReplaceAllStringFunc(form[1], func(part string) string {
			if strings.HasPrefix(part, "?") {
				return ""
			}
			return part[:strings.LastIndex(part, "/")+1] + "*"
		})
		s.seen[to] = true
		if n := len(nonceField.FindAllString(form[0], -1)); n != 1 {
			s.b.t.Errorf("%s: the form to %s has %d nonces", name, to, n)
		}
	}
}

// TestEveryFormCarriesANonce walks the pages, and those that say what was wrong or that the database is down.
func TestEveryFormCarriesANonce(t *testing.T) {
	b := newBench(t)
	b.withFiles()
	b.giving()
	s := &walk{b, map[string]bool{}}
	for _, v := range append(b.views("en"), b.formPages("en")...) {
		s.page(v.name, b.get(v.path))
	}
	path, order := b.put("en", sample(t, delivered()...))
	s.page("summary", b.post(path+"/returns/check", goodForm("n1")))
	s.page("wrong", b.post(path+"/returns", url.Values{}))
	s.page("claim wrong", b.post(path+"/claims", url.Values{}))
	s.page("statement", b.post(path+"/withdraw", url.Values{"qty.l1": {"1"}, "name": {"Zofia Nowak"}}))
	s.page("statement of a guest", b.post("/s/acme/withdraw?lang=en", statement()))
	s.page("lookup wrong", b.post("/s/acme/order", url.Values{}))
	b.withLabels()
	page := b.openCase(path, order)
	s.page("case", b.get(page))
	s.page("tracking wrong", b.post(page+"/sent", url.Values{"tracking": {"?"}}))
	s.page("change", b.post(page+"/change/check", with(goodForm("n1"), "seen", hidden(b.get(page+"/change").Body.String()).Get("seen"))))

	b.giving()
	path, _ = b.put("en", sample(t, delivered()...))
	gift := "/g/" + b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	s.page("giving", b.get(path+"/gift"))
	s.page("code", b.get("/s/acme/gift?lang=en"))
	s.page("code wrong", b.post("/s/acme/gift?lang=en", url.Values{"code": {"x"}}))
	s.page("gift", b.get(gift))
	s.page("gift's return", b.get(gift+"/returns/new"))
	s.page("gift's summary", b.post(gift+"/returns/check", recipientForm("r1")))
	s.page("gift's case", b.get(b.post(gift+"/returns", recipientForm("r1")).Header().Get("Location")))

	b.reads = errDown
	s.page("down", b.post(path+"/withdraw/confirm", url.Values{"name": {"Zofia Nowak"}}))
	s.page("down", b.post(path+"/language", url.Values{"language": {"pl"}})) // as a page from before the upgrade posts it
	s.page("down", b.post("/s/acme/order?lang=en", url.Values{"number": {"1001"}, "email": {"zofia@example.com"}}))

	parts := []string{"/appeal", "/cancel", "/method", "/payout", "/proof", "/reply", "/sent"}
	want := []string{
		"/g/*/language", "/g/*/returns", "/g/*/returns/check", "/o/*/cases/*/change", "/o/*/cases/*/change/check", "/o/*/claims", "/o/*/delay",
		"/o/*/gift", "/o/*/gift/*/revoke", "/o/*/language", "/o/*/returns", "/o/*/returns/check", "/o/*/withdraw", "/o/*/withdraw/confirm",
		"/s/acme/gift", "/s/acme/order", "/s/acme/withdraw", "/s/acme/withdraw/confirm", "/g/*/cases/*/sent", "/g/*/cases/*/cancel",
	}
	for _, part := range parts {
		want = append(want, "/o/*/cases/*"+part)
	}
	for _, form := range want {
		if !s.seen[form] {
			t.Errorf("no page shows the form to %s; seen: %v", form, slices.Sorted(maps.Keys(s.seen)))
		}
	}
}

// TestFormsFromBeforeTheUpgrade have no nonce, and do what they did.
func TestFormsFromBeforeTheUpgrade(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	for _, form := range []struct{ to, field, value string }{
		{path + "/language", "language", "pl"}, {page + "/sent", "tracking", "620000000000000000000009"}, {page + "/cancel", "", ""},
		{"/s/acme/order?lang=en", "email", "zofia@example.com"},
	} {
		w := b.post(form.to, url.Values{form.field: {form.value}, "number": {"1001"}})
		if w.Code != 303 {
			t.Errorf("%s: %d", form.to, w.Code)
		}
	}
	if c := b.cases(order.ID)[0]; c.TrackingNumber == "" {
		t.Errorf("%+v", c)
	}
}
