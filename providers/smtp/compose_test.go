package smtp_test

import (
	"bytes"
	"strings"
	"testing"

	"homeward/internal/fault"
	"homeward/providers/smtp"
	"homeward/providers/standin/smtpd"
)

// through sends a mail to the stand-in and gives what arrived.
func through(t *testing.T, m smtp.Message) smtpd.Delivery {
	t.Helper()
	server := smtpd.New()
	p := pool(t, overPipe(t, server))
	if _, err := send(t, p, m); err != nil {
		t.Fatal(err)
	}
	return server.Deliveries()[0]
}

func TestMailAsItArrives(t *testing.T) {
	t.Parallel()
	m := message("0123456789abcdef@acme.example")
	m.References = []string{"first@acme.example", "second@acme.example"}
	d := through(t, m)
	for name, want := range map[string]string{
		"From": `"Acme" <orders@acme.example>`, "To": `"Zofia Nowak" <zofia@example.com>`, "Reply-To": "<help@acme.example>",
		"Message-Id": "<0123456789abcdef@acme.example>", "Date": "Fri, 20 Nov 2026 10:00:00 +0000",
		"References": "<first@acme.example> <second@acme.example>", "In-Reply-To": "<second@acme.example>",
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Content-Language": "pl", "Mime-Version": "1.0",
		"List-Unsubscribe": "", "User-Agent": "", "X-Mailer": "", "Bcc": "", "Cc": "",
	} {
		if got := d.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if d.Malformed != "" || d.Subject != m.Subject || d.Text != m.Text || d.HTML != m.HTML {
		t.Errorf("malformed %q, subject %q, text %q, html %q", d.Malformed, d.Subject, d.Text, d.HTML)
	}
	if !strings.HasPrefix(d.Header.Get("Content-Type"), "multipart/alternative;") {
		t.Errorf("Content-Type %q", d.Header.Get("Content-Type"))
	}
	if plain, html := bytes.Index(d.Raw, []byte("text/plain")), bytes.Index(d.Raw, []byte("text/html")); plain < 0 || html < plain {
		t.Error("text does not come first")
	}
}

func TestEveryLanguageArrivesWhole(t *testing.T) {
	t.Parallel()
	for lang, text := range map[string]string{
		"ar": "طلبك في الطريق إليك.\r\n.\r\n..نقطتان\r\n", "ru": "Ваш заказ уже в пути.\r\n", "sl": "Vaše naročilo je na poti – č, š, ž.\r\n",
		"de": "Grüße\r\n" + strings.Repeat("sehr lang ", 300) + "\r\n", "en": "=3D is not an escape\r\n.\r\nFrom here\r\n",
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := message(lang + "@acme.example")
			m.Text, m.HTML, m.Subject, m.ToName, m.Language = text, "<html dir=auto>"+text+"</html>", text[:strings.Index(text, "\r")], text[:strings.Index(text, "\r")], lang
			m.Subject = strings.Repeat(m.Subject+" ", 3)
			d := through(t, m)
			if d.Text != text || d.HTML != m.HTML || d.Subject != strings.TrimSpace(m.Subject) {
				t.Errorf("text %q\nhtml %q\nsubject %q", d.Text, d.HTML, d.Subject)
			}
			for line := range strings.SplitSeq(string(d.Raw), "\r\n") {
				if len(line) > 998 {
					t.Errorf("a line of %d bytes", len(line))
				}
			}
		})
	}
}

func TestAttemptsAreTheSameMail(t *testing.T) {
	t.Parallel()
	m := message("same@acme.example")
	if a, b := through(t, m), through(t, m); !bytes.Equal(a.Raw, b.Raw) {
		t.Errorf("two attempts differ:\n%s\n---\n%s", a.Raw, b.Raw)
	}
}

func TestNothingGetsIntoTheHeaders(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nBcc: victim@example.org\r\n\r\nbody\u2028\x00"
	m := message("inject@acme.example")
	m.Subject, m.ToName, m.Language = evil, evil, evil
	m.References = []string{"ok@acme.example", "a>\r\nBcc: victim@example.org"}
	d := through(t, m)
	if d.Header.Get("Bcc") != "" || len(d.To) != 1 || strings.Contains(string(d.Raw), "\nBcc:") {
		t.Errorf("a header got in:\n%s", d.Raw)
	}
	if d.Subject != "x  Bcc: victim@example.org    body" || d.Text != m.Text || d.Header.Get("References") != "<ok@acme.example>" {
		t.Errorf("subject %q, text %q, references %q", d.Subject, d.Text, d.Header.Get("References"))
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*smtp.Message)
		code   string
	}{
		{"no recipient", func(m *smtp.Message) { m.To = "" }, "mailbox_invalid"},
		{"no address", func(m *smtp.Message) { m.To = "zofia" }, "mailbox_invalid"},
		{"two recipients", func(m *smtp.Message) { m.To = "a@example.com, b@example.com" }, "mailbox_invalid"},
		{"a name beside it", func(m *smtp.Message) { m.To = "Zofia <zofia@example.com>" }, "mailbox_invalid"},
		{"a line break in it", func(m *smtp.Message) { m.To = "zofia@example.com\r\nRCPT TO:<b@example.com>" }, "mailbox_invalid"},
		{"a quoted line break", func(m *smtp.Message) { m.To = "\"a\r\n b\"@example.com" }, "mailbox_invalid"},
		{"no sender", func(m *smtp.Message) { m.From = "Acme" }, "mail_sender_invalid"},
		{"no reply address", func(m *smtp.Message) { m.ReplyTo = "help" }, "mail_reply_to_invalid"},
		{"no id", func(m *smtp.Message) { m.MessageID = "" }, "mail_id_invalid"},
		{"an id with a bracket", func(m *smtp.Message) { m.MessageID = "a>b@c" }, "mail_id_invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := smtpd.New()
			p := pool(t, overPipe(t, server))
			m := message("m@acme.example")
			tt.change(&m)
			_, err := send(t, p, m)
			wantFault(t, err, fault.Permanent, tt.code)
			if n := len(server.Calls()); n != 0 {
				t.Errorf("%d calls to the server", n)
			}
		})
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	t.Parallel()
	m := message("utf8@acme.example")
	m.To = "żółw@example.com"
	if d := through(t, m); d.To[0] != "żółw@example.com" {
		t.Errorf("to %q", d.To)
	}
	server := smtpd.New(smtpd.WithoutSMTPUTF8())
	_, err := send(t, pool(t, overPipe(t, server)), m)
	wantFault(t, err, fault.Permanent, "mailbox_needs_smtputf8")
}
