package ops_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// TestStaffCancelAnOrderThatWasNotShipped: once, with a note, seen as it stands; the money is planned, delivery included, and the
// deadline is met. Of one that a carrier has a part of the rest is; it stays when nobody can know what that is.
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
	put("u3", orders.Event{ID: "p", Kind: orders.ParcelUpdated, At: t0.Add(time.Hour), Parcel: &orders.ParcelUpdate{TrackingNumber: "TRACKu3", Stage: orders.HandedOver}},
		orders.Event{ID: "q", Kind: orders.ParcelUpdated, At: t0.Add(time.Hour), Parcel: &orders.ParcelUpdate{TrackingNumber: "LABELu3", Stage: orders.Announced}})
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
	s.press("/ops/deadlines/"+term("u3").ID+"/cancel", seen(term("u3").Generation, "note", "sold out"), "part_shipped")
	at, form = "/ops/deadlines/"+term("u2").ID+"/cancel", seen(term("u2").Generation, "note", "sold out")
	s.press(at, form, "unshipped")
	s.press(at, form, "stale")
	order := get(b, b.db.Order, "u1")
	if order.State.Stage != orders.StageCancelled || order.State.CancelReason != "not_shipped_in_time" {
		t.Errorf("%s %s", order.State.Stage, order.State.CancelReason)
	}
	for id, gone := range map[string]int{"u2": 1, "u3": 0} {
		if o := get(b, b.db.Order, id); !o.State.CancelledAt.IsZero() || o.State.DroppedOf("l1") != gone {
			t.Errorf("%s: cancelled although a carrier has a part: %+v", id, o.State.Dropped)
		}
	}
	if ship := term("u2"); ship.State != store.TermMet {
		t.Errorf("nothing is to be shipped any more: %+v", ship)
	}
	if rest, err := b.db.RefundsOf(t.Context(), "u2"); err != nil || len(rest) != 1 || rest[0].Amount != 2000 {
		t.Errorf("%v: %+v", err, rest)
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

// TestStaffTellOfADelay: with the date and the reason that they enter. The notice counts from when a mail server took it; until then,
// and when it was lost, the time to ship stands and alarms.
func TestStaffTellOfADelay(t *testing.T) {
	b := withWithdrawals(t)
	placed := orders.Event{ID: "placed", Kind: orders.Placed, At: t0, Order: &orders.Order{
		ID: "u1", Number: "#u1", PlacedAt: t0.AddDate(0, 0, -20), Currency: "USD", PricesIncludeTax: true, Total: 2000,
		Customer: orders.Customer{Name: "Mary Major", Email: "mary@example.com"}, ShipTo: orders.Address{Country: "US"},
		Lines: []orders.Line{{ID: "l1", Quantity: 1, UnitPrice: 2000}}, Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_u1", Amount: 2000}},
	}}
	b.write(func(tx *store.Tx) error { return tx.AddTracking(t.Context(), "acme", "TRACK9", "another") })
	b.write(func(tx *store.Tx) error {
		return tx.InsertOrder(t.Context(), store.Order{
			ID: "u1", Shop: "acme", ExternalID: "u1", Language: "en", TimeZone: "America/New_York", State: orders.Fold([]orders.Event{placed}), CreatedAt: t0, UpdatedAt: t0,
		})
	})
	terms := func() map[returns.TermKind]store.Term {
		all, err := b.db.TermsOf(t.Context(), store.OwnerOfOrder("u1"))
		if err != nil {
			t.Fatal(err)
		}
		by := map[returns.TermKind]store.Term{}
		for _, row := range all {
			by[row.Kind] = row
		}
		return by
	}
	ship := terms()[returns.TermShip]
	at, later := "/ops/deadlines/"+ship.ID+"/delay", ship.Last.AddDays(10).String()
	s := b.signIn("agent")
	if page := s.page("/ops/deadlines"); !strings.Contains(page, at) {
		t.Fatal("there is no way to tell of a delay")
	}
	form := func(fields ...string) url.Values { return seen(terms()[returns.TermShip].Generation, fields...) }
	refused := func(at string, form url.Values, field, says string) {
		t.Helper()
		w := s.post(at, form)
		page := w.Body.String()
		_, box, _ := strings.Cut(page, `action="`+at+`"`)
		box, _, _ = strings.Cut(box, "</form>")
		input, area, _ := strings.Cut(box, "<textarea")
		bad := map[string]bool{"date": strings.Contains(input, "aria-invalid"), "reason": strings.Contains(area, "aria-invalid")}
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(box, says) || bad["date"] != (field == "date") || bad["reason"] != (field == "reason") {
			t.Errorf("%v: %d %s", form, w.Code, box)
		}
		if !strings.Contains(input, `value="`+form.Get("date")+`"`) || !strings.Contains(area, ">"+form.Get("reason")+"</textarea>") {
			t.Errorf("%v is not kept: %s", form, box)
		}
	}
	refused(at, form(), "reason", "enter the new date")
	refused(at, form("date", "soon", "reason", "x"), "date", "no date")
	refused(at, form("date", ship.Last.AddMonths(12).String(), "reason", "a slip of the year"), "date", "Check the year")
	refused(at, form("date", ship.Last.String(), "reason", "The mill is slow."), "date", "must be later")
	refused(at, seen(99, "date", later, "reason", "The mill is slow."), "", "changed since")
	s.press(at, form("date", later, "reason", "The mill is late."), "delay_told")
	all, err := b.db.DelaysOf(t.Context(), "u1")
	if err != nil || len(all) != 1 || all[0].Revised.String() != later || all[0].Reason != "The mill is late." || !strings.HasPrefix(all[0].SentBy, "staff:") || !all[0].OnItsWay {
		t.Fatalf("%v %+v", err, all)
	}
	if now := terms(); now[returns.TermShip].State != store.Due || len(now) != 1 {
		t.Errorf("nobody was told yet: %+v", now)
	}
	told, err := b.db.MessagesOf(t.Context(), "u1")
	if err != nil || len(told) != 1 || told[0].Data.Text != "The mill is late." || told[0].Data.NewDate != later {
		t.Fatalf("%v %+v", err, told)
	}
	if entries, _ := b.db.AuditOf(t.Context(), "order:u1", 10); len(entries) != 1 || !strings.Contains(entries[0].Note, later) {
		t.Errorf("audit: %+v", entries)
	}
	b.write(func(tx *store.Tx) error {
		return tx.Settle(t.Context(), store.MessageWork, told[0].ID, store.MessageFailed, nil)
	})
	if all, _ = b.db.DelaysOf(t.Context(), "u1"); !all[0].Lost() {
		t.Errorf("lost: %+v", all)
	}
	s.press(at, form("reason", "The mill burnt down."), "delay_told")
	told, _ = b.db.MessagesOf(t.Context(), "u1")
	last := told[slices.IndexFunc(told, func(m store.Message) bool { return m.Data.Text == "The mill burnt down." })]
	last.SentAt = t0.Add(time.Hour)
	b.write(func(tx *store.Tx) error {
		return tx.FinishMessage(t.Context(), last, last.Generation, store.MessageSent)
	})
	now := terms()
	if cancel := now[returns.TermCancel]; now[returns.TermShip].State != store.TermLapsed || cancel.State != store.Due || cancel.Last != ship.Last.AddDays(30) {
		t.Errorf("told, the first time, without a date: %+v", now)
	}
	again := now[returns.TermCancel]
	refused("/ops/deadlines/"+again.ID+"/delay", seen(again.Generation, "reason", "The mill burnt down."), "reason", "told the same")
	s.press("/ops/deadlines/"+again.ID+"/delay", seen(again.Generation, "reason", "It is being built anew."), "delay_told")
}
