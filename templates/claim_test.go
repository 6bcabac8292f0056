package templates_test

import (
	"strings"
	"testing"
	"time"

	"homeward/internal/messages"
	"homeward/internal/returns"
	"homeward/templates"
)

func TestWhatAClaimsMessagesSay(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	change := func(f func(k *templates.Claim)) func(*templates.View) {
		return func(v *templates.View) { k := *v.Claim; f(&k); v.Claim = &k }
	}
	for name, tt := range map[string]struct {
		topic     messages.Topic
		change    func(*templates.View)
		has, lack []string
	}{
		"what was said, when, and by when": {messages.ClaimReceived, nil, []string{
			"Claim number: R-7K2M", "Received: 22 November 2026", "You asked for: Repair", "It does not work as it should", "The handle came off after a week.",
			"We answer by: 6 December 2026", "counts as accepted",
		}, []string{"We accept"}},
		"silence means something only where the law says so": {messages.ClaimReceived, change(func(k *templates.Claim) { k.Silence = false }), nil, []string{"counts as accepted"}},
		"a lost parcel is ours to find": {messages.ClaimReceived, change(func(k *templates.Claim) { k.Kind, k.Wish = returns.ClaimNotReceived, returns.RefundRemedy }), []string{
			"The parcel did not arrive", "Finding out is up to us", "You asked for: Your money back",
		}, nil},
		"a repair, with the notices of the law": {messages.ClaimGranted, nil, []string{
			"You get: Repair", "free of charge", "you may choose between repair and replacement", "for 12 months longer", "Send it to:\n  Northwind", "costs you nothing",
			"> We have looked at your photos",
		}, []string{"did not answer", "what you paid for them"}},
		"the law's own answer": {messages.ClaimGranted, change(func(k *templates.Claim) { k.ByLaw, k.Words, k.Remedy = true, "", returns.TerminationRemedy }), []string{
			"We did not answer your claim R-7K2M", "counts as accepted", "we will refund what you paid for them",
		}, []string{"\n> "}},
		"money and nothing to send": {messages.ClaimGranted, change(func(k *templates.Claim) { k.Remedy = returns.RefundRemedy }), []string{"You do not need to do anything", "has started"}, []string{"Send it to"}},
		"a price reduction names its amount": {messages.ClaimGranted, func(v *templates.View) {
			change(func(k *templates.Claim) { k.Remedy = returns.ReductionRemedy })(v)
			v.Data.Amount, v.Data.Currency = 1250, "EUR"
		}, []string{"Amount: €12.50", "You keep the goods"}, []string{"Send it to"}},
		"or says that it is to come":  {messages.ClaimGranted, change(func(k *templates.Claim) { k.Remedy = returns.ReductionRemedy }), []string{"We will work out the amount"}, []string{"Amount:"}},
		"where goods go is asked for": {messages.ClaimGranted, func(v *templates.View) { v.Shop.Address = "" }, []string{"ask us where to send"}, []string{"Send it to"}},
		"a refusal has reasons and a way": {messages.ClaimRefused, nil, []string{
			"> We have looked at your photos", "out-of-court settlement", "consumer organisation", "Our answer does not limit your rights",
		}, []string{"We accept"}},
		"more time, with the reason and the day": {messages.ClaimExtended, change(func(k *templates.Claim) { k.AnswerBy = time.Date(2027, 1, 5, 12, 0, 0, 0, time.UTC) }), []string{
			"We answer by: 5 January 2027", "Reason:\n> We have looked at your photos",
		}, []string{"Our answer"}},
		"without a record": {messages.ClaimGranted, func(v *templates.View) { v.Claim, v.Case = nil, nil }, []string{"We accept your claim"}, []string{"You get"}},
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

// Every notice, remedy and kind has its words in every language, whatever the number in it.
func TestEveryNoticeHasWords(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		w := r.Words(lang, "", nil)
		for _, code := range returns.NoticeCodes {
			for _, n := range []int{1, 2, 5, 12, 14, 30, 101} {
				text := templates.Notice(w, returns.Notice{Code: code, Days: n})
				if strings.TrimSpace(text) == "" || strings.Contains(text, "{{") || strings.Contains(text, "no value") {
					t.Errorf("%s %s: %q", lang, code, text)
				}
			}
		}
		for _, kind := range returns.ClaimKinds {
			if !w.Has("claim.kind." + string(kind)) {
				t.Errorf("%s: %s", lang, kind)
			}
			for _, remedy := range returns.ClaimRemedies(kind) {
				if !w.Has("claim.remedy."+string(remedy)) || !w.Has("claim.next."+string(remedy)) {
					t.Errorf("%s: %s", lang, remedy)
				}
			}
		}
	}
}
