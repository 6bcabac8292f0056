package wire_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"homeward/internal/fault"
	"homeward/internal/money"
	"homeward/internal/orders"
	"homeward/providers/wire"
)

func TestSignaturesHaveOneSpelling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mac := wire.MAC([]byte(rapid.String().Draw(t, "key")), []byte(rapid.String().Draw(t, "body")))
		b64, hx := base64.StdEncoding.EncodeToString(mac), hex.EncodeToString(mac)
		if !wire.EqualBase64(b64, mac) || !wire.EqualHex(hx, mac) {
			t.Fatal("the right encoding is refused")
		}
		for _, other := range []string{hx, strings.TrimRight(b64, "="), b64 + "\n", " " + b64, base64.URLEncoding.EncodeToString(mac) + "_"} {
			if wire.EqualBase64(other, mac) {
				t.Fatalf("%q passes as base64", other)
			}
		}
		if upper := strings.ToUpper(hx); upper != hx && wire.EqualHex(upper, mac) {
			t.Fatal("capitals pass as hex")
		}
	})
}

func TestAnySecret(t *testing.T) {
	t.Parallel()
	all := func(string) bool { return true }
	if wire.AnySecret(nil, all) || wire.AnySecret([]string{"", ""}, all) {
		t.Error("an empty secret matches")
	}
	tried := 0
	if !wire.AnySecret([]string{"a", "b", "c"}, func(s string) bool { tried++; return s == "a" }) || tried != 3 {
		t.Errorf("%d secrets tried, want all", tried)
	}
}

func TestIDsAndDecimals(t *testing.T) {
	t.Parallel()
	var v struct {
		ID     wire.ID      `json:"id"`
		Amount wire.Decimal `json:"amount"`
	}
	for body, want := range map[string][2]string{
		`{"id":820982911946154508,"amount":"39.90"}`:   {"820982911946154508", "39.90"},
		`{"id":"820982911946154508","amount":39.90}`:   {"820982911946154508", "39.90"},
		`{"id":null,"amount":null}`:                    {"", ""},
		`{"id":99999999999999999999999,"amount":-0.1}`: {"99999999999999999999999", "-0.1"},
	} {
		if err := wire.Decode([]byte(body), &v, ""); err != nil || string(v.ID) != want[0] || string(v.Amount) != want[1] {
			t.Errorf("%s: %q, %q, %v", body, v.ID, v.Amount, err)
		}
	}
	for body, names := range map[string]string{
		`{"id":1.5}`: "data.id", `{"id":1e3}`: "data.id", `{"amount":1e3}`: "data.amount", `{"amount":true}`: "data.amount", `{"id":{}}`: "data.id", `{"id":[]}`: "data.id",
	} {
		if err := wire.Decode([]byte(body), &v, "data"); fault.Code(err) != "field_invalid" || !strings.Contains(err.Error(), names) {
			t.Errorf("%s: %v, want field_invalid that names %s", body, err, names)
		}
	}
}

// TestNUL checks that a NUL goes and everything else stays, also a backslash before the letters u0000.
func TestNUL(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune{'a', '\\', 'u', '0', 0, '"', 'ż'})).Draw(t, "text")
		body, err := json.Marshal(map[string]string{"t": text})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			T string `json:"t"`
		}
		if err := wire.Decode(body, &got, ""); err != nil || got.T != strings.ReplaceAll(text, "\x00", "") {
			t.Fatalf("%q became %q (%v)", text, got.T, err)
		}
	})
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		decimal, currency string
		want              int64
		ok                bool
	}{
		{"1.235", "PLN", 124, true}, {"1.2349999", "PLN", 123, true}, {"-1.235", "PLN", -124, true}, {"0.005", "PLN", 1, true},
		{"-0.005", "PLN", -1, true}, {"10.5", "JPY", 11, true}, {"10.4", "JPY", 10, true}, {"1.2345", "KWD", 1235, true},
		{"1.23", "PLN", 123, true}, {"", "PLN", 0, true}, {"1.23x", "PLN", 0, false}, {"1.235e5", "PLN", 0, false}, {"x.235", "PLN", 0, false},
	} {
		f := &wire.Fields{Currency: test.currency}
		if got := f.Rounded("p", test.decimal); got != test.want || (f.Err() == nil) != test.ok {
			t.Errorf("%s %s: %d, %v", test.decimal, test.currency, got, f.Err())
		}
	}
}

// TestRoundedIsAmountWhereAmountCan checks that nothing is rounded that need not be.
func TestRoundedIsAmountWhereAmountCan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-wire.MaxAmount, wire.MaxAmount).Draw(t, "n")
		currency := rapid.SampledFrom([]string{"PLN", "JPY", "KWD"}).Draw(t, "currency")
		f := &wire.Fields{Currency: currency}
		if got := f.Rounded("p", money.Decimal(n, currency)); got != n || f.Err() != nil {
			t.Fatalf("%d became %d (%v)", n, got, f.Err())
		}
	})
}

func TestTimes(t *testing.T) {
	t.Parallel()
	cet := time.FixedZone("CET", 3600)
	want := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, s := range []string{
		"2026-11-20T09:00:00Z", "2026-11-20T10:00:00+01:00", "2026-11-20T10:00:00", "2026-11-20 10:00:00", "2026-11-20T10:00:00+0100",
		"2026-11-20 10:00:00 +0100", "2026-11-20T10:00", " 2026-11-20T09:00:00.0000000Z ",
	} {
		if got, ok := wire.ParseTime(s, cet); !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "soon", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2026-02-30", "1763632800"} {
		if got, ok := wire.ParseTime(s, cet); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
	for s, day := range map[string]string{
		"2026-11-25": "2026-11-25", "2026-11-25T00:00:00Z": "2026-11-25", "2026-11-25T23:30:00-05:00": "2026-11-25", "": "", "25.11.2026": "", "0000-00-00": "",
	} {
		if got := wire.Date(s); got != day {
			t.Errorf("the day of %q is %q", s, got)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Repeat(rapid.StringN(1, 20, 60).Draw(t, "s"), 200)
		if got := wire.Text(s); len(got) > wire.MaxText || (utf8.ValidString(s) && !utf8.ValidString(got)) {
			t.Fatalf("%d bytes, valid %v", len(got), utf8.ValidString(got))
		}
	})
}

func TestAddressesAndReferences(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"https://a.example/x": true, "http://a.example": true, "javascript:alert(1)": false, "//a.example": false, "/x": false, "": false,
		"https://": false, "data:text/html,x": false, "https://a.example/" + strings.Repeat("x", 3000): false,
	} {
		if got := wire.WebAddress(s); (got != "") != ok {
			t.Errorf("%.40q gives %.40q", s, got)
		}
	}
	for s, ok := range map[string]bool{"pi_1": true, "ch_1aB": true, "py_1": true, "pi_": false, "re_1": false, "pi_1 2": false, "pi_1?x=1": false, "": false} {
		if wire.StripeReference(s) != ok {
			t.Errorf("StripeReference(%q) is %v", s, !ok)
		}
	}
}

// TestTrackerSummary checks what the summary adds: nothing where the newest checkpoint says it already.
func TestTrackerSummary(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC) }
	base := wire.Tracker{Source: "s", Number: "A 1", Points: []wire.Point{
		{At: at(9), Stage: orders.InTransit, Code: "b"}, {At: at(8), Stage: orders.Announced, Code: "a"}, {At: at(9), Stage: orders.InTransit, Code: "b"},
	}}
	same := base
	same.Summary = wire.Point{At: at(12), Stage: orders.InTransit}
	if got := same.Events(); len(got) != 2 || !got[0].Parcel.History || got[1].Parcel.History {
		t.Errorf("%d events; want two, the older of them history", len(got))
	}
	beyond := base
	beyond.Summary = wire.Point{At: at(12), Stage: orders.Returning}
	got := beyond.Events()
	if last := got[len(got)-1]; len(got) != 3 || last.Parcel.Stage != orders.Returning || !last.At.Equal(at(9)) {
		t.Errorf("the summary: %+v", last)
	}
	if none := (wire.Tracker{Source: "s", Number: "A1"}).Events(); len(none) != 0 {
		t.Errorf("a tracker without news gives %d events", len(none))
	}
}
