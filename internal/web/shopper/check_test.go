package shopper_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/templates"
)

// hidden gives the fields that a page carries on.
func hidden(body string) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out.Add(m[1], strings.NewReplacer("&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#39;", "'").Replace(m[2]))
	}
	return out
}

// TestSummaryThenConfirm: the form's button shows every cent and asks for nothing; the summary's asks for exactly that.
func TestSummaryThenConfirm(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	has(t, b.get(path+"/returns/new"), 200, `action="`+path+`/returns/check"`, ">Continue<", "Nothing is sent yet")
	form := goodForm("n1")
	form.Set("qty.l1", "2")
	w := b.post(path+"/returns/check", form)
	has(t, w, 200, "Check and confirm", "2 × Earl Grey", "PLN 79.80", "You get back", "It goes back the way you paid.", "Does not fit",
		"We pay for sending it back.", `action="`+path+`/returns"`, ">Request the return<", "Change something")
	if len(b.cases(order.ID)) != 0 || b.opened.Load() != 0 {
		t.Fatal("the summary asked for the return")
	}
	if w := b.post(path+"/returns", hidden(w.Body.String())); w.Code != 303 {
		t.Fatalf("status %d", w.Code)
	}
	c := b.cases(order.ID)[0]
	if c.Nonce != "n1" || c.Note != "Too strong\nfor me" || len(c.Items) != 1 || c.Items[0].Quantity != 2 {
		t.Errorf("kept %+v", c)
	}
	// Pressed again from either page it is the same case.
	if w := b.post(path+"/returns/check", form); w.Header().Get("Location") != path+"/cases/"+c.RMA {
		t.Errorf("the summary of what is asked for already leads to %q", w.Header().Get("Location"))
	}
}

// TestChangeSomething: back from the summary nothing typed is lost, and nothing is wrong yet.
func TestChangeSomething(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	fields := hidden(b.post(path+"/returns/check", goodForm("n1")).Body.String())
	fields.Set("change", "1")
	w := b.post(path+"/returns/check", fields)
	has(t, w, 200, `<option value="1" selected>`, `value="does_not_fit" checked`, "Too strong\nfor me", `name="nonce" value="n1"`)
	lacks(t, w, `role="alert"`)
	if w := b.get(path + "/returns/check"); w.Code != 303 || w.Header().Get("Location") != path+"/returns/new" {
		t.Errorf("opened by hand: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// TestHostileForms: five hundred fields, numbers beyond all numbers, lines of another order: told, never taken, and never slow.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	many := goodForm("n1")
	for i := range 500 {
		many.Set("qty.x"+strings.Repeat("y", i%7)+string(rune('a'+i%26))+string(rune('a'+i/26)), "1")
		many.Set("answer.z"+string(rune('a'+i%26))+string(rune('a'+i/26)), "x")
		many.Set("exchange.z"+string(rune('a'+i%26))+string(rune('a'+i/26)), "x")
	}
	for name, form := range map[string]url.Values{
		"many fields":     many,
		"a billion units": {"qty.l1": {"1000000000"}, "reason": {"other"}, "remedy": {"refund"}, "nonce": {"n"}},
		"twice a billion": {"qty.l1": {"9223372036854775807"}, "qty.l2": {"9223372036854775807"}, "reason": {"other"}, "remedy": {"refund"}, "nonce": {"n"}},
		"another order's": {"qty.l1": {"1"}, "qty.01jb3c": {"1"}, "reason": {"other"}, "remedy": {"refund"}, "nonce": {"n"}},
		"nothing at all":  {},
		"control letters": {"qty.l1": {"\x00\u202e1"}, "reason": {"\u2066"}, "remedy": {"refund\x00"}, "nonce": {"n"}, "method": {"rocket"}},
	} {
		for _, to := range []string{"/returns/check", "/returns"} {
			if w := b.post(path+to, form); w.Code != 422 {
				t.Errorf("%s to %s: status %d", name, to, w.Code)
			}
		}
	}
	if len(b.cases(order.ID)) != 0 {
		t.Error("a case was opened")
	}
}

// TestEveryDecisionHasWords: whatever a policy decides, its shopper reads it in their language.
func TestEveryDecisionHasWords(t *testing.T) {
	t.Parallel()
	renderer, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range templates.Languages() {
		words := renderer.Words(lang, "", nil)
		for _, code := range returns.Whys() {
			if !words.Has("why." + string(code)) {
				t.Errorf("%s: no words for %s", lang, code)
			}
		}
		for _, remedy := range returns.AllRemedies {
			if !words.Has("remedy."+string(remedy)) || !words.Has("page.form.remedy."+string(remedy)) {
				t.Errorf("%s: no words for the remedy %s", lang, remedy)
			}
		}
	}
}

// TestThreeWaysSideBySide: the order page and the form tell them before anything is typed; the withdrawal is always among them.
func TestThreeWaysSideBySide(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	for _, page := range []string{path, path + "/returns/new"} {
		has(t, b.get(page), 200, `href="`+path+`/withdraw"`, `href="`+path+`/claims/new"`, "until December 7, 2026", "We pay for sending it back.")
	}
	has(t, b.get(path), 200, "I changed my mind", "Something is wrong with it, or it did not arrive", "You can request a return until December 23, 2026.", "Item by item")
	b.clock = now.AddDate(1, 0, 0)
	for _, page := range []string{path, path + "/returns/new"} {
		has(t, b.get(page), 200, `href="`+path+`/withdraw"`, "You can still send a statement of withdrawal.", "The return period has ended")
	}
	path, _ = b.put("en", sample(t, moving()...))
	b.clock = now
	has(t, b.get(path), 200, "The period begins once you have received everything")
}
