package shopper_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"homeward/internal/browsertest"
	"homeward/internal/orders"
	"homeward/internal/store"
)

// view is a page to be looked at.
type view struct{ name, path string }

// views puts every kind of page in a language before the browser.
func (b *bench) views(lang string) []view {
	t := b.t
	states := []struct {
		name   string
		events []orders.Event
	}{
		{"placed", nil}, {"moving", moving()}, {"pickup", waiting()}, {"delivered", delivered()}, {"delayed", delayed()}, {"lost", lost()},
		{"parcels", twoParcels()}, {"cancelled", cancelled()},
	}
	var out []view
	for _, s := range states {
		path, _ := b.put(lang, sample(t, s.events...))
		out = append(out, view{"order-" + s.name, path})
	}
	path, order := b.put(lang, sample(t, delivered()...))
	out = append(out, view{"form", path + "/returns/new"})
	b.post(path+"/returns", url.Values{"qty.l1": {"1"}, "reason": {"does_not_fit"}, "remedy": {"refund"}, "nonce": {"n1"}, "note": {"Too strong for me."}})
	c := b.cases(order.ID)[0]
	out = append(out, view{"case", path + "/cases/" + c.RMA}, view{"order-return", path})
	b.refund(order, c, store.RefundPending, 1000)
	b.refund(order, c, store.RefundSucceeded, 2990)
	out = append(out, view{"case-refunds", path + "/cases/" + c.RMA})
	path, _ = b.put(lang, sample(t, delivered()...))
	claim := b.post(path+"/claims", url.Values{"line": {"l1"}, "kind": {"defective"}, "remedy": {"repair"}, "nonce": {"n1"}, "text": {"Broken."}}).Header().Get("Location")
	out = append(out, view{"claim", path + "/claims/new"}, view{"claim-case", claim})
	path, _ = b.put(lang, sample(t, delivered()...))
	out = append(out, view{"declare", path + "/withdraw"})
	receipt := b.post(path+"/withdraw/confirm", url.Values{"qty.l1": {"1"}, "name": {"Zofia Nowak"}, "email": {""}}).Header().Get("Location")
	out = append(out, view{"declare-receipt", receipt}, view{"declare-again", path + "/withdraw"}, view{"order-declared", path})
	return append(out, view{"lookup", "/s/acme/order?lang=" + lang}, view{"withdraw", "/s/acme/withdraw?number=1001&lang=" + lang},
		view{"missing", "/o/none?lang=" + lang})
}

// refund puts a line into the ledger.
func (b *bench) refund(o store.Order, c store.Case, status store.RefundStatus, amount int64) {
	b.t.Helper()
	r := store.Refund{
		ID: string(status), Shop: o.Shop, OrderID: o.ID, CaseID: c.ID, Origin: store.OriginHomeward, ExternalID: o.ID + string(status), Status: status,
		PaymentKind: "stripe", PaymentReference: "pi_123", StripeID: "re_" + string(status), Amount: amount, Currency: "PLN",
		Reference: "74208880012345678901234",
		CreatedAt: now, UpdatedAt: now, Work: store.Work{State: store.RefundSettled, DueAt: now},
	}
	r.ID += o.ID
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.InsertRefund(b.t.Context(), r)
		return err
	}); err != nil {
		b.t.Fatal(err)
	}
}

// TestInBrowser looks at every page in two languages, three widths and both schemes: nothing is clipped, nothing but our
// own style sheet is loaded, and axe-core finds nothing. With HOMEWARD_TEST_SHOTS=DIR it keeps the pictures.
func TestInBrowser(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBench(t)
	b.withPhotos()
	server := httptest.NewServer(b.handler)
	defer server.Close()
	langs := strings.Fields("en ar")
	if more := os.Getenv("HOMEWARD_TEST_LANGS"); more != "" {
		langs = strings.Fields(more)
	}
	for _, lang := range langs {
		for _, v := range b.views(lang) {
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{320, 360, 1280} {
					name := strings.Join([]string{v.name, lang, scheme, strconv.FormatInt(width, 10)}, "-")
					t.Run(name, func(t *testing.T) { look(t, tab.In(t), server.URL+v.path, name, scheme, width) })
				}
			}
		}
	}
}

func look(t *testing.T, tab *browsertest.Tab, address, name, scheme string, width int64) {
	t.Helper()
	tab.Screen(width, 900, scheme)
	tab.Visit(address)
	if width == 360 { // axe-core takes its time; the other widths show the same elements
		tab.Check(name)
	} else if clipped := tab.Clipped(); len(clipped) > 0 {
		t.Errorf("clipped: %s", clipped)
	}
	brand := browsertest.Script[string](tab, `getComputedStyle(document.documentElement).getPropertyValue("--brand")`)
	if brand == "#1f4d5c" && !strings.HasPrefix(name, "missing") { // whose page that is, is not known
		t.Error("the shop's colours did not pass the content security policy")
	}
	if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(true), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
