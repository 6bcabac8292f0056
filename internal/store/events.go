package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"homeward/internal/orders"
)

const (
	eventHead    = "id, shop, source, vendor, dedupe_key, headers, received_at, order_id, note"
	eventColumns = eventHead + ", body, " + workColumns
	eventLine    = eventHead + ", " + workColumns // a list does not need the bodies
)

func scanEvent(r row) (Event, error) {
	var e Event
	err := r.Scan(append(append(e.head(), &e.Body), e.columns()...)...)
	return e, err
}

func scanEventLine(r row) (Event, error) {
	var e Event
	err := r.Scan(append(e.head(), e.columns()...)...)
	return e, err
}

func (e *Event) head() []any {
	return []any{
		&e.ID, &e.Shop, &e.Source, &e.Vendor, &e.DedupeKey, jsonColumn{&e.Headers}, timeColumn{&e.ReceivedAt}, &e.OrderID, &e.Note,
	}
}

// Event gives a stored webhook, or ErrNotFound.
func (r *Reads) Event(ctx context.Context, id string) (Event, error) {
	return first(ctx, r.q, scanEvent, "SELECT "+eventColumns+" FROM events WHERE id = $1", id)
}

// EventsIn gives the newest events of some states, newest first, without Body.
func (r *Reads) EventsIn(ctx context.Context, states []string, limit int) ([]Event, error) {
	return newestOf(states, limit, func(e Event) string { return e.ID }, func(state string) ([]Event, error) {
		return list(ctx, r.q, scanEventLine,
			"SELECT "+eventLine+" FROM events WHERE state = $1 ORDER BY id DESC LIMIT $2", state, limit)
	})
}

// EventsOf gives an order's events, oldest first, without Body.
func (r *Reads) EventsOf(ctx context.Context, orderID string) ([]Event, error) {
	return list(ctx, r.q, scanEventLine,
		"SELECT "+eventLine+" FROM events WHERE order_id = $1 AND order_id <> '' ORDER BY received_at, id", orderID)
}

// newestOf asks for each state alone, which an index answers, and puts the answers together. Ids sort by time.
func newestOf[T any](states []string, limit int, id func(T) string, ask func(state string) ([]T, error)) ([]T, error) {
	var all []T
	for _, state := range states {
		some, err := ask(state)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(id(b), id(a)) })
	return all[:min(len(all), max(limit, 0))], nil
}

// AssignEvent says which order an event belongs to, and what to tell staff about it. ErrNotFound when there is no event.
func (tx *Tx) AssignEvent(ctx context.Context, id, orderID, note string) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE events SET order_id = $2, note = $3 WHERE id = $1", id, orderID, note)
}

// sameParcel is how long before an event its order may have been placed to be found by a tracking number in WaitEvent:
// shorter than the 120 days after which carriers' numbers come again, so that an old order never stops an event from waiting.
const sameParcel = 100 * 24 * time.Hour

// WaitEvent makes a due event wait for an order that has one of the keys ("order:<external id>", "number:<number key>",
// "tracking:<normalised number>"). ErrStale as for Finish. ErrConflict when such an order came meanwhile: apply the event
// again. (Looking and waiting are not one step on PostgreSQL; without this the wake-up could pass between them.)
func (tx *Tx) WaitEvent(ctx context.Context, id string, generation int64, shop string, keys []string) error {
	if err := tx.await(ctx, id, shop, keys); err != nil {
		return err
	}
	return tx.Finish(ctx, EventWork, id, generation, EventWaiting, nil)
}

// IgnoreEvent ends a due event that may be about nobody here, and applies it again should an order of one of the shops come that has
// one of the keys ("payment:<reference>"). ErrStale and ErrConflict as for WaitEvent.
func (tx *Tx) IgnoreEvent(ctx context.Context, id string, generation int64, shops, keys []string) error {
	for _, shop := range slices.Sorted(slices.Values(shops)) {
		if err := tx.await(ctx, id, shop, keys); err != nil {
			return err
		}
	}
	return tx.Finish(ctx, EventWork, id, generation, EventIgnored, nil)
}

// ForgetWaiting keeps an event from being applied again by an order that comes: a person set it aside.
func (tx *Tx) ForgetWaiting(ctx context.Context, id string) error {
	_, err := exec(ctx, tx.q, "DELETE FROM waiting WHERE event_id = $1", id)
	return err
}

// await remembers what an event waits for, or gives ErrConflict when it is there.
func (tx *Tx) await(ctx context.Context, id, shop string, keys []string) error {
	if err := tx.lockAll(ctx, shop, keys); err != nil {
		return err
	}
	received, err := first(ctx, tx.q, value[int64], "SELECT received_at FROM events WHERE id = $1", id)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if there, err := tx.orderHas(ctx, shop, key, received-sameParcel.Milliseconds()); err != nil {
			return err
		} else if there {
			return ErrConflict
		}
		if _, err := exec(ctx, tx.q, "INSERT INTO waiting (event_id, shop, wait_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
			id, shop, key); err != nil {
			return err
		}
	}
	return nil
}

// lockAll makes waiting for a key and WakeEvents follow each other. Sorted, so that two never wait for each other.
func (tx *Tx) lockAll(ctx context.Context, shop string, keys []string) error {
	for _, key := range slices.Sorted(slices.Values(keys)) {
		if err := tx.lock(ctx, "waiting "+shop+" "+key); err != nil {
			return err
		}
	}
	return nil
}

// orderHas tells whether a wait key's order, or the return whose parcel it is, is there.
func (tx *Tx) orderHas(ctx context.Context, shop, key string, placedAfter int64) (bool, error) {
	kind, name, _ := strings.Cut(key, ":")
	var query string
	args := []any{shop, name}
	switch kind {
	case "order":
		query = "SELECT id FROM orders WHERE shop = $1 AND external_id = $2 LIMIT 1"
	case "number":
		query = "SELECT id FROM orders WHERE shop = $1 AND number_key = $2 LIMIT 1"
	case "payment":
		query = "SELECT order_id FROM payments WHERE shop = $1 AND reference = $2 LIMIT 1"
	default:
		if _, err := tx.CaseByTracking(ctx, shop, name); !errors.Is(err, ErrNotFound) {
			return err == nil, err // the parcel of a return
		}
		query = `SELECT o.id FROM parcels p JOIN orders o ON o.id = p.order_id
			WHERE p.shop = $1 AND p.tracking_number = $2 AND o.placed_at > $3 LIMIT 1`
		args = append(args, placedAfter)
	}
	ids, err := list(ctx, tx.q, value[string], query, args...)
	return len(ids) > 0, err
}

// WakeEvents makes the events that wait for any of the keys due, under the next generation, and gives their tasks. Call it
// after the order, its number, its parcels and its payments were written in the same transaction.
func (tx *Tx) WakeEvents(ctx context.Context, shop string, keys []string, now time.Time) ([]Task, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if err := tx.lockAll(ctx, shop, keys); err != nil {
		return nil, err
	}
	ids, err := list(ctx, tx.q, value[string], "SELECT DISTINCT event_id FROM waiting WHERE shop = $1 AND wait_key IN ("+
		placeholders(2, len(keys))+") ORDER BY event_id", anyOf([]any{shop}, keys)...)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, id := range ids {
		woken, err := list(ctx, tx.q, value[int64], `UPDATE events SET state = 'due', due_at = $2, generation = generation + 1,
			attempt = 0, lease_until = 0, phase = '' WHERE id = $1 AND state IN ('waiting', 'ignored') RETURNING generation`, id, ms(now))
		if err != nil {
			return nil, err
		}
		for _, generation := range woken {
			tasks = append(tasks, Task{Kind: EventWork, ID: id, Generation: generation, DueAt: fromMs(ms(now))})
		}
		if _, err := exec(ctx, tx.q, "DELETE FROM waiting WHERE event_id = $1", id); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

// WaitKeys gives the keys under which events wait for an order: its external id, its number, its parcels' tracking numbers, and its
// payments at Stripe.
func WaitKeys(order Order) []string {
	keys := []string{"order:" + order.ExternalID}
	if order.NumberKey != "" {
		keys = append(keys, "number:"+order.NumberKey)
	}
	for _, parcel := range order.State.Parcels {
		if number := orders.NormalizeTracking(parcel.TrackingNumber); number != "" {
			keys = append(keys, "tracking:"+number)
		}
	}
	for _, payment := range order.State.Order.Payments {
		if payment.Kind == "stripe" && payment.Reference != "" {
			keys = append(keys, "payment:"+payment.Reference)
		}
	}
	return keys
}
