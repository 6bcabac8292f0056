package shopper_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

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
	out = append(out, view{"case", path + "/returns/" + c.RMA}, view{"order-return", path})
	b.refund(order, c, store.RefundPending, 1000)
	b.refund(order, c, store.RefundSucceeded, 2990)
	out = append(out, view{"case-refunds", path + "/returns/" + c.RMA})
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
	chromium := os.Getenv("HOMEWARD_TEST_CHROMIUM")
	if chromium == "" {
		t.Skip("HOMEWARD_TEST_CHROMIUM is not set")
	}
	b := newBench(t)
	server := httptest.NewServer(b.handler)
	defer server.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()

	langs := strings.Fields("en ar")
	if more := os.Getenv("HOMEWARD_TEST_LANGS"); more != "" {
		langs = strings.Fields(more)
	}
	for _, lang := range langs {
		for _, v := range b.views(lang) {
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{320, 360, 1280} {
					name := strings.Join([]string{v.name, lang, scheme, map[int64]string{320: "320", 360: "360", 1280: "1280"}[width]}, "-")
					t.Run(name, func(t *testing.T) { look(ctx, t, server.URL+v.path, name, scheme, width) })
				}
			}
		}
	}
}

func look(ctx context.Context, t *testing.T, address, name, scheme string, width int64) {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	height := int64(900)
	err := chromedp.Do(ctx,
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			if _, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, target, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: false})
			return err
		}),
		chromedp.EmulateViewport(width, height), chromedp.Navigate(address),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := chromedp.Run(ctx, chromedp.Evaluate[string](clipped)); err != nil || got != "" {
		t.Errorf("sticks out: %s %v", got, err)
	}
	if strings.HasPrefix(name, "missing") {
		// whose page it is, is not known
	} else if brand, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.documentElement).getPropertyValue("--brand")`)); err != nil || brand == "#1f4d5c" {
		t.Errorf("the shop's colours did not pass the content security policy: %q %v", brand, err)
	}
	if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if width == 360 {
		inspect(ctx, t)
	}
}

// clipped lists what is wider than the window, or shows less of its text than there is.
const clipped = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) out.push("page " + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll("main *, header *, footer *")) {
    if (e.closest(".hidden, svg, .menu, option") || e.closest("details:not([open]) > :not(summary)")) continue;
    const r = e.getBoundingClientRect();
    if (r.width && (r.left < -1 || r.right > document.documentElement.clientWidth + 1)) out.push(e.tagName + "." + e.className);
    if (e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).display !== "inline" && !["INPUT", "TEXTAREA", "SELECT"].includes(e.tagName)) out.push("text in " + e.tagName + "." + e.className);
  }
  return out.join(", ");
})()`

// inspect runs axe-core with the rules of WCAG 2.2 AA.
func inspect(ctx context.Context, t *testing.T) {
	t.Helper()
	path := os.Getenv("HOMEWARD_TEST_AXE")
	if path == "" {
		return
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](string(axe)+";true")); err != nil {
		t.Fatal(err)
	}
	const run = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
	  .then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160) + " " + n.failureSummary.slice(0, 300))])))`
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var list [][]any
	if err := json.Unmarshal([]byte(found), &list); err != nil || len(list) > 0 {
		t.Errorf("axe-core: %s %v", found, err)
	}
}
