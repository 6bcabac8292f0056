package ops

import (
	"net/http"
	"time"

	"homeward/internal/store"
)

// lagAlarm is how long due work may lie before the overview calls it a problem: the sweep brings lost work back after a
// minute, so twice that says that nobody works.
const lagAlarm = 2 * time.Minute

// overviewData is what the first room shows.
type overviewData struct {
	Waiting  int // for a person, of every kind
	Backlogs []backlogRow
	Lag      time.Duration
	LagText  string
	Late     bool
	Refunds  []refundCount
	// Unreachable are orders of the last weeks whose shopper cannot be told anything.
	Unreachable []store.Order
}

// How far back and how many the overview looks for orders without an address.
const (
	unreachableSince = 60 * 24 * time.Hour
	unreachableShown = 10
)

// Well tells that nobody needs to do anything.
func (d overviewData) Well() bool { return d.Waiting == 0 && !d.Late }

type backlogRow struct {
	Kind string
	Due  int
	Age  string // of the oldest; "" when nothing is due
	Late bool
}

type refundCount struct {
	Status store.RefundStatus
	Count  int
}

// refundOrder is how the overview lists the statuses: what needs eyes first.
var refundOrder = []store.RefundStatus{
	store.RefundUncertain, store.RefundFailed, store.RefundRequiresAction, store.RefundPlanned, store.RefundIssued,
	store.RefundPending, store.RefundSucceeded, store.RefundCanceled,
}

func (c *console) overview(w http.ResponseWriter, r *http.Request, v visit) error {
	attention, err := c.Store.Attention(r.Context(), v.now)
	if err != nil {
		return err
	}
	backlogs, err := c.Store.Backlog(r.Context(), v.now)
	if err != nil {
		return err
	}
	counts, err := c.Store.RefundCounts(r.Context())
	if err != nil {
		return err
	}
	data := overviewData{Waiting: attention.Events + attention.Messages + attention.Cases + attention.Claims + attention.Withdrawals + attention.Refunds +
		attention.Terms + attention.Calls}
	for _, b := range backlogs {
		row := backlogRow{Kind: workNames[b.Kind], Due: b.Due}
		if b.Due > 0 && !b.Oldest.IsZero() {
			age := max(v.now.Sub(b.Oldest), 0)
			row.Age, row.Late = span(age), age > lagAlarm
			data.Lag = max(data.Lag, age)
		}
		data.Backlogs = append(data.Backlogs, row)
	}
	data.LagText, data.Late = span(data.Lag), data.Lag > lagAlarm
	for _, status := range refundOrder {
		if counts[status] > 0 {
			data.Refunds = append(data.Refunds, refundCount{status, counts[status]})
		}
	}
	if data.Unreachable, err = c.Store.Unreachable(r.Context(), v.now.Add(-unreachableSince), unreachableShown); err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "overview", "Overview", data)
	return nil
}

var workNames = map[store.WorkKind]string{
	store.EventWork: "Events to apply", store.MessageWork: "Messages to send", store.RefundWork: "Refunds to move",
	store.DeadlineWork: "Times of orders to check", store.TermWork: "Deadlines to look at", store.CallWork: "Calls to the shop's systems",
	store.LabelWork: "Labels to buy", store.ReadingWork: "Stripe accounts to read",
}
