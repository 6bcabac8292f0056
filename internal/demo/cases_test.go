package demo_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// TestTheDemoHasCases: the console has a claim with its deadline, a return with a deduction and its photo, and a withdrawal; the inbox
// leads to the withdrawal function.
func TestTheDemoHasCases(t *testing.T) {
	t.Parallel()
	public, inbox := start(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	read := func(res *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close() //nolint:errcheck // it was read
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	page := func(address string) string {
		t.Helper()
		return read(client.Get(address)) //nolint:noctx // a test's own server
	}
	read(client.PostForm(public+"/ops/login", url.Values{"name": {"demo"}, "password": {"demo"}})) //nolint:noctx // as above
	for path, want := range map[string][]string{
		"/ops/claims": {"silence accepts it", "Damaged", "#1008"}, "/ops/deadlines": {"Answer the claim", `<span class="soft">claim</span>`, "Give the money back", "The shopper sends the goods back"},
		"/ops/withdrawals": {"#1010"},
	} {
		got := page(public + path)
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
	}
	order := page(public + "/ops/search?q=1009")
	_, rest, _ := strings.Cut(order, `class="name" href="/ops/orders/`)
	id, _, _ := strings.Cut(rest, `"`)
	_, rest, _ = strings.Cut(page(public+"/ops/orders/"+id), `href="/ops/returns/`)
	id, _, _ = strings.Cut(rest, `"`)
	if got := page(public + "/ops/returns/" + id); !strings.Contains(got, "Spuren von Tee") || !strings.Contains(got, `<img src="/ops/files/`) {
		t.Error("the return has no deduction with a photo")
	}
	if !strings.Contains(page(inbox), "/withdraw\"") {
		t.Error("no way from the inbox to the withdrawal function")
	}
}
