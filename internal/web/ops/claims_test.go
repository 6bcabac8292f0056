package ops_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/ops"
)

// claim makes a claim about the bench's order, as its shopper does.
func (b *bench) claim(order store.Order, nonce string, kind returns.ClaimKind, wish returns.Remedy) store.Case {
	b.t.Helper()
	line := order.State.Order.Lines[0].ID
	k, err := b.desk.real.OpenClaim(b.t.Context(), order, returns.ClaimRequest{
		Kind: kind, Items: []returns.Item{{LineID: line, Quantity: 1}}, Text: "It <b>broke</b>.", Remedy: wish,
	}, nonce, returns.ShowNotices([]returns.Notice{{Code: returns.NoticeRepairAdds, Months: 12}}, "pl", "form", b.now))
	if err != nil {
		b.t.Fatal(err)
	}
	return k
}

func claimsBench(t *testing.T) (*bench, store.Order) {
	b := newBench(t)
	b.deps.Claims = b.desk.real
	b.web = ops.New(b.deps)
	return b, b.order("o1")
}

func answer(k store.Case, fields ...string) url.Values {
	form := url.Values{"seen": {strconv.FormatInt(k.Version, 10)}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

func TestTheRoomOfClaims(t *testing.T) {
	b, order := claimsBench(t)
	k := b.claim(order, "n1", returns.ClaimDefective, returns.RepairRemedy)
	s := b.signIn("agent")
	room := s.page("/ops/claims")
	for _, want := range []string{k.RMA, "Answer in", "It &lt;b&gt;broke&lt;/b&gt;."} {
		if !strings.Contains(room, want) {
			t.Errorf("the room lacks %q", want)
		}
	}
	if strings.Contains(b.signIn("viewer").page("/ops/claims"), "broke") {
		t.Error("a viewer reads what a person wrote")
	}
	if strings.Contains(s.page("/ops/returns"), k.RMA) {
		t.Error("a claim is to be decided as a return")
	}
	page := s.page("/ops/claims/" + k.ID)
	for _, want := range []string{"for 12 months longer", "Grant…", "Refuse…", "(asked for)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the claim lacks %q", want)
		}
	}
}

func TestAClaimIsAnsweredFromTheConsole(t *testing.T) {
	b, order := claimsBench(t)
	k := b.claim(order, "n1", returns.ClaimDefective, returns.RepairRemedy)
	s, path := b.signIn("agent"), "/ops/claims/"+k.ID
	w := s.post(path+"/grant", answer(k, "remedy", "replacement"))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "write why") {
		t.Errorf("another remedy without a word: %d", w.Code)
	}
	w = s.post(path+"/grant", answer(k, "remedy", "price_reduction", "amount", "a lot", "words", "Keep it."))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "like 12.50") || !strings.Contains(w.Body.String(), "Keep it.") {
		t.Errorf("an amount that is none: %d", w.Code)
	}
	w = s.post(path+"/refuse", answer(k))
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("refused without reasons: %d", w.Code)
	}
	stale := k
	stale.Version--
	if w = s.post(path+"/see", answer(stale)); !strings.Contains(w.Header().Get("Location"), "notice=stale") {
		t.Errorf("a stale form: %s", w.Header().Get("Location"))
	}
	if w = s.post(path+"/grant", answer(stale, "remedy", "repair")); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), `value="repair" checked`) {
		t.Errorf("a stale form with a choice: %d, or it is lost", w.Code)
	}
	w = s.post(path+"/refuse", answer(stale, "words", "Long reasons."))
	if body := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(body, "Long reasons.</textarea>") || !strings.Contains(body, "changed since you opened the page") {
		t.Errorf("a stale form with words: %d, or they are lost", w.Code)
	}
	w = s.post(path+"/grant", answer(k, "remedy", "repair", "words", "Gladly."))
	if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "notice=granted") {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	row, err := b.db.ClaimOfCase(t.Context(), k.ID)
	if err != nil || row.Granted != returns.RepairRemedy || row.AnsweredBy != "staff:agent" {
		t.Errorf("%+v %v", row, err)
	}
	if !strings.Contains(s.page("/ops/claims"), "To do") {
		t.Error("the repair is not to be done")
	}
	k, _ = b.db.Case(t.Context(), k.ID)
	if w = s.post(path+"/fulfil", answer(k, "words", "sent with P1")); w.Code != http.StatusSeeOther {
		t.Errorf("%d", w.Code)
	}
	if k, _ = b.db.Case(t.Context(), k.ID); k.State != returns.Closed {
		t.Errorf("the case is %s", k.State)
	}
	if n, err := cases.VerifyClaims(t.Context(), b.db); err != nil || n != 1 || !strings.Contains(s.page(path), "is what the evidence says") {
		t.Errorf("%d claims proven, %v", n, err)
	}
	if w = b.signIn("viewer").post(path+"/see", answer(k)); w.Code != http.StatusForbidden {
		t.Errorf("a viewer moves a claim: %d", w.Code)
	}
}
