package ops

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"homeward/internal/store"
)

// What a form about a message can be told instead of being done.
var (
	errTooOld  = errors.New("ops: the message is too old to be sent")
	errConfirm = errors.New("ops: sending may double and was not confirmed")
)

// sendMessage sends a message again. An uncertain SMS needs a second page's word for it.
func (c *console) sendMessage(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	err := c.mend(r.Context(), v, act{
		name: "send again", object: "message:" + id,
		write: func(tx *store.Tx) ([]store.Task, error) {
			m, err := tx.Message(r.Context(), id)
			if err != nil {
				return nil, err
			}
			switch {
			case tooOld(m, v):
				return nil, errTooOld
			case messageRow{Message: m}.MayDouble() && r.PostFormValue("confirmed") != "yes":
				return nil, errConfirm
			}
			return c.sendAfresh(r.Context(), tx, v, m, seenGeneration(r))
		},
	})
	switch {
	case errors.Is(err, errConfirm):
		http.Redirect(w, r, "/ops/messages/"+url.PathEscape(id)+"/send", http.StatusSeeOther)
		return nil
	case errors.Is(err, errTooOld):
		return c.done(w, r, v, "messages", id, nil, "too_old")
	}
	return c.done(w, r, v, "messages", id, err, "resent")
}

// sendAfresh makes a message due as if nothing had been tried: a person decided, so the doubt about the call before, and
// the look-ups about it, are over. The Message-ID of a mail stays.
func (c *console) sendAfresh(ctx context.Context, tx *store.Tx, v visit, m store.Message, seen int64) ([]store.Task, error) {
	task, err := revive(ctx, tx, v, store.MessageWork, m.ID, m.Work, seen, store.MessageFailed, store.MessageHeld)
	if err != nil {
		return nil, err
	}
	if err := tx.Retry(ctx, store.MessageWork, m.ID, task.Generation, v.now, "", reasonOf(m.Work)); err != nil {
		return nil, err
	}
	m.Lookups = 0
	return []store.Task{task}, tx.SetMessage(ctx, m)
}

// markSent records that the message did reach the shopper.
func (c *console) markSent(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	err := c.mend(r.Context(), v, act{
		name: "mark as sent", object: "message:" + id, note: text(r, "note"),
		write: func(tx *store.Tx) ([]store.Task, error) {
			m, err := tx.Message(r.Context(), id)
			if err != nil {
				return nil, err
			}
			err = settle(r.Context(), tx, v, store.MessageWork, id, m.Work, seenGeneration(r), store.MessageSent,
				store.MessageFailed, store.MessageHeld)
			if err != nil {
				return nil, err
			}
			if m.SentAt.IsZero() {
				m.SentAt = v.now
			}
			return nil, tx.SetMessage(r.Context(), m)
		},
	})
	return c.done(w, r, v, "messages", id, err, "sent")
}

// dismissMessage takes a message off the list for good. Its row, reason and the note stay.
func (c *console) dismissMessage(w http.ResponseWriter, r *http.Request, v visit) error {
	id, note := r.PathValue("id"), text(r, "note")
	if note == "" {
		return c.done(w, r, v, "messages", id, nil, "need_note")
	}
	err := c.mend(r.Context(), v, act{
		name: "let go", object: "message:" + id, note: note,
		write: func(tx *store.Tx) ([]store.Task, error) {
			m, err := tx.Message(r.Context(), id)
			if err != nil {
				return nil, err
			}
			return nil, settle(r.Context(), tx, v, store.MessageWork, id, m.Work, seenGeneration(r), store.MessageDismissed,
				store.MessageFailed, store.MessageHeld)
		},
	})
	return c.done(w, r, v, "messages", id, err, "dismissed")
}
