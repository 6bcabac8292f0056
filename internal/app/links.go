package app

import (
	"context"
	"time"

	"homeward/internal/config"
	"homeward/internal/link"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/store"
)

// Links makes the signed links of orders and mails fresh ones.
type Links struct {
	Signer *link.Signer
	Config *config.Config
	DB     *store.DB
	Queue  interface {
		Enqueue(ctx context.Context, tasks ...store.Task)
	}
	Now func() time.Time
}

// Order gives the address of an order's page. The same order has the same address until its links are revoked, so that a
// message rendered twice says the same.
func (l *Links) Order(order store.Order) string {
	placed := order.State.Order.PlacedAt
	if placed.IsZero() {
		placed = order.CreatedAt
	}
	return l.Config.PublicURL + "/o/" + l.Signer.Order(order.Shop, order.ID, order.LinkEpoch, link.FreshExpiry(placed, l.Now()))
}

// linkEvery bounds how often one order's link is mailed on request.
const linkEvery = 10 * time.Minute

// SendLink mails an order's link to the address on the order: at most once in ten minutes.
func (l *Links) SendLink(ctx context.Context, order store.Order) error {
	shop, ok := l.Config.Shop(order.Shop)
	if !ok {
		return store.ErrNotFound
	}
	contact := outbox.Contact(shop, order.State.Order)
	if contact.Email == "" {
		return nil
	}
	now := l.Now()
	draft := messages.Draft{
		Topic: messages.OrderLink, Occasion: now.UTC().Truncate(linkEvery).Format(time.RFC3339), Channel: messages.Mail,
		Recipient: contact.Email, Class: messages.ClassOf(messages.OrderLink), DueAt: now, ExpiresAt: now.Add(72 * time.Hour),
	}
	var tasks []store.Task
	err := l.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		tasks, err = outbox.Add(ctx, tx, order, []messages.Draft{draft}, now)
		return err
	})
	if err == nil {
		l.Queue.Enqueue(ctx, tasks...)
	}
	return err
}
