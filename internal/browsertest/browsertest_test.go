package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"homeward/internal/browsertest"
)

// TestFaultsAreSeen shows pages with one fault each: a check that finds nothing anywhere would be worth nothing.
func TestFaultsAreSeen(t *testing.T) {
	tab := browsertest.Open(t)
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1"><title>t</title><main><h1>Title</h1>` + body + `</main></html>`))
	}))
	defer server.Close()
	tab.Screen(360, 640, "light")
	for name, c := range map[string]struct{ body, clipped, axe string }{
		"nothing":    {`<p>Some words.</p>`, "", ""},
		"too wide":   {`<div style="width:900px">x</div>`, "wider than the window", ""},
		"cut off":    {`<p style="overflow:hidden;height:1em;line-height:1">one<br>two<br>three</p>`, "cut off below", ""},
		"ellipsis":   {`<p style="overflow:hidden;white-space:nowrap;text-overflow:ellipsis;width:50px">one two three four five</p>`, "ellipsis", ""},
		"hidden":     {`<p style="position:absolute;width:1px;height:1px;overflow:hidden">only for the ear, and long</p>`, "", ""},
		"grey":       {`<p style="color:#bbb">hard to read</p>`, "", "color-contrast"},
		"no label":   {`<input name="x">`, "", "label"},
		"no picture": {`<img src="data:," width="9" height="9">`, "", "image-alt"},
	} {
		t.Run(name, func(t *testing.T) {
			body = c.body
			tab := tab.In(t)
			tab.Visit(server.URL)
			for _, got := range []struct {
				found []string
				want  string
			}{{tab.Clipped(), c.clipped}, {tab.Findings(), c.axe}} {
				if all := strings.Join(got.found, "\n"); (got.want == "") != (all == "") || !strings.Contains(all, got.want) {
					t.Errorf("found %q, want %q", all, got.want)
				}
			}
		})
	}
}
