package shopper_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"homeward/internal/browsertest"
)

// shot looks at a page with axe-core, and keeps its picture in HOMEWARD_TEST_SHOTS.
func shot(tab *browsertest.Tab, name string) {
	tab.Scripts(true)
	tab.Check(name)
	tab.Scripts(false)
	if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(true), 0o600)
	}
}

// TestMethodByKeyboard chooses how to send goods on the page of the case, and sees the label and the code when they are there.
func TestMethodByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for _, c := range []struct{ lang, send string }{{"en", "Choose this way"}, {"pl", "Wybierz ten sposób"}, {"ar", "اختيار هذه الطريقة"}} {
		t.Run(c.lang, func(t *testing.T) {
			b := newBench(t)
			desk := b.withFiles()
			b.withLabels()
			server := httptest.NewServer(b.handler)
			defer server.Close()
			path, order := b.put(c.lang, sample(t, delivered()...))
			page := b.openCase(path, order)
			tab := tab.In(t)
			tab.Screen(390, 844, "light")
			tab.Visit(server.URL + path + "/returns/new")
			shot(tab, "method-form-"+c.lang)
			tab.Visit(server.URL + page)
			shot(tab, "method-choose-"+c.lang)
			tab.Visit(server.URL + page)
			tab.TabTo(b.deps.Words(c.lang, "", nil).T("page.form.method.label"))
			tab.Press(browsertest.Space)
			tab.TabTo(c.send)
			tab.Go()
			shot(tab, "method-waits-"+c.lang)
			one := b.cases(order.ID)[0]
			if one.Wish.Method != "label" {
				t.Fatalf("sent by %q", one.Wish.Method)
			}
			b.bought(desk, one, true)
			tab.Visit(server.URL + page)
			shot(tab, "method-label-"+c.lang)
		})
	}
}
