package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's choice
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"homeward/internal/fault"
)

// Verify checks X-Twilio-Signature over the raw body, in constant time. publicURL is what Twilio called, query included,
// built from the configuration and never from the request: behind a proxy the request does not know it. A form is
// signed with its fields; any other body by the bodySHA256 that Twilio puts into the query.
func Verify(authToken, publicURL string, header http.Header, body []byte) error {
	got := header.Get("X-Twilio-Signature")
	switch {
	case authToken == "":
		return badSignature("sms.auth_token is empty, so nothing can be verified.")
	case got == "":
		return badSignature("The X-Twilio-Signature header is missing.")
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		return badSignature("The public address of the webhook is not a URL.")
	}
	fields := ""
	if kind, _, _ := mime.ParseMediaType(header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return badSignature("The form cannot be read.")
		}
		fields = canonical(form)
	} else if len(body) > 0 {
		sum := sha256.Sum256(body)
		if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(u.Query().Get("bodySHA256"))) != 1 {
			return badSignature("The body is no form and does not match bodySHA256.")
		}
	}
	match := 0
	for _, candidate := range spellings(u, publicURL) {
		mac := hmac.New(sha1.New, []byte(authToken))
		_, _ = io.WriteString(mac, candidate+fields)
		match |= subtle.ConstantTimeCompare([]byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))), []byte(got))
	}
	if match != 1 {
		return badSignature("X-Twilio-Signature does not match: check sms.auth_token, and that public_url is exactly what Twilio calls.")
	}
	return nil
}

// canonical gives the fields of a form as they are signed: name and value of each, sorted; equal values once.
func canonical(form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	var s strings.Builder
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			s.WriteString(name + v)
		}
	}
	return s.String()
}

// spellings gives the URL as it stands, without its port, and with the scheme's usual port: Twilio signs one of them.
func spellings(u *url.URL, as string) []string {
	with, without := *u, *u
	without.Host = u.Hostname()
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	with.Host = u.Hostname() + ":" + port
	return []string{as, with.String(), without.String()}
}

// Status is a status callback.
type Status struct {
	MessageSID string
	Status     string // queued, sent, delivered, undelivered, failed, …, or a word of the future
	ErrorCode  string // "30003", "" when there is none
	To         string
}

// ReadStatus reads a status callback's form.
func ReadStatus(body []byte) (Status, error) {
	form, err := read(body, "MessageSid", "MessageStatus")
	if err != nil {
		return Status{}, err
	}
	s := Status{MessageSID: form.Get("MessageSid"), Status: form.Get("MessageStatus"), ErrorCode: form.Get("ErrorCode"), To: form.Get("To")}
	if s.ErrorCode == "0" {
		s.ErrorCode = ""
	}
	return s, nil
}

// Inbound is a message from a shopper.
type Inbound struct {
	SID        string
	From       string
	To         string // our number; with a messaging service the opt-out holds for the service
	Service    string // the messaging service's SID, "" when there is none
	Body       string
	OptOutType string // STOP, START or HELP when Twilio's Advanced Opt-Out has dealt with it
}

// ReadInbound reads an inbound message's form.
func ReadInbound(body []byte) (Inbound, error) {
	form, err := read(body, "MessageSid", "From")
	if err != nil {
		return Inbound{}, err
	}
	return Inbound{
		SID: form.Get("MessageSid"), From: form.Get("From"), To: form.Get("To"), Service: form.Get("MessagingServiceSid"),
		Body: form.Get("Body"), OptOutType: form.Get("OptOutType"),
	}, nil
}

func read(body []byte, required ...string) (url.Values, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fault.New(fault.Permanent, "body_malformed", "The body is not a form.", err)
	}
	for _, name := range required {
		if form.Get(name) == "" {
			return nil, fault.New(fault.Permanent, "field_missing", fmt.Sprintf("The form has no %s.", name), nil)
		}
	}
	return form, nil
}

// StatusRank orders statuses, because callbacks arrive out of order: a message never goes to a lower rank, and among
// the final ones (4 and above) the first stays, except that read tells more than delivered. A word of the future is 0:
// kept, and overtaken by every known one.
func StatusRank(status string) int {
	switch status {
	case "accepted", "scheduled", "queued", "receiving", "received":
		return 1
	case "sending":
		return 2
	case "sent":
		return 3
	case "delivered", "undelivered", "failed", "canceled":
		return 4
	case "read":
		return 5
	default:
		return 0
	}
}

// Undelivered gives the fault of a status callback that says the message did not arrive, nil for every other. It is
// Permanent for this message; its code tells whether the number is to blame.
func (s Status) Undelivered() error {
	if s.Status != "undelivered" && s.Status != "failed" && s.Status != "canceled" {
		return nil
	}
	code, message := "sms_undelivered", "The message was not delivered."
	switch s.ErrorCode {
	case "30003":
		code, message = "sms_handset_unreachable", "The phone is off, out of reach, or a landline."
	case "30004":
		code, message = "sms_blocked", "The message is blocked for this number."
	case "30005":
		code, message = "sms_number_unknown", "The number is unknown or no longer in service."
	case "30006":
		code, message = "sms_not_mobile", "The number is a landline or on a carrier that cannot be reached."
	case "30007":
		code, message = "sms_filtered", "The carrier filtered the message: its text or its sender is suspect there."
	case "30001", "30002":
		code, message = "sms_account_blocked", "The Twilio account is suspended or its queue is full."
	case "21610":
		code, message = "sms_opted_out", "The recipient has opted out of this sender."
	}
	if s.ErrorCode != "" {
		message += " (Twilio " + digits(s.ErrorCode) + ")"
	}
	return fault.New(fault.Permanent, code, message, nil)
}

func digits(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || i > 8 {
			return "?"
		}
	}
	return s
}

func badSignature(message string) error {
	return fault.New(fault.Permanent, "bad_signature", message, nil)
}
