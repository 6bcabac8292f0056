package terms_test

import (
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/cases"
	"homeward/internal/delays"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// american is an order to the United States, of 1 October, that is to ship until the 31st.
func american(t *testing.T) *world {
	t.Helper()
	o := newOffice(t)
	o.at = begin
	return o.place(t.Context(), "acme", "US")
}

// term gives a deadline of the order.
func (w *world) term(t *testing.T, kind returns.TermKind) store.Term {
	t.Helper()
	all, err := w.db.TermsOf(w.ctx, store.OwnerOfOrder(w.id))
	w.fail(err)
	if w.err != nil {
		t.Fatal(w.err)
	}
	for _, row := range all {
		if row.Kind == kind {
			return row
		}
	}
	return store.Term{}
}

// told tells the buyer of a delay without a date, and a mail server takes it. It gives the notice.
func (w *world) told(t *testing.T) string {
	t.Helper()
	w.write(func(tx *store.Tx) error {
		_, err := delays.Announce(w.ctx, tx, w.shop, w.order(), calendar.Date{}, "The harvest is late.", "staff:olga", w.at)
		return err
	})
	w.write(func(tx *store.Tx) error {
		all, err := tx.MessagesOf(w.ctx, w.id)
		for _, m := range all {
			if m.Topic == messages.ShipDelay {
				m.SentAt = w.at
				return tx.FinishMessage(w.ctx, m, m.Generation, store.MessageSent)
			}
		}
		return err
	})
	all, err := w.db.DelaysOf(w.ctx, w.id)
	w.fail(err)
	if len(all) != 1 {
		t.Fatalf("told %d times: %v", len(all), w.err)
	}
	return all[0].ID
}

func (w *world) cancelNow() {
	w.write(func(tx *store.Tx) error {
		order, err := tx.Order(w.ctx, w.id)
		if err != nil {
			return err
		}
		_, err = w.desk.CancelOrder(w.ctx, tx, order, cases.Clock)
		return err
	})
}

// The order is cancelled with the refusal: the time to cancel it is met, not missed, and the one to refund it runs.
func TestARefusalIsCancelledInTime(t *testing.T) {
	for name, part := range map[string]bool{"all": false, "the rest": true} {
		t.Run(name, func(t *testing.T) {
			w := american(t)
			notice := w.told(t)
			w.pass(24 * time.Hour)
			if part {
				w.packed("p1", orders.InTransit, "", orders.ParcelItem{LineID: "l2", Quantity: 1})
			}
			w.fail(w.desk.AnswerDelay(w.ctx, w.order(), notice, false))
			if c := w.term(t, returns.TermCancel); c.State != store.TermMet || !c.MissedAt.IsZero() {
				t.Errorf("to cancel until %v: %s, missed %v", c.EndAt, c.State, c.MissedAt)
			}
			// seven working days from 2 October, and Columbus Day is none
			if r := w.term(t, returns.TermRefund); r.State != store.Due || r.Rule != returns.RefundUS || r.Last.String() != "2026-10-14" {
				t.Errorf("to refund: %s until %v by %s", r.State, r.Last, r.Rule)
			}
		})
	}
}

// What was cancelled first is due first, whatever is cancelled after it.
func TestMoneyOfTheRestIsDueByItsOwnCancellation(t *testing.T) {
	w := american(t)
	w.packed("p1", orders.InTransit, "", orders.ParcelItem{LineID: "l1", Quantity: 1})
	w.cancelNow()
	first := w.term(t, returns.TermRefund)
	w.pass(72 * time.Hour)
	w.tell(w.event(orders.Cancelled))
	if r := w.term(t, returns.TermRefund); first.State != store.Due || r.State != store.Due || !r.EndAt.Equal(first.EndAt) {
		t.Errorf("until %v, and then until %v (%s)", first.EndAt, r.EndAt, r.State)
	}
}

// Money that is on its way keeps no later cancellation to its own time.
func TestMoneyOfASecondRestHasItsOwnTime(t *testing.T) {
	w := american(t)
	w.packed("p1", orders.InTransit, "", orders.ParcelItem{LineID: "l1", Quantity: 1})
	w.cancelNow()
	paid, err := w.db.RefundsOf(w.ctx, w.id)
	w.fail(err)
	for _, r := range paid {
		w.moved(r, "succeeded")
	}
	if r := w.term(t, returns.TermRefund); r.State != store.TermMet || len(paid) == 0 {
		t.Fatalf("paid: %s", r.State)
	}
	w.pass(20 * 24 * time.Hour)
	w.restate(func(o *orders.Order) { o.Lines[1].Quantity = 2 }) // one more cup
	w.cancelNow()
	if r := w.term(t, returns.TermRefund); r.State != store.Due || !r.EndAt.After(w.at) {
		t.Errorf("%s until %v, and it was cancelled %v", r.State, r.EndAt, w.at)
	}
}

// A notice of delay says until when its buyer may answer: an earlier day to ship that the shop names afterwards does not move that, and
// is not forgotten again by the next news either.
func TestAnEarlierDayAfterANoticeMovesNothing(t *testing.T) {
	w := american(t)
	w.told(t)
	before := w.term(t, returns.TermCancel)
	for _, day := range []string{"2026-10-06", "2026-11-15", ""} {
		w.restate(func(o *orders.Order) { o.Promised.ShipBy = day })
		if c := w.term(t, returns.TermCancel); before.State != store.Due || c.State != store.Due || !c.EndAt.Equal(before.EndAt) {
			t.Errorf("to ship by %q: cancel until %v, was %v (%s)", day, c.EndAt, before.EndAt, c.State)
		}
	}
}
