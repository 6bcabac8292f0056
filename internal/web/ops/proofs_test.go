package ops_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// TestProofsAndLabelsInTheQueue: a proof of dispatch that nobody looked at and a label that could not be bought stand in the room
// of returns and are counted; what accepting a proof does is said before, and it can be doubted.
func TestProofsAndLabelsInTheQueue(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	k := b.caseOf("c1", returns.Approved)
	s := b.signIn("agent")
	if page := s.page("/ops/returns"); strings.Contains(page, "Proof of dispatch to look at") || strings.Contains(page, "Labels that need a person") {
		t.Error("an empty queue is shown")
	}
	if page := s.page("/ops/returns/c1"); strings.Contains(page, "Proof of dispatch…") {
		t.Error("asks for a proof that changes nothing")
	}
	k.Conditions.RefundWhen = returns.OnFirstScan
	b.write(func(tx *store.Tx) error {
		if err := tx.UpdateCase(t.Context(), k); err != nil {
			return err
		}
		if err := tx.AddCaseStep(t.Context(), store.CaseStep{ID: "s1", CaseID: "c1", At: b.now, Actor: cases.Shopper, Step: cases.ProofSent, Note: "f1"}); err != nil {
			return err
		}
		if err := tx.AddLabel(t.Context(), store.Label{ID: "l1", Shop: "acme", OrderID: "o1", CaseID: "c1", Status: store.LabelWanted, CreatedAt: b.now, Work: store.Work{DueAt: b.now}}); err != nil {
			return err
		}
		return tx.Finish(t.Context(), store.LabelWork, "l1", 0, store.LabelHeld, fault.New(fault.Permanent, "label_payment_required", "The account has no money.", nil))
	})
	page := s.page("/ops/returns")
	for _, want := range []string{"Proof of dispatch to look at", `href="/ops/returns/c1#h-files"`, "the money goes now", "Labels that need a person", `href="/ops/returns/c1#h-label"`, "The account has no money."} {
		if !strings.Contains(page, want) {
			t.Errorf("the room lacks %q", want)
		}
	}
	if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Cases != 2 {
		t.Errorf("%d wait, %v", a.Cases, err)
	}
	page = s.page("/ops/returns/c1")
	if strings.Contains(page, "fee-back") {
		t.Error("a fee is said to be back that is not")
	}
	b.write(func(tx *store.Tx) error {
		_, err := tx.InsertRefund(t.Context(), store.Refund{
			ID: "fee", Shop: "acme", OrderID: "o1", CaseID: "c1", Origin: store.OriginHomeward, ExternalID: "c1:p1:0", PaymentKind: "stripe", PaymentReference: "pi_1",
			Amount: 500, Currency: "PLN", Status: store.RefundSucceeded, CreatedAt: b.now, UpdatedAt: b.now, Work: store.Work{State: store.RefundSettled},
			Explanation: []returns.Explained{{Reason: returns.LabelFeeBack, LineID: "l1", Amount: 500}},
		})
		return err
	})
	if held := s.page("/ops/returns/c1"); !strings.Contains(held, "was given back to the shopper. It is not taken again") || !strings.Contains(held, `aria-describedby="fee-back"`) {
		t.Error("the button does not say that the fee is back")
	}
	if !strings.Contains(page, "It counts as the carrier&#39;s first scan") || !strings.Contains(page, `formaction="/ops/returns/c1/doubt"`) {
		t.Error("the case does not say what the proof does")
	}
	seen := strconv.FormatInt(k.Version+1, 10)
	s.press("/ops/returns/c1/proof", url.Values{"seen": {seen}}, "need_note")
	s.press("/ops/returns/c1/doubt", url.Values{"seen": {seen}}, "need_note")
	s.press("/ops/returns/c1/proof", url.Values{"seen": {"99"}, "words": {"a receipt"}}, "stale")
	s.press("/ops/returns/c1/doubt", url.Values{"seen": {seen}, "words": {"no date on it"}}, "doubted")
	b.now = b.now.Add(time.Minute)
	s.press("/ops/returns/c1/proof", url.Values{"seen": {seen}, "words": {"a receipt"}}, "proven")
	if got := strings.Join(b.desk.calls, ", "); !strings.Contains(got, "doubt c1") || !strings.Contains(got, "proof c1") {
		t.Errorf("the desk was asked %q", got)
	}
	b.audited("case:c1", "agent: proof of dispatch", "agent: doubt proof")
}
