package returns

import "slices"

// Gift is what the recipient of a gift may return: some units of an order, for something that tells nothing of what was paid and
// takes nothing from who paid it.
type Gift struct {
	Items []Item // the units that are the gift
	Taken Taken  // of them, in live cases that were made with this very gift, or closed ones
}

// GiftRemedies lists what a recipient can ask for, where the policy offers it: never money, which is the buyer's.
var GiftRemedies = []Remedy{ExchangeRemedy, CreditRemedy}

// NotForGifts is the code of a line that can be returned, though for nothing that the recipient of a gift may ask for: its buyer can.
const NotForGifts Code = "not_for_gifts"

// narrow makes of what a policy offers the buyer what it offers the recipient of a gift: only the units of the gift, only exchange
// and store credit, and no fee. A fee would name an amount or eat into a credit whose worth nobody told the recipient; who pays the
// way back stays as it is.
func (g Gift) narrow(o Offer) Offer {
	var out Offer
	units := map[string]int{}
	for _, item := range g.Items {
		units[item.LineID] += item.Quantity
	}
	for _, l := range o.Lines {
		n, ok := units[l.Line.ID]
		if !ok {
			continue
		}
		l = l.forGift()
		if left := max(n-max(g.Taken[l.Line.ID], 0), 0); left < l.Left {
			if l.Left = left; left == 0 {
				l.block(AlreadyReturned, "every unit of the gift is in a case")
			}
		}
		if l.Left > 0 && len(l.Reasons) == 0 {
			l.block(NotForGifts, "the policy offers neither an exchange nor store credit for it")
		}
		out.Lines = append(out.Lines, l)
	}
	out.Verdict = o.Verdict
	if open := slices.ContainsFunc(out.Lines, func(l LineOffer) bool { return l.Left > 0 }); o.Verdict.Allowed {
		out.Verdict = giftVerdict(out.Lines, open)
	}
	return out
}

// giftVerdict sums up the lines of a gift in an order of which something can come back.
func giftVerdict(lines []LineOffer, open bool) Verdict {
	if !open {
		v := Verdict{Code: NothingLeft}
		if len(lines) > 0 && !slices.ContainsFunc(lines, func(l LineOffer) bool { return l.Code != lines[0].Code }) {
			v.Code, v.Until, v.Last = lines[0].Code, lines[0].Until, lines[0].Last
		}
		return v
	}
	left := slices.DeleteFunc(slices.Clone(lines), func(l LineOffer) bool { return l.Left == 0 })
	last, until := latest(left)
	if until.IsZero() {
		return Verdict{Allowed: true, Code: NotDeliveredYet}
	}
	return Verdict{Allowed: true, Until: until, Last: last}
}

// forGift leaves of a line's terms what is for a recipient: its remedies, the reasons that lead to one of them, no fee. The
// bonus is for who leaves their money with the shop: a recipient has no money to choose.
func (l LineOffer) forGift() LineOffer {
	l.LabelFee, l.HandlingFee, l.Restocking, l.KeepBelow, l.CreditBonus = 0, 0, 0, 0, 0
	l.Why = slices.DeleteFunc(slices.Clone(l.Why), func(w Why) bool { return w.Code == NoFeesWithdrawal || w.Code == NoFeesCurrency })
	only := func(all []Remedy) []Remedy {
		return slices.DeleteFunc(slices.Clone(all), func(r Remedy) bool { return !slices.Contains(GiftRemedies, r) })
	}
	l.Remedies = only(l.Remedies)
	var reasons []ReasonRule
	for _, r := range l.Reasons {
		if r.Remedies != nil {
			r.Remedies = append([]Remedy{}, only(r.Remedies)...) // not nil: that would be all of the line's
		}
		if len(l.RemediesFor(r)) > 0 {
			reasons = append(reasons, r)
		}
	}
	l.Reasons = reasons
	return l
}

// CheckGift says what is wrong with the units that a buyer wants to give a code for: they are of the order, and can come back now.
// nil when nothing is.
func (o Offer) CheckGift(items []Item) Faults {
	faults := Faults{}
	if !o.Verdict.Allowed {
		faults["items"] = o.Verdict.Code
	}
	checkItems(items, o.Eligible(), faults)
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// ForGifts tells whether the policy has anything for the recipients of gifts, in one of its rules or for one of its reasons.
func (p Policy) ForGifts() bool {
	has := func(all []Remedy) bool {
		return slices.ContainsFunc(all, func(r Remedy) bool { return slices.Contains(GiftRemedies, r) })
	}
	reasons := func(all []ReasonRule) bool {
		return slices.ContainsFunc(all, func(r ReasonRule) bool { return has(r.Remedies) })
	}
	return reasons(p.Reasons) || slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Excluded == "" && (has(r.Remedies) || reasons(r.Reasons)) })
}
