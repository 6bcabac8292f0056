// Package orders says what an order is: stages, incidents, parcels, and how events fold into them. It is pure: standard
// library only, no clock, no I/O. Amounts are int64 minor units of the order's currency; times are UTC; ids are text.
package orders

import "time"

// Kind names what an event tells.
type Kind string

// The kinds of events. The first six are the types of the `standard` source; vendors' payloads are put in these words.
const (
	Placed         Kind = "order.placed"         // Order is set
	Updated        Kind = "order.updated"        // Order is set: the whole order, which replaces the one before
	Paid           Kind = "order.paid"           // Payments is what is known of the payments, may be empty
	Cancelled      Kind = "order.cancelled"      // Reason may be set
	ParcelUpdated  Kind = "parcel.updated"       // Parcel is set
	ReturnReceived Kind = "return.received"      // Return is set
	Refunded       Kind = "order.refunded"       // Refund is set: money that the shop gave back itself
	Packing        Kind = "order.packing"        // the shop began to pack
	RestCancelled  Kind = "order.rest_cancelled" // Units is set: they were not shipped, and will not be; Reason may be
	TimePassed     Kind = "time.passed"          // Fact is set: made by our own clock
)

// Event is one fact about one order in our own words.
type Event struct {
	// ID is the fact's identity within the shop: the same fact told twice, by a retry or in another webhook, has the same
	// ID; two different facts never have. Made by the provider from what the vendor says, not from the delivery.
	ID     string    `json:"id"`
	Kind   Kind      `json:"kind"`
	At     time.Time `json:"at"` // by the source's own clock, UTC
	Source string    `json:"source"`
	Ref    Ref       `json:"ref"`

	Order    *Order         `json:"order,omitempty"`
	Payments []Payment      `json:"payments,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Parcel   *ParcelUpdate  `json:"parcel,omitempty"`
	Return   *ReturnReceipt `json:"return,omitempty"`
	Refund   *Refund        `json:"refund,omitempty"`
	Fact     *Fact          `json:"fact,omitempty"`
	Units    []ParcelItem   `json:"units,omitempty"`
}

// Ref says which order an event belongs to, by whatever the source knows: the shop's order id, else the order number,
// else the tracking number of one of its parcels. The first that finds one decides.
type Ref struct {
	OrderID        string `json:"order_id,omitempty"`
	OrderNumber    string `json:"order_number,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"` // as the source wrote it; see NormalizeTracking
}

// Order is what the shop says of an order, whole. In state it is the newest such statement.
type Order struct {
	ID               string    `json:"id"`     // the shop's id
	Number           string    `json:"number"` // what the shopper knows it by: "#1001"
	PlacedAt         time.Time `json:"placed_at"`
	Locale           string    `json:"locale,omitempty"` // "pl-PL", "" when the source does not say
	Currency         string    `json:"currency"`         // ISO 4217, capitals
	PricesIncludeTax bool      `json:"prices_include_tax"`
	Customer         Customer  `json:"customer"`
	ShipTo           Address   `json:"ship_to"`
	Lines            []Line    `json:"lines"`
	OrderDiscount    int64     `json:"order_discount"`
	Shipping         Shipping  `json:"shipping"`
	Fees             []Fee     `json:"fees,omitempty"`
	Total            int64     `json:"total"`
	Payments         []Payment `json:"payments,omitempty"`
	Promised         Promised  `json:"promised"`
	// PaidInFull is set when the statement itself says that the order is paid (a shop platform's financial status).
	PaidInFull bool `json:"paid_in_full,omitempty"`
}

// Customer is who ordered. Empty when not known; phone as the source wrote it.
type Customer struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Address is where it goes. Country is ISO 3166-1 alpha-2 in capitals, or empty.
type Address struct {
	Name       string `json:"name,omitempty"`
	Line1      string `json:"line1,omitempty"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Line is one line of an order.
type Line struct {
	ID         string `json:"id"`
	SKU        string `json:"sku,omitempty"`
	Title      string `json:"title"`
	Variant    string `json:"variant,omitempty"`
	Quantity   int    `json:"quantity"`
	UnitPrice  int64  `json:"unit_price"` // before discount; with tax when PricesIncludeTax
	Discount   int64  `json:"discount"`   // total of the line, not negative
	Tax        int64  `json:"tax"`        // total of the line
	Category   string `json:"category,omitempty"`
	ImageURL   string `json:"image_url,omitempty"`
	Withdrawal string `json:"withdrawal,omitempty"`  // yes | no | unless_unsealed; "" counts as yes
	NotShipped bool   `json:"not_shipped,omitempty"` // a service, a download, a gift card
	Cancelled  bool   `json:"cancelled,omitempty"`   // left out of a later statement; set by Fold
}

// Shipping is what delivery cost. Cheapest is the least expensive standard delivery offered, -1 when not known.
type Shipping struct {
	Paid     int64  `json:"paid"`
	Tax      int64  `json:"tax"`
	Cheapest int64  `json:"cheapest"`
	Method   string `json:"method,omitempty"`
}

// Fee is a surcharge: payment, gift wrap, cash on delivery.
type Fee struct {
	Kind   string `json:"kind"`
	Amount int64  `json:"amount"`
	Tax    int64  `json:"tax,omitempty"`
}

// Payment is one tender of an order.
type Payment struct {
	Kind      string `json:"kind"`      // stripe | gift_card | cash_on_delivery | bank_transfer | other
	Reference string `json:"reference"` // for stripe the payment intent or charge: "pi_…", "ch_…"
	Amount    int64  `json:"amount"`
}

// Promised holds the shop's promises as dates in the shop's zone, "2026-11-25" or empty.
type Promised struct {
	ShipBy    string `json:"ship_by,omitempty"`
	DeliverBy string `json:"deliver_by,omitempty"`
}

// ParcelUpdate is one piece of news about one parcel. A zero field says nothing about that field.
type ParcelUpdate struct {
	// Aliases are the source's own ids of the parcel, each prefixed by its source and kind ("shopify:fulfillment:255858046",
	// "erp:parcel:p1"), so that updates without a tracking number find their parcel.
	Aliases        []string     `json:"aliases,omitempty"`
	Carrier        string       `json:"carrier,omitempty"`
	TrackingNumber string       `json:"tracking_number,omitempty"`
	TrackingURL    string       `json:"tracking_url,omitempty"`
	Items          []ParcelItem `json:"items,omitempty"`
	Stage          ParcelStage  `json:"stage,omitempty"`        // "" moves nothing
	Incident       Incident     `json:"incident,omitempty"`     // "" says nothing; None clears
	StatusText     string       `json:"status_text,omitempty"`  // the source's own word or text, kept for staff
	ETA            string       `json:"eta,omitempty"`          // estimated delivery, a date "2026-11-23"
	DeliveredTo    string       `json:"delivered_to,omitempty"` // recipient | neighbour | safe_place | pickup_point
	Pickup         Pickup       `json:"pickup"`
	// History marks a checkpoint that the source tells again as background to a newer one: it enters the timeline.
	History bool `json:"history,omitempty"`
}

// ParcelItem says that so many units of a line are in a parcel. Quantity 0 means all of the line.
type ParcelItem struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
}

// Pickup says where a parcel waits, with which code, until when (UTC; zero when not known).
type Pickup struct {
	Place string    `json:"place,omitempty"`
	Code  string    `json:"code,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// ReturnReceipt says that goods of a return came back.
type ReturnReceipt struct {
	RMA   string       `json:"rma"`
	Lines []ParcelItem `json:"lines,omitempty"`
}

// Refund is money that the shop gave back outside Homeward. Amount is in minor units of the order's currency, positive.
type Refund struct {
	ID     string       `json:"id"` // the source's id of the refund
	Amount int64        `json:"amount"`
	Lines  []RefundLine `json:"lines,omitempty"`
	// Reference is the payment it went back to, where the source says so.
	Reference string `json:"reference,omitempty"`
}

// RefundLine is a part of a refund that belongs to units of a line.
type RefundLine struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
	Amount   int64  `json:"amount"`
}

// FactKind names a fact made by time.
type FactKind string

// The facts that time makes.
const (
	LateToShip       FactKind = "late_to_ship"       // promised.ship_by is over and nothing was handed over
	FirstScanMissing FactKind = "first_scan_missing" // handed over, and no scan since
	Stalled          FactKind = "stalled"            // no scan for days
	Late             FactKind = "late"               // the promised or estimated day of delivery is over
	PickupEndsSoon   FactKind = "pickup_ends_soon"   // a day until the parcel leaves the pickup point
)

// Fact is a fact made by time, of the order (ParcelKey "") or of one parcel.
type Fact struct {
	Kind      FactKind `json:"kind"`
	ParcelKey string   `json:"parcel_key,omitempty"`
	// Basis is what the fact was measured against (a promised date, a pickup end, the last scan), so that a new promise
	// makes a new fact.
	Basis string `json:"basis,omitempty"`
}
