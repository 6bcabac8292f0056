package store

import (
	"context"
	"time"

	"homeward/internal/orders"
)

const orderColumns = "id, shop, external_id, number_key, email_key, language, region, time_zone, state, version, link_epoch, " +
	"created_at, updated_at"

func scanOrder(r row) (Order, error) {
	var o Order
	err := r.Scan(&o.ID, &o.Shop, &o.ExternalID, &o.NumberKey, &o.EmailKey, &o.Language, &o.Region, &o.TimeZone,
		jsonColumn{&o.State}, &o.Version, &o.LinkEpoch, timeColumn{&o.CreatedAt}, timeColumn{&o.UpdatedAt})
	return o, err
}

// Order gives an order, or ErrNotFound.
func (r *Reads) Order(ctx context.Context, id string) (Order, error) {
	return first(ctx, r.q, scanOrder, "SELECT "+orderColumns+" FROM orders WHERE id = $1", id)
}

// OrderByExternalID gives the order that a shop calls so, or ErrNotFound.
func (r *Reads) OrderByExternalID(ctx context.Context, shop, externalID string) (Order, error) {
	return first(ctx, r.q, scanOrder, "SELECT "+orderColumns+" FROM orders WHERE shop = $1 AND external_id = $2", shop, externalID)
}

// OrderByNumber gives a shop's newest order of that number, or ErrNotFound.
func (r *Reads) OrderByNumber(ctx context.Context, shop, numberKey string) (Order, error) {
	return first(ctx, r.q, scanOrder, "SELECT "+orderColumns+
		" FROM orders WHERE shop = $1 AND number_key = $2 ORDER BY placed_at DESC, id DESC LIMIT 1", shop, numberKey)
}

// OrderByTracking gives a shop's newest order that has such a parcel and was placed after placedAfter (carriers use their
// numbers again), or ErrNotFound. An order whose placement is not known counts as placed when it was first heard of.
func (r *Reads) OrderByTracking(ctx context.Context, shop, trackingNumber string, placedAfter time.Time) (Order, error) {
	return first(ctx, r.q, scanOrder, "SELECT "+orderColumns+` FROM orders
		WHERE id IN (SELECT order_id FROM parcels WHERE shop = $1 AND tracking_number = $2) AND placed_at > $3
		ORDER BY placed_at DESC, id DESC LIMIT 1`, shop, orders.NormalizeTracking(trackingNumber), ms(placedAfter))
}

// OrderByNumberAndEmail gives a shop's newest order of that number and e-mail, or ErrNotFound.
func (r *Reads) OrderByNumberAndEmail(ctx context.Context, shop, numberKey, emailKey string) (Order, error) {
	return first(ctx, r.q, scanOrder, "SELECT "+orderColumns+` FROM orders
		WHERE shop = $1 AND number_key = $2 AND email_key = $3 ORDER BY placed_at DESC, id DESC LIMIT 1`, shop, numberKey, emailKey)
}

// Facts gives every fact of an order, by the sources' clocks.
func (r *Reads) Facts(ctx context.Context, orderID string) ([]orders.Event, error) {
	return list(ctx, r.q, func(r row) (orders.Event, error) {
		var e orders.Event
		err := r.Scan(jsonColumn{&e})
		return e, err
	}, "SELECT data FROM facts WHERE order_id = $1 ORDER BY at, id", orderID)
}

// placedAt gives when an order was placed; while nobody said so, when it was first heard of.
func placedAt(o Order) int64 {
	if o.State.Order.PlacedAt.IsZero() {
		return ms(o.CreatedAt)
	}
	return ms(o.State.Order.PlacedAt)
}

// InsertOrder adds an order. ErrDuplicate when (shop, external id) is there.
func (tx *Tx) InsertOrder(ctx context.Context, order Order) error {
	tx.touchOrder(order)
	return must(ctx, tx.q, ErrDuplicate, `INSERT INTO orders (id, shop, external_id, number_key, email_key, known, stage, language,
		region, time_zone, state, version, link_epoch, placed_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
		order.ID, order.Shop, order.ExternalID, order.NumberKey, order.EmailKey, number(order.State.Known),
		string(order.State.Stage), order.Language, order.Region, order.TimeZone, jsonText(order.State), order.Version,
		order.LinkEpoch, placedAt(order), ms(order.CreatedAt), ms(order.UpdatedAt))
}

// UpdateOrder writes an order that was read at order.Version and makes it the next version. ErrConflict when somebody wrote
// it meanwhile. It leaves link_epoch, shop and created_at.
func (tx *Tx) UpdateOrder(ctx context.Context, order Order) error {
	if err := tx.AloneWithOrder(ctx, order.ID); err != nil { // before the row: see there
		return err
	}
	tx.touchOrder(order)
	return must(ctx, tx.q, ErrConflict, `UPDATE orders SET external_id = $3, number_key = $4, email_key = $5, known = $6,
		stage = $7, language = $8, region = $9, time_zone = $10, state = $11, placed_at = $12, updated_at = $13,
		version = version + 1 WHERE id = $1 AND version = $2`,
		order.ID, order.Version, order.ExternalID, order.NumberKey, order.EmailKey, number(order.State.Known),
		string(order.State.Stage), order.Language, order.Region, order.TimeZone, jsonText(order.State), placedAt(order),
		ms(order.UpdatedAt))
}

// AddFact keeps a fact of an order; false when it was there.
func (tx *Tx) AddFact(ctx context.Context, orderID string, event orders.Event, eventID string, receivedAt time.Time) (bool, error) {
	n, err := exec(ctx, tx.q, `INSERT INTO facts (order_id, id, event_id, at, received_at, data) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (order_id, id) DO NOTHING`, orderID, event.ID, eventID, ms(event.At), ms(receivedAt), jsonText(event))
	return n == 1, err
}

// AddTracking says that an order has a parcel of that number, so that news that knows only the number finds it.
func (tx *Tx) AddTracking(ctx context.Context, shop, trackingNumber, orderID string) error {
	_, err := exec(ctx, tx.q, "INSERT INTO parcels (shop, tracking_number, order_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		shop, orders.NormalizeTracking(trackingNumber), orderID)
	return err
}

// RevokeLinks makes every link of an order that was given out invalid. ErrNotFound when there is no order.
func (tx *Tx) RevokeLinks(ctx context.Context, orderID string) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE orders SET link_epoch = link_epoch + 1 WHERE id = $1", orderID)
}
