package templates_test

import (
	"encoding/json"
	"html/template"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"homeward/templates"
)

// intl is what Node's Intl says: tools/cldr makes it.
type intl struct {
	Plurals map[string]map[string]string
	Rows    []struct{ Locale, Kind, Input, Want string }
}

func golden(t *testing.T) intl {
	t.Helper()
	raw, err := os.ReadFile("testdata/intl.json")
	if err != nil {
		t.Fatal(err)
	}
	var g intl
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestFormatsAgreeWithIntl(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	// Node shows U+202F, which CLDR has before AM and PM, as a plain space.
	// The mark before the currency of a negative amount is ours: see Words.Money.
	plain := strings.NewReplacer("\u202f", " ", "\u200f\u00a0", "\u00a0")
	g := golden(t)
	if len(g.Rows) < 800 {
		t.Fatalf("only %d rows", len(g.Rows))
	}
	for _, row := range g.Rows {
		lang, region, _ := strings.Cut(row.Locale, "-")
		got := format(t, r.Words(lang, region, time.UTC), row.Kind, row.Input)
		if plain.Replace(got) != plain.Replace(row.Want) {
			t.Errorf("%s %s %s: %+q, Intl says %+q", row.Locale, row.Kind, row.Input, got, row.Want)
		}
	}
}

func format(t *testing.T, w templates.Words, kind, input string) string {
	t.Helper()
	at, _ := time.Parse(time.RFC3339, input)
	switch kind {
	case "money":
		minor, currency, _ := strings.Cut(input, " ")
		n, _ := strconv.ParseInt(minor, 10, 64)
		return w.Money(n, currency)
	case "number":
		n, _ := strconv.ParseInt(input, 10, 64)
		return w.Number(n)
	case "date":
		return w.Date(at)
	case "time":
		return w.Time(at)
	case "datetime":
		return w.DateTime(at)
	case "day":
		return w.Day(at.Format(time.DateOnly))
	default:
		t.Fatalf("unknown kind %q", kind)
		return ""
	}
}

// The form that a count takes is the one that Intl names: each form of the probe says its own name.
func TestPluralsAgreeWithIntl(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	want := map[string]map[string]string{ // parcels, as one would say them
		"en": {"0": "0 parcels", "1": "1 parcel", "2": "2 parcels", "21": "21 parcels"},
		"de": {"0": "0 Pakete", "1": "1 Paket", "2": "2 Pakete", "101": "101 Pakete"},
		"pl": {"0": "0 paczek", "1": "1 paczka", "2": "2 paczki", "3": "3 paczki", "5": "5 paczek", "11": "11 paczek", "21": "21 paczek", "102": "102 paczki"},
		"ru": {"0": "0 посылок", "1": "1 посылка", "2": "2 посылки", "5": "5 посылок", "11": "11 посылок", "21": "21 посылка", "101": "101 посылка", "102": "102 посылки"},
		"sl": {"0": "0 paketov", "1": "1 paket", "2": "2 paketa", "3": "3 paketi", "5": "5 paketov", "100": "100 paketov", "101": "101 paket", "102": "102 paketa"},
		"ar": {"0": "لا طرود", "1": "طرد واحد", "2": "طردان", "3": "3 طرود", "11": "11 طردًا", "21": "21 طردًا", "100": "100 طرد", "102": "102 طرد"},
	}
	for lang, counts := range want {
		w := r.Words(lang, "", time.UTC)
		for n, text := range counts {
			count, _ := strconv.Atoi(n)
			if got := w.N("parcels.count", count); got != text {
				t.Errorf("%s %s: %q, want %q", lang, n, got, text)
			}
		}
	}
	byForm := make(map[string]string)
	for lang, forms := range golden(t).Plurals {
		w := r.Words(lang, "", time.UTC)
		for n, form := range forms {
			count, _ := strconv.Atoi(n)
			pattern := strings.ReplaceAll(w.N("parcels.count", count), n, "#")
			key := lang + " " + form
			if was, ok := byForm[key]; ok && was != pattern {
				t.Errorf("%s: %s is %q and %q", key, n, was, pattern)
			}
			byForm[key] = pattern
		}
	}
}

func TestRegionsKeepTheirDigits(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	if got := r.Words("ar", "EG", nil).Date(day); got != "٤ مارس ٢٠٢٦" {
		t.Errorf("ar-EG: %q", got)
	}
	if got := r.Words("ar", "AE", nil).Date(day); got != "4 مارس 2026" {
		t.Errorf("ar-AE: %q", got)
	}
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	if got := r.Words("pl", "PL", warsaw).DateTime(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)); got != "1 stycznia 2027 00:30" {
		t.Errorf("pl: %q", got)
	}
}

func TestWordsInHTML(t *testing.T) {
	t.Parallel()
	w := renderer(t).Words("ar", "EG", time.UTC)
	page := template.Must(template.New("p").Parse(`<p dir="{{.Dir}}" lang="{{.Lang}}">{{.T "foot.contact" "Email" "<b>a@b.example</b>"}} {{.N "items.count" 3}} {{.Money 100 "EGP"}}</p>`))
	var b strings.Builder
	if err := page.Execute(&b, w); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`dir="rtl" lang="ar"`, "\u2068&lt;b&gt;a@b.example&lt;/b&gt;\u2069", "٣ منتجات"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %s: %s", want, b.String())
		}
	}
	for _, bad := range []string{`{{.T "no.such.key"}}`, `{{.T "foot.contact"}}`, `{{.T "foot.contact" "Email"}}`, `{{.N "no.such.key" 1}}`} {
		if err := template.Must(template.New("p").Parse(bad)).Execute(&b, w); err == nil {
			t.Errorf("%s gives no error", bad)
		}
	}
}

func TestCodesFromOutside(t *testing.T) {
	t.Parallel()
	w := renderer(t).Words("en", "", nil)
	if got := w.Code("reason", "does_not_fit"); got != "Does not fit" {
		t.Errorf("%q", got)
	}
	if got := w.Code("reason", "nobody knows"); got != "Another reason" {
		t.Errorf("%q", got)
	}
}

// Every fault that a translator can make is found at start.
func TestLintFindsFaults(t *testing.T) {
	t.Parallel()
	files := func(polish string) fstest.MapFS {
		const good = `{"a":"for {{.Name}}","b":{"one":"one {{.X}}","other":"{{.Count}} {{.X}}"}}`
		russian := `{"a":"for {{.Name}}","b":{"one":"{{.Count}} {{.X}}","few":"{{.Count}} {{.X}}","many":"{{.Count}} {{.X}}","other":"{{.Count}} {{.X}}"}}`
		fs := fstest.MapFS{}
		for lang, text := range map[string]string{
			"en": good, "de": good, "ru": russian, "pl": polish,
			"sl": strings.ReplaceAll(russian, `"many"`, `"two"`),
			"ar": strings.ReplaceAll(russian, `"b":{`, `"b":{"zero":"{{.X}}","two":"{{.X}}",`),
		} {
			fs["locales/m."+lang+".json"] = &fstest.MapFile{Data: []byte(text)}
		}
		return fs
	}
	const fine = `{"a":"dla {{.Name}}","b":{"one":"jeden {{.X}}","few":"{{.Count}} {{.X}}","many":"{{.Count}} {{.X}}","other":"{{.Count}} {{.X}}"}}`
	if err := templates.Lint(files(fine)); err != nil {
		t.Fatal(err)
	}
	for name, polish := range map[string]string{
		`"b" has no form "few"`:     strings.Replace(fine, `"few":"{{.Count}} {{.X}}",`, "", 1),
		`"a" is missing`:            strings.Replace(fine, `"a":"dla {{.Name}}",`, "", 1),
		`"c" is not in en`:          strings.Replace(fine, `{"a"`, `{"c":"x","a"`, 1),
		`has the variables`:         strings.Replace(fine, "{{.Name}}", "{{.Imię}}", 1),
		`"a" has no form "other"`:   strings.Replace(fine, "dla {{.Name}}", " ", 1),
		`holds more than variables`: strings.Replace(fine, "dla {{.Name}}", "{{if .Name}}x{{end}}{{.Name}}", 1),
		`does not parse`:            strings.Replace(fine, "{{.Name}}", "{{.Name", 1),
		`forms that the language`:   strings.Replace(fine, `"few"`, `"two":"{{.X}}","few"`, 1),
		`the variables [X]`:         strings.Replace(fine, `"many":"{{.Count}} {{.X}}"`, `"many":"{{.X}}"`, 1),
	} {
		if err := templates.Lint(files(polish)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %s, got %v", name, err)
		}
	}
}

// Whatever colour a shop has, its button and its links can be read.
func TestColoursAreReadable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := templates.Palette(rapid.StringMatching(`#([0-9a-f]{3}|[0-9a-f]{6})`).Draw(t, "brand"))
		for _, pair := range [][2]string{{p[0], p[1]}, {p[2], "#ffffff"}, {p[3], "#2a2a27"}, {p[3], "#1f1f1d"}} {
			if c := templates.Contrast(pair[0], pair[1]); c < 4.5 {
				t.Fatalf("%v has a contrast of %.2f", pair, c)
			}
		}
	})
	if p := templates.Palette("no colour"); p[0] == "" || p != templates.Palette("") {
		t.Errorf("%v", p)
	}
	if p := templates.Palette("#0a7d55"); p[0] != "#0a7d55" {
		t.Errorf("a readable brand colour was changed to %s", p[0])
	}
}

func FuzzSMSSize(f *testing.F) {
	r := renderer(f)
	samples := templates.Samples("pl")
	f.Add("Acme", "#1001", "KRA01M", "123456")
	f.Add("Żółw 🐢", strings.Repeat("9", 200), strings.Repeat("ą ", 100), "€€€")
	f.Fuzz(func(t *testing.T, shop, number, place, code string) {
		for _, s := range samples {
			v := s.View
			v.Shop.Name, v.Order.Order.Number = shop, number
			if len(v.Parcels) > 0 {
				v.Parcels = append(v.Parcels[:0:0], v.Parcels...)
				v.Parcels[0].Pickup.Place, v.Parcels[0].Pickup.Code = place, code
			}
			sms, err := r.SMS(v)
			if err != nil || templates.SegmentsOf(sms) > 2 {
				t.Fatalf("%s: %d segments, %v: %q", s.Name, templates.SegmentsOf(sms), err, sms)
			}
		}
	})
}
