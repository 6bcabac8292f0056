// Package delays tells buyers in the United States that their order ships later than promised, with the choice to wait or to cancel,
// and keeps what was told as evidence (16 CFR 435.2(b) and (d)).
package delays

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/fault"
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

// The codes of a notice that staff cannot have sent.
const (
	NotDue    = "delay_not_due"   // the order ships, is over, or its day has passed
	NotLater  = "delay_not_later" // the date is not after the day that the buyer counts on
	NotNews   = "delay_not_news"  // the buyer was told the same, and has said nothing to it
	NoAddress = "delay_no_address"
)

// Tell makes the notice of delay due that an order needs now, if any, and puts the order's terms in step with it. Without an address
// to write to nobody was told, and nothing is kept: the term to ship alarms staff.
func Tell(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, why Cause, now time.Time) ([]store.Task, error) {
	s, err := situationOf(ctx, tx, shop, order)
	if err != nil || !s.runs {
		return nil, err
	}
	revised, ok := returns.DelayToTell(order.State, s.contract, s.due, s.sent, now, why == Near)
	if !ok || (why == News && s.lost(revised)) {
		return nil, nil
	}
	tasks, _, err := s.send(ctx, tx, s.notice(revised, "", string(why), now), now)
	return tasks, err
}

// Announce makes the notice due that staff ask for, with the date that they name (no day: none can be given) and why, in their words,
// which may be empty where there is a date. It is a *fault.Error when there is nothing to announce.
func Announce(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, revised calendar.Date, reason, by string, now time.Time) ([]store.Task, error) {
	s, err := situationOf(ctx, tx, shop, order)
	if err != nil {
		return nil, err
	}
	until := returns.CancelBy(s.contract, s.due, s.sent)
	switch {
	case !s.runs, until.End.IsZero(), !now.Before(until.End), returns.ShippedUnknown(order.State):
		return nil, fault.New(fault.Permanent, NotDue, "There is no delay to tell of: the order ships, it is over, or its buyer waits already.", nil)
	case !revised.IsZero() && !revised.After(until.Last):
		return nil, fault.New(fault.Permanent, NotLater, "The new date must be later than the day that the buyer counts on.", nil)
	}
	notice := s.notice(revised, reason, by, now)
	if s.told(notice) {
		return nil, fault.New(fault.Permanent, NotNews, "The buyer was told the same, and can still answer: give another date or another reason.", nil)
	}
	tasks, told, err := s.send(ctx, tx, notice, now)
	if err == nil && !told {
		err = fault.New(fault.Permanent, NoAddress, "The buyer has no address for mail: tell them in another way.", nil)
	}
	return tasks, err
}

// situation is what a notice of delay depends on.
type situation struct {
	shop     *config.Shop
	order    store.Order
	contract returns.Contract
	due      returns.Term // by the first promise
	runs     bool         // it is watched, and not shipped
	all      []store.Delay
	sent     []returns.DelayNotice // those that were given, or are on their way
}

func situationOf(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order) (situation, error) {
	s := situation{shop: shop, order: order, contract: terms.Contract(shop, order)}
	due, watched, err := terms.Ship(ctx, tx, shop, order)
	if err != nil || !watched || due.Kind == "" || !due.Met.IsZero() {
		return s, err
	}
	s.due, s.runs = due.Term, true
	if s.all, err = tx.DelaysOf(ctx, order.ID); err != nil {
		return s, err
	}
	for _, d := range s.all {
		if d.Lost() {
			continue
		}
		rules := d.Rules()
		if rules.SentAt.IsZero() {
			rules.SentAt = d.SentAt
		}
		s.sent = append(s.sent, rules)
	}
	return s, nil
}

// lost tells that a notice of this very date could not be delivered: the same again would not be either.
func (s situation) lost(revised calendar.Date) bool {
	return slices.ContainsFunc(s.all, func(d store.Delay) bool { return d.Lost() && d.Revised == revised })
}

// told tells that the newest notice that was not lost says what this one would, and waits for its answer.
func (s situation) told(notice store.Delay) bool {
	for _, last := range slices.Backward(s.all) {
		if !last.Lost() {
			return last.Revised == notice.Revised && last.Reason == notice.Reason && !last.Answered()
		}
	}
	return false
}

func (s situation) notice(revised calendar.Date, reason, by string, now time.Time) store.Delay {
	d := asNotice(s.order, len(s.all)+1, revised, returns.NextDelay(s.contract, s.due, s.sent, revised), now)
	d.SentBy = by
	if reason != "" {
		d.Reason = reason
	}
	return d
}

// send keeps a notice and makes its message due; false without an address to write to.
func (s situation) send(ctx context.Context, tx *store.Tx, notice store.Delay, now time.Time) ([]store.Task, bool, error) {
	data := messages.Data{NewDate: dayOf(notice.Revised), Until: lastDay(notice.SilenceAt, s.contract), Silence: string(notice.Silence)}
	if notice.Reason != NotReady {
		data.Text = notice.Reason
	}
	drafts := messages.ForDelay(messages.Notice{
		Now: now, ID: s.order.ID, Step: strconv.Itoa(notice.Number), Policy: outbox.Policy(s.shop), Contact: outbox.Contact(s.shop, s.order.State.Order), Data: data,
	})
	if len(drafts) == 0 {
		return nil, false, nil
	}
	if err := tx.AloneWithOrder(ctx, s.order.ID); err != nil { // before the evidence: see there
		return nil, false, err
	}
	if err := tx.AddDelay(ctx, notice); err != nil {
		return nil, false, err
	}
	if err := Testify(ctx, tx, Told, notice, now); err != nil {
		return nil, false, err
	}
	tasks, err := outbox.Add(ctx, tx, s.order, drafts, now)
	if err != nil {
		return nil, false, err
	}
	more, err := terms.OfOrder(ctx, tx, s.shop, s.order, now)
	return append(tasks, more...), true, err
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
	Told          = "delay_told"
	Agreed        = "delay_agreed"
	Refused       = "delay_refused"
	Cancelled     = "order_cancelled"
	RestCancelled = "rest_cancelled"
)

// Testify appends a line of evidence about a notice of delay as it stands.
func Testify(ctx context.Context, tx *store.Tx, kind string, d store.Delay, now time.Time) error {
	reason := d.Reason
	if reason != "" && reason != NotReady { // staff's words stand in the notice
		reason = "stated"
	}
	data, err := json.Marshal(map[string]any{
		"shop": d.Shop, "notice": d.ID, "number": d.Number, "revised": dayOf(d.Revised), "reason": reason, "silence": string(d.Silence),
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
