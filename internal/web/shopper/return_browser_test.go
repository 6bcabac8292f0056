package shopper_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"homeward/internal/browsertest"
)

// TestReturnByKeyboard asks for a return on a phone, with the keyboard alone and scripts off, in three languages: from what the
// order page offers over the form and its summary to the case. axe-core finds nothing on any of the pages.
func TestReturnByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for _, c := range []struct{ lang, quantity, next, ask string }{
		{"en", "How many to return: Earl Grey", "Continue", "Request the return"},
		{"pl", "Ile sztuk odsyłasz: Earl Grey", "Dalej", "Zgłoś zwrot"},
		{"ar", "", "متابعة", ""},
	} {
		t.Run(c.lang, func(t *testing.T) {
			b := newBench(t)
			server := httptest.NewServer(b.handler)
			defer server.Close()
			path, order := b.put(c.lang, sample(t, delivered()...))
			tab := tab.In(t)
			tab.Screen(390, 844, "light")
			check := func(name string) {
				tab.Scripts(true)
				tab.Check(name)
				tab.Scripts(false)
				if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
					_ = os.WriteFile(filepath.Join(dir, "return-"+name+"-"+c.lang+".png"), tab.Picture(true), 0o600)
				}
			}
			tab.Visit(server.URL + path)
			check("order")
			tab.Visit(server.URL + path + "/returns/new")
			check("form")
			if c.quantity == "" {
				return
			}
			tab.Scripts(false)
			tab.Visit(server.URL + path + "/returns/new")
			tab.TabTo(c.quantity)
			tab.Press(browsertest.Down)
			tab.TabTo(c.next)
			tab.Go()
			check("wrong")
			tab.TabTo(reasonOf(t, b, c.lang))
			tab.Press(browsertest.Space)
			tab.TabTo(c.next)
			tab.Go()
			check("summary")
			tab.TabTo(c.ask)
			tab.Go()
			check("case")
			if text := tab.Text(); !strings.Contains(text, "Earl Grey") || len(b.cases(order.ID)) != 1 {
				t.Errorf("no case: %s", text)
			}
		})
	}
}

// reasonOf gives the words of the first reason.
func reasonOf(t *testing.T, b *bench, lang string) string {
	t.Helper()
	return b.deps.Words(lang, "", nil).T("reason.changed_mind")
}
