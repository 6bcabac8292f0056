package ops_test

import (
	"html"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// The page of a return says by which rule and by what everything was decided, and what the shopper answered.
func TestAReturnSaysWhy(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.Requested)
	if page := b.signIn("viewer").page("/ops/returns/c1"); strings.Contains(page, "h-why") {
		t.Error("a return without decisions has an empty table")
	}
	c.Answers = []returns.Reply{{Question: "which_size", Text: "One size up"}}
	c.Conditions.Why = []returns.Why{
		{Code: returns.RestockingTaken, LineID: "l1", Rule: "furniture", Detail: "15 % of what the line brings"},
		{Code: returns.StaffDecides, Rule: "often", Detail: "the customer has 7 earlier returns, from 5"},
	}
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) })
	page := html.UnescapeString(b.signIn("viewer").page("/ops/returns/c1"))
	for _, want := range []string{"Restocking is taken off", "furniture", "15 % of what the line brings", "A person decides", "often", "7 earlier returns, from 5", "Which size", "One size up"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
