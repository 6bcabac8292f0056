package ops_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// What staff typed stands on the page again when their form did nothing: in its field as long as there is one, else to be copied.
func TestNothingThatStaffTypedIsLost(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Received)
	c.Received = []returns.Item{{LineID: "l1", Quantity: 1}}
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) })
	c = get(b, b.db.Case, "c1")
	r := b.refund("r1", store.RefundPlanned, store.RefundHeld)
	e := b.event(store.EventFailed, "{}")
	s := b.signIn("agent")
	inField := func(words string) string { return ">" + words + "</textarea>" }
	for name, tc := range map[string]struct {
		path string
		form url.Values
		code int
		want []string
	}{
		"a case ended from a stale form":       {"/ops/returns/c1/end", seen(c.Version-1, "words", "lost by the carrier"), 409, []string{inField("lost by the carrier"), "changed since you opened"}},
		"a receipt from a stale form":          {"/ops/returns/c1/receive", seen(c.Version-1, "qty.l1", "1"), 409, []string{`name="qty.l1"`, `value="1"`}},
		"a refund paid without consent":        {"/ops/refunds/r1/settle", seen(r.Generation, "note", "cash, 3 May"), 422, []string{inField("cash, 3 May"), "expressly agreed"}},
		"a refund paid without a note":         {"/ops/refunds/r1/settle", seen(r.Generation, "consent", "by mail"), 422, []string{inField("by mail"), "write a note first"}},
		"a refund paid from a stale form":      {"/ops/refunds/r1/settle", seen(r.Generation-1, "note", "cash", "consent", "by mail"), 409, []string{inField("cash"), inField("by mail")}},
		"an event set aside from a stale form": {"/ops/events/" + e.ID + "/ignore", seen(e.Generation-1, "note", "a test of the shop"), 409, []string{inField("a test of the shop")}},
		"what the page has no field for":       {"/ops/refunds/r1/dismiss", seen(r.Generation, "note", "went out twice & more"), 409, []string{"no field for it", "went out twice &amp; more"}},
		"words with an end of a field in them": {"/ops/returns/c1/end", seen(c.Version-1, "words", "</textarea><script>x</script>"), 409, []string{"&lt;/textarea&gt;&lt;script&gt;"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.post(tc.path, tc.form)
			if w.Code != tc.code {
				t.Errorf("%d, want %d, %s", w.Code, tc.code, w.Header().Get("Location"))
			}
			for _, want := range tc.want {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("%q is not on the page", want)
				}
			}
		})
	}
	w := s.post("/ops/returns/c1/end", seen(c.Version-1, "words", "kept"))
	if body := w.Body.String(); !strings.Contains(body, `name="seen" value="`+seen(c.Version).Get("seen")+`"`) {
		t.Error("the form that is shown again would be stale again")
	}
	s.press("/ops/returns/c1/end", seen(c.Version, "words", "kept"), "ended")
}

// A letter of 100,000 characters once went out cut at 2,000.
func TestWordsThatAreTooLongAreNeitherCutNorLost(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Requested)
	r := b.refund("r1", store.RefundPlanned, store.RefundHeld)
	s := b.signIn("agent")
	long := func(n int) string { return strings.Repeat("ż", n-1) + "!" }
	for _, tc := range []struct {
		path string
		form url.Values
		says string
	}{
		{"/ops/returns/c1/write", url.Values{"words": {long(100_000)}}, "100,000 characters. 2,000 are the most"},
		{"/ops/returns/c1/approve", seen(c.Version, "words", long(2001)), "2,001 characters. 2,000 are the most"},
		{"/ops/returns/c1/end", seen(c.Version, "words", long(501)), "501 characters. 500 are the most"},
		{"/ops/refunds/r1/settle", seen(r.Generation, "note", "cash", "consent", long(501)), "501 characters. 500 are the most"},
		{"/ops/withdrawals", url.Values{"shop": {"acme"}, "channel": {"letter"}, "sent": {"2026-11-01T10:00"}, "name": {"A"}, "text": {long(20_001)}}, "20,001 characters"},
		{"/ops/claims", url.Values{"shop": {"acme"}, "order": {b.order("o2").State.Order.Number}, "lines": {"1"}, "qty.l1": {"1"}, "text": {long(4001)}}, "4,001 characters"},
	} {
		w := s.post(tc.path, tc.form)
		kept := true
		for _, name := range []string{"words", "note", "consent", "text"} {
			kept = kept && strings.Contains(w.Body.String(), tc.form.Get(name))
		}
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), tc.says) || !kept {
			t.Errorf("%s: %d, says so %v, kept %v", tc.path, w.Code, strings.Contains(w.Body.String(), tc.says), kept)
		}
	}
	if k := get(b, b.db.Case, "c1"); k.State != returns.Requested {
		t.Errorf("moved to %s", k.State)
	}
	s.press("/ops/returns/c1/approve", seen(c.Version, "words", long(2000)), "approved")
}

// An objection that somebody else answered meanwhile, and one that is answered too strictly: the words of the answer are kept.
func TestTheAnswerToAnObjectionIsNotLost(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Received)
	b.write(func(tx *store.Tx) error {
		c.Received = []returns.Item{{LineID: "l1", Quantity: 2}}
		if err := tx.UpdateCase(t.Context(), c); err != nil {
			return err
		}
		return tx.AddInspection(t.Context(), store.Inspection{
			ID: "i1", CaseID: "c1", By: "staff:olga", At: t0, Appeal: "It came so.", AppealedAt: t0,
			Inspection: returns.Inspection{LineID: "l1", Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 500, Reason: "Scratched.", Note: "3 cm"},
		})
	})
	s := b.signIn("agent")
	answer := func(deduction string) url.Values {
		return url.Values{"grade": {"used"}, "outcome": {"deduct"}, "deduction": {deduction}, "reason": {"We looked again & again."}, "note": {"photo 2"}}
	}
	w := s.post("/ops/returns/c1/appeals/i1", answer("9"))
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, ">We looked again &amp; again.</textarea>") || !strings.Contains(body, ">photo 2</textarea>") {
		t.Errorf("%d, or the answer is lost", w.Code)
	}
	s.press("/ops/returns/c1/appeals/i1", answer("3"), "answered")
	w = s.post("/ops/returns/c1/appeals/i1", answer("2"))
	if body := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(body, "We looked again &amp; again.</p>") || !strings.Contains(body, "photo 2</p>") {
		t.Errorf("answered meanwhile: %d, or the answer is lost", w.Code)
	}
}

// A session ends while somebody writes: the words stand beside the login.
func TestAFormAfterTheSessionEndedIsNotLost(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Requested)
	w := b.post("/ops/returns/c1/approve", seen(c.Version, "words", "A long letter."))
	body := w.Body.String()
	if w.Code != http.StatusUnauthorized || !strings.Contains(body, ">A long letter.</p>") || !strings.Contains(body, `name="next" value="/ops/returns/c1"`) {
		t.Errorf("%d, or the words are lost, or the way back", w.Code)
	}
	if k := get(b, b.db.Case, "c1"); k.State != returns.Requested {
		t.Errorf("moved to %s", k.State)
	}
	if w = b.post("/ops/returns/c1/approve", seen(c.Version)); w.Code != http.StatusSeeOther {
		t.Errorf("with nothing typed: %d", w.Code)
	}
}

// A password never stands on a page.
func TestAWrongPasswordIsNotShownAgain(t *testing.T) {
	b := newBench(t)
	if w := b.post("/ops/login", url.Values{"name": {"agent"}, "password": {"a secret, mistyped"}}); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "mistyped") {
		t.Errorf("%d, or it is shown", w.Code)
	}
}
