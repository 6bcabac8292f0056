package twilio_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"homeward/providers/twilio"
)

func TestSegments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body, encoding string
		count                int
	}{
		{"empty", "", twilio.GSM7, 0},
		{"one", "a", twilio.GSM7, 1},
		{"160", strings.Repeat("a", 160), twilio.GSM7, 1},
		{"161", strings.Repeat("a", 161), twilio.GSM7, 2},
		{"306", strings.Repeat("a", 306), twilio.GSM7, 2},
		{"307", strings.Repeat("a", 307), twilio.GSM7, 3},
		{"80 euros", strings.Repeat("€", 80), twilio.GSM7, 1},
		{"81 euros", strings.Repeat("€", 81), twilio.GSM7, 2},
		{"an escape is not parted from its character", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152), twilio.GSM7, 3},
		{"the same length without one", strings.Repeat("a", 154) + strings.Repeat("b", 152), twilio.GSM7, 2},
		{"all of the basic letters", "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà", twilio.GSM7, 1},
		{"small ç is not among them", "ç", twilio.UCS2, 1},
		{"nor a backtick", "`", twilio.UCS2, 1},
		{"nor an escape", "\x1b", twilio.UCS2, 1},
		{"Polish", "Twoja paczka jest już w drodze", twilio.UCS2, 1},
		{"70 Cyrillic", strings.Repeat("Я", 70), twilio.UCS2, 1},
		{"71 Cyrillic", strings.Repeat("Я", 71), twilio.UCS2, 2},
		{"134 Cyrillic", strings.Repeat("Я", 134), twilio.UCS2, 2},
		{"135 Cyrillic", strings.Repeat("Я", 135), twilio.UCS2, 3},
		{"35 emoji", strings.Repeat("📦", 35), twilio.UCS2, 1},
		{"36 emoji", strings.Repeat("📦", 36), twilio.UCS2, 2},
		{"a pair is not parted", strings.Repeat("Я", 66) + "📦" + strings.Repeat("Я", 66), twilio.UCS2, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if encoding, count := twilio.Segments(tt.body); encoding != tt.encoding || count != tt.count {
				t.Errorf("%s %d, want %s %d", encoding, count, tt.encoding, tt.count)
			}
		})
	}
}

// The count lies between what the units alone need and one lost unit for each segment; more text never needs less.
func FuzzSegments(f *testing.F) {
	for _, s := range []string{"", "a", "€€", "Zażółć", "📦", strings.Repeat("a€", 200), strings.Repeat("📦Я", 50), "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		encoding, count := twilio.Segments(body)
		units, alone, joined := len(utf16.Encode([]rune(body))), 70, 67
		if encoding == twilio.GSM7 {
			alone, joined = 160, 153
			units = utf8.RuneCountInString(body)
			for _, r := range body {
				if strings.ContainsRune("\f^{}\\[~]|€", r) {
					units++
				}
			}
		}
		switch {
		case units == 0:
			if count != 0 {
				t.Fatalf("%d segments for nothing", count)
			}
		case units <= alone:
			if count != 1 {
				t.Fatalf("%d segments for %d units", count, units)
			}
		default:
			if least, most := (units+joined-1)/joined, (units+joined-2)/(joined-1); count < least || count > most {
				t.Fatalf("%d segments for %d units, want %d to %d", count, units, least, most)
			}
		}
		if e, more := twilio.Segments(body + "x"); e == encoding && more < count {
			t.Fatalf("a longer text needs fewer: %d, then %d", count, more)
		}
	})
}

func TestKeyword(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]twilio.Word{
		"STOP": twilio.Stop, " stop. ": twilio.Stop, "Stop!": twilio.Stop, "StopAll": twilio.Stop, "CANCEL": twilio.Stop, "optout": twilio.Stop,
		"rezygnuję": twilio.Stop, "REZYGNUJE": twilio.Stop, "Wypisz": twilio.Stop, "odjava": twilio.Stop, "СТОП": twilio.Stop, "Отписаться": twilio.Stop,
		"إيقاف": twilio.Stop, "ايقاف": twilio.Stop, "توقّف": twilio.Stop, "Abbestellen": twilio.Stop,
		"START": twilio.Start, "yes": twilio.Start, "Wznów": twilio.Start, "wznow": twilio.Start, "старт": twilio.Start, "ابدأ": twilio.Start,
		"help": twilio.Help, "POMOC": twilio.Help, "pomoč": twilio.Help, "Hilfe?": twilio.Help, "помощь": twilio.Help, "مساعدة": twilio.Help,
		"": twilio.No, "please stop": twilio.No, "stop it": twilio.No, "tak": twilio.No, "Danke": twilio.No, "🛑": twilio.No,
		strings.Repeat(" ", 300) + "stop": twilio.No,
	} {
		if got := twilio.Keyword(body); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}
