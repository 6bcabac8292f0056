package store

import (
	"context"
	"errors"
	"time"

	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// What a caller can tell apart.
var (
	ErrNotFound  = errors.New("store: not found")
	ErrConflict  = errors.New("store: changed by somebody else")
	ErrDuplicate = errors.New("store: already there")
	ErrStale     = errors.New("store: stale task")
)

// NewEvent is a webhook that was verified. DedupeKey is the source's own event id, or "": then the SHA-256 of the body
// counts, within ten minutes.
type NewEvent struct {
	Shop, Source, Vendor string
	DedupeKey            string
	Headers              map[string]string
	Body                 []byte
	ReceivedAt           time.Time
}

// Backlog says how much work of a kind waits and since when.
type Backlog struct {
	Kind   WorkKind
	Due    int       // rows whose due_at is over
	Oldest time.Time // the oldest due_at among them; zero when none
}

// Attention counts what waits for a person.
type Attention struct {
	Events, Messages, Cases, Refunds int
}

// DB is a database: SQLite or PostgreSQL. It embeds Reads over a pool of connections.
type DB struct {
	Reads
}

// Reads are the questions one can ask, of the database or inside a transaction.
type Reads struct{}

// Tx is one transaction's writes and reads. On SQLite it is a SAVEPOINT in a group commit: keep it short, call nothing outside.
type Tx struct {
	Reads
}

// Open opens "sqlite:PATH" or "postgres://…" and migrates it under a lock.
func Open(ctx context.Context, dsn string) (*DB, error) { panic("store: not yet") }

// Close waits for the writes under way and closes.
func (db *DB) Close() error { panic("store: not yet") }

// Ready tells whether the database is reachable and migrated.
func (db *DB) Ready(ctx context.Context) error { panic("store: not yet") }

// Write runs fn in a transaction and commits. fn may run more than once.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error { panic("store: not yet") }

// AcceptEvent stores a webhook durably and gives its id; seen tells that it was there, and then the id is the first copy's.
func (db *DB) AcceptEvent(ctx context.Context, event NewEvent) (id string, seen bool, err error) {
	panic("store: not yet")
}

// Event: one row; ErrNotFound when there is none.
func (r *Reads) Event(ctx context.Context, id string) (Event, error) {
	panic("store: not yet")
}

// Order: one row; ErrNotFound when there is none.
func (r *Reads) Order(ctx context.Context, id string) (Order, error) {
	panic("store: not yet")
}

// OrderByExternalID: one row; ErrNotFound when there is none.
func (r *Reads) OrderByExternalID(ctx context.Context, shop, externalID string) (Order, error) {
	panic("store: not yet")
}

// OrderByNumber: the newest of that number
func (r *Reads) OrderByNumber(ctx context.Context, shop, numberKey string) (Order, error) {
	panic("store: not yet")
}

// OrderByTracking: the newest that has such a parcel
func (r *Reads) OrderByTracking(ctx context.Context, shop, trackingNumber string, placedAfter time.Time) (Order, error) {
	panic("store: not yet")
}

// OrderByNumberAndEmail: one row; ErrNotFound when there is none.
func (r *Reads) OrderByNumberAndEmail(ctx context.Context, shop, numberKey, emailKey string) (Order, error) {
	panic("store: not yet")
}

// Facts: one row; ErrNotFound when there is none.
func (r *Reads) Facts(ctx context.Context, orderID string) ([]orders.Event, error) {
	panic("store: not yet")
}

// Message: one row; ErrNotFound when there is none.
func (r *Reads) Message(ctx context.Context, id string) (Message, error) {
	panic("store: not yet")
}

// MessageByProvider: one row; ErrNotFound when there is none.
func (r *Reads) MessageByProvider(ctx context.Context, providerID string) (Message, error) {
	panic("store: not yet")
}

// MessagesOf: oldest first
func (r *Reads) MessagesOf(ctx context.Context, orderID string) ([]Message, error) {
	panic("store: not yet")
}

// PendingMessages: state due, phase "", not leased
func (r *Reads) PendingMessages(ctx context.Context, orderID string) ([]messages.Pending, error) {
	panic("store: not yet")
}

// FirstMail: Message-ID of the order's first sent mail, "" when none
func (r *Reads) FirstMail(ctx context.Context, orderID string) (string, error) {
	panic("store: not yet")
}

// Deadline: one row; ErrNotFound when there is none.
func (r *Reads) Deadline(ctx context.Context, id string) (Deadline, error) {
	panic("store: not yet")
}

// Case: one row; ErrNotFound when there is none.
func (r *Reads) Case(ctx context.Context, id string) (Case, error) {
	panic("store: not yet")
}

// CaseByRMA: one row; ErrNotFound when there is none.
func (r *Reads) CaseByRMA(ctx context.Context, shop, rma string) (Case, error) {
	panic("store: not yet")
}

// CaseByNonce: one row; ErrNotFound when there is none.
func (r *Reads) CaseByNonce(ctx context.Context, orderID, nonce string) (Case, error) {
	panic("store: not yet")
}

// CaseByTracking: the newest that is not final
func (r *Reads) CaseByTracking(ctx context.Context, shop, trackingNumber string) (Case, error) {
	panic("store: not yet")
}

// CasesOf: one row; ErrNotFound when there is none.
func (r *Reads) CasesOf(ctx context.Context, orderID string) ([]Case, error) {
	panic("store: not yet")
}

// CaseLog: one row; ErrNotFound when there is none.
func (r *Reads) CaseLog(ctx context.Context, caseID string) ([]CaseStep, error) {
	panic("store: not yet")
}

// Refund: one row; ErrNotFound when there is none.
func (r *Reads) Refund(ctx context.Context, id string) (Refund, error) {
	panic("store: not yet")
}

// RefundByStripeID: one row; ErrNotFound when there is none.
func (r *Reads) RefundByStripeID(ctx context.Context, stripeID string) (Refund, error) {
	panic("store: not yet")
}

// RefundsOf: one row; ErrNotFound when there is none.
func (r *Reads) RefundsOf(ctx context.Context, orderID string) ([]Refund, error) {
	panic("store: not yet")
}

// RefundsOfCase: one row; ErrNotFound when there is none.
func (r *Reads) RefundsOfCase(ctx context.Context, caseID string) ([]Refund, error) {
	panic("store: not yet")
}

// RefundsByPayment: one row; ErrNotFound when there is none.
func (r *Reads) RefundsByPayment(ctx context.Context, reference string) ([]Refund, error) {
	panic("store: not yet")
}

// OptedOut: one row; ErrNotFound when there is none.
func (r *Reads) OptedOut(ctx context.Context, sender, recipient string, channel messages.Channel) (bool, error) {
	panic("store: not yet")
}

// EventsIn: newest first, without Body
func (r *Reads) EventsIn(ctx context.Context, states []string, limit int) ([]Event, error) {
	panic("store: not yet")
}

// MessagesIn: newest first
func (r *Reads) MessagesIn(ctx context.Context, states []string, limit int) ([]Message, error) {
	panic("store: not yet")
}

// CasesIn: oldest first
func (r *Reads) CasesIn(ctx context.Context, states []returns.State, limit int) ([]Case, error) {
	panic("store: not yet")
}

// RefundsForPeople: NeedsPerson or held, oldest first
func (r *Reads) RefundsForPeople(ctx context.Context, limit int) ([]Refund, error) {
	panic("store: not yet")
}

// Search: by order number or e-mail, any shop, newest first
func (r *Reads) Search(ctx context.Context, query string, limit int) ([]Order, error) {
	panic("store: not yet")
}

// EventsOf: oldest first, without Body
func (r *Reads) EventsOf(ctx context.Context, orderID string) ([]Event, error) {
	panic("store: not yet")
}

// Backlog: one per kind of work
func (r *Reads) Backlog(ctx context.Context, now time.Time) ([]Backlog, error) {
	panic("store: not yet")
}

// RefundCounts: one row; ErrNotFound when there is none.
func (r *Reads) RefundCounts(ctx context.Context) (map[RefundStatus]int, error) {
	panic("store: not yet")
}

// Attention: one row; ErrNotFound when there is none.
func (r *Reads) Attention(ctx context.Context) (Attention, error) {
	panic("store: not yet")
}

// AuditOf: one row; ErrNotFound when there is none.
func (r *Reads) AuditOf(ctx context.Context, object string, limit int) ([]AuditEntry, error) {
	panic("store: not yet")
}

// Session: the user's name
func (r *Reads) Session(ctx context.Context, tokenHash string, now time.Time) (string, error) {
	panic("store: not yet")
}

// Claim: the row as it was before; ErrStale when the generation is another, the state is final, it is not yet due or somebody holds it. Sets lease and attempt+1, leaves the phase
func (tx *Tx) Claim(ctx context.Context, kind WorkKind, id string, generation int64, now time.Time, lease time.Duration) (Work, error) {
	panic("store: not yet")
}

// SetCalling: phase = Calling; ErrStale as above
func (tx *Tx) SetCalling(ctx context.Context, kind WorkKind, id string, generation int64) error {
	panic("store: not yet")
}

// Retry: back to due at dueAt, lease released; ErrStale
func (tx *Tx) Retry(ctx context.Context, kind WorkKind, id string, generation int64, dueAt time.Time, phase string, f *fault.Error) error {
	panic("store: not yet")
}

// Finish: final state, lease released, phase ""; ErrStale
func (tx *Tx) Finish(ctx context.Context, kind WorkKind, id string, generation int64, state string, f *fault.Error) error {
	panic("store: not yet")
}

// Revive: state due now, generation+1, attempt 0, phase kept, lease 0
func (tx *Tx) Revive(ctx context.Context, kind WorkKind, id string, now time.Time) (Task, error) {
	panic("store: not yet")
}

// Sweep: rows due, overdue, not leased, not swept within overdue: generation+1, swept_at now
func (tx *Tx) Sweep(ctx context.Context, kind WorkKind, now time.Time, overdue time.Duration, limit int) ([]Task, error) {
	panic("store: not yet")
}

// AssignEvent: one row; ErrNotFound when there is none.
func (tx *Tx) AssignEvent(ctx context.Context, id, orderID, note string) error {
	panic("store: not yet")
}

// WaitEvent: state waiting
func (tx *Tx) WaitEvent(ctx context.Context, id string, generation int64, shop string, keys []string) error {
	panic("store: not yet")
}

// WakeEvents: events that wait for any key become due, generation+1
func (tx *Tx) WakeEvents(ctx context.Context, shop string, keys []string, now time.Time) ([]Task, error) {
	panic("store: not yet")
}

// InsertOrder: ErrDuplicate when (shop, external id) is there
func (tx *Tx) InsertOrder(ctx context.Context, order Order) error {
	panic("store: not yet")
}

// UpdateOrder: where version is order.Version, sets version+1; ErrConflict
func (tx *Tx) UpdateOrder(ctx context.Context, order Order) error {
	panic("store: not yet")
}

// AddFact: false when it was there
func (tx *Tx) AddFact(ctx context.Context, orderID string, event orders.Event, eventID string, receivedAt time.Time) (bool, error) {
	panic("store: not yet")
}

// AddTracking: one row; ErrNotFound when there is none.
func (tx *Tx) AddTracking(ctx context.Context, shop, trackingNumber, orderID string) error {
	panic("store: not yet")
}

// AddMessage: false when (order, topic, occasion, channel, recipient) is there; also stores Parcels
func (tx *Tx) AddMessage(ctx context.Context, message Message) (bool, error) {
	panic("store: not yet")
}

// JoinParcel: false when the message is no longer waiting
func (tx *Tx) JoinParcel(ctx context.Context, messageID, parcelKey string) (bool, error) {
	panic("store: not yet")
}

// DropParcel: one row; ErrNotFound when there is none.
func (tx *Tx) DropParcel(ctx context.Context, messageID, parcelKey string) error {
	panic("store: not yet")
}

// ReplaceMessage: due, phase "", not leased → replaced
func (tx *Tx) ReplaceMessage(ctx context.Context, messageID string) (bool, error) {
	panic("store: not yet")
}

// SetMessage: header id, provider id, body hash, lookups, called_at, sent_at; not the work columns
func (tx *Tx) SetMessage(ctx context.Context, message Message) error {
	panic("store: not yet")
}

// SetDelivery: one row; ErrNotFound when there is none.
func (tx *Tx) SetDelivery(ctx context.Context, messageID, providerID, delivery string, at time.Time) error {
	panic("store: not yet")
}

// PutDeadlines: adds new ones, moves due_at (generation+1) of due ones, lapses due ones that are not in the list
func (tx *Tx) PutDeadlines(ctx context.Context, orderID string, deadlines []Deadline) ([]Task, error) {
	panic("store: not yet")
}

// InsertCase: ErrDuplicate when (order, nonce) or (shop, rma) is there
func (tx *Tx) InsertCase(ctx context.Context, c Case) error {
	panic("store: not yet")
}

// UpdateCase: where version is c.Version, sets version+1; ErrConflict
func (tx *Tx) UpdateCase(ctx context.Context, c Case) error {
	panic("store: not yet")
}

// AddCaseStep: one row; ErrNotFound when there is none.
func (tx *Tx) AddCaseStep(ctx context.Context, step CaseStep) error {
	panic("store: not yet")
}

// InsertRefund: false when (shop, order, origin, external id) is there
func (tx *Tx) InsertRefund(ctx context.Context, refund Refund) (bool, error) {
	panic("store: not yet")
}

// SetRefund: everything but the work columns
func (tx *Tx) SetRefund(ctx context.Context, refund Refund) error {
	panic("store: not yet")
}

// AddOptOut: one row; ErrNotFound when there is none.
func (tx *Tx) AddOptOut(ctx context.Context, sender, recipient string, channel messages.Channel, origin string, at time.Time) error {
	panic("store: not yet")
}

// RemoveOptOut: one row; ErrNotFound when there is none.
func (tx *Tx) RemoveOptOut(ctx context.Context, sender, recipient string, channel messages.Channel) error {
	panic("store: not yet")
}

// RevokeLinks: link_epoch+1
func (tx *Tx) RevokeLinks(ctx context.Context, orderID string) error {
	panic("store: not yet")
}

// PutSession: one row; ErrNotFound when there is none.
func (tx *Tx) PutSession(ctx context.Context, tokenHash, user string, expiresAt time.Time) error {
	panic("store: not yet")
}

// DeleteSession: one row; ErrNotFound when there is none.
func (tx *Tx) DeleteSession(ctx context.Context, tokenHash string) error {
	panic("store: not yet")
}

// AddAudit: one row; ErrNotFound when there is none.
func (tx *Tx) AddAudit(ctx context.Context, entry AuditEntry) error {
	panic("store: not yet")
}
