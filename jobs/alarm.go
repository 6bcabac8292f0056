package jobs

import (
	"context"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/notify"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// alarm tells of a deadline that comes near or was missed: the case's log, the shop's staff or the shopper who must act, and
// the shop's own systems.
func (w *Worker) alarm(ctx context.Context, tx *store.Tx, shop *config.Shop, row store.Term, stage returns.ReminderKind) ([]store.Task, error) {
	if err := w.logAlarm(ctx, tx, row, stage); err != nil {
		return nil, err
	}
	order := store.Order{Shop: shop.ID, Language: shop.Languages[0]}
	if row.OrderID != "" {
		var err error
		if order, err = tx.Order(ctx, row.OrderID); err != nil {
			return nil, err
		}
	}
	tell := w.tellStaff
	if row.Party == returns.ByShopper {
		tell = w.remindShopper
	}
	tasks, err := tell(ctx, tx, shop, order, row, stage)
	if err != nil {
		return nil, err
	}
	e := notify.Event{Type: notify.DeadlineNear, Key: row.ID + ":" + string(stage) + ":" + row.Last.String(), OrderID: row.OrderID}
	if stage == returns.Missed {
		e.Type = notify.DeadlineMissed
	}
	e.Data = map[string]any{"order": notify.OrderOf(order), "deadline": notify.DeadlineOf(row, string(stage))}
	more, err := notify.Add(ctx, tx, shop, e, w.Now())
	return append(tasks, more...), err
}

func (w *Worker) logAlarm(ctx context.Context, tx *store.Tx, row store.Term, stage returns.ReminderKind) error {
	if row.CaseID == "" {
		return nil
	}
	now := w.Now()
	return tx.AddCaseStep(ctx, store.CaseStep{
		ID: id.New(now), CaseID: row.CaseID, At: now, Actor: cases.System, Step: "deadline_" + string(stage),
		Note: string(row.Kind) + " by the " + string(row.Party) + " until " + row.Last.String() + " (" + string(row.Rule) + ")",
	})
}

// tellStaff mails whoever the shop named for deadlines, in the shop's first language. Without an address the console and the
// metrics tell alone.
func (w *Worker) tellStaff(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, row store.Term, stage returns.ReminderKind) ([]store.Task, error) {
	staff, ok := outbox.Staff(shop)
	if !ok {
		return nil, nil
	}
	now := w.Now()
	order.Language = shop.Languages[0]
	return outbox.Add(ctx, tx, order, messages.ForStaff(messages.Notice{
		Now: now, Topic: messages.StaffDeadline, ID: row.ID, Step: string(stage) + " " + row.Last.String(), Policy: outbox.Policy(shop), Contact: staff,
		Data: messages.Data{
			CaseID: row.CaseID, WithdrawalID: row.WithdrawalID, Deadline: string(row.Kind), Stage: string(stage), NewDate: row.Last.String(),
		},
	}), now)
}

// remindShopper writes to a shopper whose time to send goods back ends soon. That it is over is for staff to see.
func (w *Worker) remindShopper(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, row store.Term, stage returns.ReminderKind) ([]store.Task, error) {
	if stage == returns.Missed || row.Kind != returns.TermSendBack || row.CaseID == "" {
		return nil, nil
	}
	c, err := tx.Case(ctx, row.CaseID)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	notice, order := outbox.About(shop, order, c, now)
	notice.Topic, notice.Step, notice.Data = messages.ReturnSendSoon, "send_soon "+row.Last.String(), messages.Data{NewDate: row.Last.String()}
	return outbox.Add(ctx, tx, order, messages.ForCase(notice), now)
}
