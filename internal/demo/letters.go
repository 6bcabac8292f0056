package demo

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"homeward/providers/standin/smtpd"
	"homeward/providers/standin/twiliod"
)

// letter is one mail or SMS as the inbox shows it.
type letter struct {
	Mail    int // of mails: their number at the mail server
	SMS     bool
	Inbound bool   // the shopper wrote it
	Reader  person // whose it is; the zero person when nobody's
	From    string
	Address string // where it went: an address or a number
	Subject string // of an SMS: how it begins
	Body    string
	At      time.Time
}

// letters gives every mail and SMS, oldest first. A letter keeps its place: later ones come after it.
func (d *Demo) letters() []letter {
	var all []letter
	for i, m := range d.world.Mail.Deliveries() {
		all = append(all, mailLetter(i, m))
	}
	for _, m := range d.world.Twilio.Messages() {
		all = append(all, textLetter(m))
	}
	slices.SortStableFunc(all, func(a, b letter) int { return a.At.Compare(b.At) })
	return all
}

func mailLetter(i int, m smtpd.Delivery) letter {
	l := letter{Mail: i, From: m.From, Address: strings.Join(m.To, ", "), Subject: m.Subject, Body: m.Text, At: m.ReceivedAt}
	if from, err := mail.ParseAddress(m.Header.Get("From")); err == nil {
		l.From = from.Name + " <" + from.Address + ">"
	}
	l.Reader = readerOf(func(p person) bool { return slices.Contains(m.To, p.email) })
	return l
}

func textLetter(m twiliod.Message) letter {
	l := letter{SMS: true, Inbound: m.Inbound, From: m.From, Address: m.To, Subject: firstLine(m.Body), Body: m.Body, At: m.CreatedAt}
	if m.Inbound {
		l.From, l.Address = m.To, m.From
	}
	l.Reader = readerOf(func(p person) bool { return p.phone == l.Address && p.phone != "" })
	return l
}

func readerOf(is func(person) bool) person {
	if i := slices.IndexFunc(people, is); i >= 0 {
		return people[i]
	}
	return person{}
}

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// span is a piece of an SMS; a phone makes addresses in it links.
type span struct{ Text, Href string }

// Spans cuts an SMS into text and links.
func (l letter) Spans() []span {
	var spans []span
	rest := l.Body
	for {
		i := strings.Index(rest, "http")
		if i < 0 {
			return append(spans, span{Text: rest})
		}
		end := i + strings.IndexAny(rest[i:]+" ", " \n")
		link := rest[i:end]
		spans = append(spans, span{Text: rest[:i]}, span{link, link})
		rest = rest[end:]
	}
}
