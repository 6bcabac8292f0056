package shopper_test

import (
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// giving gives the shop a policy that has something for the recipients of gifts.
func (b *bench) giving() {
	b.config.Shops[0].Returns.Policy.Rules = []returns.Rule{{Name: "all", Terms: returns.Terms{
		Window: 30 * 24 * time.Hour, PaidBy: returns.ShopperPays, LabelFee: returns.Amounts{{Minor: 7707, Currency: "PLN"}}, HandlingFee: returns.Amounts{{Minor: 7708, Currency: "PLN"}},
		Restocking: 17, Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy},
	}}}
}

// private is an order whose prices, number and buyer are found wherever they stand.
func private(t *testing.T) orders.State {
	t.Helper()
	s := sample(t, delivered()...)
	o := &s.Order
	o.ID, o.Number = "77001", "#77001"
	o.Customer = orders.Customer{Name: "Zofia Tajna", Email: "tajna@secret.example", Phone: "+48770077007"}
	o.ShipTo = orders.Address{Name: "Zofia Tajna", Line1: "ul. Ukryta 77", City: "Sekretowo", PostalCode: "77-077", Country: "PL"}
	o.Lines[0].UnitPrice, o.Lines[1].UnitPrice, o.Total = 7701, 7702, 7703
	o.Shipping.Paid, o.OrderDiscount, o.Payments[0].Amount = 7704, 7705, 7706
	o.Lines[1].Title = "Surprise for another"
	return s
}

// secrets are what no page and no mail of a gift may say.
var secrets = []string{
	"77001", "Zofia", "Tajna", "tajna", "secret.example", "770077", "Ukryta", "Sekretowo", "77-077", "pi_123", "Surprise",
	"77.0", "77,0", "٧٧", "154.0", "154,0", "PLN", "zł", "/o/",
}

// give makes a gift over the pages and gives its code.
func (b *bench) give(path, nonce string, quantities url.Values) string {
	b.t.Helper()
	form := url.Values{"nonce": {nonce}, "language": {"en"}}
	maps.Copy(form, quantities)
	w := b.post(path+"/gift", form)
	if w.Code != 303 {
		b.t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	found := regexp.MustCompile(`/g/([0-9A-Z]{16})<`).FindStringSubmatch(b.get(w.Header().Get("Location")).Body.String())
	if found == nil {
		b.t.Fatal("no code on the card")
	}
	return found[1]
}

func recipientForm(nonce string) url.Values {
	return url.Values{
		"qty.l1": {"1"}, "reason": {"does_not_fit"}, "remedy": {"credit"}, "note": {"Wrong taste"}, "nonce": {nonce}, "name": {"Jan Lis"}, "email": {"jan@example.com"},
	}
}

func TestABuyerMakesGifts(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, delivered()...))
	lacks(t, b.get(path), "Is it a gift?") // the shop gives money alone
	lacks(t, b.get("/s/acme/order?lang=en"), "gift code")
	b.giving()
	has(t, b.get(path), 200, "Is it a gift?", path+"/gift")
	has(t, b.get("/s/acme/order?lang=en"), 200, "/s/acme/gift?lang=en")
	has(t, b.get(path+"/gift"), 200, `name="qty.l1"`, `name="nonce"`, `name="language"`, `<option value="en" lang="en" selected>`)

	form := url.Values{"qty.l1": {"2"}, "nonce": {"n1"}, "language": {"ar"}}
	first, again := b.post(path+"/gift", form), b.post(path+"/gift", form)
	card := first.Header().Get("Location")
	if first.Code != 303 || card == "" || again.Header().Get("Location") != card {
		t.Fatalf("%d to %q, then to %q", first.Code, card, again.Header().Get("Location"))
	}
	made, err := b.db.GiftsOf(t.Context(), order.ID)
	if err != nil || len(made) != 1 || made[0].Language != "ar" || made[0].Items[0].Quantity != 2 {
		t.Fatalf("%+v (%v)", made, err)
	}
	has(t, b.get(card), 200, id.Grouped(made[0].Code), "https://updates.acme.example/g/"+made[0].Code, "https://updates.acme.example/s/acme/gift", `lang="ar" dir="rtl"`, "Earl Grey")
	has(t, b.get(path+"/gift"), 200, "Your gift codes", id.Grouped(made[0].Code), card+"/revoke")
	has(t, b.get(path+"/gift/none"), 404)
	other, _ := b.put("en", sample(t, delivered()...))
	has(t, b.get(strings.Replace(card, path, other, 1)), 404)
	has(t, b.post(strings.Replace(card, path, other, 1)+"/revoke", nil), 404)
	for range 2 {
		if w := b.post(card+"/revoke", nil); w.Code != 303 {
			t.Fatalf("revoked: %d", w.Code)
		}
	}
	has(t, b.get(path+"/gift"), 200, "deactivated")
	lacks(t, b.get(path+"/gift"), card+"/revoke")
	lacks(t, b.get(card), made[0].Code)
}

func TestBadGifts(t *testing.T) {
	b := newBench(t)
	b.giving()
	path, order := b.put("en", sample(t, delivered()...))
	for name, c := range map[string]struct {
		form url.Values
		say  string
	}{
		"nothing":        {url.Values{"qty.l1": {"0"}, "nonce": {"n1"}}, "Choose at least one item."},
		"too many":       {url.Values{"qty.l1": {"9"}, "nonce": {"n1"}}, "choose a number from 0 to 2"},
		"no number":      {url.Values{"qty.l1": {"x"}, "nonce": {"n1"}}, "choose a number from 0 to 2"},
		"not shipped":    {url.Values{"qty.l3": {"1"}, "nonce": {"n1"}}, "choose a number from 0 to 0"},
		"another's line": {url.Values{"qty.l9": {"1"}, "nonce": {"n1"}}, "Something has changed"},
		"no nonce":       {url.Values{"qty.l1": {"1"}}, "The form was incomplete"},
	} {
		w := b.post(path+"/gift", c.form)
		has(t, w, 422, c.say, `role="alert"`)
		if typed := c.form.Get("qty.l1"); typed != "" {
			has(t, w, 422, `value="`+typed+`" selected`)
		}
		if name == "too many" {
			has(t, w, 422, `name="nonce" value="n1"`)
		}
	}
	if made, _ := b.db.GiftsOf(t.Context(), order.ID); len(made) != 0 {
		t.Errorf("%d gifts", len(made))
	}
	for i := range cases.MostGifts {
		b.give(path, "more"+string(rune('a'+i)), url.Values{"qty.l1": {"1"}})
	}
	has(t, b.post(path+"/gift", url.Values{"qty.l1": {"1"}, "nonce": {"last"}}), 422, "as many gift codes as it can have")
}

func TestTypingACode(t *testing.T) {
	b := newBench(t)
	b.giving()
	path, _ := b.put("en", sample(t, delivered()...))
	code := b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	has(t, b.get("/s/acme/gift?lang=en"), 200, `name="code"`)
	has(t, b.get("/s/acme/gift?lang=ar"), 200, `dir="rtl"`)
	for _, typed := range []string{code, strings.ToLower(id.Grouped(code)), " " + strings.ReplaceAll(id.Grouped(code), "-", " ") + " "} {
		if w := b.post("/s/acme/gift?lang=en", url.Values{"code": {typed}}); w.Code != 303 || w.Header().Get("Location") != "/g/"+code {
			t.Errorf("%q: %d to %q", typed, w.Code, w.Header().Get("Location"))
		}
	}
	has(t, b.get("/g/"+strings.ToLower(id.Grouped(code))), 200, "Your gift")
	unknown := b.post("/s/acme/gift?lang=en", url.Values{"code": {"AAAA-BBBB-CCCC-DDDD"}})
	has(t, unknown, 422, "We do not know this code", `value="AAAA-BBBB-CCCC-DDDD"`)
	other := b.post("/s/nova/gift?lang=en", url.Values{"code": {code}})
	has(t, other, 422, "We do not know this code")
	lacks(t, other, "Earl Grey")
	for range 30 {
		b.post("/s/acme/gift?lang=en", url.Values{"code": {"x"}})
	}
	has(t, b.post("/s/acme/gift?lang=en", url.Values{"code": {code}}), 429, "Please wait a little")
	has(t, b.get("/g/AAAABBBBCCCCDDDD"), 429)
	has(t, b.get("/g/"+code), 200) // a code that is right is never refused
}

func TestCodesThatLeadNowhere(t *testing.T) {
	b := newBench(t)
	b.giving()
	path, order := b.put("en", sample(t, delivered()...))
	code := b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	for _, none := range []string{"/g/AAAABBBBCCCCDDDD", "/g/x", "/g/AAAABBBBCCCCDDDD/returns/new", "/g/" + code + "/nothing"} {
		lacks(t, b.get(none), "Earl Grey", "Zofia")
		has(t, b.get(none), 404)
	}
	made, _ := b.db.GiftsOf(t.Context(), order.ID)
	b.post("/g/"+code+"/returns", recipientForm("r1"))
	b.post(path+"/gift/"+made[0].ID+"/revoke", nil)
	has(t, b.get("/g/"+code+"/returns/new"), 410)
	has(t, b.post("/g/"+code+"/returns", recipientForm("r2")), 410)
	page := "/g/" + code + "/cases/" + b.cases(order.ID)[0].RMA
	has(t, b.get(page), 200, "Please send it back to us") // what was asked for goes on
	has(t, b.get("/g/"+code), 200, b.cases(order.ID)[0].RMA)
	lacks(t, b.get("/g/"+code), "/returns/new")
	b.clock = now.Add(501 * 24 * time.Hour)
	has(t, b.get("/g/"+code), 410, "wygas")

	b.clock = now
	fresh := b.give(path, "n2", url.Values{"qty.l2": {"1"}})
	newest, _ := b.db.GiftByCode(t.Context(), fresh)
	b.post(path+"/gift/"+newest.ID+"/revoke", nil)
	has(t, b.get("/g/"+fresh), 410)
	b.reads = errDown
	has(t, b.get("/g/"+fresh), 503)
}

func TestARecipientReturnsAGift(t *testing.T) {
	b := newBench(t)
	b.giving()
	path, order := b.put("en", sample(t, delivered()...))
	code := b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	gift := "/g/" + code
	has(t, b.get(gift), 200, "Earl Grey", "Exchange or return it", "You can return it by", "Only they can withdraw")
	lacks(t, b.get(gift), "Stoneware", "/withdraw", "/claims")
	form := b.get(gift + "/returns/new")
	has(t, form, 200, `name="name"`, `name="email"`, `value="exchange"`, `value="credit"`, "In the gift: 1")
	lacks(t, form, `value="refund"`, "/claims", "Report a problem", "/withdraw")
	check := b.post(gift+"/returns/check", recipientForm("r1"))
	has(t, check, 200, "Jan Lis", "jan@example.com", "Wrong taste", "code of your store credit", `name="email" value="jan@example.com"`)
	w := b.post(gift+"/returns", recipientForm("r1"))
	again := b.post(gift+"/returns", recipientForm("r1"))
	all := b.cases(order.ID)
	if len(all) != 1 || w.Code != 303 || w.Header().Get("Location") != gift+"/cases/"+all[0].RMA || again.Header().Get("Location") != w.Header().Get("Location") {
		t.Fatalf("%d cases, %d to %q", len(all), w.Code, w.Header().Get("Location"))
	}
	c := all[0]
	if c.Recipient != (store.Recipient{Name: "Jan Lis", Email: "jan@example.com", Language: "en"}) || c.GiftID == "" || !c.Wish.Gift || c.Conditions.LabelFee != 0 {
		t.Errorf("%+v", c)
	}
	page := w.Header().Get("Location")
	has(t, b.get(page), 200, "Please send it back to us", c.RMA, "Acme Returns", "Wrong taste", "Store credit")
	if w := b.post(page+"/sent", url.Values{"tracking": {"6800 1234 5678"}}); w.Code != 303 || b.cases(order.ID)[0].State != returns.InTransit {
		t.Errorf("sent: %d", w.Code)
	}
	has(t, b.get(gift+"/returns/new"), 200, "Already in a return") // all of the gift is on its way

	// The buyer sees the goods, and nothing of who returns them.
	has(t, b.get(path), 200, "Returns by the recipient of your gift")
	lacks(t, b.get(path), "Jan", "jan@", c.RMA, "Wrong taste")
	has(t, b.get(path+"/cases/"+c.RMA), 404)
	has(t, b.post(path+"/cases/"+c.RMA+"/cancel", nil), 404)
	has(t, b.get(path+"/cases/"+c.RMA+"/change"), 404)
	has(t, b.get(path+"/claims/new"), 200, `value="l1"`)
	has(t, b.get(path+"/withdraw"), 200, `name="qty.l1"`)

	// Another gift of the order, and another order's, see nothing of it; nor does the gift of the buyer's own.
	other := "/g/" + b.give(path, "n2", url.Values{"qty.l1": {"1"}})
	has(t, b.get(other+"/cases/"+c.RMA), 404)
	has(t, b.post(other+"/cases/"+c.RMA+"/cancel", nil), 404)
	b.post(path+"/returns", url.Values{"qty.l2": {"1"}, "reason": {"other"}, "remedy": {"refund"}, "nonce": {"own"}})
	own, err := b.db.CaseByNonce(t.Context(), order.ID, "own")
	if err != nil {
		t.Fatal(err)
	}
	has(t, b.get(gift+"/cases/"+own.RMA), 404)
}

func TestBadRequestsByAGift(t *testing.T) {
	b := newBench(t)
	b.giving()
	path, order := b.put("en", sample(t, delivered()...))
	gift := "/g/" + b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	for name, c := range map[string]struct {
		field, value, say string
	}{
		"money":           {"remedy", "refund", "Choose"},
		"repair":          {"remedy", "repair", "Choose"},
		"too many":        {"qty.l1", "2", "choose a number from 0 to 1"},
		"not in the gift": {"qty.l2", "1", "Something has changed"},
		"no name":         {"name", " ", "Enter your name"},
		"a long name":     {"name", strings.Repeat("ż", 301), "Enter your name"},
		"no address":      {"email", "jan", "Enter your e-mail address"},
		"nothing":         {"qty.l1", "0", "Choose at least one item."},
		"no nonce":        {"nonce", "", "The form was incomplete"},
	} {
		form := recipientForm("r1")
		form.Set(c.field, c.value)
		for _, to := range []string{"/returns/check", "/returns"} {
			w := b.post(gift+to, form)
			has(t, w, 422, c.say, "Wrong taste", `role="alert"`)
			if c.field != "name" && c.field != "email" {
				has(t, w, 422, `value="Jan Lis"`, `value="jan@example.com"`)
			}
		}
		if len(b.cases(order.ID)) != 0 {
			t.Fatalf("%s opened a case", name)
		}
	}
	b.writes = errDown
	has(t, b.post(gift+"/returns", recipientForm("r1")), 503, "Nothing was saved", `value="Jan Lis"`, "Wrong taste", `value="r1"`)
	has(t, b.post(path+"/gift", url.Values{"qty.l1": {"1"}, "nonce": {"n9"}}), 503, "Nothing was saved", `<option value="1" selected>`, `value="n9"`)
	b.writes = nil
	b.reads = errDown
	has(t, b.post(gift+"/returns", recipientForm("r1")), 503, `value="Jan Lis"`, `value="jan@example.com"`)
}

// Every page of a gift, in every language and at every step, says nothing of what it cost, who bought it and what else was bought.
func TestAGiftsPagesTellNothingOfTheOrder(t *testing.T) {
	for _, lang := range []string{"en", "pl", "sl", "ar", "ru", "de"} {
		t.Run(lang, func(t *testing.T) {
			b := newBench(t)
			b.giving()
			path, order := b.put("en", private(t))
			gift := "/g/" + b.give(path, "n1", url.Values{"qty.l1": {"2"}, "language": {lang}})
			seen := 0
			look := func(p string, form url.Values) {
				t.Helper()
				w := b.get(p)
				if form != nil {
					w = b.post(p, form)
				}
				if w.Code == 303 {
					return
				}
				seen++
				if w.Code >= 500 {
					t.Errorf("%s: %d", p, w.Code)
				}
				text := nonces.ReplaceAllString(spaces.Replace(w.Body.String()), "")
				for _, secret := range secrets {
					if strings.Contains(text, secret) {
						t.Errorf("%s says %q", strings.TrimPrefix(p, gift), secret)
					}
				}
			}
			look(gift, nil)
			look(gift+"/returns/new", nil)
			exchange, empty := recipientForm("x"), recipientForm("")
			exchange.Set("remedy", "exchange")
			exchange.Set("exchange.l1", "Something dearer")
			for _, form := range []url.Values{recipientForm("x"), exchange, empty} {
				look(gift+"/returns/check", form)
			}
			look(gift+"/returns", empty)
			desk := b.realDesk()
			for _, form := range []url.Values{exchange, recipientForm("y")} {
				look(gift+"/returns", form)
				c, err := b.db.CaseByNonce(t.Context(), order.ID, form.Get("nonce"))
				if err != nil {
					t.Fatal(err)
				}
				page := gift + "/cases/" + c.RMA
				step := func(c store.Case, err error) store.Case {
					if err != nil {
						t.Fatal(err)
					}
					look(page, nil)
					look(gift, nil)
					return c
				}
				step(c, nil)
				if c.State == returns.Requested {
					c = step(desk.Approve(t.Context(), c, "staff:olga", "Gerne."))
					c = step(desk.Price(t.Context(), c, map[int]int64{0: 99900}, "staff:olga"))
				}
				look(page+"/sent", url.Values{"tracking": {"?"}})
				c = step(desk.MarkSent(t.Context(), c, "680012345678"))
				c = step(desk.Receive(t.Context(), c, nil, "staff:olga"))
				if err := desk.Write(t.Context(), c, "OK", "staff:olga"); err != nil {
					t.Fatal(err)
				}
				step(c, nil)
			}
			look(gift+"/returns/new", nil)
			if seen < 20 {
				t.Errorf("only %d pages were seen", seen)
			}
		})
	}
}

// Store credit is told to its recipient once it can be used, with its code, and never to the buyer.
func TestARecipientsStoreCredit(t *testing.T) {
	b := newBench(t)
	b.giving()
	path, order := b.put("en", sample(t, delivered()...))
	gift := "/g/" + b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	page := b.post(gift+"/returns", recipientForm("r1")).Header().Get("Location")
	desk := b.realDesk()
	c, err := desk.Receive(t.Context(), b.cases(order.ID)[0], nil, "staff:olga")
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, b.get(page), "39.90")
	refunds, _ := b.db.RefundsOf(t.Context(), order.ID)
	if len(refunds) != 1 || refunds[0].PaymentKind != cases.StoreCredit {
		t.Fatalf("%+v", refunds)
	}
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error {
		row := refunds[0]
		row.Reference = "TEA-CREDIT-1"
		if err := tx.SetRefund(t.Context(), row); err != nil {
			return err
		}
		if err := tx.Settle(t.Context(), store.RefundWork, row.ID, store.RefundSettled, nil); err != nil {
			return err
		}
		_, err := desk.PaidOtherwise(t.Context(), tx, row.ID, "staff:olga", "made")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	has(t, b.get(page), 200, "TEA-CREDIT-1", "PLN 39.90", "This return is completed")
	lacks(t, b.get(path), "TEA-CREDIT-1", c.RMA)
}

// Photos are their own: the buyer does not open the recipient's, nor the recipient the buyer's.
func TestTheFilesOfAGift(t *testing.T) {
	b := newBench(t)
	withPhotos(t, b)
	b.giving()
	path, order := b.put("en", sample(t, delivered()...))
	gift := "/g/" + b.give(path, "n1", url.Values{"qty.l1": {"1"}})
	other := "/g/" + b.give(path, "n2", url.Values{"qty.l1": {"1"}})
	form := recipientForm("r1")
	form.Set("reason", "damaged")
	form.Set("answer.damaged.where", "The lid")
	src := regexp.MustCompile(`src="([^"]*/files/[^"]+)"`)
	check := b.send(gift+"/returns/check", form, dot(t, 40))
	found := src.FindStringSubmatch(check.Body.String())
	if check.Code != 200 || found == nil {
		t.Fatalf("%d: no photo", check.Code)
	}
	file := strings.TrimPrefix(found[1], gift)
	open := func(want map[string]int) {
		t.Helper()
		for base, status := range want {
			if w := b.get(base + file); w.Code != status {
				t.Errorf("%.3s: %d, want %d", base, w.Code, status)
			}
		}
	}
	open(map[string]int{gift: 200, other: 404, path: 404})
	if w := b.post(gift+"/returns", form); w.Code != 303 || len(b.cases(order.ID)) != 1 {
		t.Fatalf("%d", w.Code)
	}
	open(map[string]int{gift: 200, other: 404, path: 404})
}
