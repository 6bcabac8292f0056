package ops_test

import (
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// Staff see whose return by a gift it is, that nothing of it goes to the buyer, and in which language they write.
func TestTheReturnOfAGiftSaysWhoseItIs(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	b.write(func(tx *store.Tx) error {
		return tx.InsertCase(b.t.Context(), store.Case{
			ID: "g1", Shop: "acme", OrderID: "o1", RMA: "R-GIFT2", Kind: returns.Return, State: returns.Requested, Nonce: "gift", Remedy: returns.CreditRemedy,
			Items: []returns.Item{{LineID: "l1", Quantity: 1}}, CreatedAt: t0, UpdatedAt: t0, GiftID: "gift1",
			Recipient: store.Recipient{Name: "Jan Lis", Email: "jan@example.com", Language: "ar"},
		})
	})
	page := b.signIn("agent").page("/ops/returns/g1")
	for _, want := range []string{"recipient of a gift", "Jan Lis", "jan@example.com", "nothing of it can be paid back to the buyer", "Arabic"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if other := b.signIn("agent").page("/ops/orders/o1"); strings.Contains(other, "jan@example.com") {
		t.Error("the page of the order names the recipient")
	}
}
