package shopper_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/files"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
	"homeward/internal/uploads"
	"homeward/internal/web/shopper"
)

// withdrawn opens the case of a withdrawal of everything, and gives its page's path.
func (b *bench) withdrawn(path string, order store.Order) (string, store.Case) {
	b.t.Helper()
	var c store.Case
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		var err error
		c, err = b.realDesk().OpenWithdrawal(b.t.Context(), tx, &b.config.Shops[0], b.order(order.ID), "w1", nil)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return path + "/cases/" + c.RMA, c
}

// TestOnePageOfACase: the older address shows the same page.
func TestOnePageOfACase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	rma := b.cases(order.ID)[0].RMA
	shown := func(path string) string { return nonceField.ReplaceAllString(b.get(path).Body.String(), "") } // each is another
	if one, other := shown(page), shown(path+"/returns/"+rma); one != other || one == "" {
		t.Error("two pages of one case")
	}
}

// TestWhatIsDueFromWhom: while goods are awaited their sender is asked first; the money follows.
func TestWhatIsDueFromWhom(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	has(t, b.get(page), 200, "From you", "Send the items", "From us", "As soon as the items have arrived with us.",
		"How the amount is made up", "1 × Earl Grey", "Refund as things stand", "PLN 39.90", "Requested", "Accepted")

	path, order = b.put("en", sample(t, delivered()...))
	page, _ = b.withdrawn(path, order)
	// 14 days from Monday, November 23; the delivery less what it cost beyond the cheapest one offered.
	has(t, b.get(page), 200, "by December 7, 2026", "We may wait until the items are back", "Delivery you paid for", "PLN 14.99", "Extra cost above the cheapest standard delivery",
		"Withdrawal declared", "after your withdrawal")
	b.clock = now.AddDate(0, 0, 15)
	has(t, b.get(page), 200, "the date has passed")
}

// TestNobodyIsToSendWhatNeverLeft: of a withdrawal from goods that no carrier has, the page asks for no goods and waits for none; who has
// them all the same finds the address.
func TestNobodyIsToSendWhatNeverLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, events := range map[string][]orders.Event{"nothing packed": nil, "a label": {{ID: "a1", Kind: orders.ParcelUpdated, At: now.Add(-time.Hour), Parcel: &orders.ParcelUpdate{Aliases: []string{"p"}, Stage: orders.Announced}}}} {
		path, order := b.put("en", sample(t, events...))
		page, _ := b.withdrawn(path, order)
		w := b.get(page)
		has(t, w, 200, "We have received your withdrawal", "the items have not left us. If you already have them", "so nothing has to come back first", "ul. ")
		lacks(t, w, "Please send it back to us", "From you", "We may wait until the items are back")
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// TestAPartThatIsBackIsNotAll: while another unit is waited for, the sum of all is what is expected, not what is refunded.
func TestAPartThatIsBackIsNotAll(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	b.post(path+"/returns", url.Values{"nonce": {"n1"}, "qty.l1": {"2"}, "reason": {"changed_mind"}, "remedy": {"refund"}})
	c := b.cases(order.ID)[0]
	b.explained(order, c, 0, 3990, []returns.Explained{{Reason: returns.ForGoods, LineID: "l1", Quantity: 1, Amount: 3990}})
	has(t, b.get(path+"/cases/"+c.RMA), 200, "PLN 79.80", "Refund as things stand")
}

// TestAPartThatArrived: the page says what is here and what is not, where the rest goes and by when; once all is here, there is no number to
// correct.
func TestAPartThatArrived(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	receive := func(c store.Case, items ...returns.Item) store.Case {
		t.Helper()
		c, err := b.realDesk().Receive(t.Context(), c, items, "staff:olga")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	path, order := b.put("en", sample(t, delivered()...))
	b.post(path+"/returns", url.Values{"nonce": {"n1"}, "qty.l1": {"2"}, "reason": {"changed_mind"}, "remedy": {"refund"}})
	c := b.cases(order.ID)[0]
	page := path + "/cases/" + c.RMA
	b.post(page+"/sent", url.Values{"tracking": {"620000000000000000000009"}})
	has(t, b.get(page), 200, "Correct the number")
	c = receive(b.cases(order.ID)[0], returns.Item{LineID: "l1", Quantity: 1})
	w := b.get(page)
	has(t, w, 200, "Some of the items have arrived", "Not here yet", "Arrived with us", "Send the rest", "ul. Magazynowa 5", c.RMA+"</bdi></p>",
		"We refund what has arrived. The rest follows once it is here.", "I have sent it")
	lacks(t, w, "Correct the number", "620000000000000000000009", "Your return has arrived", "Your refund is under way")
	receive(c)
	w = b.get(page)
	has(t, w, 200, "Your refund is under way")
	lacks(t, w, "Not here yet", "Send the rest", "Correct the number", `name="tracking"`)
	if w := b.post(page+"/sent", url.Values{"tracking": {"620000000000000000000001"}}); w.Code != 303 || b.cases(order.ID)[0].TrackingNumber != "620000000000000000000009" {
		t.Errorf("a number for what is here: %d, %q", w.Code, b.cases(order.ID)[0].TrackingNumber)
	}

	path, order = b.put("en", sample(t, delivered()...))
	page, c = b.withdrawn(path, order)
	watch := func() {
		t.Helper()
		if err := b.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := terms.OfCase(t.Context(), tx, &b.config.Shops[0], c.ID, b.clock)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	watch()
	receive(c, returns.Item{LineID: "l1", Quantity: 1})
	watch() // the first goods met the term
	has(t, b.get(page), 200, "Not here yet", "Send the rest", "by December 7, 2026", "ul. Magazynowa 5")
}

// TestAClaimsNumberIsNoReturns: the page names it as the mails do.
func TestAClaimsNumberIsNoReturns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.post(path+"/claims", url.Values{"line": {"l1"}, "kind": {"defective"}, "remedy": {"repair"}, "nonce": {"n1"}, "text": {"Broken."}}).Header().Get("Location")
	grant := cases.Grant{Remedy: returns.RepairRemedy, Words: "We repair it.", Actor: "staff:olga"}
	if _, err := b.realDesk().GrantClaim(t.Context(), b.cases(order.ID)[0].ID, grant); err != nil {
		t.Fatal(err)
	}
	w := b.get(page)
	has(t, w, 200, "Write this claim number on the parcel:")
	lacks(t, w, "return number")
}

// TestNothingIsPromisedThatDoesNotFollow: of an exchange and of store credit no page says that money goes back, a proof of dispatch
// ends the waiting only where the money waits for it, and what never came is not to be sent.
func TestNothingIsPromisedThatDoesNotFollow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withFiles()
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	as := func(change func(c *store.Case)) *httptest.ResponseRecorder {
		all := b.cases(order.ID)
		c := all[slices.IndexFunc(all, func(c store.Case) bool { return strings.HasSuffix(page, c.RMA) })]
		change(&c)
		if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) }); err != nil {
			t.Fatal(err)
		}
		return b.get(page)
	}
	const refund, wait = "We refund you once", "we do not have to wait"
	w := as(func(*store.Case) {})
	has(t, w, 200, refund, "in case the parcel is delayed or lost")
	lacks(t, w, wait)
	has(t, as(func(c *store.Case) { c.Conditions.RefundWhen = returns.OnFirstScan }), 200, wait)
	for _, remedy := range []returns.Remedy{returns.ExchangeRemedy, returns.RepairRemedy, returns.CreditRemedy} {
		w = as(func(c *store.Case) { c.Remedy, c.Conditions.RefundWhen = remedy, returns.OnReceipt })
		has(t, w, 200, "We settle it once the items have arrived", ">Settled")
		lacks(t, w, refund, wait, "Refund as things stand")
	}
	for remedy, next := range map[returns.Remedy]string{
		returns.RefundRemedy: "We are preparing the refund.", returns.ExchangeRemedy: "Next, we send you what you chose in exchange.",
		returns.RepairRemedy: "Next, we repair the items", returns.CreditRemedy: "We are preparing what you chose.",
	} {
		w = as(func(c *store.Case) { c.Remedy, c.State = remedy, returns.Received })
		has(t, w, 200, next)
		if remedy != returns.RefundRemedy {
			lacks(t, w, "the refund")
		}
	}
	has(t, as(func(c *store.Case) { c.Remedy, c.Conditions.Inspect = returns.RefundRemedy, true }), 200, "Next, we will check the items")

	page = b.upload(path+"/claims", goodClaim("c1")).Header().Get("Location")
	claim := func(remedy returns.Remedy) *httptest.ResponseRecorder {
		return as(func(c *store.Case) { c.State, c.Remedy = returns.Approved, remedy })
	}
	const sent, given = "Tracking number of your parcel", "what we granted will not be carried out"
	has(t, claim(returns.TerminationRemedy), 200, sent, wait, given)
	w = claim(returns.RepairRemedy)
	has(t, w, 200, sent, "Proof of posting", given)
	lacks(t, w, wait, "closed without an answer")
	w = as(func(c *store.Case) { c.State = returns.InTransit })
	has(t, w, 200, "As soon as the items have arrived with us.")
	lacks(t, w, "Please send us the goods")
	w = as(func(c *store.Case) { c.State = returns.Received })
	has(t, w, 200, "Next, we repair them and send them back to you.")
	lacks(t, w, "Please send us the goods", "preparing the refund")
	for _, remedy := range []returns.Remedy{returns.SendAgainRemedy, returns.RefundRemedy, returns.ReductionRemedy} {
		lacks(t, claim(remedy), sent, "Proof of posting")
		b.post(page+"/sent", url.Values{"tracking": {"680012345678"}})
		as(func(c *store.Case) {
			if c.State != returns.Approved {
				t.Errorf("%s: goods that stay or never came are on their way", remedy)
			}
		})
	}
}

// TestEveryCentOfARefund: the lines that the ledger keeps are told once, also when two payments share them.
func TestEveryCentOfARefund(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	c := b.cases(order.ID)[0]
	lines := []returns.Explained{
		{Reason: returns.ForGoods, LineID: "l1", Quantity: 1, Amount: 3990}, {Reason: returns.Deducted, LineID: "l1", Text: "the tin was open", Amount: -500},
		{Reason: "a word of the future", Amount: -1},
	}
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error {
		c.State = returns.Closed
		return tx.UpdateCase(t.Context(), c)
	}); err != nil {
		t.Fatal(err)
	}
	for i, amount := range []int64{3000, 489} {
		b.explained(order, c, i, amount, lines)
	}
	w := b.get(page)
	has(t, w, 200, "1 × Earl Grey", "Deduction: the tin was open", "Adjustment", "PLN 34.89")
	lacks(t, w, "Refund as things stand")
}

// TestWhatWasFound: an inspection is told with its reason, and no more once another stands in its place.
func TestWhatWasFound(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	c := b.cases(order.ID)[0]
	add := func(i store.Inspection) {
		t.Helper()
		i.CaseID, i.LineID, i.Quantity, i.At, i.By, i.Note = c.ID, "l1", 1, now, "staff:olga", "for the shelf"
		if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddInspection(t.Context(), i) }); err != nil {
			t.Fatal(err)
		}
	}
	add(store.Inspection{ID: "i1", ReplacedBy: "i2", Inspection: returns.Inspection{Grade: returns.Missing, Outcome: returns.DoNotPay, Reason: "the box was empty"}})
	add(store.Inspection{ID: "i2", Inspection: returns.Inspection{Grade: returns.Opened, Outcome: returns.Deduct, Deduction: 500, Reason: "the tin was open"}})
	w := b.get(page)
	has(t, w, 200, "What we found", "Accepted with a deduction of PLN 5.00", "the tin was open")
	lacks(t, w, "the box was empty", "olga", "for the shelf")
}

// TestPhotosOfWhatWasFound: what was kept back is shown beside its reason, also once an objection was answered; behind another
// order's link it is not there.
func TestPhotosOfWhatWasFound(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	desk := b.withFiles()
	path, order := b.put("pl", sample(t, delivered()...))
	page := b.openCase(path, order)
	c := b.cases(order.ID)[0]
	content, err := files.Photo(t.Context(), strings.NewReader(somePhoto(t)))
	if err != nil {
		t.Fatal(err)
	}
	about := uploads.About{Shop: order.Shop, OrderID: order.ID, Nonce: "staff.0", LineID: "l1", Purpose: store.InspectionFile, By: "staff:olga"}
	kept, err := desk.Keep(t.Context(), about, content)
	if err != nil {
		t.Fatal(err)
	}
	has(t, b.get(path+"/files/"+kept.ID), 404) // nothing was decided yet
	was := store.Inspection{ID: "i1", CaseID: c.ID, By: "staff:olga", At: now, Inspection: returns.Inspection{LineID: "l1", Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 500, Reason: "rysa"}}
	answer := was
	answer.ID = "i2"
	for _, step := range []func(tx *store.Tx) error{
		func(tx *store.Tx) error {
			return errors.Join(tx.AddInspection(t.Context(), was), tx.AdoptInspectionPhotos(t.Context(), order.ID, "staff.0", was))
		},
		func(tx *store.Tx) error {
			return errors.Join(tx.AddInspection(t.Context(), answer), tx.ReplaceInspection(t.Context(), "i1", "i2"))
		},
	} {
		if err := b.db.Write(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		has(t, b.get(page), 200, "rysa", `<img src="`+path+"/files/"+kept.ID, "Nasze zdjęcie tego, co stwierdziliśmy")
	}
	has(t, b.get(path+"/files/"+kept.ID), 200)
	other, _ := b.put("pl", sample(t, delivered()...))
	has(t, b.get(other+"/files/"+kept.ID), 404)
}

// explained puts a part of an explained refund into the ledger.
func (b *bench) explained(o store.Order, c store.Case, n int, amount int64, lines []returns.Explained) {
	b.t.Helper()
	id := o.ID + string(rune('a'+n))
	external := fmt.Sprintf("%s:1:%d", c.ID, n)
	r := store.Refund{
		ID: id, Shop: o.Shop, OrderID: o.ID, CaseID: c.ID, Origin: store.OriginHomeward, ExternalID: external, Status: store.RefundPending, PaymentKind: "stripe",
		PaymentReference: "pi_123", Amount: amount, Currency: "PLN", CreatedAt: now, UpdatedAt: now.Add(time.Duration(n)), Explanation: lines,
		Work: store.Work{State: store.RefundSettled, DueAt: now},
	}
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.InsertRefund(b.t.Context(), r)
		return err
	}); err != nil {
		b.t.Fatal(err)
	}
}

// TestChangingARequest: the form comes back with what was asked for, its summary too, and the case keeps its number. A double
// click changes it once.
func TestChangingARequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	has(t, b.get(page), 200, `href="`+page+`/change"`, "Change the request")
	w := b.get(page + "/change")
	has(t, w, 200, "Change return R-", `<option value="1" selected>`, `value="does_not_fit" checked`, "Too strong\nfor me", `action="`+page+`/change/check"`)
	form := hidden(w.Body.String())
	for name, value := range map[string]string{"qty.l1": "2", "reason": "changed_mind", "remedy": "refund", "note": ""} {
		form.Set(name, value)
	}
	w = b.post(page+"/change/check", form)
	has(t, w, 200, "2 × Earl Grey", "PLN 79.80", "Save the change", `action="`+page+`/change"`)
	confirm := hidden(w.Body.String())
	for range 2 {
		if w := b.post(page+"/change", confirm); w.Code != 303 || w.Header().Get("Location") != page {
			t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
		}
	}
	all := b.cases(order.ID)
	if len(all) != 1 || all[0].Items[0].Quantity != 2 || all[0].Reason != "changed_mind" || all[0].Note != "" {
		t.Fatalf("kept %+v", all)
	}
	log, err := b.db.CaseLog(t.Context(), all[0].ID)
	if err != nil || strings.Count(fmt.Sprint(log), "changed before") != 1 {
		t.Errorf("changed in the log: %v, %v", log, err)
	}
	confirm.Set("qty.l1", "3")
	confirm.Set("seen", fmt.Sprint(all[0].Version))
	has(t, b.post(page+"/change", confirm), 422, "choose a number from 0 to 2")
	b.post(page+"/sent", url.Values{"tracking": {"680012345678"}})
	for _, to := range []string{"/change", "/change/check"} { // too late: the page says how it stands
		if w := b.post(page+to, confirm); w.Code != 303 || w.Header().Get("Location") != page {
			t.Errorf("%s: %d to %q", to, w.Code, w.Header().Get("Location"))
		}
	}
	lacks(t, b.get(page), "/change\"")
}

// Store credit is shown with its code once it is made, and never as money at a bank.
func TestStoreCreditOnTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	page := b.openCase(path, order)
	l, err := b.db.CasesOf(t.Context(), order.ID)
	if err != nil || len(l) != 1 {
		t.Fatal(l, err)
	}
	write := func(change func(tx *store.Tx) error) {
		if err := b.db.Write(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	r := store.Refund{
		ID: order.ID + "c", Shop: order.Shop, OrderID: order.ID, CaseID: l[0].ID, Origin: store.OriginHomeward, ExternalID: "x", Status: store.RefundPlanned,
		PaymentKind: "store_credit", Amount: 5000, Currency: "PLN", CreatedAt: now, UpdatedAt: now, Work: store.Work{State: store.RefundHeld, DueAt: now},
	}
	write(func(tx *store.Tx) error { _, err := tx.InsertRefund(t.Context(), r); return err })
	has(t, b.get(page), 200, "Store credit in preparation")
	r.Status, r.Reference = store.RefundSucceeded, "TEA-7K2M"
	write(func(tx *store.Tx) error { return tx.SetRefund(t.Context(), r) })
	has(t, b.get(page), 200, "Credit code", "TEA-7K2M")
	lacks(t, b.get(page), "Reference for your bank", "business days")
}

func TestALorryOnlyWhileGoodsAreOnTheRoad(t *testing.T) {
	for state, want := range map[returns.State]string{
		returns.Requested: "paper", returns.Approved: "paper", returns.InTransit: "calm", returns.Refunding: "paper",
		returns.Received: "good", returns.Closed: "good", returns.Rejected: "attention",
	} {
		if got := shopper.CaseSign(state); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
}
