package jobs

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"

	"homeward/internal/fault"
	"homeward/internal/store"
)

// stumbles bounds how often work that is never claimed may fail before a person looks: some hours, by backoff.
const stumbles = 20

// errPanic stands for a panic, whose value may quote data and is told to nobody.
var errPanic = fault.New(fault.Permanent, "panic", "This cannot be worked on; it is a fault of Homeward. Its stack is in the log.", nil)

// guarded does a task and makes an error of its panic: asynq would keep the panic's value in Redis and in the log.
func (w *Worker) guarded(ctx context.Context, task store.Task) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic
			w.Log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("kind", string(task.Kind)), slog.String("id", task.ID), slog.String("stack", string(debug.Stack())))
		}
	}()
	return w.do(ctx, task)
}

// failing sees to it that work which fails again and again ends in front of a person. What can be recorded was recorded
// where it happened; here comes what nobody foresaw: a panic, a statement that the database always refuses.
func (w *Worker) failing(ctx context.Context, task store.Task, err error) error {
	var waits *again
	if err == nil || errors.As(err, &waits) {
		return err
	}
	switch {
	case errors.Is(err, errPanic):
		return w.finish(ctx, task, givenUp[task.Kind], errPanic)
	case task.Kind != store.EventWork && task.Kind != store.DeadlineWork && task.Kind != store.TermWork:
		return err // its claim counts, and its lease lets the sweep come back to it
	case errors.Is(err, store.ErrConflict), errors.Is(err, context.Canceled), fault.Code(err) == "database_unavailable":
		return err // nothing is wrong with this row
	}
	return w.stumble(ctx, task, fault.Of(err))
}

// givenUp is where work of a kind waits for a person.
var givenUp = map[store.WorkKind]string{
	store.EventWork: store.EventFailed, store.MessageWork: store.MessageHeld, store.RefundWork: store.RefundHeld, store.DeadlineWork: store.DeadlineLapsed,
	store.TermWork: store.TermMissed, store.CallWork: store.CallFailed, store.LabelWork: store.LabelHeld, store.ReadingWork: store.ReadingStopped,
}

// stumble counts a failure of work that no claim counts.
func (w *Worker) stumble(ctx context.Context, task store.Task, f *fault.Error) error {
	var attempt int
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if attempt, err = tx.Stumble(ctx, task.Kind, task.ID, task.Generation); err != nil {
			return err
		}
		if attempt >= stumbles {
			return tx.Finish(ctx, task.Kind, task.ID, task.Generation, givenUp[task.Kind], f)
		}
		return nil
	})
	switch {
	case errors.Is(err, store.ErrStale):
		return nil
	case err != nil:
		return err
	case attempt >= stumbles:
		w.Log.LogAttrs(ctx, slog.LevelError, "given up", slog.String("kind", string(task.Kind)), slog.String("id", task.ID), slog.String("code", f.Code))
		return nil
	}
	return w.retry(ctx, task, backoff(attempt, f), "", f)
}
