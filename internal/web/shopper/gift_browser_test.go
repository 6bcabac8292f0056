package shopper_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"homeward/internal/browsertest"
	"homeward/internal/id"
)

// TestGiftByKeyboard makes the code of a gift and returns the gift with it, on a phone, with the keyboard alone and scripts off, in
// Polish and in Arabic. axe-core finds nothing on any of the pages. With HOMEWARD_TEST_SHOTS=DIR it keeps the pictures.
func TestGiftByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for _, lang := range []string{"pl", "ar"} {
		t.Run(lang, func(t *testing.T) {
			b := newBench(t)
			b.giving()
			server := httptest.NewServer(b.handler)
			defer server.Close()
			path, order := b.put(lang, sample(t, delivered()...))
			words := b.deps.Words(lang, "", nil)
			tab := tab.In(t)
			tab.Screen(390, 844, "light")
			check := func(name string) {
				tab.Scripts(true)
				tab.Check(name)
				tab.Scripts(false)
				if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
					_ = os.WriteFile(filepath.Join(dir, "gift-"+name+"-"+lang+".png"), tab.Picture(true), 0o600)
				}
			}
			look := func(name, path string) {
				tab.Visit(server.URL + path)
				check(name)
				tab.Visit(server.URL + path)
			}
			tab.Scripts(false)
			look("order", path)
			look("giving", path+"/gift")
			tab.TabTo(words.T("page.giving.quantity") + ": Earl Grey")
			tab.Press(browsertest.Down)
			tab.TabTo(words.T("page.giving.make"))
			tab.Go()
			check("card")
			made, err := b.db.GiftsOf(t.Context(), order.ID)
			if err != nil || len(made) != 1 {
				t.Fatalf("%d gifts (%v)", len(made), err)
			}
			look("codes", path+"/gift")
			look("enter", "/s/acme/gift?lang="+lang)
			tab.TabTo(words.T("page.gift.code"))
			tab.Press(strings.ToLower(id.Grouped(made[0].Code)))
			tab.TabTo(words.T("page.gift.open"))
			tab.Go()
			check("gift")
			tab.TabTo(words.T("page.gift.go"))
			tab.Go()
			check("form")
			tab.TabTo(words.T("page.form.quantity") + ": Earl Grey")
			tab.Press(browsertest.Down)
			tab.TabTo(words.T("reason.changed_mind"))
			tab.Press(browsertest.Space)
			tab.TabTo(words.T("page.form.continue"))
			tab.Go()
			check("wrong")
			b.post("/g/"+made[0].Code+"/returns", url.Values{
				"qty.l1": {"1"}, "reason": {"changed_mind"}, "remedy": {"credit"}, "nonce": {"n1"}, "name": {"Jan Lis"}, "email": {"jan@example.com"},
			})
			all := b.cases(order.ID)
			if len(all) != 1 {
				t.Fatalf("%d cases", len(all))
			}
			look("case", "/g/"+made[0].Code+"/cases/"+all[0].RMA)
			look("order-given", path)
		})
	}
}
