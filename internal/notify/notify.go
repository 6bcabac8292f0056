// Package notify tells the shop's own systems what happens, as Standard Webhooks: an event becomes a row of calls in the
// transaction that made it true, and jobs post it. docs/notify.md describes the bodies.
package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/store"
)

// The types of events.
const (
	CaseOpened        = "case.opened"
	CaseMoved         = "case.moved"
	CaseChanged       = "case.changed"      // its shopper asks for something else
	CaseReplied       = "case.replied"      // its shopper answered what staff wrote
	RefundNeedsHand   = "refund.needs_hand" // nothing but a person, or the shop's own system, can pay it back
	RefundSucceeded   = "refund.succeeded"
	RefundFailed      = "refund.failed"
	ExchangeRequested = "exchange.requested"
	CreditRequested   = "credit.requested"
	DeadlineNear      = "deadline.near"
	DeadlineMissed    = "deadline.missed"
	OrderCancelled    = "order.cancelled_by_law"
	RestCancelled     = "order.rest_cancelled_by_law" // what no carrier has; the rest is on its way
)

// Types lists them.
var Types = []string{
	CaseOpened, CaseMoved, CaseChanged, CaseReplied, RefundNeedsHand, RefundSucceeded, RefundFailed, ExchangeRequested, CreditRequested, DeadlineNear,
	DeadlineMissed, OrderCancelled, RestCancelled,
}

// Event is one piece of news. Data holds ids, codes and amounts; never a name, an address or a text of the shopper.
type Event struct {
	Type string
	Key  string // the same news has the same; unique in a shop
	// OrderID is the row of the order that it is about; "" for none.
	OrderID string
	Data    any
}

// Add makes an event due; nothing when the shop named no address, or when it was told before.
func Add(ctx context.Context, tx *store.Tx, shop *config.Shop, e Event, now time.Time) ([]store.Task, error) {
	if shop.Notify.URL == "" {
		return nil, nil
	}
	body, err := json.Marshal(map[string]any{"type": e.Type, "timestamp": now.UTC().Format(time.RFC3339Nano), "data": e.Data})
	if err != nil {
		return nil, err
	}
	c := store.Call{
		ID: "msg_" + id.New(now), Shop: shop.ID, Key: e.Type + ":" + e.Key, Type: e.Type, OrderID: e.OrderID, Body: string(body), CreatedAt: now,
		Work: store.Work{State: store.Due, DueAt: now},
	}
	added, err := tx.AddCall(ctx, c)
	if err != nil || !added {
		return nil, err
	}
	return []store.Task{{Kind: store.CallWork, ID: c.ID}}, nil
}

// Header signs a body as Standard Webhooks asks: HMAC-SHA256 of "id.timestamp.body", base64, under the secret's bytes. The id
// is the same over all attempts, the time is that of the attempt. The secret is base64, with or without "whsec_".
func Header(secret, callID string, at time.Time, body []byte) (http.Header, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(callID + "." + stamp + "."))
	mac.Write(body)
	return http.Header{
		"Content-Type":      {"application/json"},
		"User-Agent":        {"Homeward"},
		"Webhook-Id":        {callID},
		"Webhook-Timestamp": {stamp},
		"Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	}, nil
}
