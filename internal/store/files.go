package store

import (
	"context"
	"strings"
	"time"
)

// FilePurpose says what a file is for.
type FilePurpose string

// The purposes.
const (
	PhotoFile      FilePurpose = "photo"      // of what a case is about, by its shopper
	ProofFile      FilePurpose = "proof"      // that the goods were sent
	InspectionFile FilePurpose = "inspection" // of what came back, by staff
	LabelFile      FilePurpose = "label"      // of the way back, by the carrier
)

// File is what is known of a kept file; its bytes lie outside the database, under Key.
type File struct {
	ID          string
	Shop        string
	OrderID     string
	CaseID      string // "" until there is a case
	Nonce       string // of the form that uploaded it; of an inspection's photo, once there is one, [InspectionPhotos]
	Purpose     FilePurpose
	LineID      string // "" when it is of the case as a whole
	Key         string
	ContentType string
	Bytes       int64
	Width       int // of a photo, in pixels
	Height      int
	SHA256      string // hex
	By          string // "shopper", "staff:olga", "homeward"
	CreatedAt   time.Time
	StoredAt    time.Time // zero while the bytes are not known to be there
	DeleteAt    time.Time // zero: not before its case is over
}

const fileColumns = "id, shop, order_id, case_id, nonce, purpose, line_id, storage_key, content_type, bytes, width, height, " +
	"sha256, uploaded_by, created_at, stored_at, delete_at"

func scanFile(r row) (File, error) {
	var f File
	err := r.Scan(&f.ID, &f.Shop, &f.OrderID, &f.CaseID, &f.Nonce, &f.Purpose, &f.LineID, &f.Key, &f.ContentType, &f.Bytes, &f.Width,
		&f.Height, &f.SHA256, &f.By, timeColumn{&f.CreatedAt}, timeColumn{&f.StoredAt}, timeColumn{&f.DeleteAt})
	return f, err
}

// File gives a file, or ErrNotFound.
func (r *Reads) File(ctx context.Context, id string) (File, error) {
	return first(ctx, r.q, scanFile, "SELECT "+fileColumns+" FROM case_files WHERE id = $1", id)
}

// FilesOf gives a case's files whose bytes are there, oldest first.
func (r *Reads) FilesOf(ctx context.Context, caseID string) ([]File, error) {
	return list(ctx, r.q, scanFile, "SELECT "+fileColumns+
		" FROM case_files WHERE case_id = $1 AND case_id <> '' AND stored_at <> 0 ORDER BY created_at, id", caseID)
}

// FilesOfNonce gives the files that one form of an order uploaded and whose bytes are there, oldest first.
func (r *Reads) FilesOfNonce(ctx context.Context, orderID, nonce string) ([]File, error) {
	return list(ctx, r.q, scanFile, "SELECT "+fileColumns+
		" FROM case_files WHERE order_id = $1 AND nonce = $2 AND nonce <> '' AND stored_at <> 0 ORDER BY created_at, id", orderID, nonce)
}

// CountFiles tells how many files an order has, those whose bytes are not there yet included.
func (r *Reads) CountFiles(ctx context.Context, orderID string) (int, error) {
	return first(ctx, r.q, value[int], "SELECT COUNT(*) FROM case_files WHERE order_id = $1", orderID)
}

// AddFile adds a file's row. It comes before the file's bytes.
func (tx *Tx) AddFile(ctx context.Context, f File) error {
	_, err := exec(ctx, tx.q, "INSERT INTO case_files ("+fileColumns+") VALUES ("+placeholders(1, 17)+")",
		f.ID, f.Shop, f.OrderID, f.CaseID, f.Nonce, string(f.Purpose), f.LineID, f.Key, f.ContentType, f.Bytes, f.Width, f.Height,
		f.SHA256, f.By, ms(f.CreatedAt), ms(f.StoredAt), ms(f.DeleteAt))
	return err
}

// FileStored says that a file's bytes are there. A file that belongs to a case then stays until that is over. ErrNotFound when
// its row is gone.
func (tx *Tx) FileStored(ctx context.Context, id string, at time.Time) error {
	return must(ctx, tx.q, ErrNotFound,
		"UPDATE case_files SET stored_at = $2, delete_at = CASE WHEN case_id = '' THEN delete_at ELSE 0 END WHERE id = $1", id, ms(at))
}

// AdoptFiles gives the files of a form to the case that it made; they then stay until that is over. InsertCase does it.
func (tx *Tx) AdoptFiles(ctx context.Context, orderID, nonce, caseID string) error {
	_, err := exec(ctx, tx.q, "UPDATE case_files SET case_id = $3, delete_at = CASE WHEN stored_at = 0 THEN delete_at ELSE 0 END"+
		" WHERE order_id = $1 AND nonce = $2 AND nonce <> '' AND case_id = ''", orderID, nonce, caseID)
	return err
}

const inspectionNonce = "inspection:" // no form's nonce has a colon

// InspectionPhotos is what an inspection's photos have as their nonce.
func InspectionPhotos(inspectionID string) string { return inspectionNonce + inspectionID }

// Inspection gives the id of the inspection that a photo is evidence of, "" when it is of none.
func (f File) Inspection() string {
	id, _ := strings.CutPrefix(f.Nonce, inspectionNonce)
	if f.Purpose != InspectionFile || id == f.Nonce {
		return ""
	}
	return id
}

// AdoptInspectionPhotos gives the photos of one line that a form uploaded to the inspection that it made.
func (tx *Tx) AdoptInspectionPhotos(ctx context.Context, orderID, nonce string, i Inspection) error {
	_, err := exec(ctx, tx.q, "UPDATE case_files SET case_id = $5, nonce = $4, delete_at = 0"+
		" WHERE order_id = $1 AND nonce = $2 AND line_id = $3 AND nonce <> '' AND case_id = '' AND stored_at <> 0 AND purpose = 'inspection'",
		orderID, nonce, i.LineID, InspectionPhotos(i.ID), i.CaseID)
	return err
}

// The files of a shop whose case is over and that have no end yet, and those that have one and whose case was opened again. By the
// case's key, file by file: a list of all cases that are over grows for ever, and most have no files.
const (
	caseIsOver   = "EXISTS (SELECT 1 FROM cases WHERE cases.id = case_files.case_id AND cases.shop = $1 AND state IN ('rejected', 'closed', 'withdrawn'))"
	fileEnds     = "delete_at = 0 AND shop = $1 AND " + caseIsOver
	fileStaysNow = "delete_at <> 0 AND shop = $1 AND case_id <> '' AND stored_at <> 0 AND NOT " + caseIsOver
)

// FilesToEnd gives the ids of files of a shop's cases that EndFiles would change. It reads all that are kept: SQLite's one writer must not
// wait for that.
func (r *Reads) FilesToEnd(ctx context.Context, shop string) ([]string, error) {
	return list(ctx, r.q, value[string], "SELECT id FROM case_files WHERE "+fileEnds+" UNION ALL SELECT id FROM case_files WHERE "+fileStaysNow, shop)
}

// EndFiles sets when a file of a shop's case is deleted: keep after the case ended. The file of a case that was opened again stays.
func (tx *Tx) EndFiles(ctx context.Context, shop string, keep time.Duration, id string) error {
	_, err := exec(ctx, tx.q, "UPDATE case_files SET delete_at = $3 + (SELECT updated_at FROM cases WHERE cases.id = case_files.case_id) WHERE id = $2 AND "+
		fileEnds, shop, id, keep.Milliseconds())
	if err != nil {
		return err
	}
	_, err = exec(ctx, tx.q, "UPDATE case_files SET delete_at = 0 WHERE id = $2 AND "+fileStaysNow, shop, id)
	return err
}

// FilesToDelete gives files whose time is over, oldest first.
func (r *Reads) FilesToDelete(ctx context.Context, now time.Time, limit int) ([]File, error) {
	return list(ctx, r.q, scanFile, "SELECT "+fileColumns+
		" FROM case_files WHERE delete_at <> 0 AND delete_at <= $1 ORDER BY delete_at, id LIMIT $2", ms(now), limit)
}

// DropFile marks a form's own file, that no case has yet, for deletion at once. ErrNotFound when there is none such.
func (tx *Tx) DropFile(ctx context.Context, orderID, nonce, id string, now time.Time) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE case_files SET delete_at = $4, stored_at = 0"+
		" WHERE id = $3 AND order_id = $1 AND nonce = $2 AND nonce <> '' AND case_id = ''", orderID, nonce, id, ms(now))
}

// HoldFile takes hold of a file that is to be deleted: from then on no case can have it. ErrConflict when its case was opened
// again, or a case took it, since it was read.
func (tx *Tx) HoldFile(ctx context.Context, f File) error {
	return must(ctx, tx.q, ErrConflict, "UPDATE case_files SET stored_at = 0, nonce = '' WHERE id = $1 AND case_id = $2 AND delete_at = $3",
		f.ID, f.CaseID, ms(f.DeleteAt))
}

// RemoveFile takes a file's row away; its bytes are gone before.
func (tx *Tx) RemoveFile(ctx context.Context, id string) error {
	_, err := exec(ctx, tx.q, "DELETE FROM case_files WHERE id = $1", id)
	return err
}
