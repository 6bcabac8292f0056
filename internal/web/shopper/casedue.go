package shopper

import (
	"net/http"
	"time"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// dueRow is one thing that somebody has to do next.
type dueRow struct {
	Who  string // "From you"
	What string
	Text string
	By   string // "by 7 December 2026", "" without a date
	Over bool   // that day is over
	Mine bool   // it is the shopper's
}

// due says what is due from whom by when, the shopper's part first.
func (h *handler) due(r *http.Request, v *visit, c store.Case, refunds []store.Refund) []dueRow {
	if c.State.Final() {
		return nil
	}
	ends := h.ends(r, v, c)
	if c.State == returns.Requested {
		return []dueRow{v.dueRow(false, "answer", "page.case.when.answer", ends[returns.TermAnswer])}
	}
	var rows []dueRow
	switch {
	case v.partly(c):
		rows = append(rows, v.dueRow(true, "send_rest", "page.case.when.send_rest", ends[returns.TermSendBack]))
	case sends(c) && !v.unsent(c):
		rows = append(rows, v.dueRow(true, "send", "page.case.when.send", ends[returns.TermSendBack]))
	}
	return append(rows, v.dueRow(false, outcomeOf(c), v.whenOf(c, refunds), ends[returns.TermRefund]))
}

// sends tells that the shopper is to send goods now.
func sends(c store.Case) bool {
	return c.State == returns.Approved && comesBack(c)
}

// unsent tells of a withdrawal from goods that no carrier has, as far as is known: there is nothing to send, nor to wait for.
func (v *visit) unsent(c store.Case) bool {
	return c.Kind == returns.Withdrawal && c.State == returns.Approved && returns.NeverLeft(v.order.State, c.Items)
}

// ending is when something ends, and a moment of its last day as the shopper's zone dates it.
type ending struct{ at, day time.Time }

// ends gives the ends of what is still to be done within a case: the rows of its deadlines, and for a withdrawal from before
// there were any what the law says.
func (h *handler) ends(r *http.Request, v *visit, c store.Case) map[returns.TermKind]ending {
	ends := map[returns.TermKind]ending{}
	rows, err := h.Store.TermsOf(r.Context(), store.OwnerOfCase(c.ID))
	if err != nil {
		h.complain(r, "deadlines not read", err)
	}
	rest := v.partly(c) // the first goods that came met the term, but its day is that of all of them
	for _, t := range rows {
		open := t.MetAt.IsZero() && (t.State == store.Due || t.State == store.TermMissed)
		if open || (rest && t.Kind == returns.TermSendBack && !t.EndAt.IsZero()) {
			ends[t.Kind] = ending{t.EndAt, t.LastDay(v.zone)}
		}
	}
	if c.Kind == returns.Withdrawal && len(rows) == 0 {
		ends[returns.TermSendBack], ends[returns.TermRefund] = h.statutoryDays(r, v, c)
	}
	return ends
}

// outcomeOf names what the shopper gets, below "page.case.due.".
func outcomeOf(c store.Case) string {
	switch c.Remedy {
	case returns.ExchangeRemedy, returns.CreditRemedy, returns.RepairRemedy, returns.ReplacementRemedy, returns.ReductionRemedy:
		return string(c.Remedy)
	case returns.SendAgainRemedy:
		return string(returns.ReplacementRemedy)
	default:
		return string(returns.RefundRemedy)
	}
}

// whenOf says what the money of a case waits for: the key of a text.
func (v *visit) whenOf(c store.Case, refunds []store.Refund) string {
	const when = "page.case.when."
	if v.partly(c) {
		if key := v.whenOfParts(c, refunds); key != "" {
			return key
		}
	}
	if len(refunds) == 0 {
		if key := v.nextOf(c); key != "" {
			return key
		}
	}
	if key := "claim.next." + string(c.Remedy); c.Kind == returns.Claim && len(refunds) == 0 && v.words.Has(key) {
		return key
	}
	switch {
	case len(refunds) > 0:
		return when + "under_way"
	case v.unsent(c):
		return when + "unsent"
	case c.Kind == returns.Withdrawal:
		return when + "withheld"
	case c.Conditions.RefundWhen == returns.AtOnce || c.Conditions.Keep:
		return when + string(returns.AtOnce)
	case looksFirst(c):
		return when + string(returns.OnInspection)
	case c.Conditions.RefundWhen == returns.OnFirstScan && c.State == returns.Approved:
		return when + string(returns.OnFirstScan)
	default:
		return when + string(returns.OnReceipt)
	}
}

// nextOf says what comes after goods are on their way or here, for what is no money: the key of a text; "" where nothing but what
// was said before.
func (v *visit) nextOf(c store.Case) string {
	key := ""
	switch {
	case c.Kind == returns.Claim && c.State == returns.InTransit:
		return "page.case.when.received"
	case c.State != returns.Received:
	case c.Kind == returns.Claim:
		key = "return_received.claim." + string(c.Remedy) + ".more"
	case c.Kind == returns.Return && !looksFirst(c):
		key = "return_received.other." + string(c.Remedy) + ".more"
	}
	if key == "" || !v.words.Has(key) {
		return ""
	}
	return key
}

func (v *visit) dueRow(mine bool, what, text string, end ending) dueRow {
	row := dueRow{Who: v.words.T("page.case.due.we"), What: v.words.T("page.case.due." + what), Text: v.forReader(text), Mine: mine}
	if mine {
		row.Who = v.words.T("page.case.due.you")
	}
	if !end.at.IsZero() {
		row.By, row.Over = v.words.T("page.case.due.by", "Date", v.words.Date(end.day)), !v.now.Before(end.at)
	}
	return row
}

// statutoryDays gives the ends of the time to send the goods of a withdrawal back and to pay for them.
func (h *handler) statutoryDays(r *http.Request, v *visit, c store.Case) (sendBy, refundBy ending) {
	declared := c.CreatedAt
	if statement, err := h.Store.Withdrawal(r.Context(), cases.StatementOf(c)); err == nil {
		declared = statement.SubmittedAt
	}
	terms := withdrawals.TermsOf(v.shop, v.order, declared)
	return ending{terms.SendBack.End, terms.SendBack.LastDay(v.zone)}, ending{terms.Refund.End, terms.Refund.LastDay(v.zone)}
}
