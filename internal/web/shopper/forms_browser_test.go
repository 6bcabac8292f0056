package shopper_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"homeward/internal/browsertest"
	"homeward/internal/calendar"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// late puts an order to the United States that is not shipped in time, with its first notice of delay, and gives its page.
func (b *bench) late(lang string) (string, store.Order) {
	b.t.Helper()
	state := sample(b.t)
	state.Order.ShipTo.Country = "US"
	path, order := b.put(lang, state)
	notice := store.Delay{
		ID: id.New(now), Shop: order.Shop, OrderID: order.ID, Number: 1, Revised: calendar.NewDate(2026, 12, 18), Silence: returns.SilenceConsents,
		SilenceAt: now.Add(10 * 24 * time.Hour), SentAt: now, SentBy: "clock",
	}
	if err := b.db.Write(b.t.Context(), func(tx *store.Tx) error { return tx.AddDelay(b.t.Context(), notice) }); err != nil {
		b.t.Fatal(err)
	}
	return path, order
}

// talk opens a case to whose shopper staff wrote, twice, and who answered once.
func (b *bench) talk(lang string) string {
	b.t.Helper()
	path, order := b.put(lang, sample(b.t, delivered()...))
	page := b.openCase(path, order)
	c := b.cases(order.ID)[0]
	words := map[string][3]string{
		"ar": {"هل كان الغطاء في الطرد أيضًا؟ لم نجده.", "نعم، تحت الورق.\nمع تحياتي", "شكرًا لك. هل يمكنك إرسال صورة؟"},
		"pl": {"Czy w paczce była też pokrywka? Nie możemy jej znaleźć.", "Tak, pod papierem.\nPozdrawiam", "Dziękujemy. Czy możemy prosić o zdjęcie?"},
	}[lang]
	if words[0] == "" {
		words = [3]string{"Was the lid in the parcel as well? We could not find it.", "Yes, under the paper.\nKind regards", "Thank you. Could you send a photo of it?"}
	}
	b.letter(c, words[0])
	if err := b.realDesk().Reply(b.t.Context(), c, "first", words[1]); err != nil {
		b.t.Fatal(err)
	}
	b.letter(c, words[2])
	return page
}

// formPages puts every form of a case and of a delay before the browser.
func (b *bench) formPages(lang string) []view {
	payout, _ := failed(b.t, b, lang)
	objection, _ := inspected(b.t, b, lang)
	path, order := b.put(lang, sample(b.t, delivered()...))
	changing := b.openCase(path, order) + "/change"
	late, _ := b.late(lang)
	return []view{{"payout", payout}, {"objection", objection}, {"change", changing}, {"delay", late + "/delay"}, {"order-delay", late}, {"letters", b.talk(lang)}}
}

// TestFormsInBrowser looks at these forms on a phone and a desk, light and dark: axe-core finds nothing, nothing is clipped, and Tab comes
// to everything that can be acted on.
func TestFormsInBrowser(t *testing.T) {
	tab := browsertest.Open(t)
	langs := strings.Fields("en ar")
	if more := os.Getenv("HOMEWARD_TEST_LANGS"); more != "" {
		langs = strings.Fields(more)
	}
	for _, lang := range langs {
		b := newBench(t)
		b.withFiles()
		b.config.Shops[0].Returns.Approve = "staff" // so that a request can be changed
		server := httptest.NewServer(b.handler)
		defer server.Close()
		for _, v := range b.formPages(lang) {
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{360, 1280} {
					name := strings.Join([]string{"forms", v.name, lang, scheme, strconv.FormatInt(width, 10)}, "-")
					t.Run(name, func(t *testing.T) {
						tab := tab.In(t)
						tab.Screen(width, 900, scheme)
						tab.Visit(server.URL + v.path)
						if scheme == "light" {
							unreached(t, tab)
						}
						browsertest.Script[int](tab, `document.querySelectorAll("main details").forEach(d => d.open = true), 0`)
						tab.Check(name)
						if dir := os.Getenv("HOMEWARD_TEST_SHOTS"); dir != "" {
							_ = os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(true), 0o600)
						}
					})
				}
			}
		}
	}
}

func unreached(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	for _, control := range tab.Unreached() {
		t.Errorf("Tab does not come to %s", control)
	}
}

// TestFormsByKeyboard fills them in with the keyboard alone, first wrong and then right.
func TestFormsByKeyboard(t *testing.T) {
	tab := browsertest.Open(t)
	for _, lang := range []string{"en", "pl", "ar"} {
		for name, fill := range map[string]func(b *bench, tab *browsertest.Tab, at, lang string){
			"payout": fillPayout, "objection": fillObjection, "change": fillChange, "delay": answerDelay, "letter": answerLetter,
		} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				b := newBench(t)
				b.withFiles()
				b.config.Shops[0].Returns.Approve = "staff"
				server := httptest.NewServer(b.handler)
				defer server.Close()
				tab := tab.In(t)
				tab.Screen(360, 844, "light")
				fill(b, tab, server.URL, lang)
			})
		}
	}
}

// says gives a text of the pages.
func (b *bench) says(lang, key string) string { return b.deps.Words(lang, "", nil).T(key) }

func fillPayout(b *bench, tab *browsertest.Tab, at, lang string) {
	page, r := failed(b.t, b, lang)
	tab.Visit(at + page)
	tab.TabTo(b.says(lang, "page.payout.send"))
	tab.Go()
	shot(tab, "payout-wrong-"+lang)
	tab.TabTo(b.says(lang, "page.error.account"))
	tab.Press(browsertest.Enter)
	tab.TabTo(b.says(lang, "page.payout.account"))
	tab.Press("PL61 1090 1014 0000 0712 1981 2874")
	tab.TabTo(b.says(lang, "page.payout.agree"))
	tab.Press(browsertest.Space)
	tab.TabTo(b.says(lang, "page.payout.send"))
	tab.Go()
	shot(tab, "payout-agreed-"+lang)
	if got, err := b.db.Refund(b.t.Context(), r.ID); err != nil || !strings.HasSuffix(got.Consent, "2874") {
		b.t.Errorf("%q %v", got.Consent, err)
	}
}

func fillObjection(b *bench, tab *browsertest.Tab, at, lang string) {
	page, _ := inspected(b.t, b, lang)
	tab.Visit(at + page)
	tab.TabTo(b.says(lang, "page.appeal"))
	tab.Press(browsertest.Space)
	tab.TabTo(b.says(lang, "page.appeal.send"))
	tab.Go()
	shot(tab, "objection-wrong-"+lang)
	tab.TabTo(b.says(lang, "page.error.appeal"))
	tab.Press(browsertest.Enter)
	tab.TabTo(b.says(lang, "page.appeal.text"))
	tab.Press("It was shut.")
	tab.TabTo(b.says(lang, "page.appeal.send"))
	tab.Go()
	shot(tab, "objection-sent-"+lang)
	if waiting, err := b.db.Appeals(b.t.Context(), 9); err != nil || len(waiting) != 1 || waiting[0].Appeal != "It was shut." {
		b.t.Errorf("%+v %v", waiting, err)
	}
}

func fillChange(b *bench, tab *browsertest.Tab, at, lang string) {
	path, order := b.put(lang, sample(b.t, delivered()...))
	page := b.openCase(path, order)
	tab.Visit(at + page)
	tab.TabTo(b.says(lang, "page.case.change"))
	tab.Go()
	tab.TabTo(b.says(lang, "page.form.note"))
	tab.Press("abc")
	tab.TabTo(b.says(lang, "page.form.continue"))
	tab.Go()
	shot(tab, "change-summary-"+lang)
	tab.TabTo(b.says(lang, "page.change.send"))
	tab.Go()
	shot(tab, "change-case-"+lang)
	if c := b.cases(order.ID)[0]; !strings.Contains(c.Note, "abc") {
		b.t.Errorf("%+v", c)
	}
}

func answerDelay(b *bench, tab *browsertest.Tab, at, lang string) {
	path, order := b.late(lang)
	tab.Visit(at + path)
	tab.TabTo(b.says(lang, "button.delay"))
	tab.Go()
	tab.TabTo(b.says(lang, "page.delay.wait"))
	tab.Go()
	shot(tab, "delay-agreed-"+lang)
	if all, err := b.db.DelaysOf(b.t.Context(), order.ID); err != nil || len(all) != 1 || all[0].ConsentAt.IsZero() {
		b.t.Errorf("%+v %v", all, err)
	}
}

func answerLetter(b *bench, tab *browsertest.Tab, at, lang string) {
	page := b.talk(lang)
	tab.Visit(at + page)
	tab.TabTo(b.says(lang, "page.reply.send"))
	tab.Go()
	shot(tab, "letter-wrong-"+lang)
	tab.TabTo(b.says(lang, "page.error.reply"))
	tab.Press(browsertest.Enter)
	tab.TabTo(b.says(lang, "page.reply"))
	tab.Press("abc")
	tab.TabTo(b.says(lang, "page.reply.send"))
	tab.Go()
	shot(tab, "letter-sent-"+lang)
	if text := tab.Text(); !strings.Contains(text, "abc") || !strings.Contains(text, b.says(lang, "page.reply.waits")) {
		b.t.Errorf("the answer is not on the page: %s", text)
	}
}
