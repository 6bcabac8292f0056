package ops

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/cases"
	"homeward/internal/delays"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// termRow is a deadline with what it belongs to.
type termRow struct {
	store.Term
	Deadline  chip // how near the end is
	Case      store.Case
	Number    string // of the order
	Reference string // of the statement
	Delay     delayForm
}

// delayForm is what was typed to tell of a delay, and could not be sent.
type delayForm struct {
	Date, Reason string
	Fault        string // what is wrong; "" when nothing was typed yet
	At           string // the field that it is about: date, reason, or "" for neither
}

// Form tells that the form of a delay is shown: also when the time for it went by while it was filled in, to keep what was typed.
func (t termRow) Form() bool { return t.Delays() || t.Delay.Fault != "" }

// What says in plain words what has to be done.
func (t termRow) What() string { return termWords[t.Kind] }

// Why says by which rule, and what an open one waits for.
func (t termRow) Why() string {
	if t.State == store.TermOpen {
		return openWords[t.OpenCode]
	}
	return ruleWords[t.Rule]
}

// Missed tells that it is red until it is met, or somebody says what was done.
func (t termRow) Missed() bool { return t.State == store.TermMissed && t.Party == returns.ByShop }

// Cancels tells that the order can be cancelled here, because it was not shipped in time, or will not be.
func (t termRow) Cancels() bool {
	running := t.State == store.Due || t.State == store.TermOpen || t.State == store.TermMissed
	return running && (t.Kind == returns.TermShip || t.Kind == returns.TermCancel)
}

// Delays tells that its buyer can be told of a delay here, before the day is over.
func (t termRow) Delays() bool { return t.Cancels() && t.State == store.Due }

var termWords = map[returns.TermKind]string{
	returns.TermRefund: "Give the money back", returns.TermSendBack: "The shopper sends the goods back", returns.TermAnswer: "Answer the claim",
	returns.TermStatement: "Find out whose statement it is", returns.TermShip: "Hand the order to a carrier",
	returns.TermDeliver: "Deliver the order",
	returns.TermCancel:  "Cancel and refund what was not shipped",
}

// ruleWords say where a deadline comes from. docs/deadlines.md says more.
var ruleWords = map[returns.TermRule]string{
	returns.RefundEU: "14 days from the statement (Directive 2011/83/EU, Art. 13).", returns.RefundGB: "14 days from the goods or a proof that they were sent (SI 2013/3134, reg. 34).",
	returns.RefundUS: "Seven working days (16 CFR 435.1(b)).", returns.RefundPromised: "The shop's own time; no law sets one.",
	returns.SendBack: "14 days from the statement (Directive 2011/83/EU, Art. 14).", returns.SendPromised: "The shop's own time for returns.",
	returns.ComplaintPL: "14 days; silence accepts the claim (ustawa o prawach konsumenta, art. 7a).", returns.ComplaintSI: "30 days; 15 more if told before they end (ZVPot-1).",
	returns.ComplaintElsewhere: "A reasonable time, as the shop set it.", returns.ShipByStated: "The day that the shop promised.",
	returns.DeliverEU:       "30 days from the order, for no later day was agreed (Directive 2011/83/EU, Art. 18).",
	returns.DeliverGB:       "30 days from the order, for no later day was agreed (Consumer Rights Act 2015, s. 28).",
	returns.DeliverAgreed:   "The day of delivery that was agreed with the order.",
	returns.ShipIn30Days:    "30 days from the order, for none was promised.",
	returns.CancelUnshipped: "The buyer was told of a delay: what is not shipped by then, and was not agreed to, is cancelled and refunded (16 CFR 435.2).",
}

var openWords = map[returns.Code]string{
	returns.AwaitingGoods: "The money may wait until the goods are back, or a proof that they were sent. Then it is due at once when the 14 days are over.",
	returns.DelayAccepted: "The buyer agreed to wait without a date, and may cancel at any time.",
	returns.OrderUnknown:  "When the order was placed is not known.",
}

// deadlinesData is what the room of deadlines shows.
type deadlinesData struct {
	Terms []termRow
	Pages paging
}

func (c *console) deadlines(w http.ResponseWriter, r *http.Request, v visit) error {
	data, err := c.deadlinesOf(r, v)
	if err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "deadlines", "Deadlines", data)
	return nil
}

func (c *console) deadlinesOf(r *http.Request, v visit) (deadlinesData, error) {
	rows, pages, err := paged(r, "page", func(limit int) ([]store.Term, error) { return c.Store.TermsAhead(r.Context(), limit) })
	if err != nil {
		return deadlinesData{}, err
	}
	data := deadlinesData{Pages: pages}
	data.Terms, err = c.termRows(r.Context(), rows, v.now)
	return data, err
}

func (c *console) termRows(ctx context.Context, terms []store.Term, now time.Time) ([]termRow, error) {
	rows := make([]termRow, 0, len(terms))
	for _, t := range terms {
		row := termRow{Term: t, Deadline: deadlineChip(t, now)}
		var err error
		if t.CaseID != "" {
			if row.Case, err = c.Store.Case(ctx, t.CaseID); err != nil && !isNotFound(err) {
				return nil, err
			}
		}
		if t.OrderID != "" {
			order, err := c.Store.Order(ctx, t.OrderID)
			if err != nil && !isNotFound(err) {
				return nil, err
			}
			row.Number = named(order)
		}
		if t.WithdrawalID != "" {
			statement, err := c.Store.Withdrawal(ctx, t.WithdrawalID)
			if err != nil && !isNotFound(err) {
				return nil, err
			}
			row.Reference = statement.Reference
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// deadlineChip says how near the end is: at half time a hint, four days before the end a warning, after it an alarm. What may
// wait is never late, but stays in sight.
func deadlineChip(t store.Term, now time.Time) chip {
	end := t.EndAt
	switch {
	case end.IsZero() && t.OpenCode == returns.AwaitingGoods && !t.Last.IsZero() && !now.Before(t.Last.EndOfDay(t.Rules().Zone)):
		return chip{"warn", "Waits for the goods, due at once when they come"}
	case end.IsZero():
		return chip{"info", "No end yet"}
	case !now.Before(end) && t.Party == returns.ByShopper:
		return chip{"warn", "Not done in time, over since " + span(now.Sub(end))}
	case !now.Before(end):
		return chip{"bad", "Overdue by " + span(now.Sub(end))}
	case end.Sub(now) <= store.NearlyDue:
		return chip{"warn", "Due in " + span(end.Sub(now))}
	case end.Sub(now) <= end.Sub(t.Since)/2:
		return chip{"info", "Half of the time is over, due in " + span(end.Sub(now))}
	default:
		return chip{"good", "Due in " + span(end.Sub(now))}
	}
}

// doneDeadline records what a person says was done about a missed deadline.
func (c *console) doneDeadline(w http.ResponseWriter, r *http.Request, v visit) error {
	id, note := r.PathValue("id"), text(r, "note")
	if note == "" {
		return c.done(w, r, v, "deadlines", id, nil, "need_note")
	}
	err := c.mend(r.Context(), v, act{name: "deadline done", object: "term:" + id, note: note, write: func(tx *store.Tx) ([]store.Task, error) {
		t, err := tx.Term(r.Context(), id)
		if err != nil {
			return nil, err
		}
		if t.Generation != seenGeneration(r) {
			return nil, errStale
		}
		return nil, tx.DoneTerm(r.Context(), id, v.user.Name, note, v.now)
	}})
	return c.done(w, r, v, "deadlines", id, err, "term_done")
}

// seenTerm gives the order of a deadline that is still as the form showed it and takes the act; errStale when it does not.
func seenTerm(r *http.Request, tx *store.Tx, id string, takes func(termRow) bool) (store.Order, error) {
	t, err := tx.Term(r.Context(), id)
	if err != nil {
		return store.Order{}, err
	}
	if t.Generation != seenGeneration(r) || !takes(termRow{Term: t}) {
		return store.Order{}, errStale
	}
	return tx.Order(r.Context(), t.OrderID)
}

// cancelUnshipped cancels an order that was not shipped in time, and gives everything back that was paid for it.
func (c *console) cancelUnshipped(w http.ResponseWriter, r *http.Request, v visit) error {
	id, note := r.PathValue("id"), text(r, "note")
	if note == "" {
		return c.done(w, r, v, "deadlines", id, nil, "need_note")
	}
	t, err := c.Store.Term(r.Context(), id)
	if err != nil {
		return err
	}
	err = c.mend(r.Context(), v, act{name: "cancel unshipped order", object: "order:" + t.OrderID, note: note, write: func(tx *store.Tx) ([]store.Task, error) {
		order, err := seenTerm(r, tx, id, termRow.Cancels)
		if err != nil {
			return nil, err
		}
		return c.Cases.CancelOrder(r.Context(), tx, order, v.actor())
	}})
	if fault.Code(err) == cases.PartlyShipped {
		return c.done(w, r, v, "deadlines", id, nil, "part_shipped")
	}
	return c.done(w, r, v, "deadlines", id, err, "unshipped")
}

// announceDelay tells the buyer of a delay, with the date and the reason that staff enter.
func (c *console) announceDelay(w http.ResponseWriter, r *http.Request, v visit) error {
	t, err := c.Store.Term(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	shop, ok := c.Deps.Shop(t.Shop)
	if !ok {
		return store.ErrNotFound
	}
	form := delayForm{Date: text(r, "date"), Reason: text(r, "reason")}
	revised, ok := form.check(v.now)
	if !ok {
		return c.retypeDelay(w, r, v, t.ID, form)
	}
	err = c.mend(r.Context(), v, act{name: "tell of a delay", object: "order:" + t.OrderID, note: strings.TrimSpace(form.Date + " " + form.Reason), write: func(tx *store.Tx) ([]store.Task, error) {
		order, err := seenTerm(r, tx, t.ID, termRow.Delays)
		if err != nil {
			return nil, err
		}
		return delays.Announce(r.Context(), tx, shop, order, revised, form.Reason, v.actor(), v.now)
	}})
	if err == nil {
		return c.done(w, r, v, "deadlines", r.PathValue("id"), nil, "delay_told")
	}
	if !form.blame(err) {
		return err
	}
	return c.retypeDelay(w, r, v, t.ID, form)
}

// check reads the date; no day when none was typed. False when the form says what is wrong. Mails name such a day without its year, so
// one that is a year away is taken for a slip.
func (f *delayForm) check(now time.Time) (calendar.Date, bool) {
	if f.Date == "" {
		if f.Reason == "" {
			f.At, f.Fault = "reason", notices["need_delay"].Text
		}
		return calendar.Date{}, f.Fault == ""
	}
	revised, err := calendar.Parse(f.Date)
	switch {
	case err != nil:
		f.At, f.Fault = "date", "Nothing was sent: this is no date. Enter one like 2026-11-23, or none."
	case revised.After(calendar.Of(now, time.UTC).AddMonths(11)):
		f.At, f.Fault = "date", "Nothing was sent: this day is almost a year away or more. Check the year; if it is right, leave the date empty and write why."
	}
	return revised, f.Fault == ""
}

// blame puts an error into the form; false when it is not about what was typed.
func (f *delayForm) blame(err error) bool {
	code := ""
	switch {
	case errors.Is(err, errStale), errors.Is(err, store.ErrStale), errors.Is(err, store.ErrConflict):
		code = "stale"
	case fault.Code(err) == delays.NotLater:
		f.At, code = "date", "delay_early"
	case fault.Code(err) == delays.NotNews:
		f.At, code = "reason", "delay_same"
	case fault.Code(err) == delays.NotDue:
		code = "delay_over"
	case fault.Code(err) == delays.NoAddress:
		code = "delay_nobody"
	}
	f.Fault = notices[code].Text
	return code != ""
}

// retypeDelay shows the deadlines with what was typed about one, which comes first when it is not among those of the page.
func (c *console) retypeDelay(w http.ResponseWriter, r *http.Request, v visit, termID string, form delayForm) error {
	data, err := c.deadlinesOf(r, v)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(data.Terms, func(t termRow) bool { return t.ID == termID })
	if at < 0 {
		t, err := c.Store.Term(r.Context(), termID)
		if err != nil {
			return err
		}
		row, err := c.termRows(r.Context(), []store.Term{t}, v.now)
		if err != nil {
			return err
		}
		at, data.Terms = 0, append(row, data.Terms...)
	}
	data.Terms[at].Delay = form
	c.render(w, r, v, http.StatusUnprocessableEntity, "deadlines", "Deadlines", data)
	return nil
}
