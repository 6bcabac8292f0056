package ops

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"homeward/internal/cases"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/store"
)

// orderData is one order's whole story.
type orderData struct {
	Order    store.Order
	Number   string
	Timeline []orders.TimelineEntry // newest first
	Messages []store.Message        // newest first
	Cases    []caseView             // newest first
	Refunds  []store.Refund
	Events   []store.Event // newest first
	OptOuts  []optOut
	Audit    []store.AuditEntry
	Refunded int64 // what the ledger says has gone back, minor units
}

// optOut is a number that SMS go to, and whether it said STOP.
type optOut struct {
	Recipient string
	Out       bool
}

func (c *console) order(w http.ResponseWriter, r *http.Request, v visit) error {
	data, err := c.loadOrder(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "order", "Order "+data.Number, data)
	return nil
}

func (c *console) loadOrder(ctx context.Context, id string) (orderData, error) {
	order, err := c.Store.Order(ctx, id)
	if err != nil {
		return orderData{}, err
	}
	data := orderData{Order: order, Number: named(order), Timeline: slices.Clone(order.State.Timeline)}
	slices.Reverse(data.Timeline)
	if data.Messages, err = c.Store.MessagesOf(ctx, id); err != nil {
		return data, err
	}
	if data.Events, err = c.Store.EventsOf(ctx, id); err != nil {
		return data, err
	}
	if err := c.loadMoney(ctx, &data); err != nil {
		return data, err
	}
	if data.OptOuts, err = c.optOuts(ctx, order.Shop, data.Messages); err != nil {
		return data, err
	}
	slices.Reverse(data.Messages)
	slices.Reverse(data.Events)
	data.Audit, err = c.Store.AuditOf(ctx, "order:"+id, auditShown)
	return data, err
}

// loadMoney reads the order's cases with their logs, and its refunds.
func (c *console) loadMoney(ctx context.Context, data *orderData) error {
	all, err := c.Store.CasesOf(ctx, data.Order.ID)
	if err != nil {
		return err
	}
	for _, k := range all {
		view, err := c.viewCase(ctx, k)
		if err != nil {
			return err
		}
		if view.Log, err = c.Store.CaseLog(ctx, k.ID); err != nil {
			return err
		}
		data.Cases = append(data.Cases, view)
	}
	slices.SortStableFunc(data.Cases, func(a, b caseView) int { return b.Case.CreatedAt.Compare(a.Case.CreatedAt) })
	if data.Refunds, err = c.Store.RefundsOf(ctx, data.Order.ID); err != nil {
		return err
	}
	for _, r := range data.Refunds {
		if r.Status == store.RefundSucceeded && !cases.Uncollected(r) {
			data.Refunded += r.Amount
		}
	}
	return nil
}

// optOuts tells of every number that this order's SMS go to whether it said STOP to the shop's sender.
func (c *console) optOuts(ctx context.Context, shop string, sent []store.Message) ([]optOut, error) {
	s, ok := c.Shop(shop)
	if !ok || s.SMS == nil {
		return nil, nil
	}
	sender := cmp.Or(s.SMS.MessagingServiceSID, s.SMS.From)
	var found []optOut
	for _, m := range sent {
		if m.Channel != messages.SMS || slices.ContainsFunc(found, func(o optOut) bool { return o.Recipient == m.Recipient }) {
			continue
		}
		out, err := c.Store.OptedOut(ctx, sender, m.Recipient, messages.SMS)
		if err != nil {
			return nil, err
		}
		found = append(found, optOut{m.Recipient, out})
	}
	return found, nil
}

// linkPause is how long after a fresh link a second press sends no other one.
const linkPause = time.Minute

const linkAction = "send fresh link"

// sendLink sends first and audits then, so that a link that could not be sent can be asked for again at once.
func (c *console) sendLink(w http.ResponseWriter, r *http.Request, v visit) error {
	order, err := c.Store.Order(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	object := "order:" + order.ID
	entries, err := c.Store.AuditOf(r.Context(), object, auditShown)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Action == linkAction && v.now.Sub(e.At) < linkPause {
			return c.done(w, r, v, "orders", order.ID, nil, "link_just")
		}
	}
	if err := c.Links.SendLink(r.Context(), order); err != nil {
		return err
	}
	err = c.mend(r.Context(), v, act{name: linkAction, object: object})
	return c.done(w, r, v, "orders", order.ID, err, "link_sent")
}

func (c *console) revokeLinks(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("id")
	err := c.mend(r.Context(), v, act{
		name: "revoke links", object: "order:" + id,
		write: func(tx *store.Tx) ([]store.Task, error) {
			order, err := tx.Order(r.Context(), id)
			if err != nil {
				return nil, err
			}
			if order.LinkEpoch != seenGeneration(r) {
				return nil, errStale
			}
			return nil, tx.RevokeLinks(r.Context(), id)
		},
	})
	return c.done(w, r, v, "orders", id, err, "revoked")
}
