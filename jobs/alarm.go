package jobs

import (
	"context"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// alarm tells of a deadline that comes near or was missed: the case's log first.
func (w *Worker) alarm(ctx context.Context, tx *store.Tx, shop *config.Shop, row store.Term, stage returns.ReminderKind) ([]store.Task, error) {
	if row.CaseID != "" {
		now := w.Now()
		err := tx.AddCaseStep(ctx, store.CaseStep{
			ID: id.New(now), CaseID: row.CaseID, At: now, Actor: cases.System, Step: "deadline_" + string(stage),
			Note: string(row.Kind) + " by the " + string(row.Party) + " until " + row.Last.String() + " (" + string(row.Rule) + ")",
		})
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}
