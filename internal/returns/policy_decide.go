package returns

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Decision is what a policy decides on a request.
type Decision struct {
	State      State // Requested, or Approved when nobody has to look
	Conditions Conditions
}

// The codes of a form's fields that a policy asks for: "answer.<question>", "photos", "exchange.<line id>" and "method".
const (
	AnswerMissing    Code = "answer_missing"
	AnswerUnknown    Code = "answer_unknown"
	AnswerTooLong    Code = "answer_too_long"
	PhotosMissing    Code = "photos_missing"
	ExchangeMissing  Code = "exchange_missing"  // says what is wanted instead, for every unit
	ExchangeInvalid  Code = "exchange_invalid"  // for a line that does not come back, or for more units than do
	MethodUnknown    Code = "method_unknown"    // of sending
	KeepTooValuable  Code = "keep_too_valuable" // the units together are worth too much to stay
	ReasonNotForLine Code = "reason_not_for_line"
	RemedyNotForLine Code = "remedy_not_for_line"
)

// Decide says on what terms a request is taken, and why. Faults that are not nil say that it is not taken as it is.
func (p Policy) Decide(s Situation, r Request) (Decision, Faults) {
	offer := p.Offer(s)
	lines := offer.chosen(r.Items)
	faults := p.faults(s, offer, lines, r)
	if len(faults) > 0 {
		return Decision{}, faults
	}
	d := &deciding{p: p, s: s, r: r, lines: lines}
	d.reason, _ = lines[0].ReasonOf(r.Reason)
	d.rules()
	d.wayBack()
	d.fees()
	d.remedy()
	d.money()
	state, refused := d.approve()
	if refused != nil {
		return Decision{}, refused
	}
	return Decision{State: state, Conditions: d.c}, nil
}

// chosen gives the lines that a request names units of.
func (o Offer) chosen(items []Item) []LineOffer {
	var out []LineOffer
	for _, l := range o.Lines {
		if slices.ContainsFunc(items, func(i Item) bool { return i.LineID == l.Line.ID && i.Quantity > 0 }) {
			out = append(out, l)
		}
	}
	return out
}

// faults says what is wrong with a request before anything is decided on it.
func (p Policy) faults(s Situation, o Offer, lines []LineOffer, r Request) Faults {
	faults := Faults{}
	if !o.Verdict.Allowed {
		faults["items"] = o.Verdict.Code
	}
	checkItems(r.Items, o.Eligible(), faults)
	if utf8.RuneCountInString(r.Note) > MaxNote {
		faults["note"] = NoteTooLong
	}
	reason, known := checkReason(o, lines, r, faults)
	if known {
		checkAnswers(reason, r, faults)
		checkRemedy(o, lines, reason, r, faults)
	}
	if !slices.Contains([]SendMethod{"", ByLabel, ByQR, ByOwn}, r.Wish.Method) {
		faults["method"] = MethodUnknown
	}
	if s.Gift != nil && !slices.Contains(GiftRemedies, r.Remedy) { // the offer says so too: nothing else may ever come through
		faults["remedy"] = RemedyUnknown
	}
	if len(faults) == 0 && r.Remedy == KeepRemedy {
		p.checkKeep(s, lines, r, faults)
	}
	return faults
}

func checkReason(o Offer, lines []LineOffer, r Request, faults Faults) (ReasonRule, bool) {
	offered := o.Reasons()
	i := slices.IndexFunc(offered, func(x ReasonRule) bool { return x.Code == r.Reason })
	if i < 0 {
		if o.Verdict.Allowed {
			faults["reason"] = ReasonUnknown
		}
		return ReasonRule{}, false
	}
	for _, l := range lines {
		if _, ok := l.ReasonOf(r.Reason); !ok && l.Left > 0 {
			faults["reason"] = ReasonNotForLine
		}
	}
	if len(lines) > 0 {
		if own, ok := lines[0].ReasonOf(r.Reason); ok {
			return own, true
		}
	}
	return offered[i], true
}

func checkRemedy(o Offer, lines []LineOffer, reason ReasonRule, r Request, faults Faults) {
	if len(lines) == 0 {
		lines = o.Lines
		for _, l := range lines {
			if slices.Contains(l.RemediesFor(reason), r.Remedy) {
				return
			}
		}
		faults["remedy"] = RemedyUnknown
		return
	}
	for _, l := range lines {
		own, _ := l.ReasonOf(r.Reason)
		switch {
		case !slices.Contains(AllRemedies, r.Remedy):
			faults["remedy"] = RemedyUnknown
		case l.Left > 0 && !slices.Contains(l.RemediesFor(own), r.Remedy):
			faults["remedy"] = RemedyNotForLine
		}
	}
	if r.Remedy == ExchangeRemedy && faults["remedy"] == "" {
		checkExchange(r, faults)
	}
}

// checkExchange wants to know what every unit is exchanged for, and that nothing else is.
func checkExchange(r Request, faults Faults) {
	asked := map[string]int{}
	for _, item := range r.Items {
		asked[item.LineID] += max(item.Quantity, 0)
	}
	for _, e := range r.Wish.Exchange {
		if e.Quantity < 1 || e.UnitPrice < 0 || e.Quantity > asked[e.LineID] {
			faults["exchange."+e.LineID] = ExchangeInvalid
			continue
		}
		asked[e.LineID] -= e.Quantity
	}
	for id, n := range asked {
		if n > 0 && faults["exchange."+id] == "" {
			faults["exchange."+id] = ExchangeMissing
		}
	}
}

func checkAnswers(reason ReasonRule, r Request, faults Faults) {
	answered := map[string]string{}
	for _, reply := range r.Answers {
		answered[reply.Question] = strings.TrimSpace(reply.Text)
		switch {
		case !slices.ContainsFunc(reason.Questions, func(q Question) bool { return q.Code == reply.Question }):
			faults["answer."+reply.Question] = AnswerUnknown
		case utf8.RuneCountInString(reply.Text) > MaxNote:
			faults["answer."+reply.Question] = AnswerTooLong
		}
	}
	for _, q := range reason.Questions {
		if q.Required && answered[q.Code] == "" {
			faults["answer."+q.Code] = AnswerMissing
		}
	}
	if reason.Photos == PhotosRequired && r.Photos < 1 {
		faults["photos"] = PhotosMissing
	}
}

// checkKeep lets goods stay only when all that is asked for is worth less than the least of the limits.
func (p Policy) checkKeep(s Situation, lines []LineOffer, r Request, faults Faults) {
	b, err := PlanReturn(s.State.Order, s.Refunds, merged(r.Items), ReturnOptions{})
	for _, l := range lines {
		if err != nil || b.Total >= l.KeepBelow {
			faults["remedy"] = KeepTooValuable
		}
	}
}

// merged gives each line once, without those of which nothing is asked.
func merged(items []Item) []Item {
	var out []Item
	for _, item := range items {
		i := slices.IndexFunc(out, func(o Item) bool { return o.LineID == item.LineID })
		switch {
		case item.Quantity < 1:
		case i < 0:
			out = append(out, item)
		default:
			out[i].Quantity += item.Quantity
		}
	}
	return out
}

// deciding is a request on its way to a Decision. Where the rules of its lines differ, what is better for the shopper counts
// for the way back and the fees, and what is safer for the shop for inspection and the moment of the refund.
type deciding struct {
	p      Policy
	s      Situation
	r      Request
	lines  []LineOffer
	reason ReasonRule
	c      Conditions
}

func (d *deciding) why(code Code, rule, format string, args ...any) {
	d.c.Why = append(d.c.Why, Why{Code: code, Rule: rule, Detail: fmt.Sprintf(format, args...)})
}

// rules notes the rules that decided, and what they said of each line.
func (d *deciding) rules() {
	for _, l := range d.lines {
		if !slices.Contains(d.c.Rules, l.Rule) {
			d.c.Rules = append(d.c.Rules, l.Rule)
		}
		for _, why := range l.Why {
			if why.Code != NoFeesWithdrawal && why.Code != NoFeesCurrency {
				d.c.Why = append(d.c.Why, why)
			}
		}
	}
}

func (d *deciding) wayBack() {
	payer, cheapest := ShopperPays, d.lines[0]
	var free *LineOffer
	for i, l := range d.lines {
		if d.paidBy(l) == ShopPays {
			payer, free = ShopPays, &d.lines[i]
		}
		if l.LabelFee < cheapest.LabelFee {
			cheapest = l
		}
	}
	d.c.PaidBy = payer
	switch {
	case d.r.Remedy == KeepRemedy:
	case payer == ShopPays && free.PaidBy == ShopPays:
		d.why(ShopPaysWay, free.Rule, "the rule says that the shop pays the way back")
	case payer == ShopPays:
		d.why(ShopPaysReason, free.Rule, "the reason %s makes the shop pay", quoted(string(d.r.Reason)))
	default:
		d.why(ShopperPaysWay, cheapest.Rule, "the rule says that the shopper pays the way back")
		if d.c.LabelFee = cheapest.LabelFee; d.c.LabelFee > 0 {
			d.why(LabelCosts, cheapest.Rule, "the shop's label costs %s", d.amount(d.c.LabelFee))
		}
	}
}

// paidBy says who pays the way back of a line, for this reason.
func (d *deciding) paidBy(l LineOffer) Payer {
	own, _ := l.ReasonOf(d.r.Reason)
	switch {
	case own.ShopsFault():
		return ShopPays
	case own.PaidBy != "":
		return own.PaidBy
	default:
		return l.PaidBy
	}
}

func (d *deciding) amount(minor int64) string { return inWords(minor, d.s.State.Order.Currency) }

// fees takes what the rules take, but nothing off goods that the shop is at fault for.
func (d *deciding) fees() {
	if d.r.Remedy == KeepRemedy { // nothing comes back to be handled or put on a shelf
		return
	}
	least, handled := d.lines[0], true
	for _, l := range d.lines {
		own, _ := l.ReasonOf(d.r.Reason)
		if own.ShopsFault() {
			handled = false
			if l.Restocking > 0 || l.HandlingFee > 0 {
				d.lineWhy(NoFeesFault, l, "the reason %s is the shop's fault: no handling fee and no restocking are taken", quoted(string(d.r.Reason)))
			}
			continue
		}
		if l.Restocking > 0 {
			d.c.Restocking = append(d.c.Restocking, LineRate{LineID: l.Line.ID, Percent: l.Restocking})
			d.lineWhy(RestockingTaken, l, "%d %% of what the line brings", l.Restocking)
		}
		for _, why := range l.Why {
			if why.Code == NoFeesWithdrawal || why.Code == NoFeesCurrency {
				d.c.Why = append(d.c.Why, why)
			}
		}
		if l.HandlingFee < least.HandlingFee {
			least = l
		}
	}
	if handled && least.HandlingFee > 0 {
		d.c.HandlingFee = least.HandlingFee
		d.why(HandlingCosts, least.Rule, "%s, once", d.amount(least.HandlingFee))
	}
}

func (d *deciding) lineWhy(code Code, l LineOffer, format string, args ...any) {
	d.c.Why = append(d.c.Why, Why{Code: code, LineID: l.Line.ID, Rule: l.Rule, Detail: fmt.Sprintf(format, args...)})
}

// remedy notes what the chosen remedy brings.
func (d *deciding) remedy() {
	switch d.r.Remedy {
	case CreditRemedy:
		least := d.lines[0]
		for _, l := range d.lines {
			if l.CreditBonus < least.CreditBonus {
				least = l
			}
		}
		if d.c.CreditBonus = least.CreditBonus; d.c.CreditBonus > 0 {
			d.why(BonusGiven, least.Rule, "%d %% on top of store credit", d.c.CreditBonus)
		}
	case KeepRemedy:
		d.c.Keep = true
		d.why(GoodsStay, d.lines[0].Rule, "all together is worth less than %s", d.amount(d.lines[0].KeepBelow))
	}
}

var latestFirst = []RefundWhen{OnInspection, OnReceipt, OnFirstScan, AtOnce}

var whenCodes = map[RefundWhen]Code{
	AtOnce: PaidAtOnce, OnFirstScan: PaidOnFirstScan, OnReceipt: PaidOnReceipt, OnInspection: PaidOnInspection,
}

// money says when the money goes back, and whether somebody looks at the goods before.
func (d *deciding) money() {
	if d.c.Keep { // nothing comes back to wait for or to look at
		d.c.RefundWhen = AtOnce
		d.why(PaidAtOnce, d.lines[0].Rule, "nothing comes back")
		return
	}
	last := d.lines[0]
	for _, l := range d.lines {
		if slices.Index(latestFirst, l.RefundWhen) < slices.Index(latestFirst, last.RefundWhen) {
			last = l
		}
		if l.Inspect && !d.c.Inspect {
			d.c.Inspect = true
			d.why(Inspected, l.Rule, "the rule wants the goods looked at")
		}
	}
	d.c.RefundWhen = last.RefundWhen
	d.why(whenCodes[last.RefundWhen], last.Rule, "the rule says: %s", strings.ReplaceAll(string(last.RefundWhen), "_", " "))
}

// approve asks the approvals for each line: one that refuses refuses its line, one that wants a person wants it for all.
func (d *deciding) approve() (State, Faults) {
	refused := Faults{}
	state, decided, detail := Approved, Approval{Name: DefaultRule}, ""
	for i, l := range d.lines {
		a, met := d.p.approval(d.p.inquiry(d.s, l.Line, d.r.Reason, d.r.Remedy))
		switch a.Leads() {
		case ThenRefuse:
			refused["qty."+l.Line.ID] = a.Because
		case ThenStaff:
			if state == Approved {
				state, decided, detail = Requested, a, met
			}
		default:
			if i == 0 {
				decided, detail = a, met
			}
		}
	}
	if len(refused) > 0 {
		return "", refused
	}
	if state == Approved && d.unpriced() {
		state, decided, detail = Requested, Approval{Name: DefaultRule}, "the shopper wants another item in exchange: its price and whether there is one are for a person"
	}
	code := ApprovedAtOnce
	if state == Requested {
		code = StaffDecides
	}
	d.why(code, decided.Name, "%s", detail)
	return state, nil
}

// unpriced tells that something else than the same again is wanted in exchange. What it costs is not for the shopper to say.
func (d *deciding) unpriced() bool {
	return d.r.Remedy == ExchangeRemedy && slices.ContainsFunc(d.r.Wish.Exchange, func(e Exchange) bool { return e.SKU != "" })
}

// Merge puts the faults of two looks at a request together; the first one's win.
func (f Faults) Merge(other Faults) Faults {
	out := maps.Clone(other)
	if out == nil {
		out = Faults{}
	}
	maps.Copy(out, f)
	return out
}
