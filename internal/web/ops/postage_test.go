package ops_test

import (
	"net/http"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// Staff give back what a shopper paid a carrier: what is wrong comes back as typed, and the audit says whether there was a receipt.
func TestPostageIsGivenBack(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Received)
	c.Received = c.Items
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) })
	c = get(b, b.db.Case, "c1")
	s := b.signIn("agent")
	for _, typed := range []string{"", "dear", "-1", "99999"} {
		w := s.post("/ops/returns/c1/postage", seen(c.Version, "amount", typed, "receipt", "yes"))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `name="amount" inputmode="decimal" autocomplete="off" value="`+typed+`"`) {
			t.Errorf("%q: %d", typed, w.Code)
		}
	}
	s.press("/ops/returns/c1/postage", seen(c.Version+9, "amount", "12"), "stale")
	s.press("/ops/returns/c1/postage", seen(c.Version, "amount", "12,50", "receipt", "yes"), "postage")
	b.audited("case:c1", "agent: postage")
	rows, err := b.db.RefundsOf(t.Context(), "o1")
	sum := int64(0)
	for _, row := range rows {
		if len(row.Explanation) == 1 && row.Explanation[0].Reason == returns.Postage {
			sum += row.Amount
		}
	}
	if err != nil || sum != 1250 {
		t.Errorf("%d of postage (%v)", sum, err)
	}
	if page := s.page("/ops/returns/c1"); strings.Contains(page, "The shopper paid a carrier") || !strings.Contains(page, "Postage that the shopper paid") {
		t.Error("it can be given twice, or is not shown")
	}
}
