package store

import (
	"context"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

// Withdrawal is a statement by which a consumer withdrew, as it was made. It is written once; only what staff do about it
// changes.
type Withdrawal struct {
	ID           string
	Shop         string
	OrderID      string // "" while no order is known
	CaseID       string // what brings the goods and the money back; "" when nothing is to come back
	ReceiptKey   string // of the receipt's page, a secret
	Reference    string // "W-7K2M9", for people
	StatementKey string // the same statement made again has the same
	Channel      string // "online", or how else it came: "mail", "letter", "phone", "other"
	Name         string
	Number       string
	Email        string
	Items        []returns.Item // none: the whole contract
	Language     string
	Body         string // the statement in full
	Button       string // the label that confirmed it
	Network      string
	Agent        string
	TimeZone     string // IANA name, of the consumer
	Flags        []string
	Note         string    // staff's
	EnteredBy    string    // the member of staff who entered it; "" for one made online
	SubmittedAt  time.Time // when it was sent: it took effect then
	RecordedAt   time.Time
	RefundDueAt  time.Time // by law, un-extended
	SeenAt       time.Time // when staff looked at it; zero before
}

const withdrawalColumns = "id, shop, order_id, case_id, receipt_key, reference, statement_key, channel, name, number, email, items, " +
	"language, body, button, network, agent, time_zone, flags, note, entered_by, submitted_at, recorded_at, refund_due_at, seen_at"

func scanWithdrawal(r row) (Withdrawal, error) {
	var w Withdrawal
	err := r.Scan(&w.ID, &w.Shop, &w.OrderID, &w.CaseID, &w.ReceiptKey, &w.Reference, &w.StatementKey, &w.Channel, &w.Name, &w.Number,
		&w.Email, jsonColumn{&w.Items}, &w.Language, &w.Body, &w.Button, &w.Network, &w.Agent, &w.TimeZone, jsonColumn{&w.Flags}, &w.Note,
		&w.EnteredBy, timeColumn{&w.SubmittedAt}, timeColumn{&w.RecordedAt}, timeColumn{&w.RefundDueAt}, timeColumn{&w.SeenAt})
	return w, err
}

func (r *Reads) withdrawal(ctx context.Context, where string, args ...any) (Withdrawal, error) {
	return first(ctx, r.q, scanWithdrawal, "SELECT "+withdrawalColumns+" FROM withdrawals WHERE "+where, args...)
}

// Withdrawal gives a statement, or ErrNotFound.
func (r *Reads) Withdrawal(ctx context.Context, id string) (Withdrawal, error) {
	return r.withdrawal(ctx, "id = $1", id)
}

// WithdrawalOfCase gives the statement that opened a case, or ErrNotFound.
func (r *Reads) WithdrawalOfCase(ctx context.Context, caseID string) (Withdrawal, error) {
	return r.withdrawal(ctx, "case_id = $1 AND case_id <> '' ORDER BY submitted_at, id LIMIT 1", caseID)
}

// WithdrawalByKey gives the statement whose receipt has that key, or ErrNotFound.
func (r *Reads) WithdrawalByKey(ctx context.Context, shop, key string) (Withdrawal, error) {
	return r.withdrawal(ctx, "shop = $1 AND receipt_key = $2", shop, key)
}

// WithdrawalByStatement gives the first statement of that key, or ErrNotFound.
func (r *Reads) WithdrawalByStatement(ctx context.Context, shop, key string) (Withdrawal, error) {
	return r.withdrawal(ctx, "shop = $1 AND statement_key = $2", shop, key)
}

// WithdrawalsOf gives an order's statements, the oldest 500, oldest first.
func (r *Reads) WithdrawalsOf(ctx context.Context, orderID string) ([]Withdrawal, error) {
	return list(ctx, r.q, scanWithdrawal, "SELECT "+withdrawalColumns+
		" FROM withdrawals WHERE order_id = $1 AND order_id <> '' ORDER BY submitted_at, id LIMIT 500", orderID)
}

// CertainWithdrawalsOf gives the newest statements about an order by who had its link or its address, newest first.
func (r *Reads) CertainWithdrawalsOf(ctx context.Context, orderID string) ([]Withdrawal, error) {
	return list(ctx, r.q, scanWithdrawal, "SELECT "+withdrawalColumns+
		` FROM withdrawals WHERE order_id = $1 AND order_id <> '' AND flags NOT LIKE '%"email_differs"%' ORDER BY submitted_at DESC, id DESC LIMIT 50`, orderID)
}

// WithdrawalsUnseen gives the statements that no member of staff has looked at, the oldest first.
func (r *Reads) WithdrawalsUnseen(ctx context.Context, limit int) ([]Withdrawal, error) {
	return list(ctx, r.q, scanWithdrawal, "SELECT "+withdrawalColumns+" FROM withdrawals WHERE seen_at = 0 ORDER BY recorded_at, id LIMIT $1", limit)
}

// WithdrawalsSeen gives the newest statements with nothing odd about them, or that staff have looked at, newest first.
func (r *Reads) WithdrawalsSeen(ctx context.Context, limit int) ([]Withdrawal, error) {
	return list(ctx, r.q, scanWithdrawal, "SELECT "+withdrawalColumns+" FROM withdrawals WHERE seen_at <> 0 ORDER BY id DESC LIMIT $1", limit)
}

// MessagesAbout gives an order's messages whose occasion begins so ("<withdrawal id> "), oldest first; "" for those of no order.
func (r *Reads) MessagesAbout(ctx context.Context, orderID, occasion string) ([]Message, error) {
	ids, err := list(ctx, r.q, value[string], "SELECT id FROM messages WHERE order_id = $1 AND occasion >= $2 AND occasion < $3 ORDER BY created_at, id",
		orderID, occasion, occasion+"~")
	if err != nil {
		return nil, err
	}
	var all []Message
	for _, id := range ids {
		m, err := r.Message(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// WithdrawalsSince counts a shop's statements from an address and from a network since a time.
func (r *Reads) WithdrawalsSince(ctx context.Context, shop, email, network string, since time.Time) (byEmail, byNetwork int, err error) {
	byEmail, err = first(ctx, r.q, value[int], "SELECT COUNT(*) FROM withdrawals WHERE shop = $1 AND email_key = $2 AND submitted_at >= $3",
		shop, orders.EmailKey(email), ms(since))
	if err != nil {
		return 0, 0, err
	}
	byNetwork, err = first(ctx, r.q, value[int], "SELECT COUNT(*) FROM withdrawals WHERE shop = $1 AND network = $2 AND network <> '' AND recorded_at >= $3",
		shop, network, ms(since))
	return byEmail, byNetwork, err
}

// CountWithdrawals counts the statements.
func (r *Reads) CountWithdrawals(ctx context.Context) (int, error) {
	return first(ctx, r.q, value[int], "SELECT COUNT(*) FROM withdrawals")
}

// InsertWithdrawal adds a statement. ErrDuplicate when its statement key, receipt key or reference is there.
func (tx *Tx) InsertWithdrawal(ctx context.Context, w Withdrawal) error {
	tx.touchStatement(w.ID)
	return must(ctx, tx.q, ErrDuplicate, "INSERT INTO withdrawals ("+withdrawalColumns+", email_key) VALUES ("+placeholders(1, 26)+") ON CONFLICT DO NOTHING",
		w.ID, w.Shop, w.OrderID, w.CaseID, w.ReceiptKey, w.Reference, w.StatementKey, w.Channel, w.Name, w.Number, w.Email,
		jsonText(w.Items), w.Language, w.Body, w.Button, w.Network, w.Agent, w.TimeZone, jsonText(w.Flags), w.Note,
		w.EnteredBy, ms(w.SubmittedAt), ms(w.RecordedAt), ms(w.RefundDueAt), ms(w.SeenAt),
		orders.EmailKey(w.Email))
}

// ResolveWithdrawal records which order and case a statement belongs to, and what follows from it. ErrConflict when it has a
// case already.
func (tx *Tx) ResolveWithdrawal(ctx context.Context, w Withdrawal) error {
	tx.touchStatement(w.ID)
	return must(ctx, tx.q, ErrConflict, `UPDATE withdrawals SET order_id = $2, case_id = $3, refund_due_at = $4, note = $5, seen_at = $6
		WHERE id = $1 AND case_id = ''`, w.ID, w.OrderID, w.CaseID, ms(w.RefundDueAt), w.Note, ms(w.SeenAt))
}

// SeeWithdrawal records that staff looked at a statement, and their note. ErrNotFound when there is none.
func (tx *Tx) SeeWithdrawal(ctx context.Context, id, note string, at time.Time) error {
	tx.touchStatement(id)
	return must(ctx, tx.q, ErrNotFound, "UPDATE withdrawals SET seen_at = $2, note = $3 WHERE id = $1", id, ms(at), note)
}
