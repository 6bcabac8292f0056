package store

import (
	"context"
	"time"

	"homeward/internal/messages"
)

const messageColumns = "id, shop, order_id, topic, occasion, channel, recipient, class, queue, language, data, expires_at, " +
	"header_id, provider_id, body, lookups, called_at, sent_at, delivery, delivery_at, created_at, " + workColumns

func scanMessage(r row) (Message, error) {
	var m Message
	err := r.Scan(append([]any{
		&m.ID, &m.Shop, &m.OrderID, &m.Topic, &m.Occasion, &m.Channel, &m.Recipient, &m.Class, &m.Queue, &m.Language,
		jsonColumn{&m.Data}, timeColumn{&m.ExpiresAt}, &m.HeaderID, &m.ProviderID, &m.Body, &m.Lookups,
		timeColumn{&m.CalledAt}, timeColumn{&m.SentAt}, &m.Delivery, timeColumn{&m.DeliveryAt}, timeColumn{&m.CreatedAt},
	}, m.columns()...)...)
	return m, err
}

// Message gives a message, or ErrNotFound.
func (r *Reads) Message(ctx context.Context, id string) (Message, error) {
	return r.message(ctx, "id = $1", id)
}

// MessageByProvider gives the message that a provider calls so, or ErrNotFound.
func (r *Reads) MessageByProvider(ctx context.Context, providerID string) (Message, error) {
	return r.message(ctx, "provider_id = $1 AND provider_id <> '' ORDER BY id DESC LIMIT 1", providerID)
}

func (r *Reads) message(ctx context.Context, where string, arg string) (Message, error) {
	m, err := first(ctx, r.q, scanMessage, "SELECT "+messageColumns+" FROM messages WHERE "+where, arg)
	if err != nil {
		return Message{}, err
	}
	m.Parcels, err = list(ctx, r.q, value[string],
		"SELECT parcel_key FROM message_parcels WHERE message_id = $1 ORDER BY parcel_key", m.ID)
	return m, err
}

// MessagesOf gives an order's messages, oldest first.
func (r *Reads) MessagesOf(ctx context.Context, orderID string) ([]Message, error) {
	all, err := list(ctx, r.q, scanMessage,
		"SELECT "+messageColumns+" FROM messages WHERE order_id = $1 ORDER BY created_at, id", orderID)
	if err != nil {
		return nil, err
	}
	return r.withParcels(ctx, all)
}

// MessagesIn gives the newest messages of some states, newest first.
func (r *Reads) MessagesIn(ctx context.Context, states []string, limit int) ([]Message, error) {
	all, err := newestOf(states, limit, func(m Message) string { return m.ID }, func(state string) ([]Message, error) {
		return list(ctx, r.q, scanMessage,
			"SELECT "+messageColumns+" FROM messages WHERE state = $1 ORDER BY id DESC LIMIT $2", state, limit)
	})
	if err != nil {
		return nil, err
	}
	return r.withParcels(ctx, all)
}

// parcelsAtOnce bounds the placeholders of one query.
const parcelsAtOnce = 100

// withParcels fills Parcels, which lie in a table of their own.
func (r *Reads) withParcels(ctx context.Context, all []Message) ([]Message, error) {
	for from := 0; from < len(all); from += parcelsAtOnce {
		some := all[from:min(from+parcelsAtOnce, len(all))]
		byID := make(map[string]*Message, len(some))
		args := make([]any, 0, len(some))
		for i := range some {
			byID[some[i].ID] = &some[i]
			args = append(args, some[i].ID)
		}
		pairs, err := list(ctx, r.q, func(r row) (p [2]string, err error) {
			err = r.Scan(&p[0], &p[1])
			return p, err
		}, "SELECT message_id, parcel_key FROM message_parcels WHERE message_id IN ("+placeholders(1, len(args))+
			") ORDER BY message_id, parcel_key", args...)
		if err != nil {
			return nil, err
		}
		for _, p := range pairs {
			byID[p[0]].Parcels = append(byID[p[0]].Parcels, p[1])
		}
	}
	return all, nil
}

// waits is true of a message (or deadline) that nobody holds and that was not handed out.
const waits = "state = 'due' AND phase = '' AND lease_until = 0"

// PendingMessages gives an order's messages that wait to be sent and that no worker holds, oldest first.
func (r *Reads) PendingMessages(ctx context.Context, orderID string) ([]messages.Pending, error) {
	all, err := list(ctx, r.q, scanMessage,
		"SELECT "+messageColumns+" FROM messages WHERE order_id = $1 AND "+waits+" ORDER BY created_at, id", orderID)
	if err != nil {
		return nil, err
	}
	if all, err = r.withParcels(ctx, all); err != nil {
		return nil, err
	}
	pending := make([]messages.Pending, 0, len(all))
	for _, m := range all {
		pending = append(pending, messages.Pending{
			ID: m.ID, Topic: m.Topic, Channel: m.Channel, Occasion: m.Occasion, Parcels: m.Parcels, DueAt: m.DueAt,
		})
	}
	return pending, nil
}

// FirstMail gives the Message-ID of the order's first sent mail, without angle brackets; "" when none was sent.
func (r *Reads) FirstMail(ctx context.Context, orderID string) (string, error) {
	ids, err := list(ctx, r.q, value[string], `SELECT header_id FROM messages
		WHERE order_id = $1 AND channel = 'mail' AND sent_at > 0 AND header_id <> '' ORDER BY sent_at, id LIMIT 1`, orderID)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// AddMessage adds a message with its parcels; false when (order, topic, occasion, channel, recipient) is there.
func (tx *Tx) AddMessage(ctx context.Context, message Message) (bool, error) {
	m := &message
	n, err := exec(ctx, tx.q, "INSERT INTO messages ("+messageColumns+") VALUES ("+placeholders(1, 29)+") ON CONFLICT DO NOTHING",
		append([]any{
			m.ID, m.Shop, m.OrderID, string(m.Topic), m.Occasion, string(m.Channel), m.Recipient, string(m.Class), m.Queue,
			m.Language, jsonText(m.Data), ms(m.ExpiresAt), m.HeaderID, m.ProviderID, m.Body, m.Lookups, ms(m.CalledAt),
			ms(m.SentAt), m.Delivery, ms(m.DeliveryAt), ms(m.CreatedAt),
		}, m.values()...)...)
	if err != nil || n == 0 {
		return false, err
	}
	for _, key := range m.Parcels {
		if err := tx.addParcel(ctx, m.ID, key); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (tx *Tx) addParcel(ctx context.Context, messageID, parcelKey string) error {
	_, err := exec(ctx, tx.q, "INSERT INTO message_parcels (message_id, parcel_key) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		messageID, parcelKey)
	return err
}

// hold keeps a waiting message from being claimed until this transaction ends; false when it no longer waits. (Writing the
// row, even unchanged, makes PostgreSQL's claim wait.)
func (tx *Tx) hold(ctx context.Context, messageID string) (bool, error) {
	n, err := exec(ctx, tx.q, "UPDATE messages SET lease_until = 0 WHERE id = $1 AND "+waits, messageID)
	return n == 1, err
}

// JoinParcel puts a parcel into a waiting message; false when the message no longer waits.
func (tx *Tx) JoinParcel(ctx context.Context, messageID, parcelKey string) (bool, error) {
	waiting, err := tx.hold(ctx, messageID)
	if err != nil || !waiting {
		return false, err
	}
	return true, tx.addParcel(ctx, messageID, parcelKey)
}

// DropParcel takes a parcel out of a waiting message; a `shipped` that lost its last parcel becomes replaced. A message that
// no longer waits stays as it is.
func (tx *Tx) DropParcel(ctx context.Context, messageID, parcelKey string) error {
	waiting, err := tx.hold(ctx, messageID)
	if err != nil || !waiting {
		return err
	}
	n, err := exec(ctx, tx.q, "DELETE FROM message_parcels WHERE message_id = $1 AND parcel_key = $2", messageID, parcelKey)
	if err != nil || n == 0 {
		return err
	}
	_, err = exec(ctx, tx.q, `UPDATE messages SET state = 'replaced' WHERE id = $1 AND topic = 'shipped' AND `+waits+`
		AND NOT EXISTS (SELECT 1 FROM message_parcels WHERE message_id = $1)`, messageID)
	return err
}

// ReplaceMessage ends a waiting message because newer news goes instead; false when it no longer waits.
func (tx *Tx) ReplaceMessage(ctx context.Context, messageID string) (bool, error) {
	n, err := exec(ctx, tx.q, "UPDATE messages SET state = 'replaced' WHERE id = $1 AND "+waits, messageID)
	return n == 1, err
}

// SetMessage writes what sending brought: header id, provider id, body, lookups, called_at and sent_at; not the work
// columns. ErrNotFound when there is no message.
func (tx *Tx) SetMessage(ctx context.Context, message Message) error {
	return must(ctx, tx.q, ErrNotFound, `UPDATE messages SET header_id = $2, provider_id = $3, body = $4, lookups = $5,
		called_at = $6, sent_at = $7 WHERE id = $1`, message.ID, message.HeaderID, message.ProviderID, message.Body,
		message.Lookups, ms(message.CalledAt), ms(message.SentAt))
}

// FinishMessage is SetMessage and Finish in one step, for a message that its provider took. ErrStale when the generation is
// another or the state is final already.
func (tx *Tx) FinishMessage(ctx context.Context, message Message, generation int64, state string) error {
	if message.Topic == messages.ShipDelay { // the buyer was told: the order's time to ship is another
		order, err := tx.Order(ctx, message.OrderID)
		if err != nil {
			return err
		}
		tx.touchOrder(order)
	}
	return must(ctx, tx.q, ErrStale, `UPDATE messages SET header_id = $3, provider_id = $4, body = $5, lookups = $6, called_at = $7,
		sent_at = $8, state = $9, lease_until = 0, phase = '', error_code = '', error_message = ''
		WHERE id = $1 AND generation = $2 AND state = 'due'`, message.ID, generation, message.HeaderID, message.ProviderID, message.Body,
		message.Lookups, ms(message.CalledAt), ms(message.SentAt), state)
}

// SetDelivery keeps what the carrier said afterwards, and the provider's id when it was not known. What is older than the
// newest word, or speaks of another id, changes nothing. ErrNotFound when there is no message.
func (tx *Tx) SetDelivery(ctx context.Context, messageID, providerID, delivery string, at time.Time) error {
	n, err := exec(ctx, tx.q, `UPDATE messages SET delivery = $3, delivery_at = $4,
		provider_id = CASE WHEN provider_id = '' THEN $2 ELSE provider_id END
		WHERE id = $1 AND delivery_at <= $4 AND (provider_id = '' OR provider_id = $2 OR $2 = '')`,
		messageID, providerID, delivery, ms(at))
	if err != nil || n == 1 {
		return err
	}
	_, err = first(ctx, tx.q, value[string], "SELECT id FROM messages WHERE id = $1", messageID)
	return err
}
