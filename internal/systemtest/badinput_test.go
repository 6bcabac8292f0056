package systemtest_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/providers/providertest/sign"
	"homeward/providers/standin/smtpd"
)

// What can come in wrong, and the test that shows a clear answer and nothing lost:
//
//	wrong or missing signature                    TestRefusedAtTheDoor
//	empty secret in the configuration             TestAnEmptySecretIsAnError
//	unknown shop                                  TestRefusedAtTheDoor
//	a body of 6 MiB                               TestRefusedAtTheDoor
//	truncated JSON with a valid signature         TestNotUnderstood
//	a number where a string belongs               TestNotUnderstood
//	unknown currency                              TestNotUnderstood
//	ids above 2^53                                TestGreatIDsStayWhole
//	an e-mail that is none, a phone that is none  TestOddOrders
//	no locale                                     TestOddOrders
//	unknown status                                TestAnUnknownStatusStaysUnknown
//	events out of order                           TestEventsOutOfOrder
//	the same event a thousand times at once       TestTheSameEventAThousandTimes
//	a tampered or expired link                    TestLinksThatDoNotOpen
//	a form posted twice                           TestAFormPostedTwice
//	Redis down: webhook, enqueue, handler         TestRedisIsAway
//	database locked                               TestTheDatabaseIsLocked
//	SMTP refusing at each verb                    TestSMTPRefusesAtEachVerb
//	Twilio 500, 429, slow, line cut               TestTwilioFails, TestAnUncertainSMSIsLookedUp
//	Stripe 500, 429, slow, line cut               TestStripeFails
//
// A faulty request changes nothing else: each of these tests ends with an ordinary order that is served.

// answer posts to a path and reads the JSON that comes back.
func answer(t *testing.T, s *systemtest.System, path string, header http.Header, body []byte) (status int, said map[string]string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+path, bytes.NewReader(body))
	must(t, err)
	r.Header = header
	res, err := s.World.Client.Do(r)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // it was read
	must(t, json.NewDecoder(res.Body).Decode(&said))
	return res.StatusCode, said
}

// signed makes the headers of a delivery of the standard source.
func signed(id string, body []byte) http.Header {
	return sign.Standard(systemtest.StandardSecret, id, time.Now(), body)
}

// envelope makes a body of the standard source.
func envelope(t *testing.T, kind string, data any) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": time.Now().UTC().Format(time.RFC3339), "data": data})
	must(t, err)
	return body
}

// stillServes checks that an ordinary order goes through.
func stillServes(t *testing.T, s *systemtest.System) {
	t.Helper()
	s.Post("order.placed", time.Now(), orderOf("en", "plain", time.Now(), nil))
	s.Pass(time.Minute)
	told(t, s, "plain", time.Minute, "placed/mail sent")
}

// events gives the stored events of some states.
func events(t *testing.T, s *systemtest.System, states ...string) []store.Event {
	t.Helper()
	all, err := s.App.DB.EventsIn(t.Context(), states, 100)
	must(t, err)
	return all
}

var everyState = []string{store.Due, store.EventApplied, store.EventWaiting, store.EventIgnored, store.EventFailed}

// An empty secret stops Homeward before it takes anything, and says where to look.
func TestAnEmptySecretIsAnError(t *testing.T) {
	const file = `public_url: http://localhost:8080
secret: ${SECRET}
shops:
  - id: acme
    name: Acme
    country: PL
    time_zone: Europe/Warsaw
    sources:
      - {name: erp, kind: standard, secret: "${ERP}"}
`
	env := func(name string) (string, bool) {
		return map[string]string{"SECRET": "a-secret-for-tests-of-at-least-32-bytes"}[name], true
	}
	if _, err := config.Parse([]byte(file), ".", env); err == nil || !strings.Contains(err.Error(), "sources[0].secret: is empty") {
		t.Errorf("got %v, want an error that names the empty secret", err)
	}
}

func TestRefusedAtTheDoor(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		body := []byte(`{"type":"order.paid"}`)
		with := func(h http.Header, name, value string) http.Header {
			h = h.Clone()
			h.Set(name, value)
			return h
		}
		good := signed("m1", body)
		for name, tc := range map[string]struct {
			path   string
			header http.Header
			body   []byte
			status int
			code   string
		}{
			"no signature":                {"/hooks/acme/erp", http.Header{}, body, 401, "bad_signature"},
			"a signature of another body": {"/hooks/acme/erp", good, []byte(`{"type":"order.PAID"}`), 401, "bad_signature"},
			"a signature of another key":  {"/hooks/acme/erp", sign.Standard("whsec_b3RoZXI=", "m1", time.Now(), body), body, 401, "bad_signature"},
			"a signature of last week":    {"/hooks/acme/erp", sign.Standard(systemtest.StandardSecret, "m1", time.Now().Add(-7*24*time.Hour), body), body, 401, "bad_signature"},
			"a signature that is none":    {"/hooks/acme/erp", with(good, "webhook-signature", "v1,%%%"), body, 401, "bad_signature"},
			"Shopify without":             {"/hooks/acme/shopify", http.Header{"X-Shopify-Topic": {"orders/create"}}, body, 401, "bad_signature"},
			"Stripe without":              {"/hooks/acme/stripe", http.Header{}, body, 401, "bad_signature"},
			"Twilio without":              {"/hooks/acme/twilio/status", http.Header{}, body, 401, "bad_signature"},
			"unknown shop":                {"/hooks/nobody/erp", good, body, 404, "source_unknown"},
			"unknown source":              {"/hooks/acme/nothing", good, body, 404, "source_unknown"},
			"6 MiB":                       {"/hooks/acme/erp", good, make([]byte, 6<<20), 413, "body_too_large"},
		} {
			status, said := answer(t, s, tc.path, tc.header, tc.body)
			if status != tc.status || said["error"] != tc.code || said["message"] == "" {
				t.Errorf("%s: answered %d %v, want %d %s with a message", name, status, said, tc.status, tc.code)
			}
		}
		if left := events(t, s, everyState...); len(left) != 0 {
			t.Errorf("stored although refused: %+v", left)
		}
		stillServes(t, s)
	})
}

// A webhook that verifies is kept and answered 202 whatever is in it; what cannot be understood waits for staff with its
// reason.
func TestNotUnderstood(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		whole := envelope(t, "order.placed", order("1", time.Now()))
		change := func(old, new string) []byte {
			if !bytes.Contains(whole, []byte(old)) {
				t.Fatalf("%s is not in the body", old)
			}
			return bytes.Replace(whole, []byte(old), []byte(new), 1)
		}
		for name, tc := range map[string]struct {
			body   []byte
			reason string // a part of what staff read
		}{
			"truncated":                 {whole[:len(whole)/2], "JSON"},
			"empty":                     {nil, "JSON"},
			"no JSON":                   {[]byte("<html>"), "JSON"},
			"a number where a text is":  {change(`"id":"1"`, `"id":1001`), "id"},
			"a text where a number is":  {change(`"quantity":2`, `"quantity":"two"`), "quantity"},
			"unknown currency":          {change(`"PLN"`, `"QQQ"`), "currency"},
			"an amount that is none":    {change(`"39.90"`, `"39,90"`), "unit_price"},
			"a type that nobody knows":  {change(`"order.placed"`, `"order.teleported"`), "type"},
			"a date in the next decade": {change(time.Now().UTC().Format(time.RFC3339), "2036-01-01T00:00:00Z"), "future"},
		} {
			status, said := answer(t, s, "/hooks/acme/erp", signed("m "+name, tc.body), tc.body)
			if status != http.StatusAccepted || said["event"] == "" {
				t.Errorf("%s: answered %d %v, want 202 with the event", name, status, said)
				continue
			}
			s.Pass(30 * time.Second)
			e, err := s.App.DB.Event(t.Context(), said["event"])
			must(t, err)
			if e.State != store.EventFailed || e.ErrorCode == "" || !strings.Contains(e.ErrorMessage, tc.reason) {
				t.Errorf("%s: %s, %q %q; want failed with a reason that names %q", name, e.State, e.ErrorCode, e.ErrorMessage, tc.reason)
			}
			if !bytes.Equal(e.Body, tc.body) {
				t.Errorf("%s: its bytes were not kept", name)
			}
		}
		if n := len(s.World.Mail.Deliveries()); n != 0 {
			t.Errorf("%d mails about what nobody understood", n)
		}
		stillServes(t, s)
	})
}

func TestGreatIDsStayWhole(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		const great = "9007199254740993" // 2^53 + 1: a float would make it …992
		body := []byte(`{"id":` + great + `,"name":"#1001","order_number":1001,"created_at":"` + time.Now().UTC().Format(time.RFC3339) + `",
			"updated_at":"` + time.Now().UTC().Format(time.RFC3339) + `","email":"ann@example.com","currency":"PLN","taxes_included":true,
			"financial_status":"pending","total_price":"10.00","line_items":[{"id":18014398509481985,"title":"Tea","quantity":1,"price":"10.00"}]}`)
		status, _ := s.PostRaw("shopify", sign.Shopify(systemtest.ShopifySecret, "orders/create", "w1", body), body)
		s.Pass(time.Minute)
		if status != http.StatusAccepted {
			t.Fatalf("answered %d", status)
		}
		o := stored(t, s, great)
		if o.State.Order.ID != great || o.State.Order.Lines[0].ID != "18014398509481985" {
			t.Errorf("ids became %s and %s", o.State.Order.ID, o.State.Order.Lines[0].ID)
		}
		stillServes(t, s)
	})
}

func TestOddOrders(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		for name, tc := range map[string]struct {
			change   map[string]any
			language string
			told     []string
		}{
			"an e-mail that is none": {
				map[string]any{"customer": map[string]any{"name": "Ann", "email": "not an address", "phone": "+48512345678"}}, "pl",
				[]string{"out_for_delivery/sms sent"}},
			"a phone that is none": {
				map[string]any{"customer": map[string]any{"name": "Ann", "email": "ann@example.com", "phone": "call me"}}, "pl",
				[]string{"placed/mail sent", "out_for_delivery/mail sent"}},
			"a phone that takes no SMS": {
				map[string]any{"customer": map[string]any{"name": "Ann", "email": "ann@example.com", "phone": "+48221234567"}}, "pl",
				[]string{"placed/mail sent", "out_for_delivery/mail sent"}},
			"nobody to tell": {map[string]any{"customer": map[string]any{}}, "pl", nil},
			"no locale, a country": {
				map[string]any{"locale": "", "ship_to": map[string]any{"name": "Jo", "line1": "Weg 1", "city": "Wien", "postal_code": "1010", "country": "AT"}}, "de",
				[]string{"placed/mail sent", "out_for_delivery/mail sent", "out_for_delivery/sms sent"}},
			"no locale, no country": {
				map[string]any{"locale": "", "ship_to": map[string]any{}}, "pl",
				[]string{"placed/mail sent", "out_for_delivery/mail sent", "out_for_delivery/sms sent"}},
			"a locale that is none": {
				map[string]any{"locale": "klingon!"}, "pl",
				[]string{"placed/mail sent", "out_for_delivery/mail sent", "out_for_delivery/sms sent"}},
		} {
			id := "O" + digits(name)
			data := order(id, time.Now())
			maps.Copy(data["order"].(map[string]any), tc.change)
			s.Post("order.placed", time.Now(), data)
			s.Pass(time.Minute)
			s.Post("parcel.updated", time.Now(), parcel(id, "out_for_delivery", time.Now(), nil))
			s.Pass(time.Minute)
			if failed := events(t, s, store.EventFailed); len(failed) != 0 {
				t.Fatalf("%s: not understood: %s", name, failed[0].ErrorMessage)
			}
			if got := stored(t, s, id).Language; got != tc.language {
				t.Errorf("%s: language %s, want %s", name, got, tc.language)
			}
			told(t, s, id, time.Minute, tc.told...)
		}
	})
}

// A status that nobody knows is kept in its own words, shown to staff, and is neither good news nor bad.
func TestAnUnknownStatusStaysUnknown(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.Post("order.placed", time.Now(), orderOf("en", "1", time.Now(), nil))
		s.Post("parcel.updated", time.Now(), parcel("1", "in_transit", time.Now(), nil))
		s.Pass(time.Minute)
		s.Post("parcel.updated", time.Now(), parcel("1", "teleported", time.Now(), nil))
		s.Pass(time.Minute)
		p := stored(t, s, "1").State.Parcels[0]
		if p.Stage != "in_transit" || p.Incident != "unknown" || p.UnknownStatus != "teleported" {
			t.Errorf("parcel is %s, incident %s, unknown status %q; want in_transit, unknown, teleported", p.Stage, p.Incident, p.UnknownStatus)
		}
		told(t, s, "1", time.Minute, "placed/mail sent", "in_transit/mail sent")
	})
}

// A parcel before its order, and a tracker before its parcel or before the order that it names, wait and are applied when
// what they belong to comes.
func TestEventsOutOfOrder(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		named := []byte(fmt.Sprintf(`{"event":"tracking_update","msg":{"id":"as1","tracking_number":"AS0002","order_number":"#2","tag":"InTransit",
			"checkpoints":[{"checkpoint_time":%q,"message":"Scanned","tag":"InTransit"}]}}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
		tracker := []byte(fmt.Sprintf(`{"description":"tracker.updated","result":{"id":"trk_1","tracking_code":"620000001","status":"out_for_delivery",
			"status_detail":"out_for_delivery","tracking_details":[{"message":"Out","status":"out_for_delivery","datetime":%q}]}}`,
			time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
		s.Pass(time.Hour + time.Minute)
		s.PostRaw("easypost", sign.EasyPost(systemtest.EasyPostSecret, tracker), tracker)
		s.PostRaw("aftership", sign.AfterShip(systemtest.AfterShipSecret, named), named)
		s.Pass(time.Minute)
		if waiting := events(t, s, store.EventWaiting); len(waiting) != 2 {
			t.Errorf("%d trackers wait, want both", len(waiting))
		}
		s.Post("parcel.updated", time.Now(), parcel("1", "handed_over", time.Now().Add(-2*time.Hour), nil))
		s.Pass(time.Minute)
		if n := len(s.World.Mail.Deliveries()); n != 0 {
			t.Errorf("%d mails about an order that nobody stated", n)
		}
		s.Post("order.placed", time.Now(), orderOf("en", "1", time.Now().Add(-3*time.Hour), nil))
		s.Pass(15 * time.Minute)
		p := stored(t, s, "1").State.Parcels
		if len(p) != 1 || p[0].Stage != "out_for_delivery" {
			t.Errorf("parcels: %+v, want one that is out for delivery", p)
		}
		told(t, s, "1", time.Minute, "placed/mail sent", "out_for_delivery/mail sent", "out_for_delivery/sms sent")
		s.Post("order.placed", time.Now(), orderOf("en", "2", time.Now().Add(-3*time.Hour), nil))
		s.Pass(time.Minute)
		told(t, s, "2", time.Minute, "placed/mail sent", "in_transit/mail sent")
		if left := events(t, s, store.Due, store.EventWaiting, store.EventFailed); len(left) != 0 {
			t.Errorf("left over: %+v", left)
		}
	})
}

func TestTheSameEventAThousandTimes(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		body := envelope(t, "order.placed", orderOf("en", "1", time.Now(), nil))
		var mu sync.Mutex
		answers, ids := map[int]int{}, map[string]bool{}
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				status, id := s.PostRaw("erp", signed("once", body), body)
				mu.Lock()
				defer mu.Unlock()
				answers[status]++
				ids[id] = true
			})
		}
		wg.Wait()
		s.Pass(time.Minute)
		if answers[202] != 1 || answers[200] != 999 || len(ids) != 1 {
			t.Errorf("answers %v with %d ids, want one 202 and 999 200 with one id", answers, len(ids))
		}
		told(t, s, "1", time.Minute, "placed/mail sent")
		oncePerMessage(t, s)
	})
}

// link finds the order's link in its newest mail.
func link(t *testing.T, s *systemtest.System) string {
	t.Helper()
	mails := s.World.Mail.Deliveries()
	found := regexp.MustCompile(regexp.QuoteMeta(s.URL) + `/o/[A-Za-z0-9_-]+`).FindString(mails[len(mails)-1].Text)
	if found == "" {
		t.Fatal("no link in the mail")
	}
	return found
}

func TestLinksThatDoNotOpen(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.Post("order.placed", time.Now(), orderOf("en", "1", time.Now(), nil))
		s.Pass(time.Minute)
		path := strings.TrimPrefix(link(t, s), s.URL)
		if got := s.Get(path); got != http.StatusOK {
			t.Fatalf("the link answers %d", got)
		}
		for i := len("/o/"); i < len(path); i++ {
			other := byte('A')
			if path[i] == other {
				other = 'B'
			}
			if got := s.Get(path[:i] + string(other) + path[i+1:]); got != http.StatusNotFound {
				t.Errorf("with another letter at %d: %d, want 404", i, got)
			}
		}
		o := stored(t, s, "1")
		old := s.App.Links.Signer.Order(o.Shop, o.ID, o.LinkEpoch, time.Now().Add(-time.Hour))
		if got := s.Get("/o/" + old); got != http.StatusGone {
			t.Errorf("an expired link answers %d, want 410", got)
		}
		if got := s.Get("/o/"); got != http.StatusNotFound {
			t.Errorf("no link at all answers %d, want 404", got)
		}
	})
}

// submit posts a form to a path and gives the answer without following it.
func submit(t *testing.T, s *systemtest.System, path string, form url.Values) (status int, location, page string) {
	t.Helper()
	client := &http.Client{Transport: s.World.Client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(s.URL+path, form)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // it is read below
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, res.Header.Get("Location"), string(body)
}

func TestAFormPostedTwice(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.Post("order.placed", time.Now(), orderOf("en", "1", time.Now(), nil))
		s.Post("parcel.updated", time.Now(), parcel("1", "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
		s.Pass(time.Minute)
		path := strings.TrimPrefix(link(t, s), s.URL) + "/returns"
		form := url.Values{"qty.l1": {"1"}, "reason": {"does_not_fit"}, "remedy": {"refund"}, "nonce": {"one-form"}}
		var wg sync.WaitGroup
		var mu sync.Mutex
		led := map[string]int{}
		for range 8 {
			wg.Go(func() {
				status, to, _ := submit(t, s, path, form)
				mu.Lock()
				defer mu.Unlock()
				led[fmt.Sprint(status, " ", to)]++
			})
		}
		wg.Wait()
		s.Pass(time.Minute)
		all, err := s.App.DB.CasesOf(t.Context(), stored(t, s, "1").ID)
		if err != nil || len(all) != 1 || len(led) != 1 {
			t.Errorf("%d cases (%v), answers %v; want one of each", len(all), err, led)
		}
		oncePerMessage(t, s)
	})
}

// lockDatabase takes the database's lock as another program would, and gives what frees it.
func lockDatabase(t *testing.T, s *systemtest.System) (free func()) {
	t.Helper()
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(s.App.Config.Database, "sqlite:"))
	must(t, err)
	conn, err := db.Conn(ctx)
	must(t, err)
	_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	must(t, err)
	return func() {
		_, err := conn.ExecContext(ctx, "ROLLBACK")
		must(t, err)
		must(t, conn.Close())
		must(t, db.Close())
	}
}

// Somebody holds the database's lock while a mail's acceptance is to be recorded, and then at a webhook: the mail goes at
// most again under its Message-ID, the webhook is told to come again and leaves nothing half, and the same delivery is
// taken afterwards. (SQLite waits for the lock by the real clock, five seconds each time.)
func TestTheDatabaseIsLocked(t *testing.T) {
	setup := systemtest.Setup{Config: func(c *config.Config) { c.Work.SweepEvery = 2 * time.Minute }}
	systemtest.Virtual(t, systemtest.Brisk, setup, func(t *testing.T, s *systemtest.System) {
		s.World.Mail.Fail(smtpd.AfterDot, smtpd.Fault{Delay: 20 * time.Second})
		s.Post("order.placed", time.Now(), orderOf("de", "0", time.Now(), nil))
		for s.World.Mail.Count(smtpd.AfterDot) == 0 {
			s.Pass(time.Second)
		}
		free := lockDatabase(t, s)
		s.Pass(21 * time.Second)
		if m := rows(t, s, "0")[0]; m.State != store.Due {
			t.Errorf("a mail is %s although nothing could be recorded", m.State)
		}
		stored := len(events(t, s, everyState...))
		body := envelope(t, "order.placed", orderOf("en", "1", time.Now(), nil))
		r, err := http.NewRequest(http.MethodPost, s.URL+"/hooks/acme/erp", bytes.NewReader(body))
		must(t, err)
		r.Header = signed("locked", body)
		res, err := s.World.Client.Do(r)
		must(t, err)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
			t.Errorf("answered %d, Retry-After %q; want 503 and a time", res.StatusCode, res.Header.Get("Retry-After"))
		}
		free()
		if left := events(t, s, everyState...); len(left) != stored {
			t.Errorf("half of it was stored: %+v", left)
		}
		if status, _ := s.PostRaw("erp", signed("locked", body), body); status != http.StatusAccepted {
			t.Errorf("afterwards: answered %d, want 202", status)
		}
		s.Pass(10 * time.Minute)
		told(t, s, "0", time.Minute, "placed/mail sent")
		told(t, s, "1", time.Minute, "placed/mail sent")
		copies := map[string]int{}
		for _, d := range s.World.Mail.Deliveries() {
			copies[d.MessageID]++
		}
		if len(copies) != 2 {
			t.Errorf("mails by Message-ID: %v, want two", copies)
		}
	})
}
