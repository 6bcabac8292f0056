package cases_test

import (
	"strings"
	"testing"

	"homeward/internal/follow"
	"homeward/internal/notify"
	"homeward/internal/returns"
)

// What the shop's systems were asked for is taken back, or asked for anew, when the shopper changes it before anybody acted; a later
// move of the case asks for nothing again.
func TestAChangeIsToldToTheShopsSystems(t *testing.T) {
	b := newBench(t)
	b.shop.Notify.URL = "https://shop.example/hooks"
	b.shop.Returns.Policy = returns.Policy{Rules: []returns.Rule{{Name: "all", Terms: returns.Terms{Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy}}}}}
	b.db.Follow((&follow.Follower{Config: b.desk.Config, Now: b.desk.Now}).Hear, b.desk.Queue.Enqueue)
	ask := func(remedy returns.Remedy) returns.Request {
		r := request(units("l1", 1))
		if r.Remedy = remedy; remedy == returns.ExchangeRemedy {
			r.Wish.Exchange = []returns.Exchange{{LineID: "l1", Quantity: 1}}
		}
		return r
	}
	told := func(when string, exchange, credit, changed int, last string) {
		t.Helper()
		all := b.events(notify.CaseChanged)
		if e, c := len(b.events(notify.ExchangeRequested)), len(b.events(notify.CreditRequested)); e != exchange || c != credit || len(all) != changed {
			t.Fatalf("%s: exchange asked for %d times, credit %d, changed %d", when, e, c, len(all))
		}
		if changed > 0 && !strings.Contains(all[changed-1], `"remedy":"`+last+`"`) {
			t.Errorf("%s: told %s", when, all[changed-1])
		}
	}
	c := b.must(b.desk.Open(t.Context(), b.order, ask(returns.ExchangeRemedy), "n1"))
	told("an exchange", 1, 0, 0, "")
	c = b.must(b.desk.Change(t.Context(), c, ask(returns.RefundRemedy)))
	told("the money instead", 1, 0, 1, "refund")
	c = b.must(b.desk.Change(t.Context(), c, ask(returns.CreditRemedy)))
	told("credit instead", 1, 1, 2, "credit")
	c = b.must(b.desk.Change(t.Context(), c, ask(returns.ExchangeRemedy)))
	told("an exchange after all", 2, 1, 3, "exchange")
	c = b.must(b.desk.MarkSent(t.Context(), c, "620000000000000000000001"))
	b.receive(c, nil)
	told("it moved on", 2, 1, 3, "exchange")

	// While staff decide anew nothing is asked for; once they granted it, it is.
	b.shop.Returns.Approve = "staff"
	c = b.must(b.desk.Open(t.Context(), b.order, ask(returns.RefundRemedy), "n2"))
	c = b.must(b.desk.Change(t.Context(), c, ask(returns.CreditRemedy)))
	told("it waits", 2, 1, 4, "credit")
	b.must(b.desk.Approve(t.Context(), c, "staff:olga", ""))
	told("it was granted", 2, 2, 4, "credit")
}

// What is asked for again as it was is no news: the shopper is not told a second time that it is granted.
func TestTheSameAgainIsNoChange(t *testing.T) {
	b := newBench(t)
	r := request(units("l1", 1))
	c := b.must(b.desk.Open(t.Context(), b.order, r, "n1"))
	told := b.letters("zofia@example.com", "en")
	same := b.must(b.desk.Change(t.Context(), c, r))
	if again := b.letters("zofia@example.com", "en"); len(again) != len(told) || same.Version != c.Version {
		t.Errorf("told %v, and then %v of version %d", told, again, same.Version)
	}
	if now := b.must(b.desk.Change(t.Context(), same, request(units("l1", 2)))); now.Version == c.Version || len(b.letters("zofia@example.com", "en")) == len(told) {
		t.Error("a change is told")
	}
}
