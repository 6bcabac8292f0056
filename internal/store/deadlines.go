package store

import (
	"context"

	"homeward/internal/orders"
)

const deadlineColumns = "id, shop, order_id, kind, parcel_key, basis, " + workColumns

func scanDeadline(r row) (Deadline, error) {
	var d Deadline
	err := r.Scan(append([]any{&d.ID, &d.Shop, &d.OrderID, &d.Kind, &d.ParcelKey, &d.Basis}, d.columns()...)...)
	return d, err
}

// Deadline gives a timer, or ErrNotFound.
func (r *Reads) Deadline(ctx context.Context, id string) (Deadline, error) {
	return first(ctx, r.q, scanDeadline, "SELECT "+deadlineColumns+" FROM deadlines WHERE id = $1", id)
}

// DeadlinesOf gives an order's timers, earliest first.
func (r *Reads) DeadlinesOf(ctx context.Context, orderID string) ([]Deadline, error) {
	return list(ctx, r.q, scanDeadline,
		"SELECT "+deadlineColumns+" FROM deadlines WHERE order_id = $1 ORDER BY due_at, id", orderID)
}

// deadlineKey is what makes a timer of an order the same.
type deadlineKey struct {
	kind             orders.FactKind
	parcelKey, basis string
}

func (d *Deadline) key() deadlineKey { return deadlineKey{d.Kind, d.ParcelKey, d.Basis} }

// PutDeadlines makes an order's waiting timers those of the list: it adds new ones, moves due ones whose time changed and
// brings lapsed ones back (both under the next generation), and lapses due ones that are not in the list. A timer that
// fired stays fired; one that a worker holds is left alone. It gives the tasks of those that it added, moved or brought back.
func (tx *Tx) PutDeadlines(ctx context.Context, orderID string, deadlines []Deadline) ([]Task, error) {
	there, err := tx.DeadlinesOf(ctx, orderID)
	if err != nil {
		return nil, err
	}
	old := make(map[deadlineKey]Deadline, len(there))
	for _, d := range there {
		old[d.key()] = d
	}
	var tasks []Task
	for _, d := range deadlines {
		was, known := old[d.key()]
		delete(old, d.key())
		var put []Task
		if known {
			put, err = tx.moveDeadline(ctx, was, d)
		} else {
			put, err = tx.addDeadline(ctx, orderID, d)
		}
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, put...)
	}
	for _, d := range there {
		if _, left := old[d.key()]; !left || d.State != Due {
			continue
		}
		if _, err := exec(ctx, tx.q, "UPDATE deadlines SET state = 'lapsed' WHERE id = $1 AND "+waits, d.ID); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

func (tx *Tx) addDeadline(ctx context.Context, orderID string, d Deadline) ([]Task, error) {
	n, err := exec(ctx, tx.q, "INSERT INTO deadlines ("+deadlineColumns+") VALUES ("+placeholders(1, 14)+") ON CONFLICT DO NOTHING",
		append([]any{d.ID, d.Shop, orderID, string(d.Kind), d.ParcelKey, d.Basis}, d.values()...)...)
	if err != nil || n == 0 {
		return nil, err
	}
	return []Task{{Kind: DeadlineWork, ID: d.ID, Generation: d.Generation, DueAt: fromMs(ms(d.DueAt))}}, nil
}

func (tx *Tx) moveDeadline(ctx context.Context, was, d Deadline) ([]Task, error) {
	if was.State != DeadlineLapsed && (was.State != Due || ms(was.DueAt) == ms(d.DueAt)) {
		return nil, nil
	}
	return list(ctx, tx.q, scanTask(DeadlineWork), `UPDATE deadlines SET state = 'due', due_at = $3, attempt = 0,
		generation = generation + 1 WHERE id = $1 AND generation = $2 AND (state = 'lapsed' OR (`+waits+`))
		RETURNING id, generation, due_at, ''`, was.ID, was.Generation, ms(d.DueAt))
}
