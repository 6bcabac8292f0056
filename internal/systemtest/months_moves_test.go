package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/cases"
	"homeward/internal/delays"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/standin/httpfault"
)

const (
	olga      = "staff:olga"
	staffMail = "help@acme.example" // of systemtest.Config
)

// request is what a shopper asks for with these units, sometimes with a label of the shop's.
func (m *months) request(items []returns.Item) returns.Request {
	method := []returns.SendMethod{"", "", returns.ByLabel, returns.ByLabel, returns.ByLabel, returns.ByOwn}[m.rng.IntN(6)]
	return returns.Request{Items: items, Reason: "other", Remedy: m.anyRemedy(), Wish: returns.Wish{Method: method}}
}

// secondThoughts has a shopper ask for something else, and sometimes for nothing any more.
func (m *months) secondThoughts(c store.Case, items []returns.Item) {
	if !m.one(2) {
		return
	}
	m.plan(m.hours(0, 40), func() {
		m.made("changed", func() error {
			m.changed[c.OrderID] = true
			now, err := m.s.App.DB.Case(context.Background(), c.ID)
			must(m.t, err)
			_, err = m.s.App.Desk.Change(context.Background(), now, m.request(items[:1+m.rng.IntN(len(items))]))
			return err
		})
	})
	if m.one(2) {
		m.plan(m.hours(1, 60), func() {
			m.made("called off", func() error {
				_, err := m.s.App.Desk.CallOff(context.Background(), c, cases.Shopper)
				return err
			})
		})
	}
}

// made does a move that the rules may refuse, and counts those that they took.
func (m *months) made(name string, do func() error) bool {
	err := do()
	m.refusable(store.Case{}, err)
	if err != nil {
		name += " (refused)"
	}
	m.moves[name]++
	return err == nil
}

// aboutIt has staff and the shopper of a case write to each other, prove a dispatch or not, and talk of what a carrier cost.
func (m *months) aboutIt(c store.Case) {
	ctx, desk := context.Background(), m.s.App.Desk
	if m.one(4) {
		m.letters(c)
	}
	if m.one(4) {
		m.plan(m.hours(150, 600), func() {
			m.made("postage", func() error {
				_, err := desk.GivePostage(ctx, c, 1+m.rng.Int64N(2500), m.one(2), olga)
				return err
			})
		})
	}
	if !m.one(4) {
		return
	}
	at := m.hours(5, 100)
	m.plan(at, func() { m.made("proof sent", func() error { return desk.ProofUploaded(ctx, c, "file-"+c.ID) }) })
	if m.one(2) {
		m.plan(at+m.hours(1, 30), func() {
			m.made("proof doubted", func() error { return desk.DoubtProof(ctx, c, olga, "It shows no date.") })
		})
		return
	}
	m.plan(at+m.hours(1, 30), func() {
		m.made("proof accepted", func() error { return desk.ProofOfDispatch(ctx, c, olga, "A receipt of the post.") })
		m.made("proof accepted again", func() error { return desk.ProofOfDispatch(ctx, c, olga, "A receipt of the post.") })
	})
}

// letters has staff write, the shopper answer, mostly by a button that was pressed twice, and staff read it, or write again.
func (m *months) letters(c store.Case) {
	ctx, desk := context.Background(), m.s.App.Desk
	now := func() store.Case {
		c, err := m.s.App.DB.Case(ctx, c.ID)
		must(m.t, err)
		return c
	}
	at := m.hours(1, 100)
	m.plan(at, func() {
		m.made("letter", func() error { return desk.Write(ctx, now(), "How did you pack "+c.RMA+"?", olga) })
	})
	for n := range 1 + m.rng.IntN(3) {
		at += m.hours(1, 40)
		m.plan(at, func() {
			news := now().WroteAt.IsZero()
			for range 1 + m.rng.IntN(2) {
				if m.made("answer", func() error { return desk.Reply(ctx, now(), fmt.Sprint("answer", n), "In paper.") }) && news {
					m.answersOf(c.OrderID)[c.ID]++
					news = false
				}
			}
		})
	}
	m.plan(at-m.hours(0, 20), func() {
		if m.one(3) {
			m.made("letter", func() error { return desk.Write(ctx, now(), "Thank you for "+c.RMA+".", olga) })
		} else if seen := now(); !seen.WroteAt.IsZero() {
			m.made("answer read", func() error { return desk.MarkRead(ctx, seen, olga) })
		}
	})
}

func (m *months) answersOf(orderID string) map[string]int {
	if m.answers[orderID] == nil {
		m.answers[orderID] = map[string]int{}
	}
	return m.answers[orderID]
}

// late plans what is said of an order for America that is late: its staff name other days, or none, and its buyer waits or not. It gives
// when the order is handed to a carrier after all.
func (m *months) late(id string) time.Duration {
	for range 1 + m.rng.IntN(3) {
		m.plan(m.hours(3, 600), func() { m.announce(id) })
		m.plan(m.hours(5, 800), func() { m.answerDelay(id) })
	}
	return m.hours(100, 1200)
}

func (m *months) announce(id string) {
	o, err := m.s.App.DB.OrderByExternalID(context.Background(), "acme", id)
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	must(m.t, err)
	shop, _ := m.s.App.Desk.Config.Shop("acme")
	var day calendar.Date
	if !m.one(3) {
		day = calendar.Of(time.Now().Add(m.hours(24, 1000)), time.UTC)
	}
	m.made("delay announced", func() error {
		return m.s.App.DB.Write(context.Background(), func(tx *store.Tx) error {
			_, err := delays.Announce(context.Background(), tx, shop, o, day, "The ship is late.", olga, time.Now())
			return err
		})
	})
}

func (m *months) answerDelay(id string) {
	o, err := m.s.App.DB.OrderByExternalID(context.Background(), "acme", id)
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	must(m.t, err)
	all, err := m.s.App.DB.DelaysOf(context.Background(), o.ID)
	must(m.t, err)
	if _, open := cases.Waiting(o, all); open {
		wait := !m.one(3)
		m.made(fmt.Sprint("delay answered, to wait: ", wait), func() error { return m.s.App.Desk.AnswerDelay(context.Background(), o, all[len(all)-1].ID, wait) })
	}
}

// carrierFails makes EasyPost fail now and then, and has shoppers call their case off while its label is being bought.
func (m *months) carrierFails(call httpfault.Call) httpfault.Fault {
	m.mu.Lock()
	off := !m.tired && strings.HasSuffix(call.Path, "/buy") && m.dice.IntN(3) != 0
	m.mu.Unlock()
	if off {
		m.callOffInFlight(strings.Split(call.Path, "/")[3])
	}
	return m.httpFails(10)
}

func (m *months) callOffInFlight(shipment string) {
	ctx := context.Background()
	for _, one := range m.s.World.EasyPost.Shipments() {
		if one.ID != shipment {
			continue
		}
		label, err := m.s.App.DB.Label(ctx, one.Reference)
		if err != nil {
			m.t.Error(err)
			return
		}
		if _, err = m.s.App.Desk.CallOff(ctx, store.Case{ID: label.CaseID, Shop: label.Shop, OrderID: label.OrderID}, cases.Shopper); err == nil {
			m.mu.Lock()
			m.inFlight++
			m.mu.Unlock()
		} else if !errors.Is(err, returns.ErrStep) && !errors.Is(err, store.ErrConflict) {
			m.t.Error(err)
		}
	}
}

// everyMoveWasMade checks that the stories are not too tame.
func (m *months) everyMoveWasMade(count int) {
	if count < telling {
		return
	}
	for _, name := range []string{
		"changed", "called off", "letter", "answer", "answer read", "postage", "proof sent", "proof doubted", "proof accepted", "delay announced",
		"refunded before its order", "delay answered, to wait: true", "delay answered, to wait: false", "gift", "gift (refused)", "gift revoked", "gift return", "gift return (refused)", "gift credit paid", "gift exchanged",
	} {
		if m.moves[name] == 0 {
			m.t.Errorf("nobody made the move %q", name)
		}
	}
	if m.inFlight == 0 {
		m.t.Error("no case was called off while its label was being bought")
	}
}

// labelsAreTheCarriers checks that no label was paid for twice, that each that was paid for is its case's, and that one that nobody
// wanted any more went back, once.
func (m *months) labelsAreTheCarriers(count int) {
	ctx, ends := context.Background(), map[string]int{}
	for _, one := range m.s.World.EasyPost.Shipments() {
		row, err := m.s.App.DB.Label(ctx, one.Reference)
		must(m.t, err)
		bought := row.Status == store.LabelBought || row.Status == store.LabelVoid || row.Status == store.LabelVoided
		back := row.Status == store.LabelVoided
		if one.Bought > 1 || one.Refunded > 1 {
			m.t.Errorf("a label was paid for %d times and went back %d times", one.Bought, one.Refunded)
		}
		// What the carrier answered too often with an error waits for a person.
		if row.State != store.LabelHeld && (bought != (one.Bought == 1) || back != (one.Refunded == 1)) {
			m.t.Errorf("label %s is %s/%s, the carrier sold %d and took %d back", row.ID, row.Status, row.State, one.Bought, one.Refunded)
		}
		ends[row.Status+"/"+row.State]++
	}
	for i := range count {
		all, err := m.s.App.DB.CasesOf(ctx, stored(m.t, m.s, fmt.Sprint("M", i)).ID)
		must(m.t, err)
		for _, c := range all {
			labels, err := m.s.App.DB.LabelsOf(ctx, c.ID)
			must(m.t, err)
			n := 0
			for _, l := range labels {
				if l.Status == store.LabelBought {
					n++
				}
			}
			if n > 1 {
				m.t.Errorf("a case has %d labels", n)
			}
		}
	}
	m.t.Logf("labels at the carrier: %v", ends)
}

// staffHeardOfAnswersOnce checks that staff were told of each answer that they had not been told of, and of no other.
func (m *months) staffHeardOfAnswersOnce(count int) {
	for i := range count {
		o := stored(m.t, m.s, fmt.Sprint("M", i))
		want, got := 0, 0
		for _, n := range m.answers[o.ID] {
			want += n
		}
		for _, row := range rows(m.t, m.s, o.ExternalID) {
			if row.Topic == messages.StaffReply {
				got++
			}
		}
		if got != want {
			m.t.Errorf("order %s: staff were told %d times of answers, want %d", o.ExternalID, got, want)
		}
	}
}

// ofParcels are told in the same words of two parcels, or of the same parcel twice: it was tried to be delivered on two days.
var ofParcels = map[messages.Topic]bool{
	messages.Shipped: true, messages.InTransit: true, messages.OutForDelivery: true, messages.ReadyForPickup: true, messages.PickupEndsSoon: true,
	messages.Delivered: true, messages.AttemptFailed: true, messages.Delayed: true, messages.Customs: true, messages.AddressProblem: true,
	messages.Returning: true,
}

// aboutRefunds tell of one refund each.
var aboutRefunds = map[messages.Topic]bool{
	messages.RefundStarted: true, messages.RefundSucceeded: true, messages.RefundPaid: true, messages.RefundFailed: true, messages.RefundNeedsYou: true,
}

// nothingInTheSameWords checks that no two mails about an order or its cases tell a shopper or a recipient the same. Staff are reminded of a
// deadline at half time and before its end in the same words; who changes a request is told what became of it, also when the way to send
// it is all that is new.
func (m *months) nothingInTheSameWords(count int) {
	texts := map[string]string{}
	for _, d := range m.s.World.Mail.Deliveries() {
		texts[d.MessageID] = d.Text
	}
	for i := range count {
		told, changed := map[string]store.Message{}, m.changed[stored(m.t, m.s, fmt.Sprint("M", i)).ID]
		for _, row := range rows(m.t, m.s, fmt.Sprint("M", i)) {
			if row.State != store.MessageSent || row.Channel != messages.Mail || ofParcels[row.Topic] || row.Recipient == staffMail || (changed && row.Topic == messages.ReturnApproved) {
				continue
			}
			key := row.Recipient + " " + texts[row.HeaderID]
			if refund, _, _ := strings.Cut(row.Occasion, " "); aboutRefunds[row.Topic] {
				key += refund // two of one amount are two pieces of news
			}
			if first, twice := told[key]; twice {
				m.t.Errorf("%s was told twice, as %s of %v and as %s of %v:\n%s", row.Recipient, first.Topic, first.CreatedAt, row.Topic, row.CreatedAt, texts[row.HeaderID])
			}
			if row.Topic == messages.ShipDelay { // a date, and then again none: what was said before the date is news again
				maps.DeleteFunc(told, func(_ string, m store.Message) bool { return m.Topic == messages.ShipDelay })
			}
			told[key] = row
		}
	}
}
