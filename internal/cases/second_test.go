package cases_test

import (
	"errors"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// A case that brings more than one person may decide waits for a second, in all its parts, also when it comes in portions.
func TestFourEyes(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "stripe", Reference: "pi_1", Amount: 5000}, orders.Payment{Kind: "cash_on_delivery", Amount: 5000})
	b.shop.Returns.FourEyes = returns.Amounts{{Minor: 4000, Currency: "PLN"}}
	c := b.open("n1", units("l1", 2))
	c = b.receive(c, units("l1", 1))
	if row := b.refunds(3990)[0]; row.State != store.Due {
		t.Errorf("39.90 of 40.00: %s %s", row.State, row.ErrorCode)
	}
	b.receive(c, units("l1", 1))
	rows := b.refunds(3990, 1010, 2980)
	release := func(row store.Refund, actor string) error {
		return b.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := b.desk.Release(t.Context(), tx, row, actor)
			return err
		})
	}
	for i, want := range []string{store.Due, store.RefundHeld} {
		row := rows[i+1]
		if row.State != store.RefundHeld || row.ErrorCode != "second_person" || !row.NeedsPerson {
			t.Errorf("%s %s", row.State, row.ErrorCode)
		}
		var f *fault.Error
		if err := release(row, "staff:olga"); !errors.As(err, &f) || f.Code != "second_person_same" {
			t.Errorf("who received it let its money go: %v", err)
		}
		if err := release(row, "staff:jan"); err != nil {
			t.Fatal(err)
		}
		row = b.ledger(row.ID)
		if row.State != want || row.ReleasedBy != "staff:jan" || row.ErrorCode == "second_person" && want == store.RefundHeld {
			t.Errorf("released: %s %s by %q", row.State, row.ErrorCode, row.ReleasedBy)
		}
	}
}

// Many small cases of one order are one large one.
func TestFourEyesOfSmallCases(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.FourEyes = returns.Amounts{{Minor: 4000, Currency: "PLN"}}
	b.receive(b.open("n1", units("l1", 1)), nil)
	b.receive(b.open("n2", units("l1", 1)), nil)
	rows := b.refunds(3990, 3990)
	if rows[0].State != store.Due || !cases.WaitsForSecond(rows[1]) {
		t.Errorf("%s, then %s %s", rows[0].State, rows[1].State, rows[1].ErrorCode)
	}
}

// Who entered a statement that came by letter, found its order or said that it is right lets no money of it go.
func TestFourEyesOfALetter(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.FourEyes = returns.Amounts{{Minor: 4000, Currency: "PLN"}}
	c := b.withdraws(nil)
	b.write(func(tx *store.Tx) error {
		return tx.InsertWithdrawal(t.Context(), store.Withdrawal{
			ID: cases.StatementOf(c), Shop: "acme", OrderID: "o1", CaseID: c.ID, ReceiptKey: "k", Reference: "W-1", StatementKey: "s", Channel: "letter",
			EnteredBy: "jan", SubmittedAt: noon, RecordedAt: noon,
		})
	})
	b.write(func(tx *store.Tx) error {
		return tx.AddAudit(t.Context(), store.AuditEntry{ID: "a1", At: noon, User: "ola", Action: "resolve", Object: "withdrawal:" + cases.StatementOf(c)})
	})
	b.receive(c, nil)
	row := b.refunds(10000)[0]
	for actor, want := range map[string]string{"staff:jan": "second_person_same", "staff:ola": "second_person_same", "staff:olga": "second_person_same", "staff:eva": ""} {
		err := b.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := b.desk.Release(t.Context(), tx, row, actor)
			if err == nil {
				return errors.New("undone") // one after the other is asked
			}
			return err
		})
		var f *fault.Error
		if got := errors.As(err, &f); got != (want != "") {
			t.Errorf("%s: %v", actor, err)
		}
	}
}

// A refund that failed is still to be paid: it counts with what comes after it, for it goes again without a second person.
func TestFourEyesCountWhatFailed(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.FourEyes = returns.Amounts{{Minor: 4000, Currency: "PLN"}}
	b.receive(b.open("n1", units("l1", 1)), nil)
	b.stripe(b.refunds(3990)[0], "failed")
	b.receive(b.open("n2", units("l1", 1)), nil)
	if rows := b.refunds(3990, 3990); !cases.WaitsForSecond(rows[1]) {
		t.Errorf("79.80 of 40.00 would go: %s %s", rows[1].State, rows[1].ErrorCode)
	}
}
