package easypost_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/easypost"
	"homeward/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func source() *easypost.Source {
	return easypost.New(providers.Options{Name: "shop", Secrets: []string{"hush"}, Zone: time.UTC, Country: "US"})
}

const body = `{"id":"evt_1","object":"Event","description":"tracker.updated","mode":"production","status":"pending","previous_attributes":{"status":"unknown"},
"result":{"id":"trk_1","object":"Tracker","tracking_code":9007199254740993123,"status":"out_for_delivery","status_detail":"out_for_delivery","created_at":"2026-11-18T10:00:00Z","updated_at":"2026-11-20T09:00:00Z",
"signed_by":null,"est_delivery_date":"2026-11-20T00:00:00Z","carrier":"UPS","public_url":"https://track.easypost.com/x","is_return":false,"carrier_detail":null,
"tracking_details":[
{"message":"OUT FOR DELIVERY","status":"out_for_delivery","status_detail":"out_for_delivery","datetime":"2026-11-20T08:00:00Z"},
{"message":"LABEL","status":"pre_transit","status_detail":"label_created","datetime":"2026-11-18T11:00:00Z"}]}}`

func TestContract(t *testing.T) {
	t.Parallel()
	providertest.Source(t, providertest.Case{
		New:       func(o providers.Options) providers.Source { return easypost.New(o) },
		Secrets:   [2]string{"hush", "sécret with an accent"},
		Sign:      providertest.SignEasyPost,
		Signature: "X-Hmac-Signature", Prefix: "hmac-sha256-hex=",
		Body: []byte(body), Big: []byte(body), BigID: "9007199254740993123",
	})
}

// TestPublishedVector checks EasyPost's own fixture (EasyPost/examples, official/fixtures): the secret counts in NFKD, and
// the file's last newline is not of the body.
func TestPublishedVector(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(filepath.Join(providertest.Payloads(t, "easypost"), "tracker_updated_event_body.json"))
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"X-Hmac-Signature": {"hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"}}
	for _, secret := range []string{"s\u00e9cret", "se\u0301cret"} {
		s := easypost.New(providers.Options{Name: "shop", Secrets: []string{secret}})
		if err := s.Verify(header, bytes.TrimSuffix(file, []byte("\n")), time.Time{}); err != nil {
			t.Errorf("%+q: %v", secret, err)
		}
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	providertest.Golden(t, source(), providertest.Payloads(t, "easypost"), *update,
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

// TestSameCheckpointSameID checks that a later update tells the older checkpoints under the ids they had.
func TestSameCheckpointSameID(t *testing.T) {
	t.Parallel()
	before := events(t, body)
	later := strings.Replace(body, `"tracking_details":[`,
		`"tracking_details":[{"message":"DELIVERED","status":"delivered","status_detail":"arrived_at_destination","datetime":"2026-11-20T12:00:00Z"},`, 1)
	after := events(t, later)
	known := map[string]bool{}
	for _, e := range after {
		known[e.ID] = true
	}
	points := 0
	for _, e := range before {
		if e.Parcel.ETA == "" && !known[e.ID] {
			t.Errorf("%s is another fact now", e.ID)
		} else if e.Parcel.ETA == "" {
			points++
		}
	}
	if points != 2 || !before[0].Parcel.History || before[1].Parcel.History {
		t.Errorf("%d checkpoints; the first history %v, the newest %v", points, before[0].Parcel.History, before[1].Parcel.History)
	}
	newest := after[2].Parcel
	if newest.Stage != orders.Delivered || newest.DeliveredTo != "" || newest.History {
		t.Errorf("newest: %+v", newest)
	}
}

// TestEstimate checks that an estimate is news of its own, dated as the newest checkpoint, so that the carrier's next scan,
// which may be older than the estimate, is not late.
func TestEstimate(t *testing.T) {
	t.Parallel()
	all := events(t, body)
	last := all[len(all)-1]
	if last.Parcel.ETA != "2026-11-20" || last.Parcel.Stage != "" || !last.At.Equal(time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("estimate: %+v at %v", last.Parcel, last.At)
	}
	moved := events(t, strings.Replace(body, "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", 1))
	if moved[len(moved)-1].ID == last.ID {
		t.Error("another estimate has the same id")
	}
}

// TestFolded checks that the tracker's whole story, told in two updates that arrive in the wrong order, makes the parcel it
// should, with the newest estimate.
func TestFolded(t *testing.T) {
	t.Parallel()
	early := events(t, strings.Replace(body, `{"message":"OUT FOR DELIVERY","status":"out_for_delivery","status_detail":"out_for_delivery","datetime":"2026-11-20T08:00:00Z"},`, "", 1))
	state := orders.Fold(append(events(t, body), early...))
	if len(state.Parcels) != 1 {
		t.Fatalf("%d parcels", len(state.Parcels))
	}
	if p := state.Parcels[0]; p.Stage != orders.OutForDelivery || p.ETA != "2026-11-20" || p.Incident != orders.None {
		t.Errorf("parcel %+v", p)
	}
	for _, line := range state.Timeline {
		if line.Quiet {
			t.Errorf("%s at %v is quiet", line.What, line.At)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for words, want := range map[[2]string]struct {
		stage    orders.ParcelStage
		incident orders.Incident
	}{
		{"pre_transit", "label_created"}: {orders.Announced, ""}, {"in_transit", "arrived_at_facility"}: {orders.InTransit, ""},
		{"out_for_delivery", ""}: {orders.OutForDelivery, ""}, {"available_for_pickup", ""}: {orders.ReadyForPickup, ""},
		{"delivered", ""}: {orders.Delivered, ""}, {"return_to_sender", "return"}: {orders.Returning, ""},
		{"cancelled", ""}: {orders.ParcelGone, ""}, {"failure", "failure"}: {"", orders.Unknown}, {"error", ""}: {"", orders.Unknown},
		{"in_transit", "weather_delay"}: {orders.InTransit, orders.Delayed}, {"failure", "lost"}: {"", orders.Lost}, {"beamed_up", ""}: {"", orders.Unknown},
	} {
		all := events(t, `{"description":"tracker.updated","result":{"tracking_code":"X1","status":"`+words[0]+`","status_detail":"`+words[1]+
			`","created_at":"2026-11-18T10:00:00Z"}}`)
		if p := all[0].Parcel; len(all) != 1 || p.Stage != want.stage || p.Incident != want.incident {
			t.Errorf("%v: stage %q, incident %q", words, p.Stage, p.Incident)
		}
	}
}

func TestNotForUs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, code string }{
		{"another event", `{"description":"batch.created","result":[]}`, ""},
		{"a tracker without news", `{"description":"tracker.created","result":{"tracking_code":"X1","status":"unknown","created_at":"2026-11-18T10:00:00Z"}}`, ""},
		{"no tracker", `{"description":"tracker.updated"}`, "field_invalid"},
		{"a tracking code of signs", `{"description":"tracker.updated","result":{"tracking_code":"--","created_at":"2026-11-18T10:00:00Z"}}`, "field_invalid"},
	} {
		r, err := source().Read(providers.Delivery{Body: []byte(test.body)})
		if fault.Code(err) != test.code || len(r.Events) != 0 || (err == nil && r.Note == "") {
			t.Errorf("%s: %d events, note %q, error %v", test.name, len(r.Events), r.Note, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	if !json.Valid([]byte(body)) {
		f.Fatal("the seed is not JSON")
	}
	providertest.Fuzz(f, source(), nil, []byte(body))
}
