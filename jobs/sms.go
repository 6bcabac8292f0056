package jobs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/store"
	"homeward/providers/twilio"
)

// An SMS whose outcome is uncertain is looked up at Twilio twice, a minute apart.
const (
	lookupEvery   = time.Minute
	lookupsEnough = 2
)

// errJoined: a parcel joined a message between its words and its claim.
var errJoined = errors.New("jobs: a parcel joined")

// sendSMS hands an SMS over, never twice: one whose outcome is uncertain is looked up before anything else. Its text is
// frozen with the claim, so that it can be found by it.
func (w *Worker) sendSMS(ctx context.Context, l *letter) error {
	if l.row.Phase != store.Calling {
		var err error
		if l.order, err = w.DB.Order(ctx, l.row.OrderID); err != nil {
			return err
		}
		if err = w.loadGift(ctx, l); err != nil {
			return err
		}
		if l.row.Body, err = w.Render.SMS(w.view(ctx, l)); err != nil {
			return w.failed(ctx, l, fault.New(fault.Permanent, "not_rendered", "The SMS could not be put into words; this is a fault of Homeward.", err))
		}
	}
	before, err := w.claim(ctx, l.task, func(tx *store.Tx, before store.Work) error {
		if before.Phase == store.Calling {
			return nil
		}
		if l.row.Topic == messages.Shipped {
			held, err := tx.Message(ctx, l.row.ID)
			if err != nil || !slices.Equal(held.Parcels, l.row.Parcels) {
				return cmp.Or(err, errJoined)
			}
		}
		l.row.CalledAt = w.Now()
		return tx.SetMessage(ctx, l.row)
	})
	if errors.Is(err, errJoined) {
		return &again{code: "joined", delay: time.Second}
	}
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	l.claimed(before)
	if before.Phase == store.Calling {
		return w.lookUp(ctx, l)
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	sid, err := l.outside.SMS.Send(call, twilio.Message{
		To: l.row.Recipient, Body: l.row.Body, ValidFor: validity(l.row, l.row.CalledAt),
		StatusCallback: w.statusCallback(l),
	})
	if err != nil {
		return w.unsent(ctx, l, fault.Of(err), smsPatience)
	}
	l.row.ProviderID = sid
	return w.sent(ctx, l)
}

// statusCallback is where Twilio tells what became of an SMS, with our message id in it, so that it tells the SID even when
// its answer was lost. Twilio itself cannot reach a loopback address and refuses it.
func (w *Worker) statusCallback(l *letter) string {
	if strings.HasPrefix(w.Config.PublicURL, "http://") && l.shop.SMS.BaseURL == "" {
		return ""
	}
	return w.Config.PublicURL + "/hooks/" + l.shop.ID + "/twilio/status?message=" + l.row.ID
}

// validity bounds how long Twilio may keep trying, so that old news does not arrive as new.
func validity(m store.Message, now time.Time) time.Duration {
	const most = 10 * time.Hour // Twilio's own limit
	if m.ExpiresAt.IsZero() {
		return most
	}
	return max(time.Minute, min(most, m.ExpiresAt.Sub(now)))
}

// lookUp asks Twilio whether an SMS of uncertain outcome is there. Twice not found, a minute apart, and it goes again;
// a Twilio that cannot be asked leaves it to a person.
func (w *Worker) lookUp(ctx context.Context, l *letter) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	sid, err := l.outside.SMS.Find(call, l.row.Recipient, l.row.Body, l.row.CalledAt.Add(-time.Minute))
	if err != nil {
		f := fault.Of(err)
		if l.row.Attempt >= 20 {
			return w.hold(ctx, l, f)
		}
		return w.retry(ctx, l.task, max(lookupEvery, f.After), store.Calling, f)
	}
	if sid != "" {
		l.row.ProviderID = sid
		return w.sent(ctx, l)
	}
	l.row.Lookups++
	phase := store.Calling
	if l.row.Lookups >= lookupsEnough {
		l.row.Lookups, phase = 0, "" // Twilio does not know it: the next attempt sends
	}
	if err := w.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetMessage(ctx, l.row) }); err != nil {
		return err
	}
	delay := lookupEvery
	if phase == "" {
		delay = time.Second
	}
	return w.retry(ctx, l.task, delay, phase, fault.New(fault.Uncertain, "sms_uncertain", "Twilio did not answer; the SMS is looked up before it goes again.", nil))
}

// optedOut remembers what Twilio knew before us.
func (w *Worker) optedOut(ctx context.Context, l *letter, f *fault.Error) error {
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddOptOut(ctx, l.outside.SMS.Sender(), l.row.Recipient, messages.SMS, "twilio", w.Now()); err != nil {
			return err
		}
		return tx.Finish(ctx, l.task.Kind, l.task.ID, l.task.Generation, store.MessageSkipped, f)
	})
	if err == nil {
		w.told(ctx, l, store.MessageSkipped, f)
	}
	return ignore(err, store.ErrStale)
}
