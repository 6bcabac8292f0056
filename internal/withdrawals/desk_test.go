package withdrawals_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/withdrawals"
)

var t0 = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// bench is a desk over a real SQLite database with one order of Zofia's: two cups and a pot, delivered to her.
type bench struct {
	*testing.T
	db    *store.DB
	desk  *withdrawals.Desk
	cases *cases.Desk
	order store.Order
	now   time.Time
	rung  []store.Task
	file  string // of the database
}

func (b *bench) Enqueue(_ context.Context, tasks ...store.Task) { b.rung = append(b.rung, tasks...) }

func newBench(t *testing.T) *bench {
	t.Helper()
	file := storetest.File(t)
	db := storetest.Open(t, file)
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Shops: []config.Shop{{ID: "acme", Name: "Acme", Country: "PL", Zone: warsaw, Languages: []string{"pl"}}}}
	b := &bench{T: t, db: db, now: t0, file: file}
	now := func() time.Time { return b.now }
	b.cases = &cases.Desk{DB: db, Config: cfg, Queue: b, Now: now}
	b.desk = &withdrawals.Desk{DB: db, Config: cfg, Queue: b, Cases: b.cases, Now: now}
	b.order = store.Order{
		ID: "o1", Shop: "acme", ExternalID: "1001", NumberKey: orders.NumberKey("#1001"), EmailKey: "zofia@example.com", Language: "pl",
		TimeZone: "Europe/Warsaw", CreatedAt: t0, UpdatedAt: t0,
		State: orders.State{Known: true, Order: orders.Order{
			Number: "#1001", Currency: "PLN", Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com"},
			PlacedAt: t0.AddDate(0, 0, -5), Total: 9479,
			Lines: []orders.Line{
				{ID: "l1", Title: "Kubek", Quantity: 2, UnitPrice: 3990}, {ID: "l2", Title: "Dzbanek", Quantity: 1, UnitPrice: 1499},
			},
			Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_1", Amount: 9479}},
		}, Parcels: []orders.Parcel{{Key: "p1", Stage: orders.Delivered, DeliveredTo: "recipient", DeliveredAt: t0.AddDate(0, 0, -2), UpdatedAt: t0.AddDate(0, 0, -2)}}},
	}
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), b.order) })
	return b
}

func (b *bench) write(fn func(tx *store.Tx) error) {
	b.Helper()
	if err := b.db.Write(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) declare(s withdrawals.Statement) (withdrawals.Receipt, store.Withdrawal) {
	b.Helper()
	r, err := b.desk.Declare(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	w, err := b.db.WithdrawalByKey(b.Context(), s.Shop, r.Key)
	if err != nil {
		b.Fatal(err)
	}
	return r, w
}

// told gives the addresses of the acknowledgements of a statement.
func (b *bench) told(w store.Withdrawal) []string {
	b.Helper()
	all, err := b.db.MessagesAbout(b.Context(), w.OrderID, w.ID+" ")
	if err != nil {
		b.Fatal(err)
	}
	var to []string
	for _, m := range all {
		if m.Topic != messages.WithdrawalReceived || m.Queue != messages.QueueStatutory || m.Language != w.Language {
			b.Errorf("a message %s on %s in %s", m.Topic, m.Queue, m.Language)
		}
		to = append(to, m.Recipient)
	}
	slices.Sort(to)
	return to
}

func open(items ...returns.Item) withdrawals.Statement {
	return withdrawals.Statement{
		Shop: "acme", Name: "Zofia Nowak", Number: "1001", Email: "zofia@example.com", Items: items, Language: "pl",
		Text: "Odstępuję od umowy.", Nonce: "n1", Button: "Potwierdź odstąpienie od umowy", Network: "192.0.2.0/24", Agent: "Firefox",
	}
}

func behindLink(items ...returns.Item) withdrawals.Statement {
	s := open(items...)
	s.OrderID = "o1"
	return s
}

func TestWhoeverSpeaksIsHeard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*withdrawals.Statement)
		flags  []string
		told   []string
		goods  bool // a case brings them back
	}{
		"the open form":           {func(*withdrawals.Statement) {}, nil, []string{"zofia@example.com"}, true},
		"an address in capitals":  {func(s *withdrawals.Statement) { s.Email = " ZOFIA@example.com " }, nil, []string{"zofia@example.com"}, true},
		"behind the link":         {func(s *withdrawals.Statement) { s.OrderID, s.Number, s.Email = "o1", "", "" }, nil, []string{"zofia@example.com"}, true},
		"with another address":    {func(s *withdrawals.Statement) { s.OrderID, s.Email = "o1", "z@work.example" }, nil, []string{"z@work.example", "zofia@example.com"}, true},
		"an unknown order":        {func(s *withdrawals.Statement) { s.Number = "4711" }, []string{withdrawals.OrderUnknown}, []string{"zofia@example.com"}, false},
		"no number at all":        {func(s *withdrawals.Statement) { s.Number = "?" }, []string{withdrawals.OrderUnknown}, []string{"zofia@example.com"}, false},
		"an address that differs": {func(s *withdrawals.Statement) { s.Email = "x@other.example" }, []string{withdrawals.EmailDiffers}, []string{"x@other.example"}, false},
		"an address that is none": {func(s *withdrawals.Statement) { s.OrderID, s.Email = "o1", "none" }, []string{withdrawals.EmailUnusable}, []string{"zofia@example.com"}, true},
		"hostile and very long": {func(s *withdrawals.Statement) {
			s.Name, s.Text = strings.Repeat("\x00<b>ż", 9000), strings.Repeat("ż\xff", 90000)
		}, nil, []string{"zofia@example.com"}, true},
		"a name that is no letters": {func(s *withdrawals.Statement) { s.Name = "\u202e" }, nil, []string{"zofia@example.com"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			s := open()
			c.change(&s)
			receipt, w := b.declare(s)
			if !slices.Equal(w.Flags, c.flags) || w.SeenAt.IsZero() != (len(c.flags) > 0) {
				t.Errorf("flags %v, seen %v", w.Flags, w.SeenAt)
			}
			if told := b.told(w); !slices.Equal(told, c.told) {
				t.Errorf("told %v, want %v", told, c.told)
			}
			if (w.CaseID != "") != c.goods {
				t.Errorf("case %q", w.CaseID)
			}
			if !receipt.SubmittedAt.Equal(t0) || receipt.Reference == "" || len(receipt.Key) < 22 || receipt.Zone.String() != "Europe/Warsaw" {
				t.Errorf("receipt %s at %v", receipt.Reference, receipt.SubmittedAt)
			}
			if again, err := b.desk.Receipt(t.Context(), "acme", receipt.Key); err != nil || again.Text != receipt.Text || again.Reference != receipt.Reference {
				t.Errorf("the receipt later: %s, %v", again.Reference, err)
			}
			b.proven(w)
		})
	}
}

// proven tells that the evidence speaks of the statement as it is stored, and notices the change of a single letter.
func (b *bench) proven(w store.Withdrawal) {
	b.Helper()
	lines, err := b.db.EvidenceOf(b.Context(), "withdrawal:"+w.ID)
	if err != nil || len(lines) != 1 {
		b.Fatalf("%d lines of evidence, %v", len(lines), err)
	}
	if !strings.Contains(lines[0].Data, withdrawals.Digest(w)) || strings.Contains(lines[0].Data, w.Name) {
		b.Errorf("evidence %s", lines[0].Data)
	}
	w.Body += "."
	if strings.Contains(lines[0].Data, withdrawals.Digest(w)) {
		b.Error("a changed statement has the same digest")
	}
	if _, _, err := b.db.VerifyEvidence(b.Context()); err != nil {
		b.Error(err)
	}
}

// TestTheSameStatementIsMadeOnce, also when it is confirmed many times at once; another one is another.
func TestTheSameStatementIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cases.Queue, b.desk.Queue = silent{}, silent{}
	keys := make([]string, 12)
	var all sync.WaitGroup
	for n := range keys {
		all.Go(func() {
			if r, err := b.desk.Declare(t.Context(), behindLink(returns.Item{LineID: "l1", Quantity: 1})); err == nil {
				keys[n] = r.Key
			}
		})
	}
	all.Wait()
	for _, key := range keys {
		if key == "" || key != keys[0] {
			t.Fatalf("receipts %v", keys)
		}
	}
	b.now = t0.Add(time.Hour)
	again := behindLink(returns.Item{LineID: "l1", Quantity: 1})
	_, first := b.declare(again)
	if !first.SubmittedAt.Equal(t0) || len(b.told(first)) != 1 {
		t.Errorf("an hour later: %v, told %v", first.SubmittedAt, b.told(first))
	}
	rest, w := b.declare(behindLink())
	if rest.Key == keys[0] || w.CaseID == "" {
		t.Fatal("the rest of the order is another statement")
	}
	c, err := b.db.Case(t.Context(), w.CaseID)
	want := []returns.Item{{LineID: "l1", Quantity: 1}, {LineID: "l2", Quantity: 1}}
	if err != nil || !slices.Equal(c.Items, want) || c.Kind != returns.Withdrawal || c.State != returns.Approved {
		t.Errorf("the second case: %+v, %v", c, err)
	}
	if _, w = b.declare(behindLink(returns.Item{LineID: "l2", Quantity: 1})); w.CaseID != "" || !slices.Contains(w.Flags, withdrawals.NothingLeft) {
		t.Errorf("what is on its way back: %+v", w)
	}
	all3, err := b.desk.ByOrder(t.Context(), "o1")
	if err != nil || len(all3) != 3 {
		t.Errorf("receipts of the order: %v, %v", all3, err)
	}
}

type silent struct{}

func (silent) Enqueue(context.Context, ...store.Task) {}

// TestNobodyRefusesAWithdrawal: its case is neither approved, nor rejected, nor called off.
func TestNobodyRefusesAWithdrawal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, w := b.declare(behindLink())
	c, err := b.db.Case(t.Context(), w.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	for what, step := range map[string]func() (store.Case, error){
		"approve":  func() (store.Case, error) { return b.cases.Approve(t.Context(), c, "staff:olga", "") },
		"reject":   func() (store.Case, error) { return b.cases.Reject(t.Context(), c, "staff:olga", "no") },
		"call off": func() (store.Case, error) { return b.cases.CallOff(t.Context(), c, "staff:olga") },
	} {
		if _, err := step(); !errors.Is(err, returns.ErrStep) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestTheOpenFormIsNoMailCannon: every statement is taken, but a stranger's address gets three mails a day, a network
// twenty, and the address of an order that somebody guesses is not a way around.
func TestTheOpenFormIsNoMailCannon(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	mails := map[string]int{}
	for n := range 40 {
		s := open()
		s.Name, s.Number, s.Email = fmt.Sprint("Mallory ", n), fmt.Sprint(5000+n%7), fmt.Sprintf("victim%d@example.com", n%8)
		_, w := b.declare(s)
		for _, to := range b.told(w) {
			mails[to]++
		}
		if len(b.told(w)) == 0 && !slices.Contains(w.Flags, withdrawals.NotAcknowledged) {
			t.Errorf("statement %d was not acknowledged, and nobody is told", n)
		}
	}
	sum := 0
	for to, n := range mails {
		if sum += n; n > 3 {
			t.Errorf("%s got %d mails", to, n)
		}
	}
	if sum == 0 || sum > 20 {
		t.Errorf("%d mails for one network", sum)
	}
	s := open()
	s.Email = "x@other.example"
	if _, w := b.declare(s); len(b.told(w)) != 0 {
		t.Errorf("a guessed order: told %v", b.told(w))
	}
	if _, w := b.declare(open()); !slices.Equal(b.told(w), []string{"zofia@example.com"}) {
		t.Errorf("the shopper herself was told %v", b.told(w))
	}
	b.now = t0.Add(25 * time.Hour)
	s.Number, s.Email = "9", "later@example.com"
	if _, w := b.declare(s); len(b.told(w)) != 1 {
		t.Error("a day later nothing is acknowledged")
	}
}

// TestALetterCountsFromWhenItWasSent.
func TestALetterCountsFromWhenItWasSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sent := t0.AddDate(0, 0, -3)
	w, err := b.desk.Enter(t.Context(), withdrawals.Entry{Statement: open(), Channel: "letter", SentAt: sent, User: "olga", Note: "postmark"})
	if err != nil {
		t.Fatal(err)
	}
	if !w.SubmittedAt.Equal(sent) || !w.RecordedAt.Equal(t0) || w.EnteredBy != "olga" || w.Channel != "letter" {
		t.Errorf("%+v", w)
	}
	if want := time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC); !w.RefundDueAt.Equal(want) {
		t.Errorf("money back by %v, want %v", w.RefundDueAt, want)
	}
	// It is acknowledged in the order's language, whatever the form that staff filled in says.
	german := open()
	german.Language, german.Text = "de", "Hiermit widerrufe ich."
	if w, err = b.desk.Enter(t.Context(), withdrawals.Entry{Statement: german, Channel: "mail", SentAt: sent, User: "olga"}); err != nil || w.Language != "pl" || len(b.told(w)) != 1 {
		t.Errorf("acknowledged in %q, %v", w.Language, err)
	}
}

// TestALetterIsAcknowledgedInTheOrdersLanguage, whatever the shop's first one is.
func TestALetterIsAcknowledgedInTheOrdersLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := open()
	s.Language = "en"
	letter := withdrawals.Entry{Statement: s, Channel: "letter", SentAt: t0, User: "olga"}
	for number, want := range map[string]string{"1001": "pl", "9999": "en"} {
		letter.Number = number
		w, err := b.desk.Enter(t.Context(), letter)
		if err != nil || w.Language != want || len(b.told(w)) == 0 {
			t.Errorf("%s: %q, %v; told %v", number, w.Language, err, b.told(w))
		}
	}
}

// TestADatabaseThatCannotCommitGivesNoReceipt.
func TestADatabaseThatCannotCommitGivesNoReceipt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := b.desk.Declare(context.WithoutCancel(t.Context()), open()); err == nil || r.Key != "" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestALateStatementIsTakenAndFlagged: by the last minute of the period it is in time, by the next it is late, and taken.
func TestALateStatementIsTakenAndFlagged(t *testing.T) {
	t.Parallel()
	for minute, late := range map[int]bool{-1: false, 0: true} {
		b := newBench(t)
		end := withdrawals.TermsOf(&b.desk.Config.Shops[0], b.order, t0).Period.End
		// In hand on Wednesday the 18th of November; the fourteenth day is Wednesday the 2nd of December.
		if want := time.Date(2026, 12, 2, 23, 0, 0, 0, time.UTC); !end.Equal(want) {
			t.Fatalf("the period ends at %v, want %v", end, want)
		}
		b.now = end.Add(time.Duration(minute) * time.Minute)
		if _, w := b.declare(behindLink()); slices.Contains(w.Flags, withdrawals.Late) != late || w.CaseID == "" {
			t.Errorf("at minute %d: %v, case %q", minute, w.Flags, w.CaseID)
		}
	}
}

// TestWhoWasNotToldIsNotLate: the period is twelve months longer while the confirmation that tells of it did not arrive, and ends
// fourteen days after it did (Directive 2011/83/EU, Art. 10).
func TestWhoWasNotToldIsNotLate(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	had := t0.AddDate(0, 0, -2) // in hand
	for name, c := range map[string]struct {
		state, delivery string // of the confirmation's mail; "" when Homeward made none
		sent, stated    time.Time
		late            bool
	}{
		"told by the shop's platform":     {stated: had.Add(15 * day), late: true},
		"told with the contract":          {state: store.MessageSent, sent: had.AddDate(0, 0, -3), stated: had.Add(15 * day), late: true},
		"told on the tenth day":           {state: store.MessageSent, sent: had.Add(10 * day), stated: had.Add(20 * day)},
		"told on the tenth day, and late": {state: store.MessageSent, sent: had.Add(10 * day), stated: had.Add(27 * day), late: true}, // the fourteenth is a Saturday
		"the mail failed":                 {state: store.MessageFailed, stated: had.AddDate(0, 12, 10)},
		"the mail came back":              {state: store.MessageSent, delivery: "bounced", sent: had.AddDate(0, 0, -3), stated: had.AddDate(0, 6, 0)},
		"the mail failed, and a year":     {state: store.MessageFailed, stated: had.AddDate(0, 12, 20), late: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if c.state != "" {
				b.write(func(tx *store.Tx) error {
					_, err := tx.AddMessage(t.Context(), store.Message{
						ID: "m1", Shop: "acme", OrderID: "o1", Topic: messages.OrderPlaced, Occasion: "o1", Channel: messages.Mail, Recipient: "zofia@example.com",
						Class: messages.Statutory, Queue: messages.QueueStatutory, Language: "pl", CreatedAt: had, SentAt: c.sent, Delivery: c.delivery,
						Work: store.Work{State: c.state},
					})
					return err
				})
			}
			b.now = c.stated
			if _, w := b.declare(behindLink()); slices.Contains(w.Flags, withdrawals.Late) != c.late || w.CaseID == "" {
				t.Errorf("flags %v, case %q", w.Flags, w.CaseID)
			}
		})
	}
}

// TestTheSecondOfTwoCups: in the words of the first, from another form, it is another statement; the whole order said again,
// with nothing left, is not.
func TestTheSecondOfTwoCups(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	cup := behindLink(returns.Item{LineID: "l1", Quantity: 1})
	first, w := b.declare(cup)
	c, err := b.db.Case(t.Context(), w.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.cases.Receive(t.Context(), c, nil, "staff:olga"); err != nil {
		t.Fatal(err)
	}
	b.now = t0.AddDate(0, 0, 5)
	cup.Nonce = "n2"
	second, w := b.declare(cup)
	if second.Key == first.Key || !second.SubmittedAt.Equal(b.now) || w.CaseID == "" || w.CaseID == c.ID {
		t.Errorf("the second cup: %s at %v, case %q", second.Reference, second.SubmittedAt, w.CaseID)
	}
	cup.Nonce = "n3"
	if third, _ := b.declare(cup); third.Key != first.Key && third.Key != second.Key {
		t.Error("with nothing left, the same words are a new statement")
	}
}

// TestNobodySeesWhatAnotherWrote: who knows number and address, but writes another name, gets a receipt of his own.
func TestNobodySeesWhatAnotherWrote(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	own, _ := b.declare(behindLink())
	s := open()
	s.Name, s.Text = "Mallory", "I want to know."
	other, _ := b.declare(s)
	if other.Key == own.Key || other.Name != "Mallory" || strings.Contains(other.Text, "Odstępuję") {
		t.Errorf("Mallory was shown %s of %s", other.Reference, other.Name)
	}
}

// TestALetterIsNotTheFormsTwin: it stands for itself, with its own time.
func TestALetterIsNotTheFormsTwin(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, first := b.declare(open())
	letter, err := b.desk.Enter(t.Context(), withdrawals.Entry{Statement: open(), Channel: "letter", SentAt: t0.AddDate(0, 0, -1), User: "olga"})
	if err != nil || letter.ID == first.ID || letter.Channel != "letter" {
		t.Errorf("%+v, %v", letter, err)
	}
	if all, _ := b.desk.ByOrder(t.Context(), "o1"); len(all) != 1 {
		t.Errorf("the order's page lists %d statements, the letter among them", len(all))
	}
}

// TestAWithdrawalTakesOverAReturn that waits: rejected later, the return would have stood in its way.
func TestAWithdrawalTakesOverAReturn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk.Config.Shops[0].Returns.Window = 1000 * time.Hour
	c, err := b.cases.Open(t.Context(), b.order, returns.Request{Items: []returns.Item{{LineID: "l1", Quantity: 2}}, Reason: "other", Remedy: returns.RefundRemedy}, "n1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.cases.MarkSent(t.Context(), c, "BACK12345"); err != nil {
		t.Fatal(err)
	}
	_, w := b.declare(behindLink())
	taken, err := b.db.Case(t.Context(), w.CaseID)
	if err != nil || len(taken.Items) != 2 || taken.TrackingNumber != "BACK12345" {
		t.Errorf("%+v, %v", taken, err)
	}
	if c, _ = b.db.Case(t.Context(), c.ID); c.State != returns.Withdrawn {
		t.Errorf("the return is %s", c.State)
	}
}

// TestWhatIsLateWaitsForEyes: its parcel arrives, and no money goes before staff looked at it.
func TestWhatIsLateWaitsForEyes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = t0.AddDate(1, 0, 0)
	_, w := b.declare(behindLink())
	arrive := func() returns.State {
		b.write(func(tx *store.Tx) error {
			order, err := tx.Order(t.Context(), "o1")
			if err != nil {
				return err
			}
			_, err = b.cases.ParcelMoved(t.Context(), tx, &b.desk.Config.Shops[0], order, w.CaseID, orders.Delivered)
			return err
		})
		c, err := b.db.Case(t.Context(), w.CaseID)
		if err != nil {
			t.Fatal(err)
		}
		return c.State
	}
	if state := arrive(); state != returns.Approved {
		t.Errorf("unseen, it is %s", state)
	}
	// The word of the shop's own system is no look at the law either.
	b.write(func(tx *store.Tx) error {
		c, err := tx.Case(t.Context(), w.CaseID)
		if err != nil {
			return err
		}
		_, err = b.cases.ReceiveByRMA(t.Context(), tx, &b.desk.Config.Shops[0], b.order, orders.ReturnReceipt{RMA: c.RMA, Lines: []orders.ParcelItem{{LineID: "l1"}}})
		return err
	})
	if c, _ := b.db.Case(t.Context(), w.CaseID); c.State != returns.Approved || len(c.Received) != 0 {
		t.Errorf("said by the shop's system, it is %s", c.State)
	}
	b.write(func(tx *store.Tx) error { return tx.SeeWithdrawal(t.Context(), w.ID, "we take it", b.now) })
	if state := arrive(); state != returns.Refunding {
		t.Errorf("seen, it is %s", state)
	}
}
