package demo_test

import (
	"strings"
	"testing"

	"homeward/internal/browsertest"
)

// TestMainJobByKeyboard does the main job with Tab, Space, Enter and arrows alone, and with no script on the shopper's
// and the console's pages: from the mail's link to the return, in the console "received", and the refund's mails.
func TestMainJobByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	_, inbox := start(t)
	tab.Screen(1280, 860, "light")
	tab.Visit(inbox + "/?of=1001")
	tab.TabTo("In a tab of its own")
	mail := tab.Opens(func() { tab.Press(browsertest.Enter) })
	mail.TabTo("View your order")
	rma := returnByKeyboard(t, mail.Opens(func() { mail.Press(browsertest.Enter) }))
	mails := func(subject string) {
		t.Helper()
		until(t, "a mail "+subject, func() bool {
			tab.Visit(inbox + "/?of=1001")
			return strings.Contains(tab.Text(), subject)
		})
	}
	mails("Return " + rma + ": how to send it back")
	tab.TabTo("Staff console")
	receiveByKeyboard(t, tab.Opens(func() { tab.Press(browsertest.Enter) }), rma)
	mails("Return " + rma + " has arrived")
	mails("Refund started: £14.50")
	mails("Refund sent to your bank: £14.50")
}

// returnByKeyboard sends one of Emma's two packets back, and gives the return's number.
func returnByKeyboard(t *testing.T, order *browsertest.Tab) (rma string) {
	t.Helper()
	order.TabTo("Return something")
	order.Go()
	order.TabTo("How many to return: Assam")
	order.Press(browsertest.Down)
	order.TabTo("Changed my mind")
	order.Press(browsertest.Space + browsertest.Down)
	order.TabTo("Continue")
	order.Go()
	order.TabTo("Request the return")
	order.Go()
	text := order.Text()
	if !strings.Contains(text, "Does not fit") || !strings.Contains(text, "Assam") || strings.Contains(text, "Stoneware") {
		t.Fatalf("the case's page does not say what was chosen: %s", text)
	}
	order.Scripts(true)
	order.Check("the case") // axe-core is a script
	order.Scripts(false)
	_, rma, _ = strings.Cut(browsertest.Script[string](order, "location.pathname"), "/cases/")
	if rma == "" || !strings.Contains(text, rma) {
		t.Fatalf("not on the page of a return: %s", text)
	}
	return rma
}

// receiveByKeyboard signs in at the console and says that a return's goods are there.
func receiveByKeyboard(t *testing.T, console *browsertest.Tab, rma string) {
	t.Helper()
	console.TabTo("Name")
	console.Press("demo")
	console.TabTo("Password")
	console.Press("demo")
	console.Go()
	console.TabTo("Returns")
	console.Go()
	console.TabTo("Mark as received… " + rma)
	console.Press(browsertest.Enter)
	console.TabTo("Assam")
	console.TabTo("Received")
	console.Go()
	if text := console.Text(); strings.Contains(text, "Mark as received… "+rma) {
		t.Fatalf("the return still waits for its goods: %s", text)
	}
}
