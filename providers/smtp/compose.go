package smtp

import (
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	mail "github.com/wneessen/go-mail"

	"homeward/internal/fault"
)

// compose builds the mail: text first, then HTML, byte for byte the same on every attempt. It carries no List-Unsubscribe:
// these are transactional mails. smtputf8 tells that an address needs a server that takes letters beyond ASCII.
func compose(m Message) (msg *mail.Msg, smtputf8 bool, err error) {
	from, err := netmail.ParseAddress(m.From)
	if err != nil {
		return nil, false, fault.New(fault.Permanent, "mail_sender_invalid", "The sender in mail.from is not an address.", err)
	}
	to, err := bare(m.To)
	if err != nil {
		return nil, false, fault.New(fault.Permanent, "mailbox_invalid", "The recipient is not an e-mail address.", err)
	}
	if m.MessageID == "" || strings.ContainsFunc(m.MessageID, notInID) {
		return nil, false, fault.New(fault.Permanent, "mail_id_invalid", "The mail has no usable Message-ID.", nil)
	}
	sum := sha256.Sum256([]byte(m.MessageID))
	msg = mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP), mail.WithNoDefaultUserAgent(),
		mail.WithBoundary(hex.EncodeToString(sum[:16])))
	msg.FromMailAddress(&netmail.Address{Name: oneLine(from.Name), Address: from.Address})
	msg.ToMailAddress(&netmail.Address{Name: oneLine(m.ToName), Address: to})
	if m.ReplyTo != "" {
		reply, err := bare(m.ReplyTo)
		if err != nil {
			return nil, false, fault.New(fault.Permanent, "mail_reply_to_invalid", "The reply address in brand.reply_to is not an address.", err)
		}
		msg.ReplyToMailAddress(&netmail.Address{Address: reply})
	}
	headers(msg, m)
	msg.SetBodyString(mail.TypeTextPlain, m.Text, mail.WithPartEncoding(encoding(m.Text)))
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML, mail.WithPartEncoding(encoding(m.HTML)))
	}
	return msg, !ascii(from.Address) || !ascii(to), nil
}

func headers(msg *mail.Msg, m Message) {
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.MessageID)
	if !m.Date.IsZero() {
		msg.SetDateWithValue(m.Date)
	}
	var references []string
	for _, id := range m.References {
		if id != "" && !strings.ContainsFunc(id, notInID) {
			references = append(references, "<"+id+">")
		}
	}
	if n := len(references); n > 0 {
		msg.SetGenHeader(mail.HeaderReferences, strings.Join(references, " "))
		msg.SetGenHeader(mail.HeaderInReplyTo, references[n-1])
	}
	if m.Language != "" {
		msg.SetGenHeader(mail.HeaderContentLang, oneLine(m.Language))
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
}

// bare gives an address that is nothing but an address: a name, a list or a line break beside it is an error.
func bare(address string) (string, error) {
	a, err := netmail.ParseAddress(address)
	if err != nil {
		return "", err
	}
	if a.Name != "" || strings.ContainsFunc(a.Address, unicode.IsControl) {
		return "", errNotBare
	}
	return a.Address, nil
}

// oneLine makes a header's text harmless: control characters, line breaks first of all, become spaces.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}

func notInID(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// encoding picks the shorter one: quoted-printable writes three characters for a byte beyond ASCII, base64 four for three.
func encoding(s string) mail.Encoding {
	beyond := 0
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			beyond++
		}
	}
	if beyond*6 > len(s) {
		return mail.EncodingB64
	}
	return mail.EncodingQP
}
