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

// controls marks what a person can act on, and gives how many there are. What is folded away cannot be acted on, and of a group of
// radio buttons Tab stops at one.
const controls = `(() => {
	const groups = new Set();
	window.homewardControls = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(e => {
		if (e.disabled || !e.checkVisibility({visibilityProperty: true})) return false;
		if (e.type !== "radio") return true;
		const group = document.querySelectorAll('input[type=radio][name="' + CSS.escape(e.name) + '"]');
		if ([...group].some(r => r.checked) ? !e.checked : groups.has(e.name)) return false;
		groups.add(e.name);
		return true;
	});
	document.activeElement?.blur();
	return window.homewardControls.length;
})()`

// passed notes what has the focus.
const passed = `(() => { if (document.activeElement) document.activeElement.homewardPassed = true; return 0; })()`

// missed names the controls that never had the focus, and leaves the page as it was.
const missed = `(() => {
	document.activeElement?.blur();
	window.scrollTo(0, 0);
	return window.homewardControls.filter(e => !e.homewardPassed).map(e => e.outerHTML.slice(0, 120));
})()`

// Unreached presses Tab once through the page and lists what a person can act on and Tab does not come to.
func (b *Tab) Unreached() []string {
	b.t.Helper()
	for range Script[int](b, controls) + 3 {
		b.Press(NextField)
		Script[int](b, passed)
	}
	return Script[[]string](b, missed)
}
