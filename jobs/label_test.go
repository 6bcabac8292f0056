package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/files"
	"homeward/internal/metrics"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/store/storetest"
	"homeward/internal/uploads"
	"homeward/jobs"
	"homeward/providers"
	"homeward/providers/easypost"
	"homeward/providers/standin/easypostd"
	"homeward/providers/standin/httpfault"
)

// labelBench is a worker with a carrier account at the stand-in, and one approved case that wants a label.
type labelBench struct {
	*jobs.Worker
	stand *easypostd.Server
	now   time.Time
	c     store.Case
	label store.Label
}

func newLabelBench(t *testing.T, method returns.SendMethod) *labelBench {
	t.Helper()
	b := &labelBench{stand: easypostd.New("EZTK1"), now: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(b.stand)
	t.Cleanup(server.Close)
	db := storetest.SQLite(t)
	box, err := files.Open(t.Context(), filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	carrier, err := easypost.NewLabels(easypost.LabelConfig{APIKey: "EZTK1", BaseURL: server.URL, HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Shops: []config.Shop{{ID: "acme", Country: "US", Zone: time.UTC, Languages: []string{"en"}, Returns: config.Returns{
		Window: 720 * time.Hour, Labels: &config.Labels{Provider: "easypost", BaseURL: server.URL, Parcel: config.LabelParcel{WeightG: 500}, To: config.LabelAddress{Name: "Acme", Line1: "2 Dock Rd", City: "Reno", PostalCode: "89501", Country: "US"}},
	}}}}
	now, log := func() time.Time { return b.now }, slog.New(slog.DiscardHandler)
	b.Worker = &jobs.Worker{
		DB: db, Config: cfg, Outside: map[string]jobs.Outside{"acme": {Labels: carrier}}, Queue: noBell{}, Observe: metrics.New(), Log: log, Now: now,
		Cases: &cases.Desk{DB: db, Config: cfg, Queue: noBell{}, Now: now}, Caller: jobs.NewCaller(client.Transport), Fetcher: jobs.NewFetcher(nil), Files: &uploads.Desk{DB: db, Box: box, Config: cfg, Now: now, Log: log},
	}
	b.c = store.Case{ID: "c1", Shop: "acme", OrderID: "o1", RMA: "R-1", Kind: returns.Return, State: returns.Requested, Wish: returns.Wish{Method: method}, CreatedAt: b.now, UpdatedAt: b.now}
	order := store.Order{ID: "o1", Shop: "acme", ExternalID: "o1", Language: "en", CreatedAt: b.now, UpdatedAt: b.now, State: orders.State{Order: orders.Order{
		ShipTo: orders.Address{Name: "Zofia", Line1: "1 Main St", City: "Austin", PostalCode: "78701", Country: "US"},
	}}}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertOrder(t.Context(), order), tx.InsertCase(t.Context(), b.c))
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.c, err = b.Cases.Approve(t.Context(), b.c, "staff:olga", ""); err != nil {
		t.Fatal(err)
	}
	all, err := db.LabelsOf(t.Context(), b.c.ID)
	if err != nil || len(all) > 1 {
		t.Fatalf("labels %+v, %v", all, err)
	}
	if len(all) == 1 {
		b.label = all[0]
	}
	return b
}

// work does the label's attempts until it is final, and gives it.
func (b *labelBench) work(t *testing.T) store.Label {
	t.Helper()
	for range 30 {
		row, err := b.DB.Label(t.Context(), b.label.ID)
		if err != nil {
			t.Fatal(err)
		}
		if row.State != store.Due {
			return row
		}
		b.now = b.now.Add(2 * time.Hour)
		_ = b.Do(t.Context(), store.Task{Kind: store.LabelWork, ID: row.ID, Generation: row.Generation}) // what failed is on its row
	}
	t.Fatal("it never ends")
	return store.Label{}
}

func (b *labelBench) paid() int {
	n := 0
	for _, s := range b.stand.Shipments() {
		n += s.Bought
	}
	return n
}

// TestLabelIsBoughtOnce: whatever goes wrong on the way, the case has one label, its file and its number in the end, and one
// was paid for.
func TestLabelIsBoughtOnce(t *testing.T) {
	t.Parallel()
	const shipments, one = "POST /v2/shipments", "POST /v2/shipments/"
	after := httpfault.Fault{Status: 500, Effect: true}
	for name, prepare := range map[string]func(s *easypostd.Server){
		"nothing":                 func(*easypostd.Server) {},
		"500 after the shipment":  func(s *easypostd.Server) { s.Fail(shipments, after, after) },
		"500 after the purchase":  func(s *easypostd.Server) { s.Fail(one, after) },
		"cut after the purchase":  func(s *easypostd.Server) { s.Fail(one, httpfault.Fault{Cut: true, Effect: true}) },
		"500 before the purchase": func(s *easypostd.Server) { s.Fail(one, httpfault.Fault{Status: 500}, httpfault.Fault{Status: 503}) },
		"too fast":                func(s *easypostd.Server) { s.Fail(shipments, httpfault.Fault{Status: 429}) },
		"its file is late": func(s *easypostd.Server) {
			s.Fail("GET /files/", httpfault.Fault{Status: 404}, httpfault.Fault{Cut: true})
		},
		"the look-up fails as well": func(s *easypostd.Server) {
			s.Fail(shipments, after)
			s.Fail("GET /v2/shipments/", httpfault.Fault{Status: 500})
		},
		"sold before, says the carrier": func(s *easypostd.Server) {
			s.Fail(one, httpfault.Fault{Status: 422, Code: "SHIPMENT.POSTAGE.EXISTS", Effect: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newLabelBench(t, returns.ByQR)
			prepare(b.stand)
			row := b.work(t)
			if row.State != store.LabelReady || row.Status != store.LabelBought || row.Cost != 758 || row.Carrier != "USPS" {
				t.Errorf("ended as %+v", row)
			}
			if b.paid() != 1 {
				t.Errorf("paid for %d labels", b.paid())
			}
			c, err := b.DB.Case(t.Context(), b.c.ID)
			if err != nil || c.TrackingNumber == "" || c.TrackingNumber != row.Tracking {
				t.Errorf("the case's number is %q, the label's %q", c.TrackingNumber, row.Tracking)
			}
			log, err := b.DB.CaseLog(t.Context(), c.ID)
			if n := len(log); err != nil || log[n-1].Step != cases.LabelReady || log[n-2].Step != cases.LabelPaid {
				t.Errorf("it is not said at last, and once, that it is ready: %+v, %v", log, err)
			}
			kept, err := b.DB.FilesOf(t.Context(), c.ID)
			if err != nil || len(kept) != 2 || kept[0].ContentType != files.PDF || kept[0].Purpose != store.LabelFile {
				t.Errorf("kept %+v, %v", kept, err)
			}
		})
	}
}

// TestLabelForPeople: what fails for good is shown to staff with its reason, and can be tried again.
func TestLabelForPeople(t *testing.T) {
	t.Parallel()
	b := newLabelBench(t, returns.ByLabel)
	b.stand.Fail("POST /v2/shipments/", httpfault.Fault{Status: 402, Code: "INSUFFICIENT_FUNDS"})
	row := b.work(t)
	if row.State != store.LabelHeld || row.ErrorCode != "label_payment_required" || b.paid() != 0 {
		t.Fatalf("%+v, paid %d", row, b.paid())
	}
	if held, err := b.DB.LabelsHeld(t.Context(), 10); err != nil || len(held) != 1 {
		t.Errorf("staff see %+v, %v", held, err)
	}
	err := b.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Revive(t.Context(), store.LabelWork, row.ID, b.now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if row = b.work(t); row.State != store.LabelReady || b.paid() != 1 {
		t.Errorf("%+v, paid %d", row, b.paid())
	}
}

// TestLabelNotNeeded: a case that was called off buys none, and one that goes another way wants none.
func TestLabelNotNeeded(t *testing.T) {
	t.Parallel()
	b := newLabelBench(t, returns.ByLabel)
	if _, err := b.Cases.CallOff(t.Context(), b.c, cases.Shopper); err != nil {
		t.Fatal(err)
	}
	if row := b.work(t); row.State != store.LabelDropped || len(b.stand.Shipments()) != 0 {
		t.Errorf("%+v", row)
	}
	changed := newLabelBench(t, returns.ByLabel)
	if _, err := changed.Cases.ChooseMethod(t.Context(), changed.c, returns.ByOwn); err != nil {
		t.Fatal(err)
	}
	if row := changed.work(t); row.State != store.LabelDropped || len(changed.stand.Shipments()) != 0 {
		t.Errorf("sent another way: %+v", row)
	}
	if own := newLabelBench(t, returns.ByOwn); own.label.ID != "" {
		t.Error("a label for a shopper who sends it on their own")
	}
}

// meddler is a carrier account during whose calls something else happens.
type meddler struct {
	*easypost.Labels
	prepared, buying func()
}

func (m meddler) Prepare(ctx context.Context, r providers.LabelRequest) (string, error) {
	id, err := m.Labels.Prepare(ctx, r)
	m.prepared()
	return id, err
}

func (m meddler) Buy(ctx context.Context, shipment string, qr bool) (providers.Label, error) {
	m.buying()
	return m.Labels.Buy(ctx, shipment, qr)
}

// TestLabelCalledOffMeanwhile: a case that stops to want its label at any moment has none in the end, and nothing stays paid for.
func TestLabelCalledOffMeanwhile(t *testing.T) {
	t.Parallel()
	const one = "POST /v2/shipments/"
	after, before := httpfault.Fault{Status: 500, Effect: true}, httpfault.Fault{Status: 500}
	callOff := func(t *testing.T, b *labelBench) {
		t.Helper()
		if _, err := b.Cases.CallOff(t.Context(), b.c, cases.Shopper); err != nil {
			t.Error(err)
		}
	}
	otherWay := func(t *testing.T, b *labelBench) {
		t.Helper()
		if _, err := b.Cases.ChooseMethod(t.Context(), b.c, returns.ByOwn); err != nil {
			t.Error(err)
		}
	}
	for name, tc := range map[string]struct {
		stop    func(t *testing.T, b *labelBench)
		early   bool // before the purchase is intended; else while it is made
		faults  []httpfault.Fault
		paid    int
		status  string
		refunds string
		code    string
	}{
		"before it is bought":               {stop: callOff, early: true, status: store.LabelNeeded},
		"sent another way before":           {stop: otherWay, early: true, status: store.LabelNeeded},
		"while it is bought":                {stop: callOff, paid: 1, status: store.LabelVoided},
		"sent another way while":            {stop: otherWay, paid: 1, status: store.LabelVoided},
		"while, and the answer is lost":     {stop: callOff, faults: []httpfault.Fault{after}, paid: 1, status: store.LabelVoided},
		"while, and nothing was bought":     {stop: callOff, faults: []httpfault.Fault{before}, status: store.LabelNeeded},
		"while, and the refund's is lost":   {stop: callOff, faults: []httpfault.Fault{{}, after}, paid: 1, status: store.LabelVoided},
		"while, and the refund fails first": {stop: callOff, faults: []httpfault.Fault{{}, before}, paid: 1, status: store.LabelVoided},
		"while, paid when it is scanned":    {stop: callOff, paid: 1, refunds: "not_applicable", status: store.LabelVoided},
		"while, and the refund is rejected": {stop: callOff, paid: 1, refunds: "rejected", status: store.LabelVoid, code: "label_void_rejected"},
		"while, and no refund is taken": {
			stop: callOff, faults: []httpfault.Fault{{}, {Status: 422, Code: "SHIPMENT.REFUND.UNAVAILABLE"}}, paid: 1, status: store.LabelVoid, code: "label_void_refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newLabelBench(t, returns.ByLabel)
			b.stand.Fail(one, tc.faults...)
			b.stand.AnswerRefunds(tc.refunds)
			var once sync.Once
			stop := func() { once.Do(func() { tc.stop(t, b) }) }
			m := meddler{Labels: b.Outside["acme"].Labels.(*easypost.Labels), prepared: func() {}, buying: stop}
			if tc.early {
				m.prepared, m.buying = stop, func() {}
			}
			b.Outside["acme"] = jobs.Outside{Labels: m}
			row := b.work(t)
			if row.Status != tc.status || row.ErrorCode != tc.code || (row.State == store.LabelHeld) != (tc.code != "") {
				t.Errorf("ended as %s, %s, %s", row.State, row.Status, row.ErrorCode)
			}
			refunded := 0
			for _, s := range b.stand.Shipments() {
				refunded += s.Refunded
			}
			if back := min(tc.paid, 1); b.paid() != tc.paid || (tc.code == "" && refunded != back) {
				t.Errorf("paid for %d labels, %d given back", b.paid(), refunded)
			}
			c, err := b.DB.Case(t.Context(), b.c.ID)
			if err != nil || c.TrackingNumber != "" {
				t.Errorf("the case has number %q, %v", c.TrackingNumber, err)
			}
			if kept, err := b.DB.FilesOf(t.Context(), c.ID); err != nil || len(kept) != 0 {
				t.Errorf("kept %+v, %v", kept, err)
			}
		})
	}
}

// TestLabelCannotBeGivenBack: with an account that takes none back staff are told of a label that nobody wants.
func TestLabelCannotBeGivenBack(t *testing.T) {
	t.Parallel()
	b := newLabelBench(t, returns.ByLabel)
	m := meddler{Labels: b.Outside["acme"].Labels.(*easypost.Labels), prepared: func() {}, buying: func() { _, _ = b.Cases.CallOff(t.Context(), b.c, cases.Shopper) }}
	b.Outside["acme"] = jobs.Outside{Labels: struct{ jobs.Labeler }{m}}
	if row := b.work(t); row.State != store.LabelHeld || row.ErrorCode != "label_not_returnable" || b.paid() != 1 {
		t.Errorf("%+v", row)
	}
}

// elsewhere is a carrier account whose labels lie at another address.
type elsewhere struct {
	*easypost.Labels
	at string
}

func (e elsewhere) Buy(ctx context.Context, shipment string, qr bool) (providers.Label, error) {
	l, err := e.Labels.Buy(ctx, shipment, qr)
	l.LabelURL = e.at
	return l, err
}

// TestLabelFile: a label is fetched by https from where anybody could fetch it; from this machine only while the account is a
// stand-in here. No redirect is followed, and what is no label is not kept.
func TestLabelFile(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); _, _ = w.Write([]byte("%PDF-1.7")) }))
	t.Cleanup(inside.Close)
	secure := httptest.NewTLSServer(inside.Config.Handler)
	t.Cleanup(secure.Close)
	answers := func(handler http.HandlerFunc) string {
		s := httptest.NewServer(handler)
		t.Cleanup(s.Close)
		return s.URL
	}
	for name, tc := range map[string]struct {
		at      string
		real    bool // the account is EasyPost's own
		code    string
		patient bool // it is tried again, in vain
	}{
		"stand-in, without TLS":               {at: inside.URL},
		"real, without TLS":                   {at: inside.URL, real: true, code: "label_address"},
		"real, this machine":                  {at: secure.URL, real: true, code: "label_address"},
		"real, by name":                       {at: strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), real: true, code: "label_address"},
		"real, a private network":             {at: "https://10.0.0.1/label.pdf", real: true, code: "label_address"},
		"real, the host through a translator": {at: "https://[64:ff9b::a9fe:a9fe]/latest", real: true, code: "label_address"},
		"real, the host through a tunnel":     {at: "https://[2002:a9fe:a9fe::1]/latest", real: true, code: "label_address"},
		"real, the machine's host":            {at: "https://169.254.169.254/latest", real: true, code: "label_address"},
		"real, mapped":                        {at: "https://[::ffff:192.168.1.1]/label.pdf", real: true, code: "label_address"},
		"a file of this machine":              {at: "file:///etc/hostname", code: "label_address"},
		"stand-in, elsewhere":                 {at: "http://labels.example/label.pdf", code: "label_address"},
		"a redirect":                          {at: answers(http.RedirectHandler(inside.URL, http.StatusFound).ServeHTTP), code: "label_not_fetched", patient: true},
		"a page":                              {at: answers(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }), code: files.NotADocument},
		"more than a label": {at: answers(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append([]byte("%PDF-1.7"), make([]byte, files.MaxBytes)...))
		}), code: files.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newLabelBench(t, returns.ByLabel)
			b.Outside["acme"] = jobs.Outside{Labels: elsewhere{b.Outside["acme"].Labels.(*easypost.Labels), tc.at}}
			if tc.real {
				b.Config.Shops[0].Returns.Labels.BaseURL = ""
			}
			row := b.work(t)
			if row.ErrorCode != tc.code || (row.State == store.LabelReady) != (tc.code == "") || (row.Attempt > 1) != tc.patient || b.paid() != 1 {
				t.Errorf("ended as %s, %s after %d attempts", row.State, row.ErrorCode, row.Attempt)
			}
			if kept, err := b.DB.FilesOf(t.Context(), b.c.ID); err != nil || (len(kept) == 1) != (tc.code == "") {
				t.Errorf("kept %+v, %v", kept, err)
			}
		})
	}
	t.Cleanup(func() {
		if n := asked.Load(); n != 1 {
			t.Errorf("this machine was asked %d times, want once by the stand-in's", n)
		}
	})
}
