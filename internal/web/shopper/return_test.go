package shopper_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"homeward/internal/returns"
	"homeward/internal/store"
)

func goodForm(nonce string) url.Values {
	return url.Values{
		"qty.l1": {"1"}, "qty.l2": {"0"}, "reason": {"does_not_fit"}, "remedy": {"refund"}, "note": {"Too strong\r\nfor me"}, "nonce": {nonce},
	}
}

func TestReturnForm(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	w := b.get(path + "/returns/new")
	has(t, w, 200, `name="qty.l1"`, `name="qty.l2"`, `name="reason" value="changed_mind"`, `name="remedy" value="refund" checked`, `name="note"`,
		"PLN 39.90 back for each", "Gift card", "Cannot be returned here")
	lacks(t, w, `name="qty.l3"`)
	nonce := regexp.MustCompile(`name="nonce" value="([A-Za-z0-9_-]{20,})"`)
	first, second := nonce.FindStringSubmatch(w.Body.String()), nonce.FindStringSubmatch(b.get(path+"/returns/new").Body.String())
	if first == nil || second == nil || first[1] == second[1] {
		t.Errorf("nonces %v, %v", first, second)
	}
}

func TestReturnIsOpened(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	w := b.post(path+"/returns", goodForm("n1"))
	all := b.cases(order.ID)
	if len(all) != 1 {
		t.Fatalf("%d cases", len(all))
	}
	c := all[0]
	if w.Code != 303 || w.Header().Get("Location") != path+"/cases/"+c.RMA {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if len(c.Items) != 1 || c.Items[0] != (returns.Item{LineID: "l1", Quantity: 1}) || c.Reason != "does_not_fit" || c.Note != "Too strong\nfor me" {
		t.Errorf("kept %+v", c)
	}
	has(t, b.get(path+"/returns/"+c.RMA), 200, "Please send it back to us", c.RMA, "Acme Returns", "30-001 Kraków", "PLN 39.90", "Too strong\nfor me", "Does not fit")
	has(t, b.get(path), 200, "Your returns", c.RMA, "Approved: please send it back")
}

// TestFormPostedTwice posts one form again and again, also at once, and also when everything is in the return already.
func TestFormPostedTwice(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	form := goodForm("n1")
	form.Set("qty.l1", "2")
	form.Set("qty.l2", "1")
	locations := make([]string, 12)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() { locations[i] = b.post(path+"/returns", form).Header().Get("Location") })
	}
	wg.Wait()
	for i := 6; i < len(locations); i++ {
		locations[i] = b.post(path+"/returns", form).Header().Get("Location")
	}
	all := b.cases(order.ID)
	if len(all) != 1 {
		t.Fatalf("%d cases", len(all))
	}
	for i, location := range locations {
		if location != path+"/cases/"+all[0].RMA {
			t.Errorf("post %d leads to %q", i, location)
		}
	}
	other := form
	other.Set("nonce", "n2")
	has(t, b.post(path+"/returns", other), 422)
}

func TestBadForms(t *testing.T) {
	for name, c := range map[string]struct {
		field, value string
		say          []string
	}{
		"nothing chosen":    {"qty.l1", "0", []string{"Choose at least one item.", `href="#items"`}},
		"too many":          {"qty.l1", "99", []string{"choose a number from 0 to 2", `href="#qty.l1"`, `value="99" selected`}},
		"negative":          {"qty.l1", "-1", []string{"choose a number from 0 to 2", `value="-1" selected`}},
		"no number":         {"qty.l1", "two", []string{"choose a number from 0 to 2", `value="two" selected`}},
		"markup":            {"qty.l1", `"><b>`, []string{"choose a number", "&#34;&gt;&lt;b&gt;"}},
		"huge":              {"qty.l1", "99999999999999999999", []string{"choose a number"}},
		"not returnable":    {"qty.l3", "1", []string{"Gift card: choose a number from 0 to 0"}},
		"not in this order": {"qty.zzz", "1", []string{"Something has changed meanwhile"}},
		"no reason":         {"reason", "", []string{"Choose a reason.", `href="#reason"`}},
		"unknown reason":    {"reason", "because", []string{"Choose a reason."}},
		"unknown remedy":    {"remedy", "yacht", []string{"Choose what you would like."}},
		"note too long":     {"note", strings.Repeat("ż", 1001), []string{"at most 1,000 characters", `href="#note"`, strings.Repeat("ż", 1001)}},
		"no nonce":          {"nonce", "", []string{"The form was incomplete"}},
		"odd nonce":         {"nonce", "a b", []string{"The form was incomplete"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			path, order := b.put("en", sample(t, delivered()...))
			form := goodForm("n1")
			form.Set("qty.l2", "1")
			if c.field == "qty.l1" {
				form.Set("qty.l2", "0")
			}
			form.Set(c.field, c.value)
			w := b.post(path+"/returns", form)
			has(t, w, 422, c.say...)
			has(t, w, 422, `role="alert"`, "Please check this")
			if c.field != "note" {
				has(t, w, 422, "Too strong\nfor me")
			}
			if c.field != "reason" {
				has(t, w, 422, `value="does_not_fit" checked`)
			}
			if c.field != "nonce" {
				has(t, w, 422, `name="nonce" value="n1"`)
			}
			if n := len(b.cases(order.ID)); n != 0 || b.opened.Load() != 0 {
				t.Errorf("%d cases, %d tries", n, b.opened.Load())
			}
		})
	}
}

func TestNoteOfThousandLetters(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	form := goodForm("n1")
	form.Set("note", strings.Repeat("ж", 999)+"\r\n") // a browser's line end counts once
	if w := b.post(path+"/returns", form); w.Code != 303 || len(b.cases(order.ID)) != 1 {
		t.Errorf("status %d", w.Code)
	}
}

func TestReturnAfterTheWindow(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	b.clock = now.Add(40 * 24 * time.Hour)
	has(t, b.get(path+"/returns/new"), 200, "The return period has ended")
	has(t, b.post(path+"/returns", goodForm("n1")), 422, "The return period has ended")
	if len(b.cases(order.ID)) != 0 {
		t.Error("a case was opened")
	}
}

// TestDatabaseAway: the page says so, keeps what was typed, shows the other ways, and gives no false receipt.
func TestDatabaseAway(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	ways := []string{"help@acme.example", "ul. Krótka 2", "/s/acme/withdraw"}

	b.writes = errDown
	w := b.post(path+"/returns", goodForm("n1"))
	has(t, w, 503, append(ways, "Nothing was saved or sent", `value="does_not_fit" checked`, `<option value="1" selected>`, "Too strong\nfor me", `value="n1"`)...)
	lacks(t, w, "disk I/O", "secret/path", "R-")

	b.writes, b.reads = nil, errDown // the order's language is not known then: the shop's first
	w = b.post(path+"/returns", goodForm("n1"))
	has(t, w, 503, append(ways, "Nic nie zostało zapisane ani wysłane", `action="`+path+`/returns"`, "Too strong")...)
	for name, values := range goodForm("n1") {
		has(t, w, 503, fmt.Sprintf(`name="%s" value="%s"`, name, html.EscapeString(values[0])))
	}
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	has(t, b.get(path), 503, append(ways, "Twoje zamówienie jest bezpieczne")...)
	has(t, b.get("/s/acme/withdraw"), 200)

	b.reads = nil
	if n := len(b.cases(order.ID)); n != 0 {
		t.Fatalf("%d cases", n)
	}
	if w = b.post(path+"/returns", goodForm("n1")); w.Code != 303 {
		t.Errorf("the second try: %d", w.Code)
	}
}

func TestTooLarge(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	form := goodForm("n1")
	form.Set("more", strings.Repeat("x", 70<<10))
	has(t, b.post(path+"/returns", form), 413)
	if len(b.cases(order.ID)) != 0 {
		t.Error("a case was opened")
	}
}

// openCase opens a return and gives its page's path.
func (b *bench) openCase(path string, order store.Order) string {
	b.t.Helper()
	b.post(path+"/returns", goodForm("n1"))
	return path + "/cases/" + b.cases(order.ID)[0].RMA
}

func TestSendingBack(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	has(t, b.post(page+"/sent", url.Values{"tracking": {"??"}}), 422, "Enter the tracking number", `value="??"`, `href="#tracking"`)
	if w := b.post(page+"/sent", url.Values{"tracking": {" 6800 1234 5678 "}}); w.Code != 303 || w.Header().Get("Location") != page {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	c := b.cases(order.ID)[0]
	if c.State != returns.InTransit || c.TrackingNumber != "680012345678" {
		t.Errorf("kept %s %q", c.State, c.TrackingNumber)
	}
	has(t, b.get(page), 200, "On its way back to us", `value="680012345678"`, "Correct the number")
	b.reads = errDown
	has(t, b.post(page+"/sent", url.Values{"tracking": {"680012345679"}}), 503, `name="tracking" value="680012345679"`)
}

func TestCallingOff(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	for range 2 { // the second finds that it is done
		if w := b.post(page+"/cancel", nil); w.Code != 303 {
			t.Fatalf("status %d", w.Code)
		}
	}
	if got := b.cases(order.ID)[0].State; got != returns.Withdrawn {
		t.Errorf("state %s", got)
	}
	w := b.get(page)
	has(t, w, 200, "This return was called off")
	lacks(t, w, "/cancel", "/sent")
	has(t, b.get(path+"/returns/new"), 200, `name="qty.l1"`)
}

func TestAnotherOrdersCase(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	other, _ := b.put("en", sample(t, delivered()...))
	has(t, b.get(strings.Replace(page, path, other, 1)), 404)
	has(t, b.post(strings.Replace(page, path, other, 1)+"/cancel", nil), 404)
	if got := b.cases(order.ID)[0].State; got != returns.Approved {
		t.Errorf("another order's link moved the case to %s", got)
	}
}

// TestTheCaseOfAWithdrawal: nobody accepted it, its shopper cannot take it back by a button, and it brings the delivery as well.
func TestTheCaseOfAWithdrawal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page, _ := b.withdrawn(path, order)
	for _, page := range []string{path, page} {
		w := b.get(page)
		has(t, w, 200, "Please send it back to us")
		lacks(t, w, "Accepted", "/cancel", "Requested")
	}
}

// What is the only thing that can come back need not be chosen.
func TestTheOnlyUnitIsChosen(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	chosen := `<option value="1" selected>`
	lacks(t, b.get(path+"/returns/new"), chosen)
	form := goodForm("n1")
	form.Set("qty.l1", "2")
	if w := b.post(path+"/returns", form); w.Code != 303 {
		t.Fatal(w.Code)
	}
	has(t, b.get(path+"/returns/new"), 200, chosen)
}
