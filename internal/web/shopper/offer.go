package shopper

import (
	"net/http"
	"slices"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// ledger is what an order's cases and refunds are, and what the shop's policy offers beside them.
type ledger struct {
	cases     []store.Case // that are the reader's to see
	given     []store.Case // for the buyer: those that recipients of gifts asked for
	refunds   []store.Refund
	policy    returns.Policy
	situation returns.Situation
	offer     returns.Offer
}

// ledger reads an order's. The policy is asked as if the case except were not there: what it has is to be asked for anew.
func (h *handler) ledger(r *http.Request, v *visit, except string) (ledger, error) {
	all, err := h.Store.CasesOf(r.Context(), v.order.ID)
	if err != nil {
		return ledger{}, err
	}
	refunds, err := h.Store.RefundsOf(r.Context(), v.order.ID)
	if err != nil {
		return ledger{}, err
	}
	l := ledger{refunds: refunds, policy: cases.Policy(v.shop)}
	for _, c := range all {
		switch {
		case v.gift == nil && c.GiftID == "", v.gift != nil && c.GiftID == v.gift.ID:
			l.cases = append(l.cases, c)
		case v.gift == nil:
			l.given = append(l.given, c)
		}
	}
	others := slices.DeleteFunc(slices.Clone(all), func(c store.Case) bool { return c.ID == except })
	l.situation = cases.Situation(v.shop, v.whole, others, refunds, v.now)
	if l.situation.History, err = h.Store.HistoryOf(r.Context(), v.whole, v.now); err != nil {
		return ledger{}, err
	}
	if v.gift != nil {
		l.situation.Gift = cases.GiftOf(*v.gift, others)
	}
	l.offer = l.policy.Offer(l.situation)
	return l, nil
}

// way is one of the three things that a shopper can do about an order, told before anything is typed.
type way struct {
	Kind  string // return | claim | withdrawal
	Title string
	Text  string
	Terms []string // until when, and what it costs
	Href  string   // "" when it cannot be done here
	Go    string
	Main  bool // the one that most look for
}

// offered gives the three ways side by side: the shop's goodwill, what a defect gives, and the withdrawal, which is always there.
func (v *visit) offered(l ledger) []way {
	words := v.words
	return []way{
		v.returnWay(l),
		{
			Kind: "claim", Title: words.T("page.offer.wrong"), Text: words.T("page.offer.wrong.text"),
			Href: v.path + "/claims/new", Go: words.T("page.offer.wrong.go"),
		},
		{
			Kind: "withdrawal", Title: words.T("page.offer.law"), Text: words.T("page.offer.law.text"), Terms: []string{v.period()},
			Href: v.path + "/withdraw", Go: words.T("page.help.withdraw"),
		},
	}
}

// period says until when a consumer may withdraw, as far as that is known.
func (v *visit) period() string {
	term := withdrawals.PeriodOf(v.shop, v.order)
	day := v.words.Date(term.LastDay(v.zone))
	switch {
	case term.Rule == "":
		return v.words.T("page.offer.law.none")
	case term.End.IsZero():
		return v.words.T("page.offer.law.open")
	case term.Over(v.now):
		return v.words.T("page.offer.law.over", "Date", day)
	default:
		return v.words.T("page.offer.law.until", "Date", day)
	}
}

func (v *visit) returnWay(l ledger) way {
	words, verdict := v.words, l.offer.Verdict
	w := way{Kind: "return", Title: words.T("page.offer.mind"), Text: words.T("page.offer.mind.text"), Go: words.T("page.help.return"), Main: true}
	if !verdict.Allowed {
		w.Main = false
		w.Terms = []string{words.T("page.form.none")}
		if verdict.Code == returns.WindowOver {
			w.Terms = []string{words.T("page.help.return_closed")}
		}
		return w
	}
	w.Href = v.path + "/returns/new"
	open := slices.DeleteFunc(slices.Clone(l.offer.Lines), func(o returns.LineOffer) bool { return o.Left == 0 })
	switch {
	case verdict.Until.IsZero():
		w.Terms = append(w.Terms, words.T("page.help.return_open"))
	case slices.ContainsFunc(open, func(o returns.LineOffer) bool { return !o.Until.Equal(verdict.Until) }):
		w.Terms = append(w.Terms, words.T("page.offer.until_some", "Date", words.Date(verdict.Last.Noon(v.zone))))
	default:
		w.Terms = append(w.Terms, words.T("page.help.return_until", "Date", words.Date(verdict.Last.Noon(v.zone))))
	}
	first := v.costs(open[0])
	for _, o := range open[1:] {
		if !slices.Equal(first, v.costs(o)) {
			first = []string{words.T("page.offer.varies")}
			break
		}
	}
	w.Terms = append(w.Terms, first...)
	return w
}

// costs says what a return of a line costs, each thing in a sentence.
func (v *visit) costs(o returns.LineOffer) []string {
	words, currency := v.words, v.order.State.Order.Currency
	out := []string{words.T("why.shop_pays")}
	if o.PaidBy == returns.ShopperPays {
		out[0] = words.T("why.shopper_pays")
	}
	if o.LabelFee > 0 {
		out = append(out, words.T("why.label_fee", "Money", words.Money(o.LabelFee, currency)))
	}
	if o.HandlingFee > 0 {
		out = append(out, words.T("why.handling_fee", "Money", words.Money(o.HandlingFee, currency)))
	}
	if o.Restocking > 0 {
		out = append(out, words.T("page.offer.restocking", "Percent", o.Restocking))
	}
	return out
}

// lineOffer is what can be done with one line of the order.
type lineOffer struct {
	Title, Variant string
	Count          string   // how many units, where that is told
	Closed         string   // why it cannot be returned
	Terms          []string // else until when, and what it costs
	Remedies       string
}

// lineOffers tells the offer line by line.
func (v *visit) lineOffers(l ledger) []lineOffer {
	out := make([]lineOffer, 0, len(l.offer.Lines))
	for _, o := range l.offer.Lines {
		row := lineOffer{Title: o.Line.Title, Variant: o.Line.Variant}
		if closed := v.closed(l, o); closed != "" {
			row.Closed = closed
		} else {
			row.Terms = append([]string{v.returnable(o)}, v.costs(o)...)
			row.Remedies = v.remedies(o)
		}
		out = append(out, row)
	}
	return out
}

// closed says why a line cannot be returned, "" when it can.
func (v *visit) closed(l ledger, o returns.LineOffer) string {
	switch {
	case o.Left == 0:
		return v.why(o.Code)
	case !l.offer.Verdict.Allowed:
		return v.why(l.offer.Verdict.Code)
	default:
		return ""
	}
}

// why puts a code that needs nothing but itself into words.
func (v *visit) why(code returns.Code) string {
	if key := "why." + string(code); v.words.Has(key) && code != returns.NotReturnable {
		return v.words.T(key)
	}
	return v.words.T("page.blocked.other")
}

func (v *visit) returnable(o returns.LineOffer) string {
	if o.Until.IsZero() {
		return v.words.T("why.not_delivered_yet")
	}
	return v.words.T("why.returnable_until", "Date", v.words.Date(o.Last.Noon(v.zone)))
}

// remedies lists what can be chosen for a line, when there is a choice.
func (v *visit) remedies(o returns.LineOffer) string {
	if len(o.Remedies) < 2 {
		return ""
	}
	names := make([]string, len(o.Remedies))
	for i, r := range o.Remedies {
		names[i] = v.words.Code("remedy", string(r))
	}
	return v.words.T("page.offer.remedies", "List", strings.Join(names, " · "))
}

// granted puts what the policy decided of a request into sentences, each once. Of a remedy that is not money back none speaks of
// a refund.
func (v *visit) granted(c returns.Conditions, remedy returns.Remedy) []string {
	var out []string
	for _, why := range c.Why {
		text := v.decided(why, c)
		if slices.Contains(moneyWhys, why.Code) {
			if v.gift != nil {
				continue
			}
			if !paysBack(remedy) {
				text = v.words.T("why." + string(why.Code) + ".settled")
			}
		}
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// paysBack tells that a return by a remedy ends with money the way it was paid.
func paysBack(remedy returns.Remedy) bool {
	return remedy != returns.ExchangeRemedy && remedy != returns.CreditRemedy && remedy != returns.RepairRemedy
}

// moneyWhys are the decisions on when money goes back: nothing to the recipient of a gift, who gets none.
var moneyWhys = []returns.Code{returns.PaidAtOnce, returns.PaidOnFirstScan, returns.PaidOnReceipt, returns.PaidOnInspection}

// decided puts one decision into words. Amounts are those that the conditions froze.
func (v *visit) decided(why returns.Why, c returns.Conditions) string {
	words, currency := v.words, v.order.State.Order.Currency
	switch why.Code {
	case returns.ReturnableUntil:
		return words.T("why.in_time")
	case returns.LabelCosts:
		return words.T("why.label_fee", "Money", words.Money(c.LabelFee, currency))
	case returns.HandlingCosts:
		return words.T("why.handling_fee", "Money", words.Money(c.HandlingFee, currency))
	case returns.BonusGiven:
		return words.T("why.credit_bonus", "Percent", c.CreditBonus)
	case returns.RestockingTaken:
		line, _ := v.line(why.LineID)
		i := slices.IndexFunc(c.Restocking, func(r returns.LineRate) bool { return r.LineID == why.LineID })
		if i < 0 {
			return ""
		}
		return words.T("why.restocking", "Item", line.Title, "Percent", c.Restocking[i].Percent)
	default:
		if key := "why." + string(why.Code); words.Has(key) {
			return words.T(key)
		}
		return ""
	}
}
