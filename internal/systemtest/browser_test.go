package systemtest_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"homeward/internal/browsertest"
	"homeward/internal/systemtest"
	"homeward/internal/withdrawals"
	"homeward/providers/standin/httpfault"
	"homeward/providers/standin/smtpd"
)

// A whole Homeward whose Redis, mail server and Stripe are away, and a shopper with a phone, without scripts and with a
// keyboard alone: the statement of withdrawal is taken, the receipt is there at once, and it is acknowledged when they are back.
func TestWithdrawalInABrowserWhileEverythingElseIsDown(t *testing.T) {
	tab := browsertest.Open(t)
	s := systemtest.Start(t, systemtest.Setup{Redis: true})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	links, langs := map[string]string{}, []string{"pl", "ar"}
	for i, lang := range langs {
		id := []string{"2001", "2002"}[i]
		s.World.Stripe.AddPayment("pi_"+id, 9479, "PLN")
		s.Post("order.placed", time.Now(), orderOf(lang, id, time.Now(), nil))
		_, err := s.World.Mail.Wait(ctx, i+1)
		must(t, err)
		links[lang] = link(t, s)
	}
	s.Redis.Leave()
	s.World.Mail.Hook(func(smtpd.Call) smtpd.Fault { return smtpd.Fault{Cut: true} })
	s.World.Stripe.Hook(func(httpfault.Call) httpfault.Fault { return httpfault.Fault{Cut: true} })

	tab.Screen(360, 740, "light")
	tab.Scripts(false)
	references := map[string]string{}
	for lang, words := range map[string]struct{ label, next, confirm, received string }{
		"pl": {"Odstąp od umowy tutaj", "Dalej", "Potwierdź odstąpienie od umowy", "Otrzymaliśmy Twoje oświadczenie"},
		"ar": {"العدول عن العقد من هنا", "متابعة", "تأكيد العدول عن العقد", "استلمنا بيان عدولك"},
	} {
		tab := tab.In(t)
		tab.Visit(links[lang])
		for _, name := range []string{words.label, words.next, words.confirm} {
			tab.TabTo(name)
			tab.Go()
			tab.Scripts(true) // axe-core is one
			tab.Check(lang + " after " + name)
			tab.Scripts(false)
		}
		text := tab.Text()
		references[lang] = regexp.MustCompile(`W-[0-9A-Z]+`).FindString(text)
		if !strings.Contains(text, words.received) || references[lang] == "" {
			t.Fatalf("%s: no receipt: %s", lang, text)
		}
	}
	found, err := withdrawals.Verify(ctx, s.App.DB)
	must(t, err)
	if found.Statements != len(langs) || len(s.World.Mail.Deliveries()) != len(langs) {
		t.Fatalf("%d statements stand and %d mails went, want 2 and none but the first", found.Statements, len(s.World.Mail.Deliveries()))
	}

	s.World.Mail.Hook(nil)
	s.World.Stripe.Hook(nil)
	s.Redis.Return()
	mails, err := s.World.Mail.Wait(ctx, 2*len(langs))
	must(t, err)
	for lang, reference := range references {
		if !strings.Contains(mails[2].Text+mails[3].Text, reference) {
			t.Errorf("%s: nobody acknowledged %s", lang, reference)
		}
	}
}
