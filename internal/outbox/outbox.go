// Package outbox turns what the rules say is due into rows of messages, in the transaction that made it due.
package outbox

import (
	"context"
	"time"

	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/store"
)

// Policy puts a shop's settings into the rules' words.
func Policy(shop *config.Shop) messages.Policy {
	p := messages.Policy{
		Off: make(map[messages.Topic]bool), CalmWindow: shop.Messages.CalmWindow, QuietFrom: shop.Messages.QuietFrom,
		QuietUntil: shop.Messages.QuietUntil, Channels: make(map[messages.Topic][]messages.Channel), Zone: shop.Zone, SMS: shop.SMS != nil,
	}
	for _, t := range shop.Messages.Off {
		p.Off[messages.Topic(t)] = true
	}
	for topic, channels := range shop.Messages.Channels {
		list := make([]messages.Channel, 0, len(channels))
		for _, c := range channels {
			list = append(list, messages.Channel(c))
		}
		p.Channels[messages.Topic(topic)] = list
	}
	return p
}

// Contact says where an order's shopper can be reached: an address that is one, a number that can take SMS.
func Contact(shop *config.Shop, order orders.Order) messages.Contact {
	c := messages.Contact{Zone: contact.Zone(order.ShipTo.Country, shop.Zone)}
	if email, ok := contact.Email(order.Customer.Email); ok {
		c.Email = email
	}
	country := order.ShipTo.Country
	if country == "" {
		country = shop.Country
	}
	if phone, ok := contact.Phone(order.Customer.Phone, country); ok {
		c.Phone = phone
	}
	return c
}

// Staff says where the shop's own staff are told of what waits for them; false when the shop named no address.
func Staff(shop *config.Shop) (messages.Contact, bool) {
	to := shop.Returns.StaffMail
	if to == "" {
		to = shop.Brand.ReplyTo
	}
	address, ok := contact.Email(to)
	return messages.Contact{Email: address, Zone: shop.Zone}, ok
}

// About begins the notice of something about a case, and gives the order as the reader of its messages has it. That reader is the
// order's shopper; of what the recipient of a gift asked for it is that recipient: by mail, in their language, whatever the shop set
// for the messages to its buyers. Every message about a case is addressed here.
func About(shop *config.Shop, order store.Order, c store.Case, now time.Time) (messages.Notice, store.Order) {
	n := messages.Notice{Now: now, ID: c.ID, Policy: Policy(shop), Contact: Contact(shop, order.State.Order)}
	if c.GiftID == "" {
		return n, order
	}
	n.Contact = messages.Contact{Zone: n.Contact.Zone}
	if email, ok := contact.Email(c.Recipient.Email); ok {
		n.Contact.Email = email
	}
	n.Policy.Off, n.Policy.Channels = nil, nil // the shop's platform does not know that there is a recipient
	order.Language = c.Recipient.Language
	return n, order
}

// Put carries out a plan for an order: new messages, parcels that join or leave a waiting one, messages that newer news
// replaces. It gives the tasks of the new messages. store.ErrConflict when a message left that a parcel was to join: the
// plan must be made again.
func Put(ctx context.Context, tx *store.Tx, order store.Order, plan messages.Plan, now time.Time) ([]store.Task, error) {
	for _, m := range plan.Replace {
		if _, err := tx.ReplaceMessage(ctx, m); err != nil {
			return nil, err
		}
	}
	for _, d := range plan.Drop {
		if err := tx.DropParcel(ctx, d.MessageID, d.ParcelKey); err != nil {
			return nil, err
		}
	}
	for _, j := range plan.Join {
		joined, err := tx.JoinParcel(ctx, j.MessageID, j.ParcelKey)
		if err != nil {
			return nil, err
		}
		if !joined {
			return nil, store.ErrConflict
		}
	}
	return Add(ctx, tx, order, plan.Create, now)
}

// Add stores drafts that were not stored before and gives their tasks.
func Add(ctx context.Context, tx *store.Tx, order store.Order, drafts []messages.Draft, now time.Time) ([]store.Task, error) {
	var tasks []store.Task
	for _, d := range drafts {
		m := row(order, d, now)
		added, err := tx.AddMessage(ctx, m)
		if err != nil {
			return nil, err
		}
		if added {
			tasks = append(tasks, store.Task{Kind: store.MessageWork, ID: m.ID, DueAt: taskTime(d.DueAt, now), Queue: m.Queue})
		}
	}
	return tasks, nil
}

func row(order store.Order, d messages.Draft, now time.Time) store.Message {
	due := d.DueAt
	if due.IsZero() {
		due = now
	}
	return store.Message{
		ID: id.New(now), Shop: order.Shop, OrderID: order.ID, Topic: d.Topic, Occasion: d.Occasion, Channel: d.Channel,
		Recipient: d.Recipient, Class: d.Class, Queue: messages.Queue(d.Topic), Language: order.Language, Data: d.Data,
		Parcels: d.Parcels, ExpiresAt: d.ExpiresAt, CreatedAt: now, Work: store.Work{State: store.Due, DueAt: due},
	}
}

// taskTime gives zero for what is due now: such a task needs no timer.
func taskTime(due, now time.Time) time.Time {
	if !due.After(now) {
		return time.Time{}
	}
	return due
}
