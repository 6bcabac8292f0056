package easypost_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/providers"
	"homeward/providers/easypost"
	"homeward/providers/standin/easypostd"
	"homeward/providers/standin/httpfault"
)

var request = providers.LabelRequest{
	Reference: "l1", Parcel: providers.Package{Grams: 1000, LengthMM: 254},
	Shopper: providers.Place{Name: "Zofia", Line1: "1 Main St", City: "Austin", Region: "TX", PostalCode: "78701", Country: "US"},
	Shop:    providers.Place{Name: "Acme", Line1: "2 Dock Rd", City: "Reno", Region: "NV", PostalCode: "89501", Country: "US"},
}

func labels(t *testing.T, change func(*easypost.LabelConfig)) (*easypost.Labels, *easypostd.Server) {
	t.Helper()
	stand := easypostd.New("EZTK1")
	server := httptest.NewServer(stand)
	t.Cleanup(server.Close)
	cfg := easypost.LabelConfig{APIKey: "EZTK1", BaseURL: server.URL, HTTPClient: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
	if change != nil {
		change(&cfg)
	}
	l, err := easypost.NewLabels(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l, stand
}

// TestLabel: a label is prepared, bought and found again by our reference; the shopper sends, the shop receives.
func TestLabel(t *testing.T) {
	t.Parallel()
	l, stand := labels(t, nil)
	ctx := t.Context()
	if _, err := l.Find(ctx, "l1"); fault.Code(err) != providers.LabelUnknown {
		t.Errorf("Find before: %v", err)
	}
	id, err := l.Prepare(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := l.Find(ctx, "l1"); err != nil || found.Shipment != id || found.Bought {
		t.Errorf("prepared: %+v, %v", found, err)
	}
	bought, err := l.Buy(ctx, id, true)
	if err != nil || !bought.Bought || bought.Tracking == "" || bought.Cost != 758 || bought.Currency != "USD" || bought.Carrier != "USPS" || bought.LabelURL == "" || bought.QRURL == "" {
		t.Fatalf("bought %+v, %v", bought, err)
	}
	if again, err := l.Buy(ctx, id, true); err != nil || again != bought {
		t.Errorf("again %+v, %v", again, err)
	}
	if found, err := l.Find(ctx, "l1"); err != nil || found != bought {
		t.Errorf("found %+v, %v", found, err)
	}
	s := stand.Shipments()
	if len(s) != 1 || s[0].Bought != 1 || s[0].From["city"] != "Austin" || s[0].To["city"] != "Reno" || s[0].Parcel["length"] != 10.0 {
		t.Errorf("at EasyPost: %+v", s)
	}
	if w, _ := s[0].Parcel["weight"].(float64); w < 35.27 || w > 35.28 {
		t.Errorf("%v ounces", s[0].Parcel["weight"])
	}
}

// TestLabelFaults: each failure says whether money may have gone.
func TestLabelFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault httpfault.Fault
		class fault.Class
		code  string
	}{
		"500 before":  {httpfault.Fault{Status: 500}, fault.Uncertain, "label_uncertain"},
		"500 after":   {httpfault.Fault{Status: 500, Effect: true}, fault.Uncertain, "label_uncertain"},
		"cut":         {httpfault.Fault{Cut: true, Effect: true}, fault.Uncertain, "label_uncertain"},
		"no JSON":     {httpfault.Fault{Body: "<html>", Effect: true}, fault.Uncertain, "label_uncertain"},
		"402":         {httpfault.Fault{Status: 402, Code: "INSUFFICIENT_FUNDS"}, fault.Permanent, "label_payment_required"},
		"422":         {httpfault.Fault{Status: 422, Code: "ADDRESS.VERIFY.FAILURE"}, fault.Permanent, "label_refused"},
		"sold before": {httpfault.Fault{Status: 422, Code: "SHIPMENT.POSTAGE.EXISTS"}, fault.Uncertain, "label_uncertain"},
		"429":         {httpfault.Fault{Status: 429}, fault.Later, "label_rate_limited"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, stand := labels(t, nil)
			id, err := l.Prepare(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			stand.Fail("POST /v2/shipments/", c.fault)
			_, err = l.Buy(t.Context(), id, false)
			if f := fault.Of(err); err == nil || f.Class != c.class || f.Code != c.code {
				t.Fatalf("%v (%s)", err, fault.Of(err).Class)
			}
			if c.class == fault.Permanent {
				return
			}
			if again, err := l.Buy(t.Context(), id, false); err != nil || !again.Bought {
				t.Errorf("the next time: %+v, %v", again, err)
			}
			if s := stand.Shipments(); len(s) != 1 || s[0].Bought != 1 {
				t.Errorf("paid for %d labels", s[0].Bought)
			}
		})
	}
	l, stand := labels(t, nil)
	stand.Fail("POST /v2/shipments", httpfault.Fault{Status: 500, Effect: true})
	if _, err := l.Prepare(t.Context(), request); fault.Of(err).Class != fault.Later {
		t.Errorf("a shipment that may have been made: %v", err)
	}
	if found, err := l.Find(t.Context(), "l1"); err != nil || found.Shipment == "" {
		t.Errorf("it is not found: %v", err)
	}
	stand.OfferNothing()
	if id, err := l.Prepare(t.Context(), request); err != nil {
		t.Error(err)
	} else if _, err := l.Buy(t.Context(), id, false); fault.Code(err) != "label_no_rate" {
		t.Errorf("no rate: %v", err)
	}
	wrong, _ := labels(t, func(c *easypost.LabelConfig) { c.APIKey = "EZTK2" })
	if _, err := wrong.Prepare(t.Context(), request); fault.Code(err) != "label_auth_failed" {
		t.Errorf("a wrong key: %v", err)
	}
	away, _ := labels(t, func(c *easypost.LabelConfig) { c.BaseURL = "http://127.0.0.1:1" })
	if _, err := away.Buy(context.WithoutCancel(t.Context()), "shp_1", false); fault.Code(err) != "label_unreachable" {
		t.Errorf("nobody there: %v", err)
	}
}

// TestLabelServices: of the services that the shop named the cheapest is bought.
func TestLabelServices(t *testing.T) {
	t.Parallel()
	l, stand := labels(t, func(c *easypost.LabelConfig) { c.Services = []string{"PriorityReturn"} })
	id, err := l.Prepare(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Buy(t.Context(), id, false); err != nil {
		t.Error(err)
	}
	if n := stand.Count("POST /v2/shipments/" + id + "/buy"); n != 1 {
		t.Errorf("%d purchases", n)
	}
}

// TestLabelVoid: a label that was not used is given back once, however often it is asked; what EasyPost says against it decides
// whether it is asked again.
func TestLabelVoid(t *testing.T) {
	t.Parallel()
	for answer, code := range map[string]string{"submitted": "", "refunded": "", "not_applicable": "", "rejected": "label_void_rejected"} {
		l, stand := labels(t, nil)
		stand.AnswerRefunds(answer)
		id, err := l.Prepare(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Void(t.Context(), id); fault.Code(err) != "label_void_refused" || fault.Of(err).Class != fault.Permanent {
			t.Errorf("%s: before it was bought: %v", answer, err)
		}
		if _, err := l.Buy(t.Context(), id, false); err != nil {
			t.Fatal(err)
		}
		first, second := l.Void(t.Context(), id), l.Void(t.Context(), id)
		if fault.Code(first) != code || fault.Code(second) != code {
			t.Errorf("%s: %v, again %v", answer, first, second)
		}
		if refunded := stand.Shipments()[0].Refunded; (code == "") != (refunded == 1) {
			t.Errorf("%s: given back %d times", answer, refunded)
		}
		if code != "" && (fault.Of(first).Class != fault.Later || fault.Of(first).After == 0) {
			t.Errorf("%s: %+v", answer, fault.Of(first))
		}
	}
}
