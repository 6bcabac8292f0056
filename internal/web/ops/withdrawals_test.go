package ops_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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
	b.audited("withdrawal:"+rows[0].ID, "agent: see", "agent: enter")
	if page := s.page("/ops/withdrawals"); !strings.Contains(page, "Nothing odd came in") || !strings.Contains(page, rows[0].Reference) {
		t.Error("what was dealt with still waits, or is gone")
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
