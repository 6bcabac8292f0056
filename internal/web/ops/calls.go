package ops

import (
	"context"
	"net/http"

	"homeward/internal/store"
)

// callRow is a call with the number of the order that it is about.
type callRow struct {
	store.Call
	Number string
}

// callsData is what the room of calls to the shops' own systems shows.
type callsData struct {
	Failed                    []callRow
	Waiting                   []callRow // an attempt failed, the next one comes by itself
	FailedPages, WaitingPages paging
}

func (c *console) calls(w http.ResponseWriter, r *http.Request, v visit) error {
	var data callsData
	for _, part := range []struct {
		name  string
		read  func(context.Context, int) ([]store.Call, error)
		to    *[]callRow
		pages *paging
	}{{"failed", c.Store.CallsFailed, &data.Failed, &data.FailedPages}, {"waiting", c.Store.CallsWaiting, &data.Waiting, &data.WaitingPages}} {
		rows, pages, err := paged(r, part.name, func(limit int) ([]store.Call, error) { return part.read(r.Context(), limit) })
		if err != nil {
			return err
		}
		numbers := c.numbers()
		for _, row := range rows {
			number, err := numbers(r.Context(), row.OrderID)
			if err != nil {
				return err
			}
			*part.to = append(*part.to, callRow{row, number})
		}
		*part.pages = pages
	}
	c.render(w, r, v, http.StatusOK, "calls", "Calls", data)
	return nil
}

func (c *console) retryCall(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.mendCall(w, r, v, act{name: "call again"}, "call_again", func(tx *store.Tx, row store.Call) ([]store.Task, error) {
		task, err := revive(r.Context(), tx, v, store.CallWork, row.ID, row.Work, seenGeneration(r), store.CallFailed)
		return []store.Task{task}, err
	})
}

func (c *console) dismissCall(w http.ResponseWriter, r *http.Request, v visit) error {
	note := text(r, "note")
	if note == "" {
		return c.done(w, r, v, "calls", r.PathValue("id"), nil, "need_note")
	}
	return c.mendCall(w, r, v, act{name: "let a call go", note: note}, "call_gone", func(tx *store.Tx, row store.Call) ([]store.Task, error) {
		return nil, settle(r.Context(), tx, v, store.CallWork, row.ID, row.Work, seenGeneration(r), store.CallDismissed, store.CallFailed)
	})
}

// mendCall does an act to the call of the address.
func (c *console) mendCall(w http.ResponseWriter, r *http.Request, v visit, a act, notice string,
	write func(tx *store.Tx, row store.Call) ([]store.Task, error),
) error {
	callID := r.PathValue("id")
	a.object = "call:" + callID
	a.write = func(tx *store.Tx) ([]store.Task, error) {
		row, err := tx.Call(r.Context(), callID)
		if err != nil {
			return nil, err
		}
		return write(tx, row)
	}
	return c.done(w, r, v, "calls", callID, c.mend(r.Context(), v, a), notice)
}
