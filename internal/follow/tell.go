package follow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/notify"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// tellCase tells the shop's own systems that a case was opened, moved, or asks for something else.
func (f *Follower) tellCase(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case, how store.CaseTouch) ([]store.Task, error) {
	if shop.Notify.URL == "" || (!how.Opened && !how.Moved && !how.Changed) {
		return nil, nil
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	log, err := tx.CaseLog(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	data := map[string]any{"order": notify.OrderOf(order), "case": notify.CaseOf(c, order.State.Order.Currency)}
	version := c.ID + ":" + strconv.FormatInt(c.Version, 10)
	var events []notify.Event
	if how.Opened {
		events = append(events, notify.Event{Type: notify.CaseOpened, Key: c.ID})
	} else if how.Moved {
		events = append(events, notify.Event{Type: notify.CaseMoved, Key: version})
	}
	if how.Changed {
		events = append(events, notify.Event{Type: notify.CaseChanged, Key: version})
	}
	if kind := requested(c); kind != "" {
		events = append(events, notify.Event{Type: kind, Key: wish(c, log)})
	}
	var tasks []store.Task
	for _, e := range events {
		e.OrderID, e.Data = c.OrderID, data
		more, err := notify.Add(ctx, tx, shop, e, f.Now())
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

// requested gives the event that asks the shop for what a case was granted, "" for nothing.
func requested(c store.Case) string {
	if c.State == returns.Requested || c.State == returns.Rejected || c.State == returns.Withdrawn {
		return ""
	}
	switch c.Remedy {
	case returns.ExchangeRemedy:
		return notify.ExchangeRequested
	case returns.CreditRemedy:
		return notify.CreditRequested
	default:
		return ""
	}
}

// wish names what a case asks for now: the same from one change by its shopper to the next.
func wish(c store.Case, log []store.CaseStep) string {
	changes := 0
	for _, s := range log {
		if s.Step == store.CaseChanged {
			changes++
		}
	}
	if changes == 0 {
		return c.ID
	}
	return c.ID + ":" + strconv.Itoa(changes)
}

// tellRefunds tells them of refunds that nobody but they can pay back, that went through, or that failed.
func (f *Follower) tellRefunds(ctx context.Context, tx *store.Tx, touched *store.Touched) ([]store.Task, error) {
	var tasks []store.Task
	for _, refundID := range slices.Sorted(maps.Keys(touched.Refunds)) {
		r, err := tx.Refund(ctx, refundID)
		if errors.Is(err, store.ErrNotFound) { // it was there already, by another id
			continue
		}
		if err != nil {
			return nil, err
		}
		shop, ok := f.Config.Shop(r.Shop)
		kind := refundEvent(r)
		if !ok || kind == "" || shop.Notify.URL == "" {
			continue
		}
		more, err := f.tellRefund(ctx, tx, shop, r, kind)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

func (f *Follower) tellRefund(ctx context.Context, tx *store.Tx, shop *config.Shop, r store.Refund, kind string) ([]store.Task, error) {
	order, err := tx.Order(ctx, r.OrderID)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	payBy, err := payBy(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	data := map[string]any{"order": notify.OrderOf(order), "refund": notify.RefundOf(r, payBy)}
	return notify.Add(ctx, tx, shop, notify.Event{Type: kind, Key: r.ID, OrderID: r.OrderID, Data: data}, f.Now())
}

// refundEvent gives what there is to tell of a refund, "" for nothing. What the shop did itself is no news to it.
func refundEvent(r store.Refund) string {
	switch {
	case r.Origin == store.OriginShop, cases.Uncollected(r):
		return ""
	case r.Status == store.RefundSucceeded:
		return notify.RefundSucceeded
	case r.Status == store.RefundFailed:
		return notify.RefundFailed
	case r.NeedsPerson && r.PaymentKind != "stripe" && !cases.WaitsForSecond(r): // or the shop's system would pay before it was let go
		return notify.RefundNeedsHand
	default:
		return ""
	}
}

// payBy gives the end of the time to pay a refund.
func payBy(ctx context.Context, tx *store.Tx, r store.Refund) (time.Time, error) {
	owner := store.OwnerOfCase(r.CaseID)
	if r.CaseID == "" {
		owner = store.OwnerOfOrder(r.OrderID)
	}
	all, err := tx.TermsOf(ctx, owner)
	for _, t := range all {
		if t.Kind == returns.TermRefund {
			return t.EndAt, err
		}
	}
	return time.Time{}, err
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
