package cases_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

var jan = store.Recipient{Name: "Jan Lis", Email: "jan@example.com", Language: "ar"}

// givingBench has a shop that exchanges and gives store credit, and a gift of two teas and the pot.
func givingBench(t *testing.T) (*bench, store.Gift) {
	t.Helper()
	b := newBench(t)
	b.shop.Returns.Policy = returns.Policy{Rules: []returns.Rule{{Name: "all", Terms: returns.Terms{
		Window: 720 * time.Hour, PaidBy: returns.ShopperPays, LabelFee: returns.Amounts{{Minor: 1499, Currency: "PLN"}},
		Remedies: []returns.Remedy{returns.RefundRemedy, returns.ExchangeRemedy, returns.CreditRemedy},
	}}}}
	return b, b.gift("g1", units("l1", 2, "l2", 1))
}

func (b *bench) gift(nonce string, items []returns.Item) store.Gift {
	b.Helper()
	g, err := b.desk.MakeGift(b.Context(), b.order, items, "en", nonce)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func credit(items []returns.Item) returns.Request {
	r := request(items)
	r.Remedy = returns.CreditRemedy
	return r
}

// opened opens a case by a gift.
func (b *bench) opened(g store.Gift, nonce string, r returns.Request) store.Case {
	b.Helper()
	return b.must(b.desk.OpenGift(b.Context(), g, jan, r, nonce))
}

// letters gives the topics of the messages to an address, and fails when one of them is not a mail in their language.
func (b *bench) letters(to, language string) []messages.Topic {
	b.Helper()
	all, err := b.db.MessagesOf(b.Context(), b.order.ID)
	if err != nil {
		b.Fatal(err)
	}
	var topics []messages.Topic
	for _, m := range all {
		if m.Recipient == to {
			topics = append(topics, m.Topic)
			if m.Channel != messages.Mail || m.Language != language {
				b.Errorf("%s goes by %s in %s", m.Topic, m.Channel, m.Language)
			}
		}
	}
	return topics
}

func TestMakingGifts(t *testing.T) {
	b, g := givingBench(t)
	if code, ok := id.GiftCode(g.Code); !ok || code != g.Code {
		t.Errorf("the code %q", g.Code)
	}
	if again := b.gift("g1", units("l1", 1)); again.ID != g.ID {
		t.Error("one form made two gifts")
	}
	for name, items := range map[string][]returns.Item{"nothing": nil, "too many": units("l1", 3), "negative": units("l1", -1), "another order's": units("l9", 1)} {
		var refused *cases.Refused
		if _, err := b.desk.MakeGift(t.Context(), b.order, items, "en", name); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := 1; i < cases.MostGifts; i++ {
		b.gift(fmt.Sprint("more", i), units("l1", 1))
	}
	_, err := b.desk.MakeGift(t.Context(), b.order, units("l1", 1), "en", "one too many")
	if fault.Code(err) != cases.TooManyGifts {
		t.Fatalf("the bound: %v", err)
	}
	if err := b.desk.RevokeGift(t.Context(), b.order, g.ID); err != nil {
		t.Fatal(err)
	}
	b.gift("in its place", units("l1", 1))
	if err := b.desk.RevokeGift(t.Context(), store.Order{ID: "o9"}, g.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another order revoked it: %v", err)
	}
}

// The recipient asks, is told, and nobody else is.
func TestAGiftComesBack(t *testing.T) {
	b, g := givingBench(t)
	b.shop.Messages.Off = []string{"return_received"} // which the platform tells buyers itself
	b.shop.Messages.Channels = map[string][]string{"return_approved": {"sms"}}
	c := b.opened(g, "n1", credit(units("l1", 1)))
	if twin := b.opened(g, "n1", credit(units("l1", 1))); twin.ID != c.ID {
		t.Error("one form opened two cases")
	}
	c = b.must(b.db.Case(t.Context(), c.ID))
	if c.GiftID != g.ID || c.Recipient != jan || !c.Wish.Gift || c.Conditions.LabelFee != 0 {
		t.Fatalf("%+v", c)
	}
	c = b.receive(c, nil)
	row := b.refunds(3990)[0]
	if row.PaymentKind != cases.StoreCredit || row.State != store.RefundHeld || !strings.Contains(row.ErrorMessage, "recipient of a gift") {
		t.Fatalf("%+v", row)
	}
	b.paidOtherwise(row)
	b.state(c, returns.Closed)
	if err := b.desk.Write(t.Context(), c, "Dziękujemy.", "staff:olga"); err != nil {
		t.Fatal(err)
	}
	want := []messages.Topic{messages.ReturnApproved, messages.ReturnReceived, messages.RefundPaid, messages.CaseMessage}
	if got := b.letters(jan.Email, "ar"); !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("the recipient was told %v, want %v", got, want)
	}
	if got := b.letters("zofia@example.com", "en"); len(got) > 0 {
		t.Errorf("the buyer was told %v", got)
	}
}

func sorted(topics []messages.Topic) []messages.Topic {
	out := slices.Clone(topics)
	slices.Sort(out)
	return out
}

func TestAGiftAsksForNoMoney(t *testing.T) {
	b, g := givingBench(t)
	half := b.gift("half", units("l1", 1))
	b.opened(half, "first", credit(units("l1", 1)))
	revoked := b.gift("revoked", units("l2", 1))
	if err := b.desk.RevokeGift(t.Context(), b.order, revoked.ID); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		gift  store.Gift
		r     returns.Request
		field string
	}{
		"money":              {g, request(units("l1", 1)), "remedy"},
		"another's line":     {half, credit(units("l2", 1)), "qty.l2"},
		"the same again":     {half, credit(units("l1", 1)), "qty.l1"},
		"more than is there": {g, credit(units("l1", 2)), "qty.l1"}, // one is in the other gift's case
		"revoked":            {revoked, credit(units("l2", 1)), "form"},
	} {
		var refused *cases.Refused
		if _, err := b.desk.OpenGift(t.Context(), c.gift, jan, c.r, name); !errors.As(err, &refused) || refused.Faults[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := b.must(b.desk.Open(t.Context(), b.order, request(units("l1", 1)), "buyer")); c.GiftID != "" || c.Wish.Gift {
		t.Errorf("the buyer's own: %+v", c)
	}
}

// What is exchanged for something cheaper leaves the difference to the recipient, as credit; nothing goes to the buyer's card.
func TestAGiftExchangedForSomethingCheaper(t *testing.T) {
	b, g := givingBench(t)
	r := request(units("l1", 1))
	r.Remedy, r.Wish.Exchange = returns.ExchangeRemedy, []returns.Exchange{{LineID: "l1", Quantity: 1, SKU: "TEA-S", Title: "Small tea"}}
	c := b.opened(g, "n1", r)
	c = b.must(b.desk.Approve(t.Context(), c, "staff:olga", ""))
	c = b.must(b.desk.Price(t.Context(), c, map[int]int64{0: 2990}, "staff:olga"))
	c = b.receive(c, nil)
	if row := b.refunds(1000)[0]; row.PaymentKind != cases.StoreCredit {
		t.Errorf("the difference goes back by %s", row.PaymentKind)
	}
	b.fulfils(c)
	b.paidOtherwise(b.refunds(1000)[0])
	b.state(c, returns.Closed)
}

// A withdrawal of the buyer takes the goods over, and the recipient is told calmly. The buyer is not.
func TestTheBuyerWithdrawsFromAGift(t *testing.T) {
	b, g := givingBench(t)
	all := b.opened(g, "n1", credit(units("l2", 1)))
	part := b.opened(g, "n2", credit(units("l1", 2)))
	b.write(func(tx *store.Tx) error {
		_, err := b.desk.OpenWithdrawal(t.Context(), tx, b.shop, b.order, "w1", units("l2", 1, "l1", 1))
		return err
	})
	b.state(all, returns.Withdrawn)
	b.state(part, returns.Approved)
	if c := b.must(b.db.Case(t.Context(), part.ID)); len(c.Items) != 1 || c.Items[0].Quantity != 1 {
		t.Errorf("left: %+v", c.Items)
	}
	if n := b.told(messages.GiftCalledOff); n != 2 {
		t.Errorf("%d messages", n)
	}
	if got := b.letters("zofia@example.com", "en"); len(got) > 0 {
		t.Errorf("the buyer was told %v", got)
	}
}

// What a recipient may know of an order holds neither a price nor a person.
func TestAsGift(t *testing.T) {
	order := store.Order{
		ID: "o1", Shop: "acme", ExternalID: "77001", NumberKey: "77001", EmailKey: "zofia@example.com", Language: "pl", Region: "PL", TimeZone: "Europe/Warsaw",
		State: orders.State{Known: true, Order: orders.Order{
			ID: "77001", Number: "#77001", Currency: "PLN", Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com", Phone: "+48777"},
			ShipTo: orders.Address{Name: "Zofia Nowak", Line1: "ul. Długa 77", City: "Kraków", PostalCode: "77-777", Country: "PL"},
			Lines: []orders.Line{
				{ID: "l1", Title: "Tea", Quantity: 2, UnitPrice: 7701, Discount: 7702, Tax: 7703}, {ID: "l2", Title: "Ring", Quantity: 1, UnitPrice: 7704},
			},
			OrderDiscount: 7705, Shipping: orders.Shipping{Paid: 7706, Tax: 7707, Cheapest: 7708}, Fees: []orders.Fee{{Amount: 7709}}, Total: 7710,
			Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_77", Amount: 7711}},
		}, Parcels: []orders.Parcel{{TrackingNumber: "77123"}}},
	}
	got := cases.AsGift(order, store.Gift{Items: units("l1", 1), Language: "en"})
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"77", "Zofia", "Nowak", "Długa", "Kraków", "Ring", "pi_"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
	if l := got.State.Order.Lines; len(l) != 1 || l[0].Title != "Tea" || l[0].Quantity != 1 || got.Language != "en" {
		t.Errorf("%+v", got)
	}
}

// A label shows the name and the address of the order: the recipient of a gift gets none, whatever a form says.
func TestAGiftHasNoLabel(t *testing.T) {
	b, g := givingBench(t)
	b.shop.Returns.Labels = &config.Labels{Provider: "easypost", To: config.LabelAddress{Country: "PL"}}
	wish := credit(units("l1", 1))
	wish.Wish.Method = returns.ByLabel
	var refused *cases.Refused
	if _, err := b.desk.OpenGift(t.Context(), g, jan, wish, "n1"); !errors.As(err, &refused) || refused.Faults["method"] != returns.MethodUnknown {
		t.Errorf("asked for with a label: %v", err)
	}
	c := b.opened(g, "n2", credit(units("l1", 1)))
	if _, err := b.desk.ChooseMethod(t.Context(), c, returns.ByLabel); !errors.Is(err, returns.ErrStep) {
		t.Errorf("a label was chosen: %v", err)
	}
	if c.Wish.Method = returns.ByLabel; cases.WantsLabel(c) {
		t.Error("a case from before gets one")
	}
}

// Who has a code types any address: asking and calling off again and again is no way to fill a stranger's letter box.
func TestAGiftIsNoMailCannon(t *testing.T) {
	b, g := givingBench(t)
	ask := func(g store.Gift, nonce string) error {
		c, err := b.desk.OpenGift(t.Context(), g, jan, credit(units("l1", 1)), nonce)
		if err == nil {
			_, err = b.desk.CallOff(t.Context(), c, cases.Shopper)
		}
		return err
	}
	most := func(g store.Gift) (n int) {
		for ; n < 100; n++ {
			err := ask(g, fmt.Sprint(g.ID, n))
			var refused *cases.Refused
			if errors.As(err, &refused) && refused.Faults["form"] == cases.GiftUsedUp {
				return n
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	first, sum := g, most(g)
	if sum != 10 {
		t.Errorf("%d requests by one code", sum)
	}
	for i := range 6 { // a buyer ends a code and makes another
		if err := b.desk.RevokeGift(t.Context(), b.order, g.ID); err != nil {
			t.Fatal(err)
		}
		g = b.gift(fmt.Sprint("again", i), units("l1", 1))
		sum += most(g)
	}
	if sum != 40 {
		t.Errorf("%d requests by the codes of one order", sum)
	}
	if twin := b.opened(first, first.ID+"0", credit(units("l1", 1))); twin.GiftID == "" {
		t.Error("a form that was taken before is refused when it is sent twice")
	}
	b.open("own", units("l1", 1)) // the buyer's own are not counted
}
