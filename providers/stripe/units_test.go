package stripe_test

import (
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/fault"
	"homeward/providers/stripe"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		minor    int64
		currency string
		want     int64
		code     string
	}{
		{3990, "PLN", 3990, ""}, {500, "JPY", 500, ""}, {5000, "ISK", 500000, ""}, {5000, "UGX", 500000, ""}, {50000, "KWD", 50000, ""},
		{5120, "KWD", 5120, ""}, {5124, "KWD", 0, "amount_unrepresentable"}, {1000, "IQD", 1000, ""}, {500, "MGA", 5, ""}, {501, "MGA", 0, "amount_unrepresentable"},
		{100, "HUF", 100, ""}, {100, "TWD", 100, ""}, {1, "XXQ", 0, "currency_unknown"}, {1, "pln", 0, "currency_unknown"},
		{1 << 62, "ISK", 0, "amount_too_large"},
	} {
		got, err := stripe.ToStripe(tt.minor, tt.currency)
		if got != tt.want || fault.Code(err) != tt.code {
			t.Errorf("%d %s: %d %v, want %d %q", tt.minor, tt.currency, got, err, tt.want, tt.code)
		}
	}
}

// What went to Stripe comes back as it was.
func TestUnitsThereAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"PLN", "EUR", "JPY", "KRW", "ISK", "UGX", "MGA", "KWD", "BHD", "HUF"}).Draw(t, "currency")
		minor := rapid.Int64Range(0, 1<<50).Draw(t, "minor")
		units, err := stripe.ToStripe(minor, currency)
		if err != nil {
			if minor%10 == 0 && currency != "MGA" {
				t.Fatalf("%d %s is refused: %v", minor, currency, err)
			}
			return
		}
		if back := stripe.FromStripe(units, currency); back != minor {
			t.Fatalf("%d %s went as %d and came back as %d", minor, currency, units, back)
		}
	})
}
