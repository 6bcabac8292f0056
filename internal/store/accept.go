package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"homeward/internal/id"
)

// NewEvent is a webhook that was verified. DedupeKey is the source's own event id, or "": then the SHA-256 of the body
// counts, within ten minutes.
type NewEvent struct {
	Shop, Source, Vendor string
	DedupeKey            string
	Headers              map[string]string
	Body                 []byte
	ReceivedAt           time.Time
}

// dedupeWindow is how long an equal body without an id counts as the same event: senders retry within minutes, and equal
// bodies days apart can be true news.
const dedupeWindow = 10 * time.Minute

// longestKey bounds a source's own id; PostgreSQL's index refuses very long ones. Longer ids are hashed.
const longestKey = 200

const (
	insertEvent = `INSERT INTO events (id, shop, source, vendor, dedupe_key, headers, body, received_at, state, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'due', $9) ON CONFLICT (shop, source, dedupe_key) DO NOTHING`
	eventByKey  = `SELECT id FROM events WHERE shop = $1 AND source = $2 AND dedupe_key = $3`
	eventByBody = `SELECT id FROM events WHERE shop = $1 AND source = $2 AND dedupe_key IN ($3, $4, $5)
		AND received_at > $6 AND received_at < $7 ORDER BY received_at LIMIT 1`
)

// AcceptEvent stores a webhook durably and gives its id; seen tells that it was there, and then the id is the first copy's,
// given only after the first copy's commit.
//
// The rule stands on UNIQUE (shop, source, dedupe_key). An event's own id is the key "id:…". Without one the key is
// "sha256:<body>:<slot>", the slot being the ten minutes of the clock in which the event came: two equal bodies of one slot
// collide, and a look into the slots before and after finds the equal body less than ten minutes away. On SQLite's one
// writer that is exact. On PostgreSQL two equal bodies that arrive at the same instant on both sides of a slot's end could
// both be stored; applying an event twice has one effect, so that costs a row.
func (db *DB) AcceptEvent(ctx context.Context, event NewEvent) (id string, seen bool, err error) {
	a := newAccept(event)
	err = db.engine.single(ctx, a.run)
	return a.id, a.seen, failure(err)
}

// accept is one AcceptEvent under way.
type accept struct {
	event   NewEvent
	headers string
	hash    string // hex SHA-256 of the body when the event has no id of its own
	key     string
	id      string
	seen    bool
}

func newAccept(event NewEvent) *accept {
	if event.ReceivedAt.IsZero() {
		event.ReceivedAt = time.Now()
	}
	if event.Body == nil {
		event.Body = []byte{}
	}
	a := &accept{event: event, headers: "{}"}
	if len(event.Headers) > 0 {
		a.headers = jsonText(event.Headers)
	}
	switch key := event.DedupeKey; {
	case key == "":
		a.hash = hexSum(event.Body)
		a.key = a.slotKey(0)
	case len(key) > longestKey:
		a.key = "id-sha256:" + hexSum([]byte(key))
	default:
		a.key = "id:" + key
	}
	return a
}

// slotKey gives the key of the slot so many after the event's own.
func (a *accept) slotKey(after int64) string {
	slot := a.event.ReceivedAt.UnixMilli()/dedupeWindow.Milliseconds() + after
	return "sha256:" + a.hash + ":" + strconv.FormatInt(slot, 10)
}

func (a *accept) run(ctx context.Context, q querier) error {
	e := &a.event
	if a.hash != "" {
		at := e.ReceivedAt.UnixMilli()
		err := a.find(ctx, q, eventByBody, e.Shop, e.Source, a.slotKey(-1), a.key, a.slotKey(1),
			at-dedupeWindow.Milliseconds(), at+dedupeWindow.Milliseconds())
		if !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	a.id = id.New(e.ReceivedAt)
	received := ms(e.ReceivedAt)
	n, err := exec(ctx, q, insertEvent, a.id, e.Shop, e.Source, e.Vendor, a.key, a.headers, e.Body, received, received)
	if err != nil || n == 1 {
		return err
	}
	return a.find(ctx, q, eventByKey, e.Shop, e.Source, a.key)
}

// find looks for the first copy.
func (a *accept) find(ctx context.Context, q querier, query string, args ...any) error {
	first, err := first(ctx, q, value[string], query, args...)
	if err == nil {
		a.id, a.seen = first, true
	}
	return err
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
