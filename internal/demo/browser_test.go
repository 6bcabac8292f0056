package demo_test

import (
	"flag"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"homeward/internal/browsertest"
)

// update writes the pictures that the README shows; without it they are taken and checked, and the tree stays as it is.
var update = flag.Bool("update", false, "write the pictures into docs/images")

// screens are the windows the pictures are taken in.
var screens = []struct {
	name          string
	width, height int64
}{{"mobile", 360, 760}, {"desktop", 1280, 860}}

// shown is a page to be looked at.
type shown struct {
	name, url string
	whole     bool     // the whole page and not only what the window shows
	but       []string // rules of axe-core that do not hold here
}

// TestPictures looks at the demo as a newcomer and as its shoppers see it, in English and Arabic, on a phone and a desk,
// light and dark: nothing is clipped and axe-core finds nothing. With -update it keeps the pictures.
func TestPictures(t *testing.T) {
	tab := browsertest.Open(t)
	_, inbox := start(t)
	mails := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, body := get(t, inbox+r.URL.Path) // without the policy that keeps axe-core from running inside a mail
		_, _ = w.Write([]byte(body))
	}))
	defer mails.Close()
	total := 0
	for _, lang := range []string{"en", "ar"} {
		for _, v := range views(t, inbox, mails.URL, lang) {
			for _, screen := range screens {
				for _, scheme := range []string{"light", "dark"} {
					name := strings.Join([]string{v.name, lang, screen.name, scheme}, "-")
					t.Run(name, func(t *testing.T) {
						tab := tab.In(t)
						tab.Screen(screen.width, screen.height, scheme)
						tab.Visit(v.url)
						tab.Check(name, v.but...)
						total += keep(t, name, tab.Picture(v.whole))
					})
				}
			}
		}
	}
	if total > 3<<20 {
		t.Errorf("the pictures take %d bytes; 3 MiB is enough", total)
	}
}

// views are the pages of one language: Emma's order, or Layla's, who gets hers late.
func views(t *testing.T, inbox, mails, lang string) []shown {
	t.Helper()
	order := map[string]string{"en": "1001", "ar": "1004"}[lang]
	if lang == "ar" { // her goods arrive, so that she can send something back
		send(t, inbox+"/step", map[string][]string{"order": {order}, "step": {"delivered"}})
		until(t, "the Arabic mail of the delivery", func() bool {
			_, page := get(t, inbox+"/?of="+order)
			return strings.Contains(page, "/returns/new")
		})
	}
	_, page := get(t, inbox+"/?of="+order)
	newest := find(t, page, `href="(/\?m=\d+&amp;of=`+order+`#message)"[^>]*>\s*<span class="meta"><b class="kind">`)
	_, reader := get(t, inbox+newest)
	mail := find(t, reader, `<iframe [^>]*src="(/mail/\d+/html)"`)
	form := find(t, reader, `id="o`+order+`"(?s:.*?)href="([^"]+)/returns/new"`) + "/returns/new"
	first := map[string]string{"en": inbox + "/", "ar": inbox + newest}[lang]
	return []shown{
		{"inbox", first, false, nil},
		// A mail stands inside the page of a mail program, which has the landmarks.
		{"mail", mails + mail, true, []string{"landmark-one-main", "region"}},
		{"order", strings.TrimSuffix(form, "/returns/new"), true, nil}, {"return", form, true, nil},
	}
}

// find gives what the pattern's group matches in a page.
func find(t *testing.T, page, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no %s", pattern)
	}
	return html.UnescapeString(m[1])
}

// keep makes a picture small, tells how many bytes it takes, and writes it with -update.
func keep(t *testing.T, name string, picture []byte) int {
	t.Helper()
	small, err := shrink(picture)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("..", "..", "docs", "images", name+".png"), small, 0o644); err != nil { //nolint:gosec // everybody may see it
			t.Fatal(err)
		}
	}
	return len(small)
}
