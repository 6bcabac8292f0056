package id_test

import (
	"regexp"
	"strings"
	"testing"

	"homeward/internal/id"
)

func TestGift(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		code := id.Gift()
		if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{16}$`).MatchString(code) || seen[code] {
			t.Fatalf("%q", code)
		}
		seen[code] = true
		if back, ok := id.GiftCode(" " + strings.ToLower(id.Grouped(code)) + "\u200e"); !ok || back != code {
			t.Fatalf("%q is read as %q", id.Grouped(code), back)
		}
	}
}

func TestGiftCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ABCD-EFGH-JKMN-PQRS": "ABCDEFGHJKMNPQRS", "abcd efgh jkmn pqrs": "ABCDEFGHJKMNPQRS", "OoIi–Ll10—ABCD ABCD": "00111110ABCDABCD",
		"٠١٢٣ABCDABCDABCD": "0123ABCDABCDABCD", "\tABCDEFGHJKMNPQRS\n": "ABCDEFGHJKMNPQRS",
		"": "", "ABCD": "", "ABCD-EFGH-JKMN-PQRST": "", "ABCD-EFGH-JKMN-PQRU": "", "ABCD-EFGH-JKMN-PQR!": "", "ąBCDEFGHJKMNPQRS": "", strings.Repeat(" ", 300) + "ABCDEFGHJKMNPQRS": "",
	} {
		if got, ok := id.GiftCode(typed); ok != (want != "") || (ok && got != want) {
			t.Errorf("%q: %q, %v, want %q", typed, got, ok, want)
		}
	}
	if got := id.Grouped("ABCDEFGHJKMNPQRS"); got != "ABCD-EFGH-JKMN-PQRS" {
		t.Error(got)
	}
}
