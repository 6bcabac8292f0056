package smtpd

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Delivery is an accepted mail.
type Delivery struct {
	From       string // the envelope's
	To         []string
	Raw        []byte // as it came, dots unstuffed
	TLS        bool
	User       string // who was logged in
	Connection int
	ReceivedAt time.Time

	Header    mail.Header
	Subject   string // decoded
	MessageID string // without angle brackets
	Text      string // the first text/plain part, decoded
	HTML      string // the first text/html part, decoded
	Malformed string // why the parts could not be read, else ""
}

// parse reads the headers and parts out of Raw; what cannot be read is told in Malformed.
func parse(d Delivery) Delivery {
	d.ReceivedAt = time.Now()
	m, err := mail.ReadMessage(bytes.NewReader(d.Raw))
	if err != nil {
		d.Malformed = err.Error()
		return d
	}
	d.Header = m.Header
	if d.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		d.Subject = m.Header.Get("Subject")
	}
	d.MessageID = strings.Trim(m.Header.Get("Message-Id"), "<> ")
	if err := d.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body); err != nil {
		d.Malformed = err.Error()
	}
	return d
}

func (d *Delivery) part(contentType, encoding string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF { //nolint:errorlint // the documented end
				return nil
			}
			if err != nil {
				return err
			}
			if err := d.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	switch {
	case kind == "text/plain" && d.Text == "":
		d.Text = string(content)
	case kind == "text/html" && d.HTML == "":
		d.HTML = string(content)
	}
	return nil
}
