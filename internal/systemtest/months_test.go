package systemtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"homeward/internal/app"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/internal/withdrawals"
	"homeward/jobs"
)

// seedEnv repeats the stories of a run of TestMonths: its value is the seed that a failed run printed. ordersEnv sets how many
// orders there are.
const (
	seedEnv   = "HOMEWARD_TEST_SEED"
	ordersEnv = "HOMEWARD_TEST_ORDERS"
)

// number reads an environment variable; fallback when it is not set.
func number(t *testing.T, name string, fallback uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseUint(text, 10, 64)
	must(t, err)
	return n
}

// Three months of hundreds of orders (CI sets thousands) with random stories, by the driver that walks the due rows: webhooks late, doubled and out of
// order, parcels lost and returned, refunds by us, by the shop and by hand, and a mail server, a Twilio and a Stripe that
// fail now and then, webhooks that are never sent, and a worker that crashes at every place of a refund's way. Redis forgets every
// task at once, and nothing is lost.
func TestMonths(t *testing.T) {
	usual, step := uint64(500), 3*time.Hour
	if testing.Short() || slow {
		usual, step = 150, 9*time.Hour
	}
	seed, count := number(t, seedEnv, rand.Uint64()), int(number(t, ordersEnv, usual))
	t.Logf("%s=%d", seedEnv, seed)
	var log bytes.Buffer
	var m *months
	setup := systemtest.Setup{Log: &log, Roles: app.Roles{Web: true}, Config: withPolicy, Seams: func(seams *app.Seams) {
		seams.Crash = func(p jobs.Point) error { return m.crashes(p) }
	}}
	systemtest.Virtual(t, systemtest.Calm, setup, func(t *testing.T, s *systemtest.System) {
		s.Redis.Forget()
		m = newMonths(t, s, rand.New(rand.NewPCG(seed, 0)))
		for i := range count {
			m.rng = rand.New(rand.NewPCG(seed, uint64(i)))
			m.plan(m.hours(0, 60*24), func() { m.order("M" + strconv.Itoa(i)) })
		}
		m.live(90*24*time.Hour, step)
		m.quiet()
		m.live(15*24*time.Hour, 12*time.Hour)
		t.Logf("%d orders, %d webhooks, %d mails (%d of them again), %d SMS, %d refunds at Stripe, %d returns refused, %d withdrawals, %d claims",
			count, m.posted, len(s.World.Mail.Deliveries()), m.again, outbound(s), len(s.World.Stripe.Refunds()), m.refused, m.withdrawn, m.claimed)
		t.Logf("moves: %v, labels of cases that were called off meanwhile: %d", m.moves, m.inFlight)
		t.Logf("crashes: %v, webhooks that nobody sent: %d", m.crashed, m.lost)
		m.everyPointWasHit(count)
		m.everyMessageEnded(count)
		m.nothingTwice()
		m.ledgerIsStripes()
		m.stateIsFold(count)
		m.statementsStand(count)
		m.nothingPassedInSilence(count)
		m.everyMoveWasMade(count)
		m.labelsAreTheCarriers(count)
		m.staffHeardOfAnswersOnce(count)
		m.nothingInTheSameWords(count)
		m.giftsKeepTheirSecrets(count)
	})
	nobodyNamed(t, "the log", log.String())
}

// statementsStand checks that every statement of withdrawal is on record, proven, and was acknowledged or says why not.
func (m *months) statementsStand(count int) {
	found, err := withdrawals.Verify(context.Background(), m.s.App.DB)
	must(m.t, err)
	if count >= telling && found.Statements < count/20 {
		m.t.Errorf("%d statements of withdrawal are too few to prove anything", found.Statements)
	}
	acknowledged := 0
	for i := range count {
		for _, row := range rows(m.t, m.s, "M"+strconv.Itoa(i)) {
			if row.Topic == messages.WithdrawalReceived {
				acknowledged++
			}
		}
	}
	if acknowledged < found.Statements {
		m.t.Errorf("%d statements, and only %d acknowledgements", found.Statements, acknowledged)
	}
}

// telling is how many orders there must be for everything to have happened to some.
const telling = 500

// everyMessageEnded checks that nothing that is due waits, and that what was not sent says why.
func (m *months) everyMessageEnded(count int) {
	ctx := context.Background()
	backlog, err := m.s.App.DB.Backlog(ctx, time.Now())
	must(m.t, err)
	for _, b := range backlog {
		if b.Due > 0 {
			m.t.Errorf("%d of %s wait, the oldest since %v", b.Due, b.Kind, b.Oldest)
		}
	}
	for _, e := range events(m.t, m.s, store.EventFailed) {
		m.t.Errorf("an event was not understood: %s %s", e.ErrorCode, e.ErrorMessage)
	}
	ends := map[string]int{}
	for i := range count {
		for _, row := range rows(m.t, m.s, "M"+strconv.Itoa(i)) {
			ends[row.State]++
			switch row.State {
			case store.MessageSent, store.MessageReplaced, store.Due: // due rows are of the future, see the backlog
			default:
				if row.ErrorCode == "" || row.ErrorMessage == "" {
					m.t.Errorf("a message is %s and does not say why: %+v", row.State, row)
				}
			}
			if got := m.arrived(row); row.State == store.MessageSent && got == 0 {
				m.t.Errorf("a message is sent and nobody has it: %+v", row)
			}
		}
	}
	m.t.Logf("messages ended: %v", ends)
	if count >= telling && (ends[store.MessageSent] < count*3 || ends[store.MessageReplaced] == 0 || ends[store.MessageFailed] == 0 || ends[store.MessageExpired] == 0) {
		m.t.Error("the stories are too tame to prove anything")
	}
}

// everyPointWasHit checks that the worker crashed at each place between a refund's intent and its record.
func (m *months) everyPointWasHit(count int) {
	for _, p := range jobs.Points {
		if count >= telling && m.crashed[p] == 0 {
			m.t.Errorf("nothing crashed at %s", p)
		}
	}
}

// arrived tells how often a message arrived.
func (m *months) arrived(row store.Message) int {
	if m.copies == nil {
		m.copies, m.texts = map[string]int{}, map[string]bool{}
		for _, d := range m.s.World.Mail.Deliveries() {
			m.copies[d.MessageID]++
		}
		for _, sms := range m.s.World.Twilio.Messages() {
			callback, err := url.Parse(sms.StatusCallback)
			must(m.t, err)
			m.copies[callback.Query().Get("message")]++
			m.texts[sms.To+" "+sms.Body] = true
		}
	}
	if row.Channel == "sms" {
		// Two parcels of an order that fail on one day are told in the same words. When the outcome of one is uncertain and the
		// other is found at Twilio, it is not sent again: the shopper has read it.
		if m.copies[row.ID] == 0 && m.texts[row.Recipient+" "+row.Body] {
			return 1
		}
		return m.copies[row.ID]
	}
	return m.copies[row.HeaderID]
}

// nothingTwice checks that no SMS went out twice, and mails only as often again as an answer of the server was lost after
// it had taken the mail.
func (m *months) nothingTwice() {
	again := 0
	for _, d := range m.s.World.Mail.Deliveries() {
		if m.copies[d.MessageID] > 1 {
			again++
		}
		if d.Malformed != "" {
			m.t.Errorf("a mail cannot be read: %s", d.Malformed)
		}
	}
	if again > 2*m.again {
		m.t.Errorf("%d copies of mails that went again, and only %d answers were lost", again, m.again)
	}
	for _, sms := range m.s.World.Twilio.Messages() {
		callback, _ := url.Parse(sms.StatusCallback)
		if n := m.copies[callback.Query().Get("message")]; n != 1 {
			m.t.Errorf("an SMS went out %d times", n)
		}
	}
}

// ledgerIsStripes checks that what we say of money is what Stripe says, and that no payment gave more than it had.
func (m *months) ledgerIsStripes() {
	ctx := context.Background()
	rowsByStripe := map[string]store.Refund{}
	for id := range m.orders {
		ledger, err := m.s.App.DB.RefundsOf(ctx, stored(m.t, m.s, id).ID)
		must(m.t, err)
		for _, r := range ledger {
			if r.StripeID != "" {
				if _, twice := rowsByStripe[r.StripeID]; twice {
					m.t.Errorf("two lines of the ledger are one refund at Stripe: %+v", r)
				}
				rowsByStripe[r.StripeID] = r
			} else if r.Origin == store.OriginHomeward && r.PaymentKind == "stripe" && r.State != store.RefundHeld {
				m.t.Errorf("a refund is neither at Stripe nor in front of a person: %+v", r)
			}
		}
	}
	given, states := map[string]int64{}, map[string]int{}
	for _, r := range m.s.World.Stripe.Refunds() {
		states[r.Status]++
		row, ok := rowsByStripe[r.ID]
		if !ok || row.Amount != r.Amount || string(row.Status) != r.Status {
			lines, err := m.s.App.DB.RefundsByPayment(ctx, r.IntentID)
			must(m.t, err)
			m.t.Errorf("Stripe has %+v, the ledger %s %d %s; all of its payment: %+v", r, row.StripeID, row.Amount, row.Status, lines)
		}
		delete(rowsByStripe, r.ID)
		if r.Status != "failed" && r.Status != "canceled" {
			given[r.IntentID] += r.Amount
		}
	}
	for id := range rowsByStripe {
		m.t.Errorf("the ledger has %s and Stripe does not", id)
	}
	for intent, sum := range given {
		if sum > m.captured[intent] {
			m.t.Errorf("%s: %d given back of %d", intent, sum, m.captured[intent])
		}
	}
	m.t.Logf("refunds at Stripe: %v", states)
	if len(m.orders) >= telling && (states["succeeded"] == 0 || states["failed"] == 0) {
		m.t.Error("the stories are too tame to prove anything")
	}
}

// stateIsFold checks that every order is what its facts say, in whatever order one hears them.
func (m *months) stateIsFold(count int) {
	for i := range count {
		o := stored(m.t, m.s, "M"+strconv.Itoa(i))
		facts, err := m.s.App.DB.Facts(context.Background(), o.ID)
		must(m.t, err)
		want, err := json.Marshal(o.State)
		must(m.t, err)
		for range 3 {
			m.rng.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
			got, err := json.Marshal(orders.Fold(slices.Clone(facts)))
			must(m.t, err)
			if !bytes.Equal(got, want) {
				m.t.Errorf("order %s of %d facts:\nstored %s\nfolded %s", o.ExternalID, len(facts), want, got)
				break
			}
		}
	}
}
