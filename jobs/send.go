package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/store"
)

// mailPatience and smsPatience are how long a message that cannot be handed over keeps being tried. News ends earlier, by its own
// age.
const (
	mailPatience = 5 * 24 * time.Hour
	smsPatience  = 24 * time.Hour
)

// errDone ends the preparation of a message that was recorded as final on the way.
var errDone = errors.New("jobs: done")

// letter is a message on its way out.
type letter struct {
	task    store.Task
	row     store.Message
	order   store.Order
	said    *store.Withdrawal // the statement that a receipt is for
	gift    *gift             // whose recipient reads it; nil for the order's shopper
	shop    *config.Shop
	outside Outside
	started time.Time
}

// send hands a message to its provider, once.
func (w *Worker) send(ctx context.Context, task store.Task) error {
	l, err := w.prepare(ctx, task)
	if err != nil || l == nil {
		return ignore(err, errDone)
	}
	if l.row.Channel == messages.SMS {
		return w.sendSMS(ctx, l)
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	l.claimed(before)
	if l.row.Topic == messages.Shipped { // the one that parcels join while it waits; held, it stays as it is
		held, err := w.DB.Message(ctx, l.row.ID)
		if err != nil {
			return err
		}
		l.row.Parcels = held.Parcels
	}
	return w.sendMail(ctx, l)
}

// claimed takes over the row as it was claimed, with this attempt counted.
func (l *letter) claimed(before store.Work) {
	l.row.Work = before
	l.row.Attempt++
}

func ignore(err, known error) error {
	if errors.Is(err, known) {
		return nil
	}
	return err
}

// prepare loads what a message needs and ends it where it must not go: too old, its shop or channel gone, opted out.
// A nil letter means that the task is stale.
func (w *Worker) prepare(ctx context.Context, task store.Task) (*letter, error) {
	row, err := w.DB.Message(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return nil, err
	}
	l := &letter{task: task, row: row, started: w.Now()}
	if !row.ExpiresAt.IsZero() && !row.ExpiresAt.After(l.started) && row.Phase != store.Calling {
		return nil, w.over(ctx, l, store.MessageExpired, fault.New(fault.Permanent, "too_old", "The news got too old to be told before it could be sent.", nil))
	}
	shop, f := w.shop(row.Shop)
	if f != nil {
		return nil, w.over(ctx, l, store.MessageFailed, f)
	}
	if err := early(row.Work, l.started); err != nil {
		return nil, err
	}
	l.shop, l.outside = shop, w.Outside[row.Shop]
	return l, w.permitted(ctx, l)
}

// permitted ends a message whose channel is not configured or whose recipient opted out of it.
func (w *Worker) permitted(ctx context.Context, l *letter) error {
	switch l.row.Channel {
	case messages.Mail:
		if l.outside.Mail == nil {
			return w.over(ctx, l, store.MessageFailed, fault.New(fault.Permanent, "mail_not_configured", "The shop has no mail server in the configuration; set mail.smtp and send again.", nil))
		}
	case messages.SMS:
		if l.outside.SMS == nil {
			return w.over(ctx, l, store.MessageFailed, fault.New(fault.Permanent, "sms_not_configured", "The shop has no SMS sender in the configuration; set sms and send again.", nil))
		}
		out, err := w.DB.OptedOut(ctx, l.outside.SMS.Sender(), l.row.Recipient, messages.SMS)
		if err != nil {
			return err
		}
		if out {
			return w.over(ctx, l, store.MessageSkipped, fault.New(fault.Permanent, "opted_out", "The recipient answered STOP to this sender.", nil))
		}
	default:
		return w.over(ctx, l, store.MessageFailed, fault.New(fault.Permanent, "channel_unknown", "Nothing here sends by this channel.", nil))
	}
	return nil
}

// over ends a message before it went.
func (w *Worker) over(ctx context.Context, l *letter, state string, f *fault.Error) error {
	if err := w.finish(ctx, l.task, state, f); err != nil {
		return err
	}
	w.told(ctx, l, state, f)
	return errDone
}

// unsent records a failure by its class.
func (w *Worker) unsent(ctx context.Context, l *letter, f *fault.Error, patience time.Duration) error {
	switch {
	case f.Class == fault.Permanent:
		if f.Code == "sms_opted_out" {
			return w.optedOut(ctx, l, f)
		}
		return w.failed(ctx, l, f)
	case f.Class == fault.Uncertain && l.row.Channel == messages.SMS:
		w.told(ctx, l, "uncertain", f)
		return w.retry(ctx, l.task, lookupEvery, store.Calling, f)
	case w.Now().Sub(l.row.CreatedAt) > patience:
		return w.failed(ctx, l, fault.New(fault.Permanent, f.Code, f.Message+" It was tried until it made no sense any more.", f))
	}
	w.told(ctx, l, string(f.Class), f)
	phase := ""
	if f.Class == fault.Uncertain {
		phase = store.Calling
	}
	return w.retry(ctx, l.task, backoff(l.row.Attempt, f), phase, f)
}

func (w *Worker) failed(ctx context.Context, l *letter, f *fault.Error) error {
	err := w.finish(ctx, l.task, store.MessageFailed, f)
	if err == nil {
		w.told(ctx, l, store.MessageFailed, f)
	}
	return err
}

func (w *Worker) hold(ctx context.Context, l *letter, f *fault.Error) error {
	err := w.finish(ctx, l.task, store.MessageHeld, f)
	if err == nil {
		w.told(ctx, l, store.MessageHeld, f)
	}
	return err
}

// sent records that the provider took the message.
func (w *Worker) sent(ctx context.Context, l *letter) error {
	l.row.SentAt = w.Now()
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.FinishMessage(ctx, l.row, l.task.Generation, store.MessageSent)
	})
	if err == nil {
		w.told(ctx, l, store.MessageSent, nil)
	}
	return ignore(err, store.ErrStale)
}

func (w *Worker) told(ctx context.Context, l *letter, outcome string, f *fault.Error) {
	took := w.Now().Sub(l.started)
	w.Observe.Message(l.row, outcome, took)
	code := ""
	if f != nil {
		code = f.Code
	}
	w.Log.LogAttrs(ctx, slog.LevelInfo, "message", slog.String("message", l.row.ID), slog.String("order", l.row.OrderID), slog.String("shop", l.row.Shop),
		slog.String("topic", string(l.row.Topic)), slog.String("channel", string(l.row.Channel)), slog.String("language", l.row.Language),
		slog.String("outcome", outcome), slog.String("code", code), slog.Int("attempt", l.row.Attempt), slog.Duration("took", took),
		slog.Duration("age", w.Now().Sub(l.row.CreatedAt)))
}
