package money_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"homeward/internal/money"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		in, currency string
		want         int64
		ok           bool
	}{
		{"39.90", "PLN", 3990, true},
		{"39.9", "PLN", 3990, true},
		{" 39 ", "PLN", 3900, true},
		{"39.", "PLN", 3900, true},
		{"-3.05", "EUR", -305, true},
		{"39.9000", "PLN", 3990, true},
		{"1500", "JPY", 1500, true},
		{"1500.00", "JPY", 1500, true},
		{"1.234", "KWD", 1234, true},
		{"0.0001", "CLF", 1, true},
		{"999999999999999.99", "PLN", 99999999999999999, true},
		{"39.905", "PLN", 0, false}, // money is never rounded on the way in
		{"1500.5", "JPY", 0, false},
		{"", "PLN", 0, false},
		{".5", "PLN", 0, false},
		{"-", "PLN", 0, false},
		{"--3", "PLN", 0, false},
		{"+3", "PLN", 0, false},
		{"1e3", "PLN", 0, false},
		{"1,50", "PLN", 0, false},
		{"1.2.3", "PLN", 0, false},
		{"٣", "SAR", 0, false},
		{"NaN", "PLN", 0, false},
		{"9999999999999999", "PLN", 0, false},
		{"1", "pln", 0, false},
		{"1", "XXX", 0, false},
		{"1", "", 0, false},
		{"1", "A B", 0, false},
	} {
		got, err := money.Parse(tc.in, tc.currency)
		if got != tc.want || (err == nil) != tc.ok {
			t.Errorf("Parse(%q, %s) = %d, %v; want %d, ok %v", tc.in, tc.currency, got, err, tc.want, tc.ok)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, tc := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{3990, "PLN", "39.90"}, {5, "PLN", "0.05"}, {0, "PLN", "0.00"}, {-5, "PLN", "-0.05"}, {1500, "JPY", "1500"}, {7, "KWD", "0.007"},
		{3990, "???", "39.90"}, {math.MinInt64, "PLN", "-92233720368547758.08"}, {math.MaxInt64, "JPY", "9223372036854775807"},
	} {
		if got := money.Decimal(tc.minor, tc.currency); got != tc.want {
			t.Errorf("Decimal(%d, %s) = %s, want %s", tc.minor, tc.currency, got, tc.want)
		}
	}
}

func TestAllocateByLargestRemainder(t *testing.T) {
	for _, tc := range []struct {
		total   int64
		weights []int64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}}, {4, []int64{1, 1, 1}, []int64{2, 1, 1}}, {-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{5, []int64{0, 0}, []int64{0, 0}}, {5, nil, []int64{}}, {10, []int64{0, 7}, []int64{0, 10}}, {10, []int64{-3, 7}, []int64{0, 10}},
		{math.MaxInt64, []int64{math.MaxInt64, math.MaxInt64}, []int64{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
	} {
		if got := money.Allocate(tc.total, tc.weights); !slices.Equal(got, tc.want) {
			t.Errorf("Allocate(%d, %v) = %v, want %v", tc.total, tc.weights, got, tc.want)
		}
	}
}

func TestAllocateKeepsEveryCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1e15, 1e15).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 8).Draw(t, "weights")
		var sum, all int64
		for _, w := range weights {
			all += w
		}
		for i, part := range money.Allocate(total, weights) {
			sum += part
			if all == 0 {
				continue
			}
			if share := float64(total) * float64(weights[i]) / float64(all); math.Abs(float64(part)-share) > 1.5 {
				t.Fatalf("part %d of %v is %d, its share %f", i, weights, part, share)
			}
		}
		if all > 0 && sum != total {
			t.Fatalf("parts sum to %d of %d", sum, total)
		}
	})
}

func TestSlicesOfAnyCutSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1e12).Draw(t, "total")
		n := rapid.IntRange(1, 50).Draw(t, "units")
		var sum int64
		for from := 0; from < n; {
			count := rapid.IntRange(1, n-from).Draw(t, "count")
			part := money.Slice(total, n, from, count)
			if part < 0 {
				t.Fatalf("units %d+%d of %d of %d carry %d", from, count, n, total, part)
			}
			sum, from = sum+part, from+count
		}
		if sum != total {
			t.Fatalf("slices sum to %d of %d", sum, total)
		}
	})
	for _, out := range [][3]int{{0, 0, 1}, {3, -1, 1}, {3, 0, 0}, {3, 2, 2}, {3, 0, 4}, {3, 1, math.MaxInt}} {
		if got := money.Slice(100, out[0], out[1], out[2]); got != 0 {
			t.Errorf("Slice out of range %v = %d", out, got)
		}
	}
}

// FuzzParse: what is read is written the same, and nothing panics.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"39.90", "-0.01", "1500", "", "9223372036854775807", "1e9", "0.000"} {
		f.Add(s, "PLN")
		f.Add(s, "KWD")
	}
	f.Fuzz(func(t *testing.T, s, currency string) {
		minor, err := money.Parse(s, currency)
		if err != nil {
			return
		}
		again, err := money.Parse(money.Decimal(minor, currency), currency)
		if err != nil || again != minor {
			t.Fatalf("%q %s is %d, written %q, read again %d (%v)", s, currency, minor, money.Decimal(minor, currency), again, err)
		}
	})
}
