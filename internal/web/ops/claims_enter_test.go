package ops_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/ops"
)

func claimLetter(came time.Time) url.Values {
	return url.Values{
		"shop": {"acme"}, "order": {"1001"}, "channel": {"letter"}, "came": {came.In(time.FixedZone("CET", 3600)).Format("2006-01-02T15:04")},
		"kind": {"defective"}, "remedy": {"repair"}, "text": {"Czajnik nie działa.\r\n" + attack}, "note": {"with a photo"}, "nonce": {"n1"},
		"lines": {"1"}, "qty.l1": {"1"},
	}
}

// A letter is a claim like any other: acknowledged, proven, and to be answered in time from the day on which it came.
func TestAClaimThatCameByLetter(t *testing.T) {
	b, _ := claimsBench(t)
	b.deps.Shops = []string{"acme"}
	b.web = ops.New(b.deps)
	s := b.signIn("agent")
	w := s.post("/ops/claims", url.Values{"shop": {"acme"}, "order": {"#1001"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `name="qty.l1"`) || strings.Contains(w.Body.String(), "Nothing was recorded") {
		t.Fatalf("the goods of the order are shown: %d", w.Code)
	}
	came := t0.Add(-5 * 24 * time.Hour)
	var to string
	for range 2 {
		w = s.post("/ops/claims", claimLetter(came))
		if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "notice=entered") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		to, _, _ = strings.Cut(w.Header().Get("Location"), "?")
	}
	rows, err := b.db.ClaimsToAnswer(t.Context(), 10)
	if err != nil || len(rows) != 1 {
		t.Fatalf("sent twice it is one: %d, %v", len(rows), err)
	}
	row := rows[0]
	if !row.CameAt.Equal(came) || row.Channel != "letter" || row.EnteredBy != "agent" || row.Wish != returns.RepairRemedy || row.Items[0].Quantity != 1 {
		t.Errorf("%+v", row)
	}
	want := returns.ComplaintAnswer(returns.NewContract(returns.Party{Country: "PL"}, returns.Party{Zone: time.FixedZone("CET", 3600)}), returns.Complaint{ReceivedAt: came})
	if !row.DueAt.Equal(want.End) {
		t.Errorf("to answer by %s, want %s", row.DueAt, want.End)
	}
	evidence, _ := b.db.EvidenceOf(t.Context(), "claim:"+row.CaseID)
	sent, _ := b.db.MessagesOf(t.Context(), "o1")
	if len(evidence) != 1 || !strings.Contains(evidence[0].Data, `"channel":"letter"`) || len(sent) != 1 || sent[0].Topic != messages.ClaimReceived {
		t.Errorf("evidence %+v, messages %+v", evidence, sent)
	}
	page := s.page(to)
	if !strings.Contains(page, "Letter, entered by agent") || !strings.Contains(page, "with a photo") || strings.Contains(page, attack) {
		t.Error("the page does not say how it came, or shows markup")
	}
	b.audited("case:"+row.CaseID, "agent: enter claim")
}

func TestALetterThatCannotBeAClaim(t *testing.T) {
	for field, tc := range map[string]struct{ value, want string }{
		"shop":    {"other", "Choose the shop"},
		"order":   {"7", "no order of that number"},
		"channel": {"pigeon", "Say how it came"},
		"came":    {"2027-01-01T10:00", "not in the future"},
		"kind":    {"ugly", "Say what is wrong"},
		"remedy":  {"send_it", "the law knows: repair, replacement, price reduction, termination"},
		"text":    {" ", "word for word"},
		"qty.l1":  {"3", "all at the most"},
		"lines":   {"1", ""},
	} {
		t.Run(field, func(t *testing.T) {
			b, _ := claimsBench(t)
			b.deps.Shops = []string{"acme"}
			b.web = ops.New(b.deps)
			form := claimLetter(t0.Add(-time.Hour))
			form.Set(field, tc.value)
			if field == "lines" {
				form.Del("qty.l1")
				tc.want = "about something"
			}
			w := b.signIn("agent").post("/ops/claims", form)
			body := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, tc.want) {
				t.Fatalf("%d, lacks %q", w.Code, tc.want)
			}
			if field != "text" && field != "order" && field != "shop" && !strings.Contains(body, "Czajnik nie działa.") {
				t.Error("what was typed is lost")
			}
			if rows, _ := b.db.ClaimsToAnswer(t.Context(), 10); len(rows) != 0 {
				t.Error("something was recorded")
			}
		})
	}
	b, _ := claimsBench(t)
	if w := b.signIn("viewer").post("/ops/claims", claimLetter(t0)); w.Code != http.StatusForbidden {
		t.Errorf("a viewer: %d", w.Code)
	}
}

// Each list of a room has its own pages.
func TestTheRoomOfClaimsHasPages(t *testing.T) {
	b, order := claimsBench(t)
	for i := range 101 {
		k := b.claim(order, fmt.Sprint("n", i), returns.ClaimDefective, returns.RepairRemedy)
		b.write(func(tx *store.Tx) error {
			row, err := tx.ClaimOfCase(t.Context(), k.ID)
			if err != nil {
				return err
			}
			row.AnsweredAt = t0
			return tx.UpdateClaim(t.Context(), row)
		})
	}
	if page := b.signIn("viewer").page("/ops/claims"); !strings.Contains(page, "done=2#h-done") {
		t.Error("the list of answered claims ends without a word")
	}
}
