package ops

import (
	"net/http"

	"homeward/internal/store"
)

// retryLabel buys a held label again; what was bought meanwhile is found, not bought twice.
func (c *console) retryLabel(w http.ResponseWriter, r *http.Request, v visit) error {
	row, err := c.Store.Label(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	err = c.mend(r.Context(), v, act{
		name: "try the label again", object: "case:" + row.CaseID,
		write: func(tx *store.Tx) ([]store.Task, error) {
			row, err := tx.Label(r.Context(), row.ID)
			if err != nil {
				return nil, err
			}
			task, err := revive(r.Context(), tx, v, store.LabelWork, row.ID, row.Work, seenGeneration(r), store.LabelHeld)
			return []store.Task{task}, err
		},
	})
	return c.done(w, r, v, "returns", row.CaseID, err, "label_again")
}
