package systemtest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"homeward/internal/browsertest"
	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/systemtest"
	shown "homeward/internal/web/page"
	"homeward/templates"
)

// giftBrowser is a shopper with a phone, in front of a whole Homeward.
type giftBrowser struct {
	t     *testing.T
	ctx   context.Context
	s     *systemtest.System
	tab   *browsertest.Tab
	words shown.Words
	lang  string
}

// A buyer makes a gift, its recipient asks for store credit and answers a letter of staff, and the buyer makes a claim with a file that
// is no photo: on a phone, without scripts, by keyboard, in Polish and in Arabic. axe-core finds nothing on any of the pages.
func TestGiftLetterAndClaimInABrowser(t *testing.T) {
	tab := browsertest.Open(t)
	s := systemtest.Start(t, systemtest.Setup{Config: func(c *config.Config) {
		c.Shops[0].Returns.Policy.Rules = []returns.Rule{{Name: "all", Terms: returns.Terms{
			Window: 30 * 24 * time.Hour, Remedies: []returns.Remedy{returns.RefundRemedy, returns.CreditRemedy},
		}}}
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	renderer, err := templates.New()
	must(t, err)
	tab.Screen(360, 740, "light")
	tab.Scripts(false)
	for lang, id := range map[string]string{"pl": "3001", "ar": "3002"} {
		b := &giftBrowser{t: t, ctx: ctx, s: s, tab: tab, lang: lang, words: renderer.Words(lang, buyers[lang].country, time.UTC)}
		order := b.bought(id)
		b.gift(order, id)
		b.letter(id)
		b.claim(order)
	}
}

// bought gives the address of the page of an order that was delivered.
func (b *giftBrowser) bought(id string) string {
	before := len(b.s.World.Mail.Deliveries())
	b.s.World.Stripe.AddPayment("pi_"+id, 9479, "pln")
	b.s.Post("order.placed", time.Now(), orderOf(b.lang, id, time.Now(), nil))
	_, err := b.s.World.Mail.Wait(b.ctx, before+1)
	must(b.t, err)
	at := link(b.t, b.s)
	b.s.Post("parcel.updated", time.Now(), parcel(id, "delivered", time.Now(), map[string]any{"delivered_to": "recipient"}))
	_, err = b.s.World.Mail.Wait(b.ctx, before+2)
	must(b.t, err)
	if got := stored(b.t, b.s, id).State.Stage; got != orders.Stage(orders.Delivered) {
		b.t.Fatalf("the order is %s", got)
	}
	return at
}

// check looks at the page that is shown; axe-core is a script.
func (b *giftBrowser) check(name string) {
	b.t.Helper()
	b.tab.Scripts(true)
	b.tab.Check(b.lang + " " + name)
	b.tab.Scripts(false)
}

func (b *giftBrowser) goBy(key, next string) {
	b.t.Helper()
	b.tab.TabTo(b.words.T(key))
	b.tab.Go()
	b.check(next)
}

func (b *giftBrowser) press(name, keys string) {
	b.t.Helper()
	b.tab.TabTo(name)
	b.tab.Press(keys)
}

// hides fails for a page that tells the recipient of a gift what is the buyer's.
func (b *giftBrowser) hides(id string) {
	b.t.Helper()
	text := b.tab.Text()
	for _, secret := range []string{id, buyers[b.lang].name, buyers[b.lang].email, "Street 1"} {
		if strings.Contains(text, secret) {
			b.t.Errorf("%s: the page holds %q: %s", b.lang, secret, text)
		}
	}
	if sums := sumsIn(text); len(sums) > 0 {
		b.t.Errorf("%s: the page names %v: %s", b.lang, sums, text)
	}
}

func (b *giftBrowser) gift(order, id string) {
	b.tab.Visit(order + "/gift")
	b.check("making a gift")
	b.press(b.words.T("page.giving.quantity")+": Herbata", browsertest.Down)
	b.goBy("page.giving.make", "card")
	made, err := b.s.App.DB.GiftsOf(b.ctx, stored(b.t, b.s, id).ID)
	must(b.t, err)
	if len(made) != 1 {
		b.t.Fatalf("%s: %d gifts", b.lang, len(made))
	}
	b.tab.Visit(b.s.URL + "/g/" + made[0].Code)
	b.check("gift")
	b.hides(id)
	b.tab.TabTo(b.words.T("page.gift.go"))
	b.tab.Go()
	b.press(b.words.T("page.form.quantity")+": Herbata", browsertest.Down)
	b.press(b.words.T("reason.changed_mind"), browsertest.Space)
	b.press(b.words.T("page.form.remedy.credit"), browsertest.Space)
	b.press(b.words.T("page.gift.name"), "Jan Lis")
	b.press(b.words.T("page.lookup.email"), "jan@gift.example")
	b.goBy("page.form.continue", "summary")
	b.hides(id)
	b.goBy("page.form.send", "return")
	b.hides(id)
}

func (b *giftBrowser) letter(id string) {
	c := caseOf(b.t, b.s, id)
	if c.Recipient.Email != "jan@gift.example" || c.Remedy != returns.CreditRemedy {
		b.t.Fatalf("%s: %+v", b.lang, c)
	}
	must(b.t, b.s.App.Desk.Write(b.ctx, c, "How did you pack it?", olga))
	at := browsertest.Script[string](b.tab, "location.href")
	b.tab.Visit(at)
	b.goBy("page.reply.send", "an empty answer")
	b.press(b.words.T("page.reply"), "In paper.")
	b.goBy("page.reply.send", "answer")
	if text := b.tab.Text(); !strings.Contains(text, "In paper.") || caseOf(b.t, b.s, id).WroteAt.IsZero() {
		b.t.Errorf("%s: the answer was not kept: %s", b.lang, text)
	}
}

// notAPhoto puts a file into the form as a person does in a dialogue of the system.
const notAPhoto = `(() => {
	const files = new DataTransfer();
	files.items.add(new File(["no photo"], "notes.jpg", {type: "image/jpeg"}));
	document.querySelector("input[type=file]").files = files.files;
	return 0;
})()`

func (b *giftBrowser) claim(order string) {
	b.tab.Visit(order + "/claims/new")
	b.check("claim")
	browsertest.Script[int](b.tab, notAPhoto)
	// The only item of the order is chosen already.
	b.press(b.words.T("claim.kind.defective"), browsertest.Space)
	b.press(b.words.T("page.claim.text"), "abc")
	b.press(b.words.T("claim.remedy.repair"), browsertest.Space)
	b.goBy("page.claim.send", "a file that is no photo")
	if text := b.tab.Text(); !strings.Contains(text, "notes.jpg") || !strings.Contains(text, b.words.T("page.error.photo.not_an_image")) {
		b.t.Errorf("%s: the fault does not name its file: %s", b.lang, text)
	}
	b.goBy("page.claim.send", "the claim without the file")
	if text := b.tab.Text(); !strings.Contains(text, "abc") || !strings.Contains(text, b.words.T("page.case.hero.requested.claim")) {
		b.t.Errorf("%s: what was typed is lost: %s", b.lang, text)
	}
}
