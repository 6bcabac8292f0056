package stripe

import (
	"fmt"
	"math"

	"homeward/internal/fault"
	"homeward/internal/money"
)

// exponents lists the currencies in which Stripe counts with other digits than ISO 4217 (docs.stripe.com/currencies):
// krónur and shillings in hundredths that must be zero, ariary in whole units.
var exponents = map[string]int{"ISK": 2, "UGX": 2, "MGA": 0}

// exponent gives the digits after the point at Stripe, and ours.
func exponent(currency string) (stripe, ours int, err error) {
	if ours, err = money.Exponent(currency); err != nil {
		return 0, 0, err
	}
	if stripe, ok := exponents[currency]; ok {
		return stripe, ours, nil
	}
	return ours, ours, nil
}

// ToStripe gives an amount of our minor units in Stripe's. An amount that Stripe cannot carry (thousandths that do not
// end in 0, hundredths of an ariary) is a Permanent fault: it is never rounded on the way to a bank.
func ToStripe(minor int64, currency string) (int64, error) {
	theirs, ours, err := exponent(currency)
	if err != nil {
		return 0, fault.New(fault.Permanent, "currency_unknown", fmt.Sprintf("%q is not a currency.", currency), err)
	}
	for ; ours < theirs; ours++ {
		if minor > math.MaxInt64/10 || minor < math.MinInt64/10 {
			return 0, fault.New(fault.Permanent, "amount_too_large", "The amount is too large for Stripe.", nil)
		}
		minor *= 10
	}
	for ; ours > theirs; ours-- {
		if minor%10 != 0 {
			return 0, unrepresentable(currency)
		}
		minor /= 10
	}
	if theirs == 3 && minor%10 != 0 {
		return 0, unrepresentable(currency)
	}
	return minor, nil
}

// FromStripe gives an amount of Stripe's units in our minor units. A currency that we do not know is left as it is.
func FromStripe(amount int64, currency string) int64 {
	theirs, ours, err := exponent(currency)
	if err != nil {
		return amount
	}
	for ; ours < theirs; ours++ {
		amount /= 10
	}
	for ; ours > theirs; ours-- {
		amount *= 10
	}
	return amount
}

func unrepresentable(currency string) error {
	return fault.New(fault.Permanent, "amount_unrepresentable", fmt.Sprintf("Stripe cannot carry this amount in %s: its last digit must be 0.", currency), nil)
}
