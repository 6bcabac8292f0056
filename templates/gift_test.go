package templates_test

import (
	"strings"
	"testing"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/templates"
)

// What the recipient of a gift is sent names no order, no buyer and no amount, but for the credit that is theirs.
func TestAGiftsMessagesTellNothingOfTheOrder(t *testing.T) {
	t.Parallel()
	gifts := 0
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		v := s.View
		if v.Case == nil || !v.Case.Gift {
			return
		}
		gifts++
		if v.Order.Order.Number != "" || v.Order.Order.Customer != (orders.Customer{}) {
			t.Fatal("the sample itself knows the order")
		}
		mail := mailOf(t, r, v)
		sms, err := r.SMS(v)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join([]string{mail.Subject, mail.HTML, mail.Text, sms}, "\n")
		for _, secret := range []string{"SHOP-2026", "/o/", "(#", "1,499", "1.499", "1 499", "153890", "14.99", "39.90", "39,90"} {
			if v.Topic == messages.RefundPaid && strings.Contains("1,538.90 1.538,90 1 538,90", secret) {
				continue
			}
			if strings.Contains(text, secret) {
				t.Errorf("%q is told:\n%s", secret, mail.Text)
			}
		}
		for _, hole := range []string{"  ", "()", " .", " ,", "order )"} {
			if strings.Contains(mail.Subject, hole) || strings.Contains(sms, hole) {
				t.Errorf("a hole where the order's number stood: %q, %q", mail.Subject, sms)
			}
		}
		if !strings.Contains(mail.Text, "/g/") || !strings.Contains(mail.Text, "R-7K2M") {
			t.Errorf("no way to the return:\n%s", mail.Text)
		}
	})
	if gifts < 100 {
		t.Errorf("%d messages to recipients", gifts)
	}
}

// No text that a gift's message may use asks for the order's number, which would leave a hole.
func TestNoTextOfAGiftNamesTheOrder(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, s := range templates.Samples("en") {
		if s.View.Case == nil || !s.View.Case.Gift {
			continue
		}
		v := s.View
		v.Order.Order.Number = "NUMBER-77"
		mail := mailOf(t, r, v)
		sms, err := r.SMS(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(mail.Subject+mail.HTML+mail.Text+sms, "NUMBER-77") {
			t.Errorf("%s names the order:\n%s\n%s", s.Name, mail.Text, sms)
		}
	}
}
