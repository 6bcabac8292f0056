package ops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"homeward/internal/store"
)

// eventsData is what the room of events shows.
type eventsData struct {
	Failed                    []store.Event
	Waiting                   []store.Event // mended by their order's arrival
	FailedPages, WaitingPages paging
}

func (c *console) events(w http.ResponseWriter, r *http.Request, v visit) error {
	in := func(state string) func(int) ([]store.Event, error) {
		return func(limit int) ([]store.Event, error) { return c.Store.EventsIn(r.Context(), []string{state}, limit) }
	}
	var data eventsData
	var err error
	if data.Failed, data.FailedPages, err = paged(r, "failed", in(store.EventFailed)); err != nil {
		return err
	}
	if data.Waiting, data.WaitingPages, err = paged(r, "waiting", in(store.EventWaiting)); err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "events", "Events", data)
	return nil
}

// eventData is one event with everything that is known of it.
type eventData struct {
	Event   store.Event
	Order   *store.Order
	Headers [][2]string
	Body    body // empty for viewers: a body holds names and addresses
	Audit   []store.AuditEntry
}

// Mendable tells whether the buttons have a meaning.
func (d eventData) Mendable() bool { return mendable(d.Event) }

func mendable(e store.Event) bool {
	return e.State == store.EventFailed || e.State == store.EventWaiting || e.State == store.EventIgnored
}

func (c *console) event(w http.ResponseWriter, r *http.Request, v visit) error {
	event, err := c.Store.Event(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	data := eventData{Event: event, Headers: sortedHeaders(event.Headers)}
	if v.role >= agent {
		data.Body = readable(event.Body)
	}
	if data.Order, err = c.orderIfAny(r.Context(), event.OrderID); err != nil {
		return err
	}
	if data.Audit, err = c.Store.AuditOf(r.Context(), "event:"+event.ID, auditShown); err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "event", "Event "+event.Vendor, data)
	return nil
}

// auditShown is how many audit entries a page lists.
const auditShown = 50

// orderIfAny gives the order of an id, nil for "" and for one that is gone.
func (c *console) orderIfAny(ctx context.Context, id string) (*store.Order, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // nil says that there is none
	}
	order, err := c.Store.Order(ctx, id)
	if isNotFound(err) {
		return nil, nil //nolint:nilnil // as above
	}
	return &order, err
}

func sortedHeaders(headers map[string]string) [][2]string {
	rows := make([][2]string, 0, len(headers))
	for name, value := range headers {
		rows = append(rows, [2]string{name, value})
	}
	slices.SortFunc(rows, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return rows
}

// topicOf gives what the vendor calls the event, where a header says so.
func topicOf(e store.Event) string {
	for _, row := range sortedHeaders(e.Headers) {
		if strings.HasSuffix(strings.ToLower(row[0]), "topic") {
			return row[1]
		}
	}
	return ""
}

func (c *console) applyEvent(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	err := c.mend(r.Context(), v, act{
		name: "apply again", object: "event:" + id,
		write: func(tx *store.Tx) ([]store.Task, error) {
			event, err := tx.Event(r.Context(), id)
			if err != nil {
				return nil, err
			}
			task, err := revive(r.Context(), tx, v, store.EventWork, id, event.Work, seenGeneration(r),
				store.EventFailed, store.EventWaiting, store.EventIgnored)
			return []store.Task{task}, err
		},
	})
	return c.done(w, r, v, "events", id, err, "applied")
}

func (c *console) ignoreEvent(w http.ResponseWriter, r *http.Request, v visit) error {
	id, note := r.PathValue("id"), text(r, "note")
	if note == "" {
		return c.done(w, r, v, "events", id, nil, "need_note")
	}
	err := c.mend(r.Context(), v, act{
		name: "set aside", object: "event:" + id, note: note,
		write: func(tx *store.Tx) ([]store.Task, error) {
			event, err := tx.Event(r.Context(), id)
			if err != nil {
				return nil, err
			}
			err = settle(r.Context(), tx, v, store.EventWork, id, event.Work, seenGeneration(r), store.EventIgnored,
				store.EventFailed, store.EventWaiting)
			if err != nil {
				return nil, err
			}
			if err := tx.ForgetWaiting(r.Context(), id); err != nil {
				return nil, err
			}
			return nil, tx.AssignEvent(r.Context(), id, event.OrderID, "Set aside by "+v.user.Name+": "+note)
		},
	})
	return c.done(w, r, v, "events", id, err, "ignored")
}
