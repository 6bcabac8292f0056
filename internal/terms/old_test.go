package terms_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// An order from before its time to deliver was watched, as after an upgrade: news of one of last month is watched, and alarms when it
// is over; news of one that is long settled raises no alarm.
func TestOldOrdersRaiseNoAlarm(t *testing.T) {
	for days, want := range map[int]bool{40: true, 59: true, 70: false, 500: false} {
		o := newOffice(t)
		o.cfg.Shops[0].Returns.Deliver = "off"
		w := o.place(t.Context(), "acme", "PL")
		o.cfg.Shops[0].Returns.Deliver = ""
		w.at = w.at.Add(time.Duration(days) * 24 * time.Hour)
		w.restate(func(said *orders.Order) { said.Customer.Name = "Zofia Lis" })
		rows, err := o.db.TermsOf(t.Context(), store.OwnerOfOrder(w.id))
		if err != nil || w.err != nil {
			t.Fatal(err, w.err)
		}
		got := len(rows) == 1 && rows[0].Kind == returns.TermDeliver && rows[0].State == store.Due
		if got != want || len(rows) > 1 {
			t.Errorf("%d days old: %+v", days, rows)
		}
		w.restate(func(said *orders.Order) { said.Promised.DeliverBy = w.at.AddDate(0, 0, 20).Format(time.DateOnly) })
		if rows, err = o.db.TermsOf(t.Context(), store.OwnerOfOrder(w.id)); err != nil || w.err != nil || len(rows) != 1 {
			t.Errorf("%d days old, with a new day: %+v, %v, %v", days, rows, err, w.err)
		}
	}
}
