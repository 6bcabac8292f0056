package store

import (
	"time"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// WorkKind names a table of units of work.
type WorkKind string

// The kinds of work.
const (
	EventWork    WorkKind = "event"
	MessageWork  WorkKind = "message"
	RefundWork   WorkKind = "refund"
	DeadlineWork WorkKind = "deadline"
	TermWork     WorkKind = "term"
	CallWork     WorkKind = "call"
	LabelWork    WorkKind = "label"
	ReadingWork  WorkKind = "reading"
)

// Due is the state in which work waits or is being worked on. Every other state is final until somebody revives the row.
const Due = "due"

// The final states of an event.
const (
	EventApplied = "applied" // folded into an order, or recorded otherwise
	EventWaiting = "waiting" // for the order it belongs to
	EventIgnored = "ignored" // understood, and of no concern here; note says why
	EventFailed  = "failed"  // not understood; a person must look
)

// The final states of a message.
const (
	MessageSent     = "sent"
	MessageReplaced = "replaced" // newer news went instead
	MessageExpired  = "expired"  // got too old
	MessageFailed   = "failed"   // for good; a person can mend it
	MessageHeld     = "held"     // outcome uncertain; a person must look
	MessageSkipped  = "skipped"  // no longer true, or the recipient opted out
)

// The work states of a refund: Due while something is to be done (issue, reconcile, re-read), else these.
const (
	RefundSettled = "settled" // Status is final: succeeded, canceled, or failed and handed to a person
	RefundHeld    = "held"    // a person must look before anything else happens; error_code says why
)

// The final states of a deadline.
const (
	DeadlineFired  = "fired"
	DeadlineLapsed = "lapsed" // what it waited to see happened in time, or its basis changed
)

// The final states of a call to the shop's own systems.
const (
	CallDelivered = "delivered"
	CallFailed    = "failed"    // for good, or for too long; a person can try it again
	CallDismissed = "dismissed" // and nobody will
)

// Work is the part that every unit of work has.
type Work struct {
	State        string
	Attempt      int
	DueAt        time.Time
	Generation   int64
	LeaseUntil   time.Time
	Phase        string // "" or Calling
	ErrorCode    string
	ErrorMessage string
}

// Calling is the phase of work that may have had its effect outside: set with the claim, cleared by the record.
const Calling = "calling"

// Task is what a queue needs to know of a unit of work.
type Task struct {
	Kind       WorkKind
	ID         string
	Generation int64
	DueAt      time.Time
	Queue      string // messages only: statutory | money | messages | low; "" otherwise
}

// Event is a stored webhook.
type Event struct {
	ID         string
	Shop       string
	Source     string // its name in the configuration, or "stripe", "twilio", "mail"
	Vendor     string // the kind that reads it: "shopify", …, "stripe", "twilio.status", "twilio.inbound"
	DedupeKey  string
	Headers    map[string]string // only those that the vendor's reader needs, canonical names
	Body       []byte
	ReceivedAt time.Time
	OrderID    string
	Note       string
	Work
}

// Order is an order's row. State is what orders.Fold gave.
type Order struct {
	ID         string
	Shop       string
	ExternalID string // the shop's id, or "number:<number key>" while only the number is known
	NumberKey  string // orders.NumberKey of the number
	EmailKey   string // lower case, trimmed
	Language   string // fixed at placement: one of the shop's languages
	Region     string // ISO 3166-1 alpha-2 for formats ("EG" in ar-EG), may be ""
	TimeZone   string // IANA name of the shopper's zone
	State      orders.State
	Version    int64
	LinkEpoch  int64 // grows when links are revoked
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Message is a message's row.
type Message struct {
	ID        string
	Shop      string
	OrderID   string
	Topic     messages.Topic
	Occasion  string
	Channel   messages.Channel
	Recipient string
	Class     messages.Class
	Queue     string
	Language  string
	Data      messages.Data
	Parcels   []string
	ExpiresAt time.Time
	HeaderID  string // mail: the Message-ID without angle brackets
	// ProviderID is Twilio's SID, or the queue id in the mail server's answer when it gave one.
	ProviderID string
	Body       string    // an SMS as it first went, to find it at Twilio by
	Lookups    int       // how often an uncertain SMS was looked up in vain
	CalledAt   time.Time // when the newest call began
	SentAt     time.Time
	Delivery   string // what the carrier said afterwards: "delivered", "undelivered", "bounced", …
	DeliveryAt time.Time
	CreatedAt  time.Time
	Work
}

// Deadline is a timer of an order.
type Deadline struct {
	ID        string
	Shop      string
	OrderID   string
	Kind      orders.FactKind
	ParcelKey string
	Basis     string
	Work
}

// Case is a return, or what comes back and is paid by a withdrawal or a claim, which have records of their own beside it.
type Case struct {
	ID             string
	Shop           string
	OrderID        string
	RMA            string
	Kind           returns.Kind
	State          returns.State
	Nonce          string
	Reason         returns.Reason
	Remedy         returns.Remedy
	Note           string
	Items          []returns.Item
	Received       []returns.Item
	TrackingNumber string // of the parcel back, normalised
	Decision       string // staff's words to the shopper
	Conditions     returns.Conditions
	Wish           returns.Wish
	Answers        []returns.Reply
	GiftID         string    // of the gift by whose code it was asked for; "" when its buyer asked
	Recipient      Recipient // who asked, then: its messages go there and not to the buyer
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time
	WroteAt        time.Time // when the shopper wrote what no member of staff has answered or marked as read; zero for nothing
}

// CaseStep is one line of a case's append-only log.
type CaseStep struct {
	ID     string
	CaseID string
	At     time.Time
	Actor  string // "shopper", "staff:olga", "carrier", "shop", "homeward", "stripe"
	Step   string
	Note   string
}

// RefundStatus is how far the money is.
type RefundStatus string

// The statuses of a refund. Uncertain: a call to Stripe may have taken effect, it is looked up before anything else.
const (
	RefundPlanned        RefundStatus = "planned"
	RefundIssued         RefundStatus = "issued" // the intent is on disk, the call may be under way
	RefundPending        RefundStatus = "pending"
	RefundRequiresAction RefundStatus = "requires_action"
	RefundSucceeded      RefundStatus = "succeeded"
	RefundFailed         RefundStatus = "failed"
	RefundCanceled       RefundStatus = "canceled"
	RefundUncertain      RefundStatus = "uncertain"
)

// The origins of a refund.
const (
	OriginHomeward = "homeward"
	OriginShop     = "shop"   // the shop made it and told us
	OriginStripe   = "stripe" // seen at Stripe, made by nobody we know
)

// Refund is a line of the refund ledger.
type Refund struct {
	ID               string
	Shop             string
	OrderID          string
	CaseID           string
	Origin           string
	ExternalID       string // the shop's or Stripe's id for foreign ones; case id and payment for our own
	PaymentKind      string
	PaymentReference string
	Amount           int64 // minor units
	Currency         string
	Status           RefundStatus
	Lines            []orders.RefundLine
	IdempotencyKey   string
	Params           string // exactly what is sent to Stripe, JSON, frozen with the key
	IssuedAt         time.Time
	StripeID         string
	Reference        string // the bank's reference for the shopper (ARN)
	FailureReason    string
	NeedsPerson      bool
	CheckedAt        time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
	Explanation      []returns.Explained // of the whole plan that this refund is a part of
	ReleasedBy       string              // who let it go, when it took a second person
	Consent          string              // the shopper's express consent to be paid in another way than they paid
	Work
}

// AuditEntry is what a member of staff did.
type AuditEntry struct {
	ID     string
	At     time.Time
	User   string
	Action string
	Object string
	Note   string
}
