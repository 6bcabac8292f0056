package systemtest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/smtpd"
	"homeward/providers/standin/striped"
)

const messagesRoute = "POST /2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json"

// smsOf gives an order's SMS; the order must have exactly one.
func smsOf(t *testing.T, s *systemtest.System, externalID string) store.Message {
	t.Helper()
	var found []store.Message
	for _, m := range rows(t, s, externalID) {
		if m.Channel == "sms" {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		t.Fatalf("order %s has %d SMS", externalID, len(found))
	}
	return found[0]
}

// An SMS whose answer was lost is looked up twice, a minute apart, before it goes again; one that Twilio has is not sent
// again; one that cannot be looked up waits for staff.
func TestAnUncertainSMSIsLookedUp(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		var posted time.Time
		uncertain := func(id string, f httpfault.Fault) []httpfault.Call {
			s.Post("order.placed", time.Now(), orderOf("pl", id, time.Now(), nil))
			s.Pass(time.Minute)
			s.World.Twilio.Fail(messagesRoute, f)
			seen := len(s.World.Twilio.Calls())
			posted = time.Now()
			s.Post("parcel.updated", posted, parcel(id, "out_for_delivery", posted, nil))
			s.Pass(5 * time.Minute)
			return s.World.Twilio.Calls()[seen:]
		}
		calls := uncertain("1", httpfault.Fault{Cut: true}) // the line broke and Twilio never had it
		if got := methods(calls); got != "POST GET GET POST " {
			t.Errorf("Twilio never had the SMS: called %s", got)
		} else if waited := smsOf(t, s, "1").SentAt.Sub(posted); waited < 2*time.Minute {
			t.Errorf("it went again after %v, want a minute before each look", waited)
		}
		calls = uncertain("2", httpfault.Fault{Cut: true, Effect: true}) // the line broke after Twilio had it
		if got := methods(calls); got != "POST GET " {
			t.Errorf("Twilio had the SMS: called %s", got)
		}
		for _, id := range []string{"1", "2"} {
			if m := smsOf(t, s, id); m.State != store.MessageSent || m.ProviderID == "" {
				t.Errorf("order %s: SMS is %s with SID %q", id, m.State, m.ProviderID)
			}
		}
		s.World.Twilio.Hook(func(c httpfault.Call) httpfault.Fault { // Twilio can no longer be asked
			return httpfault.Fault{Status: map[bool]int{true: http.StatusServiceUnavailable}[c.Method == http.MethodGet]}
		})
		uncertain("3", httpfault.Fault{Cut: true})
		s.Pass(time.Hour)
		if m := smsOf(t, s, "3"); m.State != store.MessageHeld || m.ErrorCode == "" {
			t.Errorf("an SMS that cannot be looked up is %s (%s), want held for staff", m.State, m.ErrorCode)
		}
		oncePerMessage(t, s)
	})
}

// methods tells which calls were made.
func methods(calls []httpfault.Call) string {
	var out string
	for _, c := range calls {
		out += c.Method + " "
	}
	return out
}

// Redis loses everything while work is under way: the sweep gives every row a new task.
func TestRedisForgetsEverything(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		for _, id := range []string{"1", "2", "3", "4"} {
			s.Post("order.placed", time.Now(), orderOf("pl", id, time.Now(), nil))
			s.Pass(10 * time.Second)
			s.Post("parcel.updated", time.Now(), parcel(id, "handed_over", time.Now(), nil))
			s.Pass(time.Second)
			s.Redis.FlushAll()
		}
		s.Pass(15 * time.Minute)
		for _, id := range []string{"1", "2", "3", "4"} {
			told(t, s, id, 3*time.Minute, "placed/mail sent", "shipped/mail sent")
		}
		oncePerMessage(t, s)
	})
}

// A stop waits for the mail that is under way, and a start afterwards finds nothing to do twice.
func TestAStopWaitsForWhatIsUnderWay(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.World.Mail.Fail(smtpd.AfterDot, smtpd.Fault{Delay: 20 * time.Second})
		s.Post("order.placed", time.Now(), orderOf("pl", "1", time.Now(), nil))
		for s.World.Mail.Count(smtpd.AfterDot) == 0 {
			s.Pass(time.Second)
		}
		began := time.Now()
		id := rows(t, s, "1")[0].ID
		s.StopRunning()
		if took := time.Since(began); took < 15*time.Second || took > 25*time.Second {
			t.Errorf("the stop took %v, the mail under way 20 s", took)
		}
		m, err := s.App.DB.Message(t.Context(), id)
		if err != nil || m.State != store.MessageSent {
			t.Errorf("after the stop the mail is %s (%v), want sent", m.State, err)
		}
		if n := len(s.World.Mail.Deliveries()); n != 1 {
			t.Errorf("%d mails, want 1", n)
		}
		s.Run()
		s.Pass(10 * time.Minute)
		oncePerMessage(t, s)
	})
}

// Redis is away at the webhook, at the enqueue and in the handler: the webhook is taken at once, and everything is sent
// after Redis is back.
func TestRedisIsAway(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		// In the handler: the mail is under way when Redis goes.
		s.World.Mail.Fail(smtpd.AfterDot, smtpd.Fault{Delay: 10 * time.Second})
		s.Post("order.placed", time.Now(), orderOf("pl", "1", time.Now(), nil))
		for s.World.Mail.Count(smtpd.AfterDot) == 0 {
			s.Pass(time.Second)
		}
		s.Redis.Leave()
		s.Pass(30 * time.Second)
		// At the webhook, and with it at the enqueue.
		began := time.Now()
		status, event := s.Post("order.placed", time.Now(), orderOf("de", "2", time.Now(), nil))
		if status != http.StatusAccepted || event == "" || time.Since(began) > time.Second {
			t.Errorf("without Redis: answered %d after %v", status, time.Since(began))
		}
		s.Pass(2 * time.Minute)
		if got := s.Get("/readyz"); got != http.StatusOK {
			t.Errorf("/readyz: %d, want 200: webhooks can be taken", got)
		}
		s.Redis.Return()
		s.Pass(5 * time.Minute)
		told(t, s, "1", time.Minute, "placed/mail sent")
		told(t, s, "2", time.Minute, "placed/mail sent")
		oncePerMessage(t, s)
	})
}

// Every fault at every verb of SMTP ends with the mail sent once, or in plain sight with a reason.
func TestSMTPRefusesAtEachVerb(t *testing.T) {
	type c struct {
		verb  smtpd.Verb
		fault smtpd.Fault
		end   string // what the row says in the end
		mails int    // how often the mail arrived
	}
	var cases []c
	for _, verb := range []smtpd.Verb{smtpd.Connect, smtpd.Ehlo, smtpd.Mail, smtpd.Rcpt, smtpd.Data, smtpd.AfterDot} {
		end := store.MessageFailed
		if verb == smtpd.Connect || verb == smtpd.Ehlo {
			end = store.MessageSent // a server that greets with a refusal says nothing of this mail
		}
		cases = append(cases,
			c{verb, smtpd.Fault{Code: 451, Enhanced: [3]int{4, 3, 0}}, store.MessageSent, 1},
			c{verb, smtpd.Fault{Code: 550, Enhanced: [3]int{5, 1, 1}}, end, map[bool]int{true: 1}[end == store.MessageSent]},
			c{verb, smtpd.Fault{Cut: true}, store.MessageSent, 1},
			c{verb, smtpd.Fault{Delay: 10 * time.Minute}, store.MessageSent, map[bool]int{false: 1, true: 2}[verb == smtpd.AfterDot]})
	}
	cases = append(cases, c{smtpd.Content, smtpd.Fault{Cut: true}, store.MessageSent, 1},
		c{smtpd.AfterDot, smtpd.Fault{Cut: true, Keep: true}, store.MessageSent, 2}) // accepted, unknown to us: it goes again under its Message-ID
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		for i, tc := range cases {
			s.World.Mail.Reset()
			s.World.Mail.DropConnections()
			s.World.Mail.Fail(tc.verb, tc.fault)
			id := string(rune('A'+i/10)) + string(rune('0'+i%10))
			s.Post("order.placed", time.Now(), orderOf("en", id, time.Now(), nil))
			s.Pass(20 * time.Minute)
			s.World.Mail.Clear(tc.verb)
			m := rows(t, s, id)[0]
			if m.State != tc.end || (tc.end == store.MessageFailed && (m.ErrorCode == "" || m.ErrorMessage == "")) {
				t.Errorf("%s %+v: the mail is %s (%s %s), want %s", tc.verb, tc.fault, m.State, m.ErrorCode, m.ErrorMessage, tc.end)
			}
			ids := map[string]bool{}
			for _, d := range s.World.Mail.Deliveries() {
				ids[d.MessageID] = true
			}
			if n := len(s.World.Mail.Deliveries()); n != tc.mails || len(ids) > 1 {
				t.Errorf("%s %+v: arrived %d times under %d Message-IDs, want %d", tc.verb, tc.fault, n, len(ids), tc.mails)
			}
		}
	})
}

// outages are what an HTTP API can do to its caller. Cut and slow come with and without effect.
var outages = map[string]httpfault.Fault{
	"500":               {Status: http.StatusInternalServerError},
	"500 after effect":  {Status: http.StatusInternalServerError, Effect: true},
	"429":               {Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}}},
	"slow":              {Delay: 50 * time.Second},
	"cut":               {Cut: true},
	"cut after effect":  {Cut: true, Effect: true},
	"slow after effect": {Delay: 50 * time.Second, Cut: true, Effect: true},
}

// Whatever Twilio does, an SMS goes out once.
func TestTwilioFails(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		for name, f := range outages {
			id := "T" + digits(name)
			s.Post("order.placed", time.Now(), orderOf("pl", id, time.Now(), nil))
			s.Pass(time.Minute)
			s.World.Twilio.Fail(messagesRoute, f)
			before := outbound(s)
			s.Post("parcel.updated", time.Now(), parcel(id, "out_for_delivery", time.Now(), nil))
			s.Pass(10 * time.Minute)
			if m := smsOf(t, s, id); m.State != store.MessageSent || m.ProviderID == "" {
				t.Errorf("%s: the SMS is %s (%s)", name, m.State, m.ErrorCode)
			}
			if n := outbound(s) - before; n != 1 {
				t.Errorf("%s: Twilio has it %d times", name, n)
			}
		}
		oncePerMessage(t, s)
	})
}

// Whatever Stripe does, a refund is made once.
func TestStripeFails(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.World.Stripe.StartAs("succeeded")
		for _, route := range []string{"POST /v1/refunds", "GET /v1/payment_intents", "GET /v1/refunds"} {
			for name, f := range outages {
				id := "S" + digits(route+name)
				s.World.Stripe.AddPayment("pi_"+id, 9479, "pln")
				now := time.Now()
				s.Post("order.placed", now, orderOf("pl", id, now, nil))
				s.Post("parcel.updated", now, parcel(id, "delivered", now, map[string]any{"delivered_to": "recipient"}))
				s.Pass(30 * time.Second)
				s.World.Stripe.Fail(route, f)
				giveBack(t, s, id, 1)
				s.Pass(15 * time.Minute)
				var made []striped.Refund
				for _, r := range s.World.Stripe.Refunds() {
					if r.IntentID == "pi_"+id {
						made = append(made, r)
					}
				}
				if len(made) != 1 || made[0].Amount != 3990 {
					t.Errorf("%s at %s: Stripe has %+v, want one of 3990", name, route, made)
				}
				ledger, err := s.App.DB.RefundsOf(context.Background(), stored(t, s, id).ID)
				if err != nil || len(ledger) != 1 || ledger[0].Status != store.RefundSucceeded {
					t.Errorf("%s at %s: ledger %+v (%v)", name, route, ledger, err)
				}
			}
		}
		oncePerMessage(t, s)
	})
}

// digits makes a short number of a name, for ids that must not repeat.
func digits(name string) string {
	var n uint32 = 7
	for _, b := range []byte(name) {
		n = n*31 + uint32(b)
	}
	return time.Unix(int64(n), 0).UTC().Format("20060102150405")
}

func outbound(s *systemtest.System) int {
	n := 0
	for _, m := range s.World.Twilio.Messages() {
		if !m.Inbound {
			n++
		}
	}
	return n
}
