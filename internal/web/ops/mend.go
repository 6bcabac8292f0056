package ops

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/store"
)

// errStale: the row is no longer as the form showed it, so nothing was done.
var errStale = errors.New("ops: the row changed since the form was made")

// keptWords is told of a stale form that something was typed into.
const keptWords = "Nothing was done: this changed since you opened the page. Here is how it stands now, with everything that you typed."

// act is what a member of staff does to one row: its name and object for the audit, and the write itself, which gives the
// work that became due. The write may run more than once; nil, when the act is done already and only the audit is left.
type act struct {
	name   string
	object string
	note   string
	write  func(tx *store.Tx) ([]store.Task, error)
}

// mend does an act and its audit entry in one commit, then rings the bell.
func (c *console) mend(ctx context.Context, v visit, a act) error {
	var tasks []store.Task
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		err := tx.Alone(ctx, a.object)
		if err != nil {
			return err
		}
		if a.write != nil {
			if tasks, err = a.write(tx); err != nil {
				return err
			}
		}
		return addAudit(ctx, tx, v, a.name, a.object, a.note)
	})
	if err != nil {
		return err
	}
	c.Log.InfoContext(ctx, "staff", "user", v.user.Name, "action", a.name, "object", a.object)
	if len(tasks) > 0 {
		c.Queue.Enqueue(ctx, tasks...)
	}
	return nil
}

func addAudit(ctx context.Context, tx *store.Tx, v visit, action, object, note string) error {
	return tx.AddAudit(ctx, store.AuditEntry{
		ID: id.New(v.now), At: v.now, User: v.user.Name, Action: action, Object: object, Note: note,
	})
}

// revive makes a row due again if it is still in one of the states and of the generation that the form showed.
func revive(ctx context.Context, tx *store.Tx, v visit, kind store.WorkKind, id string, work store.Work, seen int64,
	states ...string,
) (store.Task, error) {
	if work.Generation != seen || !slices.Contains(states, work.State) {
		return store.Task{}, errStale
	}
	task, err := tx.Revive(ctx, kind, id, v.now)
	if err == nil && task.Generation != seen+1 { // a webhook moved the row since it was read
		return store.Task{}, errStale
	}
	return task, err
}

// settle puts a final row into another final state, under a new generation, and keeps the reason that stood there.
func settle(ctx context.Context, tx *store.Tx, v visit, kind store.WorkKind, id string, work store.Work, seen int64,
	to string, states ...string,
) error {
	task, err := revive(ctx, tx, v, kind, id, work, seen, states...)
	if err != nil {
		return err
	}
	return tx.Finish(ctx, kind, id, task.Generation, to, reasonOf(work))
}

// reasonOf gives the reason that stands in a row, nil when there is none.
func reasonOf(work store.Work) *fault.Error {
	if work.ErrorCode == "" {
		return nil
	}
	return fault.New(fault.Permanent, work.ErrorCode, work.ErrorMessage, nil)
}

// seenGeneration reads which generation of the row the form showed; -1, which no row has, when it does not say.
func seenGeneration(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func cutTo(s string, limit int) string {
	s = strings.ToValidUTF8(s, "")
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit])
	}
	return s
}

// isStale tells of a form whose row changed since it was made.
func isStale(err error) bool {
	return errors.Is(err, errStale) || errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrConflict)
}

// done leads back after a form: to the room when the form stood in its list, else to the row's own page, with a notice. A
// stale form is told so; every other error goes on to [console.answer]. A form that did nothing is shown again when anything was
// typed into it.
func (c *console) done(w http.ResponseWriter, r *http.Request, v visit, room, rowID string, err error, notice string) error {
	switch {
	case isStale(err):
		notice = "stale"
	case err != nil:
		return err
	}
	if notices[notice].Tone != "good" && hasTyped(r) {
		as := again{Status: http.StatusUnprocessableEntity, Problem: notices[notice].Text}
		if notice == "stale" {
			as = again{Status: http.StatusConflict, Problem: keptWords}
		}
		return c.showAgain(w, r, v, room, rowID, as)
	}
	if listed[room] {
		http.Redirect(w, r, "/ops/"+room+"?notice="+notice, http.StatusSeeOther)
		return nil
	}
	to, query := "/ops/"+room+"/"+url.PathEscape(rowID), url.Values{"notice": {notice}}
	if r.PostFormValue("back") == "list" {
		to = "/ops/" + room
		query.Set("of", rowID)
	}
	http.Redirect(w, r, to+"?"+query.Encode(), http.StatusSeeOther)
	return nil
}

// listed are the rooms whose rows have no page of their own.
var listed = map[string]bool{"deadlines": true, "calls": true}
