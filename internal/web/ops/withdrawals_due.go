package ops

import (
	"context"
	"slices"
	"time"

	"homeward/internal/cases"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// dueRow is a withdrawal whose money has not gone.
type dueRow struct {
	store.Withdrawal
	Case     store.Case
	Deadline chip // how near the law's last day is
	Withheld bool // the shop may still wait for the goods, or a proof that they were sent
}

func (c *console) moneyDue(ctx context.Context, now time.Time, limit int) ([]dueRow, error) {
	rows, err := c.Store.WithdrawalsDue(ctx, limit)
	if err != nil {
		return nil, err
	}
	due := make([]dueRow, 0, len(rows))
	for _, w := range rows {
		row := dueRow{Withdrawal: w}
		if row.Case, err = c.Store.Case(ctx, w.CaseID); err != nil {
			return nil, err
		}
		log, err := c.Store.CaseLog(ctx, w.CaseID)
		if err != nil {
			return nil, err
		}
		// Directive 2011/83/EU, Art. 13(3)
		row.Withheld = len(row.Case.Received) == 0 && !cases.Dispatched(log) && !slices.Contains(w.Flags, withdrawals.NotShipped)
		row.Deadline = deadlineChip(w, now, row.Withheld)
		due = append(due, row)
	}
	return due, nil
}

// deadlineChip says how near the last day is: at half time a hint, four days before the end a warning, after it an alarm. What
// may be withheld is never late, but stays in sight.
func deadlineChip(w store.Withdrawal, now time.Time, withheld bool) chip {
	end := w.RefundDueAt
	switch {
	case end.IsZero():
		return chip{"info", "Runs from the goods"}
	case !now.Before(end) && withheld:
		return chip{"warn", "Waits for the goods, due at once when they come"}
	case !now.Before(end):
		return chip{"bad", "Overdue by " + span(now.Sub(end))}
	case end.Sub(now) <= store.NearlyDue:
		return chip{"warn", "Due in " + span(end.Sub(now))}
	case end.Sub(now) <= end.Sub(w.SubmittedAt)/2:
		return chip{"info", "Half of the time is over"}
	default:
		return chip{"good", "Due in " + span(end.Sub(now))}
	}
}
