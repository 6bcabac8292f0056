package ops_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// exchange is a return of two units for one item of a price that nobody said, and one that is the same again.
func (b *bench) exchange(state returns.State) store.Case {
	b.t.Helper()
	b.order("o1")
	c := b.caseOf("c1", state)
	c.Remedy, c.Received = returns.ExchangeRemedy, c.Items
	c.Wish.Exchange = []returns.Exchange{
		{LineID: "l1", Quantity: 1, SKU: "CUP-9", Title: "Blue cup"}, {LineID: "l1", Quantity: 1, Title: "Herbata", UnitPrice: 3990},
	}
	b.write(func(tx *store.Tx) error {
		if err := tx.AddCaseStep(b.t.Context(), store.CaseStep{ID: "s1", CaseID: "c1", At: t0, Actor: "shop", Step: "receive"}); err != nil {
			return err
		}
		return tx.UpdateCase(b.t.Context(), c)
	})
	return get(b, b.db.Case, "c1")
}

// Staff say what the other item costs: what is wrong comes back as typed, what is dearer is theirs to collect.
func TestThePriceOfAnExchangeIsNoted(t *testing.T) {
	b := newBench(t)
	c := b.exchange(returns.Received)
	s := b.signIn("agent")
	if page := s.page("/ops/returns"); !strings.Contains(page, "Back, and something is to be sent") {
		t.Error("nobody sees that something is to be sent")
	}
	for _, typed := range []string{"", "dear", "-1"} {
		w := s.post("/ops/returns/c1/price", seen(c.Version, "price.0", typed))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="`+typed+`" required`) {
			t.Errorf("%q: %d", typed, w.Code)
		}
	}
	s.press("/ops/returns/c1/price", seen(c.Version+9, "price.0", "50"), "stale")
	s.press("/ops/returns/c1/price", seen(c.Version, "price.0", "50,50", "price.1", "1"), "priced")
	got := get(b, b.db.Case, "c1")
	if e := got.Wish.Exchange; e[0].UnitPrice != 5050 || !e[0].Priced || e[1].UnitPrice != 3990 {
		t.Errorf("%+v", e)
	}
	page := s.page("/ops/returns/c1")
	if !strings.Contains(page, "Collect "+amountShown(1060)) {
		t.Error("nobody sees what is to be collected")
	}
	b.audited("case:c1", "agent: price")
	if rows, err := b.db.RefundsOf(t.Context(), "o1"); err != nil || len(rows) != 0 {
		t.Errorf("%d refunds (%v)", len(rows), err)
	}
}

// amountShown is an amount of PLN as the console writes it.
func amountShown(minor int64) string {
	return strconv.FormatFloat(float64(minor)/100, 'f', 2, 64)
}

// Store credit is given with its code, which its shopper is told and the audit is not.
func TestStoreCreditNeedsItsCode(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	b.caseOf("c1", returns.Refunding)
	row := store.Refund{
		ID: "r2", Shop: "acme", OrderID: "o1", CaseID: "c1", Origin: store.OriginHomeward, ExternalID: "x-r2", PaymentKind: "store_credit",
		Amount: 3990, Currency: "PLN", Status: store.RefundPlanned, NeedsPerson: true, CreatedAt: t0, UpdatedAt: t0, Work: store.Work{State: store.RefundHeld, DueAt: t0},
	}
	b.write(func(tx *store.Tx) error { _, err := tx.InsertRefund(t.Context(), row); return err })
	s := b.signIn("agent")
	row = get(b, b.db.Refund, "r2")
	s.press("/ops/refunds/r2/settle", seen(row.Generation, "note", "made"), "need_code")
	s.press("/ops/refunds/r2/settle", seen(row.Generation, "note", "made", "code", "TEA-7K2M"), "settled")
	if got := get(b, b.db.Refund, "r2"); got.Reference != "TEA-7K2M" || got.Status != store.RefundSucceeded {
		t.Errorf("%s %q", got.Status, got.Reference)
	}
	rows, err := b.db.MessagesOf(t.Context(), "o1")
	if err != nil || len(rows) != 1 || rows[0].Data.Reference != "TEA-7K2M" || rows[0].Data.PaymentKind != "store_credit" {
		t.Errorf("the shopper is told %+v (%v)", rows, err)
	}
	entries, err := b.db.AuditOf(t.Context(), "refund:r2", 10)
	if err != nil || len(entries) != 1 || strings.Contains(entries[0].Note, "TEA-7K2M") {
		t.Errorf("audit %+v (%v)", entries, err)
	}
}
