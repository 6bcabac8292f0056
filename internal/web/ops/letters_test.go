package ops_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"homeward/internal/returns"
)

// What a shopper answers waits in the room, on the case and in the count, until it is read or answered.
func TestTheShopperWrote(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	waiting := func(want int) {
		t.Helper()
		if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Cases != want {
			t.Errorf("%+v, %v, want %d", a, err, want)
		}
	}
	answer := func(nonce, words string) url.Values {
		t.Helper()
		b.now = b.now.Add(time.Minute)
		if err := b.desk.real.Reply(t.Context(), c, nonce, words); err != nil {
			t.Fatal(err)
		}
		k, err := b.db.Case(t.Context(), "c1")
		if err != nil {
			t.Fatal(err)
		}
		return url.Values{"wrote": {strconv.FormatInt(k.WroteAt.UnixMilli(), 10)}, "words": {"Dziękujemy"}}
	}
	s.press("/ops/returns/c1/write", url.Values{"words": {"Dzień dobry"}}, "written")
	waiting(0)
	early := answer("a", "It was <i>there</i>.")
	waiting(1)
	for _, path := range []string{"/ops/returns", "/ops/returns/c1"} {
		if page := s.page(path); !strings.Contains(page, "It was &lt;i&gt;there&lt;/i&gt;.") || !strings.Contains(page, "The shopper wrote") {
			t.Errorf("%s does not show it", path)
		}
	}
	b.now = b.now.Add(time.Second) // the audit tells the order of what was done to the millisecond
	late := answer("b", "And the box.")
	s.press("/ops/returns/c1/read", early, "wrote_again")
	s.press("/ops/returns/c1/write", early, "written")
	waiting(1)
	s.press("/ops/returns/c1/read", url.Values{}, "wrote_again")
	b.now = b.now.Add(time.Second)
	s.press("/ops/returns/c1/read", late, "read")
	s.press("/ops/returns/c1/read", late, "wrote_again")
	waiting(0)
	if page := s.page("/ops/returns"); strings.Contains(page, "The shopper wrote") {
		t.Error("it still stands in the room")
	}
	b.now = b.now.Add(time.Hour)
	s.press("/ops/returns/c1/write", answer("c", "Fine."), "written")
	waiting(0)
	b.audited("case:c1", "agent: write", "agent: mark as read", "agent: write", "agent: write")
}
