package aftership_test

import (
	"flag"
	"net/http"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/aftership"
	"homeward/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func source() *aftership.Source {
	return aftership.New(providers.Options{Name: "shop", Secrets: []string{"hush"}, Zone: time.FixedZone("CET", 3600), Country: "PL"})
}

const body = `{"ts":1763632800,"event":"tracking_update","event_id":"94dadd60","is_tracking_first_tag":true,
"msg":{"id":"t1","tracking_number":9007199254740993123,"slug":"inpost","order_number":"#1001","order_id":"o1","tag":"AvailableForPickup","subtag":"AvailableForPickup_001",
"subtag_message":"Available for pickup","pickup_location":"KRA01M","expected_delivery":"2026-11-21","courier_tracking_link":"https://track.example/1",
"checkpoints":[
{"checkpoint_time":"2026-11-19T10:00:00","message":"Accepted","tag":"InTransit","subtag":"InTransit_002"},
{"checkpoint_time":"2026-11-20T09:00:00+01:00","message":"At the locker","tag":"AvailableForPickup","subtag":"AvailableForPickup_001"}]}}`

func TestContract(t *testing.T) {
	t.Parallel()
	providertest.Source(t, providertest.Case{
		New:       func(o providers.Options) providers.Source { return aftership.New(o) },
		Secrets:   [2]string{"hush", "a newer secret"},
		Sign:      providertest.SignAfterShip,
		Signature: "aftership-hmac-sha256",
		Body:      []byte(body), Big: []byte(body), BigID: "9007199254740993123",
	})
}

func TestGolden(t *testing.T) {
	t.Parallel()
	providertest.Golden(t, source(), providertest.Payloads(t, "aftership"), *update,
		func(_ *testing.T, _ string, file []byte) (http.Header, []byte) { return nil, file })
}

func events(t *testing.T, body string) []orders.Event {
	t.Helper()
	r, err := source().Read(providers.Delivery{Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return r.Events
}

func TestCheckpoints(t *testing.T) {
	t.Parallel()
	all := events(t, body)
	if len(all) != 3 {
		t.Fatalf("%d events, want two checkpoints and the estimate with the place", len(all))
	}
	if !all[0].At.Equal(time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)) || !all[0].Parcel.History {
		t.Errorf("a time without zone is the shop's: %v, history %v", all[0].At, all[0].Parcel.History)
	}
	if p := all[1].Parcel; p.Stage != orders.ReadyForPickup || p.History || p.StatusText != "At the locker" {
		t.Errorf("newest: %+v", p)
	}
	if p := all[2].Parcel; p.Pickup.Place != "KRA01M" || p.ETA != "2026-11-21" || p.Stage != "" {
		t.Errorf("estimate: %+v", p)
	}
}

func TestRef(t *testing.T) {
	t.Parallel()
	noNumber := strings.Replace(body, `"order_number":"#1001",`, "", 1)
	neither := strings.Replace(noNumber, `"order_id":"o1",`, "", 1)
	for text, want := range map[string]orders.Ref{
		body:     {OrderNumber: "#1001", TrackingNumber: "9007199254740993123"},
		noNumber: {OrderID: "o1", TrackingNumber: "9007199254740993123"},
		neither:  {TrackingNumber: "9007199254740993123"},
	} {
		if got := events(t, text)[0].Ref; got != want {
			t.Errorf("ref %+v, want %+v", got, want)
		}
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	type want struct {
		stage    orders.ParcelStage
		incident orders.Incident
		to       string
	}
	for words, want := range map[[2]string]want{
		{"InfoReceived", "InfoReceived_001"}:             {orders.Announced, "", ""},
		{"InTransit", "InTransit_006"}:                   {orders.InTransit, "", ""},
		{"OutForDelivery", "OutForDelivery_001"}:         {orders.OutForDelivery, "", ""},
		{"OutForDelivery", "OutForDelivery_002"}:         {orders.ReadyForPickup, "", ""},
		{"OutForDelivery", "OutForDelivery_003"}:         {orders.InTransit, "", ""},
		{"OutForDelivery", ""}:                           {orders.InTransit, "", ""},
		{"AttemptFail", "AttemptFail_002"}:               {"", orders.AttemptFailed, ""},
		{"AvailableForPickup", "AvailableForPickup_001"}: {orders.ReadyForPickup, "", ""},
		{"Delivered", "Delivered_001"}:                   {orders.Delivered, "", ""},
		{"Delivered", "Delivered_002"}:                   {orders.Collected, "", ""},
		{"Delivered", "Delivered_003"}:                   {orders.Delivered, "", "recipient"},
		{"Delivered", "Delivered_005"}:                   {orders.Delivered, "", "neighbour"},
		{"Delivered", "Delivered_099"}:                   {orders.Delivered, "", ""},
		{"Exception", "Exception_004"}:                   {"", orders.Customs, ""},
		{"Exception", "Exception_006"}:                   {"", orders.Unknown, ""},
		{"Exception", "Exception_007"}:                   {"", orders.AddressProblem, ""},
		{"Exception", "Exception_008"}:                   {"", orders.Uncollected, ""},
		{"Exception", "Exception_010"}:                   {orders.Returning, "", ""},
		{"Exception", "Exception_011"}:                   {orders.Returned, "", ""},
		{"Exception", "Exception_012"}:                   {"", orders.Damaged, ""},
		{"Exception", "Exception_013"}:                   {"", orders.Lost, ""},
		{"Exception", ""}:                                {"", orders.Unknown, ""},
		{"Teleported", "Teleported_001"}:                 {"", orders.Unknown, ""},
	} {
		all := events(t, `{"event":"tracking_update","msg":{"tracking_number":"X1","tag":"`+words[0]+`","subtag":"`+words[1]+`"},"ts":1763632800}`)
		if p := all[0].Parcel; p.Stage != want.stage || p.Incident != want.incident || p.DeliveredTo != want.to {
			t.Errorf("%v: stage %q, incident %q, to %q", words, p.Stage, p.Incident, p.DeliveredTo)
		}
	}
}

func TestNotForUs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, code string }{
		{"a new estimate alone", `{"event":"edd_revise","msg":{}}`, ""},
		{"pending", `{"event":"tracking_update","msg":{"tracking_number":"X1","tag":"Pending"},"ts":1}`, ""},
		{"no tracking", `{"event":"tracking_update"}`, "field_invalid"},
		{"no event", `{"msg":{}}`, "field_invalid"},
		{"a number for text", `{"event":"tracking_update","msg":{"tracking_number":"X1","tag":5}}`, "field_invalid"},
	} {
		r, err := source().Read(providers.Delivery{Body: []byte(test.body)})
		if fault.Code(err) != test.code || len(r.Events) != 0 || (err == nil && r.Note == "") {
			t.Errorf("%s: %d events, note %q, error %v", test.name, len(r.Events), r.Note, err)
		}
	}
}

func FuzzRead(f *testing.F) { providertest.Fuzz(f, source(), nil, []byte(body)) }
