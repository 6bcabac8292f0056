package terms_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
	"homeward/internal/withdrawals"
)

// happens gives the parcel another stage, or an incident.
func (w *world) happens(stage orders.ParcelStage, incident orders.Incident) {
	e := w.event(orders.ParcelUpdated)
	e.Parcel = &orders.ParcelUpdate{Aliases: []string{"erp:p1"}, Stage: stage, Incident: incident}
	w.tell(e)
}

// The money of a withdrawal from goods that cannot be sent back, because they never left the shop or never arrived, is due and watched:
// nothing is left that the shop may wait for.
func TestGoodsThatCannotComeBackAreNotWaitedFor(t *testing.T) {
	const week = 7 * 24 * time.Hour
	for name, tc := range map[string]struct {
		before, after []orders.ParcelStage
		lost          bool
		late          time.Duration // until the news that comes after
		last          string        // day of the refund, "" while the shop may wait
		sends         bool          // the shopper is to send the goods
		flag          bool
	}{
		"nothing was packed":                    {last: "2026-10-15", flag: true},
		"a label was printed":                   {before: []orders.ParcelStage{orders.Announced}, last: "2026-10-15", flag: true},
		"a label, called off":                   {before: []orders.ParcelStage{orders.Announced}, after: []orders.ParcelStage{orders.ParcelGone}, last: "2026-10-15", flag: true},
		"called off before":                     {before: []orders.ParcelStage{orders.ParcelGone}, last: "2026-10-15", flag: true},
		"a label, and it was sent all the same": {before: []orders.ParcelStage{orders.Announced}, after: []orders.ParcelStage{orders.InTransit}, sends: true, flag: true},
		"on the road":                           {before: []orders.ParcelStage{orders.InTransit}, sends: true},
		"in the shopper's hands":                {before: []orders.ParcelStage{orders.Delivered}, sends: true},
		"not collected, and back":               {before: []orders.ParcelStage{orders.ReadyForPickup}, after: []orders.ParcelStage{orders.Returning, orders.Returned}, late: week, last: "2026-10-15"},
		"not collected, on its way back":        {before: []orders.ParcelStage{orders.ReadyForPickup}, after: []orders.ParcelStage{orders.Returning}, late: week, sends: true},
		"back after the fourteen days":          {before: []orders.ParcelStage{orders.ReadyForPickup}, after: []orders.ParcelStage{orders.Returned}, late: 3 * week, last: "2026-10-22"},
		"lost on the way":                       {before: []orders.ParcelStage{orders.InTransit}, lost: true, late: week, last: "2026-10-15"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.at = begin
			w := o.place(t.Context(), "acme", "PL")
			for _, stage := range tc.before {
				w.parcel("p1", stage, orders.ToRecipient, "l1", "l2")
			}
			r, err := w.took.Declare(w.ctx, withdrawals.Statement{Shop: "acme", OrderID: w.id, Name: "Zofia Nowak", Email: "zofia@example.com", Text: "I withdraw.", Language: "en", Nonce: "n1"})
			w.fail(err)
			w.pass(tc.late)
			for _, stage := range tc.after {
				w.happens(stage, "")
			}
			if tc.lost {
				w.happens("", orders.Lost)
			}
			said, err := w.db.WithdrawalByKey(w.ctx, "acme", r.Key)
			w.fail(err)
			rows, err := w.db.TermsOf(w.ctx, store.OwnerOfCase(said.CaseID))
			if w.fail(err); w.err != nil {
				t.Fatal(w.err)
			}
			sends := false
			for _, row := range rows {
				sends = sends || (row.Kind == returns.TermSendBack && row.State == store.Due)
				if row.Kind != returns.TermRefund {
					continue
				}
				if open := row.State == store.TermOpen; open != (tc.last == "") || (!open && row.Last.String() != tc.last) {
					t.Errorf("the money is due %s (%s), want %q", row.Last, row.State, tc.last)
				}
			}
			if flagged := len(said.Flags) == 1 && said.Flags[0] == withdrawals.NotShipped; sends != tc.sends || flagged != tc.flag {
				t.Errorf("the shopper sends the goods: %t; flags %v", sends, said.Flags)
			}
		})
	}
}

// A late withdrawal may stand all the same: once its goods arrived, the time to pay runs, and alarms, although nobody looked at it yet.
func TestWhatStaffAreToLookAtIsDueOnceItArrived(t *testing.T) {
	o := newOffice(t)
	o.at = begin
	w := o.place(t.Context(), "acme", "PL")
	w.parcel("p1", orders.Delivered, orders.ToRecipient, "l1", "l2")
	w.pass(60 * 24 * time.Hour)
	r, err := w.took.Declare(w.ctx, withdrawals.Statement{Shop: "acme", OrderID: w.id, Name: "Zofia Nowak", Email: "zofia@example.com", Text: "I withdraw.", Language: "en", Nonce: "n1"})
	w.fail(err)
	said, err := w.db.WithdrawalByKey(w.ctx, "acme", r.Key)
	w.fail(err)
	due := func() (row store.Term) {
		rows, err := w.db.TermsOf(w.ctx, store.OwnerOfCase(said.CaseID))
		w.fail(err)
		for _, t := range rows {
			if t.Kind == returns.TermRefund {
				row = t
			}
		}
		return row
	}
	before := due()
	w.write(func(tx *store.Tx) error {
		_, err := w.desk.ParcelMoved(w.ctx, tx, w.shop, w.order(), said.CaseID, orders.Delivered)
		return err
	})
	if after := due(); w.err != nil || before.State != store.TermOpen || after.State != store.Due || after.Last.String() != "2026-12-14" {
		t.Errorf("it was %s, and is %s until %s: %v", before.State, after.State, after.Last, w.err)
	}
}

// The consumer's last day ends with the last midnight of a country that has several clocks, and by French law in the regions of France
// that have a country code of their own.
func TestTheLastDayOfFarRegions(t *testing.T) {
	for _, tc := range []struct{ country, zone, last, end string }{
		{"PL", "Europe/Warsaw", "2026-11-30", "2026-11-30T23:00:00Z"},
		{"PT", "Europe/Warsaw", "2026-11-30", "2026-12-01T01:00:00Z"}, // the shop's zone stands for what is not known; the Azores end last
		{"ES", "Europe/Warsaw", "2026-11-30", "2026-12-01T00:00:00Z"},
		{"RE", "Indian/Reunion", "2026-11-30", "2026-11-30T23:00:00Z"},
		{"MQ", "America/Martinique", "2026-11-30", "2026-12-01T04:00:00Z"},
		{"fi", "Europe/Helsinki", "2026-11-30", "2026-11-30T23:00:00Z"},
		{"AX", "Europe/Mariehamn", "2026-11-30", "2026-11-30T23:00:00Z"},
	} {
		o := newOffice(t)
		var order store.Order
		order.TimeZone, order.State.Order.ShipTo.Country = tc.zone, tc.country
		order.State.Parcels = []orders.Parcel{{Key: "p", Stage: orders.Collected, DeliveredAt: time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)}}
		got := returns.WithdrawalEnd(order.State, terms.Contract(&o.cfg.Shops[0], order), returns.Information{})
		if got.Last.String() != tc.last || got.End.Format(time.RFC3339) != tc.end {
			t.Errorf("%s: %s, %s (%s), want %s, %s", tc.country, got.Last, got.End.Format(time.RFC3339), got.Code, tc.last, tc.end)
		}
	}
}
