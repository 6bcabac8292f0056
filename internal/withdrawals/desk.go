package withdrawals

import (
	"context"
	"errors"
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Queue rings the bell for new work.
type Queue interface {
	Enqueue(ctx context.Context, tasks ...store.Task)
}

// Cases opens what brings the goods and the money back.
type Cases interface {
	// LeftToWithdraw tells whether OpenWithdrawal would find anything.
	LeftToWithdraw(ctx context.Context, tx *store.Tx, order store.Order, items []returns.Item) (bool, error)
	// OpenWithdrawal opens the case of a statement about an order, for as many of the units as are not on their way back
	// already; none: every one. A zero case means that nothing was left to come back.
	OpenWithdrawal(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, statementID string, items []returns.Item) (store.Case, error)
	// PlanWithdrawn plans what that case brings at once, when the statement is on record.
	PlanWithdrawn(ctx context.Context, tx *store.Tx, order store.Order, caseID string) ([]store.Task, error)
}

// Desk records statements of withdrawal.
type Desk struct {
	DB     *store.DB
	Config *config.Config
	Queue  Queue
	Cases  Cases
	Now    func() time.Time
}

// Channels are how a statement can come, besides "online".
var Channels = []string{"mail", "letter", "phone", "other"}

const online = "online"

// Entry is a statement that came another way, as staff enter it.
type Entry struct {
	Statement
	Channel string    // one of Channels
	SentAt  time.Time // when the consumer sent it (Art. 11(2)); by that it is in time or late
	User    string
	Note    string
}

// Declare records a statement that was confirmed online: the row, the evidence, the acknowledgements and, where the order is
// certain, the case that brings the goods and the money back, in one commit. The same statement again gives the first
// receipt. The errors are store.ErrNotFound for a shop that is not configured, and the database's: then nothing is recorded.
func (d *Desk) Declare(ctx context.Context, s Statement) (Receipt, error) {
	now := d.Now()
	w, err := d.take(ctx, Entry{Statement: s, Channel: online, SentAt: now})
	if err != nil {
		return Receipt{}, err
	}
	return d.receipt(ctx, w), nil
}

// Enter records a statement that came by letter, mail or telephone, with the time when it was sent.
func (d *Desk) Enter(ctx context.Context, e Entry) (store.Withdrawal, error) {
	return d.take(ctx, e)
}

// takeTries bounds how often a statement is taken again because something came between.
const takeTries = 5

func (d *Desk) take(ctx context.Context, e Entry) (store.Withdrawal, error) {
	shop, ok := d.Config.Shop(e.Shop)
	if !ok {
		return store.Withdrawal{}, store.ErrNotFound
	}
	e.Statement = bounded(e.Statement)
	var w store.Withdrawal
	var tasks []store.Task
	var err error
	for range takeTries {
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			var err error
			w, tasks, err = d.once(ctx, tx, shop, e)
			return err
		})
		if !errors.Is(err, store.ErrDuplicate) && !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	if err != nil {
		return store.Withdrawal{}, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return w, nil
}

// once gives the statement that was made before, else records it and what follows from it.
func (d *Desk) once(ctx context.Context, tx *store.Tx, shop *config.Shop, e Entry) (store.Withdrawal, []store.Task, error) {
	about, err := d.about(ctx, tx, shop, e.Statement)
	if err != nil {
		return store.Withdrawal{}, nil, err
	}
	if about.known {
		if about.told, err = informed(ctx, tx, about.order.ID); err != nil {
			return store.Withdrawal{}, nil, err
		}
	}
	w := d.row(shop, about, e)
	known, err := tx.WithdrawalByStatement(ctx, shop.ID, w.StatementKey)
	if !errors.Is(err, store.ErrNotFound) {
		return known, nil, err
	}
	if about.certain {
		if known, err := d.repeated(ctx, tx, about.order, w); err != nil || known.ID != "" {
			return known, nil, err
		}
		if w, err = d.open(ctx, tx, shop, about.order, w); err != nil {
			return w, nil, err
		}
	}
	told, err := d.recipients(ctx, tx, shop, about, &w)
	if err != nil {
		return w, nil, err
	}
	if len(w.Flags) == 0 { // nothing for staff to look at
		w.SeenAt = w.RecordedAt
	}
	if err := tx.InsertWithdrawal(ctx, w); err != nil {
		return w, nil, err
	}
	if err := d.testify(ctx, tx, declared, w, len(told)); err != nil {
		return w, nil, err
	}
	tasks, err := d.acknowledge(ctx, tx, shop, about.order, w, told)
	if err != nil || w.CaseID == "" {
		return w, tasks, err
	}
	money, err := d.Cases.PlanWithdrawn(ctx, tx, about.order, w.CaseID)
	return w, append(tasks, money...), err
}

// repeated gives the statement that a form made before in the same words, when nothing it could speak of is left.
func (d *Desk) repeated(ctx context.Context, tx *store.Tx, order store.Order, w store.Withdrawal) (store.Withdrawal, error) {
	if w.Channel != online {
		return store.Withdrawal{}, nil
	}
	all, err := tx.WithdrawalsOf(ctx, order.ID)
	i := slices.IndexFunc(all, func(before store.Withdrawal) bool {
		return before.Channel == online && before.CaseID != "" && before.Name == w.Name && before.Body == w.Body &&
			slices.Equal(before.Items, w.Items) && orders.EmailKey(before.Email) == orders.EmailKey(w.Email)
	})
	if err != nil || i < 0 {
		return store.Withdrawal{}, err
	}
	left, err := d.Cases.LeftToWithdraw(ctx, tx, order, w.Items)
	if err != nil || left {
		return store.Withdrawal{}, err
	}
	return all[i], nil
}

// open opens the case of a statement whose order is certain.
func (d *Desk) open(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, w store.Withdrawal) (store.Withdrawal, error) {
	if slices.Contains(w.Flags, Cancelled) {
		return w, nil // the cancellation gave the money back, or is to: staff look
	}
	c, err := d.Cases.OpenWithdrawal(ctx, tx, shop, order, w.ID, w.Items)
	if err != nil {
		return w, err
	}
	if w.CaseID = c.ID; c.ID == "" {
		w.Flags = append(w.Flags, NothingLeft)
	}
	return w, nil
}

// Receipt gives what was recorded, for the page that the key opens; store.ErrNotFound when there is none.
func (d *Desk) Receipt(ctx context.Context, shop, key string) (Receipt, error) {
	w, err := d.DB.WithdrawalByKey(ctx, shop, key)
	if err != nil {
		return Receipt{}, err
	}
	return d.receipt(ctx, w), nil
}

// ByOrder gives the receipts of what was stated online about an order by who had its link or its address, newest first.
func (d *Desk) ByOrder(ctx context.Context, orderID string) ([]Receipt, error) {
	rows, err := d.DB.CertainWithdrawalsOf(ctx, orderID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	order := d.orderOf(ctx, rows[0])
	var all []Receipt
	for _, w := range rows {
		if w.EnteredBy == "" { // a letter may hold what is not for everybody who has the link
			all = append(all, d.receiptOf(w, order))
		}
	}
	return all, nil
}

func (d *Desk) receipt(ctx context.Context, w store.Withdrawal) Receipt {
	return d.receiptOf(w, d.orderOf(ctx, w))
}

// orderOf gives the order of a statement, the zero value while it is not certain or cannot be read: then the shop's
// country counts.
func (d *Desk) orderOf(ctx context.Context, w store.Withdrawal) store.Order {
	if w.OrderID == "" || slices.Contains(w.Flags, EmailDiffers) {
		return store.Order{}
	}
	order, _ := d.DB.Order(ctx, w.OrderID)
	return order
}

func (d *Desk) receiptOf(w store.Withdrawal, order store.Order) Receipt {
	r := Receipt{
		Key: w.ReceiptKey, Reference: w.Reference, Shop: w.Shop, OrderID: w.OrderID, Name: w.Name, Number: w.Number, Email: w.Email,
		Language: w.Language, Text: w.Body, SubmittedAt: w.SubmittedAt, Zone: zone(w.TimeZone),
		Unsent: slices.Contains(w.Flags, NotAcknowledged) || slices.Contains(w.Flags, EmailUnusable),
	}
	if shop, ok := d.Config.Shop(w.Shop); ok {
		terms := TermsOf(shop, order, w.SubmittedAt)
		r.SendBackBy, r.RefundBy, r.RefundRule = terms.SendBack.Last, terms.Refund.Last, terms.Refund.Rule
	}
	return r
}

func zone(name string) *time.Location {
	if z, err := time.LoadLocation(name); err == nil {
		return z
	}
	return time.UTC
}
