package store

import (
	"context"
	"time"

	"homeward/internal/messages"
)

// OptedOut tells whether a recipient told this sender to stop on this channel. It holds for the sender, across shops.
func (r *Reads) OptedOut(ctx context.Context, sender, recipient string, channel messages.Channel) (bool, error) {
	rows, err := list(ctx, r.q, value[int64], "SELECT at FROM opt_outs WHERE sender = $1 AND recipient = $2 AND channel = $3",
		sender, recipient, string(channel))
	return len(rows) > 0, err
}

// AddOptOut keeps that a recipient told this sender to stop; the first time counts.
func (tx *Tx) AddOptOut(ctx context.Context, sender, recipient string, channel messages.Channel, origin string, at time.Time) error {
	_, err := exec(ctx, tx.q, `INSERT INTO opt_outs (sender, recipient, channel, origin, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, sender, recipient, string(channel), origin, ms(at))
	return err
}

// RemoveOptOut lets the sender write again.
func (tx *Tx) RemoveOptOut(ctx context.Context, sender, recipient string, channel messages.Channel) error {
	_, err := exec(ctx, tx.q, "DELETE FROM opt_outs WHERE sender = $1 AND recipient = $2 AND channel = $3",
		sender, recipient, string(channel))
	return err
}
