package twilio

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Word is what a shopper's one-word answer asks for.
type Word string

// The words. No is every other text.
const (
	No    Word = ""
	Stop  Word = "stop"
	Start Word = "start"
	Help  Word = "help"
)

// words lists Twilio's default English words (twilio.com/docs/messaging/tutorials/advanced-opt-out) and our own for the
// other languages, as fold gives them. Twilio itself knows the English ones only: a stop in another language holds
// because we keep it, and a start in another language does not lift a block that Twilio keeps.
var words = index(map[Word]string{
	Stop: "stop stopall unsubscribe cancel end quit revoke optout" +
		" zatrzymaj wypisz rezygnuję anuluj koniec" + // pl
		" ustavi odjava odjavi preklic konec" + // sl
		" stopp abmelden abbestellen ende" + // de
		" стоп отписаться отписка отмена" + // ru
		" توقف إيقاف أوقف قف إلغاء", // ar
	Start: "start yes unstop wznów prijava anmelden старт подписаться ابدأ اشتراك",
	Help:  "help info pomoc pomoč hilfe помощь справка مساعدة",
})

// Keyword tells whether a whole message is one of the words that stop, start or explain messages, in any of our
// languages. Case, accents, and spaces and punctuation around it do not matter; a sentence with the word in it is none.
func Keyword(body string) Word {
	if len(body) > 200 {
		return No
	}
	return words[fold(body)]
}

func index(lists map[Word]string) map[string]Word {
	m := map[string]Word{}
	for word, list := range lists {
		for w := range strings.FieldsSeq(list) {
			m[fold(w)] = word
		}
	}
	return m
}

// fold lowers a word and takes its accents and marks away: people type STOP, Wznow and ايقاف.
func fold(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == 'ـ' { // tatweel only stretches
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}
