package store

import (
	"context"
	"time"

	"homeward/internal/returns"
)

// Claim is what a consumer says is wrong, beside the case of the same id that brings goods and money back. What was said is
// written once; the answer is added.
type Claim struct {
	CaseID    string
	Shop      string
	OrderID   string
	Kind      returns.ClaimKind
	Items     []returns.Item
	Text      string         // in the consumer's words
	Wish      returns.Remedy // what was asked for
	Language  string
	TimeZone  string // IANA name, of the consumer
	Country   string // whose law counts, ISO 3166-1 alpha-2
	Flags     []string
	Notices   []returns.ShownNotice
	Channel   string // "online", "letter", "mail", "phone", "other"
	EnteredBy string // the member of staff who entered it; "" when its consumer sent it
	CameAt    time.Time
	DueAt     time.Time // the end of the time to answer, un-extended by weekends and holidays

	ExtendedAt  time.Time // when the consumer was told that it takes longer; zero: not
	Extension   string    // why
	AnsweredAt  time.Time // zero while there is no answer
	AnsweredBy  string    // "staff:olga", or "homeward" when the law answered
	Granted     returns.Remedy
	Amount      int64 // of a price reduction, minor units of the order's currency
	Answer      string
	DeemedAt    time.Time // accepted because nobody answered in time
	SeenAt      time.Time // when staff looked at that
	FulfilledAt time.Time // repaired, or sent anew
}

const claimColumns = "case_id, shop, order_id, kind, items, body, wish, language, time_zone, country, flags, notices, came_at, due_at, " +
	"extended_at, extension, answered_at, answered_by, granted, amount, answer, deemed_at, seen_at, fulfilled_at, channel, entered_by"

func scanClaim(r row) (Claim, error) {
	var c Claim
	err := r.Scan(&c.CaseID, &c.Shop, &c.OrderID, &c.Kind, jsonColumn{&c.Items}, &c.Text, &c.Wish, &c.Language, &c.TimeZone, &c.Country,
		jsonColumn{&c.Flags}, jsonColumn{&c.Notices}, timeColumn{&c.CameAt}, timeColumn{&c.DueAt}, timeColumn{&c.ExtendedAt}, &c.Extension,
		timeColumn{&c.AnsweredAt}, &c.AnsweredBy, &c.Granted, &c.Amount, &c.Answer, timeColumn{&c.DeemedAt}, timeColumn{&c.SeenAt},
		timeColumn{&c.FulfilledAt}, &c.Channel, &c.EnteredBy)
	return c, err
}

// ClaimOfCase gives a case's claim, or ErrNotFound.
func (r *Reads) ClaimOfCase(ctx context.Context, caseID string) (Claim, error) {
	return first(ctx, r.q, scanClaim, "SELECT "+claimColumns+" FROM claims WHERE case_id = $1", caseID)
}

// ClaimsOf gives an order's claims, oldest first.
func (r *Reads) ClaimsOf(ctx context.Context, orderID string) ([]Claim, error) {
	return list(ctx, r.q, scanClaim, "SELECT "+claimColumns+" FROM claims WHERE order_id = $1 ORDER BY came_at, case_id", orderID)
}

// ClaimsToAnswer gives the claims that nobody answered and nobody called off, the nearest deadline first.
func (r *Reads) ClaimsToAnswer(ctx context.Context, limit int) ([]Claim, error) {
	return list(ctx, r.q, scanClaim, "SELECT "+claimColumns+` FROM claims WHERE answered_at = 0
		AND EXISTS (SELECT 1 FROM cases WHERE cases.id = claims.case_id AND cases.state <> 'withdrawn') ORDER BY due_at, case_id LIMIT $1`, limit)
}

// ClaimsToDo gives the answered claims that still ask something of staff, oldest answer first: those that the law accepted and
// nobody looked at, and those whose goods are to be repaired or sent anew.
func (r *Reads) ClaimsToDo(ctx context.Context, limit int) ([]Claim, error) {
	return list(ctx, r.q, scanClaim, "SELECT "+claimColumns+" FROM claims WHERE case_id IN ("+claimsToDo+
		") ORDER BY answered_at, case_id LIMIT $1", limit)
}

// ClaimsAnswered gives the newest answered claims, newest answer first.
func (r *Reads) ClaimsAnswered(ctx context.Context, limit int) ([]Claim, error) {
	return list(ctx, r.q, scanClaim, "SELECT "+claimColumns+" FROM claims WHERE answered_at <> 0 ORDER BY answered_at DESC, case_id DESC LIMIT $1", limit)
}

// CountClaims counts the claims that wait for staff: for an answer, for a look, or for what was granted.
func (r *Reads) CountClaims(ctx context.Context) (int, error) {
	return first(ctx, r.q, value[int], claimsWaiting)
}

// Each part has an index of its own, so that what was done with long ago is not read.
const (
	claimsToDo = `SELECT case_id FROM claims WHERE deemed_at <> 0 AND seen_at = 0
		UNION ALL SELECT case_id FROM claims WHERE granted IN ('repair', 'replacement', 'send_again') AND fulfilled_at = 0
			AND EXISTS (SELECT 1 FROM cases WHERE cases.id = claims.case_id AND cases.state NOT IN ('withdrawn', 'closed', 'rejected'))`
	claimsWaiting = `SELECT COUNT(DISTINCT case_id) FROM (SELECT case_id FROM claims WHERE answered_at = 0
		AND EXISTS (SELECT 1 FROM cases WHERE cases.id = claims.case_id AND cases.state <> 'withdrawn') UNION ALL ` + claimsToDo + `) waiting`
)

// ClaimsStored counts all claims.
func (r *Reads) ClaimsStored(ctx context.Context) (int, error) {
	return first(ctx, r.q, value[int], "SELECT COUNT(*) FROM claims")
}

// InsertClaim adds a claim. ErrDuplicate when its case has one.
func (tx *Tx) InsertClaim(ctx context.Context, c Claim) error {
	tx.touchCase(c.CaseID, CaseTouch{})
	return must(ctx, tx.q, ErrDuplicate, "INSERT INTO claims ("+claimColumns+") VALUES ("+placeholders(1, 26)+") ON CONFLICT DO NOTHING",
		c.CaseID, c.Shop, c.OrderID, string(c.Kind), jsonText(c.Items), c.Text, string(c.Wish), c.Language, c.TimeZone, c.Country,
		jsonText(c.Flags), jsonText(c.Notices), ms(c.CameAt), ms(c.DueAt), ms(c.ExtendedAt), c.Extension, ms(c.AnsweredAt), c.AnsweredBy,
		string(c.Granted), c.Amount, c.Answer, ms(c.DeemedAt), ms(c.SeenAt), ms(c.FulfilledAt), c.Channel, c.EnteredBy)
}

// UpdateClaim writes what was done about a claim; what was claimed stays as it is. ErrNotFound when there is none.
func (tx *Tx) UpdateClaim(ctx context.Context, c Claim) error {
	tx.touchCase(c.CaseID, CaseTouch{})
	return must(ctx, tx.q, ErrNotFound, `UPDATE claims SET notices = $2, due_at = $3, extended_at = $4, extension = $5, answered_at = $6,
		answered_by = $7, granted = $8, amount = $9, answer = $10, deemed_at = $11, seen_at = $12, fulfilled_at = $13 WHERE case_id = $1`,
		c.CaseID, jsonText(c.Notices), ms(c.DueAt), ms(c.ExtendedAt), c.Extension, ms(c.AnsweredAt), c.AnsweredBy, string(c.Granted),
		c.Amount, c.Answer, ms(c.DeemedAt), ms(c.SeenAt), ms(c.FulfilledAt))
}
