package ops

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/store"
)

// writeShopper sends words of a member of staff to a case's shopper. What the shopper wrote, as far as the form showed it, counts
// as read.
func (c *console) writeShopper(w http.ResponseWriter, r *http.Request, v visit) error {
	id, words := r.PathValue("id"), text(r, "words")
	if words == "" {
		return c.done(w, r, v, "returns", id, nil, "need_letter")
	}
	k, err := c.shownCase(r)
	if err != nil {
		return err
	}
	var f *fault.Error
	err = c.Cases.Write(r.Context(), k, words, v.actor())
	if errors.As(err, &f) && f.Class == fault.Permanent {
		return c.showReturn(w, r, v, http.StatusConflict, func(view *caseView) { view.Problem, view.Letter = f.Message, words })
	}
	if err == nil {
		err = c.mend(r.Context(), v, act{name: "write", object: "case:" + id})
	}
	return c.done(w, r, v, "returns", id, err, "written")
}

// readShopper notes that a member of staff read what the shopper wrote, when nothing has to be answered.
func (c *console) readShopper(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	k, err := c.shownCase(r)
	if err != nil {
		return err
	}
	if err = c.Cases.MarkRead(r.Context(), k, v.actor()); errors.Is(err, store.ErrConflict) {
		return c.done(w, r, v, "returns", id, nil, "wrote_again")
	}
	if err == nil {
		err = c.mend(r.Context(), v, act{name: "mark as read", object: "case:" + id})
	}
	return c.done(w, r, v, "returns", id, err, "read")
}

// shownCase reads the case of the address, with the shopper's words as far as the form showed them.
func (c *console) shownCase(r *http.Request) (store.Case, error) {
	k, err := c.Store.Case(r.Context(), r.PathValue("id"))
	k.WroteAt = time.Time{}
	if shown, bad := strconv.ParseInt(r.PostFormValue("wrote"), 10, 64); bad == nil && shown > 0 {
		k.WroteAt = time.UnixMilli(shown)
	}
	return k, err
}

// WroteMark is the moment of the newest words of the shopper, as the forms carry it.
func (v caseView) WroteMark() int64 {
	if v.Case.WroteAt.IsZero() {
		return 0
	}
	return v.Case.WroteAt.UnixMilli()
}

// Unread gives what the shopper wrote since staff wrote or read last, in the order of the log.
func (v caseView) Unread() []store.CaseStep {
	if v.Case.WroteAt.IsZero() {
		return nil
	}
	var unread []store.CaseStep
	for _, s := range v.Log {
		switch s.Step {
		case cases.Replied:
			unread = append(unread, s)
		case cases.Wrote, cases.ReadByStaff:
			unread = nil
		}
	}
	return unread
}
