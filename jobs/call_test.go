package jobs_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"homeward/internal/notify"
	"homeward/internal/store"
	"homeward/jobs"
	"homeward/providers/providertest/sign"
)

const shopSecret = "whsec_bm90aWZ5LXNlY3JldC1mb3ItdGVzdHMtMDAx"

// receiver is a shop's own system: it checks every signature by code that is not ours, and answers as it is told.
type receiver struct {
	*testing.T
	ids     []string
	answers []int // the newest first call's answer first; 204 when there is none left
	header  http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	id, stamp := req.Header.Get("Webhook-Id"), req.Header.Get("Webhook-Timestamp")
	seconds, _ := strconv.ParseInt(stamp, 10, 64)
	want := sign.Standard(shopSecret, id, time.Unix(seconds, 0), body)
	if req.Method != http.MethodPost || req.Header.Get("Webhook-Signature") != want.Get("Webhook-Signature") || req.Header.Get("Content-Type") != "application/json" {
		r.Errorf("%s %s with %v", req.Method, req.URL.Path, req.Header)
	}
	r.ids = append(r.ids, id)
	maps.Copy(w.Header(), r.header)
	if len(r.answers) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.WriteHeader(r.answers[0])
	r.answers = r.answers[1:]
}

// listening lets the bench's shop be told, and makes one event due.
func (b *bench) listening(answers ...int) (*receiver, store.Call) {
	b.t.Helper()
	r := &receiver{T: b.t, answers: answers, header: http.Header{}}
	server := httptest.NewServer(r)
	b.t.Cleanup(server.Close)
	shop := &b.worker.Config.Shops[0]
	shop.Notify.URL, shop.Notify.Secret = server.URL+"/hooks", shopSecret
	b.worker.Caller = jobs.NewCaller(nil)
	for range 2 { // told twice, it is one
		err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
			_, err := notify.Add(b.t.Context(), tx, shop, notify.Event{Type: notify.CaseOpened, Key: "c1", OrderID: "o1", Data: map[string]any{"case": "c1"}}, b.clock.at)
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	all, err := b.db.CallsOf(b.t.Context(), "o1")
	if err != nil || len(all) != 1 {
		b.t.Fatalf("%d calls, %v", len(all), err)
	}
	return r, all[0]
}

func (b *bench) callRow(id string) store.Call {
	b.t.Helper()
	c, err := b.db.Call(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// attempts lets the call be tried whenever it is due, until it rests; it gives how long that took.
func (b *bench) attempts(id string) (store.Call, time.Duration) {
	b.t.Helper()
	began := b.clock.at
	for range 30 {
		c := b.callRow(id)
		if c.State != store.Due {
			return c, b.clock.at.Sub(began)
		}
		b.clock.at = c.DueAt.Add(time.Second)
		_ = b.worker.Do(b.t.Context(), store.Task{Kind: store.CallWork, ID: id, Generation: c.Generation}) // what failed is on its row
	}
	b.t.Fatal("it never rests")
	return store.Call{}, 0
}

// TestACallIsTakenInTheEnd: busy answers are waited out, under the same id.
func TestACallIsTakenInTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r, c := b.listening(500, 408, 425, 429, 503)
	got, _ := b.attempts(c.ID)
	if got.State != store.CallDelivered || got.Status != http.StatusNoContent || got.DeliveredAt.IsZero() || len(r.ids) != 6 {
		t.Fatalf("%+v after %d attempts", got, len(r.ids))
	}
	if slices.Contains(r.ids, "") || len(slices.Compact(slices.Clone(r.ids))) != 1 || r.ids[0] != c.ID {
		t.Errorf("ids %v", r.ids)
	}
}

// TestACallIsGivenUp: at once when the other side does not want it or leads elsewhere, after days when it is away.
func TestACallIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   int
		code     string
		attempts int
		days     float64
	}{
		"refused": {404, "notify_refused", 1, 0}, "gone": {410, "notify_refused", 1, 0}, "redirected": {302, "notify_redirected", 1, 0},
		"away for days": {500, "notify_busy", 11, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r, c := b.listening(slices.Repeat([]int{test.answer}, 20)...)
			r.header.Set("Location", "http://169.254.169.254/latest")
			got, took := b.attempts(c.ID)
			if got.State != store.CallFailed || got.ErrorCode != test.code || got.Status != test.answer || len(r.ids) != test.attempts || took.Hours() < test.days*24 {
				t.Errorf("%s %s %d after %d attempts in %v", got.State, got.ErrorCode, got.Status, len(r.ids), took)
			}
		})
	}
}

// TestACallWaitsAsLongAsItIsAsked.
func TestACallWaitsAsLongAsItIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r, c := b.listening(429)
	r.header.Set("Retry-After", "7200")
	_ = b.worker.Do(t.Context(), store.Task{Kind: store.CallWork, ID: c.ID})
	if got := b.callRow(c.ID); got.DueAt.Sub(b.clock.at) < 2*time.Hour || got.State != store.Due {
		t.Errorf("%+v", got)
	}
}
