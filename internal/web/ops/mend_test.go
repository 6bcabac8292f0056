package ops_test

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// faultFor is the reason that a row in a state carries.
func faultFor(state string) *fault.Error {
	switch state {
	case store.EventFailed, store.MessageHeld:
		return fault.New(fault.Permanent, "topic_unknown", "Nobody here knows this topic.", nil)
	default:
		return nil
	}
}

// reasonWith is a reason with any words.
func reasonWith(words string) *fault.Error { return fault.New(fault.Permanent, words, words, nil) }

func seen(n int64, more ...string) url.Values {
	form := url.Values{"seen": {strconv.FormatInt(n, 10)}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestApplyAgainWorksOnce(t *testing.T) {
	for _, state := range []string{store.EventFailed, store.EventWaiting, store.EventIgnored} {
		t.Run(state, func(t *testing.T) {
			b := newBench(t)
			e := b.event(state, "{}")
			s := b.signIn("agent")
			s.press("/ops/events/"+e.ID+"/apply", seen(e.Generation), "applied")
			s.press("/ops/events/"+e.ID+"/apply", seen(e.Generation), "stale")
			got := get(b, b.db.Event, e.ID)
			if got.State != store.Due || got.Generation != e.Generation+1 || got.Attempt != 0 {
				t.Errorf("%+v", got.Work)
			}
			if len(b.queue.tasks) != 1 || b.queue.tasks[0].ID != e.ID || b.queue.tasks[0].Generation != got.Generation {
				t.Errorf("tasks %+v", b.queue.tasks)
			}
			b.audited("event:"+e.ID, "agent: apply again")
		})
	}
}

func TestAFormOfAnEarlierFailureIsStale(t *testing.T) {
	b := newBench(t)
	e := b.event(store.EventFailed, "{}")
	s := b.signIn("agent")
	s.press("/ops/events/"+e.ID+"/apply", seen(e.Generation), "applied")
	b.write(func(tx *store.Tx) error {
		return tx.Finish(t.Context(), store.EventWork, e.ID, e.Generation+1, store.EventFailed, reasonWith("again"))
	})
	s.press("/ops/events/"+e.ID+"/ignore", seen(e.Generation, "note", "the first failure"), "stale")
	if got := get(b, b.db.Event, e.ID); got.State != store.EventFailed {
		t.Errorf("%s", got.State)
	}
}

func TestWhatIsDoneIsNotMended(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	e, m, r := b.event(store.EventApplied, "{}"), b.message("m1", store.MessageSent, messages.Mail), b.refund("r1", store.RefundSucceeded, store.Due)
	s := b.signIn("admin")
	for _, path := range []string{"/ops/events/" + e.ID + "/apply", "/ops/events/" + e.ID + "/ignore"} {
		s.press(path, seen(e.Generation, "note", "x"), "stale")
	}
	for _, path := range []string{"/ops/messages/m1/send", "/ops/messages/m1/sent", "/ops/messages/m1/dismiss"} {
		s.press(path, seen(m.Generation, "note", "x"), "stale")
	}
	for _, path := range []string{"/ops/refunds/r1/retry", "/ops/refunds/r1/look", "/ops/refunds/r1/settle"} {
		s.press(path, seen(r.Generation, "note", "x"), "stale")
	}
	if len(b.queue.tasks) != 0 {
		t.Errorf("tasks %v", b.queue.tasks)
	}
}

func TestPaidOtherwiseKeepsACaseOpenWhoseGoodsAreStillToCome(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Refunding)
	c.Received = []returns.Item{{LineID: "l1", Quantity: 1}}
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) })
	r := b.refund("r1", store.RefundPlanned, store.RefundHeld)
	b.signIn("agent").press("/ops/refunds/r1/settle", seen(r.Generation, "note", "cash", "consent", "by mail, 19 November"), "settled")
	if got := get(b, b.db.Case, "c1"); got.State != returns.Refunding {
		t.Errorf("case is %s", got.State)
	}
}

func TestSetAsideNeedsANoteAndKeepsTheReason(t *testing.T) {
	b := newBench(t)
	e := b.event(store.EventFailed, "{}")
	s := b.signIn("agent")
	s.press("/ops/events/"+e.ID+"/ignore", seen(e.Generation, "note", "  "), "need_note")
	s.press("/ops/events/"+e.ID+"/ignore", seen(e.Generation, "note", "test order", "back", "list"), "ignored")
	s.press("/ops/events/"+e.ID+"/ignore", seen(e.Generation, "note", "test order"), "stale")
	got := get(b, b.db.Event, e.ID)
	if got.State != store.EventIgnored || got.Note != "Set aside by agent: test order" || got.ErrorCode != "topic_unknown" {
		t.Errorf("%s %q %q", got.State, got.Note, got.ErrorCode)
	}
	b.audited("event:"+e.ID, "agent: set aside")
	if strings.Contains(s.page("/ops/events"), e.ID) {
		t.Error("still in the list")
	}
}

// What staff set aside stays so, also when the order comes that it waited for.
func TestSetAsideForGood(t *testing.T) {
	b := newBench(t)
	e := b.event(store.Due, "{}")
	b.write(func(tx *store.Tx) error {
		return tx.WaitEvent(t.Context(), e.ID, e.Generation, e.Shop, []string{"order:1001"})
	})
	e = get(b, b.db.Event, e.ID)
	b.signIn("agent").press("/ops/events/"+e.ID+"/ignore", seen(e.Generation, "note", "test order"), "ignored")
	b.write(func(tx *store.Tx) error {
		tasks, err := tx.WakeEvents(t.Context(), e.Shop, []string{"order:1001"}, time.Now())
		if len(tasks) != 0 {
			t.Errorf("woken: %v", tasks)
		}
		return err
	})
	if got := get(b, b.db.Event, e.ID); got.State != store.EventIgnored || got.Note != "Set aside by agent: test order" {
		t.Errorf("%s %q", got.State, got.Note)
	}
}

func TestSendAFailedMailAgain(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	m := b.message("m1", store.MessageFailed, messages.Mail)
	s := b.signIn("agent")
	s.press("/ops/messages/m1/send", seen(m.Generation), "resent")
	s.press("/ops/messages/m1/send", seen(m.Generation), "stale")
	got := get(b, b.db.Message, "m1")
	if got.State != store.Due || got.Phase != "" || got.Lookups != 0 || got.HeaderID != m.HeaderID || got.Generation != m.Generation+1 {
		t.Errorf("%+v", got)
	}
	if len(b.queue.tasks) != 1 || b.queue.tasks[0].Queue != "messages" {
		t.Errorf("tasks %+v", b.queue.tasks)
	}
	b.audited("message:m1", "agent: send again")
}

func TestAnUncertainSMSGoesAgainOnlyAfterASecondWord(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	m := b.message("m1", store.MessageHeld, messages.SMS)
	s := b.signIn("agent")
	w := s.post("/ops/messages/m1/send", seen(m.Generation))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ops/messages/m1/send" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if got := get(b, b.db.Message, "m1"); got.State != store.MessageHeld || len(b.queue.tasks) != 0 {
		t.Fatalf("sent without a second word: %s", got.State)
	}
	if page := s.page("/ops/messages/m1/send"); !strings.Contains(page, "may reach the shopper twice") {
		t.Error("the second page does not warn")
	}
	s.press("/ops/messages/m1/send", seen(m.Generation, "confirmed", "yes"), "resent")
	s.press("/ops/messages/m1/send", seen(m.Generation, "confirmed", "yes"), "stale")
	if got := get(b, b.db.Message, "m1"); got.State != store.Due || got.Phase != "" || len(b.queue.tasks) != 1 {
		t.Errorf("%s %q %d", got.State, got.Phase, len(b.queue.tasks))
	}
}

func TestOldNewsIsNotSentAgain(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	m := store.Message{
		ID: "m1", Shop: "acme", OrderID: "o1", Topic: messages.OutForDelivery, Occasion: "x", Channel: messages.Mail, Recipient: "a@b.example",
		Class: messages.News, Language: "pl", CreatedAt: t0, ExpiresAt: t0.Add(time.Hour), Work: store.Work{State: store.Due, DueAt: t0},
	}
	b.write(func(tx *store.Tx) error { _, err := tx.AddMessage(t.Context(), m); return err })
	b.finish(store.MessageWork, "m1", store.MessageFailed)
	s := b.signIn("agent")
	b.now = t0.Add(time.Hour)
	if page := s.page("/ops/messages"); strings.Contains(page, "/ops/messages/m1/send\"") {
		t.Error("the button is there")
	}
	s.press("/ops/messages/m1/send", seen(0), "too_old")
	if got := get(b, b.db.Message, "m1"); got.State != store.MessageFailed {
		t.Errorf("%s", got.State)
	}
}

func TestMarkAsSent(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	m := b.message("m1", store.MessageHeld, messages.SMS)
	s := b.signIn("admin")
	s.press("/ops/messages/m1/sent", seen(m.Generation), "sent")
	s.press("/ops/messages/m1/sent", seen(m.Generation), "stale")
	if got := get(b, b.db.Message, "m1"); got.State != store.MessageSent || !got.SentAt.Equal(t0) {
		t.Errorf("%s at %v", got.State, got.SentAt)
	}
	b.audited("message:m1", "admin: mark as sent")
}

func TestLetGoLeavesTheListAndStaysOnRecord(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	m := b.message("m1", store.MessageHeld, messages.SMS)
	s := b.signIn("agent")
	s.press("/ops/messages/m1/dismiss", seen(m.Generation), "need_note")
	s.press("/ops/messages/m1/dismiss", seen(m.Generation, "note", "called her"), "dismissed")
	s.press("/ops/messages/m1/dismiss", seen(m.Generation, "note", "called her"), "stale")
	got := get(b, b.db.Message, "m1")
	if got.State != store.MessageDismissed || got.ErrorCode != "topic_unknown" {
		t.Errorf("%s %q", got.State, got.ErrorCode)
	}
	if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Messages != 0 {
		t.Errorf("attention %+v %v", a, err)
	}
	if page := s.page("/ops/messages/m1"); !strings.Contains(page, "called her") || !strings.Contains(page, "Let go") {
		t.Error("the message's page does not tell")
	}
}

func TestDecideReturns(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Requested)
	s := b.signIn("agent")
	s.press("/ops/returns/c1/approve", seen(c.Version-1), "stale")
	s.press("/ops/returns/c1/reject", seen(c.Version), "need_words")
	s.press("/ops/returns/c1/approve", seen(c.Version, "words", "Gladly."), "approved")
	b.now = b.now.Add(time.Second)
	if w := s.post("/ops/returns/c1/reject", seen(c.Version+1, "words", "Long reasons.")); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Long reasons.</textarea>") {
		t.Errorf("a stale form with words: %d, or they are lost", w.Code)
	}
	s.press("/ops/returns/c1/reject", seen(c.Version, "words", "No.\r\nSorry."), "rejected")
	b.now = b.now.Add(time.Second)
	s.press("/ops/returns/c1/calloff", seen(c.Version), "called_off")
	want := "approve c1 staff:agent Gladly.|reject c1 staff:agent No.\nSorry.|calloff c1 staff:agent"
	if got := strings.Join(b.desk.calls, "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.audited("case:c1", "agent: call off", "agent: reject", "agent: approve")
}

func TestReceiveCountsUnits(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Approved)
	s := b.signIn("agent")
	for _, bad := range []string{"", "x", "-1", "3", "0", "1.5"} {
		w := s.post("/ops/returns/c1/receive", seen(c.Version, "qty.l1", bad))
		if w.Code != http.StatusUnprocessableEntity || len(b.desk.calls) != 0 {
			t.Errorf("%q units: %d, calls %v", bad, w.Code, b.desk.calls)
		}
	}
	s.press("/ops/returns/c1/receive", seen(c.Version, "qty.l1", "1"), "received")
	if len(b.desk.items) != 1 || b.desk.items[0] != (returns.Item{LineID: "l1", Quantity: 1}) {
		t.Errorf("items %v", b.desk.items)
	}
	s.press("/ops/returns/c1/approve", seen(c.Version), "stale") // it is approved already
}

func TestARefusedDecisionKeepsWhatWasTyped(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Requested)
	s := b.signIn("agent")
	b.desk.err = fault.New(fault.Permanent, "no_address", "The shop has no return address in its configuration.", nil)
	w := s.post("/ops/returns/c1/reject", seen(c.Version, "words", "Bardzo nam przykro"))
	if body := w.Body.String(); w.Code != http.StatusConflict || !strings.Contains(body, "Bardzo nam przykro") || !strings.Contains(body, "no return address") {
		t.Errorf("%d %s", w.Code, body)
	}
	for _, faster := range []error{returns.ErrStep, store.ErrConflict} {
		b.desk.err = faster
		s.press("/ops/returns/c1/approve", seen(c.Version), "stale")
	}
	b.audited("case:c1")
}

func TestRetryARefundThatNeverWentOut(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	r := b.refund("r1", store.RefundPlanned, store.RefundHeld)
	s := b.signIn("agent")
	s.press("/ops/refunds/r1/look", seen(r.Generation), "stale") // Stripe cannot know it
	s.press("/ops/refunds/r1/retry", seen(r.Generation), "retried")
	s.press("/ops/refunds/r1/retry", seen(r.Generation), "stale")
	got := get(b, b.db.Refund, "r1")
	if got.State != store.Due || got.NeedsPerson || len(b.queue.tasks) != 1 {
		t.Errorf("%s %v %v", got.State, got.NeedsPerson, b.queue.tasks)
	}
	b.audited("refund:r1", "agent: try again")
}

func TestRetryARefundThatStripeGaveBack(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	b.caseOf("c1", returns.Refunding)
	r := b.refund("r1", store.RefundFailed, store.RefundSettled)
	s := b.signIn("agent")
	s.press("/ops/refunds/r1/retry", seen(r.Generation), "retried")
	s.press("/ops/refunds/r1/retry", seen(r.Generation), "stale")
	rows, err := b.db.RefundsOf(t.Context(), "o1")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d refunds, %v", len(rows), err)
	}
	old, fresh := get(b, b.db.Refund, "r1"), rows[1]
	if fresh.ID == "r1" {
		fresh = rows[0]
	}
	if old.Status != store.RefundFailed || old.NeedsPerson || old.State != store.RefundSettled {
		t.Errorf("old: %s %v %s", old.Status, old.NeedsPerson, old.State)
	}
	if fresh.Status != store.RefundPlanned || fresh.State != store.Due || fresh.Amount != r.Amount || fresh.IdempotencyKey != "" || fresh.CaseID != "c1" {
		t.Errorf("fresh: %+v", fresh)
	}
	if len(b.queue.tasks) != 1 || b.queue.tasks[0].ID != fresh.ID {
		t.Errorf("tasks %v", b.queue.tasks)
	}
	if left := store.Standing(rows); len(left) != 1 || left[0].ID != fresh.ID {
		t.Errorf("standing %v", left)
	}
}

func TestWhatMayHaveHappenedIsLookedAtNotTried(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	r := b.refund("r1", store.RefundUncertain, store.RefundHeld)
	s := b.signIn("agent")
	s.press("/ops/refunds/r1/retry", seen(r.Generation), "stale")
	s.press("/ops/refunds/r1/look", seen(r.Generation), "looking")
	s.press("/ops/refunds/r1/look", seen(r.Generation), "stale")
	got := get(b, b.db.Refund, "r1")
	if got.State != store.Due || got.Status != store.RefundUncertain || !got.NeedsPerson || len(b.queue.tasks) != 1 {
		t.Errorf("%s %s %v", got.State, got.Status, got.NeedsPerson)
	}
}

func TestPaidOtherwiseClosesTheCase(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Refunding)
	c.Received = []returns.Item{{LineID: "l1", Quantity: 1}, {LineID: "l1", Quantity: 1}}
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) })
	r1, r2 := b.refund("r1", store.RefundFailed, store.RefundSettled), b.refund("r2", store.RefundPlanned, store.RefundHeld)
	s := b.signIn("agent")
	s.press("/ops/refunds/r1/settle", seen(r1.Generation), "need_note")
	s.press("/ops/refunds/r1/settle", seen(r1.Generation, "note", "bank transfer, 20 November"), "need_consent")
	s.press("/ops/refunds/r1/settle", seen(r1.Generation, "note", "bank transfer, 20 November", "consent", "by mail, 19 November"), "settled")
	s.press("/ops/refunds/r1/settle", seen(r1.Generation, "note", "again"), "stale")
	if got := get(b, b.db.Refund, "r1"); got.Status != store.RefundSucceeded || got.NeedsPerson || got.State != store.RefundSettled {
		t.Errorf("%s %v %s", got.Status, got.NeedsPerson, got.State)
	}
	if got := get(b, b.db.Case, "c1"); got.State != returns.Refunding {
		t.Errorf("closed while a refund is open: %s", got.State)
	}
	s.press("/ops/refunds/r2/settle", seen(r2.Generation, "note", "cash", "consent", "by phone"), "settled")
	if got := get(b, b.db.Case, "c1"); got.State != returns.Closed {
		t.Errorf("case is %s", got.State)
	}
	if page := s.page("/ops/returns/c1"); !strings.Contains(page, "bank transfer, 20 November") {
		t.Error("the case's log does not tell how it was paid")
	}
	b.audited("refund:r1", "agent: paid otherwise")
	if len(b.queue.tasks) != 2 || b.queue.tasks[0].Kind != store.MessageWork {
		t.Errorf("the shopper is told of each: tasks %v", b.queue.tasks)
	}
}

// A refund that somebody made at Stripe and that came back, and one whose money went out twice, leave the list with what staff say of
// them, and without a word to the shopper that is not true.
func TestLetARefundGo(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	foreign, twice := b.refund("r1", store.RefundFailed, store.RefundSettled), b.refund("r2", store.RefundSucceeded, store.RefundHeld)
	own := b.refund("r3", store.RefundFailed, store.RefundSettled)
	b.write(func(tx *store.Tx) error {
		foreign.ID, foreign.Origin, foreign.ExternalID, foreign.StripeID, foreign.CaseID = "r4", store.OriginStripe, "re_9", "re_9", ""
		foreign.State = store.RefundSettled
		_, err := tx.InsertRefund(t.Context(), foreign)
		return err
	})
	s := b.signIn("agent")
	if page := s.page("/ops/refunds/r2"); strings.Contains(page, "/settle") || strings.Contains(page, "/look") || !strings.Contains(page, "/ops/refunds/r2/dismiss") {
		t.Error("money that went out twice is to be paid a third time, or cannot be let go")
	}
	s.press("/ops/refunds/r2/settle", seen(twice.Generation, "note", "x", "consent", "y"), "stale")
	s.press("/ops/refunds/r3/dismiss", seen(own.Generation, "note", "x"), "stale")
	for _, row := range []store.Refund{get(b, b.db.Refund, "r4"), twice} {
		at := "/ops/refunds/" + row.ID + "/dismiss"
		s.press(at, seen(row.Generation), "need_note")
		s.press(at, seen(row.Generation, "note", "asked the shopper", "back", "list"), "dismissed_refund")
		s.press(at, seen(row.Generation, "note", "asked the shopper"), "stale")
		if got := get(b, b.db.Refund, row.ID); got.Status != row.Status || got.StripeID != row.StripeID || got.NeedsPerson || got.State != store.RefundSettled {
			t.Errorf("%+v", got)
		}
		b.audited("refund:"+row.ID, "agent: let go")
	}
	if page := s.page("/ops/refunds"); strings.Contains(page, "r4/dismiss") || strings.Contains(page, "r2/dismiss") || !strings.Contains(page, "r3/settle") {
		t.Error("the list")
	}
	if len(b.queue.tasks) != 0 {
		t.Errorf("somebody is told: %v", b.queue.tasks)
	}
}

// Cash for a cancelled part that no carrier collected is not marked as paid: it was not.
func TestCashThatWasNotCollected(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	row := b.refund("r1", store.RefundPlanned, store.RefundHeld)
	b.write(func(tx *store.Tx) error {
		row.ID, row.CaseID, row.ExternalID, row.PaymentKind, row.PaymentReference, row.State = "r2", "", "rest:o1:p0:0", "cash_on_delivery", "", store.RefundHeld
		_, err := tx.InsertRefund(t.Context(), row)
		return err
	})
	s := b.signIn("agent")
	if page := s.page("/ops/refunds/r2"); !strings.Contains(page, "Nothing was collected") || !strings.Contains(page, "/ops/refunds/r2/settle") {
		t.Error("staff are not asked whether there is anything to give back")
	}
	row = get(b, b.db.Refund, "r2")
	s.press("/ops/refunds/r2/dismiss", seen(row.Generation), "need_note")
	s.press("/ops/refunds/r2/dismiss", seen(row.Generation, "note", "the carrier's list of cash"), "dismissed_refund")
	if got := get(b, b.db.Refund, "r2"); !cases.Uncollected(got) || got.NeedsPerson || got.State != store.RefundSettled {
		t.Errorf("%+v", got)
	}
	b.audited("refund:r2", "agent: let go")
	if page := s.page("/ops/orders/o1"); !strings.Contains(page, "Nothing was collected") || strings.Contains(page, "39.90 PLN of") {
		t.Error("the order's page speaks of money that never moved")
	}
	if page := s.page("/ops/refunds/r2"); strings.Contains(page, "Stripe said") {
		t.Error("Stripe said nothing of it")
	}
	all, err := b.db.MessagesOf(t.Context(), "o1")
	if err != nil || len(all) != 0 {
		t.Errorf("the shopper was told: %v, %v", all, err)
	}
}

// What the shopper agreed to on the page is enough, is read by agents alone, and is not written over.
func TestTheShoppersOwnConsent(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	b.caseOf("c1", returns.Refunding)
	r := b.refund("r1", store.RefundFailed, store.RefundSettled)
	r.Consent = "On the page: PL61 1090"
	b.write(func(tx *store.Tx) error { return tx.SetRefund(t.Context(), r) })
	if page := b.signIn("viewer").page("/ops/refunds/r1"); strings.Contains(page, "PL61") {
		t.Error("a viewer reads the account")
	}
	s := b.signIn("agent")
	if page := s.page("/ops/refunds/r1"); !strings.Contains(page, "PL61 1090") || strings.Contains(page, `name="consent"`) {
		t.Error("an agent does not read the account, or is asked for a consent")
	}
	s.press("/ops/refunds/r1/settle", seen(r.Generation, "note", "bank transfer", "consent", "by phone"), "settled")
	if got := get(b, b.db.Refund, "r1"); got.Consent != r.Consent || got.Status != store.RefundSucceeded {
		t.Errorf("%q %s", got.Consent, got.Status)
	}
}

// Twenty people press the same button at the same moment.
func TestOfManyPressesOneActs(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	e, r := b.event(store.EventFailed, "{}"), b.refund("r1", store.RefundFailed, store.RefundSettled)
	s := b.signIn("agent")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { s.post("/ops/events/"+e.ID+"/apply", seen(e.Generation)) })
		wg.Go(func() { s.post("/ops/refunds/r1/retry", seen(r.Generation)) })
	}
	wg.Wait()
	if len(b.queue.tasks) != 2 {
		t.Errorf("%d tasks, want one of the event and one of the refund", len(b.queue.tasks))
	}
	b.audited("event:"+e.ID, "agent: apply again")
	b.audited("refund:r1", "agent: try again")
	if rows, err := b.db.RefundsOf(t.Context(), "o1"); err != nil || len(rows) != 2 {
		t.Errorf("%d refunds, %v", len(rows), err)
	}
}

func TestALinkThatFailedCanBeAskedForAgain(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	s := b.signIn("agent")
	b.links.err = errors.New("dial tcp")
	if w := s.post("/ops/orders/o1/link", nil); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "dial tcp") {
		t.Errorf("%d", w.Code)
	}
	b.links.err = nil
	s.press("/ops/orders/o1/link", nil, "link_sent")
}

func TestLinks(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	s := b.signIn("agent")
	s.press("/ops/orders/o1/link", nil, "link_sent")
	s.press("/ops/orders/o1/link", nil, "link_just")
	b.now = b.now.Add(time.Minute)
	s.press("/ops/orders/o1/link", nil, "link_sent")
	if len(b.links.orders) != 2 {
		t.Errorf("links %v", b.links.orders)
	}
	b.now = b.now.Add(time.Second)
	s.press("/ops/orders/o1/revoke", seen(0), "revoked")
	s.press("/ops/orders/o1/revoke", seen(0), "stale")
	if got := get(b, b.db.Order, "o1"); got.LinkEpoch != 1 {
		t.Errorf("epoch %d", got.LinkEpoch)
	}
	b.audited("order:o1", "agent: revoke links", "agent: send fresh link", "agent: send fresh link")
}
