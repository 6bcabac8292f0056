package shopper_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"homeward/internal/browsertest"
	"homeward/internal/returns"
)

// TestClaimByKeyboard makes a claim on a phone, with the keyboard alone and scripts off: a form that says nothing leads to its
// faults, and the second way leads to the case. axe-core finds nothing on any of the pages.
func TestClaimByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for _, lang := range []string{"en", "pl", "ar"} {
		t.Run(lang, func(t *testing.T) {
			b := newBench(t)
			b.withFiles()
			server := httptest.NewServer(b.handler)
			defer server.Close()
			path, order := b.put(lang, sample(t, delivered()...))
			words := b.deps.Words(lang, "", nil)
			tab := tab.In(t)
			tab.Screen(390, 844, "light")
			tab.Visit(server.URL + path + "/claims/new")
			shot(tab, "claim-form-"+lang)
			tab.Visit(server.URL + path + "/claims/new") // with scripts off from here on
			tab.TabTo(words.T("page.claim.send"))
			tab.Go()
			shot(tab, "claim-wrong-"+lang)
			tab.TabTo(words.T("page.claim.error.line"))
			tab.Press(browsertest.Enter)
			tab.Press(browsertest.NextField) // out of the group that the fault led to
			tab.TabTo("Earl Grey")
			tab.Press(browsertest.Space)
			tab.TabTo(words.T("page.claim.units") + ": Earl Grey")
			tab.Press("\b1")
			tab.TabTo(words.T("claim.kind.defective"))
			tab.Press(browsertest.Space)
			tab.TabTo(words.T("page.claim.text"))
			tab.Press("abc")
			tab.TabTo(words.T("claim.remedy.repair"))
			tab.Press(browsertest.Space)
			tab.TabTo(words.T("page.claim.send"))
			tab.Go()
			shot(tab, "claim-case-"+lang)
			text := tab.Text()
			for _, want := range []string{words.T("page.case.hero.requested.claim"), words.T("claim.kind.defective"), words.T("claim.remedy.repair"), "abc", "Earl Grey"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not on the page of the case", want)
				}
			}
			all := b.cases(order.ID)
			if len(all) != 1 || len(all[0].Items) != 1 || all[0].Items[0] != (returns.Item{LineID: "l1", Quantity: 1}) {
				t.Errorf("%+v", all)
			}
		})
	}
}

// TestClaimOnItsPage: what was said, with its photos, and what was granted.
func TestClaimOnItsPage(t *testing.T) {
	b := newBench(t)
	b.withFiles()
	path, order := b.put("en", sample(t, delivered()...))
	page := b.upload(path+"/claims", goodClaim("n1"), somePhoto(t)).Header().Get("Location")
	c := b.cases(order.ID)[0]
	kept, err := b.db.FilesOf(t.Context(), c.ID)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%+v, %v", kept, err)
	}
	w := b.get(page)
	has(t, w, 200, "Items in this claim", "In your words", "Uchwyt odpadł. &lt;script&gt;", "It does not work as it should", "You asked for", "Repair",
		`<img src="`+path+"/files/"+kept[0].ID+`"`)
	if n := strings.Count(w.Body.String(), "Uchwyt odpadł."); n != 1 {
		t.Errorf("what was said stands on the page %d times", n)
	}
	lacks(t, w, "You get")
}
