package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
)

func aLabel(id, caseID string) store.Label {
	return store.Label{
		ID: id, Shop: "acme", OrderID: "o1", CaseID: caseID, Provider: "easypost", Method: string(returns.ByLabel), Status: store.LabelWanted,
		CreatedAt: t0, UpdatedAt: t0, Work: store.Work{State: store.Due, DueAt: t0},
	}
}

func labelIDs(labels []store.Label) []string {
	ids := []string{}
	for _, l := range labels {
		ids = append(ids, l.ID)
	}
	return ids
}

// TestLabel: a label is kept once by its id; what is learned of it is written without touching what it is for or its work.
func TestLabel(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, l := t.Context(), aLabel("lb1", "c1")
		write(t, db, func(tx *store.Tx) error { return tx.AddLabel(ctx, l) })
		if got := must[store.Label](t)(db.Label(ctx, "lb1")); cmp.Diff(l, got) != "" {
			t.Error(cmp.Diff(l, got))
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.AddLabel(ctx, l) }); err == nil {
			t.Error("two labels of one id")
		}
		if _, err := db.Label(ctx, "lb2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		bought := l
		bought.Status, bought.ExternalID, bought.Carrier, bought.Tracking, bought.Cost, bought.Currency = store.LabelBought, "shp_1", "USPS", "94001000", 758, "USD"
		bought.LabelURL, bought.QRURL, bought.UpdatedAt = "https://files.example/1.pdf", "https://files.example/1-qr.pdf", t0.Add(time.Minute)
		said := bought
		said.Tracking = "94 00-1000"
		said.CaseID, said.OrderID, said.Method, said.CreatedAt, said.Work = "x", "x", "x", t0.AddDate(0, 0, 1), store.Work{State: store.LabelReady, Attempt: 9}
		write(t, db, func(tx *store.Tx) error { return tx.SetLabel(ctx, said) })
		if got := must[store.Label](t)(db.Label(ctx, "lb1")); cmp.Diff(bought, got) != "" {
			t.Error(cmp.Diff(bought, got))
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.SetLabel(ctx, aLabel("lb2", "c1")) }); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of none: %v", err)
		}
	})
}

// TestLabelsOfACase: oldest first, of that case alone; those that wait for a person are found whatever their case.
func TestLabelsOfACase(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for i, l := range []store.Label{aLabel("b", "c1"), aLabel("a", "c1"), aLabel("other", "c2"), aLabel("late", "c3")} {
			l.CreatedAt = t0.Add(-time.Duration(i) * time.Hour)
			write(t, db, func(tx *store.Tx) error { return tx.AddLabel(ctx, l) })
		}
		if got := labelIDs(must[[]store.Label](t)(db.LabelsOf(ctx, "c1"))); cmp.Diff([]string{"a", "b"}, got) != "" {
			t.Errorf("of c1: %v", got)
		}
		if got := must[[]store.Label](t)(db.LabelsOf(ctx, "")); len(got) != 0 {
			t.Errorf("of none: %v", got)
		}
		for id, state := range map[string]string{"b": store.LabelHeld, "late": store.LabelHeld, "a": store.LabelReady, "other": store.LabelDropped} {
			write(t, db, func(tx *store.Tx) error {
				return tx.Finish(ctx, store.LabelWork, id, 0, state, fault.New(fault.Permanent, "label_refused", "Look.", nil))
			})
		}
		held := must[[]store.Label](t)(db.LabelsHeld(ctx, 10))
		if got := labelIDs(held); cmp.Diff([]string{"late", "b"}, got) != "" || held[0].ErrorCode != "label_refused" {
			t.Errorf("held: %v", got)
		}
		if got := labelIDs(must[[]store.Label](t)(db.LabelsHeld(ctx, 1))); cmp.Diff([]string{"late"}, got) != "" {
			t.Errorf("the first that is held: %v", got)
		}
	})
}
