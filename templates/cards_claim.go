package templates

import (
	"cmp"
	"strings"

	"homeward/internal/messages"
	"homeward/internal/returns"
)

// claim gives the claim that the message tells of, or an empty one.
func (v View) claim() Claim {
	if v.Claim == nil {
		return Claim{}
	}
	return *v.Claim
}

// answerLabel names staff's words: a refusal has reasons, and what takes longer has one and is no answer yet.
func answerLabel(t messages.Topic) string {
	switch t {
	case messages.ClaimRefused:
		return "label.claim_reasons"
	case messages.ClaimExtended:
		return "label.reason"
	default:
		return "label.answer"
	}
}

// claimed gives the cards of a claim's message. The answer stands in the message itself, and so does what was said: a link is
// no durable medium.
func (c composer) claimed() []section {
	switch c.v.Topic {
	case messages.ClaimReceived:
		return []section{c.claimSaid(), c.claimNext()}
	case messages.ClaimGranted:
		return append([]section{c.claimGiven()}, c.claimRights()...)
	case messages.ClaimRefused:
		return []section{c.claimGoods(), {Title: c.w.T("claim.section.objection"), Text: []string{c.w.T("claim.objection")}}}
	default:
		s := c.claimGoods()
		s.Facts = append(c.answerBy(), s.Facts...)
		return []section{s}
	}
}

// claimGoods shows which claim it is and what it is about.
func (c composer) claimGoods() section {
	s := section{Title: c.w.T("label.claim_items")}
	if c.v.Case != nil {
		for _, item := range c.v.Case.Items {
			s.Items = append(s.Items, c.item(item.Line, item.Quantity, false))
		}
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.claim_number"), Value: clean(c.v.Case.RMA), Literal: true})
	}
	if kind := "claim.kind." + string(c.v.claim().Kind); c.w.Has(kind) {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.claim_kind"), Value: c.w.T(kind)})
	}
	return s
}

// claimSaid shows what was claimed and when, word for word.
func (c composer) claimSaid() section {
	k, s := c.v.claim(), c.claimGoods()
	s.Title = c.w.T("claim.section.said")
	if !k.CameAt.IsZero() {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.claim_came"), Value: c.w.Instant(k.CameAt)})
	}
	if wish := "claim.remedy." + string(k.Wish); c.w.Has(wish) {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.claim_wish"), Value: c.w.T(wish)})
	}
	if strings.TrimSpace(k.Text) != "" {
		s.Verbatim = newVerbatim(k.Text, cmp.Or(k.Language, c.w.Lang()))
	}
	return s
}

func (c composer) answerBy() []fact {
	by := c.v.claim().AnswerBy
	if by.IsZero() {
		return nil
	}
	return []fact{{Label: c.w.T("label.claim_answer_by"), Value: c.w.Date(by), Big: true}}
}

func (c composer) claimNext() section {
	k := c.v.claim()
	next := "claim.next.look"
	if k.Kind == returns.ClaimNotReceived {
		next = "claim.next.trace"
	}
	s := section{Title: c.w.T("claim.section.next"), Facts: c.answerBy(), Text: []string{c.w.T(next)}}
	if k.Silence {
		s.Text = append(s.Text, c.w.T("claim.notice.silence"))
	}
	return s
}

// claimGiven shows the remedy and what happens next.
func (c composer) claimGiven() section {
	k, s := c.v.claim(), c.claimGoods()
	s.Title = c.w.T("claim.section.next")
	remedy := "claim.remedy." + string(k.Remedy)
	if !c.w.Has(remedy) {
		return s
	}
	s.Facts = append([]fact{{Label: c.w.T("label.claim_remedy"), Value: c.w.T(remedy), Big: true}}, s.Facts...)
	next := "claim.next." + string(k.Remedy)
	if k.Remedy == returns.ReductionRemedy {
		if c.v.Data.Amount > 0 && c.v.Data.Currency != "" {
			s.Facts = append(s.Facts, fact{Label: c.w.T("label.amount"), Value: c.w.Money(c.v.Data.Amount, c.v.Data.Currency), Big: true})
		} else {
			next += "_open"
		}
	}
	s.Text = append(s.Text, c.w.T(next))
	if !k.Remedy.GoodsBack() {
		return s
	}
	if address := c.v.Shop.returnAddress(); address != "" {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.send_to"), Lines: addressLines(c.v.Shop.Name, address), Literal: true})
	} else {
		s.Text = append(s.Text, c.w.T("claim.next.ask"))
	}
	s.Text = append(s.Text, c.w.T("claim.next.pay", "RMA", c.number()))
	return s
}

func (c composer) number() string {
	if c.v.Case == nil {
		return ""
	}
	return c.v.Case.RMA
}

// claimRights shows the notices that come with a remedy.
func (c composer) claimRights() []section {
	s := section{Title: c.w.T("claim.section.rights")}
	for _, n := range c.v.claim().Notices {
		s.Text = append(s.Text, Notice(c.w, n))
	}
	if len(s.Text) == 0 {
		return nil
	}
	return []section{s}
}

// Notice puts a notice that the law wants told into words.
func Notice(w Words, n returns.Notice) string {
	key, count := returns.NoticeKey(n.Code), max(n.Days, n.Months)
	if w.speech.plural(key) {
		return w.N(key, count)
	}
	return w.T(key)
}

func sampleClaim(lang string, topic messages.Topic) *Claim {
	k := &Claim{
		Kind: returns.ClaimDefective, Text: sampleClaimText[lang], Wish: returns.RepairRemedy, CameAt: sampleNow, AnswerBy: sampleNow.AddDate(0, 0, 14),
		Silence: true,
	}
	switch topic {
	case messages.ClaimGranted:
		k.Remedy, k.Words = returns.RepairRemedy, sampleClaimWords[lang]
		k.Notices = []returns.Notice{{Code: returns.NoticeChoose}, {Code: returns.NoticeRepairAdds, Months: 12}, {Code: returns.NoticeFree}}
	case messages.ClaimRefused, messages.ClaimExtended:
		k.Words = sampleClaimWords[lang]
	default:
	}
	return k
}

// sampleClaimText is what a consumer might write.
var sampleClaimText = map[string]string{
	"en": "The handle came off after a week.\nThe pot itself is fine.", "pl": "Po tygodniu odpadł uchwyt.\nSam czajniczek jest w porządku.",
	"sl": "Ročaj je po enem tednu odpadel.\nČajnik sam je v redu.", "ar": "انفصل المقبض بعد أسبوع.\nأما الإبريق نفسه فسليم.",
	"ru": "Через неделю отвалилась ручка.\nСам чайник в порядке.", "de": "Nach einer Woche ist der Griff abgegangen.\nDie Kanne selbst ist in Ordnung.",
}

// sampleClaimWords is what staff might answer.
var sampleClaimWords = map[string]string{
	"en": "We have looked at your photos together with the maker of the pot.", "pl": "Obejrzeliśmy Twoje zdjęcia razem z producentem czajniczka.",
	"sl": "Vaše fotografije smo pregledali skupaj z izdelovalcem čajnika.", "ar": "راجعنا الصور مع صانع الإبريق.",
	"ru": "Мы посмотрели ваши фотографии вместе с изготовителем чайника.", "de": "Wir haben uns Ihre Fotos gemeinsam mit dem Hersteller der Kanne angesehen.",
}
