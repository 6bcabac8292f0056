package templates

import (
	"cmp"
	"html/template"

	"homeward/internal/returns"
)

// legal is the information about the right of withdrawal that a confirmation of order carries on a durable medium
// (Directive 2011/83/EU, Articles 6(1)(h) and (k), 8(7), Annex I).
type legal struct {
	Title string
	Text  []paragraph
	Form  *withdrawalForm
}

// paragraph is a sentence or more, and where it has one the link that follows it.
type paragraph struct {
	Text  string
	Link  template.URL
	Label string // of the link
}

// The texts that the law wants on the controls of the withdrawal function, in every language (Directive 2011/83/EU, Article
// 11a(1) and (3)): Polish, Slovenian and German as their national law or the Directive puts them. Words.T gives them.
const (
	WithdrawHere    = "page.help.withdraw"    // "Withdraw from contract here"
	ConfirmWithdraw = "page.withdraw.confirm" // "Confirm withdrawal"
)

// withdrawalForm is the model form of Annex I(B).
type withdrawalForm struct {
	Title, To, Text, Fields string
}

// statutoryDays is how long the reimbursement and the sending back may take (Articles 13(1) and 14(1)).
const statutoryDays = 14

// withdrawalDays gives the period of withdrawal from a distance sale in the shopper's country. 0 where no rule is known here.
func withdrawalDays(country string) int { return returns.LawOf(country).Withdrawal }

// TellsOfWithdrawal tells whether the confirmation of an order to a country informs of the right of withdrawal.
func TellsOfWithdrawal(country string) bool { return withdrawalDays(country) > 0 }

// country is the consumer's, whose law counts: where the goods go, else the shop's.
func (v View) country() string { return cmp.Or(v.Order.Order.ShipTo.Country, v.Shop.Country) }

// legal gives the information for the shopper's country; nil where no right is known, so that nothing untrue is said.
func (c composer) legal() *legal {
	days := withdrawalDays(c.v.country())
	if days == 0 {
		return nil
	}
	l := &legal{Title: c.w.T("withdrawal.title")}
	never, sealed, open := c.withdrawable()
	if open == 0 {
		l.say(c.w.T("withdrawal.none"))
		return l
	}
	l.say(c.w.T("withdrawal.right", "Within", c.w.N("days.within", days)))
	l.say(c.how())
	if link := c.v.link(); link != "" {
		label := c.w.T(WithdrawHere)
		l.Text = append(l.Text, paragraph{c.w.T("withdrawal.online", "Label", label), link + "/withdraw", label})
	}
	l.say(c.w.T("withdrawal.effect", "Within", c.w.N("days.within", statutoryDays)))
	if len(never) > 0 {
		l.say(c.w.T("withdrawal.not_for", "Items", oneLine(never, c.w.Dir())))
	}
	if len(sealed) > 0 {
		l.say(c.w.T("withdrawal.unsealed", "Items", oneLine(sealed, c.w.Dir())))
	}
	l.Form = &withdrawalForm{
		Title: c.w.T("withdrawal.form.title"), Text: c.w.T("withdrawal.form.text"), Fields: c.w.T("withdrawal.form.fields"),
		To: c.w.T("withdrawal.form.to", "To", c.addressee()),
	}
	return l
}

func (l *legal) say(text string) { l.Text = append(l.Text, paragraph{Text: text}) }

// withdrawable sorts the order's goods: titles without the right, titles that lose it when unsealed, and how many lines have it.
func (c composer) withdrawable() (never, sealed []string, open int) {
	for _, line := range c.v.Order.Order.Lines {
		title := shorten(clean(line.Title), 80)
		switch line.Withdrawal {
		case "no":
			never = append(never, title)
			continue
		case "unless_unsealed":
			sealed = append(sealed, title)
		}
		open++
	}
	return never, sealed, open
}

// how says where a statement goes, by what is known of the shop.
func (c composer) how() string {
	mail, post := c.v.Shop.ReplyTo, c.v.Shop.Address
	switch {
	case mail != "" && post != "":
		return c.w.T("withdrawal.how.both", "Email", mail, "Address", c.postal())
	case mail != "":
		return c.w.T("withdrawal.how.mail", "Email", mail)
	case post != "":
		return c.w.T("withdrawal.how.post", "Address", c.postal())
	default:
		return c.w.T("withdrawal.how.reply")
	}
}

func (c composer) postal() string {
	return oneLine(addressLines(c.v.Shop.Name, c.v.Shop.Address), c.w.Dir())
}

// addressee is whom the form goes to, by everything that is known.
func (c composer) addressee() string {
	parts := addressLines(c.v.Shop.Name, c.v.Shop.Address)
	if c.v.Shop.ReplyTo != "" {
		parts = append(parts, c.v.Shop.ReplyTo)
	}
	return oneLine(parts, c.w.Dir())
}
