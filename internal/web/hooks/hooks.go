// Package hooks takes webhooks in: it verifies the raw bytes, stores them in one commit with their dedupe key and
// answers. Nothing is decoded here; what a webhook says is found out later, by jobs, from the stored bytes.
package hooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"homeward/internal/fault"
	"homeward/internal/store"
)

// MaxBody is the largest body that is taken, in bytes.
const MaxBody = 5 << 20

// Inbox stores verified webhooks durably.
type Inbox interface {
	AcceptEvent(ctx context.Context, event store.NewEvent) (id string, seen bool, err error)
}

// Queue rings the bell for stored work. It never blocks and never fails: a bell that is not heard is made up for by
// the sweep.
type Queue interface {
	Enqueue(ctx context.Context, tasks ...store.Task)
}

// Door is one address that takes webhooks: a source of a shop, or one of Stripe's and Twilio's.
type Door struct {
	Vendor string
	// Verify checks the signature of the raw bytes. Its fault's message is for the engineer on the other side.
	Verify func(r *http.Request, body []byte, now time.Time) error
	// Ping tells that a request is the vendor's unsigned ping. May be nil.
	Ping func(header http.Header, body []byte) bool
	// DedupeKey gives the delivery's own id where it is unique, else "". May be nil.
	DedupeKey func(r *http.Request, body []byte) string
	// Keep lists the headers to store.
	Keep []string
	// Note adds values to the stored headers that come from the address, not from the headers. May be nil.
	Note func(r *http.Request) map[string]string
	// Accepted writes the answer of a stored webhook, where it is not the usual one. May be nil.
	Accepted func(w http.ResponseWriter, status int)
}

// Observer hears the outcome of each webhook: stored, seen, ping, bad_signature, too_large, body_unreadable,
// database_unavailable.
type Observer func(shop, source, outcome string)

// Handler serves POST /hooks/{shop}/{source} and the reserved addresses under it.
type Handler struct {
	Inbox   Inbox
	Queue   Queue
	Doors   map[string]Door // "shop/source"
	Log     *slog.Logger
	Observe Observer
	Now     func() time.Time
	// Gate hears of every webhook while it is being stored, so that other work can give way. May be nil.
	Gate Gate
}

// Gate counts what is under way.
type Gate interface {
	Enter()
	Leave()
}

// ServeHTTP answers 202 when the bytes are stored, 200 when they were stored before or for a ping, 401 for a bad
// signature, 404 for an unknown shop or source, 413 over MaxBody and 503 when they could not be stored.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := h.Now()
	shop, source := r.PathValue("shop"), r.PathValue("source")
	if rest := r.PathValue("rest"); rest != "" {
		source += "/" + rest
	}
	door, ok := h.Doors[shop+"/"+source]
	if !ok {
		h.refuse(w, r, http.StatusNotFound, "source_unknown", "There is no such shop or source in the configuration; check the webhook's address.", nil)
		return
	}
	body, err := read(w, r)
	if err != nil {
		h.unreadable(w, r, shop, source, err)
		return
	}
	if door.Ping != nil && door.Ping(r.Header, body) {
		h.Observe(shop, source, "ping")
		writeJSON(w, http.StatusOK, map[string]string{"event": ""})
		return
	}
	if err := door.Verify(r, body, started); err != nil {
		f := fault.Of(err)
		h.Observe(shop, source, "bad_signature")
		h.refuse(w, r, http.StatusUnauthorized, f.Code, f.Message, err)
		return
	}
	h.accept(w, r, door, shop, source, body, started)
}

func (h *Handler) accept(w http.ResponseWriter, r *http.Request, door Door, shop, source string, body []byte, now time.Time) {
	event := store.NewEvent{Shop: shop, Source: source, Vendor: door.Vendor, Headers: kept(door, r), Body: body, ReceivedAt: now}
	if door.DedupeKey != nil {
		event.DedupeKey = door.DedupeKey(r, body)
	}
	id, seen, err := h.store(r.Context(), event)
	if err != nil {
		h.Observe(shop, source, "database_unavailable")
		w.Header().Set("Retry-After", "10")
		h.refuse(w, r, http.StatusServiceUnavailable, "database_unavailable", "The webhook could not be stored; please send it again.", err)
		return
	}
	status, outcome := http.StatusAccepted, "stored"
	if seen {
		status, outcome = http.StatusOK, "seen"
	} else {
		h.Queue.Enqueue(r.Context(), store.Task{Kind: store.EventWork, ID: id})
	}
	h.Observe(shop, source, outcome)
	h.Log.LogAttrs(r.Context(), slog.LevelInfo, "webhook", slog.String("event", id), slog.String("shop", shop), slog.String("source", source),
		slog.String("outcome", outcome), slog.Int("bytes", len(body)), slog.Duration("took", h.Now().Sub(now)))
	if door.Accepted != nil {
		door.Accepted(w, status)
		return
	}
	writeEvent(w, status, id)
}

func (h *Handler) store(ctx context.Context, event store.NewEvent) (id string, seen bool, err error) {
	if h.Gate != nil {
		h.Gate.Enter()
		defer h.Gate.Leave()
	}
	return h.Inbox.AcceptEvent(ctx, event)
}

// usualBody is the most that is set aside for a body before any of it came, in bytes.
const usualBody = 64 << 10

// read gives the whole body. A usual one gets its room at once instead of growing into it.
func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	in := http.MaxBytesReader(w, r.Body, MaxBody)
	if r.ContentLength <= 0 || r.ContentLength > usualBody {
		return io.ReadAll(in)
	}
	body := bytes.NewBuffer(make([]byte, 0, r.ContentLength+bytes.MinRead))
	_, err := body.ReadFrom(in)
	return body.Bytes(), err
}

func (h *Handler) unreadable(w http.ResponseWriter, r *http.Request, shop, source string, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		h.Observe(shop, source, "too_large")
		h.refuse(w, r, http.StatusRequestEntityTooLarge, "body_too_large", "The body is larger than 5 MiB.", err)
		return
	}
	h.Observe(shop, source, "body_unreadable")
	h.refuse(w, r, http.StatusBadRequest, "body_unreadable", "The body could not be read to its end.", err)
}

func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, code, message string, cause error) {
	level := slog.LevelWarn
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.Log.LogAttrs(r.Context(), level, "webhook", slog.String("shop", r.PathValue("shop")), slog.String("source", r.PathValue("source")),
		slog.String("outcome", code), slog.Int("status", status), slog.String("cause", fault.Code(cause)))
	writeJSON(w, status, map[string]string{"error": code, "message": message})
}

// kept gives the headers that are stored with the body.
func kept(door Door, r *http.Request) map[string]string {
	headers := make(map[string]string, len(door.Keep))
	for _, name := range door.Keep {
		if v := r.Header.Get(name); v != "" {
			headers[http.CanonicalHeaderKey(name)] = v
		}
	}
	if door.Note != nil {
		maps.Copy(headers, door.Note(r))
	}
	return headers
}

// writeEvent answers without the encoder: this is the hot path, and ids need no escaping.
func writeEvent(w http.ResponseWriter, status int, id string) {
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"event":"`+id+`"}`+"\n")
}

var jsonType = []string{"application/json"}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // the other side may be gone; there is nobody to tell
}
