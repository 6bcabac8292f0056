package config_test

import (
	"strings"
	"testing"

	"homeward/internal/config"
)

func TestMailServers(t *testing.T) {
	tests := []struct {
		url  string
		tls  string
		port int
	}{
		{"smtp://mail.acme.example", "starttls", 587},
		{"smtp://u:p@mail.acme.example:25", "starttls", 25},
		{"smtp://u:p@mail.acme.example?starttls=required", "starttls", 587},
		{"smtp://mailpit:1025?starttls=optional", "optional", 1025},
		{"smtp://localhost:1025", "optional", 1025},
		{"smtp://127.0.0.1", "optional", 587},
		{"smtp://localhost?starttls=required", "starttls", 587},
		{"smtp://u:p@localhost", "starttls", 587}, // a password never goes out in clear
		{"smtps://u:p@mail.acme.example", "implicit", 465},
		{"smtps://localhost:4650", "implicit", 4650},
	}
	for _, test := range tests {
		text := strings.Replace(small, "shops:", "mail: {smtp: '"+test.url+"', from: a@acme.example}\nshops:", 1)
		c, err := config.Parse([]byte(text), "", sample)
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
			continue
		}
		if m := c.Shops[0].Mail; m.TLS != test.tls || m.Port != test.port || (m.User == "") == strings.Contains(test.url, "@") {
			t.Errorf("%s gives %s, port %d, user %q; want %s, port %d", test.url, m.TLS, m.Port, m.User, test.tls, test.port)
		}
	}
	for _, wrong := range []string{
		"smtps://h?starttls=optional", "smtp://h:0", "smtp://h:99999", "smtp://:pw@h", "smtp://", "smtp://h/path", "smtp://h?starttls=no",
	} {
		text := strings.Replace(small, "shops:", "mail: {smtp: '"+wrong+"', from: a@acme.example}\nshops:", 1)
		if _, err := config.Parse([]byte(text), "", sample); err == nil || !strings.Contains(err.Error(), ": mail.smtp: ") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
