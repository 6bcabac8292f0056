package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/returns"
	"homeward/internal/store"
)

func aGift(id string) store.Gift {
	return store.Gift{
		ID: id, Shop: "acme", OrderID: "o1", Code: "CODE" + id, Nonce: "n" + id, Items: []returns.Item{{LineID: "l1", Quantity: 2}}, Language: "ar", CreatedAt: t0,
	}
}

func TestGifts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, one, two := t.Context(), aGift("g1"), aGift("g2")
		two.CreatedAt = t0.Add(time.Minute)
		write(t, db, func(tx *store.Tx) error { return errors.Join(tx.InsertGift(ctx, one), tx.InsertGift(ctx, two)) })
		for _, change := range []func(*store.Gift){func(g *store.Gift) { g.Code = one.Code }, func(g *store.Gift) { g.Nonce = one.Nonce }} {
			twin := aGift("g3")
			change(&twin)
			if err := db.Write(ctx, func(tx *store.Tx) error { return tx.InsertGift(ctx, twin) }); !errors.Is(err, store.ErrDuplicate) {
				t.Errorf("a code or a form twice: %v", err)
			}
		}
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.RevokeGift(ctx, "o1", "g1", t0.Add(time.Hour)), tx.RevokeGift(ctx, "o1", "g1", t0.Add(2*time.Hour)), tx.SetGiftLanguage(ctx, "g2", "pl"))
		})
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.RevokeGift(ctx, "o2", "g2", t0) }); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another order revoked it: %v", err)
		}
		one.RevokedAt, two.Language = t0.Add(time.Hour), "pl"
		if diff := cmp.Diff([]store.Gift{one, two}, must[[]store.Gift](t)(db.GiftsOf(ctx, "o1"))); diff != "" {
			t.Error(diff)
		}
		for name, find := range map[string]func() (store.Gift, error){
			"id": func() (store.Gift, error) { return db.Gift(ctx, "g1") }, "code": func() (store.Gift, error) { return db.GiftByCode(ctx, "CODEg1") },
			"nonce": func() (store.Gift, error) { return db.GiftByNonce(ctx, "o1", "ng1") },
		} {
			if diff := cmp.Diff(one, must[store.Gift](t)(find())); diff != "" {
				t.Errorf("by %s: %s", name, diff)
			}
		}
		if _, err := db.GiftByCode(ctx, "NONE"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
	})
}

// The gift and the recipient of a case are written with it and never after; what recipients return is not held against the buyer.
func TestTheCaseOfAGift(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		past, this := pastOrder("o1", "zofia@example.com", 9), pastOrder("o2", "zofia@example.com", 1)
		c := store.Case{
			ID: "c1", Shop: "acme", OrderID: "o1", RMA: "R-GIFT1", Kind: returns.Return, State: returns.Approved, Nonce: "n1", CreatedAt: t0.AddDate(0, 0, -3), UpdatedAt: t0,
			GiftID: "g1", Recipient: store.Recipient{Name: "Jan", Email: "jan@example.com", Language: "pl"},
		}
		write(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.InsertOrder(ctx, past), tx.InsertOrder(ctx, this), tx.InsertCase(ctx, c))
		})
		moved := must[store.Case](t)(db.Case(ctx, "c1"))
		moved.GiftID, moved.Recipient, moved.State = "", store.Recipient{}, returns.InTransit
		write(t, db, func(tx *store.Tx) error { return tx.UpdateCase(ctx, moved) })
		got := must[store.Case](t)(db.Case(ctx, "c1"))
		if got.GiftID != "g1" || got.Recipient != c.Recipient || got.State != returns.InTransit {
			t.Errorf("%+v", got)
		}
		if h := must[returns.History](t)(db.HistoryOf(ctx, this, t0)); h.Orders != 1 || h.Returns != 0 {
			t.Errorf("%+v", h)
		}
	})
}
