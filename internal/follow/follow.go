// Package follow does what follows from every move of a case, a statement, a refund or an order, whoever made it, in the
// same transaction: its deadlines stand as rows, and the shop's own systems hear of it.
package follow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/delays"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// Follower hears of what transactions touched.
type Follower struct {
	Config *config.Config
	Now    func() time.Time
}

// Hear is a [store.Follower].
func (f *Follower) Hear(ctx context.Context, tx *store.Tx, touched store.Touched) ([]store.Task, error) {
	var tasks []store.Task
	steps := []func(context.Context, *store.Tx, *store.Touched) ([]store.Task, error){f.refunds, f.news, f.statements, f.cases, f.orders, f.tellRefunds}
	for _, step := range steps {
		more, err := step(ctx, tx, &touched)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

// refunds adds the order and the cases that a refund without a case may concern: the shop gave money back itself, or the order was
// cancelled.
func (f *Follower) refunds(ctx context.Context, tx *store.Tx, touched *store.Touched) ([]store.Task, error) {
	for _, refundID := range slices.Sorted(maps.Keys(touched.Refunds)) {
		r, err := tx.Refund(ctx, refundID)
		if errors.Is(err, store.ErrNotFound) { // it was there already, by another id
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.CaseID != "" {
			continue
		}
		if r.Origin == store.OriginHomeward {
			if err := addOrder(ctx, tx, touched, r.OrderID); err != nil {
				return nil, err
			}
		}
		all, err := tx.Reads.CasesOf(ctx, r.OrderID) // without the lock of a move
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			touched.TouchCase(c.ID)
		}
	}
	return nil, nil
}

// news adds the cases and the statements of an order that changed: where it is sent decides by which law and by whose clock their time
// runs.
func (f *Follower) news(ctx context.Context, tx *store.Tx, touched *store.Touched) ([]store.Task, error) {
	for _, orderID := range slices.Sorted(maps.Keys(touched.Orders)) {
		all, err := tx.Reads.CasesOf(ctx, orderID) // without the lock of a move
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			touched.TouchCase(c.ID)
		}
		said, err := tx.WithdrawalsOf(ctx, orderID)
		if err != nil {
			return nil, err
		}
		for _, w := range said {
			if w.CaseID == "" {
				touched.TouchStatement(w.ID)
			}
		}
	}
	return nil, nil
}

// addOrder adds an order whose own terms may depend on what was touched.
func addOrder(ctx context.Context, tx *store.Tx, touched *store.Touched, orderID string) error {
	if _, known := touched.Orders[orderID]; known {
		return nil
	}
	order, err := tx.Order(ctx, orderID)
	if err != nil {
		return ignoreMissing(err)
	}
	if touched.Orders == nil {
		touched.Orders = map[string]store.Order{}
	}
	touched.Orders[order.ID] = order
	return nil
}

func (f *Follower) orders(ctx context.Context, tx *store.Tx, touched *store.Touched) ([]store.Task, error) {
	var tasks []store.Task
	for _, orderID := range slices.Sorted(maps.Keys(touched.Orders)) {
		order := touched.Orders[orderID]
		shop, ok := f.Config.Shop(order.Shop)
		if !ok {
			continue
		}
		more, err := terms.OfOrder(ctx, tx, shop, order, f.Now())
		if err != nil {
			return nil, err
		}
		told, err := delays.Tell(ctx, tx, shop, order, delays.News, f.Now())
		if err != nil {
			return nil, err
		}
		tasks = append(append(tasks, more...), told...)
	}
	return tasks, nil
}

func (f *Follower) statements(ctx context.Context, tx *store.Tx, touched *store.Touched) ([]store.Task, error) {
	var tasks []store.Task
	for _, statementID := range slices.Sorted(maps.Keys(touched.Statements)) {
		w, err := tx.Withdrawal(ctx, statementID)
		if err != nil {
			return nil, err
		}
		shop, ok := f.Config.Shop(w.Shop)
		if !ok {
			continue
		}
		more, err := terms.OfStatement(ctx, tx, shop, w.ID, f.Now())
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, more...)
	}
	return tasks, nil
}

func (f *Follower) cases(ctx context.Context, tx *store.Tx, touched *store.Touched) ([]store.Task, error) {
	var tasks []store.Task
	for _, caseID := range touched.CaseIDs() {
		c, err := tx.Case(ctx, caseID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		shop, ok := f.Config.Shop(c.Shop)
		if !ok { // it was taken out of the configuration
			continue
		}
		more, err := terms.OfCase(ctx, tx, shop, c.ID, f.Now())
		if err != nil {
			return nil, err
		}
		if c.Kind != returns.Return { // what was withdrawn from, or is paid back, need not be delivered
			if err := addOrder(ctx, tx, touched, c.OrderID); err != nil {
				return nil, err
			}
		}
		told, err := f.tellCase(ctx, tx, shop, c, touched.Cases[caseID])
		if err != nil {
			return nil, err
		}
		tasks = append(append(tasks, more...), told...)
	}
	return tasks, nil
}
