package templates_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"homeward/internal/messages"
	"homeward/providers/twilio"
	"homeward/templates"
)

func renderer(tb testing.TB) *templates.Renderer {
	tb.Helper()
	r, err := templates.New()
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// eachSample runs a check over every variant of every topic in every language.
func eachSample(t *testing.T, check func(t *testing.T, r *templates.Renderer, s templates.Sample)) {
	t.Helper()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		seen := make(map[messages.Topic]bool)
		for _, s := range templates.Samples(lang) {
			seen[s.View.Topic] = true
			t.Run(lang+"/"+s.Name, func(t *testing.T) { check(t, r, s) })
		}
		for _, topic := range messages.Topics {
			if !seen[topic] {
				t.Errorf("%s: no sample of %s", lang, topic)
			}
		}
	}
}

func mailOf(t *testing.T, r *templates.Renderer, v templates.View) templates.Mail {
	t.Helper()
	mail, err := r.Mail(v)
	if err != nil {
		t.Fatal(err)
	}
	return mail
}

func TestSamplesCoverEveryVariant(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	covered := make(map[string]bool)
	for _, s := range templates.Samples("en") {
		covered[s.Name] = true
	}
	parts := []string{".subject", ".preheader", ".headline", ".body", ".more", ".sms"}
	for _, topic := range messages.Topics {
		for _, id := range r.Texts(string(topic) + ".") {
			for _, part := range parts {
				if name, ok := strings.CutSuffix(id, part); ok && !covered[name] {
					t.Errorf("no sample shows %s", name)
				}
			}
		}
	}
}

func TestMailSubject(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		subject := mailOf(t, r, s.View).Subject
		name := s.View.Order.Order.Number
		if s.View.Case != nil && s.View.Case.Gift { // whose reader knows no order
			name = s.View.Case.RMA
		}
		if !strings.Contains(subject, name) {
			t.Errorf("the subject does not name the order: %q", subject)
		}
		if n := utf8.RuneCountInString(subject); n > 90 {
			t.Errorf("the subject has %d characters with the longest number: %q", n, subject)
		}
		if strings.ContainsAny(subject, "\r\n<>") || strings.Contains(subject, "  ") {
			t.Errorf("subject %q", subject)
		}
		first, _ := utf8.DecodeRuneInString(subject)
		if s.View.Language == "ar" && !unicode.In(first, unicode.Arabic) {
			t.Errorf("an Arabic subject begins with %q: its line would run from left to right", first)
		}
		if s.View.Language != "ar" && strings.ContainsAny(subject, "\u2066\u2067\u2068\u2069") {
			t.Errorf("isolates in %q", subject)
		}
	})
}

func TestMailHTML(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		html := mailOf(t, r, s.View).HTML
		wellFormed(t, html)
		dir := templates.Direction(s.View.Language)
		for _, want := range []string{
			`<html lang="` + s.View.Language + `" dir="` + dir + `"`, `<body class="ground" dir="` + dir + `"`,
			linkOf(s.View), "<!--[if mso]>", "prefers-color-scheme: dark", `name="color-scheme"`,
		} {
			if !strings.Contains(html, want) {
				t.Errorf("the HTML lacks %s", want)
			}
		}
		if other := map[string]string{"ltr": `dir="rtl"`, "rtl": `dir="ltr"><`}[dir]; strings.Contains(html, other) {
			t.Errorf("the HTML has %s", other)
		}
		if n := strings.Count(html, "<h1"); n != 1 {
			t.Errorf("%d h1", n)
		}
		if strings.Count(html, "<bdi>") != strings.Count(html, "</bdi>") {
			t.Error("bdi is not balanced")
		}
		_, body, _ := strings.Cut(html, "</title>") // a title knows no elements, so it keeps its isolates
		if strings.ContainsAny(body, "\u2068\u2069") || strings.Contains(html, "&lt;bdi") || strings.Contains(html, "<no value>") || strings.Contains(html, "ZgotmplZ") {
			t.Error("isolates, a missing value or a filtered value in the HTML")
		}
		if len(html) > 60_000 {
			t.Errorf("%d bytes; Gmail cuts at 102 KB", len(html))
		}
		if strings.Contains(html, "<img") || strings.Contains(html, "url(") {
			t.Error("a remote picture although the shop has no logo")
		}
	})
}

// linkOf is what the HTML has for the link to the order; "" where a view has none.
func linkOf(v templates.View) string {
	if v.Link == "" {
		return ""
	}
	return `href="` + v.Link + `"`
}

// wellFormed reads HTML as XML: the layout closes every element, as the strictest clients like it.
func wellFormed(t *testing.T, html string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict = true
	d.Entity = xml.HTMLEntity
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
	}
}

func TestMailText(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		text := mailOf(t, r, s.View).Text
		linkAlone(t, text, s.View)
		if strings.Contains(text, "\n\n\n") || strings.Contains(text, "<no value>") || strings.Contains(text, "&amp;") {
			t.Errorf("empty lines, a missing value or HTML in:\n%s", text)
		}
		if s.View.Language != "ar" && strings.ContainsAny(text, "\u2068\u2069") {
			t.Error("isolates in a text from left to right")
		}
		if strings.Count(text, "\u2068") != strings.Count(text, "\u2069") {
			t.Error("isolates are not balanced")
		}
	})
}

// linkAlone checks that the link to the order stands once, on a line of its own, and that of the withdrawal function too
// where the right of withdrawal is explained.
func linkAlone(t *testing.T, text string, v templates.View) {
	t.Helper()
	if v.Link == "" {
		if strings.Contains(text, "://") {
			t.Error("a link although the view has none")
		}
		return
	}
	withdraw := 0
	if v.Topic == messages.OrderPlaced && strings.Contains(" IE PL SI DE ", v.Region) {
		withdraw = 1
	}
	for link, want := range map[string]int{v.Link: 1, v.Link + "/withdraw": withdraw} {
		alone := 0
		for line := range strings.SplitSeq(text, "\n") {
			if line == link {
				alone++
			} else if strings.Contains(line, link) && line != v.Link+"/withdraw" {
				t.Errorf("the link is not alone on its line: %q", line)
			}
		}
		if alone != want {
			t.Errorf("%s stands %d times on a line of its own, want %d", link, alone, want)
		}
	}
}

func TestSMS(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		sms, err := r.SMS(s.View)
		if err != nil {
			t.Fatal(err)
		}
		encoding, segments := twilio.Segments(sms)
		if segments > 2 {
			t.Errorf("%d segments (%s): %q", segments, encoding, sms)
		}
		if own := templates.SegmentsOf(sms); own != segments {
			t.Errorf("counted %d segments, Twilio's way gives %d: %q", own, segments, sms)
		}
		if strings.ContainsAny(sms, "\u00a0\u202f\u200f\u200e\u061c“”„’–—…×") || strings.Contains(sms, "zł ") || strings.Contains(sms, "<no value>") {
			t.Errorf("characters that an SMS should not have: %q", sms)
		}
		if found := strings.Contains(sms, "http"); found && (!strings.HasSuffix(sms, "\n"+s.View.Link) || strings.Count(sms, "http") != 1) {
			t.Errorf("the link is not alone at the end: %q", sms)
		}
		p := s.View.Order.Order.ShipTo
		if p.Name != "" && (strings.Contains(sms, p.Line1) || strings.Contains(sms, p.Name)) {
			t.Errorf("the shopper's name or street in %q", sms)
		}
		switch s.View.Topic {
		case messages.ReadyForPickup, messages.PickupEndsSoon:
			pickup := s.View.Parcels[0].Pickup
			if !strings.Contains(sms, pickup.Code) || !strings.Contains(sms, string([]rune(pickup.Place)[:6])) {
				t.Errorf("code or place is missing in %q", sms)
			}
		case messages.OrderLink:
			if !strings.HasSuffix(sms, "\n"+s.View.Link) {
				t.Errorf("order_link without its link: %q", sms)
			}
		default:
		}
	})
}

// A short shop with a short number gets its link into two segments, in every language.
func TestSMSLinkFits(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		for _, s := range templates.Samples(lang) {
			switch s.Name {
			case "out_for_delivery", "delivered", "attempt_failed", "shipped.partial":
			default:
				continue
			}
			v := s.View
			v.Shop.Name, v.Order.Order.Number = "Acme", "#1001"
			v.Link = "https://up.acme.example/o/k1_0123456789012345678901234567890123456789012"
			sms, err := r.SMS(v)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(sms, "\n"+v.Link) {
				t.Logf("%s %s: no link in %q", lang, s.Name, sms)
				if lang == "en" || lang == "de" {
					t.Errorf("%s %s: no link in %q", lang, s.Name, sms)
				}
			}
		}
	}
}

func TestUnknownTopicAndLanguage(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	v := templates.Samples("en")[0].View
	v.Topic = "surprise"
	if _, err := r.Mail(v); err == nil {
		t.Error("a mail about an unknown topic")
	}
	if _, err := r.SMS(v); err == nil {
		t.Error("an SMS about an unknown topic")
	}
	v.Topic, v.Language, v.Region, v.Zone = messages.OrderPlaced, "tlh", "XX", nil
	mail, err := r.Mail(v)
	if err != nil || !strings.Contains(mail.HTML, `lang="en"`) {
		t.Errorf("an unknown language is not spoken in English: %v", err)
	}
}

// The least that an order can be still makes a mail and an SMS of every topic; an acknowledgement needs its statement.
func TestEmptyViews(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		for _, topic := range messages.Topics {
			v := templates.View{Language: lang, Topic: topic}
			if topic == messages.WithdrawalReceived {
				if _, err := r.Mail(v); err == nil {
					t.Errorf("%s: an acknowledgement of nothing", lang)
				}
				v.Withdrawal = &templates.Withdrawal{Number: "1001", SubmittedAt: time.Unix(1, 0)}
			}
			if mail, err := r.Mail(v); err != nil || mail.Subject == "" {
				t.Errorf("%s %s: %v", lang, topic, err)
			}
			if sms, err := r.SMS(v); err != nil || sms == "" {
				t.Errorf("%s %s SMS: %v", lang, topic, err)
			}
		}
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := templates.Preview(dir); err != nil {
		t.Fatal(err)
	}
	for _, lang := range templates.Languages() {
		for _, topic := range messages.Topics {
			for _, end := range []string{".mail.html", ".mail.txt", ".sms.txt"} {
				if info, err := os.Stat(filepath.Join(dir, lang, string(topic)+end)); err != nil || info.Size() == 0 {
					t.Errorf("%s/%s%s: %v", lang, topic, end, err)
				}
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "index.html")); err != nil {
		t.Error(err)
	}
}
