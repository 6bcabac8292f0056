package cases_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// undone makes PostgreSQL undo the transaction that looks at a case for the n-th time, once, as it does when two were in each other's
// way. A sequence does not go back with it.
var undone = []string{
	"CREATE SEQUENCE looks",
	"CREATE TABLE trap (n BIGINT)",
	"INSERT INTO trap VALUES (0)",
	`CREATE FUNCTION undisturbed() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
		IF nextval('looks') = (SELECT n FROM trap) THEN RAISE EXCEPTION 'undone' USING ERRCODE = '40001'; END IF;
		RETURN true;
	END $$`,
	"ALTER TABLE cases RENAME TO cases_kept",
	"CREATE VIEW cases AS SELECT * FROM cases_kept WHERE undisturbed()",
}

// ringer keeps what it was to ring for.
type ringer struct{ tasks []store.Task }

func (r *ringer) Enqueue(_ context.Context, tasks ...store.Task) { r.tasks = append(r.tasks, tasks...) }

// TestUndoneAndRunAgain: wherever PostgreSQL undoes a move, it is run again from the start with the same result: no step of the first
// run stays, neither in the case that is given back nor in what is rung for.
func TestUndoneAndRunAgain(t *testing.T) {
	t.Parallel()
	db, trap := onPostgres(t)
	do := func(query string, args ...any) {
		t.Helper()
		if _, err := trap.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, query := range undone {
		do(query)
	}
	b := newBench(t)
	b.withLabels()
	b.db, b.desk.DB = db, db
	told := 0
	for name, story := range stories {
		var want string
		for n := 0; ; n++ {
			do("SELECT setval('looks', 1, false)")
			do("UPDATE trap SET n = $1", n)
			told++
			got := b.tell(story, fmt.Sprintf("s%d", told))
			var looks int
			if err := trap.QueryRowContext(t.Context(), "SELECT last_value FROM looks").Scan(&looks); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				want = got
				if strings.Contains(want, "cannot") {
					t.Errorf("%s: %s", name, want)
				}
			} else if got != want {
				t.Errorf("%s, undone at look %d:\n%s\nwant\n%s", name, n, got, want)
			}
			if n >= looks {
				break
			}
		}
	}
}

// stories are what happens to one order, and give the case as the last move gave it back.
var stories = map[string]func(b *bench) (store.Case, error){
	"postage": func(b *bench) (store.Case, error) {
		c := b.open("n1", units("l2", 1))
		c.Conditions.PaidBy = returns.ShopPays
		b.write(func(tx *store.Tx) error { return tx.UpdateCase(b.Context(), c) })
		return b.desk.GivePostage(b.Context(), b.receive(c, nil), 1499, true, "staff:jan")
	},
	"a label": func(b *bench) (store.Case, error) {
		return b.desk.ChooseMethod(b.Context(), b.open("n1", units("l1", 1)), returns.ByLabel)
	},
	"a change": func(b *bench) (store.Case, error) {
		return b.desk.Change(b.Context(), b.open("n1", units("l1", 1)), request(units("l1", 2)))
	},
	"sent, and a part taken": func(b *bench) (store.Case, error) {
		c := b.must(b.desk.MarkSent(b.Context(), b.open("n1", units("l1", 2)), "620000000000000000000001"))
		if err := b.desk.ProofOfDispatch(b.Context(), c, "staff:jan", "seen"); err != nil {
			return c, err
		}
		c = b.receive(c, units("l1", 1))
		return b.desk.Inspect(b.Context(), c, []returns.Inspection{row("l1", 1, returns.Used, returns.Accept, 0)}, "staff:eva")
	},
	"a withdrawal of what a return waits for": func(b *bench) (store.Case, error) {
		b.open("n1", units("l1", 1))
		var c store.Case
		b.write(func(tx *store.Tx) error {
			var err error
			if c, err = b.desk.OpenWithdrawal(b.Context(), tx, b.shop, b.order, "s1", nil); err != nil {
				return err
			}
			_, err = b.desk.PlanWithdrawn(b.Context(), tx, b.order, c.ID)
			return err
		})
		if err := b.desk.ProofOfDispatch(b.Context(), c, "staff:jan", "seen"); err != nil {
			return c, err
		}
		return b.desk.PayWithoutGoods(b.Context(), c, "staff:jan", "")
	},
	"a claim": func(b *bench) (store.Case, error) {
		c := b.must(b.desk.OpenClaim(b.Context(), b.order, claimOf(returns.ClaimMissing, returns.RefundRemedy, units("l2", 1)), "claim", nil))
		return b.desk.GrantClaim(b.Context(), c.ID, cases.Grant{Remedy: returns.RefundRemedy, Actor: "staff:olga"})
	},
	"the end": func(b *bench) (store.Case, error) {
		return b.desk.End(b.Context(), b.open("n1", units("l1", 1)), "staff:jan", "never came")
	},
	"an exchange": func(b *bench) (store.Case, error) {
		c := b.open("n1", units("l1", 1))
		c.Remedy, c.Wish.Exchange = returns.ExchangeRemedy, []returns.Exchange{{LineID: "l1", Quantity: 1, SKU: "TEA-S", Title: "Small tea"}}
		b.write(func(tx *store.Tx) error { return tx.UpdateCase(b.Context(), c) })
		c = b.receive(c, nil)
		return b.desk.Price(b.Context(), c, map[int]int64{0: 1000}, "staff:jan")
	},
}

// tell lets a story happen to an order of its own and says what became of it.
func (b *bench) tell(story func(b *bench) (store.Case, error), id string) string {
	b.Helper()
	bell := &ringer{}
	of := *b
	desk := *b.desk
	of.desk, desk.Queue, desk.Now = &desk, bell, func() time.Time { return noon }
	of.order.ID, of.order.ExternalID, of.order.NumberKey = id, id, id
	of.order.State.Order.Payments = []orders.Payment{{Kind: "stripe", Reference: "pi_" + id, Amount: 10000}}
	of.write(func(tx *store.Tx) error { return tx.InsertOrder(b.Context(), of.order) })
	c, err := story(&of)
	said := []string{fmt.Sprintf("%s %s version %d, method %q, postage %d, %v", c.Kind, c.State, c.Version, c.Wish.Method, c.Conditions.Postage, err)}
	rows, err := b.db.RefundsOf(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	slices.SortFunc(rows, func(a, b store.Refund) int { return cmp.Compare(a.Amount, b.Amount) }) // of one moment
	for _, r := range rows {
		said = append(said, fmt.Sprintf("%s %d %s", r.Status, r.Amount, r.State))
	}
	log, err := b.db.CaseLog(b.Context(), c.ID)
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range log {
		said = append(said, s.Actor+" "+s.Step)
	}
	return strings.Join(append(said, b.rung(bell.tasks)...), "\n")
}

// rung says what was rung for, and whether it is there.
func (b *bench) rung(tasks []store.Task) []string {
	b.Helper()
	var said []string
	for _, task := range tasks {
		var err error
		switch task.Kind {
		case store.MessageWork:
			_, err = b.db.Message(b.Context(), task.ID)
		case store.RefundWork:
			_, err = b.db.Refund(b.Context(), task.ID)
		case store.LabelWork:
			_, err = b.db.Label(b.Context(), task.ID)
		}
		said = append(said, fmt.Sprintf("%s %v", task.Kind, err))
	}
	slices.Sort(said)
	return said
}
