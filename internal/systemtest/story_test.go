package systemtest_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/store"
	"homeward/internal/systemtest"
)

// buyer is who ordered, where to, and in which language.
type buyer struct{ name, email, phone, locale, country string }

var buyers = map[string]buyer{
	"pl": {"Zofia Nowak", "zofia@example.com", "+48512345678", "pl-PL", "PL"},
	"en": {"Ann Lee", "ann@example.com", "+447400123456", "en-GB", "GB"},
	"sl": {"Maja Novak", "maja@example.com", "+38640123456", "sl-SI", "SI"},
	"ar": {"ليلى حسن", "layla@example.com", "+971501234567", "ar-AE", "AE"},
	"ru": {"Анна Иванова", "anna@example.com", "+48602123456", "ru-RU", "PL"},
	"de": {"Jörg Groß", "joerg@example.com", "+4915123456789", "de-DE", "DE"},
	"us": {"Mary Major", "mary@example.com", "+12125550123", "en-US", "US"},
}

// orderOf is order with another buyer; more replaces keys of the order.
func orderOf(lang, id string, placed time.Time, more map[string]any) map[string]any {
	data := order(id, placed)
	o := data["order"].(map[string]any)
	b := buyers[lang]
	o["locale"] = b.locale
	o["customer"] = map[string]any{"name": b.name, "email": b.email, "phone": b.phone}
	o["ship_to"] = map[string]any{"name": b.name, "line1": "Street 1", "city": "City", "postal_code": "10000", "country": b.country}
	maps.Copy(o, more)
	return data
}

// clock gives an instant of the bench's week by the wall clock of Warsaw: day 0 is Monday.
func clock(day, hour, minute int) time.Time {
	return systemtest.Monday.Add(time.Duration(day*24+hour-9)*time.Hour + time.Duration(minute)*time.Minute)
}

// beat is something that the world does at an instant.
type beat struct {
	at time.Time
	do func()
}

// play lets the beats happen in their order.
func play(s *systemtest.System, beats []beat) {
	slices.SortStableFunc(beats, func(a, b beat) int { return a.at.Compare(b.at) })
	for _, b := range beats {
		s.PassUntil(b.at)
		b.do()
	}
}

// stored gives an order of the test shop by the shop's id.
func stored(t *testing.T, s *systemtest.System, externalID string) store.Order {
	t.Helper()
	o, err := s.App.DB.OrderByExternalID(t.Context(), "acme", externalID)
	if err != nil {
		t.Fatalf("order %s: %v", externalID, err)
	}
	return o
}

func rows(t *testing.T, s *systemtest.System, externalID string) []store.Message {
	t.Helper()
	all, err := s.App.DB.MessagesOf(t.Context(), stored(t, s, externalID).ID)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(all, func(a, b store.Message) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Channel, b.Channel))
	})
	return all
}

// told compares an order's messages with lines such as "shipped/mail sent Mon 09:40": the topic, the channel, how it
// ended, and for what was sent when, by the clock of Warsaw. They come in any order. A message may be late by what looking for
// it takes.
func told(t *testing.T, s *systemtest.System, externalID string, late time.Duration, want ...string) {
	t.Helper()
	all := rows(t, s, externalID)
	var got []string
	for _, m := range all {
		got = append(got, line(m))
	}
	if len(got) != len(want) {
		t.Errorf("order %s:\n got %s\nwant %s", externalID, strings.Join(got, " · "), strings.Join(want, " · "))
		return
	}
	for _, w := range want {
		i := slices.IndexFunc(all, func(m store.Message) bool { return is(m, w, late) })
		if i < 0 {
			t.Errorf("order %s: no %q in %s", externalID, w, strings.Join(got, " · "))
			continue
		}
		all = slices.Delete(all, i, i+1)
	}
}

// is tells whether a message is what a line of told says; without a time the line is for every time.
func is(m store.Message, want string, late time.Duration) bool {
	w := strings.SplitN(want, " ", 3)
	if !strings.HasPrefix(line(m)+" ", w[0]+" "+w[1]+" ") {
		return false
	}
	return len(w) < 3 || within(m.SentAt, w[2], late)
}

func line(m store.Message) string {
	text := fmt.Sprintf("%s/%s %s", m.Topic, m.Channel, m.State)
	if m.State == store.MessageSent {
		text += " " + m.SentAt.In(warsaw).Format("Mon 15:04")
	}
	return text
}

var warsaw = time.FixedZone("CET", 3600) // the week of the bench is in winter

// within tells whether an instant lies at a weekday's time or so much after it.
func within(at time.Time, wanted string, late time.Duration) bool {
	for back := time.Duration(0); back <= late; back += time.Minute {
		if at.Add(-back).In(warsaw).Format("Mon 15:04") == wanted {
			return true
		}
	}
	return false
}

// oncePerMessage checks what every bench ends with: no message went out twice, everything that was handed over is a sent
// row, and nothing that is due still waits.
func oncePerMessage(t *testing.T, s *systemtest.System) {
	t.Helper()
	mails := map[string]int{}
	for _, d := range s.World.Mail.Deliveries() {
		if mails[d.MessageID]++; mails[d.MessageID] == 2 {
			t.Errorf("a mail went out twice: %q to %v", d.Subject, d.To)
		}
		if d.Malformed != "" {
			t.Errorf("a mail cannot be read: %s", d.Malformed)
		}
	}
	texts := map[string]int{}
	for _, m := range s.World.Twilio.Messages() {
		if !m.Inbound {
			if key := m.To + " " + m.Body; texts[key] > 0 {
				t.Errorf("an SMS went out twice: %q", m.Body)
			} else {
				texts[key]++
			}
		}
	}
	backlog, err := s.App.DB.Backlog(t.Context(), time.Now().Add(-5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range backlog {
		if b.Due > 0 {
			t.Errorf("%d of %s wait although they are due since %v", b.Due, b.Kind, b.Oldest)
		}
	}
}

// nobodyNamed checks that neither the log nor Redis holds anything of a person, and no token.
func nobodyNamed(t *testing.T, where, text string) {
	t.Helper()
	for _, b := range buyers {
		for _, secret := range []string{b.name, strings.Fields(b.name)[0], b.email, b.phone} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s holds %q: …%s…", where, secret, text[max(0, i-80):min(len(text), i+80)])
			}
		}
	}
	if i := strings.Index(text, "/o/"); i >= 0 {
		t.Errorf("%s holds a link: …%s…", where, text[max(0, i-80):min(len(text), i+80)])
	}
}
