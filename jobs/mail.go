package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"slices"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
	"homeward/providers/smtp"
)

// sendMail hands a mail over. A mail whose acceptance stayed uncertain goes again under the same Message-ID.
func (w *Worker) sendMail(ctx context.Context, l *letter) error {
	first, err := w.loadOrder(ctx, l)
	if err != nil {
		return err
	}
	if l.gift != nil { // a thread of the buyer's is not theirs
		first = ""
	}
	words, err := w.Render.Mail(w.view(ctx, l))
	if err != nil {
		return w.failed(ctx, l, fault.New(fault.Permanent, "not_rendered", "The mail could not be put into words; this is a fault of Homeward.", err))
	}
	l.row.HeaderID = messageID(l.row, l.shop.Mail.From)
	m := smtp.Message{
		From: l.shop.Mail.From, To: l.row.Recipient, ToName: addressee(l), ReplyTo: l.shop.Brand.ReplyTo,
		Subject: words.Subject, HTML: words.HTML, Text: words.Text, MessageID: l.row.HeaderID, Date: l.row.CreatedAt, Language: l.row.Language,
	}
	if first != "" && first != l.row.HeaderID && !messages.ToStaff(l.row.Topic) {
		m.References = []string{first}
	}
	call, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	receipt, err := l.outside.Mail.Send(call, m)
	if err != nil {
		return w.unsent(ctx, l, fault.Of(err), mailPatience)
	}
	l.row.ProviderID = receipt.QueueID
	return w.sent(ctx, l)
}

// addressee names the reader of a mail. A receipt that goes to another address than the order's names nobody of the order.
func addressee(l *letter) string {
	if messages.ToStaff(l.row.Topic) || (l.said != nil && stranger(l)) {
		return ""
	}
	if l.gift != nil {
		return l.gift.who.Name
	}
	return l.order.State.Order.Customer.Name
}

// stranger tells that a mail goes to an address that is not its order's.
func stranger(l *letter) bool {
	return l.row.OrderID == "" || orders.EmailKey(l.row.Recipient) != l.order.EmailKey
}

// unproven tells of the receipt of a statement about an order that whoever made it may not know: it is put into words as if the order
// did not exist, so that neither a date, nor the way it is written, nor a header says anything of it.
func unproven(l *letter) bool {
	return l.row.Topic == messages.WithdrawalReceived && l.said != nil && slices.Contains(l.said.Flags, withdrawals.EmailDiffers)
}

// loadOrder loads the order of a mail and the Message-ID of the first mail about it. A statement of withdrawal may be about
// an order that nobody knows.
func (w *Worker) loadOrder(ctx context.Context, l *letter) (first string, err error) {
	if id := l.row.Data.WithdrawalID; id != "" {
		said, err := w.DB.Withdrawal(ctx, id)
		if err != nil {
			return "", err
		}
		l.said = &said
	}
	if l.row.OrderID == "" || unproven(l) {
		l.order = store.Order{Shop: l.row.Shop, Language: l.row.Language}
		return "", nil
	}
	if l.order, err = w.DB.Order(ctx, l.row.OrderID); err != nil {
		return "", err
	}
	if err := w.loadGift(ctx, l); err != nil {
		return "", err
	}
	return w.DB.FirstMail(ctx, l.order.ID)
}

// gift is what a letter to the recipient of one needs.
type gift struct {
	who  store.Recipient
	link string // of the page of their return
}

// loadGift makes the letter about a return that was asked for with a gift's code one to its recipient: from here on it knows nothing
// else of the order. What staff read stays whole.
func (w *Worker) loadGift(ctx context.Context, l *letter) error {
	if l.row.Data.CaseID == "" || messages.ToStaff(l.row.Topic) {
		return nil
	}
	c, err := w.DB.Case(ctx, l.row.Data.CaseID)
	if err != nil || c.GiftID == "" {
		return ignore(err, store.ErrNotFound)
	}
	g, err := w.DB.Gift(ctx, c.GiftID)
	if err != nil {
		return err
	}
	l.order = cases.AsGift(l.order, g)
	l.gift = &gift{who: c.Recipient, link: w.Config.PublicURL + "/g/" + g.Code + "/cases/" + c.RMA}
	return nil
}

// messageID is the same on every attempt, so that a mail store can tell a second copy from a second mail. Its host is the
// sender's domain, the one that the mail is signed for.
func messageID(m store.Message, from string) string {
	host := "homeward.invalid"
	if a, err := mail.ParseAddress(from); err == nil {
		if _, domain, ok := strings.Cut(a.Address, "@"); ok {
			host = domain
		}
	}
	sum := sha256.Sum256([]byte(m.ID + "|" + m.OrderID + "|" + string(m.Topic) + "|" + m.Occasion + "|" + m.Recipient))
	return hex.EncodeToString(sum[:16]) + "@" + host
}
