package templates_test

import (
	"html"
	"strings"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/templates"
)

// The controls of the withdrawal function have the wording of the law, per language; no translator changes it.
func TestLabelsOfTheFunction(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for lang, want := range map[string][2]string{
		"en": {"Withdraw from contract here", "Confirm withdrawal"},
		"pl": {"Odstąp od umowy tutaj", "Potwierdź odstąpienie od umowy"},
		"sl": {"Kliknite tukaj za odstop od pogodbe", "Potrdi odstop od pogodbe"},
		"ar": {"العدول عن العقد من هنا", "تأكيد العدول عن العقد"},
		"ru": {"Отказаться от договора здесь", "Подтвердить отказ от договора"},
		"de": {"Vertrag widerrufen", "Widerruf bestätigen"},
	} {
		w := r.Words(lang, "", time.UTC)
		if got := [2]string{w.T(templates.WithdrawHere), w.T(templates.ConfirmWithdraw)}; got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// Where there is a right of withdrawal, the confirmation of an order names the function, in the reader's language, and
// leads to it.
func TestTheConfirmationNamesTheFunction(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		v := templates.Samples(lang)[0].View
		v.Order.Order.ShipTo.Country = "DE"
		label := r.Words(lang, "", time.UTC).T(templates.WithdrawHere)
		mail := mailOf(t, r, v)
		if strings.Count(mail.Text, label) != 2 || !strings.Contains(mail.Text, label+":\n"+v.Link+"/withdraw\n") {
			t.Errorf("%s: the text does not name the function and its place", lang)
		}
		if !strings.Contains(mail.HTML, `href="`+v.Link+`/withdraw"`) || !strings.Contains(mail.HTML, ">"+label+"</a>") || strings.Count(mail.HTML, label) < 2 {
			t.Errorf("%s: the HTML does not name the function and its place", lang)
		}
		v.Order.Order.ShipTo.Country = "US"
		if mail := mailOf(t, r, v); strings.Contains(mail.Text+mail.HTML, "/withdraw") {
			t.Errorf("%s: a right is claimed where no rule is known", lang)
		}
	}
}

// acknowledgements runs a check over every acknowledgement in every language.
func acknowledgements(t *testing.T, check func(t *testing.T, v templates.View, mail templates.Mail)) {
	t.Helper()
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		if s.View.Topic == messages.WithdrawalReceived {
			check(t, s.View, mailOf(t, r, s.View))
		}
	})
}

// An acknowledgement holds the statement itself, line by line, with its date and time: in both parts, with no link to follow.
func TestAnAcknowledgementHoldsTheStatement(t *testing.T) {
	t.Parallel()
	acknowledgements(t, func(t *testing.T, v templates.View, mail templates.Mail) {
		lines := strings.Split(plain(v.Withdrawal.Text), "\n")
		var indented []string
		for _, line := range lines {
			if line != "" {
				line = "  " + line
			}
			indented = append(indented, line)
		}
		if want := strings.Join(indented, "\n") + "\n"; !strings.Contains(plain(mail.Text), want) {
			t.Errorf("the text lacks the statement:\n%s", mail.Text)
		}
		for i, line := range lines {
			lines[i] = html.EscapeString(line)
		}
		markup := strings.NewReplacer(`<span style="white-space:nowrap;">`, "", "</span>", "", "<bdi>", "", "</bdi>", "").Replace(mail.HTML)
		if want := ">" + strings.Join(lines, "<br />") + "</td>"; !strings.Contains(markup, want) {
			t.Errorf("the HTML lacks the statement: %s", want)
		}
		sent := v.Withdrawal.SubmittedAt.In(v.Zone)
		zone := "UTC" + strings.TrimPrefix(sent.Format("-07:00"), "+00:00")
		when := renderer(t).Words(v.Language, v.Region, v.Zone).DateTime(sent) + " (" + zone + ")"
		for _, want := range []string{when, v.Withdrawal.Reference} {
			if !strings.Contains(mail.Text, want) || !strings.Contains(html.UnescapeString(mail.HTML), want) {
				t.Errorf("lacks %q", want)
			}
		}
	})
}

// plain takes the characters out that only say which way words run.
func plain(s string) string {
	return strings.NewReplacer("\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "").Replace(s)
}

// An acknowledgement is about receipt: it accepts nothing, refuses nothing, sells nothing and has no way to unsubscribe.
func TestAnAcknowledgementDecidesNothing(t *testing.T) {
	t.Parallel()
	words := map[string][]string{
		"en": {"approv", "accept", "reject", "unsubscribe", "discount", "voucher"},
		"pl": {"akcept", "zatwierdz", "odrzuc", "wypisz", "rabat", "bon"},
		"sl": {"odobr", "zavrn", "odjav", "popust"},
		"ar": {"موافق", "قبول", "رفض", "إلغاء الاشتراك", "خصم"},
		"ru": {"одобр", "принят", "отклон", "отпис", "скидк"},
		"de": {"genehmig", "akzeptier", "angenommen", "abgelehnt", "abbestell", "abmeld", "rabatt", "gutschein"},
	}
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		if s.View.Withdrawal == nil {
			return
		}
		mail := mailOf(t, r, s.View)
		for _, no := range words[s.View.Language] {
			if strings.Contains(strings.ToLower(mail.Subject+mail.Text), no) {
				t.Errorf("says %q:\n%s", no, mail.Text)
			}
		}
	})
}

// Whoever is not known to own an order gets no link, no goods and no number but what was typed.
func TestAStrangersAcknowledgement(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		v := sampleOf(t, lang, "withdrawal_received")
		v.Order = orders.State{Order: v.Order.Order} // not known
		v.Withdrawal.Late = true
		v.Withdrawal.Number = "typed by somebody"
		mail := mailOf(t, r, v)
		if strings.Contains(mail.HTML, "<a ") || strings.Contains(mail.Text, "://") {
			t.Errorf("%s: a link", lang)
		}
		if strings.Contains(mail.Subject, v.Withdrawal.Number) || strings.Contains(mail.Subject, "SHOP") {
			t.Errorf("%s: the subject says %q", lang, mail.Subject)
		}
		if open := sampleOf(t, lang, "withdrawal_received.open"); mail.Subject != mailOf(t, r, open).Subject {
			t.Errorf("%s: whether an order is there can be told from %q", lang, mail.Subject)
		}
		if sms, err := r.SMS(v); err != nil || strings.Contains(sms, "://") {
			t.Errorf("%s: SMS %q, %v", lang, sms, err)
		}
	}
}

func sampleOf(t *testing.T, lang, name string) templates.View {
	t.Helper()
	for _, s := range templates.Samples(lang) {
		if s.Name == name {
			return s.View
		}
	}
	t.Fatalf("no sample %s", name)
	return templates.View{}
}

// A statement keeps its own direction in a mail that runs the other way.
func TestAStatementKeepsItsDirection(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	arabic, german := sampleOf(t, "ar", "withdrawal_received"), sampleOf(t, "de", "withdrawal_received")
	for name, tt := range map[string]struct {
		view       templates.View
		text, lang string
		html, line string
	}{
		"Arabic in a German mail": {german, "السطر 1\n\u2068A-1\u2069 ثم", "ar", `align="right" lang="ar" dir="rtl"`, "\n  \u2068\u200f\u2068A-1\u2069 ثم\u2069\n"},
		"German in an Arabic one": {arabic, "Erste Zeile\nأحمد schreibt", "de", `align="left" lang="de" dir="ltr"`, "\n  \u2068\u200eأحمد schreibt\u2069\n"},
		"Arabic in Arabic":        {arabic, "السطر\n\u2068A-1\u2069", "", `align="right" lang="ar" dir="rtl"`, "\n  \u200f\u2068A-1\u2069\n"},
		"German in German":        {german, "Erste\n\u2068A-1\u2069 x", "", `align="left" lang="de" dir="ltr"`, "\n  A-1 x\n"},
		"an isolate left open":    {arabic, "a\n\u2068A-1", "", `dir="rtl"`, "\n  \u200fA-1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := *tt.view.Withdrawal
			k.Text, k.Language = tt.text, tt.lang
			v := tt.view
			v.Withdrawal = &k
			mail := mailOf(t, r, v)
			if !strings.Contains(mail.HTML, tt.html) {
				t.Errorf("the HTML lacks %s", tt.html)
			}
			if !strings.Contains(mail.Text, tt.line) {
				t.Errorf("lacks %+q:\n%+q", tt.line, mail.Text)
			}
			if _, body, _ := strings.Cut(mail.HTML, "</title>"); strings.ContainsAny(body, "\u2068\u2069") {
				t.Error("isolates in the HTML")
			}
			wellFormed(t, mail.HTML)
		})
	}
}

func TestWhatAnAcknowledgementSays(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	change := func(f func(k *templates.Withdrawal)) func(*templates.View) {
		return func(v *templates.View) { k := *v.Withdrawal; f(&k); v.Withdrawal = &k }
	}
	for name, tt := range map[string]struct {
		topic     messages.Topic
		change    func(*templates.View)
		has, lack []string
	}{
		"both last days": {messages.WithdrawalReceived, nil, []string{"Send the goods back by: 6 December 2026", "Refund due by: 6 December 2026", "within 14 days", "whichever comes first", "Send it to:\n  Northwind"}, []string{"period had ended"}},
		"the zone is the reader's": {messages.WithdrawalReceived, func(v *templates.View) { v.Zone = time.FixedZone("", -5*3600) }, []string{
			"Sent on: 22 November 2026 at 09:30 (UTC-05:00)"}, nil},
		"without days the term is told":     {messages.WithdrawalReceived, change(func(k *templates.Withdrawal) { k.SendBackBy, k.RefundBy = time.Time{}, time.Time{} }), []string{"within 14 days of sending your statement"}, []string{" by:"}},
		"late, and recorded all the same":   {messages.WithdrawalReceived, change(func(k *templates.Withdrawal) { k.Late = true }), []string{"period had ended", "recorded all the same", "6 December 2026"}, []string{"too late"}},
		"without an address one is to ask":  {messages.WithdrawalReceived, func(v *templates.View) { v.Shop.Address = "" }, []string{"ask us where to send"}, []string{"Send it to"}},
		"without a text its parts are told": {messages.WithdrawalReceived, change(func(k *templates.Withdrawal) { k.Text = " \n" }), []string{"Order: #SHOP-2026-100184", "Name: Siobhán", "E-mail: another@mail.example"}, nil},
		"somebody else's":                   {messages.WithdrawalReceived, nil, []string{"If this statement is not yours, please let us know."}, nil},
		"goods before money":                {messages.WithdrawalGoodsReceived, nil, []string{"The goods of your withdrawal W-7K2M9Q", "prepare your refund", "Refund due by: 6 December 2026"}, []string{"refunded", "has been sent"}},
		"goods without a record":            {messages.WithdrawalGoodsReceived, func(v *templates.View) { v.Withdrawal = nil }, []string{"The goods have arrived", "Order: #SHOP"}, []string{"Reference:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := mailOf(t, r, view(t, tt.topic, tt.change)).Text
			for _, want := range tt.has {
				if !strings.Contains(text, want) {
					t.Errorf("lacks %q:\n%s", want, text)
				}
			}
			for _, no := range tt.lack {
				if strings.Contains(text, no) {
					t.Errorf("says %q:\n%s", no, text)
				}
			}
		})
	}
}
