package shopper

import (
	"net/http"
	"slices"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
	"homeward/templates"
)

// casePage is one case: how far it is, what is due from whom, what was decided and why, and every cent.
type casePage struct {
	page.Frame
	RMA                      string
	Number                   string // of the order
	NumberText               string // what to write on the parcel
	Hero                     hero
	Steps                    []step
	Due                      []dueRow
	Send                     bool // the goods are to be sent
	Parts                    *parts
	Address                  []string
	Tracking                 string // as known, or as typed
	CanTrack                 bool
	CanCall                  bool
	ItemsTitle               string
	Items                    []itemRow
	Refunds                  []refundRow
	Bill                     *bill
	Payout                   *payout
	Collect                  string // by how much what is sent in exchange costs more
	Decision                 string
	Found                    []foundRow
	Granted                  []string // what the policy decided, each a sentence
	Story                    []entry
	Letters                  []letterRow
	Reply                    *reply
	Asked                    []field
	ChangeHref               string // where the request can still be changed
	Objection                string // where to turn against a refused claim
	Action                   string // of this case's forms: + "/sent", "/cancel"
	Errors                   []formError
	Wrong                    map[string]string
	Keep, KeepText, KeepSend string // to call the case off
	Files                    *caseFiles
	Way                      *sendWay // how the goods come back, while they are to be sent
}

// foundRow is what an inspection found of some units.
type foundRow struct {
	itemRow
	Outcome, Reason string
	Photos          []fileRow // of what was found
	Appeal          appeal
}

// casePage tells how a case stands. What it cannot read of the story it leaves out: the rest is true without it.
func (h *handler) casePage(r *http.Request, v *visit, c store.Case, l ledger) *casePage {
	words, state := v.words, string(c.State)
	own := slices.DeleteFunc(slices.Clone(l.refunds), func(r store.Refund) bool { return r.CaseID != c.ID })
	p := &casePage{
		Frame: h.visitFrame(v, v.ofKind("page.case.title", c.Kind, "RMA", c.RMA), "/cases/"+c.RMA), RMA: c.RMA,
		Number: words.T("page.order.title", "Number", v.order.State.Order.Number), ItemsTitle: words.T("page.case.items"), NumberText: v.ofKind("page.case.how.number", c.Kind),
		Hero:  hero{Tone: caseTone(c.State), Sign: caseSign(c.State), Title: v.ofKind("page.case.hero."+state, c.Kind), Note: v.ofKind("page.case.note."+state, c.Kind)},
		Steps: v.caseSteps(c, paid(own)), Send: sends(c), Address: returnAddress(v.shop),
		Tracking: c.TrackingNumber, CanTrack: len(v.missing(c)) > 0 && allows(c, returns.Send), CanCall: allows(c, returns.CallOff),
		Decision: c.Decision, Action: v.path + "/cases/" + c.RMA, Refunds: v.refundRows(own),
	}
	if v.gift != nil {
		p.Number = ""
	}
	if v.unsent(c) {
		p.Hero.Title, p.Hero.Note = words.T("page.withdraw.receipt.head"), words.T("page.case.note.unsent")
	}
	p.Items, p.Parts = v.itemRows(c.Items), v.parts(c)
	if p.Parts != nil { // the number that is known is that of a parcel which is here
		p.Tracking = ""
	}
	if c.State == returns.Approved && c.Conditions.Keep {
		p.Hero.Title, p.Hero.Note = words.T("page.case.hero.approved.keep"), words.T("page.case.note.approved.keep")
	}
	v.afterArrival(p, c, own)
	p.Granted, p.Asked = v.granted(c.Conditions, c.Remedy), v.caseFacts(l, c)
	p.Keep, p.KeepText, p.KeepSend = v.ofKind("page.case.keep", c.Kind), v.ofKind("page.case.keep_text", c.Kind), v.ofKind("page.case.keep_send", c.Kind)
	if c.Kind == returns.Claim && c.State != returns.Requested {
		p.KeepText = words.T("page.case.keep_text.claim.granted")
	}
	p.Due, p.Payout = h.due(r, v, c, own), v.payoutOf(c, l.refunds)
	if v.gift == nil && cases.Changeable(c, l.refunds) {
		p.ChangeHref = p.Action + "/change"
	}
	p.Files = h.filesOf(r.Context(), v, c)
	if log, err := h.Store.CaseLog(r.Context(), c.ID); err == nil {
		log = labelOnce(log, p.Files != nil && (p.Files.Label != nil || p.Files.Code != nil))
		p.Story, p.Letters, p.Reply = v.caseStory(log), v.letters(log), h.replyOf(log)
	}
	found, err := h.Store.InspectionsOf(r.Context(), c.ID)
	if err == nil {
		p.Found = v.found(found, h.findingPhotos(r.Context(), v, c, found))
	}
	p.Bill = v.caseBill(c, l, own, found)
	if more := cases.ToCollect(c, v.whole.State.Order, l.refunds, found...); more > 0 {
		p.Collect = v.forReader("page.case.collect", "Money", words.Money(more, v.order.State.Order.Currency))
	}
	if c.Kind == returns.Claim {
		h.claimPart(r, v, p, c)
	}
	if p.Send {
		p.Way = h.sendWay(r, v, c, p.Files)
	}
	return p
}

// afterArrival says what follows when goods are here and it is not simply their money: they are looked at first, or something else is
// given.
func (v *visit) afterArrival(p *casePage, c store.Case, refunds []store.Refund) {
	words, arrived := v.words, c.State == returns.Received
	if p.Parts != nil {
		p.Hero = hero{Tone: "calm", Sign: "paper", Title: words.T("page.case.hero.parts"), Note: words.T("page.case.note.parts")}
		return
	}
	switch {
	case !arrived && c.State != returns.Refunding, c.Kind == returns.Withdrawal:
	case c.Kind == returns.Claim:
		if !c.Remedy.Ends() {
			p.Hero.Note = words.T("page.case.note.approved.claim")
		}
	case arrived && len(refunds) == 0 && looksFirst(c):
		p.Hero.Note = v.forReader("return_received.inspect.more")
	case !paysBack(c.Remedy):
		p.Hero.Note = words.T("page.case.note." + string(c.State) + ".gift")
		if !arrived {
			p.Hero.Title = words.T("page.case.hero.refunding.gift")
		}
	}
}

// looksFirst tells that goods of a return are looked at before anything follows.
func looksFirst(c store.Case) bool {
	return c.Conditions.Inspect || c.Conditions.RefundWhen == returns.OnInspection
}

// forReader gives a text in the words for the recipient of a gift, where one reads and it has its own.
func (v *visit) forReader(key string, data ...any) string {
	if own := key + ".gift"; v.gift != nil && v.words.Has(own) {
		key = own
	}
	return v.words.T(key, data...)
}

// ofKind gives a text in the words of a kind of case, where it has its own.
func (v *visit) ofKind(key string, kind returns.Kind, data ...any) string {
	if v.gift != nil {
		return v.forReader(key, data...)
	}
	if own := key + "." + string(kind); v.words.Has(own) {
		key = own
	}
	return v.words.T(key, data...)
}

func allows(c store.Case, step returns.Step) bool {
	_, err := returns.NextFor(c.Kind, c.State, step)
	return err == nil
}

// bill is what an amount of money is made of, by the cent.
type bill struct {
	Title string
	Rows  []sumRow
}

// caseBill explains what a case brings: what was planned for it, and what its other goods bring on top. nil when that is nothing.
func (v *visit) caseBill(c store.Case, l ledger, own []store.Refund, found []store.Inspection) *bill {
	if v.gift != nil {
		return nil
	}
	total, lines, err := cases.Expected(c, v.order.State.Order, l.refunds, found...)
	if err != nil || (total == 0 && len(own) == 0) {
		return nil
	}
	key := "page.case.sums.total"
	switch {
	case c.Remedy == returns.CreditRemedy:
		key = "page.check.total.credit"
	case planned(own) < total: // a part of the goods is still waited for
		key = "page.case.sums.expected"
	}
	b := v.bill(key, lines)
	return &b
}

// planned gives how much of a case's money is in its refunds, whatever became of them.
func planned(refunds []store.Refund) int64 {
	var sum int64
	for _, r := range refunds {
		sum += r.Amount
	}
	return sum
}

func (v *visit) bill(total string, lines []returns.Explained) bill {
	currency := v.order.State.Order.Currency
	b := bill{Title: v.words.T("page.case.sums")}
	var sum int64
	for _, line := range lines {
		sum += line.Amount
		b.Rows = append(b.Rows, sumRow{Label: templates.Explanation(v.words, v.order.State.Order, line), Amount: v.words.Money(line.Amount, currency)})
	}
	b.Rows = append(b.Rows, sumRow{Label: v.words.T(total), Amount: v.words.Money(sum, currency), Total: true})
	return b
}

// found tells what staff found of what came back. What another inspection replaced is not told.
func (v *visit) found(all []store.Inspection, photos map[string][]fileRow) []foundRow {
	var rows []foundRow
	for _, i := range all {
		line, ok := v.line(i.LineID)
		if !ok || i.ReplacedBy != "" {
			continue
		}
		row := foundRow{itemRow: v.item(line, i.Quantity), Reason: i.Reason, Photos: photos[i.ID], Appeal: appealOf(all, i)}
		row.Outcome = v.forReader(foundWord(i), "Money", v.words.Money(i.Deduction, v.order.State.Order.Currency))
		rows = append(rows, row)
	}
	return rows
}

func caseTone(state returns.State) string {
	switch state {
	case returns.Rejected:
		return "attention"
	case returns.Received, returns.Closed:
		return "good"
	default:
		return "calm"
	}
}

// caseSign draws a lorry only while goods are on the road; a case that waits is a paper.
func caseSign(state returns.State) string {
	if tone := caseTone(state); tone != "calm" || state == returns.InTransit {
		return tone
	}
	return "paper"
}

// paid tells that money went back, all of what was owed.
func paid(refunds []store.Refund) bool {
	return len(refunds) > 0 && !slices.ContainsFunc(refunds, func(r store.Refund) bool { return r.Status != store.RefundSucceeded })
}

// caseSteps shows how far a return is; none for one that ended early, or without money, and for a claim, of which nothing may
// have to come back. The goods of a withdrawal were not
// asked for and not accepted: their way begins when they are sent.
func (v *visit) caseSteps(c store.Case, paid bool) []step {
	state := c.State
	now := map[returns.State]int{
		returns.Requested: 0, returns.Approved: 1, returns.InTransit: 2, returns.Received: 3, returns.Refunding: 4, returns.Closed: 4,
	}
	i, ok := now[state]
	if state == returns.Refunding && v.partly(c) { // what is here is paid for, the rest is not
		i = now[returns.Received]
	}
	if !ok || c.Kind == returns.Claim || (state == returns.Closed && !paid) {
		return nil
	}
	names := []string{"requested", "approved", "in_transit", "received", "refunded"}
	if c.Kind == returns.Withdrawal {
		if names, i = names[2:], i-2; i < 0 {
			return nil
		}
	}
	if v.gift != nil || !paysBack(c.Remedy) {
		names[len(names)-1] = "given"
	}
	return v.steps("page.case.step.", names, i, state == returns.Closed)
}

// caseEvents are the steps of a case's log that its shopper reads, and their words below "page.case.event.".
var caseEvents = map[string]string{
	"requested": "requested", "withdrew": "withdrew", "changed": "changed", "approved": "approved", "approve": "approved", "reject": "reject",
	"send": "send", "receive": "receive", "inspected": "inspected", "inspect": "inspected", "refund": "refund", "settle": "settle",
	"call_off": "call_off", "reopen": "reopen", "claimed": "claimed", "appealed": "appealed", "extended": "extended", cases.Wrote: "wrote", cases.Replied: "replied",
	cases.DispatchProven: "proof",
	cases.ProofSent:      "proof_sent", cases.MethodSaid: "method", cases.LabelWanted: "label_wanted", cases.LabelReady: "label", cases.LabelPaid: "label",
	cases.Fulfilled:    "fulfilled",
	cases.PayoutAgreed: "payout",
}

// labelOnce leaves out that a label was paid for: it is ready when its file is there, which has a step of its own. A log from before there was one
// tells it by the step that it has, once the file is there.
func labelOnce(log []store.CaseStep, there bool) []store.CaseStep {
	told := slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == cases.LabelReady })
	if there && !told {
		return log
	}
	return slices.DeleteFunc(slices.Clone(log), func(s store.CaseStep) bool { return s.Step == cases.LabelPaid })
}

// caseStory gives the log of a case, newest first, in words. The same step told again is told once.
func (v *visit) caseStory(log []store.CaseStep) []entry {
	var out []entry
	last := ""
	for _, s := range log {
		event, ok := caseEvents[s.Step]
		if !ok || event == last {
			continue
		}
		last = event
		out = append(out, entry{
			Text: v.forReader("page.case.event." + event), When: v.words.Moment(s.At), ISO: s.At.UTC().Format("2006-01-02T15:04:05Z"),
		})
	}
	slices.Reverse(out)
	return out
}
