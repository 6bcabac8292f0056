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
