package store

import (
	"context"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
)

// Delay is a notice of delay that was made due to the buyer of an order, and what the buyer said to it (16 CFR 435.2(b)).
type Delay struct {
	ID        string
	Shop      string
	OrderID   string
	Number    int           // 1 is the first of its order
	Revised   calendar.Date // the new date; no day when none could be given
	Reason    string        // a code or staff's words, where no date could be given
	Silence   returns.Silence
	SilenceAt time.Time // when no answer takes effect; zero while the buyer waits without a date
	SentAt    time.Time
	SentBy    string    // "clock", "shop" when its new promise made it, "staff:olga"
	ConsentAt time.Time // the buyer agreed to wait; zero: did not
	RefusedAt time.Time // the buyer cancelled; zero: did not

	// What became of its message, read from there: a notice is given when it was accepted for delivery, not when it was made due.
	AcceptedAt time.Time // zero: not
	OnItsWay   bool      // it still may be
}

// GivenAt says when the buyer was told: when a mail server took the message, or at the latest when the buyer answered. Zero: not yet.
func (d Delay) GivenAt() time.Time {
	at := d.AcceptedAt
	for _, answered := range []time.Time{d.ConsentAt, d.RefusedAt} {
		if !answered.IsZero() && (at.IsZero() || answered.Before(at)) {
			at = answered
		}
	}
	return at
}

// Lost tells that a notice was not given, and will not be unless a person mends its message.
func (d Delay) Lost() bool { return d.GivenAt().IsZero() && !d.OnItsWay }

// Rules gives a notice in the rules' words, sent when it was given.
func (d Delay) Rules() returns.DelayNotice {
	return returns.DelayNotice{
		SentAt: d.GivenAt(), Revised: d.Revised, SaysSilence: d.Silence == returns.SilenceConsents, ConsentAt: d.ConsentAt, RefusedAt: d.RefusedAt,
	}
}

// Answered tells that the buyer said something to it.
func (d Delay) Answered() bool { return !d.ConsentAt.IsZero() || !d.RefusedAt.IsZero() }

const delayColumns = "id, shop, order_id, number, revised, reason, silence, silence_at, sent_at, sent_by, consent_at, refused_at"

func (d *Delay) fields() []any {
	return []any{
		&d.ID, &d.Shop, &d.OrderID, &d.Number, dayColumn{&d.Revised}, &d.Reason, &d.Silence, timeColumn{&d.SilenceAt},
		timeColumn{&d.SentAt}, &d.SentBy, timeColumn{&d.ConsentAt}, timeColumn{&d.RefusedAt},
	}
}

// DelaysOf gives the notices of delay of an order, the first first.
func (r *Reads) DelaysOf(ctx context.Context, orderID string) ([]Delay, error) {
	const its = " FROM messages WHERE messages.order_id = delays.order_id AND topic = 'ship_delay' AND occasion = delays.order_id || ' ' || CAST(number AS TEXT) AND "
	return list(ctx, r.q, func(r row) (Delay, error) {
		var d Delay
		err := r.Scan(append(d.fields(), timeColumn{&d.AcceptedAt}, flagColumn{&d.OnItsWay})...)
		return d, err
	}, "SELECT "+delayColumns+", (SELECT COALESCE(MIN(messages.sent_at), 0)"+its+"messages.sent_at > 0), (SELECT COUNT(*)"+its+
		"state IN ('due', 'held')) FROM delays WHERE order_id = $1 ORDER BY number", orderID)
}

// AddDelay keeps a notice. ErrConflict when its order has one of that number.
func (tx *Tx) AddDelay(ctx context.Context, d Delay) error {
	return must(ctx, tx.q, ErrConflict, "INSERT INTO delays ("+delayColumns+") VALUES ("+placeholders(1, 12)+") ON CONFLICT DO NOTHING",
		d.ID, d.Shop, d.OrderID, d.Number, dayText(d.Revised), d.Reason, string(d.Silence), ms(d.SilenceAt), ms(d.SentAt), d.SentBy,
		ms(d.ConsentAt), ms(d.RefusedAt))
}

// ConsentDelay keeps that the buyer agreed to wait. ErrConflict when the notice was answered before.
func (tx *Tx) ConsentDelay(ctx context.Context, id string, at time.Time) error {
	return must(ctx, tx.q, ErrConflict, "UPDATE delays SET consent_at = $2 WHERE id = $1 AND consent_at = 0 AND refused_at = 0", id, ms(at))
}

// RefuseDelay keeps that the buyer cancelled, also after having agreed. ErrConflict when that was said before.
func (tx *Tx) RefuseDelay(ctx context.Context, id string, at time.Time) error {
	return must(ctx, tx.q, ErrConflict, "UPDATE delays SET refused_at = $2 WHERE id = $1 AND refused_at = 0", id, ms(at))
}
