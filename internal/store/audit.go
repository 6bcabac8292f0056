package store

import "context"

// AuditOf gives what staff did to an object, newest first.
func (r *Reads) AuditOf(ctx context.Context, object string, limit int) ([]AuditEntry, error) {
	return list(ctx, r.q, func(r row) (AuditEntry, error) {
		var e AuditEntry
		err := r.Scan(&e.ID, timeColumn{&e.At}, &e.User, &e.Action, &e.Object, &e.Note)
		return e, err
	}, "SELECT id, at, user_name, action, object, note FROM audit WHERE object = $1 ORDER BY id DESC LIMIT $2", object, limit)
}

// AddAudit keeps what a member of staff did.
func (tx *Tx) AddAudit(ctx context.Context, entry AuditEntry) error {
	_, err := exec(ctx, tx.q, "INSERT INTO audit (id, at, user_name, action, object, note) VALUES ($1, $2, $3, $4, $5, $6)",
		entry.ID, ms(entry.At), entry.User, entry.Action, entry.Object, entry.Note)
	return err
}
