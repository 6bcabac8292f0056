// Package browsertest drives a real Chromium in tests: it shows a page on a screen of some size, in light or dark, checks
// that nothing is clipped and that axe-core finds nothing, uses the page by keyboard, and takes pictures.
//
// HOMEWARD_TEST_CHROMIUM names the browser and HOMEWARD_TEST_AXE axe-core's axe.min.js; without them the test is skipped.
package browsertest

import (
	"context"
	_ "embed"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

//go:embed clipped.js
var clipped string

//go:embed axe.js
var findings string

// patience is how long a browser may live: a page that never answers fails its test and does not hang it.
const patience = 5 * time.Minute

// Tab is one tab of the browser. Every failure of the browser ends the test.
type Tab struct {
	ctx context.Context
	t   testing.TB
	axe string
}

// Open starts a browser with an empty tab; it ends with the test.
func Open(t testing.TB) *Tab {
	t.Helper()
	chromium, axeFile := os.Getenv("HOMEWARD_TEST_CHROMIUM"), os.Getenv("HOMEWARD_TEST_AXE")
	if chromium == "" || axeFile == "" {
		t.Skip("HOMEWARD_TEST_CHROMIUM and HOMEWARD_TEST_AXE are not set: the browser and axe.min.js")
	}
	axe, err := os.ReadFile(axeFile) //nolint:gosec // the tester names it
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	whole, end := context.WithTimeout(t.Context(), patience)
	alloc, stop := chromedp.NewExecAllocator(whole, options...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); stop(); end() })
	return &Tab{ctx: ctx, t: t, axe: string(axe)}
}

// In gives the same tab to a subtest.
func (b *Tab) In(t testing.TB) *Tab { return &Tab{ctx: b.ctx, t: t, axe: b.axe} }

// Context is what chromedp's own functions take.
func (b *Tab) Context() context.Context { return b.ctx }

// Run performs one of chromedp's actions.
func Run[T any](b *Tab, action chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// Command sends one command of the DevTools protocol.
func Command[P, R any](b *Tab, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	return Run(b, func(ctx context.Context, target *chromedp.Target) (R, error) { return cdp.Call(ctx, target, c, params) })
}

// Script evaluates by the debugger, which neither a content policy nor a page without scripts stops.
func Script[T any](b *Tab, expression string) T {
	b.t.Helper()
	return Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAsValue, chromedp.EvalAwaitPromise))
}

// Screen sets the window's size in CSS pixels and the colour scheme: light or dark. Below 600 pixels it is a phone.
func (b *Tab) Screen(width, height int64, scheme string) {
	b.t.Helper()
	Command(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
	Command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// Scripts lets the page's own scripts run, or not.
func (b *Tab) Scripts(run bool) {
	b.t.Helper()
	Command(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
}

// Visit opens an address and waits until it is loaded.
func (b *Tab) Visit(url string) {
	b.t.Helper()
	Run(b, chromedp.Navigate(url))
}

// Text is what the page says.
func (b *Tab) Text() string {
	b.t.Helper()
	return Script[string](b, "document.body.innerText")
}

// Check fails the test for everything that is clipped, sticks out, or that axe-core finds, less the named rules.
func (b *Tab) Check(name string, but ...string) {
	b.t.Helper()
	for _, fault := range b.Clipped() {
		b.t.Errorf("%s: clipped: %s", name, fault)
	}
	for _, fault := range b.Findings() {
		if rule, _, _ := strings.Cut(fault, " "); !slices.Contains(but, rule) {
			b.t.Errorf("%s: axe-core: %s", name, fault)
		}
	}
}

// Clipped lists what is wider than the window or shows less of its text than there is.
func (b *Tab) Clipped() []string {
	b.t.Helper()
	return Script[[]string](b, clipped)
}

// Findings gives a line for each rule of WCAG 2.2 AA, and of axe-core's best practices, that the page breaks. Scripts
// must be allowed to run: axe-core is one.
func (b *Tab) Findings() []string {
	b.t.Helper()
	Script[int](b, b.axe+";0")
	return Script[[]string](b, strings.TrimSpace(findings))
}

// Picture takes a PNG of the window, or of the whole page.
func (b *Tab) Picture(whole bool) []byte {
	b.t.Helper()
	if whole {
		return Run(b, chromedp.FullScreenshot(100))
	}
	return Run(b, chromedp.CaptureScreenshot())
}

// Opens does what opens a tab, and gives that tab when its page is loaded. Its scripts do not run.
func (b *Tab) Opens(do func()) *Tab {
	b.t.Helper()
	ids := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return i.Type == "page" })
	do()
	var id target.ID
	select {
	case id = <-ids:
	case <-b.ctx.Done():
		b.t.Fatal("no tab was opened")
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
	b.t.Cleanup(cancel)
	opened := &Tab{ctx: ctx, t: b.t, axe: b.axe}
	opened.Scripts(false)
	Run(opened, chromedp.Reload()) // what was loaded before scripts were off
	Command(opened, page.BringToFront, cdp.Empty{})
	return opened
}
