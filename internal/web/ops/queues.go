package ops

import (
	"net/http"

	"homeward/internal/store"
)

// queues hands over to the asynq dashboard. Below admin it only shows; what an admin does there is audited.
func (c *console) queues(w http.ResponseWriter, r *http.Request, v visit) error {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if v.role < admin && !reads {
		c.fail(w, r, v, http.StatusForbidden, "Only an admin may act here", "Your role may look at the queues and change nothing.")
		return nil
	}
	dashboard := c.Queues
	if v.role < admin {
		dashboard = c.QueuesReadOnly
	}
	if dashboard == nil {
		c.fail(w, r, v, http.StatusNotFound, "The dashboard of the queues is not here",
			"This process runs without it. Everything that waits for a person is in the other rooms.")
		return nil
	}
	if !reads {
		err := c.Store.Write(r.Context(), func(tx *store.Tx) error {
			return addAudit(r.Context(), tx, v, "act in the queues", "queues", r.Method+" "+r.URL.Path)
		})
		if err != nil {
			return err
		}
	}
	dashboard.ServeHTTP(w, r)
	return nil
}
