package contact_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the table is checked wherever the tests run

	"homeward/internal/contact"
)

func TestEmail(t *testing.T) {
	for in, want := range map[string]string{
		"zofia@example.com": "zofia@example.com", " Zofia.N+tea@Example.com ": "Zofia.N+tea@Example.com", "jan@żółw.pl": "jan@żółw.pl",
		"": "", "zofia": "", "zofia@": "", "@example.com": "", "zofia@localhost": "", "a b@example.com": "", "a@b@example.com": "",
		"Zofia <zofia@example.com>": "", "<zofia@example.com>": "", `"a b"@example.com`: "", "a@[127.0.0.1]": "", "a@example..com": "",
		"a@-x.com": "", "zofia@example.com\r\nBcc: x@example.com": "", "a\x00@example.com": "", "a@example.com, b@example.com": "",
		"a@exa\u200bmple.com": "", "a@example.com (x)": "", "\xff@example.com": "",
		strings.Repeat("a", 65) + "@example.com":                         "",
		"a@" + strings.Repeat("b.", 130) + "com":                         "",
		"a@" + strings.Repeat("b", 64) + ".com":                          "",
		strings.Repeat("a", 64) + "@" + strings.Repeat("b", 63) + ".com": strings.Repeat("a", 64) + "@" + strings.Repeat("b", 63) + ".com",
	} {
		if got, ok := contact.Email(in); got != want || ok != (want != "") {
			t.Errorf("Email(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestPhone(t *testing.T) {
	for _, tc := range []struct{ in, country, want string }{
		{"+48512345678", "", "+48512345678"},
		{"512 345 678", "PL", "+48512345678"},
		{"512-345-678", "pl", "+48512345678"},
		{"0048 512 345 678", "DE", "+48512345678"},
		{"040 123 456", "SI", "+38640123456"},
		{"050 123 4567", "AE", "+971501234567"},
		{"٠٥٠١٢٣٤٥٦٧", "AE", "+971501234567"},
		{"8 (912) 345-67-89", "RU", "+79123456789"},
		{"0151 23456789", "DE", "+4915123456789"},
		{"(201) 555-0123", "US", "+12015550123"}, // mobile or fixed: cannot be told apart
		{"22 123 45 67", "PL", ""},               // a fixed line
		{"701 123 456", "PL", ""},                // premium
		{"512 345 678", "", ""},                  // whose?
		{"123", "PL", ""},
		{"", "PL", ""},
		{"call me", "PL", ""},
		{"512345678", "XX", ""},
	} {
		if got, ok := contact.Phone(tc.in, tc.country); got != tc.want || ok != (tc.want != "") {
			t.Errorf("Phone(%q, %q) = %q, %v; want %q", tc.in, tc.country, got, ok, tc.want)
		}
	}
}

func TestLanguage(t *testing.T) {
	offered := []string{"pl", "en", "sl", "ar", "ru", "de"}
	for _, tc := range []struct{ locale, country, lang, region string }{
		{"pl-PL", "DE", "pl", "PL"},
		{"pl_PL", "", "pl", "PL"},
		{"pl_PL.UTF-8", "", "pl", "PL"},
		{"en", "PL", "en", "PL"},
		{"en-GB", "PL", "en", "GB"},
		{"ar-EG", "", "ar", "EG"},
		{"ar", "SA", "ar", "SA"},
		{"ar", "", "ar", ""},
		{"de-AT", "", "de", "AT"},
		{"gsw-CH", "", "de", "CH"}, // reads German
		{"be-BY", "", "pl", ""},    // Russian is not what a Belarusian shop asked for
		{"be-BY", "DE", "de", "DE"},
		{"uk", "UA", "pl", ""},
		{"", "SI", "sl", "SI"},
		{"", "eg", "ar", "EG"},
		{"fi-FI", "DE", "de", "DE"},
		{"nonsense!", "RU", "ru", "RU"},
		{"", "", "pl", ""},
		{"", "ZZ", "pl", ""},
		{"", "not a country", "pl", ""},
		{"und", "DE", "de", "DE"},
		{"tlh", "", "pl", ""},
	} {
		lang, region := contact.Language(tc.locale, tc.country, offered)
		if lang != tc.lang || region != tc.region {
			t.Errorf("Language(%q, %q) = %q, %q; want %q, %q", tc.locale, tc.country, lang, region, tc.lang, tc.region)
		}
	}
	if lang, _ := contact.Language("zh-HK", "", []string{"en", "zh-Hans", "zh-Hant"}); lang != "zh-Hant" {
		t.Errorf("zh-HK reads %q", lang)
	}
	if lang, _ := contact.Language("pl", "PL", nil); lang != "" {
		t.Errorf("nothing is offered: %q", lang)
	}
}

func TestZone(t *testing.T) {
	shop := time.FixedZone("the shop's", 0)
	for country, want := range map[string]string{
		"PL": "Europe/Warsaw", "si": "Europe/Ljubljana", "AE": "Asia/Dubai", "US": "the shop's", "RU": "the shop's", "": "the shop's", "??": "the shop's",
	} {
		if got := contact.Zone(country, shop).String(); got != want {
			t.Errorf("Zone(%q) = %s, want %s", country, got, want)
		}
	}
}
