package systemtest_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/systemtest"
	"homeward/templates"
)

// The last day to send goods back is one day: in the mail, on the page and in the row of the deadline, in the shopper's language and
// zone. It is asked for at half past eleven in the evening in Warsaw, which is the next day in Dubai.
func TestTheLastDayToSendIsOne(t *testing.T) {
	renderer, err := templates.New()
	must(t, err)
	setup := systemtest.Setup{Config: func(c *config.Config) { c.Shops[0].Returns.SendWithin = 14 * 24 * time.Hour }}
	systemtest.Virtual(t, systemtest.Calm, setup, func(t *testing.T, s *systemtest.System) {
		buyers, paths := []struct{ id, lang, country, zone, last, says string }{
			{"1", "pl", "PL", "Europe/Warsaw", "2026-12-07", "7 grudnia 2026"},
			{"2", "ar", "AE", "Asia/Dubai", "2026-12-08", "8 ديسمبر 2026"},
		}, map[string]string{}
		for _, c := range buyers {
			s.World.Stripe.AddPayment("pi_"+c.id, 9479, "pln")
			s.Post("order.placed", time.Now(), orderOf(c.lang, c.id, time.Now(), map[string]any{
				"ship_to": map[string]any{"name": "Zofia Nowak", "line1": "1 Main St", "city": "City", "postal_code": "31-146", "country": c.country},
			}))
			s.Pass(20 * time.Minute)
			paths[c.id] = strings.TrimPrefix(link(t, s), s.URL)
			s.Post("parcel.updated", time.Now(), parcel(c.id, "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
			s.Pass(20 * time.Minute)
		}
		s.PassUntil(time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC))
		for _, c := range buyers {
			casePath := askReturn(t, s, paths[c.id], 1)
			s.Pass(2 * time.Minute)
			mail, term := newest(t, s, c.id, "return_approved"), termOf(t, s, c.id, returns.TermSendBack)
			zone, err := time.LoadLocation(c.zone)
			must(t, err)
			if got := stored(t, s, c.id).TimeZone; got != c.zone {
				t.Errorf("%s: the order's zone is %s", c.lang, got)
			}
			day := renderer.Words(c.lang, c.country, zone).Date(term.LastDay(zone))
			if term.Last.String() != c.last || !strings.Contains(day, c.says) {
				t.Errorf("%s: the row says %s in %s, until %s, which is %s", c.lang, term.Last, term.Zone, term.EndAt, day)
			}
			if plain := strings.NewReplacer("\u2068", "", "\u2069", "", "\u200f", "", "\u200e", ""); !strings.Contains(plain.Replace(mail.Text), c.says) || !strings.Contains(plain.Replace(html.UnescapeString(page(t, s, casePath))), c.says) {
				t.Errorf("%s: not %s in the mail:\n%s", c.lang, c.says, mail.Text)
			}
		}
	})
}

// Every last day that a shopper is told is that of the rule, whatever their zone makes of the midnight that ends it: of the window to
// return, of the period to withdraw, and on the receipt and in the mail of a withdrawal, for the goods and for the money.
func TestTheLastDaysAreToldInTheReadersZone(t *testing.T) {
	systemtest.Virtual(t, systemtest.Calm, systemtest.Setup{}, func(t *testing.T, s *systemtest.System) {
		placed := time.Now()
		for _, c := range []struct{ id, country, zone, returned, withdrawn, sendBy, refundBy string }{
			{"1", "PL", "Europe/Warsaw", "23 December 2026", "7 December 2026", "7 December 2026", "7 December 2026"},
			{"2", "FI", "Europe/Helsinki", "23 December 2026", "7 December 2026", "7 December 2026", "7 December 2026"},
			{"3", "AE", "Asia/Dubai", "23 December 2026", "", "7 December 2026", "7 December 2026"},
			{"4", "US", "Europe/Warsaw", // several zones: the shop's is told
				"23 December 2026", "", "", "3 December 2026"},
		} {
			s.World.Stripe.AddPayment("pi_"+c.id, 9479, "pln")
			s.Post("order.placed", time.Now(), orderOf("en", c.id, placed, map[string]any{"ship_to": map[string]any{
				"name": "Zofia Nowak", "line1": "1 Main St", "city": "City", "postal_code": "10001", "country": c.country,
			}}))
			s.Pass(20 * time.Minute)
			path := strings.TrimPrefix(link(t, s), s.URL)
			s.Post("parcel.updated", time.Now(), parcel(c.id, "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
			s.Pass(20 * time.Minute)
			if got := stored(t, s, c.id).TimeZone; got != c.zone {
				t.Errorf("%s: the order's zone is %s", c.country, got)
			}
			plain := func(text string) string {
				return strings.NewReplacer("\u2068", "", "\u2069", "", "\u00a0", " ").Replace(html.UnescapeString(text))
			}
			tells := func(where, text string, days ...string) {
				t.Helper()
				for _, day := range days {
					if !strings.Contains(plain(text), day) {
						t.Errorf("%s: %s lacks %q: %q", c.country, where, day, regexp.MustCompile(`\d+ \w+ 2026`).FindAllString(plain(text), -1))
					}
				}
			}
			tells("the order", page(t, s, path), c.returned, c.withdrawn)
			receipt, mail := withdraws(t, s, path, c.id)
			tells("the receipt", receipt, c.sendBy, c.refundBy)
			tells("the mail", mail, c.sendBy, c.refundBy)
		}
	})
}

// withdraws declares the withdrawal of everything on the page of an order, and gives the receipt's page and the mail.
func withdraws(t *testing.T, s *systemtest.System, path, id string) (receipt, mail string) {
	t.Helper()
	form, first := url.Values{"name": {"Zofia Nowak"}, "order": {"#" + id}, "email": {""}}, page(t, s, path+"/withdraw")
	for _, f := range regexp.MustCompile(`name="(nonce|qty\.[^"]+)"[^>]*value="([^"]+)"`).FindAllStringSubmatch(first, -1) {
		form.Set(f[1], f[2])
	}
	_, to, _ := submit(t, s, path+"/withdraw/confirm", form)
	s.Pass(2 * time.Minute)
	return page(t, s, to), newest(t, s, id, "withdrawal_received").Text
}
