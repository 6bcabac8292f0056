package ops

import (
	"context"
	"net/http"

	"homeward/internal/messages"
	"homeward/internal/store"
)

// messageRow is a message with the order it belongs to.
type messageRow struct {
	store.Message
	Number string // the order's
}

// Mendable tells whether the buttons have a meaning.
func (m messageRow) Mendable() bool {
	return m.State == store.MessageFailed || m.State == store.MessageHeld
}

// MayDouble tells that sending again may reach the shopper a second time: an SMS carries no id that a phone compares.
func (m messageRow) MayDouble() bool {
	return m.State == store.MessageHeld && m.Channel != messages.Mail
}

// TooOld tells that the news is not true any more at a time.
func (m messageRow) TooOld(p *page) bool { return tooOld(m.Message, visit{now: p.Now}) }

func tooOld(m store.Message, v visit) bool {
	return !m.ExpiresAt.IsZero() && !v.now.Before(m.ExpiresAt)
}

// messagesData is what the room of messages shows.
type messagesData struct {
	Messages []messageRow
	Pages    paging
}

func (c *console) messages(w http.ResponseWriter, r *http.Request, v visit) error {
	rows, pages, err := paged(r, "page", func(limit int) ([]store.Message, error) {
		return c.Store.MessagesIn(r.Context(), []string{store.MessageFailed, store.MessageHeld}, limit)
	})
	if err != nil {
		return err
	}
	data := messagesData{Pages: pages}
	numbers := c.numbers()
	for _, m := range rows {
		number, err := numbers(r.Context(), m.OrderID)
		if err != nil {
			return err
		}
		data.Messages = append(data.Messages, messageRow{m, number})
	}
	c.render(w, r, v, http.StatusOK, "messages", "Messages", data)
	return nil
}

// numbers gives a function that looks orders' numbers up, each once.
func (c *console) numbers() func(ctx context.Context, orderID string) (string, error) {
	known := map[string]string{"": ""}
	return func(ctx context.Context, orderID string) (string, error) {
		if number, ok := known[orderID]; ok {
			return number, nil
		}
		order, err := c.orderIfAny(ctx, orderID)
		if err != nil {
			return "", err
		}
		if order != nil {
			known[orderID] = named(*order)
		}
		return known[orderID], nil
	}
}

// messageData is one message with everything that is known of it.
type messageData struct {
	Message messageRow
	Audit   []store.AuditEntry
}

func (c *console) loadMessage(ctx context.Context, id string) (messageData, error) {
	m, err := c.Store.Message(ctx, id)
	if err != nil {
		return messageData{}, err
	}
	number, err := c.numbers()(ctx, m.OrderID)
	if err != nil {
		return messageData{}, err
	}
	audit, err := c.Store.AuditOf(ctx, "message:"+id, auditShown)
	return messageData{Message: messageRow{m, number}, Audit: audit}, err
}

func (c *console) message(w http.ResponseWriter, r *http.Request, v visit) error {
	data, err := c.loadMessage(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "message", "Message: "+plain(data.Message.Topic), data)
	return nil
}

// confirmSend asks whether an uncertain message shall go again, because it may double.
func (c *console) confirmSend(w http.ResponseWriter, r *http.Request, v visit) error {
	data, err := c.loadMessage(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !data.Message.MayDouble() {
		return c.done(w, r, v, "messages", data.Message.ID, errStale, "")
	}
	c.render(w, r, v, http.StatusOK, "confirm", "Send again?", data)
	return nil
}
