package browsertest

import (
	"strings"

	"github.com/chromedp/chromedp"
)

// Keys that Press takes, besides characters.
const (
	Enter     = "\r"
	Space     = " "
	Down      = "\u0301" // the arrow
	NextField = "\t"     // Tab
)

// Press presses keys, one after the other, as on a keyboard.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	Run(b, chromedp.KeyEvent(keys))
}

// focused is the accessible name of what has the focus, near enough to find it by.
const focused = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body) return "";
	if (e.tagName === "IFRAME") return e.title;
	return [e.getAttribute("aria-label"), ...[...(e.labels ?? [])].map(l => l.textContent), e.textContent].join(" ").replace(/\s+/g, " ").trim();
})()`

// Focused is the name of what has the focus.
func (b *Tab) Focused() string {
	b.t.Helper()
	return Script[string](b, focused)
}

// farthest is how many times a patient person presses Tab.
const farthest = 150

// TabTo presses Tab until something with that name has the focus. Nothing happens when it has it already.
func (b *Tab) TabTo(name string) {
	b.t.Helper()
	for range farthest {
		if strings.Contains(b.Focused(), name) {
			return
		}
		b.Press(NextField)
	}
	b.t.Fatalf("no way by Tab to %q", name)
}

// Go presses Enter on a link or a button and waits for the page that follows.
func (b *Tab) Go() {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(Enter)); err != nil {
		b.t.Fatal(err)
	}
}
