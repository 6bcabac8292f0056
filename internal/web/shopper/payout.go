package shopper

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"homeward/internal/cases"
	"homeward/internal/store"
)

// maxAccount is the most characters of the account to which a shopper wants money paid.
const maxAccount = 200

// payout is how a shopper agrees to be paid another way than by card, once that failed for good.
type payout struct {
	Text   string // what failed, and what can be agreed to
	Agreed bool   // it was agreed to; the account is not shown again
	Nonce  string
	Typed  string
	Ticked bool
}

// payoutOf gives the form of a case; nil when nothing failed for good.
func (v *visit) payoutOf(c store.Case, refunds []store.Refund) *payout {
	open := cases.Payouts(c, refunds)
	if len(open) == 0 {
		return nil
	}
	var sum int64
	p := &payout{Agreed: true, Nonce: open[0].ID}
	for _, r := range open {
		sum += r.Amount
		p.Agreed = p.Agreed && r.Consent != ""
	}
	key := "page.payout.text"
	if p.Agreed {
		key = "page.payout.agreed"
	}
	p.Text = v.words.T(key, "Money", v.words.Money(sum, open[0].Currency))
	return p
}

// agreePayout keeps the shopper's consent to another way and the account. Sent twice it is kept once. What was typed is never logged.
func (h *handler) agreePayout(w http.ResponseWriter, r *http.Request, v *visit) {
	c, l, ok := h.postedCase(w, r, v)
	if !ok {
		return
	}
	account, ticked := plainText(r.PostForm.Get("account")), r.PostForm.Get("agree") == "yes"
	p := h.casePage(r, v, c, l)
	if p.Payout == nil || p.Payout.Agreed {
		h.toCase(w, r, v, c)
		return
	}
	p.Wrong = map[string]string{}
	wrong := func(field, key string) {
		p.Wrong[field] = v.words.T(key)
		p.Errors = append(p.Errors, formError{Field: field, Text: p.Wrong[field]})
	}
	if account == "" || utf8.RuneCountInString(account) > maxAccount {
		wrong("account", "page.error.account")
	}
	if !ticked {
		wrong("agree", "page.error.agree")
	}
	if len(p.Errors) > 0 {
		p.Payout.Typed, p.Payout.Ticked, p.Speak = account, ticked, nil // another language would lose what was typed
		h.render(w, r, http.StatusUnprocessableEntity, "case", p)
		return
	}
	h.moved(w, r, v, c, h.Cases.AgreePayout(r.Context(), c, account))
}

// plainText gives what was typed without what cannot be seen.
func plainText(typed string) string {
	typed = strings.ReplaceAll(typed, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, typed))
}
