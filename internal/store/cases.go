package store

import (
	"context"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

const caseColumns = "id, shop, order_id, rma, kind, state, nonce, reason, remedy, note, items, received, tracking_number, " +
	"decision, version, created_at, updated_at, conditions, wish, answers, gift_id, recipient, wrote_at"

func scanCase(r row) (Case, error) {
	var c Case
	err := r.Scan(&c.ID, &c.Shop, &c.OrderID, &c.RMA, &c.Kind, &c.State, &c.Nonce, &c.Reason, &c.Remedy, &c.Note,
		jsonColumn{&c.Items}, jsonColumn{&c.Received}, &c.TrackingNumber, &c.Decision, &c.Version, timeColumn{&c.CreatedAt},
		timeColumn{&c.UpdatedAt}, jsonColumn{&c.Conditions}, jsonColumn{&c.Wish}, jsonColumn{&c.Answers}, &c.GiftID, jsonColumn{&c.Recipient}, timeColumn{&c.WroteAt})
	return c, err
}

func (r *Reads) aCase(ctx context.Context, where string, args ...any) (Case, error) {
	return first(ctx, r.q, scanCase, "SELECT "+caseColumns+" FROM cases WHERE "+where, args...)
}

// Case gives a case, or ErrNotFound.
func (r *Reads) Case(ctx context.Context, id string) (Case, error) {
	return r.aCase(ctx, "id = $1", id)
}

// CaseByRMA gives a shop's case of that return number, or ErrNotFound.
func (r *Reads) CaseByRMA(ctx context.Context, shop, rma string) (Case, error) {
	return r.aCase(ctx, "shop = $1 AND rma = $2", shop, rma)
}

// CaseByNonce gives the case that one form made, however often it was posted, or ErrNotFound.
func (r *Reads) CaseByNonce(ctx context.Context, orderID, nonce string) (Case, error) {
	return r.aCase(ctx, "order_id = $1 AND nonce = $2", orderID, nonce)
}

// CaseByTracking gives a shop's newest case whose parcel back has that number, one that is not final before one that is,
// or ErrNotFound. News of a parcel goes on after its case is over; it must find it, so that it does not wait for ever.
func (r *Reads) CaseByTracking(ctx context.Context, shop, trackingNumber string) (Case, error) {
	return r.aCase(ctx, `shop = $1 AND tracking_number = $2 AND tracking_number <> ''
		ORDER BY CASE WHEN state IN ('rejected', 'closed', 'withdrawn') THEN 1 ELSE 0 END, created_at DESC, id DESC LIMIT 1`,
		shop, orders.NormalizeTracking(trackingNumber))
}

// CasesByTracking gives a shop's cases of every order whose parcel back is said to have that number, oldest first.
func (r *Reads) CasesByTracking(ctx context.Context, shop, trackingNumber string) ([]Case, error) {
	return list(ctx, r.q, scanCase, "SELECT "+caseColumns+" FROM cases WHERE shop = $1 AND tracking_number = $2 AND tracking_number <> ''"+
		" ORDER BY created_at, id", shop, orders.NormalizeTracking(trackingNumber))
}

// CasesOf gives an order's cases, oldest first.
func (r *Reads) CasesOf(ctx context.Context, orderID string) ([]Case, error) {
	return list(ctx, r.q, scanCase, "SELECT "+caseColumns+" FROM cases WHERE order_id = $1 ORDER BY created_at, id", orderID)
}

// CasesOf gives an order's cases, oldest first, and keeps other transactions that ask the same from going on until this
// one ends, so that two requests for the same units do not both find them free.
func (tx *Tx) CasesOf(ctx context.Context, orderID string) ([]Case, error) {
	if err := tx.AloneWithOrder(ctx, orderID); err != nil {
		return nil, err
	}
	return tx.Reads.CasesOf(ctx, orderID)
}

// StepFulfilled is the step of a case's log that says that what is sent in the place of money was sent.
const StepFulfilled = "fulfilled"

// Hand is something that a case waits for from a member of staff.
type Hand string

// What a case can wait for. A claim is decided in its own room.
const (
	ToDecide Hand = `state = 'requested' AND kind <> 'claim'`
	ToSend   Hand = `(to_look <> 0 OR to_send <> 0) AND to_send <> 0 AND NOT EXISTS (SELECT 1 FROM case_log
		WHERE case_log.case_id = cases.id AND case_log.step = '` + StepFulfilled + `')`
	ToLook Hand = `(to_look <> 0 OR to_send <> 0) AND to_look > (SELECT COALESCE(SUM(quantity), 0) FROM inspections
		WHERE inspections.case_id = cases.id AND replaced_by = '' AND grade NOT IN ('missing', 'wrong_item')) AND NOT (` + ToSend + `)`
)

// CasesFor gives the cases that wait for that, oldest first.
func (r *Reads) CasesFor(ctx context.Context, hand Hand, limit int) ([]Case, error) {
	return list(ctx, r.q, scanCase, "SELECT "+caseColumns+" FROM cases WHERE "+string(hand)+" ORDER BY created_at, id LIMIT $1", limit)
}

// CasesExpected gives the cases whose goods, or the rest of them, are expected, oldest first; those that wait for a member of staff are
// not among them.
func (r *Reads) CasesExpected(ctx context.Context, limit int) ([]Case, error) {
	return list(ctx, r.q, scanCase, "SELECT "+caseColumns+` FROM cases WHERE state IN ('approved', 'in_transit') OR
		(state = 'received' AND kind <> 'claim' AND NOT (`+string(ToLook)+") AND NOT ("+string(ToSend)+")) ORDER BY created_at, id LIMIT $1", limit)
}

// proofWaits finds cases whose goods are waited for, and whose shopper uploaded a proof of dispatch that nobody looked at since.
const proofWaits = ` FROM cases WHERE state IN ('approved', 'in_transit') AND EXISTS (
	SELECT 1 FROM case_log s WHERE s.case_id = cases.id AND s.step = 'proof_sent' AND NOT EXISTS (
		SELECT 1 FROM case_log a WHERE a.case_id = cases.id AND (a.step = 'dispatch_proven' OR (a.step = 'proof_doubted' AND a.at >= s.at))))`

// ProofsWaiting gives those cases, oldest first.
func (r *Reads) ProofsWaiting(ctx context.Context, limit int) ([]Case, error) {
	return list(ctx, r.q, scanCase, "SELECT "+caseColumns+proofWaits+" ORDER BY created_at, id LIMIT $1", limit)
}

// CaseLog gives the steps of a case, oldest first.
func (r *Reads) CaseLog(ctx context.Context, caseID string) ([]CaseStep, error) {
	return list(ctx, r.q, func(r row) (CaseStep, error) {
		var s CaseStep
		err := r.Scan(&s.ID, &s.CaseID, timeColumn{&s.At}, &s.Actor, &s.Step, &s.Note)
		return s, err
	}, "SELECT id, case_id, at, actor, step, note FROM case_log WHERE case_id = $1 ORDER BY at, seq, id", caseID)
}

// InsertCase adds a case and gives it what its form uploaded. ErrDuplicate when (order, nonce) or (shop, rma) is there.
func (tx *Tx) InsertCase(ctx context.Context, c Case) error {
	tx.touchCase(c.ID, CaseTouch{Opened: true})
	if err := tx.AloneWithOrder(ctx, c.OrderID); err != nil {
		return err
	}
	hands := handsOf(c)
	err := must(ctx, tx.q, ErrDuplicate, "INSERT INTO cases ("+caseColumns+", to_look, to_send) VALUES ("+placeholders(1, 25)+") ON CONFLICT DO NOTHING",
		c.ID, c.Shop, c.OrderID, c.RMA, string(c.Kind), string(c.State), c.Nonce, string(c.Reason), string(c.Remedy), c.Note,
		jsonText(c.Items), jsonText(c.Received), orders.NormalizeTracking(c.TrackingNumber), c.Decision, c.Version,
		ms(c.CreatedAt), ms(c.UpdatedAt), jsonText(c.Conditions), jsonText(c.Wish), jsonText(c.Answers), c.GiftID, jsonText(c.Recipient), ms(c.WroteAt),
		hands.Look, number(hands.Send))
	if err != nil {
		return err
	}
	return tx.AdoptFiles(ctx, c.OrderID, c.Nonce, c.ID)
}

// UpdateCase writes a case that was read at c.Version and makes it the next version. ErrConflict when somebody wrote it
// meanwhile. It leaves shop, order, nonce, rma, kind, gift, recipient, created_at and what ShopperWrote keeps.
func (tx *Tx) UpdateCase(ctx context.Context, c Case) error {
	if err := tx.AloneWithOrder(ctx, c.OrderID); err != nil { // before the row: see there
		return err
	}
	tx.touchCase(c.ID, CaseTouch{Moved: tx.caseMoves(ctx, c)})
	hands := handsOf(c)
	return must(ctx, tx.q, ErrConflict, `UPDATE cases SET state = $3, reason = $4, remedy = $5, note = $6, items = $7,
		received = $8, tracking_number = $9, decision = $10, updated_at = $11, conditions = $12, wish = $13, answers = $14, to_look = $15, to_send = $16,
		version = version + 1 WHERE id = $1 AND version = $2`,
		c.ID, c.Version, string(c.State), string(c.Reason), string(c.Remedy), c.Note, jsonText(c.Items), jsonText(c.Received),
		orders.NormalizeTracking(c.TrackingNumber), c.Decision, ms(c.UpdatedAt), jsonText(c.Conditions), jsonText(c.Wish), jsonText(c.Answers), hands.Look, number(hands.Send))
}

func handsOf(c Case) returns.Hands {
	return returns.HandsOf(c.Kind, c.State, c.Remedy, c.Items, c.Received, c.Conditions)
}

// ShopperWrote marks a case whose shopper wrote something that staff have to read. It moves nothing: the version stays.
func (tx *Tx) ShopperWrote(ctx context.Context, caseID string, at time.Time) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE cases SET wrote_at = $2 WHERE id = $1", caseID, ms(at))
}

// ShopperRead takes the mark away when nothing was written after until. ErrConflict when something was, or there is no mark.
func (tx *Tx) ShopperRead(ctx context.Context, caseID string, until time.Time) error {
	return must(ctx, tx.q, ErrConflict, "UPDATE cases SET wrote_at = 0 WHERE id = $1 AND wrote_at <> 0 AND wrote_at <= $2", caseID, ms(until))
}

// CasesWritten gives the cases whose shopper wrote and waits, the longest wait first.
func (r *Reads) CasesWritten(ctx context.Context, limit int) ([]Case, error) {
	return list(ctx, r.q, scanCase, "SELECT "+caseColumns+" FROM cases WHERE wrote_at <> 0 ORDER BY wrote_at, id LIMIT $1", limit)
}

// AddCaseStep appends a line to a case's log.
func (tx *Tx) AddCaseStep(ctx context.Context, step CaseStep) error {
	tx.touchCase(step.CaseID, CaseTouch{Changed: step.Step == CaseChanged})
	_, err := exec(ctx, tx.q, `INSERT INTO case_log (id, case_id, at, actor, step, note, seq)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), COALESCE(MAX(seq), 0) + 1
		FROM case_log WHERE case_id = $2`,
		step.ID, step.CaseID, ms(step.At), step.Actor, step.Step, step.Note)
	return err
}
