package withdrawals_test

import (
	"slices"
	"testing"

	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// Who found the order of a statement stands in the log of its case from the first moment, and lets no money of it go where the shop wants
// four eyes.
func TestWhoFoundTheOrderStandsInTheLog(t *testing.T) {
	b := newBench(t)
	shop, _ := b.cases.Config.Shop("acme")
	shop.Returns.FourEyes = returns.Amounts{{Minor: 4000, Currency: "PLN"}}
	_, w := b.declare(withdrawals.Statement{Shop: "acme", Name: "Zofia Nowak", Number: "4711", Email: "zofia@example.com", Language: "pl", Text: "Odstępuję."})
	w, err := b.desk.Resolve(t.Context(), w.ID, "o1", "staff:jan", "she called")
	if err != nil {
		t.Fatal(err)
	}
	log, err := b.db.CaseLog(t.Context(), w.CaseID)
	found := slices.IndexFunc(log, func(s store.CaseStep) bool { return s.Step == withdrawals.OrderFound })
	if err != nil || found < 0 || log[found].Actor != "staff:jan" || log[found].Note != "she called" {
		t.Fatalf("%+v, %v", log, err)
	}
	c, err := b.db.Case(t.Context(), w.CaseID)
	if err == nil {
		_, err = b.cases.Receive(t.Context(), c, nil, "staff:olga")
	}
	refunds, failed := b.db.RefundsOfCase(t.Context(), w.CaseID)
	if err != nil || failed != nil || len(refunds) != 1 {
		t.Fatalf("%+v, %v, %v", refunds, err, failed)
	}
	for _, tc := range []struct{ actor, code string }{{"staff:jan", "second_person_same"}, {"staff:olga", "second_person_same"}, {"staff:eva", ""}} {
		err := b.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := b.cases.Release(t.Context(), tx, refunds[0], tc.actor)
			return err
		})
		if got := fault.Code(err); (err != nil || tc.code != "") && got != tc.code {
			t.Errorf("%s: %v", tc.actor, err)
		}
	}
}
