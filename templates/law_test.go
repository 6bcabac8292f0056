package templates_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/templates"
)

// To consumers in the United Kingdom English says "cancel" wherever the law is meant, to those of the Union "withdraw"; what region a
// reader's dates and amounts come from does not matter.
func TestTermsOfTheLaw(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for country, region := range map[string]string{"GB": "IE", "IE": "GB", "MT": "GB", "PL": "GB"} {
		for _, one := range templates.Samples("en") {
			v, topic := one.View, one.View.Topic
			v.Order.Order.ShipTo.Country, v.Region = country, region
			if v.Withdrawal != nil {
				v.Withdrawal.Text = "…" // the statement stands as it was made
				if country == "GB" {
					v.Withdrawal.RefundRule = returns.RefundGB
				}
			}
			mail, err := r.Mail(v)
			if err != nil {
				t.Fatal(err)
			}
			sms, err := r.SMS(v)
			if err != nil {
				t.Fatal(err)
			}
			said := strings.ToLower(strings.ReplaceAll(mail.Subject+" "+mail.Text+" "+sms, "/withdraw", ""))
			if country == "GB" && strings.Contains(said, "withdraw") {
				t.Errorf("%s to the United Kingdom: %s", topic, said)
			}
			if country != "GB" && strings.Contains(said, "right to cancel") {
				t.Errorf("%s to %s: %s", topic, country, said)
			}
		}
	}
	for _, one := range templates.Samples("en") {
		v := one.View
		if v.Topic != messages.WithdrawalReceived {
			continue
		}
		v.Order, v.Link, v.Shop.Country = orders.State{}, "", "GB"
		if mail, err := r.Mail(v); err != nil || !strings.Contains(mail.Subject, "Cancellation") {
			t.Errorf("a statement to a shop in the United Kingdom: %q %v", mail.Subject, err)
		}
	}
}

// An acknowledgement tells of no time that no law sets: in every language the British one runs from the goods, and the American one is a day.
func TestTimesOfTheLaw(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		for rule, want := range map[returns.TermRule][]string{
			returns.RefundEU: {"withdrawal.next.goods", "withdrawal.next.refund", "withdrawal.next.wait"},
			returns.RefundGB: {"withdrawal.next.goods", "withdrawal.next.refund.goods", "withdrawal.next.wait.goods"},
			returns.RefundUS: {"withdrawal.next.goods.open", "withdrawal.next.refund.day"},
		} {
			for _, one := range templates.Samples(lang) {
				v := one.View
				if v.Topic != messages.WithdrawalReceived {
					continue
				}
				v.Order.Order.ShipTo.Country, v.Withdrawal.RefundRule = "PL", rule // English words of the Union
				mail, err := r.Mail(v)
				if err != nil {
					t.Fatal(err)
				}
				w := r.Words(lang, v.Region, nil)
				within := w.N("days.within", 14)
				for _, key := range []string{
					"withdrawal.next.goods", "withdrawal.next.goods.open", "withdrawal.next.refund", "withdrawal.next.refund.goods", "withdrawal.next.refund.day",
					"withdrawal.next.wait", "withdrawal.next.wait.goods",
				} {
					if got := strings.Contains(oneLine(mail.Text), oneLine(w.T(key, "Within", within))); got != slices.Contains(want, key) {
						t.Errorf("%s %s: says %s: %v\n%s", lang, rule, key, got, mail.Text)
					}
				}
			}
		}
	}
}

// oneLine leaves out line breaks and the marks of direction.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// The labels are those of the law, and other languages have no other law.
func TestLabelsOfTheLaw(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for country, want := range map[string][2]string{
		"GB": {"Cancel the contract here", "Confirm cancellation"}, "gb": {"Cancel the contract here", "Confirm cancellation"},
		"IE": {"Withdraw from contract here", "Confirm withdrawal"}, "": {"Withdraw from contract here", "Confirm withdrawal"},
	} {
		w := r.Words("en", "GB", nil).Under(country)
		if got := [2]string{w.T(templates.WithdrawHere), w.T(templates.ConfirmWithdraw)}; got != want || w.Lang() != "en" {
			t.Errorf("%q: %q", country, got)
		}
	}
	for _, lang := range templates.Languages()[1:] {
		w := r.Words(lang, "", nil)
		if w.T(templates.WithdrawHere) != w.Under("GB").T(templates.WithdrawHere) {
			t.Errorf("%s has a law of the United Kingdom", lang)
		}
	}
}

// Nothing that English says of a withdrawal is said so to the United Kingdom; what only staff and operators read is left out.
func TestNothingWithdrawsInTheUnitedKingdom(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("locales/*.en.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	raw, err := os.ReadFile("locales/law.en-GB.json")
	if err != nil {
		t.Fatal(err)
	}
	var law map[string]string
	if err := json.Unmarshal(raw, &law); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]json.RawMessage
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Fatal(err)
		}
		for key, text := range texts {
			said := string(text)
			if own, ok := law[key]; ok {
				said = own
			}
			if !strings.HasPrefix(key, "topic.") && strings.Contains(strings.ToLower(said), "withdr") {
				t.Errorf("%s: %s", key, said)
			}
		}
	}
}

// A region of a state of the Union with a country code of its own is informed as that state is.
func TestRegionsAreInformed(t *testing.T) {
	t.Parallel()
	for country, want := range map[string]bool{"FR": true, "RE": true, "MQ": true, "AX": true, "IS": true, "GB": true, "US": false, "CH": false, "": false} {
		if got := templates.TellsOfWithdrawal(country); got != want {
			t.Errorf("%q is informed: %t", country, got)
		}
	}
}
