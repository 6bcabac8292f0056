package shopper_test

import (
	"net/url"
	"testing"
)

// TestCancellingInTheUnitedKingdom: the function speaks of cancelling to consumers there, up to the statement and its receipt, and of
// withdrawing to those of the Union who read the same language.
func TestCancellingInTheUnitedKingdom(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for country, says := range map[string]struct{ here, confirm, statement, receipt, not string }{
		"GB": {"Cancel the contract here", "Confirm cancellation", "I hereby cancel my contract of sale", "We have received your cancellation", "ithdrawal"},
		"IE": {"Withdraw from contract here", "Confirm withdrawal", "I hereby withdraw from my contract of sale", "We have received your withdrawal", "ancellation"},
	} {
		state := sample(t, delivered()...)
		state.Order.ShipTo.Country = country
		path, _ := b.put("en", state)
		has(t, b.get(path), 200, says.here)
		form := url.Values{"qty.l1": {"1"}, "name": {"Mary Major"}, "email": {""}, "nonce": {"n" + country}}
		w := b.get(path + "/withdraw")
		has(t, w, 200, says.here)
		lacks(t, w, says.not)
		w = b.post(path+"/withdraw", form)
		has(t, w, 200, says.confirm, says.statement)
		lacks(t, w, says.not)
		w = b.post(path+"/withdraw/confirm", form)
		w = b.get(w.Header().Get("Location"))
		has(t, w, 200, says.receipt, says.statement)
		lacks(t, w, says.not)
	}
}

// TestAReceiptNamesNoDayThatNoLawSets: of the goods and of the money, by the law of where the order went.
func TestAReceiptNamesNoDayThatNoLawSets(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const day = "December 7"
	for _, tc := range []struct {
		country, lang string
		has, lacks    []string
	}{
		{"PL", "en", []string{"send them back by December 7, 2026", "due within 14 days, by December 7, 2026"}, nil},
		{"GB", "en", []string{"send them back by December 7, 2026", "within 14 days of the day on which we get the goods back or"}, []string{"by December 7, 2026, the way", "due within 14 days, by"}},
		{"GB", "pl", []string{"odeślij go najpóźniej 7 grudnia 2026", "w terminie 14 dni od dnia otrzymania towaru lub dowodu"}, []string{"14 dni, najpóźniej"}},
		{"US", "en", []string{"send them back and keep the proof of posting", "The refund is due by December 3, 2026"}, []string{day, "14 days"}},
	} {
		state := sample(t, delivered()...)
		state.Order.ShipTo.Country = tc.country
		path, _ := b.put(tc.lang, state)
		form := url.Values{"qty.l1": {"1"}, "name": {"Mary Major"}, "email": {""}, "nonce": {"n" + tc.country + tc.lang}}
		w := b.get(b.post(path+"/withdraw/confirm", form).Header().Get("Location"))
		has(t, w, 200, tc.has...)
		lacks(t, w, tc.lacks...)
		if t.Failed() {
			t.Fatalf("%s %s: %s", tc.country, tc.lang, w.Body)
		}
	}
}
