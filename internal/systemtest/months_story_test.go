package systemtest_test

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/internal/withdrawals"
	"homeward/jobs"
	"homeward/providers/providertest/sign"
	"homeward/providers/standin"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/smtpd"
)

// months is a world of random stories. Every order has dice of its own, so that a seed repeats its story whatever the
// handlers do meanwhile; when which handler meets which failure is not repeated.
type months struct {
	t   *testing.T
	s   *systemtest.System
	rng *rand.Rand // of the story that is being told
	due agenda

	mu    sync.Mutex // of the dice of the stand-ins, which are thrown by their own goroutines
	dice  *rand.Rand
	tired bool // the world fails no more
	again int  // answers that were lost after a mail was taken

	crashed map[jobs.Point]int

	orders   map[string]*bought
	captured map[string]int64 // by payment intent
	settled  map[string]bool  // refunds at Stripe that have their end planned
	silent   map[string]bool  // those of which no webhook tells
	copies   map[string]int   // by Message-ID, and of SMS by our id
	texts    map[string]bool  // SMS by recipient and text
	serial   int
	posted   int
	lost     int // webhooks of carriers and warehouses that were never sent
	refused  int
	// withdrawn counts the statements of withdrawal, claimed the claims.
	withdrawn, claimed int
	moves              map[string]int            // what else happened, by its name
	answers            map[string]map[string]int // by order: the answers that staff had not been told of, by case
	changed            map[string]bool           // orders of which a request was changed
	inFlight           int                       // labels whose case was called off while they were being bought
}

// bought is what the world knows of an order.
type bought struct {
	lang, currency string
	lines          []boughtLine
	intents        []string
}

type boughtLine struct {
	id, sku  string
	quantity int
}

// agenda holds what the world will do, soonest first.
type agenda []beat

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(beat)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

func newMonths(t *testing.T, s *systemtest.System, rng *rand.Rand) *months {
	m := &months{
		t: t, s: s, rng: rng, dice: rand.New(rand.NewPCG(rng.Uint64(), 1)),
		orders: map[string]*bought{}, captured: map[string]int64{}, settled: map[string]bool{}, silent: map[string]bool{},
		crashed: map[jobs.Point]int{}, moves: map[string]int{}, answers: map[string]map[string]int{}, changed: map[string]bool{},
	}
	s.World.Mail.Hook(m.mailFails)
	s.World.Twilio.Hook(func(httpfault.Call) httpfault.Fault { return m.httpFails(30) })
	s.World.Stripe.Hook(func(httpfault.Call) httpfault.Fault { return m.httpFails(12) })
	s.World.EasyPost.Hook(m.carrierFails)
	return m
}

// plan has the world do something after a while.
func (m *months) plan(after time.Duration, do func()) {
	rng := m.rng
	heap.Push(&m.due, beat{time.Now().Add(after), func() { m.rng = rng; do() }})
}

// live lets so much time pass in steps: the world does what falls into each, then the rows that are due are worked off.
func (m *months) live(span, step time.Duration) {
	for end := time.Now().Add(span); time.Now().Before(end); {
		next := time.Now().Add(step)
		for len(m.due) > 0 && !m.due[0].at.After(next) {
			b := heap.Pop(&m.due).(beat)
			if wait := time.Until(b.at); wait > 0 {
				time.Sleep(wait)
			}
			b.do()
		}
		time.Sleep(time.Until(next))
		m.s.Drain(context.Background())
		m.settleRefunds()
	}
}

// quiet ends the failures, so that everything can come to its end.
func (m *months) quiet() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tired = true
}

func (m *months) mailFails(c smtpd.Call) smtpd.Fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tired || m.dice.IntN(40) != 0 {
		return smtpd.Fault{}
	}
	switch c.Verb {
	case smtpd.Rcpt:
		return []smtpd.Fault{{Code: 450, Enhanced: [3]int{4, 2, 0}}, {Code: 550, Enhanced: [3]int{5, 1, 1}}, {Cut: true}}[m.dice.IntN(3)]
	case smtpd.AfterDot:
		f := []smtpd.Fault{{Code: 451}, {Cut: true}, {Cut: true, Keep: true}}[m.dice.IntN(3)]
		if f.Keep {
			m.again++
		}
		return f
	default:
		return smtpd.Fault{Cut: true}
	}
}

func (m *months) httpFails(oneIn int) httpfault.Fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tired || m.dice.IntN(oneIn) != 0 {
		return httpfault.Fault{}
	}
	return []httpfault.Fault{
		{Status: http.StatusInternalServerError}, {Status: http.StatusInternalServerError, Effect: true}, {Status: http.StatusTooManyRequests},
		{Cut: true}, {Cut: true, Effect: true}, {Delay: 40 * time.Second, Cut: true, Effect: true},
	}[m.dice.IntN(6)]
}

// errCrash ends a worker where it stands.
var errCrash = errors.New("the machine is gone")

func (m *months) crashes(p jobs.Point) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	oneIn := 25
	switch p {
	case jobs.AfterCharge, jobs.AfterIntent, jobs.AfterCall, jobs.BeforeRecord: // few come this far
		oneIn = 8
	}
	if m.tired || m.dice.IntN(oneIn) != 0 {
		return nil
	}
	m.crashed[p]++
	return errCrash
}

// one in so many.
func (m *months) one(in int) bool { return m.rng.IntN(in) == 0 }

func (m *months) hours(from, to int) time.Duration {
	return time.Duration(from)*time.Hour + time.Duration(m.rng.Int64N(int64(time.Duration(to-from)*time.Hour)))
}

// post sends a webhook that tells of now, and sometimes late, and sometimes twice.
func (m *months) post(kind string, data any) {
	body := envelope(m.t, kind, data)
	m.serial++
	id := fmt.Sprintf("months_%d", m.serial)
	send := func() {
		m.posted++
		if status, _ := m.s.PostRaw("erp", sign.Standard(systemtest.StandardSecret, id, time.Now(), body), body); status/100 != 2 {
			m.t.Fatalf("%s: answered %d", kind, status)
		}
	}
	if kind == "parcel.updated" && m.one(40) {
		m.lost++
		return
	}
	switch m.rng.IntN(20) {
	case 0:
		m.plan(m.hours(1, 96), send) // later than a shopper would want to hear of it
	case 1, 2:
		m.plan(m.hours(0, 20), send)
	case 3, 4:
		send()
		m.plan(m.hours(0, 30), send)
	default:
		send()
	}
}

// months90 are the buyers of the months, by the key of buyers.
var months90 = []string{"pl", "en", "sl", "ar", "ru", "de", "us"}

// order places an order and plans its story.
func (m *months) order(id string) {
	b := &bought{lang: months90[m.rng.IntN(len(months90))], currency: []string{"PLN", "PLN", "EUR", "JPY"}[m.rng.IntN(4)]}
	if b.lang == "us" {
		b.currency = "USD"
	}
	m.orders[id] = b
	var total int64
	var lines []any
	for i := range 1 + m.rng.IntN(3) {
		quantity, price := 1+m.rng.IntN(3), 100+m.rng.Int64N(20000)
		discount := m.rng.Int64N(price) * int64(m.rng.IntN(2))
		line := boughtLine{id: fmt.Sprintf("l%d", i), sku: skus[m.rng.IntN(len(skus))], quantity: quantity}
		b.lines = append(b.lines, line)
		total += int64(quantity)*price - discount
		lines = append(lines, map[string]any{
			"id": line.id, "sku": line.sku, "title": "Tea", "quantity": quantity, "unit_price": b.money(price), "discount": b.money(discount), "tax": b.money(0),
		})
	}
	off, shipping := m.rng.Int64N(max(total/4, 1)), []int64{0, 999, 1499}[m.rng.IntN(3)]
	total += shipping - off
	more := map[string]any{
		"currency": b.currency, "lines": lines, "order_discount": b.money(off), "total": b.money(total),
		"shipping": map[string]any{"paid": b.money(shipping), "tax": b.money(0)}, "payments": m.payments(id, b, total),
	}
	if m.one(2) || b.lang == "us" {
		more["promised"] = map[string]any{
			"ship_by": time.Now().Add(m.hours(24, 72)).Format(time.DateOnly), "deliver_by": time.Now().Add(m.hours(72, 240)).Format(time.DateOnly),
		}
	}
	data := orderOf(b.lang, id, time.Now(), more)
	if len(b.intents) > 0 && m.one(60) { // the shop refunds at Stripe itself before the order's webhook goes out
		m.moves["refunded before its order"]++
		m.plan(m.hours(1, 3), func() { m.refundByHand(b.intents[0]) })
		m.plan(m.hours(72, 96), func() { m.post("order.placed", data) })
	} else {
		m.post("order.placed", data)
	}
	switch m.rng.IntN(20) {
	case 0:
		m.plan(m.hours(1, 60), func() { m.post("order.cancelled", map[string]any{"order_id": id, "reason": "customer"}) })
	case 1, 2:
		m.plan(m.hours(1, 60), func() { m.post("order.updated", data) })
	}
	first := m.hours(2, 80)
	if b.lang == "us" && m.one(2) {
		first = m.late(id)
	}
	for n := range 1 + m.rng.IntN(2) {
		m.plan(first+m.hours(0, 2), func() { m.journey(id, n, n == 0) })
	}
	if m.one(2) {
		m.plan(first+m.hours(2, 200), func() { m.gift(id) })
	}
	if len(b.intents) > 0 && m.one(25) {
		m.plan(m.hours(24, 400), func() { m.refundByHand(b.intents[0]) })
	}
}

func (b *bought) money(minor int64) string {
	if b.currency == "JPY" {
		return fmt.Sprint(minor)
	}
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}

// payments splits a total over one or two tenders.
func (m *months) payments(id string, b *bought, total int64) []any {
	var out []any
	add := func(kind, reference string, amount int64) {
		if amount == 0 {
			return
		}
		if kind == "stripe" {
			m.s.World.Stripe.AddPayment(reference, amount, b.currency)
			m.captured[reference] = amount
			b.intents = append(b.intents, reference)
		}
		out = append(out, map[string]any{"kind": kind, "reference": reference, "amount": b.money(amount)})
	}
	part := m.rng.Int64N(total)
	switch m.rng.IntN(10) {
	case 0:
		add("gift_card", "g"+id, part)
		add("stripe", "pi_"+id, total-part)
	case 1:
		add("stripe", "pi_"+id, part)
		add("stripe", "pi_second"+id, total-part)
	case 2:
		add("cash_on_delivery", "", total)
	default:
		add("stripe", "pi_"+id, total)
	}
	return out
}

// journey plans what carriers say of a parcel.
func (m *months) journey(id string, n int, returnable bool) {
	say := func(status string, more map[string]any) {
		p := parcel(id, status, time.Now(), more)
		inner := p["parcel"].(map[string]any)
		inner["id"], inner["tracking_number"] = fmt.Sprintf("p%d", n), fmt.Sprintf("T%d%s", n, id)
		if tracked := status == "in_transit" || status == "out_for_delivery" || status == "delivered"; tracked && more == nil && m.one(4) {
			postTracker(m.s, fmt.Sprintf("T%d%s", n, id), status, time.Now())
			m.posted++
			return
		}
		m.post("parcel.updated", p)
	}
	var after time.Duration
	next := func(status string, more map[string]any) {
		m.plan(after, func() { say(status, more) })
		after += m.hours(2, 40)
	}
	if m.one(2) {
		next("announced", nil)
	}
	next("handed_over", nil)
	for range m.rng.IntN(3) {
		next("in_transit", nil)
	}
	if m.one(8) {
		next("in_transit", map[string]any{"incident": "delayed", "estimated_delivery": time.Now().Add(m.hours(48, 200)).Format(time.DateOnly)})
	}
	if m.one(12) {
		next("teleported", nil)
	}
	switch m.rng.IntN(8) {
	case 0:
		next("ready_for_pickup", map[string]any{"pickup": map[string]any{
			"place": "KRA01M", "code": "123456", "until": time.Now().Add(after + 60*time.Hour).UTC().Format(time.RFC3339)}})
		next("collected", nil)
	case 1:
		next("returning", nil)
		next("returned", nil)
		return
	case 2:
		return // lost: nobody ever says so
	case 3:
		next("out_for_delivery", nil)
		next("out_for_delivery", map[string]any{"incident": "attempt_failed"})
		fallthrough
	default:
		next("out_for_delivery", nil)
		next("delivered", map[string]any{"delivered_to": []string{"recipient", "neighbour", "safe_place"}[m.rng.IntN(3)]})
	}
	if returnable && m.one(2) {
		m.plan(after+m.hours(1, 300), func() { m.giveBack(id) })
	}
}

// giveBack has a shopper return something, and the goods come back one way or another, or never.
func (m *months) giveBack(id string) {
	o, err := m.s.App.DB.OrderByExternalID(context.Background(), "acme", id)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !o.State.Known) { // its webhook is late, and nobody has its link
		return
	}
	must(m.t, err)
	var items []returns.Item
	for _, l := range m.orders[id].lines {
		if n := m.rng.IntN(l.quantity + 1); n > 0 {
			items = append(items, returns.Item{LineID: l.id, Quantity: n})
		}
	}
	m.serial++
	switch m.rng.IntN(6) {
	case 0, 1:
		m.withdraw(o, items)
		return
	case 2:
		m.claim(o, items)
		return
	}
	c, err := m.s.App.Desk.Open(context.Background(), o, m.request(items), fmt.Sprint("n", m.serial))
	if errors.Is(err, cases.ErrRefused) {
		m.refused++
		return
	}
	must(m.t, err)
	m.comesBack(id, c, items)
	m.secondThoughts(c, items)
}

// withdraw has a shopper withdraw from all or a part of an order, and sometimes say so twice.
func (m *months) withdraw(o store.Order, items []returns.Item) {
	statement := withdrawals.Statement{
		Shop: o.Shop, OrderID: o.ID, Name: "Bronisława", Number: o.State.Order.Number, Language: o.Language, Text: "I withdraw from the contract.",
	}
	if !m.one(2) {
		statement.Items = items
	}
	first, err := m.s.App.Withdrawals.Declare(context.Background(), statement)
	must(m.t, err)
	if m.one(3) {
		second, err := m.s.App.Withdrawals.Declare(context.Background(), statement)
		must(m.t, err)
		if second.Key != first.Key {
			m.t.Errorf("a statement made twice has two receipts: %s, %s", first.Reference, second.Reference)
		}
	}
	m.withdrawn++
	w, err := m.s.App.DB.WithdrawalByKey(context.Background(), o.Shop, first.Key)
	must(m.t, err)
	if w.CaseID == "" || time.Since(w.SubmittedAt) > time.Second { // made before, the case is on its way
		return
	}
	c, err := m.s.App.DB.Case(context.Background(), w.CaseID)
	must(m.t, err)
	m.comesBack(o.ExternalID, c, c.Items)
}

// comesBack has the goods of a case come back one way or another, or never.
func (m *months) comesBack(id string, c store.Case, items []returns.Item) {
	if m.one(3) {
		m.plan(m.hours(1, 200), func() { m.giveBack(id) })
	}
	receive := func(items []returns.Item) {
		var lines []any
		for _, item := range items {
			lines = append(lines, map[string]any{"id": item.LineID, "quantity": item.Quantity})
		}
		m.post("return.received", map[string]any{"order_id": id, "rma": c.RMA, "lines": lines, "at": time.Now().UTC().Format(time.RFC3339)})
	}
	if m.one(2) {
		m.plan(m.hours(100, 400), func() { m.inspect(c.ID) })
	}
	m.aboutIt(c)
	switch m.rng.IntN(6) {
	case 0:
		m.plan(m.hours(1, 50), func() {
			if _, err := m.s.App.Desk.CallOff(context.Background(), c, cases.Shopper); err != nil && !errors.Is(err, returns.ErrStep) {
				m.t.Error(err)
			}
		})
	case 1: // by a parcel that a carrier follows
		number := "BACK" + fmt.Sprint(m.serial)
		m.plan(m.hours(1, 50), func() {
			_, err := m.s.App.Desk.MarkSent(context.Background(), c, number)
			if !errors.Is(err, returns.ErrStep) { // a withdrawal may have taken the return over meanwhile
				must(m.t, err)
			}
		})
		for _, status := range []string{"in_transit", "delivered", "delivered"} {
			m.plan(m.hours(51, 200), func() { postTracker(m.s, number, status, time.Now()) })
		}
	case 2: // never
	case 3: // in two parcels
		m.plan(m.hours(24, 200), func() { receive(items[:min(1, len(items))]) })
		m.plan(m.hours(24, 300), func() { receive(nil) })
	default:
		m.plan(m.hours(24, 200), func() { receive(items) })
	}
}

// refundByHand has somebody refund at Stripe itself.
func (m *months) refundByHand(intent string) {
	id, err := m.s.World.Stripe.RefundOutside(intent, 1+m.rng.Int64N(m.captured[intent]))
	if err != nil {
		return // nothing is left
	}
	if m.one(4) { // and no webhook tells of it, ever
		m.silent[id] = true
		return
	}
	must(m.t, m.s.World.Stripe.Announce(context.Background(), id))
}

// settleRefunds plans how the refunds end that are new at Stripe: most well, some not, some first well and then not; and
// sometimes no webhook tells of it.
func (m *months) settleRefunds() {
	for _, r := range m.s.World.Stripe.Refunds() {
		if m.settled[r.ID] {
			continue
		}
		m.settled[r.ID] = true
		status, reason := "succeeded", ""
		if m.one(8) {
			status, reason = "failed", "lost_or_stolen_card"
		}
		silent := m.silent[r.ID] || m.one(5)
		settle := func(status, reason string) {
			if silent && !m.tired { // the daily reading finds it, if there is a day left
				m.s.World.Stripe.Webhook("", "", nil)
			}
			must(m.t, m.s.World.Stripe.Settle(context.Background(), r.ID, status, reason))
			m.s.World.Stripe.Webhook(m.s.URL+"/hooks/acme/stripe", standin.WebhookSecret, m.s.World.Client)
		}
		m.plan(m.hours(1, 150), func() { settle(status, reason) })
		if status == "succeeded" && m.one(12) {
			m.plan(m.hours(160, 300), func() { settle("failed", "expired_or_canceled_card") })
		}
	}
}
