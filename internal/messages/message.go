// Package messages decides what is due to whom, when and by which channel. It is pure: it takes the time, the order
// before and after, and the shop's policy, and gives drafts; the store makes them unique and jobs send them.
package messages

import (
	"time"

	"homeward/internal/orders"
)

// RestCancelled is the Data.Reason of an OrderCancelled that tells of the part of an order that was not shipped.
const RestCancelled = "rest"

// Topic is what a message tells.
type Topic string

// The topics, in the order of an order's life.
const (
	OrderPlaced     Topic = "placed"
	OrderPaid       Topic = "paid"
	OrderPacking    Topic = "packing"
	Shipped         Topic = "shipped"
	InTransit       Topic = "in_transit"
	OutForDelivery  Topic = "out_for_delivery"
	ReadyForPickup  Topic = "ready_for_pickup"
	PickupEndsSoon  Topic = "pickup_ends_soon"
	Delivered       Topic = "delivered"
	AttemptFailed   Topic = "attempt_failed"
	Delayed         Topic = "delayed"
	Customs         Topic = "customs"
	AddressProblem  Topic = "address_problem"
	ShipDelay       Topic = "ship_delay" // a notice of delay with the choice to wait or to cancel (16 CFR 435.2(b))
	Returning       Topic = "returning"
	OrderCancelled  Topic = "cancelled"
	ReturnRequested Topic = "return_requested" // waiting for staff
	ReturnApproved  Topic = "return_approved"  // with instructions
	ReturnRejected  Topic = "return_rejected"
	ReturnOnItsWay  Topic = "return_on_its_way" // a carrier scanned the parcel back
	ReturnReceived  Topic = "return_received"
	ReturnInspected Topic = "return_inspected" // what staff found, and what it brings
	AppealAnswered  Topic = "appeal_answered"  // what became of an inspection that the shopper objected to
	CaseMessage     Topic = "case_message"     // free words of a member of staff
	ReturnSendSoon  Topic = "return_send_soon" // the time to send the goods of a return or a withdrawal ends in a few days
	GiftCalledOff   Topic = "gift_called_off"  // to the recipient of a gift: its buyer withdrew from what they were returning

	WithdrawalReceived      Topic = "withdrawal_received" // the acknowledgement of a statement (CRD Art. 11a(4))
	WithdrawalGoodsReceived Topic = "withdrawal_goods"    // the goods of a withdrawal arrived: the refund follows

	ClaimReceived Topic = "claim_received" // what was said, when, and by when the answer comes
	ClaimGranted  Topic = "claim_granted"  // also when the law accepted it
	ClaimRefused  Topic = "claim_refused"
	ClaimExtended Topic = "claim_extended" // told before the end that it takes longer

	RefundStarted   Topic = "refund_started"   // Stripe accepted it: pending
	RefundSucceeded Topic = "refund_succeeded" // sent to the bank
	RefundPaid      Topic = "refund_paid"      // staff paid it back another way
	RefundFailed    Topic = "refund_failed"    // also after succeeded: taken back
	RefundNeedsYou  Topic = "refund_needs_you" // requires_action
	OrderLink       Topic = "order_link"       // a fresh link, asked for on the lookup page
	StaffDeadline   Topic = "staff_deadline"   // to the shop's own staff: a deadline comes near, or was missed
	StaffReply      Topic = "staff_reply"      // to the shop's own staff: a shopper answered what they wrote
)

// Topics lists every topic in the order of an order's life.
var Topics = []Topic{
	OrderPlaced, OrderPaid, OrderPacking, Shipped, InTransit, OutForDelivery, ReadyForPickup, PickupEndsSoon, Delivered,
	AttemptFailed, Delayed, Customs, AddressProblem, Returning, OrderCancelled, ReturnRequested, ReturnApproved,
	ReturnRejected, ReturnOnItsWay, ReturnReceived, ReturnInspected, AppealAnswered, CaseMessage, WithdrawalReceived, WithdrawalGoodsReceived,
	ClaimReceived, ClaimGranted, ClaimRefused, ClaimExtended, RefundStarted, RefundSucceeded, RefundPaid,
	RefundFailed, RefundNeedsYou, OrderLink, ReturnSendSoon, StaffDeadline, StaffReply, ShipDelay, GiftCalledOff,
}

// Channel is how a message travels.
type Channel string

// The channels.
const (
	Mail Channel = "mail"
	SMS  Channel = "sms"
)

// Class says how a message is treated: news may be replaced and grows old; statutory and money never.
type Class string

// The classes.
const (
	News      Class = "news"
	Money     Class = "money"
	Statutory Class = "statutory"
)

// ClassOf gives a topic's class: refunds are Money, placed is Statutory (it carries the withdrawal information on a
// durable medium, CRD Art. 8(7)), so is the acknowledgement of a withdrawal (Art. 11a(4)), the steps of a return and the
// goods of a withdrawal are Money (they decide about it), what is answered to a claim is Statutory (in Poland it has to be on
// paper or another durable medium, ustawa o prawach konsumenta art. 7a), so is a notice of delay, the rest is News.
func ClassOf(t Topic) Class {
	switch t {
	case OrderPlaced, WithdrawalReceived, ClaimReceived, ClaimGranted, ClaimRefused, ClaimExtended, ShipDelay:
		return Statutory
	case ReturnRequested, ReturnApproved, ReturnRejected, ReturnReceived, ReturnInspected, AppealAnswered, CaseMessage, ReturnSendSoon, GiftCalledOff, StaffDeadline, StaffReply,
		WithdrawalGoodsReceived, RefundStarted, RefundSucceeded, RefundPaid, RefundFailed, RefundNeedsYou:
		return Money
	default:
		return News
	}
}

// Fixed tells a topic that no policy moves: the acknowledgement of a withdrawal and the answers to a claim always go, by mail.
// The shop's platform cannot send them instead, for it does not know what was said, and an SMS does not hold it. So do a notice of
// delay, and what staff are told.
func Fixed(t Topic) bool {
	switch t {
	case WithdrawalReceived, ClaimReceived, ClaimGranted, ClaimRefused, ClaimExtended, StaffDeadline, StaffReply, ShipDelay:
		return true
	default:
		return false
	}
}

// ToStaff tells the topics that go to the shop's own staff and not to a shopper.
func ToStaff(t Topic) bool { return t == StaffDeadline || t == StaffReply }

// Policy is what a shop set about its messages.
type Policy struct {
	Off        map[Topic]bool      // topics that the shop platform sends itself; Fixed ones go all the same
	CalmWindow time.Duration       // how long `shipped` waits for its siblings
	QuietFrom  time.Duration       // quiet hours of SMS: from, as time since midnight in Zone …
	QuietUntil time.Duration       // … until; equal means none
	Channels   map[Topic][]Channel // overrides of DefaultChannels, but for Fixed topics
	Zone       *time.Location      // the shop's zone, used when the shopper's is not known
	SMS        bool                // the shop has an SMS sender
}

// Contact is where the shopper can be reached; empty when not known or opted out.
type Contact struct {
	Email string
	Phone string // E.164, a number that can receive SMS
	Zone  *time.Location
}

// Draft is a message that is due. (order, Topic, Occasion, Channel, Recipient) is unique.
type Draft struct {
	Topic     Topic
	Occasion  string // what makes it news: see design "Messages"
	Channel   Channel
	Recipient string
	Class     Class
	DueAt     time.Time
	ExpiresAt time.Time // zero: never too old
	Parcels   []string  // keys of the parcels it tells of
	Data      Data
}

// Data is what the renderer needs beyond the order's own state, frozen when the message became due.
type Data struct {
	ParcelKey    string          `json:"parcel_key,omitempty"`
	NewDate      string          `json:"new_date,omitempty"` // a delay's new date, "2026-11-23"
	Fact         orders.FactKind `json:"fact,omitempty"`     // a delay that time made
	CaseID       string          `json:"case_id,omitempty"`
	RefundID     string          `json:"refund_id,omitempty"`
	WithdrawalID string          `json:"withdrawal_id,omitempty"`
	Amount       int64           `json:"amount,omitempty"`
	Currency     string          `json:"currency,omitempty"`
	Reason       string          `json:"reason,omitempty"`       // a code
	Reference    string          `json:"reference,omitempty"`    // the bank's, or the code of store credit
	PaymentKind  string          `json:"payment_kind,omitempty"` // of a refund that did not go by card
	Postage      int64           `json:"postage,omitempty"`      // what of Amount is for the way back by the shopper's own carrier
	Inspections  []string        `json:"inspections,omitempty"`  // the ids of those that the message tells of
	Text         string          `json:"text,omitempty"`         // what a member of staff wrote to the shopper
	Claim        *ClaimAnswer    `json:"claim,omitempty"`
	Deadline     string          `json:"deadline,omitempty"` // what has to be done: a returns.TermKind
	Stage        string          `json:"stage,omitempty"`    // of the deadline: a returns.ReminderKind
	Until        string          `json:"until,omitempty"`    // the day until which an answer is awaited, "2026-11-23"
	Silence      string          `json:"silence,omitempty"`  // what no answer means: a returns.Silence
}

// ClaimAnswer is what was answered to a claim, frozen when the message became due: a later answer does not change it.
type ClaimAnswer struct {
	Remedy string    `json:"remedy,omitempty"`
	Words  string    `json:"words,omitempty"`
	DueAt  time.Time `json:"due_at,omitzero"`  // the end of the time to answer
	ByLaw  bool      `json:"by_law,omitempty"` // nobody answered in time
}

// Pending is a message that waits to be sent.
type Pending struct {
	ID       string
	Topic    Topic
	Channel  Channel
	Occasion string
	Parcels  []string
	DueAt    time.Time
}

// Change is what happened to an order.
type Change struct {
	Now     time.Time
	Before  orders.State
	After   orders.State
	Policy  Policy
	Contact Contact
	Pending []Pending // this order's messages in state due that no worker holds
}

// Plan is what to do with an order's messages.
type Plan struct {
	Create  []Draft
	Join    []Join   // parcels that go into a `shipped` that still waits
	Replace []string // ids of waiting messages that newer news replaces
	Drop    []Join   // parcels that newer news takes out of a waiting `shipped` which keeps others
}

// Join names a parcel and the waiting message that it enters or leaves.
type Join struct {
	MessageID string
	ParcelKey string
}
