package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/returns"
	"homeward/internal/store"
)

func aClaim(caseID string) store.Claim {
	return store.Claim{
		CaseID: caseID, Shop: "acme", OrderID: "o1", Kind: returns.ClaimDefective, Items: []returns.Item{{LineID: "l1", Quantity: 1}},
		Text: "Nie działa.", Wish: returns.RepairRemedy, Language: "pl", TimeZone: "Europe/Warsaw", Country: "PL", Flags: []string{"late"},
		Notices: returns.ShowNotices([]returns.Notice{{Code: returns.NoticeRepairAdds, Months: 12}}, "pl", "form", t0),
		CameAt:  t0, DueAt: t0.AddDate(0, 0, 14),
	}
}

func caseIDs(claims []store.Claim) []string {
	ids := []string{}
	for _, c := range claims {
		ids = append(ids, c.CaseID)
	}
	return ids
}

func TestClaim(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, c := t.Context(), aClaim("c1")
		write(t, db, func(tx *store.Tx) error { return tx.InsertClaim(ctx, c) })
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.InsertClaim(ctx, c) }); !errors.Is(err, store.ErrDuplicate) {
			t.Errorf("a second claim of the case: %v", err)
		}
		if got := must[store.Claim](t)(db.ClaimOfCase(ctx, "c1")); cmp.Diff(c, got) != "" {
			t.Error(cmp.Diff(c, got))
		}
		if _, err := db.ClaimOfCase(ctx, "c2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		answered := c
		answered.ExtendedAt, answered.Extension, answered.AnsweredAt, answered.AnsweredBy = t0.Add(time.Hour), "a part is missing", t0.Add(2*time.Hour), "staff:olga"
		answered.Granted, answered.Amount, answered.Answer, answered.DeemedAt = returns.ReductionRemedy, 500, "Zgoda.", t0.Add(3*time.Hour)
		answered.SeenAt, answered.FulfilledAt, answered.DueAt = t0.Add(4*time.Hour), t0.Add(5*time.Hour), t0.AddDate(0, 0, 20)
		answered.Notices = append(answered.Notices, returns.ShowNotices([]returns.Notice{{Code: returns.NoticeFree}}, "pl", "claim_granted", t0)...)
		tampered := answered
		tampered.Text, tampered.Wish, tampered.Kind, tampered.CameAt = "x", "x", "x", t0.Add(time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.UpdateClaim(ctx, tampered) })
		if got := must[[]store.Claim](t)(db.ClaimsOf(ctx, "o1")); cmp.Diff([]store.Claim{answered}, got) != "" {
			t.Errorf("what was claimed stays, what was answered is added: %s", cmp.Diff([]store.Claim{answered}, got))
		}
	})
}

func TestClaimsByWhatTheyAskOfStaff(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		add := func(id string, state returns.State, change func(*store.Claim)) {
			c := aClaim(id)
			change(&c)
			write(t, db, func(tx *store.Tx) error {
				if err := tx.InsertCase(ctx, store.Case{ID: id, Shop: "acme", OrderID: "o1", RMA: id, Kind: returns.Claim, State: state, Nonce: id, CreatedAt: t0, UpdatedAt: t0}); err != nil {
					return err
				}
				return tx.InsertClaim(ctx, c)
			})
		}
		answered := func(remedy returns.Remedy) func(*store.Claim) {
			return func(c *store.Claim) { c.AnsweredAt, c.Granted = t0.Add(time.Hour), remedy }
		}
		add("later", returns.Requested, func(c *store.Claim) { c.DueAt = t0.AddDate(0, 0, 30) })
		add("sooner", returns.Requested, func(*store.Claim) {})
		add("called off", returns.Withdrawn, func(*store.Claim) {})
		add("refused", returns.Rejected, answered(""))
		add("to repair", returns.Approved, answered(returns.RepairRemedy))
		add("repaired", returns.Closed, func(c *store.Claim) {
			answered(returns.RepairRemedy)(c)
			c.FulfilledAt = t0.Add(2 * time.Hour)
		})
		add("by law", returns.Approved, func(c *store.Claim) {
			answered(returns.TerminationRemedy)(c)
			c.AnsweredAt, c.DeemedAt = t0.Add(2*time.Hour), t0.Add(2*time.Hour)
		})
		add("by law, seen", returns.Approved, func(c *store.Claim) {
			answered(returns.TerminationRemedy)(c)
			c.DeemedAt, c.SeenAt = t0.Add(time.Hour), t0.Add(2*time.Hour)
		})
		for what, got := range map[string][]store.Claim{
			"to answer": must[[]store.Claim](t)(db.ClaimsToAnswer(ctx, 10)),
			"to do":     must[[]store.Claim](t)(db.ClaimsToDo(ctx, 10)),
			"answered":  must[[]store.Claim](t)(db.ClaimsAnswered(ctx, 2)),
		} {
			want := map[string][]string{"to answer": {"sooner", "later"}, "to do": {"to repair", "by law"}, "answered": {"by law", "to repair"}}[what]
			if diff := cmp.Diff(want, caseIDs(got)); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		if n := must[int](t)(db.CountClaims(ctx)); n != 4 {
			t.Errorf("%d wait for staff", n)
		}
	})
}
