package store

import (
	"context"
	"time"
)

// Session gives the name of the user whose session this is; ErrNotFound when there is none or it is over. The token itself
// is never stored.
func (r *Reads) Session(ctx context.Context, tokenHash string, now time.Time) (string, error) {
	return first(ctx, r.q, value[string], "SELECT user_name FROM sessions WHERE token_hash = $1 AND expires_at > $2", tokenHash, ms(now))
}

// PutSession keeps a session, or moves the end of one that is there.
func (tx *Tx) PutSession(ctx context.Context, tokenHash, user string, expiresAt time.Time) error {
	_, err := exec(ctx, tx.q, `INSERT INTO sessions (token_hash, user_name, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (token_hash) DO UPDATE SET user_name = excluded.user_name, expires_at = excluded.expires_at`,
		tokenHash, user, ms(expiresAt))
	return err
}

// DeleteSession ends a session.
func (tx *Tx) DeleteSession(ctx context.Context, tokenHash string) error {
	_, err := exec(ctx, tx.q, "DELETE FROM sessions WHERE token_hash = $1", tokenHash)
	return err
}

// PurgeSessions deletes the sessions that are over.
func (tx *Tx) PurgeSessions(ctx context.Context, now time.Time) error {
	_, err := exec(ctx, tx.q, "DELETE FROM sessions WHERE expires_at <= $1", ms(now))
	return err
}
