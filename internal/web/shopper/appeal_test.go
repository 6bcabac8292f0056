package shopper_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

func (d *counted) Appeal(ctx context.Context, c store.Case, inspectionID, words string) error {
	if d.bench.writes != nil {
		return d.bench.writes
	}
	return d.Desk.Appeal(ctx, c, inspectionID, words)
}

// inspected opens a case whose goods staff looked at, and gives its page.
func inspected(t *testing.T, b *bench, lang string) (page string, order store.Order) {
	t.Helper()
	path, order := b.put(lang, sample(t, delivered()...))
	page = b.openCase(path, order)
	c := b.cases(order.ID)[0]
	for _, i := range []store.Inspection{
		{ID: "i1", Inspection: returns.Inspection{Grade: returns.Used, Outcome: returns.Deduct, Deduction: 500, Reason: "the tin was open"}},
		{ID: "i2", Inspection: returns.Inspection{Grade: returns.AsNew, Outcome: returns.Accept}},
		{ID: "i3", Inspection: returns.Inspection{Grade: returns.Missing, Outcome: returns.DoNotPay, Reason: "the box was empty"}},
	} {
		i.CaseID, i.LineID, i.Quantity, i.At, i.By = c.ID, "l1", 1, now, "staff:olga"
		if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddInspection(t.Context(), i) }); err != nil {
			t.Fatal(err)
		}
	}
	return page, order
}

// TestObjecting: what keeps money back can be objected to, once and in words; nothing typed is lost.
func TestObjecting(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page, order := inspected(t, b, "en")
	w := b.get(page)
	has(t, w, 200, `value="i1"`, `value="i3"`, "I do not agree", "Not in the parcel")
	lacks(t, w, `value="i2"`)
	for name, words := range map[string]string{"nothing": " ", "too much": strings.Repeat("ł", 1001)} {
		w := b.post(page+"/appeal", url.Values{"inspection": {"i1"}, "text": {words}, "nonce": {"i1"}})
		has(t, w, 422, "Tell us why you do not agree", `aria-invalid="true"`, strings.TrimSpace(words))
		if t.Failed() {
			t.Fatal(name)
		}
	}
	b.writes = errDown
	has(t, b.post(page+"/appeal", url.Values{"inspection": {"i1"}, "text": {"It was shut."}}), 503, "It was shut.")
	b.writes = nil
	for range 2 { // pressed twice
		if w := b.post(page+"/appeal", url.Values{"inspection": {"i1"}, "text": {"It was <b>shut</b>."}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%d", w.Code)
		}
	}
	w = b.get(page)
	has(t, w, 200, "Your objection", "It was &lt;b&gt;shut&lt;/b&gt;.", "We are looking at it again")
	lacks(t, w, `value="i1"`)
	waiting, err := b.db.Appeals(t.Context(), 10)
	if err != nil || len(waiting) != 1 || waiting[0].ID != "i1" {
		t.Errorf("%+v, %v", waiting, err)
	}
	again := url.Values{"inspection": {"i1"}, "text": {"And it was <i>full</i>."}, "nonce": {"i1"}}
	if w := b.post(page+"/appeal", again); w.Code != http.StatusSeeOther { // the same form after the way back
		t.Fatalf("%d", w.Code)
	}
	has(t, b.get(page), 200, "It was &lt;b&gt;shut&lt;/b&gt;.", "And it was &lt;i&gt;full&lt;/i&gt;.")
	again.Set("text", strings.Repeat("ł", 1001))
	has(t, b.post(page+"/appeal", again), 422, "Tell us why you do not agree", again.Get("text"))
	upheld := returns.Inspection{Grade: returns.Used, Outcome: returns.Deduct, Deduction: 500, Reason: "the seal was cut"}
	if _, err := b.realDesk().AnswerAppeal(t.Context(), b.cases(order.ID)[0], "i1", upheld, "staff:olga"); err != nil {
		t.Fatal(err)
	}
	again.Set("text", "One more thing.")
	has(t, b.post(page+"/appeal", again), 422, "was not kept", "One more thing.", `role="alert"`)
	again.Set("text", "And it was <i>full</i>.")
	if w := b.post(page+"/appeal", again); w.Code != http.StatusSeeOther {
		t.Errorf("what was kept: %d", w.Code)
	}
}

// TestObjectingToNothing: what is accepted, what is another case's, and what does not exist cannot be objected to.
func TestObjectingToNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page, _ := inspected(t, b, "ar")
	for _, id := range []string{"", "i9", "' OR 1=1 --"} {
		if w := b.post(page+"/appeal", url.Values{"inspection": {id}, "text": {"no"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", id, w.Code)
		}
	}
	if w := b.post(page+"/appeal", url.Values{"inspection": {"i2"}, "text": {"no"}}); w.Code != http.StatusSeeOther {
		t.Errorf("what was accepted: %d", w.Code)
	}
	if w := b.post(page+"/appeal", url.Values{"inspection": {"i2"}, "text": {""}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without words: %d", w.Code)
	}
	if waiting, err := b.db.Appeals(t.Context(), 10); err != nil || len(waiting) != 0 {
		t.Errorf("%+v, %v", waiting, err)
	}
}
