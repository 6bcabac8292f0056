package shopper_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"homeward/internal/store"
	"homeward/templates"
)

func (d *counted) AgreePayout(ctx context.Context, c store.Case, account string) error {
	if d.bench.writes != nil {
		return d.bench.writes
	}
	return d.Desk.AgreePayout(ctx, c, account)
}

// failed opens a case whose refund failed for good, and gives its page.
func failed(t *testing.T, b *bench, lang string) (page string, r store.Refund) {
	t.Helper()
	path, order := b.put(lang, sample(t, delivered()...))
	page = b.openCase(path, order)
	r = store.Refund{
		ID: order.ID + "f", Shop: order.Shop, OrderID: order.ID, CaseID: b.cases(order.ID)[0].ID, Origin: store.OriginHomeward, ExternalID: "x",
		Status: store.RefundFailed, NeedsPerson: true, PaymentKind: "stripe", PaymentReference: "pi_123", StripeID: "re_1", Amount: 5000, Currency: "PLN",
		CreatedAt: now, UpdatedAt: now, Work: store.Work{State: store.RefundSettled, DueAt: now},
	}
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.InsertRefund(t.Context(), r); return err }); err != nil {
		t.Fatal(err)
	}
	return page, r
}

// TestAgreeingToAnotherWay: money that failed to reach a card goes to an account only with an express consent, which is kept once, as
// it was first given, and shown to nobody on the page.
func TestAgreeingToAnotherWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page, r := failed(t, b, "en")
	const account = "Zofia Nowak\nPL61 1090 1014 0000 0712 1981 2874"
	w := b.get(page)
	has(t, w, 200, "Get your money another way", "50.00", `action="`+page+`/payout"`, `name="nonce"`)
	lacks(t, w, `value="yes" required checked`)
	for name, form := range map[string]url.Values{
		"no consent": {"account": {account}}, "no account": {"agree": {"yes"}, "account": {" "}},
		"too much": {"agree": {"yes"}, "account": {strings.Repeat("ł", 201)}},
	} {
		w := b.post(page+"/payout", form)
		has(t, w, 422, `role="alert"`, `aria-invalid="true"`, strings.TrimSpace(form.Get("account")))
		if form.Has("agree") {
			has(t, w, 422, `value="yes" required checked`)
		}
		if got, err := b.db.Refund(t.Context(), r.ID); err != nil || got.Consent != "" {
			t.Errorf("%s: %q %v", name, got.Consent, err)
		}
	}
	yes := url.Values{"agree": {"yes"}, "account": {account}, "nonce": {r.ID}}
	b.writes = errDown
	has(t, b.post(page+"/payout", yes), 503, "0000 0712 1981")
	b.writes = nil
	for _, typed := range []string{account, account, "another account"} {
		yes.Set("account", typed)
		if w := b.post(page+"/payout", yes); w.Code != http.StatusSeeOther {
			t.Fatalf("%d", w.Code)
		}
	}
	got, err := b.db.Refund(t.Context(), r.ID)
	if err != nil || !strings.HasSuffix(got.Consent, account) || strings.Contains(got.Consent, "another") {
		t.Errorf("%q %v", got.Consent, err)
	}
	log, err := b.db.CaseLog(t.Context(), r.CaseID)
	agreed := slices.DeleteFunc(log, func(s store.CaseStep) bool { return s.Step != "payout_agreed" })
	if err != nil || len(agreed) != 1 || agreed[0].Note != "" {
		t.Errorf("log %+v %v", log, err)
	}
	w = b.get(page)
	has(t, w, 200, "we have your account details", "You agreed to another way")
	lacks(t, w, "1090", "/payout")
}

// TestNothingToAgreeTo: money that is under way, or that the bank took back, goes nowhere else.
func TestNothingToAgreeTo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	page, r := failed(t, b, "en")
	r.Status = store.RefundPending
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.SetRefund(t.Context(), r) }); err != nil {
		t.Fatal(err)
	}
	lacks(t, b.get(page), "/payout")
	if w := b.post(page+"/payout", url.Values{"agree": {"yes"}, "account": {"PL61"}}); w.Code != http.StatusSeeOther {
		t.Errorf("%d", w.Code)
	}
	if got, err := b.db.Refund(t.Context(), r.ID); err != nil || got.Consent != "" {
		t.Errorf("%q %v", got.Consent, err)
	}
	for _, lang := range templates.Languages() {
		page, _ := failed(t, b, lang)
		has(t, b.get(page), 200, "/payout")
	}
}
