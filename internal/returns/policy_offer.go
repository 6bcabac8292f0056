package returns

import (
	"fmt"
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/money"
	"homeward/internal/orders"
)

// Situation is what a policy is asked about. A State and Now are enough; what is left out is as if there were none of it.
type Situation struct {
	State   orders.State
	Now     time.Time
	Taken   Taken
	Refunds []Earlier // what was refunded of the order, for what goods still bring
	History History
	// Withdrawable tells that the consumer can still withdraw from the contract: then no fee is taken that a withdrawal would
	// not cost, because the choice of a form must not cost a right.
	Withdrawable bool
	// Zone is the shopper's: the last day of a window ends for the shopper when it ends there, if that is later than in the shop's. nil:
	// not known.
	Zone *time.Location
	// Gift is set when the recipient of a gift asks, and not the buyer: see Gift.
	Gift *Gift
}

// Offer is what a policy offers before anything is asked for.
type Offer struct {
	Lines   []LineOffer // those of the order, without the ones that left it
	Verdict Verdict     // of the order as a whole
}

// LineOffer is what is offered for a line. With Left 0 nothing is, and Code says why. Amounts are minor units of the order's
// currency.
type LineOffer struct {
	EligibleLine
	Rule        string    // its name
	Until       time.Time // the end of the window, as in Verdict; zero while it is open without end
	Last        calendar.Date
	Worth       int64        // what all the units left bring, before anything is taken off
	PaidBy      Payer        // unless the reason changes it
	LabelFee    int64        // for the shop's label; 0 when the shop pays
	HandlingFee int64        // once for a case, unless the reason is the shop's fault
	Restocking  int          // percent of what the line brings, unless the reason is the shop's fault
	Remedies    []Remedy     // unless the reason changes them
	CreditBonus int          // percent
	KeepBelow   int64        // KeepRemedy is there for less than this
	Reasons     []ReasonRule // that can be chosen
	Inspect     bool
	RefundWhen  RefundWhen
	Why         []Why
}

// ReasonOf gives the reason of a code, as it is for this line.
func (l LineOffer) ReasonOf(code Reason) (ReasonRule, bool) {
	i := slices.IndexFunc(l.Reasons, func(r ReasonRule) bool { return r.Code == code })
	if i < 0 {
		return ReasonRule{}, false
	}
	return l.Reasons[i], true
}

// RemediesFor gives the remedies that can be chosen with a reason.
func (l LineOffer) RemediesFor(reason ReasonRule) []Remedy {
	if reason.Remedies == nil {
		return l.Remedies
	}
	return slices.DeleteFunc(slices.Clone(reason.Remedies), func(r Remedy) bool { return r == KeepRemedy && l.KeepBelow == 0 })
}

// Eligible gives the lines and how many units of each can come back.
func (o Offer) Eligible() []EligibleLine {
	var lines []EligibleLine
	for _, l := range o.Lines {
		lines = append(lines, l.EligibleLine)
	}
	return lines
}

// Reasons gives the reasons that some line can be returned for, each once.
func (o Offer) Reasons() []ReasonRule {
	var all []ReasonRule
	for _, l := range o.Lines {
		for _, r := range l.Reasons {
			if l.Left > 0 && !slices.ContainsFunc(all, func(a ReasonRule) bool { return a.Code == r.Code }) {
				all = append(all, r)
			}
		}
	}
	return all
}

// RuleFor gives the rule that decides on a line, and by what it matched, for staff.
func (p Policy) RuleFor(order orders.Order, line orders.Line) (rule Rule, by string) {
	for _, rule := range p.Rules {
		if by, ok := rule.When.matches(p.country(order), line.Category, line.SKU); ok {
			return rule, by
		}
	}
	return p.Default(), ""
}

func (p Policy) country(order orders.Order) string {
	if order.ShipTo.Country != "" {
		return order.ShipTo.Country
	}
	return p.Country
}

// Offer says what can be done until when, and what it costs, line by line.
func (p Policy) Offer(s Situation) Offer {
	var o Offer
	for _, line := range s.State.Order.Lines {
		if !line.Cancelled {
			o.Lines = append(o.Lines, p.offerLine(s, line))
		}
	}
	o.Verdict = p.verdict(s, o.Lines)
	if o.Verdict.Code == OrderCancelled {
		for i := range o.Lines {
			o.Lines[i].block(OrderCancelled, "the order was cancelled")
		}
	}
	if s.Gift != nil {
		return s.Gift.narrow(o)
	}
	return o
}

// offerLine decides on one line by the rule that matches it.
func (p Policy) offerLine(s Situation, line orders.Line) LineOffer {
	rule, by := p.RuleFor(s.State.Order, line)
	l := p.granted(s, line, rule)
	l.Last, l.Until = rule.end(s, p.Zone)
	switch {
	case line.NotShipped || line.Withdrawal == "no":
		l.block(NotReturnable, "the shop's statement of the order excludes the line")
	case rule.Excluded != "":
		l.block(rule.Excluded, matched(by))
	case l.Left == 0:
		l.block(AlreadyReturned, "every unit is in a case or was refunded")
	case !l.Until.IsZero() && !s.Now.Before(l.Until):
		l.block(WindowOver, windowDetail(rule, l.Last, by))
	default:
		if a, detail := p.approval(p.inquiry(s, line, "", "")); a.Leads() == ThenRefuse {
			l.Rule = a.Name
			l.block(a.Because, detail)
			break
		}
		l.opened(rule, by)
	}
	return l
}

// granted puts the terms of a rule into the order's currency.
func (p Policy) granted(s Situation, line orders.Line, rule Rule) LineOffer {
	currency := s.State.Order.Currency
	l := LineOffer{
		EligibleLine: EligibleLine{Line: line, Left: max(line.Quantity-max(s.Taken[line.ID], 0), 0)},
		Rule:         rule.Name, PaidBy: orShop(rule.PaidBy), Remedies: rule.Remedies, CreditBonus: rule.CreditBonus, Reasons: rule.Reasons,
		Inspect: rule.Inspect || rule.RefundWhen == OnInspection, RefundWhen: rule.RefundWhen,
	}
	if l.RefundWhen == "" {
		l.RefundWhen = OnReceipt
	}
	if l.Reasons == nil {
		l.Reasons = p.Reasons
	}
	if l.Reasons == nil {
		l.Reasons = DefaultReasons()
	}
	if len(l.Remedies) == 0 {
		l.Remedies = Remedies
	}
	l.KeepBelow, _ = rule.KeepBelow.In(currency)
	if l.KeepBelow == 0 {
		l.Remedies = slices.DeleteFunc(slices.Clone(l.Remedies), func(r Remedy) bool { return r == KeepRemedy })
	}
	if l.Left > 0 {
		if b, err := PlanReturn(s.State.Order, s.Refunds, []Item{{LineID: line.ID, Quantity: l.Left}}, ReturnOptions{}); err == nil {
			l.Worth = b.Total
		}
	}
	l.fees(s, rule)
	return l
}

// fees takes what the rule takes, but nothing while the goods can be withdrawn from, and nothing in another currency.
func (l *LineOffer) fees(s Situation, rule Rule) {
	currency := s.State.Order.Currency
	if l.PaidBy == ShopperPays && len(rule.LabelFee) > 0 {
		l.LabelFee = l.in(currency, rule.LabelFee, "label")
	}
	if len(rule.HandlingFee) == 0 && rule.Restocking == 0 {
		return
	}
	if s.Withdrawable && l.Line.Withdrawal != "no" {
		l.why(NoFeesWithdrawal, "the period of withdrawal is open: no handling fee and no restocking are taken")
		return
	}
	l.Restocking = rule.Restocking
	if len(rule.HandlingFee) > 0 {
		l.HandlingFee = l.in(currency, rule.HandlingFee, "handling")
	}
}

// in gives a fee in the order's currency; 0, and why, when the rule names none in it.
func (l *LineOffer) in(currency string, fee Amounts, name string) int64 {
	minor, known := fee.In(currency)
	if !known {
		l.why(NoFeesCurrency, "the rule names no "+name+" fee in "+currency)
	}
	return minor
}

func (l *LineOffer) why(code Code, detail string) {
	l.Why = append(l.Why, Why{Code: code, LineID: l.Line.ID, Rule: l.Rule, Detail: detail})
}

// block says that nothing of the line comes back, and why.
func (l *LineOffer) block(code Code, detail string) {
	l.Left, l.Worth, l.Code, l.Why = 0, 0, code, nil
	l.why(code, detail)
}

// opened says what is special about a line that can come back.
func (l *LineOffer) opened(rule Rule, by string) {
	code := ReturnableUntil
	if l.Until.IsZero() {
		code = NotDeliveredYet
	}
	first := Why{Code: code, LineID: l.Line.ID, Rule: l.Rule, Detail: windowDetail(rule, l.Last, by)}
	l.Why = append([]Why{first}, l.Why...)
}

func matched(by string) string {
	if by == "" {
		return "the rule is for every line"
	}
	return by
}

func windowDetail(rule Rule, last calendar.Date, by string) string {
	from := rule.From
	if from == "" {
		from = FromPossession
	}
	end := "open, because that has not come"
	if !last.IsZero() {
		end = "until the end of " + last.String()
	}
	return fmt.Sprintf("%s; %d days from %s, %s", matched(by), rule.Window/day, fromWords[from], end)
}

var fromWords = map[From]string{
	FromPossession: "the day the shopper has the goods in hand", FromDelivered: "the day of delivery", FromShipped: "the day of dispatch",
	FromPlaced: "the day of the order",
}

const day = 24 * time.Hour

func orShop(payer Payer) Payer {
	if payer == "" {
		return ShopPays
	}
	return payer
}

// verdict sums the lines up. Where nothing is left, the windows of what was once returnable say whether it is too late.
func (p Policy) verdict(s Situation, lines []LineOffer) Verdict {
	if !s.State.CancelledAt.IsZero() {
		return Verdict{Code: OrderCancelled}
	}
	open := slices.DeleteFunc(slices.Clone(lines), func(l LineOffer) bool { return l.Left == 0 })
	timed := open
	if len(open) == 0 {
		timed = slices.DeleteFunc(slices.Clone(lines), func(l LineOffer) bool { return l.Code != WindowOver && l.Code != AlreadyReturned })
	}
	last, until := latest(timed)
	if len(timed) == 0 {
		last, until = p.Default().end(s, p.Zone)
	}
	switch {
	case !until.IsZero() && !s.Now.Before(until):
		return Verdict{Code: WindowOver, Until: until, Last: last}
	case len(open) == 0:
		return Verdict{Code: NothingLeft, Until: until, Last: last}
	case until.IsZero():
		return Verdict{Allowed: true, Code: NotDeliveredYet}
	default:
		return Verdict{Allowed: true, Until: until, Last: last}
	}
}

// latest gives the last end of the lines' windows; zero when one is open without end.
func latest(lines []LineOffer) (last calendar.Date, until time.Time) {
	for _, l := range lines {
		if l.Until.IsZero() {
			return calendar.Date{}, time.Time{}
		}
		if l.Until.After(until) {
			last, until = l.Last, l.Until
		}
	}
	return last, until
}

// end gives the last day of the rule's window and its end in UTC, zero while it is open without end. Days are whole days by the shop's
// calendar, so that summer time does not shorten one; a rest of hours is given on top; the day it is counted from does not count.
func (r Rule) end(s Situation, zone *time.Location) (calendar.Date, time.Time) {
	since := r.since(s.State)
	if since.IsZero() {
		return calendar.Date{}, since
	}
	end := since.In(zoneOr(zone)).AddDate(0, 0, int(r.Window/day)).Add(r.Window % day)
	last := calendar.Of(end, zone)
	until := last.EndOfDay(zone)
	if s.Zone != nil && last.EndOfDay(s.Zone).After(until) {
		until = last.EndOfDay(s.Zone)
	}
	return last, until
}

// since gives the moment that the window is counted from: the last of the live parcels'. Zero while one of them has none.
func (r Rule) since(state orders.State) time.Time {
	moment := orders.Parcel.Possessed
	switch r.From {
	case FromPlaced:
		return state.Order.PlacedAt
	case FromDelivered:
		moment = func(p orders.Parcel) time.Time { return p.DeliveredAt }
	case FromShipped:
		moment = func(p orders.Parcel) time.Time { return p.HandedOverAt }
	}
	var last time.Time
	for _, parcel := range state.Parcels {
		if !parcel.Live() {
			continue
		}
		at := moment(parcel)
		if at.IsZero() {
			return at
		}
		if at.After(last) {
			last = at
		}
	}
	return last
}

// unitValue gives what was paid for one unit of a line, rounded down; 0 when that cannot be reckoned.
func unitValue(order orders.Order, line orders.Line) int64 {
	paid, err := LinesPaid(order)
	if err != nil || line.Quantity < 1 {
		return 0
	}
	for i, l := range order.Lines {
		if l.ID == line.ID {
			return paid[i] / int64(line.Quantity)
		}
	}
	return 0
}

func inWords(minor int64, currency string) string {
	return money.Decimal(minor, currency) + " " + currency
}
