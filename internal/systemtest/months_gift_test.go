package systemtest_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers/standin/smtpd"
)

// The recipients of the months' gifts have a name and a domain of their own, so that they are known wherever they stand.
const (
	recipientName   = "Wilhelmina Kerstiens"
	recipientDomain = "@gift.example"
)

// gift has a buyer make the code of a gift, and its recipient return it, in time or late, and sometimes after the code was ended, or
// before the buyer withdraws.
func (m *months) gift(id string) {
	ctx := context.Background()
	o, err := m.s.App.DB.OrderByExternalID(ctx, "acme", id)
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	must(m.t, err)
	var g store.Gift
	items := m.some(id)
	if i := slices.IndexFunc(m.orders[id].lines, func(l boughtLine) bool { return l.sku == "given" }); i >= 0 {
		items = []returns.Item{{LineID: m.orders[id].lines[i].id, Quantity: m.orders[id].lines[i].quantity}}
	} else if !m.one(5) { // the policy has nothing for its recipient
		return
	}
	m.serial++
	nonce := fmt.Sprint("g", m.serial)
	if !m.made("gift", func() error {
		g, err = m.s.App.Desk.MakeGift(ctx, o, items, months90[m.rng.IntN(6)], nonce)
		return err
	}) {
		return
	}
	again, err := m.s.App.Desk.MakeGift(ctx, o, items, "en", nonce)
	must(m.t, err)
	if again.ID != g.ID {
		m.t.Error("one form made two gifts")
	}
	for range 1 + m.rng.IntN(2) {
		m.plan(m.hours(1, 300), func() { m.giftReturn(id, g) })
	}
	if m.one(3) {
		m.plan(m.hours(1, 300), func() { m.made("gift revoked", func() error { return m.s.App.Desk.RevokeGift(ctx, o, g.ID) }) })
	}
	if m.one(3) {
		m.plan(m.hours(50, 330), func() { m.withdraw(stored(m.t, m.s, id), m.some(id)) })
	}
}

// some gives some units of an order, and at least one of them.
func (m *months) some(id string) []returns.Item {
	var items []returns.Item
	for _, l := range m.orders[id].lines {
		if n := m.rng.IntN(l.quantity + 1); n > 0 {
			items = append(items, returns.Item{LineID: l.id, Quantity: n})
		}
	}
	if len(items) == 0 {
		items = []returns.Item{{LineID: m.orders[id].lines[0].id, Quantity: 1}}
	}
	return items
}

// giftReturn has the recipient of a gift ask for something in its place.
func (m *months) giftReturn(id string, g store.Gift) {
	ctx := context.Background()
	live, err := m.s.App.DB.GiftByCode(ctx, g.Code)
	must(m.t, err)
	var items []returns.Item
	for _, i := range g.Items {
		items = append(items, returns.Item{LineID: i.LineID, Quantity: 1 + m.rng.IntN(i.Quantity)})
	}
	req := returns.Request{Items: items, Reason: "other", Remedy: returns.CreditRemedy}
	switch m.rng.IntN(6) {
	case 0:
		req.Remedy = returns.RefundRemedy // which is never a recipient's
	case 1, 2:
		req.Remedy = returns.ExchangeRemedy
		for _, i := range items {
			e := returns.Exchange{LineID: i.LineID, Quantity: i.Quantity, Title: "The same"}
			if m.one(3) {
				e.SKU, e.Title = "other", "Another tea"
			}
			req.Wish.Exchange = append(req.Wish.Exchange, e)
		}
	}
	if m.one(8) {
		req.Wish.Method = returns.ByLabel // which would show the address of the buyer
	}
	m.serial++
	who := store.Recipient{Name: recipientName, Email: fmt.Sprint("reader", m.serial, recipientDomain), Language: months90[m.rng.IntN(6)]}
	var c store.Case
	if !m.made("gift return", func() error {
		c, err = m.s.App.Desk.OpenGift(ctx, g, who, req, fmt.Sprint("n", m.serial))
		return err
	}) {
		return
	}
	if !live.RevokedAt.IsZero() || req.Remedy == returns.RefundRemedy || req.Wish.Method == returns.ByLabel {
		m.t.Errorf("a recipient was granted %s by %q, by a code that ended at %v", req.Remedy, req.Wish.Method, live.RevokedAt)
	}
	m.comesBack(id, c, items)
	m.plan(m.hours(1, 60), func() { m.look(c) })
	for range 3 {
		m.plan(m.hours(200, 1000), func() { m.giveInPlace(c) })
	}
}

// look has staff say what another item costs, and grant it or not.
func (m *months) look(c store.Case) {
	ctx := context.Background()
	c, err := m.s.App.DB.Case(ctx, c.ID)
	must(m.t, err)
	prices := map[int]int64{}
	for i, e := range c.Wish.Exchange {
		if !e.Same() {
			prices[i] = m.rng.Int64N(9000)
		}
	}
	if len(prices) > 0 {
		_, err = m.s.App.Desk.Price(ctx, c, prices, olga)
		m.refusable(c, err)
	}
	switch c, err = m.s.App.DB.Case(ctx, c.ID); {
	case err != nil:
		m.t.Error(err)
	case c.State == returns.Requested && m.one(3):
		m.refusable(m.s.App.Desk.Reject(ctx, c, olga, "It is gone."))
	case c.State == returns.Requested:
		m.refusable(m.s.App.Desk.Approve(ctx, c, olga, "With pleasure."))
	}
}

// giveInPlace has staff send what is exchanged, and give the store credit that waits for them.
func (m *months) giveInPlace(c store.Case) {
	ctx := context.Background()
	if c.Remedy == returns.ExchangeRemedy {
		m.made("gift exchanged", func() error {
			now, err := m.s.App.DB.Case(ctx, c.ID)
			if err == nil {
				_, err = m.s.App.Desk.Fulfil(ctx, now, olga, "Sent.")
			}
			return err
		})
	}
	ledger, err := m.s.App.DB.RefundsOf(ctx, c.OrderID)
	must(m.t, err)
	for _, r := range ledger {
		if r.CaseID != c.ID {
			continue
		}
		if r.PaymentKind != cases.StoreCredit {
			m.t.Errorf("a gift brings %s: %+v", r.PaymentKind, r)
		}
		if r.State == store.RefundHeld && !cases.WaitsForSecond(r) {
			m.made("gift credit paid", func() error { return m.payCredit(r) })
		}
	}
}

func (m *months) payCredit(r store.Refund) error {
	ctx := context.Background()
	return m.s.App.DB.Write(ctx, func(tx *store.Tx) error {
		r.Reference = "CREDIT-" + r.ID[len(r.ID)-6:]
		if err := tx.SetRefund(ctx, r); err != nil {
			return err
		}
		if err := tx.Settle(ctx, store.RefundWork, r.ID, store.RefundSettled, nil); err != nil {
			return err
		}
		_, err := m.s.App.Desk.PaidOtherwise(ctx, tx, r.ID, olga, "a code")
		return err
	})
}

// sums finds amounts of money, as digits, in what a person reads. A currency stands before or after the number.
var sums = regexp.MustCompile(`(?:PLN|zł|EUR|€|JPY|JP¥|[¥￥]|US\$|USD|\$)[\s\x{a0}\x{202f}\x{200e}\x{200f}\x{2066}-\x{2069}]*[-−]?([0-9٠-٩][0-9٠-٩.,٫٬\x{a0}\x{202f}]*)|` +
	`([0-9٠-٩][0-9٠-٩.,٫٬\x{a0}\x{202f}]*)[\s\x{a0}\x{202f}\x{200e}\x{200f}\x{2066}-\x{2069}]*(?:PLN|zł|EUR|€|JPY|JP¥|[¥￥]|US\$|USD|\$)`)

// codes are of gifts, returns and forms: their letters can say JPY.
var codes = regexp.MustCompile(`name="nonce" value="[^"]*"|[0-9A-Z]{16}|[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}|R-[0-9A-Z]{5}`)

func sumsIn(text string) []string {
	var all []string
	for _, found := range sums.FindAllStringSubmatch(codes.ReplaceAllString(text, ""), -1) {
		digits := strings.Map(func(r rune) rune {
			switch {
			case r >= '0' && r <= '9':
				return r
			case r >= '٠' && r <= '٩':
				return r - '٠' + '0'
			default:
				return -1
			}
		}, found[1]+found[2])
		all = append(all, strings.TrimLeft(digits, "0"))
	}
	return all
}

// giftsKeepTheirSecrets checks that the recipients of gifts read nothing of the order, its buyer or what was paid, in mails and
// on their pages, and the buyers nothing of the recipients.
func (m *months) giftsKeepTheirSecrets(count int) {
	ctx := context.Background()
	mails := map[string]smtpd.Delivery{}
	for _, d := range m.s.World.Mail.Deliveries() {
		mails[d.MessageID] = d
	}
	read, pages := 0, 0
	for i := range count {
		id := fmt.Sprint("M", i)
		o := stored(m.t, m.s, id)
		credits := m.credits(o)
		token := ""
		for _, row := range rows(m.t, m.s, id) {
			d, text := mails[row.HeaderID], row.Body
			if row.Channel == messages.Mail {
				text = d.Subject + "\n" + d.Text + "\n" + html.UnescapeString(d.HTML)
			}
			if strings.HasSuffix(row.Recipient, recipientDomain) {
				read++
				m.tellsNothing(id, string(row.Topic), text, credits)
				continue
			}
			m.namesNobody(string(row.Topic)+" to "+row.Recipient, text+string(d.Raw))
			if found := regexp.MustCompile(`/o/[A-Za-z0-9_-]+`).FindString(d.Text); found != "" {
				token = found
			}
		}
		gifts, err := m.s.App.DB.GiftsOf(ctx, o.ID)
		must(m.t, err)
		if len(gifts) == 0 {
			continue
		}
		if all, err := m.s.App.DB.CasesOf(ctx, o.ID); err != nil || slices.ContainsFunc(all, func(c store.Case) bool { return c.GiftID != "" }) {
			must(m.t, err)
			pages += m.giftPages(id, gifts, all, credits)
			if token != "" {
				m.namesNobody("the order page", m.read(token))
				m.namesNobody("the gift page", m.read(token+"/gift"))
			}
		}
	}
	m.t.Logf("gifts: %d mails to recipients and %d of their pages were read", read, pages)
	if count >= telling && (read == 0 || pages == 0) {
		m.t.Error("the stories are too tame to prove anything of gifts")
	}
}

// giftPages reads the pages of the recipients of an order's gifts and gives how many.
func (m *months) giftPages(id string, gifts []store.Gift, all []store.Case, credits []string) int {
	n := 0
	for _, g := range gifts {
		for _, c := range all {
			if c.GiftID != g.ID {
				continue
			}
			n += 2
			m.tellsNothing(id, "the page of the gift", m.read("/g/"+g.Code), credits)
			m.tellsNothing(id, "the page of its return", m.read("/g/"+g.Code+"/cases/"+c.RMA), credits)
		}
	}
	return n
}

// credits gives what the recipients of an order's gifts were given as store credit, as digits.
func (m *months) credits(o store.Order) []string {
	all, err := m.s.App.DB.CasesOf(context.Background(), o.ID)
	must(m.t, err)
	ledger, err := m.s.App.DB.RefundsOf(context.Background(), o.ID)
	must(m.t, err)
	var out []string
	for _, r := range ledger {
		if r.Status == store.RefundSucceeded && slices.ContainsFunc(all, func(c store.Case) bool { return c.GiftID != "" && c.ID == r.CaseID }) {
			out = append(out, fmt.Sprint(r.Amount))
		}
	}
	return out
}

func (m *months) read(path string) string { return html.UnescapeString(page(m.t, m.s, path)) }

// drawn is how a picture of a page is drawn: it is full of M3 and the like, as orders are called here.
var drawn = regexp.MustCompile(` d="[^"]*"`)

// tellsNothing checks what the recipient of a gift reads.
func (m *months) tellsNothing(id, what, text string, credits []string) {
	for _, sum := range sumsIn(text) {
		if !slices.Contains(credits, sum) {
			m.t.Errorf("order %s: %s names the amount %s, store credit was %v", id, what, sum, credits)
		}
	}
	b := buyers[m.orders[id].lang]
	for _, secret := range []string{b.name, b.email, b.phone, "Street 1", "/o/"} {
		if i := strings.Index(text, secret); i >= 0 {
			m.t.Errorf("order %s: %s holds %q: …%s…", id, what, secret, text[max(0, i-80):min(len(text), i+80)])
		}
	}
	if regexp.MustCompile(`\b` + id + `\b`).MatchString(drawn.ReplaceAllString(text, "")) {
		m.t.Errorf("order %s: %s holds its number:\n%s", id, what, text)
	}
}

// namesNobody checks that what a buyer or staff read holds nothing of a gift's recipient.
func (m *months) namesNobody(what, text string) {
	for _, secret := range append(strings.Fields(recipientName), recipientDomain) {
		if i := strings.Index(text, secret); i >= 0 {
			m.t.Errorf("%s holds %q: …%s…", what, secret, text[max(0, i-80):min(len(text), i+80)])
		}
	}
}

// What the check of the months looks for is found in every language's way to write it.
func TestSumsAreSeen(t *testing.T) {
	for text, want := range map[string]string{
		"Zwrot: 74,29 PLN": "7429", "5830 JPY": "5830", "Expected refund: €29.99.": "2999", "$4.00 back": "400", "١٢٫٥٠\u00a0zł": "1250", "1.234,50\u00a0€": "123450",
	} {
		if got := sumsIn(text); !slices.Equal(got, []string{want}) {
			t.Errorf("%q: %q, want %s", text, got, want)
		}
	}
	for _, text := range []string{"2 × Tea, 4 February 2027, R-57RE6", "R-JPY13", "/g/7K2MJPY13QXA7K2M/", "7JPY-1300-7K2M-9QXA", `<input name="nonce" value="x_EUR1-2">`} {
		if got := sumsIn(text); len(got) > 0 {
			t.Errorf("%q in %q is no money", got, text)
		}
	}
}
