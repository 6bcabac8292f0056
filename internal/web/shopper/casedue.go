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
	var sendBy, refundBy time.Time
	if c.Kind == returns.Withdrawal {
		sendBy, refundBy = h.statutoryDays(r, v, c)
	}
	var rows []dueRow
	switch c.State {
	case returns.Requested:
		return append(rows, v.dueRow(false, "answer", "page.case.when.answer", time.Time{}))
	case returns.Approved:
		if !c.Conditions.Keep {
			rows = append(rows, v.dueRow(true, "send", "page.case.when.send", sendBy))
		}
	case returns.InTransit, returns.Received, returns.Refunding:
	}
	return append(rows, v.dueRow(false, outcomeOf(c), "page.case.when."+whenOf(c, refunds), refundBy))
}

// outcomeOf names what the shopper gets, below "page.case.due.".
func outcomeOf(c store.Case) string {
	switch c.Remedy {
	case "exchange", "credit", "repair", "replacement", "price_reduction", "termination":
		return string(c.Remedy)
	default:
		return string(returns.RefundRemedy)
	}
}

// whenOf says what the money of a case waits for, below "page.case.when.".
func whenOf(c store.Case, refunds []store.Refund) string {
	switch {
	case len(refunds) > 0:
		return "under_way"
	case c.Kind == returns.Withdrawal:
		return "withheld"
	case c.Conditions.RefundWhen == returns.AtOnce || c.Conditions.Keep:
		return string(returns.AtOnce)
	case c.Conditions.Inspect || c.Conditions.RefundWhen == returns.OnInspection:
		return string(returns.OnInspection)
	case c.Conditions.RefundWhen == returns.OnFirstScan && c.State == returns.Approved:
		return string(returns.OnFirstScan)
	default:
		return string(returns.OnReceipt)
	}
}

func (v *visit) dueRow(mine bool, what, text string, end time.Time) dueRow {
	row := dueRow{Who: v.words.T("page.case.due.we"), What: v.words.T("page.case.due." + what), Text: v.words.T(text), Mine: mine}
	if mine {
		row.Who = v.words.T("page.case.due.you")
	}
	if !end.IsZero() {
		row.By, row.Over = v.words.T("page.case.due.by", "Date", v.words.Date(withdrawals.LastDay(end))), !v.now.Before(end)
	}
	return row
}

// statutoryDays gives the ends of the time to send the goods of a withdrawal back and to pay for them.
func (h *handler) statutoryDays(r *http.Request, v *visit, c store.Case) (sendBy, refundBy time.Time) {
	declared := c.CreatedAt
	if statement, err := h.Store.Withdrawal(r.Context(), cases.StatementOf(c)); err == nil {
		declared = statement.SubmittedAt
	}
	terms := withdrawals.TermsOf(v.shop, v.order, declared)
	return terms.SendBack, terms.Refund
}
