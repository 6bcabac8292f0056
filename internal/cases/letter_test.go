package cases_test

import (
	"errors"
	"strings"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/notify"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// written reads a case again, with its mark.
func (b *bench) again(c store.Case) store.Case {
	b.Helper()
	c, err := b.db.Case(b.Context(), c.ID)
	return b.must(c, err)
}

// The shopper answers a letter: in a case of every kind the answer is kept once, marks the case, and is told to staff by one mail and to
// the shop's systems each time, without its words.
func TestAnswerToALetter(t *testing.T) {
	for kind, open := range map[returns.Kind]func(b *bench) store.Case{
		returns.Return:     func(b *bench) store.Case { return b.open("n1", units("l2", 1)) },
		returns.Withdrawal: func(b *bench) store.Case { return b.withdraws(units("l2", 1)) },
		returns.Claim: func(b *bench) store.Case {
			return b.claim("n1", returns.ClaimRequest{Items: units("l2", 1), Kind: returns.ClaimDefective, Remedy: returns.RepairRemedy, Text: "It leaks."})
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			b := newBench(t)
			b.shop.Notify.URL, b.shop.Returns.StaffMail = "https://shop.example/hook", "desk@acme.example"
			c := open(b)
			if err := b.desk.Reply(t.Context(), c, "a", "Hello?"); !errors.Is(err, returns.ErrStep) {
				t.Errorf("an answer to nothing: %v", err)
			}
			if err := b.desk.Write(t.Context(), c, "Was the lid in it?", "staff:olga"); err != nil {
				t.Fatal(err)
			}
			for _, nonce := range []string{"a", "a", "b"} { // the first was sent twice
				if err := b.desk.Reply(t.Context(), c, nonce, "Under the paper."); err != nil {
					t.Fatal(err)
				}
			}
			if n, calls := b.told(messages.StaffReply), b.events(notify.CaseReplied); n != 1 || len(calls) != 2 || strings.Contains(strings.Join(calls, ""), "paper") {
				t.Errorf("%d mails, events %v", n, calls)
			}
			if b.again(c).WroteAt.IsZero() {
				t.Error("not marked")
			}
		})
	}
}

// The mark goes when staff read or answered what they were shown, and not when the shopper wrote meanwhile.
func TestAnswersAreRead(t *testing.T) {
	b := newBench(t)
	c := b.open("n1", units("l2", 1))
	say := func(nonce string) store.Case {
		t.Helper()
		if err := b.desk.Reply(t.Context(), c, nonce, "words"); err != nil {
			t.Fatal(err)
		}
		return b.again(c)
	}
	if err := b.desk.Write(t.Context(), c, "Was the lid in it?", "staff:olga"); err != nil {
		t.Fatal(err)
	}
	first := say("a")
	second := say("b")
	if err := b.desk.MarkRead(t.Context(), first, "staff:olga"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("what was not shown was marked as read: %v", err)
	}
	if err := b.desk.Write(t.Context(), first, "And the box?", "staff:olga"); err != nil || b.again(c).WroteAt.IsZero() {
		t.Errorf("a letter answered what its writer did not see: %v", err)
	}
	if err := b.desk.MarkRead(t.Context(), second, "staff:olga"); err != nil || !b.again(c).WroteAt.IsZero() {
		t.Errorf("not read: %v", err)
	}
	third := say("c")
	if err := b.desk.Write(t.Context(), third, "Thank you.", "staff:olga"); err != nil || !b.again(c).WroteAt.IsZero() {
		t.Errorf("not answered: %v", err)
	}
	for i := range 10 {
		say("more" + string(rune('a'+i)))
	}
	if err := b.desk.Reply(t.Context(), c, "eleventh", "words"); !errors.Is(err, returns.ErrStep) {
		t.Errorf("an eleventh answer: %v", err)
	}
	log, err := b.db.CaseLog(t.Context(), c.ID)
	if _, ok := cases.Written(log); ok || err != nil {
		t.Error("the page would offer an eleventh")
	}
}
