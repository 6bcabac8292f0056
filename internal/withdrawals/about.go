package withdrawals

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// The flags of a statement: what staff should know. None of them refuses it.
const (
	Late            = "late"             // after the period, as far as it can be reckoned
	OrderUnknown    = "order_unknown"    // no order of that number
	EmailDiffers    = "email_differs"    // the order has another address: money waits until staff know who asked
	Cancelled       = "order_cancelled"  // the order was cancelled, so nothing is to come back
	NothingLeft     = "nothing_left"     // every unit is on its way back already, or was refunded
	NotShipped      = "not_shipped"      // the goods have not left: stop them, then give the money back
	Excluded        = "excluded"         // goods that the shop says cannot be withdrawn from (Art. 16)
	NotAcknowledged = "not_acknowledged" // too many statements from this address or network: no mail went
	EmailUnusable   = "email_unusable"   // nothing can be sent to the address
)

// about is what a statement speaks of.
type about struct {
	order   store.Order
	known   bool // the order is there
	certain bool // and whoever speaks has its link or its address
	told    returns.Information
}

// about finds the order: by the link, else by number and address, else by number alone, which is not certain.
func (d *Desk) about(ctx context.Context, tx *store.Tx, shop *config.Shop, s Statement) (about, error) {
	if s.OrderID != "" {
		order, err := tx.Order(ctx, s.OrderID)
		return about{order: order, known: true, certain: true}, err
	}
	number := orders.NumberKey(s.Number)
	if number == "" {
		return about{}, nil
	}
	order, err := tx.OrderByNumberAndEmail(ctx, shop.ID, number, orders.EmailKey(s.Email))
	if err == nil {
		return about{order: order, known: true, certain: true}, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return about{}, err
	}
	order, err = tx.OrderByNumber(ctx, shop.ID, number)
	if errors.Is(err, store.ErrNotFound) {
		return about{}, nil
	}
	return about{order: order, known: err == nil}, err
}

// informed tells when the consumer was told of the right to withdraw, as far as Homeward knows: with the confirmation of the order that
// a mail server took and that did not come back. Where the shop's platform confirms its orders, it informs as well.
func informed(ctx context.Context, tx *store.Tx, orderID string) (returns.Information, error) {
	all, err := tx.MessagesOf(ctx, orderID)
	var info returns.Information
	for _, m := range all {
		if m.Topic != messages.OrderPlaced || m.Channel != messages.Mail {
			continue
		}
		info.Missing = true
		arrived := m.State == store.MessageSent && m.Delivery != "bounced"
		if arrived && (info.GivenAt.IsZero() || m.SentAt.Before(info.GivenAt)) {
			info.GivenAt = m.SentAt
		}
	}
	return info, err
}

// row makes the record of a statement.
func (d *Desk) row(shop *config.Shop, a about, e Entry) store.Withdrawal {
	now := d.Now()
	sent := e.SentAt.UTC().Truncate(time.Millisecond)
	if sent.After(now) || sent.IsZero() {
		sent = now
	}
	w := store.Withdrawal{
		ID: id.New(now), Shop: shop.ID, ReceiptKey: id.Secret(), Reference: id.Withdrawal(), Channel: e.Channel,
		Name: e.Name, Number: e.Number, Email: e.Email, Items: e.Items, Language: e.Language, Body: e.Text, Button: e.Button,
		Network: e.Network, Agent: e.Agent, TimeZone: zoneOf(shop, a), Note: e.Note, EnteredBy: e.User,
		SubmittedAt: sent, RecordedAt: now,
	}
	if a.certain && w.Channel != online && a.order.Language != "" {
		w.Language = a.order.Language // nobody asked whoever wrote a letter; the shop's other mails reach them in this one
	}
	contract := "number:" + orders.NumberKey(e.Number)
	if a.known {
		w.OrderID, contract = a.order.ID, "order:"+a.order.ID
	}
	if a.certain && w.Email == "" {
		w.Email = a.order.State.Order.Customer.Email
	}
	w.StatementKey = statementKey(contract, a.certain, w, e.Nonce)
	law := TermsOf(shop, a.order, sent)
	law.Period = returns.WithdrawalEnd(a.order.State, terms.Contract(shop, a.order), a.told)
	w.RefundDueAt, w.Flags = law.Refund.End, flags(a, law, w)
	return w
}

// statementKey is the same for the same statement: about one contract, in the same words, by the same name and address, of
// one form. So nobody is led to a receipt that shows what he did not write himself, and the second of two cups can be
// withdrawn from in the words of the first. A letter is one by when it was sent.
func statementKey(contract string, certain bool, w store.Withdrawal, nonce string) string {
	items := slices.Clone(w.Items)
	slices.SortFunc(items, func(a, b returns.Item) int { return strings.Compare(a.LineID, b.LineID) })
	parts := []any{contract, items, orders.EmailKey(w.Email), w.Name, w.Body}
	switch {
	case w.Channel != online:
		parts = append(parts, w.Channel, w.SubmittedAt.UnixMilli())
	case certain:
		parts = append(parts, nonce)
	}
	text, _ := json.Marshal(parts) //nolint:errchkjson // strings and numbers
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func zoneOf(shop *config.Shop, a about) string {
	if a.certain && a.order.TimeZone != "" {
		return a.order.TimeZone
	}
	if shop.Zone != nil {
		return shop.Zone.String()
	}
	return "UTC"
}

// bounded takes spaces off and cuts what no honest statement needs.
func bounded(s Statement) Statement {
	s.Name, s.Number, s.Email = cut(s.Name, 300), cut(s.Number, 100), cut(s.Email, 254)
	s.Text, s.Button, s.Agent, s.Network = cut(s.Text, 20000), cut(s.Button, 200), cut(s.Agent, 300), cut(s.Network, 100)
	return s
}

func cut(s string, runes int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "�"))
	if utf8.RuneCountInString(s) > runes {
		s = string([]rune(s)[:runes])
	}
	return s
}
