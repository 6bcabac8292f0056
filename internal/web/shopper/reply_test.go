package shopper_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/store"
	"homeward/templates"
)

func (d *counted) Reply(ctx context.Context, c store.Case, nonce, words string) error {
	if d.bench.writes != nil {
		return d.bench.writes
	}
	return d.Desk.Reply(ctx, c, nonce, words)
}

// letter writes to the shopper of a case as staff do.
func (b *bench) letter(c store.Case, words string) {
	b.t.Helper()
	if err := b.realDesk().Write(b.t.Context(), c, words, "staff:olga"); err != nil {
		b.t.Fatal(err)
	}
}

// answers gives what the shopper wrote, as the case's log keeps it.
func (b *bench) answers(caseID string) []string {
	b.t.Helper()
	log, err := b.db.CaseLog(b.t.Context(), caseID)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, s := range log {
		if s.Step == cases.Replied {
			out = append(out, s.Note)
		}
	}
	return out
}

// TestAnsweringALetter: the form stands under what staff wrote, nothing typed is lost, and the same form is one answer.
func TestAnsweringALetter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	c := b.cases(order.ID)[0]
	lacks(t, b.get(page), "/reply")
	if w := b.post(page+"/reply", url.Values{"text": {"Hello"}, "nonce": {"n"}}); w.Code != http.StatusSeeOther || len(b.answers(c.ID)) != 0 {
		t.Fatalf("an answer to nothing: %d", w.Code)
	}
	b.letter(c, "Was the lid in it?")
	w := b.get(page)
	has(t, w, 200, "Was the lid in it?", `action="`+page+`/reply"`, `name="nonce"`, "Your reply")
	for name, form := range map[string]url.Values{
		"nothing": {"text": {" "}, "nonce": {"n"}}, "too much": {"text": {strings.Repeat("ł", 2001)}, "nonce": {"n"}}, "no nonce": {"text": {"Yes <b>it</b> was"}},
	} {
		w := b.post(page+"/reply", form)
		has(t, w, 422, `role="alert"`, `aria-invalid="true"`, strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(form.Get("text"), "<", "&lt;"), ">", "&gt;")))
		if t.Failed() {
			t.Fatal(name)
		}
	}
	yes := url.Values{"text": {"Yes, under\r\nthe <b>paper</b>."}, "nonce": {"n"}}
	b.writes = errDown
	has(t, b.post(page+"/reply", yes), 503, "&lt;b&gt;paper&lt;/b&gt;")
	b.writes = nil
	for range 2 { // pressed twice
		if w := b.post(page+"/reply", yes); w.Code != http.StatusSeeOther {
			t.Fatalf("%d", w.Code)
		}
	}
	if got := b.answers(c.ID); !slices.Equal(got, []string{"Yes, under\nthe <b>paper</b>."}) {
		t.Errorf("%q", got)
	}
	yes.Set("text", "And one more thing.") // after the way back in the browser
	for range 2 {
		b.post(page+"/reply", yes)
	}
	if got := b.answers(c.ID); len(got) != 2 || got[1] != "And one more thing." {
		t.Errorf("%q", got)
	}
	has(t, b.get(page), 200, "the &lt;b&gt;paper&lt;/b&gt;.", "You wrote to us", "We have your message", "Add something else")
	for i := range 8 {
		if w := b.post(page+"/reply", url.Values{"text": {"more"}, "nonce": {"n" + string(rune('0'+i))}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%d", w.Code)
		}
	}
	w = b.post(page+"/reply", url.Values{"text": {"an eleventh"}, "nonce": {"x"}})
	has(t, w, 422, "an eleventh", "have not replied to yet")
	b.letter(c, "Thank you.")
	lacks(t, b.get(page), "have not replied to yet", "Add something else")
}

// TestAnAnswerWithPhotos: photos belong to the case at once, and what is no photo is told without losing the words.
func TestAnAnswerWithPhotos(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	desk := b.withFiles()
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	c := b.cases(order.ID)[0]
	b.letter(c, "A photo, please.")
	form := url.Values{"text": {"Here it is."}, "nonce": {"n"}}
	has(t, b.send(page+"/reply", form, []byte("no photo")), 422, "Here it is.", "not a photo we can open")
	if w := b.send(page+"/reply", url.Values{"text": {""}, "nonce": {"n"}}, dot(t, 20)); w.Code != 422 {
		t.Fatalf("%d", w.Code)
	}
	b.writes = errDown
	has(t, b.send(page+"/reply", form, dot(t, 20)), 503, "Here it is.")
	b.writes = nil
	for range 2 {
		if w := b.send(page+"/reply", form, dot(t, 20)); w.Code != http.StatusSeeOther {
			t.Fatalf("%d", w.Code)
		}
	}
	all, err := desk.OfCase(t.Context(), c.ID)
	if err != nil || len(all) != 1 || len(b.answers(c.ID)) != 1 {
		t.Errorf("%d files, %v, %q", len(all), err, b.answers(c.ID))
	}
	has(t, b.get(page), 200, "/files/"+all[0].ID)
}

// TestLettersInEveryLanguage: a withdrawal is written about as a return is.
func TestLettersInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, lang := range templates.Languages() {
		path, order := b.put(lang, sample(t, delivered()...))
		page, c := b.withdrawn(path, order)
		b.letter(c, "…")
		if w := b.post(page+"/reply", url.Values{"text": {"ok " + lang}, "nonce": {"n"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", lang, w.Code)
		}
		has(t, b.get(page), 200, "ok "+lang)
	}
}
