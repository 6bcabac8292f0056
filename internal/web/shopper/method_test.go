package shopper_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/files"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
)

// withLabels gives the first shop a carrier account; its label costs shoppers 14.99, unless the shop is at fault.
func (b *bench) withLabels() {
	b.config.Shops[0].Returns.Labels = &config.Labels{Provider: "easypost", To: config.LabelAddress{Country: "PL"}}
	b.config.Shops[0].Returns.Policy = returns.Policy{Rules: []returns.Rule{{Name: "all", Terms: returns.Terms{
		Window: 720 * time.Hour, PaidBy: returns.ShopperPays, LabelFee: returns.Amounts{{Minor: 1499, Currency: "PLN"}},
	}}}}
}

// bought keeps a label, and with code the code for the counter, as the worker does.
func (b *bench) bought(desk *uploads.Desk, c store.Case, code bool) {
	b.t.Helper()
	now := b.clock
	row := store.Label{
		ID: id.New(now), Shop: c.Shop, OrderID: c.OrderID, CaseID: c.ID, Provider: "easypost", Status: store.LabelWanted, CreatedAt: now, UpdatedAt: now,
		Work: store.Work{DueAt: now},
	}
	if all, err := b.db.LabelsOf(b.t.Context(), c.ID); err == nil && len(all) > 0 {
		row = all[0]
	} else if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error { return tx.AddLabel(b.t.Context(), row) }); err != nil {
		b.t.Fatal(err)
	}
	if row.Status == store.LabelWanted {
		row.Status, row.Carrier, row.Tracking = store.LabelBought, "usps", "9400100000000000000000"
		if _, err := b.realDesk().LabelBought(b.t.Context(), row); err != nil {
			b.t.Fatal(err)
		}
	}
	if desk == nil { // its file is on its way
		return
	}
	about := uploads.About{Shop: c.Shop, OrderID: c.OrderID, CaseID: c.ID, Purpose: store.LabelFile, By: cases.System}
	for part, data := range map[string]string{"": "%PDF-1.7 label", cases.LabelCode: somePhoto(b.t)} {
		if part != "" && !code {
			continue
		}
		content, err := files.Document(b.t.Context(), strings.NewReader(data))
		if err != nil {
			b.t.Fatal(err)
		}
		about.LineID = part
		if _, err := desk.Keep(b.t.Context(), about, content); err != nil {
			b.t.Fatal(err)
		}
	}
}

// TestWhatEachWayCosts: the form says it before anything is chosen, the summary takes it off.
func TestWhatEachWayCosts(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	lacks(t, b.get(path+"/returns/new"), `name="method"`)
	has(t, b.post(path+"/returns/check", with(goodForm("n1"), "method", "label")), 422, "Something has changed meanwhile", `href="#items"`)
	b.withLabels()
	w := b.get(path + "/returns/new")
	has(t, w, 200, `name="method" value="label"`, `name="method" value="own"`, "You can also choose this later", "What it costs depends on the items and the reason")
	lacks(t, w, `value="qr"`)
	has(t, b.post(path+"/returns/check", with(goodForm("n1"), "method", "label")), 200, "With our label, to print", "Return label", "PLN 24.91")
	has(t, b.post(path+"/returns/check", with(goodForm("n1"), "method", "own")), 200, "By a carrier of my own choice", "PLN 39.90")
	has(t, b.post(path+"/returns/check", with(goodForm("n1"), "method", "qr")), 422, `href="#method"`)
}

func with(form url.Values, name, value string) url.Values {
	form.Set(name, value)
	return form
}

// TestChoosingOnThePageOfTheCase: later, with what it costs; then the label, the code and where they are handed in.
func TestChoosingOnThePageOfTheCase(t *testing.T) {
	b := newBench(t)
	desk := b.withFiles()
	b.withLabels()
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	has(t, b.get(page), 200, page+"/method", "PLN 14.99 is taken off the refund.", "You pay the carrier.", "Acme Returns", "PLN 39.90")
	has(t, b.post(page+"/method", url.Values{"method": {"pigeon"}}), 422, `href="#method"`, `id="method-error"`)
	for range 2 {
		if w := b.post(page+"/method", url.Values{"method": {"label"}, "nonce": {"n"}}); w.Code != 303 || w.Header().Get("Location") != page {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
	}
	has(t, b.get(page), 200, "We are preparing your label", "Acme Returns", "Send it another way", "You chose how to send it", "PLN 24.91")
	c := b.cases(order.ID)[0]
	b.bought(nil, c, true)
	w := b.get(page)
	has(t, w, 200, "Your label is being made", "We are preparing your label")
	lacks(t, w, "Your label is ready")
	b.bought(desk, c, true)
	w = b.get(page)
	has(t, w, 200, "Show this code at the counter", "Open the label to print", "where USPS takes parcels", "Without the label: our address", "Your label is ready", `class="qr"`)
	lacks(t, w, page+"/method", "We are preparing")
	labels, err := b.db.LabelsOf(t.Context(), c.ID)
	if err == nil {
		err = b.db.Write(t.Context(), func(tx *store.Tx) error { return b.realDesk().LabelKept(t.Context(), tx, labels[0]) })
	}
	if n := strings.Count(b.get(page).Body.String(), "Your label is ready"); err != nil || n != 1 {
		t.Errorf("said %d times that it is ready: %v", n, err)
	}
	if w := b.post(page+"/method", url.Values{"method": {"own"}}); w.Code != 303 {
		t.Errorf("too late: %d", w.Code)
	}
	if got := b.cases(order.ID)[0].Wish.Method; got != returns.ByLabel {
		t.Errorf("the label was bought, and it is sent by %s", got)
	}
}

// TestNothingToChooseOfAWithdrawal: its way back is the consumer's own.
func TestNothingToChooseOfAWithdrawal(t *testing.T) {
	b := newBench(t)
	b.withLabels()
	path, order := b.put("en", sample(t, delivered()...))
	page, _ := b.withdrawn(path, order)
	lacks(t, b.get(page), `name="method"`)
	if w := b.post(page+"/method", url.Values{"method": {"label"}}); w.Code != 303 || b.cases(order.ID)[0].Wish.Method != "" {
		t.Errorf("%d %+v", w.Code, b.cases(order.ID)[0].Wish)
	}
}
