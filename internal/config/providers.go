package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// mail reads a mail server and sender; nil when the section is not there.
func (s *section) mail() *Mail {
	if !s.present() {
		return nil
	}
	defer s.close()
	out := &Mail{}
	if text := s.required("smtp", "smtp://user:password@host:587"); text != "" {
		server, err := parseSMTP(text)
		if err != nil {
			s.fault("smtp", "%s", err)
		} else {
			out = server
		}
	}
	out.From = s.required("from", `"Acme <orders@acme.example>"`)
	if out.From != "" {
		_, err := parseMailbox(out.From)
		s.check("from", err)
	}
	return out
}

// parseSMTP reads smtps:// (TLS from the first byte) or smtp:// (STARTTLS required; optional on this machine, or with
// ?starttls=optional). A password never goes out in clear: with one, STARTTLS is required everywhere.
func parseSMTP(text string) (*Mail, error) {
	u, err := parseURL(text, "smtp", "smtps")
	if err != nil {
		return nil, err
	}
	if u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("names no host, or something after it; write smtp://user:password@host:587")
	}
	out := &Mail{Host: u.Hostname(), User: u.User.Username()}
	out.Password, _ = u.User.Password()
	if (out.User == "") != (out.Password == "") {
		return nil, errors.New("has a user without a password, or the other way round; write smtp://user:password@host:587")
	}
	if out.Port, err = smtpPort(u); err != nil {
		return nil, err
	}
	if out.TLS, err = smtpTLS(u, out.User != ""); err != nil {
		return nil, err
	}
	u.User = nil
	if out.User != "" {
		u.User = url.User(out.User)
	}
	out.URL = u.String()
	return out, nil
}

func smtpPort(u *url.URL) (int, error) {
	if u.Port() == "" {
		if u.Scheme == "smtps" {
			return 465, nil
		}
		return 587, nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("has port %q; a port is a number from 1 to 65535", u.Port())
	}
	return port, nil
}

func smtpTLS(u *url.URL, login bool) (string, error) {
	query := u.Query()
	asked := query.Get("starttls")
	query.Del("starttls")
	switch {
	case len(query) > 0:
		return "", errors.New("has something unknown after the ?; only starttls=optional is known")
	case u.Scheme == "smtps" && asked != "":
		return "", errors.New("is smtps, encrypted from the start; leave starttls out")
	case u.Scheme == "smtps":
		return "implicit", nil
	case asked != "" && asked != "optional" && asked != "required":
		return "", fmt.Errorf("has starttls=%s; write optional or required", asked)
	case asked == "optional" && login:
		return "", errors.New("has a password and starttls=optional, which could send it in clear; take one of them out")
	case asked == "optional", asked == "" && !login && IsLoopback(u.Hostname()):
		return "optional", nil
	default:
		return "starttls", nil
	}
}

var (
	e164         = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	alphanumeric = regexp.MustCompile(`^[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10}$`)
)

// sms reads a Twilio account and sender; nil when the section is not there.
func (s *section) sms() *SMS {
	if !s.present() {
		return nil
	}
	defer s.close()
	out := &SMS{
		AccountSID:          s.required("account_sid", "the account's SID, AC…"),
		AuthToken:           s.secret("auth_token"),
		From:                s.text("from"),
		MessagingServiceSID: s.text("messaging_service_sid"),
		BaseURL:             s.base(),
	}
	if out.AccountSID != "" && !strings.HasPrefix(out.AccountSID, "AC") {
		s.fault("account_sid", "%q is not an account's SID; it starts with AC (an API key, SK…, will not do)", out.AccountSID)
	}
	switch {
	case out.From == "" && out.MessagingServiceSID == "":
		s.fault("from", `is missing; write a sender such as "+48221234567", or messaging_service_sid`)
	case out.From != "" && out.MessagingServiceSID != "":
		s.fault("from", "and messaging_service_sid are both set; keep one of them")
	case out.From != "" && !e164.MatchString(out.From) && (len(out.From) > 11 || !alphanumeric.MatchString(out.From)):
		s.fault("from", `%q is not a sender; write a number such as "+48221234567", or a name of up to 11 letters and digits`, out.From)
	case out.From == "" && !strings.HasPrefix(out.MessagingServiceSID, "MG"):
		s.fault("messaging_service_sid", "%q is not a messaging service's SID; it starts with MG", out.MessagingServiceSID)
	}
	return out
}

// payments reads a Stripe account; nil when the section is not there.
func (s *section) payments() *Payments {
	if !s.present() {
		return nil
	}
	defer s.close()
	out := &Payments{
		StripeKey:      s.secret("stripe_key"),
		WebhookSecrets: s.secrets("webhook_secret"),
		BaseURL:        s.base(),
	}
	if key := out.StripeKey; key != "" && !strings.HasPrefix(key, "sk_") && !strings.HasPrefix(key, "rk_") {
		s.fault("stripe_key", "is not a secret or restricted key; those start with sk_ or rk_ (pk_ is for browsers)")
	}
	return out
}

// base reads base_url: "" is the vendor itself.
func (s *section) base() string { return s.web("base_url") }

// web reads an optional web address.
func (s *section) web(key string) string {
	text := s.text(key)
	if text == "" {
		return ""
	}
	u, err := parseWeb(text)
	if err != nil {
		s.fault(key, "%s", err)
		return ""
	}
	return u.String()
}

// check notes err, if there is one, as a fault of key.
func (s *section) check(key string, err error) {
	if err != nil {
		s.fault(key, "%s", err)
	}
}
