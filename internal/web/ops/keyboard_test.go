package ops_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"homeward/internal/browsertest"
	"homeward/internal/returns"
	"homeward/internal/web/ops"
)

// staffTab opens the console as an agent, in a browser of the given width.
func staffTab(t *testing.T, tab *browsertest.Tab, b *bench, width int64) (*browsertest.Tab, string) {
	t.Helper()
	server := httptest.NewServer(b.web)
	t.Cleanup(server.Close)
	cookie := b.signIn("agent").cookie
	tab = tab.In(t)
	browsertest.Command(tab, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: server.URL})
	tab.Screen(width, 844, "light")
	return tab, server.URL
}

// widths are those of a telephone and a desk.
var widths = map[string]int64{"phone": 360, "desk": 1280}

// TestInspectionByKeyboard marks one unit as received, then looks at both and deducts from what they bring, with the keyboard alone. The
// page says what was found, and axe-core finds nothing on any page on the way.
func TestInspectionByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for name, width := range widths {
		t.Run(name, func(t *testing.T) {
			b := withFiles(t)
			b.deps.Cases = b.desk.real
			b.web = ops.New(b.deps)
			b.order("o1")
			b.caseOf("c1", returns.InTransit)
			tab, at := staffTab(t, tab, b, width)
			tab.Visit(at + "/ops/returns/c1")
			tab.TabTo("Herbata")
			tab.Press("1")
			tab.TabTo("Received")
			tab.Go()
			tab.Check("received")
			tab.TabTo("Condition")
			tab.Press("Used")
			tab.TabTo("What follows")
			tab.Press("Accept with a deduction")
			tab.TabTo("Deduction in PLN, for these units together")
			tab.Press("12.50")
			tab.TabTo("Note for staff: what can be seen")
			tab.Press("scratches")
			tab.TabTo("Record what was found")
			tab.Go()
			tab.Check("refused")
			if text := tab.Text(); !strings.Contains(text, "told it word for word") {
				t.Errorf("a deduction without a reason: %s", text)
			}
			tab.TabTo("Why, in words for the shopper (Polish)")
			tab.Press("Wieczko jest porysowane.")
			tab.TabTo("Record what was found")
			tab.Go()
			tab.Check("inspected")
			if text := tab.Text(); !strings.Contains(text, "Accept with a deduction of 12.50 PLN") || !strings.Contains(text, "Wieczko jest porysowane.") {
				t.Errorf("the page does not say what was found: %s", text)
			}
		})
	}
}

// TestAClaimGrantedByKeyboard answers a claim with the keyboard alone.
func TestAClaimGrantedByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for name, width := range widths {
		t.Run(name, func(t *testing.T) {
			b, order := claimsBench(t)
			k := b.claim(order, "n1", returns.ClaimDefective, returns.RepairRemedy)
			tab, at := staffTab(t, tab, b, width)
			tab.Visit(at + "/ops/claims")
			tab.Check("claims")
			tab.TabTo(k.RMA)
			tab.Go()
			tab.Check("claim")
			tab.TabTo("Words to the shopper (needed when it is not the remedy they asked for)")
			tab.Press("Chętnie.")
			tab.TabTo("Grant")
			tab.Go()
			tab.Check("granted")
			if row, err := b.db.ClaimOfCase(t.Context(), k.ID); err != nil || row.Granted != returns.RepairRemedy || row.Answer != "Chętnie." {
				t.Errorf("%+v, %v", row, err)
			}
		})
	}
}

// TestPagesByKeyboard goes to the second page of a list and back with the keyboard alone.
func TestPagesByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBench(t)
	b.order("o1")
	for i := range 101 {
		b.caseOf(fmt.Sprintf("c%03d", i), returns.InTransit)
	}
	tab, at := staffTab(t, tab, b, 360)
	tab.Visit(at + "/ops/returns")
	browsertest.Script[int](tab, `document.querySelectorAll(".item")[99].querySelector("a").focus(), 0`) // a hundred rows are a long way
	tab.TabTo("Next page of returns expected back")
	tab.Go()
	tab.Check("second page")
	if text := tab.Text(); !strings.Contains(text, "101 to 101") || !strings.Contains(text, "R-C100") || strings.Contains(text, "R-C099") {
		t.Errorf("the second page: %s", text)
	}
	tab.TabTo("Previous page of returns expected back")
	tab.Go()
	if text := tab.Text(); !strings.Contains(text, "1 to 100") {
		t.Errorf("the first page: %.500s", text)
	}
}
