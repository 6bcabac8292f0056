package ops_test

import (
	"strings"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/store"
)

// TestStaffCancelAnOrderThatWasNotShipped: once, with a note, seen as it stands; the money is planned, delivery included, and the
// deadline is met. One that a carrier has a part of stays.
func TestStaffCancelAnOrderThatWasNotShipped(t *testing.T) {
	b := withWithdrawals(t)
	put := func(id string, parcels ...orders.Event) {
		placed := orders.Event{ID: "placed", Kind: orders.Placed, At: t0, Order: &orders.Order{
			ID: id, Number: "#" + id, PlacedAt: t0.AddDate(0, 0, -40), Currency: "USD", PricesIncludeTax: true, Total: 5000,
			Customer: orders.Customer{Name: "Mary Major", Email: "mary@example.com"}, ShipTo: orders.Address{Country: "US"},
			Lines: []orders.Line{{ID: "l1", Quantity: 2, UnitPrice: 2000}}, Shipping: orders.Shipping{Paid: 1000, Cheapest: 500},
			Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_" + id, Amount: 5000}},
		}}
		all := append([]orders.Event{placed}, parcels...)
		b.write(func(tx *store.Tx) error {
			o := store.Order{ID: id, Shop: "acme", ExternalID: id, Language: "pl", TimeZone: "America/New_York", State: orders.Fold(all), CreatedAt: t0, UpdatedAt: t0}
			if err := tx.InsertOrder(t.Context(), o); err != nil {
				return err
			}
			for _, e := range all {
				if _, err := tx.AddFact(t.Context(), id, e, "", t0); err != nil {
					return err
				}
			}
			return tx.AddTracking(t.Context(), "acme", "TRACK"+id, id)
		})
		b.write(func(tx *store.Tx) error { // the first parcel of the shop was heard of: its orders are watched from now on
			o, err := tx.Order(t.Context(), id)
			if err != nil {
				return err
			}
			return tx.UpdateOrder(t.Context(), o)
		})
	}
	put("u1")
	put("u2", orders.Event{ID: "p", Kind: orders.ParcelUpdated, At: t0.Add(time.Hour), Parcel: &orders.ParcelUpdate{
		TrackingNumber: "TRACKu2", Stage: orders.HandedOver, Items: []orders.ParcelItem{{LineID: "l1", Quantity: 1}},
	}})
	term := func(order string) store.Term {
		all, err := b.db.TermsOf(t.Context(), store.OwnerOfOrder(order))
		if err != nil || len(all) == 0 {
			t.Fatalf("%v, %d terms", err, len(all))
		}
		for _, row := range all {
			if row.Kind == "ship" {
				return row
			}
		}
		return all[0]
	}
	s := b.signIn("agent")
	if page := s.page("/ops/deadlines"); !strings.Contains(page, "/ops/deadlines/"+term("u1").ID+"/cancel") {
		t.Fatal("there is no way to cancel it")
	}
	at := "/ops/deadlines/" + term("u1").ID + "/cancel"
	s.press(at, seen(term("u1").Generation), "need_note")
	s.press(at, seen(99, "note", "sold out"), "stale")
	form := seen(term("u1").Generation, "note", "sold out")
	s.press(at, form, "unshipped")
	s.press(at, form, "stale")
	s.press("/ops/deadlines/"+term("u2").ID+"/cancel", seen(term("u2").Generation, "note", "sold out"), "part_shipped")
	order := get(b, b.db.Order, "u1")
	if order.State.Stage != orders.StageCancelled || order.State.CancelReason != "not_shipped_in_time" {
		t.Errorf("%s %s", order.State.Stage, order.State.CancelReason)
	}
	if o := get(b, b.db.Order, "u2"); !o.State.CancelledAt.IsZero() {
		t.Error("cancelled although a carrier has a part")
	}
	refunds, err := b.db.RefundsOf(t.Context(), "u1")
	if err != nil || len(refunds) != 1 || refunds[0].Amount != 5000 || refunds[0].PaymentReference != "pi_u1" || refunds[0].CaseID != "" {
		t.Errorf("%v: %+v", err, refunds)
	}
	rows, err := b.db.TermsOf(t.Context(), store.OwnerOfOrder("u1"))
	if err != nil || len(rows) != 2 || rows[0].Kind != "refund" || rows[0].State != store.Due {
		t.Errorf("%v: %+v", err, rows)
	}
	if entries, _ := b.db.AuditOf(t.Context(), "order:u1", 10); len(entries) != 1 || entries[0].Note != "sold out" {
		t.Errorf("audit: %+v", entries)
	}
}
