package cases_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"homeward/internal/follow"
	"homeward/internal/notify"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// events gives the bodies of the events of a type that went to the shop's own systems.
func (b *bench) events(kind string) []string {
	b.Helper()
	calls, err := b.db.CallsOf(b.Context(), "o1")
	if err != nil {
		b.Fatal(err)
	}
	var bodies []string
	for _, c := range calls {
		if c.Type == kind {
			bodies = append(bodies, c.Body)
		}
	}
	return bodies
}

func (b *bench) moneyTerm(c store.Case) store.Term {
	b.Helper()
	rows, err := b.db.TermsOf(b.Context(), store.OwnerOfCase(c.ID))
	if err != nil {
		b.Fatal(err)
	}
	for _, t := range rows {
		if t.Kind == returns.TermRefund {
			return t
		}
	}
	b.Fatalf("no deadline of the money in %+v", rows)
	return store.Term{}
}

// What nobody but a person can pay back stands under the same deadline as what Stripe pays, the shop's own systems are told of it
// with that deadline, once, and it is met when staff paid.
func TestMoneyPaidByHandHasItsDeadline(t *testing.T) {
	for _, kind := range []string{"cash_on_delivery", "bank_transfer", "other"} {
		t.Run(kind, func(t *testing.T) {
			b := newBench(t, orders.Payment{Kind: kind, Amount: 10000})
			b.shop.Notify.URL = "https://shop.example/hooks"
			b.db.Follow((&follow.Follower{Config: b.desk.Config, Now: b.desk.Now}).Hear, b.desk.Queue.Enqueue)
			c := b.withdraws(units("l2", 1))
			b.receive(c, nil)
			row := b.refunds(2020)[0]
			due := b.moneyTerm(c)
			if due.EndAt.IsZero() || !due.MetAt.IsZero() || due.State != store.Due {
				t.Fatalf("%+v", due)
			}
			asked := b.events(notify.RefundNeedsHand)
			if len(asked) != 1 {
				t.Fatalf("asked %d times", len(asked))
			}
			var said struct {
				Data struct {
					Refund notify.Refund `json:"refund"`
				} `json:"data"`
			}
			if err := json.NewDecoder(strings.NewReader(asked[0])).Decode(&said); err != nil {
				t.Fatal(err)
			}
			if r := said.Data.Refund; r.PayBy == nil || !r.PayBy.Equal(due.EndAt.Truncate(time.Millisecond)) || r.Amount != "20.20" || r.ID != row.ID {
				t.Errorf("asked to pay %+v, the deadline is %s", r, due.EndAt)
			}
			b.paidOtherwise(row)
			if met := b.moneyTerm(c); met.MetAt.IsZero() {
				t.Errorf("paid, and the deadline runs on: %+v", met)
			}
			if n := len(b.events(notify.RefundSucceeded)); n != 1 || len(b.events(notify.RefundNeedsHand)) != 1 {
				t.Errorf("told %d times that it was paid", n)
			}
		})
	}
}

// A part that was paid by hand and that the shop tells of too is one part: the deadline of the rest runs on.
func TestWhatIsToldTwiceMeetsNoDeadlineOfTheRest(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "other", Amount: 10000})
	b.shop.Notify.URL = "https://shop.example/hooks"
	b.db.Follow((&follow.Follower{Config: b.desk.Config, Now: b.desk.Now}).Hear, b.desk.Queue.Enqueue)
	c := b.withdraws(units("l1", 2))
	c = b.receive(c, units("l1", 1))
	b.paidOtherwise(b.refunds(3990)[0])
	b.said(store.OriginShop, "said", "", 3990, orders.RefundLine{LineID: "l1", Quantity: 1, Amount: 3990})
	if due := b.moneyTerm(c); !due.MetAt.IsZero() {
		t.Errorf("39.90 of 79.80 is paid, and the other half is still to come: %s, met %s", due.State, due.MetAt)
	}
	b.receive(c, units("l1", 1))
	rows := b.refunds(3990, 3990, 3990)
	b.paidOtherwise(rows[len(rows)-1])
	if due := b.moneyTerm(c); due.MetAt.IsZero() {
		t.Errorf("all is paid: %s", due.State)
	}
}

// Nobody is asked to pay by hand what a second person did not let go yet.
func TestFourEyesComeBeforeTheHand(t *testing.T) {
	b := newBench(t, orders.Payment{Kind: "cash_on_delivery", Amount: 10000})
	b.shop.Notify.URL = "https://shop.example/hooks"
	b.shop.Returns.FourEyes = returns.Amounts{{Minor: 1000, Currency: "PLN"}}
	b.db.Follow((&follow.Follower{Config: b.desk.Config, Now: b.desk.Now}).Hear, b.desk.Queue.Enqueue)
	b.receive(b.open("n1", units("l2", 1)), nil)
	row := b.refunds(2020)[0]
	if n := len(b.events(notify.RefundNeedsHand)); n != 0 {
		t.Fatalf("asked %d times before it was let go", n)
	}
	b.write(func(tx *store.Tx) error {
		_, err := b.desk.Release(t.Context(), tx, row, "staff:jan")
		return err
	})
	if n := len(b.events(notify.RefundNeedsHand)); n != 1 {
		t.Errorf("asked %d times after", n)
	}
}
