package twiliod

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's choice
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign gives the X-Twilio-Signature of a form posted to a URL: base64 of HMAC-SHA1 over the URL and each name and value,
// sorted.
func Sign(authToken, callURL string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(authToken))
	_, _ = io.WriteString(mac, callURL)
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			_, _ = io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Deliver sets a message's status and posts it to its StatusCallback, signed. A message without one only changes.
// errorCode 0 is none. It gives an error when the callback was not answered with 2xx.
func (s *Server) Deliver(ctx context.Context, sid, status string, errorCode int) error {
	s.mu.Lock()
	i := slices.IndexFunc(s.messages, func(m Message) bool { return m.SID == sid })
	if i < 0 {
		s.mu.Unlock()
		return errors.New("twiliod: no message " + sid)
	}
	s.messages[i].Status, s.messages[i].ErrorCode = status, errorCode
	m := s.messages[i]
	s.mu.Unlock()
	if m.StatusCallback == "" {
		return nil
	}
	form := url.Values{
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {status}, "SmsStatus": {status},
		"To": {m.To}, "From": {m.From}, "AccountSid": {s.accountSID}, "ApiVersion": {"2010-04-01"},
	}
	if errorCode != 0 {
		form.Set("ErrorCode", strconv.Itoa(errorCode))
	}
	_, err := s.post(ctx, m.StatusCallback, form)
	return err
}

// Inbound posts a shopper's message to the given URL, signed, and gives the TwiML that answers it. The opt-out words of
// Twilio's default list work as there: to is blocked for from until START. twilio's callers see OptOutType then.
func (s *Server) Inbound(ctx context.Context, from, to, body, callURL string) (twiml string, err error) {
	kind := keyword(body)
	s.mu.Lock()
	m := s.store(Message{To: to, From: from, Body: body, Status: "received", Inbound: true, CreatedAt: time.Now().UTC()})
	switch kind {
	case "STOP":
		s.optedOut[to+" "+from] = true
	case "START":
		delete(s.optedOut, to+" "+from)
	}
	s.mu.Unlock()
	form := url.Values{
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "SmsMessageSid": {m.SID}, "From": {from}, "To": {to}, "Body": {body},
		"NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "AccountSid": {s.accountSID}, "ApiVersion": {"2010-04-01"},
	}
	if kind != "" {
		form.Set("OptOutType", kind)
	}
	return s.post(ctx, callURL, form)
}

// OptOut blocks a number for a sender, as if it had sent STOP.
func (s *Server) OptOut(sender, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.optedOut[sender+" "+number] = true
}

func (s *Server) post(ctx context.Context, callURL string, form url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, callURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("X-Twilio-Signature", Sign(s.authToken, callURL, form))
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	res, err := s.client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("twiliod: the callback was answered %s", res.Status)
	}
	return string(answer), err
}

// keyword knows Twilio's default English words.
func keyword(body string) string {
	switch strings.ToUpper(strings.TrimSpace(body)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT":
		return "STOP"
	case "START", "YES", "UNSTOP":
		return "START"
	case "HELP", "INFO":
		return "HELP"
	default:
		return ""
	}
}
