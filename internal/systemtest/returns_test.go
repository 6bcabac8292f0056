package systemtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/systemtest"
	"homeward/providers/providertest/sign"
	"homeward/providers/standin/smtpd"
)

// newest gives the newest mail's text and checks its topic by what the order's rows say.
func newest(t *testing.T, s *systemtest.System, externalID, topic string) smtpd.Delivery {
	t.Helper()
	mails := s.World.Mail.Deliveries()
	last := mails[len(mails)-1]
	for _, m := range rows(t, s, externalID) {
		if m.HeaderID == last.MessageID {
			if string(m.Topic) != topic {
				t.Fatalf("the newest mail is %s, want %s", m.Topic, topic)
			}
			return last
		}
	}
	t.Fatalf("the newest mail belongs to no row of order %s", externalID)
	return last
}

func caseOf(t *testing.T, s *systemtest.System, externalID string) store.Case {
	t.Helper()
	all, err := s.App.DB.CasesOf(t.Context(), stored(t, s, externalID).ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d cases (%v), want 1", len(all), err)
	}
	return all[0]
}

// page reads a page as a browser would.
func page(t *testing.T, s *systemtest.System, path string) string {
	t.Helper()
	res, err := s.World.Client.Get(s.URL + path)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // it is read below
	body, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%d", res.StatusCode)
	}
	return string(body)
}

// delivered places an order and lets it arrive; it gives the path of its page.
func delivered(t *testing.T, s *systemtest.System, id string) string {
	t.Helper()
	s.World.Stripe.AddPayment("pi_"+id, 9479, "pln")
	s.Post("order.placed", time.Now(), orderOf("en", id, time.Now(), nil))
	s.Pass(time.Minute)
	s.Post("parcel.updated", time.Now(), parcel(id, "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
	s.Pass(time.Minute)
	return strings.TrimPrefix(link(t, s), s.URL)
}

// askReturn fills in the form as it is shown and gives the path of the case.
func askReturn(t *testing.T, s *systemtest.System, path string, quantity int) string {
	t.Helper()
	form := page(t, s, path+"/returns/new")
	nonce := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(form)
	if nonce == nil || !strings.Contains(form, `name="qty.l1"`) || !strings.Contains(form, `name="reason"`) {
		t.Fatal("the form lacks a field")
	}
	status, to, _ := submit(t, s, path+"/returns", url.Values{
		"qty.l1": {fmt.Sprint(quantity)}, "reason": {"does_not_fit"}, "remedy": {"refund"}, "nonce": {nonce[1]},
	})
	if status != http.StatusSeeOther || !strings.HasPrefix(to, path+"/cases/R-") {
		t.Fatalf("the form was answered %d to %q", status, to)
	}
	s.Pass(time.Minute)
	return to
}

// From the form on the order page to money that turns out not to have arrived: every step over HTTP, every mail true at
// its step.
func TestAReturnFromFormToRefund(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		ctx := context.Background()
		path := delivered(t, s, "1")
		done := regexp.MustCompile(`(?i)\b(we have refunded|has been refunded|was refunded|we have sent your refund)\b`)
		casePath := askReturn(t, s, path, 1)
		c := caseOf(t, s, "1")
		m := newest(t, s, "1", "return_approved")
		if !strings.Contains(m.Text, c.RMA) || !strings.Contains(m.Text, "ul. Długa 1") || done.MatchString(m.Text) {
			t.Errorf("the instructions lack the number or the address, or promise too much:\n%s", m.Text)
		}
		if c.State != returns.Approved || !strings.Contains(page(t, s, casePath), c.RMA) {
			t.Errorf("the case is %s", c.State)
		}
		// The warehouse has it.
		s.Post("return.received", time.Now(), map[string]any{
			"order_id": "1", "rma": c.RMA, "lines": []any{map[string]any{"id": "l1", "quantity": 1}}, "at": time.Now().UTC().Format(time.RFC3339),
		})
		s.Pass(2 * time.Minute)
		made := s.World.Stripe.Refunds()
		if len(made) != 1 || made[0].Amount != 3990 || made[0].Metadata["homeward_refund"] == "" && len(made[0].Metadata) == 0 {
			t.Fatalf("Stripe has %+v, want one refund of 3990 that names ours", made)
		}
		m = newest(t, s, "1", "refund_started")
		if !strings.Contains(m.Text, "39.90") || !strings.Contains(m.Text, "not in your account yet") || done.MatchString(m.Text) {
			t.Errorf("a pending refund is told as done, or without its amount:\n%s", m.Text)
		}
		if c = caseOf(t, s, "1"); c.State != returns.Refunding {
			t.Errorf("the case is %s, want refunding", c.State)
		}
		// Stripe's webhooks carry it on.
		must(t, s.World.Stripe.Announce(ctx, made[0].ID))
		must(t, s.World.Stripe.Settle(ctx, made[0].ID, "succeeded", ""))
		s.Pass(time.Minute)
		m = newest(t, s, "1", "refund_succeeded")
		if !strings.Contains(m.Text, "39.90") || !strings.Contains(m.Text, "has been sent to your bank") {
			t.Errorf("the refund is not told as sent, or without its amount:\n%s", m.Text)
		}
		if c = caseOf(t, s, "1"); c.State != returns.Closed {
			t.Errorf("the case is %s, want closed", c.State)
		}
		// And the bank sends it back.
		must(t, s.World.Stripe.Settle(ctx, made[0].ID, "failed", "lost_or_stolen_card"))
		s.Pass(time.Minute)
		m = newest(t, s, "1", "refund_failed")
		if !strings.Contains(m.Text, "still owe you") || done.MatchString(m.Text) {
			t.Errorf("a failed refund is told as done:\n%s", m.Text)
		}
		if c = caseOf(t, s, "1"); c.State != returns.Refunding {
			t.Errorf("the case is %s, want refunding again", c.State)
		}
		people, err := s.App.DB.RefundsForPeople(ctx, 10)
		if err != nil || len(people) != 1 || people[0].FailureReason != "lost_or_stolen_card" {
			t.Errorf("staff see %+v (%v), want the failed refund with its reason", people, err)
		}
		told(t, s, "1", time.Minute, "placed/mail sent", "delivered/mail sent", "return_approved/mail sent", "return_received/mail sent",
			"refund_started/mail sent", "refund_succeeded/mail sent", "refund_failed/mail sent")
		oncePerMessage(t, s)
	})
}

// tracker makes an event of EasyPost's about a parcel.
func postTracker(s *systemtest.System, number, status string, at time.Time) {
	body := []byte(fmt.Sprintf(`{"id":"evt_%d","description":"tracker.updated","result":{"id":"trk_%s","tracking_code":%q,"status":%q,
		"tracking_details":[{"message":"m","status":%q,"datetime":%q}]}}`, at.UnixNano(), number, number, status, status, at.UTC().Format(time.RFC3339)))
	s.PostRaw("easypost", sign.EasyPost(systemtest.EasyPostSecret, body), body)
}

// A carrier's scan of the parcel back says that it is on its way, and its delivery that the goods are back.
func TestACarrierReceivesAReturn(t *testing.T) {
	for name, early := range map[string]bool{"the number before the scan": false, "the scan before the number": true} {
		t.Run(name, func(t *testing.T) {
			systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
				s.World.Stripe.StartAs("succeeded")
				path := delivered(t, s, "1")
				casePath := askReturn(t, s, path, 2)
				scan := func() { postTracker(s, "BACK0001", "in_transit", time.Now()); s.Pass(time.Minute) }
				if early {
					scan()
				}
				if status, _, _ := submit(t, s, casePath+"/sent", url.Values{"tracking": {"back 0001"}}); status != http.StatusSeeOther {
					t.Fatalf("the number was answered %d", status)
				}
				s.Pass(time.Minute)
				if !early {
					scan()
				}
				if c := caseOf(t, s, "1"); c.State != returns.InTransit {
					t.Errorf("after the scan the case is %s, want in_transit", c.State)
				}
				if waiting := events(t, s, store.EventWaiting); len(waiting) != 0 {
					t.Errorf("%d events still wait", len(waiting))
				}
				s.Pass(time.Hour)
				postTracker(s, "BACK0001", "delivered", time.Now())
				s.Pass(2 * time.Minute)
				if c := caseOf(t, s, "1"); c.State != returns.Closed {
					t.Errorf("after the delivery the case is %s, want closed", c.State)
				}
				if made := s.World.Stripe.Refunds(); len(made) != 1 || made[0].Amount != 7980 {
					t.Errorf("Stripe has %+v, want one refund of 7980", made)
				}
				told(t, s, "1", time.Minute, "placed/mail sent", "delivered/mail sent", "return_approved/mail sent", "return_on_its_way/mail sent",
					"return_received/mail sent", "refund_succeeded/mail sent")
			})
		})
	}
}

// Money that the shop gave back in Shopify enters the ledger and lowers what a return can give.
func TestShopifysOwnRefundCounts(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		s.World.Stripe.StartAs("succeeded")
		s.World.Stripe.AddPayment("pi_7", 9479, "pln")
		post := func(topic, id, body string) {
			t.Helper()
			if status, _ := s.PostRaw("shopify", sign.Shopify(systemtest.ShopifySecret, topic, id, []byte(body)), []byte(body)); status != http.StatusAccepted {
				t.Fatalf("%s: answered %d", topic, status)
			}
			s.Pass(time.Minute)
		}
		now := time.Now().UTC().Format(time.RFC3339)
		post("orders/create", "w1", `{"id":7,"name":"#7","order_number":7,"created_at":"`+now+`","updated_at":"`+now+`","email":"ann@example.com",
			"currency":"PLN","taxes_included":true,"financial_status":"paid","total_price":"79.80","customer_locale":"en",
			"line_items":[{"id":71,"title":"Tea","quantity":2,"price":"39.90"}]}`)
		post("fulfillments/create", "w2", `{"id":72,"order_id":7,"status":"success","created_at":"`+now+`","updated_at":"`+now+`",
			"tracking_number":"OUT0007","tracking_company":"InPost","line_items":[{"id":71,"quantity":2}]}`)
		s.Pass(time.Hour)
		postTracker(s, "OUT0007", "delivered", time.Now())
		s.Pass(time.Minute)
		later := time.Now().UTC().Format(time.RFC3339)
		post("refunds/create", "w3", `{"id":73,"order_id":7,"created_at":"`+later+`","refund_line_items":[{"line_item_id":71,"quantity":1,"subtotal":39.90}],
			"transactions":[{"kind":"refund","status":"success","amount":"39.90","currency":"PLN"}]}`)
		o := stored(t, s, "7")
		ledger, err := s.App.DB.RefundsOf(t.Context(), o.ID)
		if err != nil || len(ledger) != 1 || ledger[0].Amount != 3990 || ledger[0].Origin != store.OriginShop || ledger[0].Status != store.RefundSucceeded {
			t.Fatalf("ledger %+v (%v), want the shop's own 3990", ledger, err)
		}
		_, err = s.App.Desk.Open(t.Context(), o, returns.Request{
			Items: []returns.Item{{LineID: "71", Quantity: 2}}, Reason: "other", Remedy: returns.RefundRemedy}, "both")
		if err == nil {
			t.Error("both units can be returned although one was refunded")
		}
		_, err = s.App.Desk.Open(t.Context(), o, returns.Request{
			Items: []returns.Item{{LineID: "71", Quantity: 1}}, Reason: "other", Remedy: returns.RefundRemedy}, "one")
		if err != nil {
			t.Errorf("the other unit cannot be returned: %v", err)
		}
	})
}

// STOP holds for the sender's number, over every shop that uses it.
func TestStopHoldsAcrossShops(t *testing.T) {
	setup := systemtest.Setup{Config: func(c *config.Config) {
		second := c.Shops[0]
		second.ID, second.Name = "tulip", "Tulip"
		c.Shops = append(c.Shops, second)
	}}
	systemtest.Virtual(t, systemtest.Brisk, setup, func(t *testing.T, s *systemtest.System) {
		ctx := context.Background()
		buy := func(shop, id string) []store.Message {
			for _, e := range []struct {
				kind string
				data any
			}{{"order.placed", orderOf("pl", id, time.Now(), nil)}, {"parcel.updated", parcel(id, "out_for_delivery", time.Now(), nil)}} {
				body := envelope(t, e.kind, e.data)
				if status, _ := answer(t, s, "/hooks/"+shop+"/erp", signed(id+e.kind, body), body); status != http.StatusAccepted {
					t.Fatalf("answered %d", status)
				}
				s.Pass(time.Minute)
			}
			o, err := s.App.DB.OrderByExternalID(ctx, shop, id)
			must(t, err)
			all, err := s.App.DB.MessagesOf(ctx, o.ID)
			must(t, err)
			return all
		}
		twiml, err := s.World.Twilio.Inbound(ctx, "+48512345678", "+48500000000", " stop ", s.URL+"/hooks/acme/twilio/inbound")
		if err != nil || !strings.Contains(twiml, "<Response>") {
			t.Fatalf("STOP was answered %q (%v), want TwiML", twiml, err)
		}
		s.Pass(time.Minute)
		for _, shop := range []string{"acme", "tulip"} {
			skipped := 0
			for _, m := range buy(shop, "1") {
				if m.Channel == "sms" && m.State == store.MessageSkipped && m.ErrorCode == "opted_out" {
					skipped++
				}
			}
			if skipped != 1 {
				t.Errorf("%s: no SMS was skipped because of STOP", shop)
			}
		}
		if n := outbound(s); n != 0 {
			t.Errorf("%d SMS went out after STOP", n)
		}
		_, err = s.World.Twilio.Inbound(ctx, "+48512345678", "+48500000000", "START", s.URL+"/hooks/tulip/twilio/inbound")
		must(t, err)
		s.Pass(time.Minute)
		buy("acme", "2")
		if n := outbound(s); n != 1 {
			t.Errorf("%d SMS after START, want 1", n)
		}
	})
}

// What Twilio says afterwards is shown with its reason; a late "sent" takes nothing back.
func TestAnUndeliveredSMSShowsItsReason(t *testing.T) {
	systemtest.Virtual(t, systemtest.Brisk, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		ctx := context.Background()
		s.Post("order.placed", time.Now(), orderOf("pl", "1", time.Now(), nil))
		s.Pass(time.Minute)
		s.Post("parcel.updated", time.Now(), parcel("1", "out_for_delivery", time.Now(), nil))
		s.Pass(time.Minute)
		sid := smsOf(t, s, "1").ProviderID
		must(t, s.World.Twilio.Deliver(ctx, sid, "undelivered", 30003))
		s.Pass(time.Minute)
		must(t, s.World.Twilio.Deliver(ctx, sid, "sent", 0))
		s.Pass(time.Minute)
		m := smsOf(t, s, "1")
		if m.State != store.MessageFailed || m.Delivery != "undelivered" || m.ErrorCode == "" || !strings.Contains(m.ErrorMessage, "30003") {
			t.Errorf("the SMS is %s, %s, %q %q; want failed with Twilio's reason", m.State, m.Delivery, m.ErrorCode, m.ErrorMessage)
		}
	})
}
