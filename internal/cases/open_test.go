package cases_test

import (
	"errors"
	"sync"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// A form posted twice, also at the same moment, is one case with one message.
func TestTheSameNonceIsTheSameCase(t *testing.T) {
	b := newBench(t)
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			if c, err := b.desk.Open(t.Context(), b.order, request(units("l1", 1)), "n1"); err == nil {
				ids[i] = c.ID
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("cases %v", ids)
		}
	}
	if n := b.told(messages.ReturnApproved); n != 1 {
		t.Errorf("approved was told %d times", n)
	}
}

// Two forms at once for the same unit: one gets it, the other is told that nothing is left.
func TestTwoFormsForOneUnit(t *testing.T) {
	b := newBench(t)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, nonce := range []string{"n1", "n2"} {
		wg.Go(func() { _, errs[i] = b.desk.Open(t.Context(), b.order, request(units("l2", 1)), nonce) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("one of two must be taken: %v, %v", errs[0], errs[1])
	}
	var refused *cases.Refused
	if err := errors.Join(errs...); !errors.As(err, &refused) || refused.Faults["qty.l2"] == "" || !errors.Is(err, cases.ErrRefused) {
		t.Errorf("the other: %v", err)
	}
}

// What ended without goods coming back frees its units.
func TestUnitsAreFreeAgainAfter(t *testing.T) {
	for name, end := range map[string]func(b *bench, c store.Case) (store.Case, error){
		"call off": func(b *bench, c store.Case) (store.Case, error) { return b.desk.CallOff(b.Context(), c, cases.Shopper) },
		"reject": func(b *bench, c store.Case) (store.Case, error) {
			return b.desk.Reject(b.Context(), c, "staff:olga", "worn")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.shop.Returns.Approve = "staff"
			c := b.open("n1", units("l2", 1))
			if _, err := b.desk.Open(t.Context(), b.order, request(units("l2", 1)), "n2"); !errors.Is(err, cases.ErrRefused) {
				t.Fatalf("the unit is taken: %v", err)
			}
			b.must(end(b, c))
			if _, err := end(b, c); !errors.Is(err, returns.ErrStep) {
				t.Errorf("ended twice: %v", err)
			}
			b.open("n3", units("l2", 1))
		})
	}
}

// Pressed twice it is done once, and what was decided stays.
func TestStaffDecidesOnce(t *testing.T) {
	b := newBench(t)
	b.shop.Returns.Approve = "staff"
	c := b.open("n1", units("l1", 1))
	b.state(c, returns.Requested)
	b.must(b.desk.Approve(t.Context(), c, "staff:olga", "send it"))
	if _, err := b.desk.Approve(t.Context(), c, "staff:jan", "again"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("approved twice: %v", err)
	}
	if _, err := b.desk.Reject(t.Context(), c, "staff:jan", "no"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("rejected after approval: %v", err)
	}
	if got := b.must(b.db.Case(t.Context(), c.ID)); got.State != returns.Approved || got.Decision != "send it" {
		t.Errorf("%s %q", got.State, got.Decision)
	}
	if b.told(messages.ReturnApproved) != 1 || b.told(messages.ReturnRejected) != 0 {
		t.Error("told something else than what happened")
	}
}

// An order of a shop that is not configured any more opens nothing.
func TestOpenWithoutShop(t *testing.T) {
	b := newBench(t)
	b.order.Shop = "gone"
	if _, err := b.desk.Open(t.Context(), b.order, request(units("l1", 1)), "n1"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// Goods that were paid for and stay with the shopper are in no second return.
func TestWhatStaysIsNotReturnedAgain(t *testing.T) {
	b := newBench(t)
	c := b.granted("n1", units("l2", 1), func(c *store.Case) { c.Conditions.Keep, c.Conditions.RefundWhen = true, returns.AtOnce })
	b.stripe(b.refunds(2020)[0], "succeeded")
	b.state(c, returns.Closed)
	var refused *cases.Refused
	if _, err := b.desk.Open(t.Context(), b.order, request(units("l2", 1)), "n2"); !errors.As(err, &refused) || refused.Faults["qty.l2"] == "" {
		t.Errorf("opened again: %v", err)
	}
}
