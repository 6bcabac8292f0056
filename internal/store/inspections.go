package store

import (
	"context"
	"time"

	"homeward/internal/returns"
)

// Inspection is what staff found of some units of a line that came back.
type Inspection struct {
	ID     string
	CaseID string
	returns.Inspection
	By         string // "staff:olga"
	At         time.Time
	Appeal     string // what the shopper says against it
	AppealedAt time.Time
	ReplacedBy string // the id of the inspection that stands in its place, "" while it stands
}

const inspectionColumns = "id, case_id, line_id, quantity, grade, outcome, deduction, reason, note, inspected_by, inspected_at, " +
	"appeal, appealed_at, replaced_by"

func scanInspection(r row) (Inspection, error) {
	var i Inspection
	err := r.Scan(&i.ID, &i.CaseID, &i.LineID, &i.Quantity, &i.Grade, &i.Outcome, &i.Deduction, &i.Reason, &i.Note, &i.By,
		timeColumn{&i.At}, &i.Appeal, timeColumn{&i.AppealedAt}, &i.ReplacedBy)
	return i, err
}

// InspectionsOf gives a case's inspections, oldest first, those that were replaced included.
func (r *Reads) InspectionsOf(ctx context.Context, caseID string) ([]Inspection, error) {
	return list(ctx, r.q, scanInspection, "SELECT "+inspectionColumns+" FROM inspections WHERE case_id = $1 ORDER BY inspected_at, id", caseID)
}

// Appeals gives the inspections that a shopper appealed against and nobody answered, oldest first.
func (r *Reads) Appeals(ctx context.Context, limit int) ([]Inspection, error) {
	return list(ctx, r.q, scanInspection, "SELECT "+inspectionColumns+
		" FROM inspections WHERE appealed_at <> 0 AND replaced_by = '' ORDER BY appealed_at, id LIMIT $1", limit)
}

// AddInspection appends an inspection.
func (tx *Tx) AddInspection(ctx context.Context, i Inspection) error {
	_, err := exec(ctx, tx.q, "INSERT INTO inspections ("+inspectionColumns+") VALUES ("+placeholders(1, 14)+")",
		i.ID, i.CaseID, i.LineID, i.Quantity, string(i.Grade), string(i.Outcome), i.Deduction, i.Reason, i.Note, i.By, ms(i.At),
		i.Appeal, ms(i.AppealedAt), i.ReplacedBy)
	return err
}

// AppealInspection keeps what a shopper says against an inspection. ErrConflict when it was appealed or replaced already.
func (tx *Tx) AppealInspection(ctx context.Context, id, appeal string, at time.Time) error {
	return must(ctx, tx.q, ErrConflict,
		"UPDATE inspections SET appeal = $2, appealed_at = $3 WHERE id = $1 AND appealed_at = 0 AND replaced_by = ''", id, appeal, ms(at))
}

// AddToAppeal puts what a shopper says against an inspection in the place of what they said before. ErrConflict when that is not what stands
// there, or somebody answered.
func (tx *Tx) AddToAppeal(ctx context.Context, id, before, appeal string) error {
	return must(ctx, tx.q, ErrConflict, "UPDATE inspections SET appeal = $3 WHERE id = $1 AND appeal = $2 AND replaced_by = ''", id, before, appeal)
}

// ReplaceInspection says which inspection stands in the place of another. ErrConflict when one does already.
func (tx *Tx) ReplaceInspection(ctx context.Context, id, by string) error {
	return must(ctx, tx.q, ErrConflict, "UPDATE inspections SET replaced_by = $2 WHERE id = $1 AND replaced_by = ''", id, by)
}
