// Package money is the arithmetic of amounts: int64 minor units with an ISO 4217 currency, never floats.
package money

import (
	"fmt"
	"math"
	"math/bits"
	"sort"
	"strings"
)

// exponents lists the ISO 4217 currencies whose minor unit is not a hundredth, as digits after the point.
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}

// hundredths lists the other currencies in circulation.
const hundredths = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP " +
	"CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS " +
	"KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN " +
	"PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS " +
	"UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG "

// Exponent gives the digits after the point of an ISO 4217 currency code in capitals: 2 for PLN, 0 for JPY, 3 for KWD.
func Exponent(currency string) (int, error) {
	if e, ok := exponents[currency]; ok {
		return e, nil
	}
	if len(currency) == 3 && strings.Contains(hundredths, " "+currency+" ") {
		return 2, nil
	}
	return 0, fmt.Errorf("money: unknown currency %q", currency)
}

// Parse reads a decimal string in major units ("39.90", "-3", "12.5") into minor units. More digits than the currency
// has are an error unless they are zeros: money is never rounded on the way in.
func Parse(decimal, currency string) (int64, error) {
	exp, err := Exponent(currency)
	if err != nil {
		return 0, err
	}
	s, negative := strings.CutPrefix(strings.TrimSpace(decimal), "-")
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) > exp && strings.HasSuffix(frac, "0") {
		frac = frac[:len(frac)-1]
	}
	if len(frac) > exp || whole == "" || len(whole) > 15 {
		return 0, fmt.Errorf("money: %q is not an amount in %s", decimal, currency)
	}
	frac += strings.Repeat("0", exp-len(frac))
	var n int64
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("money: %q is not an amount in %s", decimal, currency)
		}
		if n > (math.MaxInt64-9)/10 {
			return 0, fmt.Errorf("money: %q is too large", decimal)
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, nil
}

// Decimal gives minor units as a decimal string in major units: 3990, "PLN" is "39.90". An unknown currency counts as
// one of hundredths, so that something true to read comes out.
func Decimal(minor int64, currency string) string {
	exp, err := Exponent(currency)
	if err != nil {
		exp = 2
	}
	sign := ""
	n := uint64(minor) //nolint:gosec // two's complement, negated below
	if minor < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%0*d", exp+1, n)
	if exp == 0 {
		return sign + s
	}
	return sign + s[:len(s)-exp] + "." + s[len(s)-exp:]
}

// Allocate splits total over weights (none negative) by largest remainder: the parts sum to total exactly, each within
// one minor unit of its share. All weights zero, or none, gives zeros. A negative total gives the mirror image.
func Allocate(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	var sum uint64
	for _, w := range weights {
		sum += uint64(max(w, 0)) //nolint:gosec // not negative
	}
	if sum == 0 {
		return parts
	}
	sign, abs := int64(1), uint64(total) //nolint:gosec // two's complement, negated below
	if total < 0 {
		sign, abs = -1, -abs
	}
	type rest struct {
		index int
		rem   uint64
	}
	rests := make([]rest, 0, len(weights))
	left := abs
	for i, w := range weights {
		hi, lo := bits.Mul64(abs, uint64(max(w, 0))) //nolint:gosec // not negative
		q, r := bits.Div64(hi, lo, sum)              // hi < sum, because w <= sum
		parts[i] = int64(q)                          //nolint:gosec // q <= abs
		left -= q
		rests = append(rests, rest{i, r})
	}
	sort.SliceStable(rests, func(a, b int) bool { return rests[a].rem > rests[b].rem })
	for i := range left {
		parts[rests[i].index]++
	}
	for i := range parts {
		parts[i] *= sign
	}
	return parts
}

// Slice gives the part of total that the units from+1 … from+count of n carry, so that refunding unit by unit gives to
// the cent what refunding all at once gives (cumulative slices). Out-of-range units give 0.
func Slice(total int64, n, from, count int) int64 {
	if n <= 0 || count <= 0 || from < 0 || count > n-from {
		return 0
	}
	return cumulative(total, n, from+count) - cumulative(total, n, from)
}

func cumulative(total int64, n, k int) int64 {
	return Allocate(total, []int64{int64(k), int64(n - k)})[0]
}
