package orders

import "time"

// Stage is how far an order is.
type Stage string

// ParcelStage is how far a parcel is.
type ParcelStage string

// The stages of an order before a parcel moves, and after everything is over. In between an order has the stage of its
// least advanced live parcel, under the same words.
const (
	StagePlaced    Stage = "placed"
	StagePaid      Stage = "paid"
	StagePacking   Stage = "packing"
	StageCancelled Stage = "cancelled"
	StageClosed    Stage = "closed"
)

// The stages of a parcel.
const (
	Announced      ParcelStage = "announced"
	HandedOver     ParcelStage = "handed_over"
	InTransit      ParcelStage = "in_transit"
	OutForDelivery ParcelStage = "out_for_delivery"
	ReadyForPickup ParcelStage = "ready_for_pickup"
	Delivered      ParcelStage = "delivered" // handed over at the address; DeliveredTo says to whom
	Collected      ParcelStage = "collected" // fetched at the pickup point by the recipient
	Returning      ParcelStage = "returning"
	Returned       ParcelStage = "returned"
	ParcelGone     ParcelStage = "cancelled"
)

// Incident is what went wrong with a parcel, beside its stage.
type Incident string

// The incidents.
const (
	None           Incident = "none"
	Delayed        Incident = "delayed"
	AttemptFailed  Incident = "attempt_failed"
	Customs        Incident = "customs"
	AddressProblem Incident = "address_problem"
	Damaged        Incident = "damaged"
	Lost           Incident = "lost"
	Refused        Incident = "refused"
	Uncollected    Incident = "uncollected"
	Unknown        Incident = "unknown" // a status that nobody here knows; shown to staff, never mapped to good or bad news
)

// Action is what the shopper can do next.
type Action string

// The actions.
const (
	NoAction       Action = "none"
	Collect        Action = "collect"
	CorrectAddress Action = "correct_address"
	PayDuty        Action = "pay_duty"
	ConfirmDelay   Action = "confirm_delay"
	Contact        Action = "contact"
)

// State is an order as folded from all its events. The same set of events gives the same State in any order of arrival.
type State struct {
	// Known is false until the shop itself stated the order (placed or updated): events that came before it are kept here
	// and nobody is told anything.
	Known        bool            `json:"known"`
	Order        Order           `json:"order"`
	Stage        Stage           `json:"stage"`
	StageAt      time.Time       `json:"stage_at,omitzero"`
	PaidAt       time.Time       `json:"paid_at,omitzero"`
	PackingAt    time.Time       `json:"packing_at,omitzero"`
	CancelledAt  time.Time       `json:"cancelled_at,omitzero"`
	CancelReason string          `json:"cancel_reason,omitempty"`
	Dropped      []Dropped       `json:"dropped,omitempty"` // what was cancelled while a part was shipped, sorted by At
	Parcels      []Parcel        `json:"parcels,omitempty"` // sorted by first news, then key
	Refunds      []RefundFact    `json:"refunds,omitempty"` // made outside Homeward, sorted by At, then ID
	Returns      []ReturnFact    `json:"returns,omitempty"`
	Facts        []FactAt        `json:"facts,omitempty"`
	Timeline     []TimelineEntry `json:"timeline,omitempty"` // oldest first
}

// Parcel is one parcel of an order.
type Parcel struct {
	// Key is the normalised tracking number, else the smallest alias. It changes once, when the number becomes known;
	// Same tells whether two states mean the same parcel.
	Key            string       `json:"key"`
	Aliases        []string     `json:"aliases,omitempty"` // sorted
	Carrier        string       `json:"carrier,omitempty"`
	TrackingNumber string       `json:"tracking_number,omitempty"`
	TrackingURL    string       `json:"tracking_url,omitempty"`
	Items          []ParcelItem `json:"items,omitempty"`
	Stage          ParcelStage  `json:"stage"`
	StageAt        time.Time    `json:"stage_at,omitzero"`   // when the current stage began
	UpdatedAt      time.Time    `json:"updated_at,omitzero"` // the newest news; what is not newer is late
	HandedOverAt   time.Time    `json:"handed_over_at,omitzero"`
	FirstScanAt    time.Time    `json:"first_scan_at,omitzero"` // the first in_transit or later
	LastScanAt     time.Time    `json:"last_scan_at,omitzero"`
	DeliveredAt    time.Time    `json:"delivered_at,omitzero"` // delivered or collected
	DeliveredTo    string       `json:"delivered_to,omitempty"`
	Incident       Incident     `json:"incident"`
	IncidentAt     time.Time    `json:"incident_at,omitzero"`
	ETA            string       `json:"eta,omitempty"`          // the newest estimate, a date
	PreviousETA    string       `json:"previous_eta,omitempty"` // the estimate before, when it was another
	Pickup         Pickup       `json:"pickup"`
	Action         Action       `json:"action"`
	UnknownStatus  string       `json:"unknown_status,omitempty"` // the newest text nobody here knows
}

// Possessed says when the shopper had the goods in hand, which starts the withdrawal and return windows: collected, or
// delivered to the recipient. Zero while that is open.
func (p Parcel) Possessed() time.Time {
	if p.Stage == Collected || (p.DeliveredTo == "recipient" && !p.DeliveredAt.IsZero()) {
		return p.DeliveredAt
	}
	return time.Time{}
}

// Live tells whether the parcel still counts for the order: not cancelled.
func (p Parcel) Live() bool { return p.Stage != ParcelGone }

// Dropped is what left an order of which a carrier had a part: units that were not shipped by then, and need not be any more.
type Dropped struct {
	EventID string       `json:"event_id"`
	At      time.Time    `json:"at"`
	Reason  string       `json:"reason,omitempty"`
	Units   []ParcelItem `json:"units,omitempty"`
}

// DroppedOf gives how many units of a line were cancelled while a part of the order was shipped.
func (s State) DroppedOf(lineID string) int {
	n := 0
	for _, d := range s.Dropped {
		for _, unit := range d.Units {
			if unit.LineID == lineID {
				n += max(unit.Quantity, 0)
			}
		}
	}
	return n
}

// RefundFact is a refund made outside Homeward and when.
type RefundFact struct {
	Refund
	At     time.Time `json:"at"`
	Source string    `json:"source"`
}

// ReturnFact is a receipt of returned goods and when.
type ReturnFact struct {
	ReturnReceipt
	EventID string    `json:"event_id"`
	At      time.Time `json:"at"`
}

// FactAt is a fact made by time and when.
type FactAt struct {
	Fact
	At time.Time `json:"at"`
}

// TimelineEntry is one line of the order's story. What is the stage, incident, kind or fact that the entry tells, in
// this package's words; the templates put it into the shopper's.
type TimelineEntry struct {
	At        time.Time `json:"at"`
	EventID   string    `json:"event_id"`
	Kind      Kind      `json:"kind"`
	What      string    `json:"what"`
	ParcelKey string    `json:"parcel_key,omitempty"`
	Text      string    `json:"text,omitempty"` // the source's own words, for staff
	Source    string    `json:"source,omitempty"`
	Quiet     bool      `json:"quiet,omitempty"` // moved nothing, because a newer or final state of that parcel stands over it
}
