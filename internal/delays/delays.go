// Package delays tells buyers in the United States that their order ships later than promised, with the choice to wait or to cancel,
// and keeps what was told as evidence (16 CFR 435.2(b) and (d)).
package delays

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// Cause is why somebody asks whether a buyer must be told, and who is named as having told.
type Cause string

// The causes.
const (
	News Cause = "shop"  // the order changed: a later promise may stand in it
	Near Cause = "clock" // the day that the buyer counts on is near
)

// NotReady is the reason that a notice without a date gives when nobody named another: the shop has handed nothing to a carrier and
// named no new day. Its words are the template's.
const NotReady = "not_ready"

// Tell makes the notice of delay due that an order needs now, if any, and puts the order's terms in step with it. Without an address
// to write to nobody was told, and nothing is kept: the term to ship alarms staff.
func Tell(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, why Cause, now time.Time) ([]store.Task, error) {
	due, _, err := terms.Ship(ctx, tx, shop, order)
	if err != nil || due.Kind == "" || !due.Met.IsZero() {
		return nil, err
	}
	sent, err := terms.Delays(ctx, tx, order.ID)
	if err != nil {
		return nil, err
	}
	contract := terms.Contract(shop, order)
	revised, ok := returns.DelayToTell(order.State, contract, due.Term, sent, now, why == Near)
	if !ok {
		return nil, nil
	}
	notice := asNotice(order, len(sent)+1, revised, returns.NextDelay(contract, due.Term, sent, revised), now)
	notice.SentBy = string(why)
	drafts := messages.ForDelay(messages.Notice{
		Now: now, ID: order.ID, Step: strconv.Itoa(notice.Number), Policy: outbox.Policy(shop), Contact: outbox.Contact(shop, order.State.Order),
		Data: messages.Data{NewDate: dayOf(revised), Until: lastDay(notice.SilenceAt, contract), Silence: string(notice.Silence)},
	})
	if len(drafts) == 0 {
		return nil, nil
	}
	if err := tx.AddDelay(ctx, notice); err != nil {
		return nil, err
	}
	if err := Testify(ctx, tx, Told, notice, now); err != nil {
		return nil, err
	}
	tasks, err := outbox.Add(ctx, tx, order, drafts, now)
	if err != nil {
		return nil, err
	}
	more, err := terms.OfOrder(ctx, tx, shop, order, now)
	return append(tasks, more...), err
}

func asNotice(order store.Order, number int, revised calendar.Date, option returns.DelayOption, now time.Time) store.Delay {
	d := store.Delay{
		ID: id.New(now), Shop: order.Shop, OrderID: order.ID, Number: number, Revised: revised, Silence: option.Silence,
		SilenceAt: option.SilenceAt, SentAt: now,
	}
	if option.NeedsReason {
		d.Reason = NotReady
	}
	return d
}

// lastDay gives the day at whose end silence takes effect.
func lastDay(at time.Time, c returns.Contract) string {
	if at.IsZero() {
		return ""
	}
	return calendar.Of(at.Add(-time.Second), c.Consumer.Zone).String()
}

func dayOf(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// The kinds of evidence about an order and its delays.
const (
	Told      = "delay_told"
	Agreed    = "delay_agreed"
	Refused   = "delay_refused"
	Cancelled = "order_cancelled"
)

// Testify appends a line of evidence about a notice of delay as it stands.
func Testify(ctx context.Context, tx *store.Tx, kind string, d store.Delay, now time.Time) error {
	data, err := json.Marshal(map[string]any{
		"shop": d.Shop, "notice": d.ID, "number": d.Number, "revised": dayOf(d.Revised), "reason": d.Reason, "silence": string(d.Silence),
		"silence_at": instant(d.SilenceAt), "sent_at": instant(d.SentAt), "sent_by": d.SentBy, "consent_at": instant(d.ConsentAt),
		"refused_at": instant(d.RefusedAt),
	})
	if err != nil {
		return err
	}
	_, err = tx.AddEvidence(ctx, store.Evidence{At: now, Object: store.OwnerOfOrder(d.OrderID), Kind: kind, Data: string(data)})
	return err
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
}
