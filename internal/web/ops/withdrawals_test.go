package ops_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/follow"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/ops"
	"homeward/internal/withdrawals"
)

// withWithdrawals gives the console a real desk.
func withWithdrawals(t *testing.T) *bench {
	t.Helper()
	var desk *withdrawals.Desk
	b := newBench(t, func(d *ops.Deps) {
		desk = &withdrawals.Desk{}
		d.Withdrawals, d.Shops = desk, []string{"acme"}
	})
	*desk = withdrawals.Desk{DB: b.db, Config: b.desk.real.Config, Queue: b.queue, Cases: b.desk.real, Now: func() time.Time { return b.now }}
	b.desk.real.Config.Shops[0].Languages = []string{"pl"}
	b.db.Follow((&follow.Follower{Config: b.desk.real.Config, Now: func() time.Time { return b.now }}).Hear, nil)
	return b
}

func letter() url.Values {
	return url.Values{
		"shop": {"acme"}, "channel": {"letter"}, "sent": {t0.Add(-48 * time.Hour).In(time.FixedZone("CET", 3600)).Format("2006-01-02T15:04")},
		"name": {"Zofia " + attack}, "order": {"#9"}, "email": {"zofia@example.com"}, "text": {"Odstępuję od umowy.\r\n" + attack}, "note": {"postmark"},
	}
}

// TestALetterIsEnteredAndDealtWith goes through the room as a member of staff does.
func TestALetterIsEnteredAndDealtWith(t *testing.T) {
	b := withWithdrawals(t)
	s := b.signIn("agent")
	if page := s.page("/ops/withdrawals"); !strings.Contains(page, "Nothing odd came in") {
		t.Error("an empty room has something odd")
	}
	answer := s.post("/ops/withdrawals", letter())
	if answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice=entered") {
		t.Fatalf("%d %s", answer.Code, answer.Header().Get("Location"))
	}
	rows, err := b.db.WithdrawalsUnseen(t.Context(), 10)
	if err != nil || len(rows) != 1 || !rows[0].SubmittedAt.Equal(t0.Add(-48*time.Hour)) || rows[0].EnteredBy != "agent" {
		t.Fatalf("%+v, %v", rows, err)
	}
	path := "/ops/withdrawals/" + rows[0].ID
	for _, where := range []string{"/ops/withdrawals", path, "/ops/"} {
		page := s.page(where)
		if strings.Contains(page, "<script>alert") {
			t.Errorf("%s: what was typed became markup", where)
		}
		if where != "/ops/" && !strings.Contains(page, "No order has this number") {
			t.Errorf("%s does not say what is odd", where)
		}
	}
	if page := s.page(path); !strings.Contains(page, "to the letter") || strings.Contains(page, "somebody changed") {
		t.Error("the statement is not proven")
	}
	if page := b.signIn("viewer").page(path); strings.Contains(page, "zofia@example.com") {
		t.Error("a viewer sees the address")
	}
	b.now = b.now.Add(time.Minute)
	s.press(path+"/see", url.Values{}, "need_note")
	s.press(path+"/see", url.Values{"note": {"found the order"}}, "seen")
	s.press(path+"/see", url.Values{"note": {"again"}}, "stale")
	b.audited("withdrawal:"+rows[0].ID, "agent: see", "agent: enter") // the newest first
	if page := s.page("/ops/withdrawals"); !strings.Contains(page, "Nothing odd came in") || !strings.Contains(page, rows[0].Reference) {
		t.Error("what was dealt with still waits, or is gone")
	}
	o := b.order("o77")
	if w := s.post(path+"/resolve", url.Values{"order": {"none"}, "note": {"she called twice"}}); w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "no order of that number") || !strings.Contains(w.Body.String(), ">she called twice</textarea>") || !strings.Contains(w.Body.String(), `value="none"`) {
		t.Errorf("an unknown number: %d, or what was typed is lost", w.Code)
	}
	s.press(path+"/resolve", url.Values{"order": {o.State.Order.Number}, "note": {"she called"}}, "resolved")
	if answer := s.post(path+"/resolve", url.Values{"order": {o.State.Order.Number}, "note": {"again"}}); answer.Code != http.StatusConflict {
		t.Errorf("resolved twice: %d", answer.Code)
	}
	if page := s.page(path); !strings.Contains(page, "to the letter") || !strings.Contains(page, "/ops/returns/") {
		t.Error("resolved, it has no case, or is not proven any more")
	}
	if found, err := withdrawals.Verify(t.Context(), b.db); err != nil || found.Statements != 1 || found.Lines != 2 {
		t.Errorf("%+v, %v", found, err)
	}
	b.write(func(tx *store.Tx) error {
		row := rows[0]
		row.ID, row.ReceiptKey, row.Reference, row.StatementKey = "forged", "k2", "W-FORGE", "s2"
		return tx.InsertWithdrawal(t.Context(), row)
	})
	if page := s.page("/ops/withdrawals/forged"); !strings.Contains(page, "somebody changed") {
		t.Error("a statement without evidence looks proven")
	}
}

// TestMoneyThatIsDueComesIntoSight: from the declaration to the day after the last one, and as soon as the goods were sent.
func TestMoneyThatIsDueComesIntoSight(t *testing.T) {
	b := withWithdrawals(t)
	o := b.order("o1")
	o.State.Parcels = []orders.Parcel{{Key: "p1", Stage: orders.Delivered, HandedOverAt: t0.AddDate(0, 0, -3), DeliveredAt: t0.AddDate(0, 0, -1)}}
	b.write(func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), o) })
	k := b.caseOf("c1", returns.Approved)
	b.write(func(tx *store.Tx) error {
		k.ID, k.RMA, k.Nonce, k.Kind = "c2", "R-C2", "withdrawal w1", returns.Withdrawal
		if err := tx.InsertCase(t.Context(), k); err != nil {
			return err
		}
		return tx.InsertWithdrawal(t.Context(), store.Withdrawal{
			ID: "w1", Shop: "acme", OrderID: "o1", CaseID: "c2", ReceiptKey: "k", Reference: "W-1", StatementKey: "s", Channel: "online", Body: "x",
			SubmittedAt: t0, RecordedAt: t0, SeenAt: t0, RefundDueAt: t0.AddDate(0, 0, 14),
		})
	})
	for days, want := range map[int]struct {
		says    string
		waiting int
	}{
		1: {"No end yet", 0}, 8: {"The money may wait until the goods", 0}, 11: {"No end yet", 0}, 15: {"Waits for the goods", 0},
	} {
		b.now = t0.AddDate(0, 0, days)
		if page := b.signIn("agent").page("/ops/withdrawals"); !strings.Contains(page, want.says) {
			t.Errorf("after %d days the room does not say %q", days, want.says)
		}
		if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Terms != want.waiting {
			t.Errorf("after %d days %d wait, %v", days, a.Terms, err)
		}
	}
	b.now = t0.AddDate(0, 0, 15)
	s := b.signIn("agent")
	s.press("/ops/returns/c2/proof", url.Values{}, "need_note")
	s.press("/ops/returns/c2/proof", url.Values{"words": {"a receipt of the post"}}, "proven")
	b.write(func(tx *store.Tx) error {
		return tx.AddCaseStep(t.Context(), store.CaseStep{ID: "s1", CaseID: "c2", At: b.now, Actor: "staff:agent", Step: cases.DispatchProven})
	})
	if page := s.page("/ops/withdrawals"); !strings.Contains(page, "Due in ") || !strings.Contains(page, "14 days from the statement") {
		t.Error("sent after the 14 days, due at once, and nobody says so")
	}
	b.now = t0.AddDate(0, 0, 16)
	s = b.signIn("agent")
	if page := s.page("/ops/deadlines"); !strings.Contains(page, "Overdue by ") {
		t.Error("overdue, and nobody says so")
	}
	if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Terms != 1 {
		t.Errorf("%d wait, %v", a.Terms, err)
	}
	if page := s.page("/ops/returns/c2"); !strings.Contains(page, "Pay without the goods") {
		t.Error("nobody can pay what may not wait")
	}
	s.press("/ops/returns/c2/pay", url.Values{}, "need_note")
	s.press("/ops/returns/c2/pay", url.Values{"words": {"the receipt"}}, "let_go")
	s.press("/ops/returns/c2/end", url.Values{"seen": {fmt.Sprint(k.Version)}}, "need_note")
	s.press("/ops/returns/c2/end", url.Values{"seen": {fmt.Sprint(k.Version)}, "words": {"lost"}}, "ended")
	if got := strings.Join(b.desk.calls, "|"); got != "proof c2 staff:agent a receipt of the post|pay c2 staff:agent the receipt|end c2 staff:agent lost" {
		t.Errorf("the desk was asked: %s", got)
	}
}

// TestAnIncompleteEntryKeepsWhatWasTyped.
func TestAnIncompleteEntryKeepsWhatWasTyped(t *testing.T) {
	b := withWithdrawals(t)
	s := b.signIn("agent")
	for field, bad := range map[string]string{"shop": "other", "channel": "owl", "sent": "2031-01-01T10:00", "name": " ", "text": ""} {
		form := letter()
		form.Set(field, bad)
		answer := s.post("/ops/withdrawals", form)
		if page := answer.Body.String(); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "Nothing was recorded yet") || !strings.Contains(page, "postmark") {
			t.Errorf("%s: %d", field, answer.Code)
		}
	}
	if rows, _ := b.db.WithdrawalsUnseen(t.Context(), 10); len(rows) != 0 {
		t.Errorf("%d statements were recorded", len(rows))
	}
}

// A statement on paper about a part of an order is entered by its lines; nothing typed is lost on the way.
func TestEnterAWithdrawalFromAPart(t *testing.T) {
	b := withWithdrawals(t)
	b.order("o1")
	s := b.signIn("agent")
	form := url.Values{"shop": {"acme"}, "order": {"#1001"}, "name": {"Zofia Nowak"}, "find": {"1"}}
	w := s.post("/ops/withdrawals", form)
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, `name="qty.l1"`) || !strings.Contains(body, "Zofia Nowak") {
		t.Fatalf("%d: the lines are not shown", w.Code)
	}
	form.Set("order", "9999")
	if w := s.post("/ops/withdrawals", form); w.Code != 422 || !strings.Contains(w.Body.String(), "no order of that number") {
		t.Errorf("an unknown order: %d", w.Code)
	}
	form.Del("find")
	form.Set("order", "#1001")
	form.Set("lines", "1")
	for _, wrong := range []string{"3", "-1", "x", "0"} {
		form.Set("qty.l1", wrong)
		if w := s.post("/ops/withdrawals", form); w.Code != 422 || !strings.Contains(w.Body.String(), "how many units") {
			t.Errorf("%s units: %d", wrong, w.Code)
		}
	}
	whole := letter()
	whole.Set("order", "#1001")
	whole.Set("lines", "1")
	whole.Set("qty.l1", "1")
	if w := s.post("/ops/withdrawals", whole); w.Code != http.StatusSeeOther {
		t.Fatalf("%d", w.Code)
	}
	all, err := b.db.CasesOf(t.Context(), "o1")
	if err != nil || len(all) != 1 || len(all[0].Items) != 1 || all[0].Items[0].Quantity != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}
