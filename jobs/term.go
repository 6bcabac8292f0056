package jobs

import (
	"context"
	"errors"
	"log/slog"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/delays"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// term looks at a deadline whose next reminder, or whose end, has come: it is put in step with the facts first, and if what
// had to be done is not done, whoever should know is told.
func (w *Worker) term(ctx context.Context, task store.Task) error {
	row, err := w.DB.Term(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return err
	}
	if err := early(row.Work, w.Now()); err != nil {
		return err
	}
	shop, f := w.shop(row.Shop)
	if f != nil {
		return w.stumble(ctx, task, f)
	}
	var tasks []store.Task
	var stage returns.ReminderKind
	for range conflictRetries {
		err = w.DB.Write(ctx, func(tx *store.Tx) error {
			var err error
			tasks, stage, err = w.lookAt(ctx, tx, shop, task)
			return err
		})
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	w.Queue.Enqueue(ctx, tasks...)
	if stage != "" {
		w.Log.LogAttrs(ctx, slog.LevelInfo, "deadline", slog.String("term", row.ID), slog.String("shop", row.Shop), slog.String("kind", string(row.Kind)),
			slog.String("rule", string(row.Rule)), slog.String("party", string(row.Party)), slog.String("stage", string(stage)), slog.String("order", row.OrderID))
	}
	return nil
}

// lookAt gives the stage that was told of, "" when there was nothing to tell.
func (w *Worker) lookAt(ctx context.Context, tx *store.Tx, shop *config.Shop, task store.Task) ([]store.Task, returns.ReminderKind, error) {
	row, err := tx.Term(ctx, task.ID)
	if err != nil {
		return nil, "", err
	}
	now := w.Now()
	tasks, err := terms.Refresh(ctx, tx, shop, row.Owner, now)
	if err != nil {
		return nil, "", err
	}
	if row, err = tx.Term(ctx, task.ID); err != nil || !current(row.Work, task) {
		return tasks, "", err // it was met, or moved, and its task with it
	}
	stage := returns.StageAt(row.Party, row.Rules(), now)
	told := stage.Later(row.Stage)
	if !told {
		stage = row.Stage
	}
	if err := tx.FireTerm(ctx, row.ID, row.Generation, stage, returns.NextLook(row.Party, row.Rules(), now, false), now); err != nil {
		return nil, "", err
	}
	if !told {
		return tasks, "", nil
	}
	more, err := w.alarm(ctx, tx, shop, row, stage)
	if err != nil {
		return nil, "", err
	}
	tasks = append(tasks, more...)
	more, err = w.follows(ctx, tx, shop, row, stage)
	return append(tasks, more...), stage, err
}

// follows does what a law says comes of a stage by itself: silence accepts a claim, a buyer is told of a delay before the day to ship
// is over, an order that its buyer does not agree to wait for is cancelled.
func (w *Worker) follows(ctx context.Context, tx *store.Tx, shop *config.Shop, row store.Term, stage returns.ReminderKind) ([]store.Task, error) {
	shipping := row.Kind == returns.TermShip || row.Kind == returns.TermCancel
	switch {
	case stage == returns.Missed && row.Kind == returns.TermAnswer && row.Silence:
		return w.Cases.DeemAccepted(ctx, tx, row.CaseID, w.Now())
	case stage == returns.EndsSoon && shipping:
		order, err := tx.Order(ctx, row.OrderID)
		if err != nil {
			return nil, err
		}
		return delays.Tell(ctx, tx, shop, order, delays.Near, w.Now())
	case stage == returns.Missed && row.Kind == returns.TermCancel && shop.Returns.FTC == "cancel":
		order, err := tx.Order(ctx, row.OrderID)
		if err != nil {
			return nil, err
		}
		tasks, err := w.Cases.CancelOrder(ctx, tx, order, cases.Clock)
		if fault.Code(err) == cases.PartlyShipped { // staff were alarmed
			return nil, nil
		}
		return tasks, err
	default:
		return nil, nil
	}
}
