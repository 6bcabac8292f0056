package shopper_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"homeward/internal/browsertest"
)

var isolates = strings.NewReplacer("\u2068", "", "\u2069", "")

// seen checks a page whose scripts do not run, and keeps its picture with HOMEWARD_TEST_SHOTS=DIR.
func seen(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	tab.Scripts(true) // axe-core is one
	tab.Check(name)
	tab.Scripts(false)
	if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(true), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWithdrawByKeyboard makes a statement with Tab, Enter and arrows alone, without scripts, on a phone, in the languages
// that run longest and the other way.
func TestWithdrawByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBench(t)
	server := httptest.NewServer(b.handler)
	defer server.Close()
	tab.Screen(360, 740, "light")
	tab.Scripts(false)
	for lang, words := range map[string]struct{ label, next, confirm, received string }{
		"pl": {"Odstąp od umowy tutaj", "Dalej", "Potwierdź odstąpienie od umowy", "Otrzymaliśmy Twoje oświadczenie"},
		"ar": {"العدول عن العقد من هنا", "متابعة", "تأكيد العدول عن العقد", "استلمنا بيان عدولك"},
	} {
		t.Run(lang, func(t *testing.T) {
			tab := tab.In(t)
			path, _ := b.put(lang, sample(t, delivered()...))
			tab.Visit(server.URL + path)
			tab.TabTo(words.label)
			tab.Go()
			seen(t, tab, "withdraw-1-form-"+lang)
			tab.TabTo("Earl Grey")
			tab.Press("1")
			tab.TabTo(words.next)
			tab.Go()
			seen(t, tab, "withdraw-2-statement-"+lang)
			if text := isolates.Replace(tab.Text()); !strings.Contains(text, "1 × Earl Grey") {
				t.Fatalf("the statement does not say what was chosen: %s", text)
			}
			tab.TabTo(words.confirm)
			tab.Go()
			seen(t, tab, "withdraw-3-receipt-"+lang)
			if text := tab.Text(); !strings.Contains(text, words.received) || !strings.Contains(text, b.desk.receipts[len(b.desk.receipts)-1].Reference) {
				t.Fatalf("no receipt: %s", text)
			}
			tab.Visit(server.URL + path)
			seen(t, tab, "withdraw-4-order-"+lang)
		})
	}
}

// TestGuestWithdrawsByKeyboard fills in the open form, is told what is missing, comes back to change it, and meets a
// database that is away.
func TestGuestWithdrawsByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBench(t)
	server := httptest.NewServer(b.handler)
	defer server.Close()
	tab.Screen(360, 740, "light")
	tab.Scripts(false)
	tab.Visit(server.URL + "/s/acme/withdraw?lang=en")
	seen(t, tab, "withdraw-open-1-form")
	tab.TabTo("Your name")
	tab.Press("Jan Kowalski")
	tab.TabTo("Continue")
	tab.Go()
	seen(t, tab, "withdraw-open-2-wrong")
	tab.TabTo("Enter the order number.") // the summary, which names the field
	tab.TabTo("Order number")
	tab.Press("A-77")
	tab.TabTo("E-mail address")
	tab.Press("jan@example.com")
	tab.Go()
	tab.TabTo("Go back and change it")
	seen(t, tab, "withdraw-open-3-statement")
	tab.Go()
	tab.TabTo("Continue")
	tab.Go()
	b.writes = errDown
	tab.TabTo("Confirm withdrawal")
	tab.Go()
	seen(t, tab, "withdraw-open-4-down")
	if text := tab.Text(); !strings.Contains(text, "has not been recorded") || !strings.Contains(text, "Jan Kowalski") {
		t.Fatalf("the failure does not say so: %s", text)
	}
	b.writes = nil
	tab.TabTo("Confirm withdrawal")
	tab.Go()
	seen(t, tab, "withdraw-open-5-receipt")
	if text := tab.Text(); !strings.Contains(text, "We have received your withdrawal") || !strings.Contains(text, "jan@example.com") {
		t.Fatalf("no receipt: %s", text)
	}
}
