package notify

import (
	"time"

	"homeward/internal/money"
	"homeward/internal/store"
)

// Order names an order as the shop knows it.
type Order struct {
	ID     string `json:"id"` // the shop's own
	Number string `json:"number,omitempty"`
}

// OrderOf names an order.
func OrderOf(o store.Order) Order { return Order{ID: o.ExternalID, Number: o.State.Order.Number} }

// Case is a case as the shop's systems see it.
type Case struct {
	ID             string     `json:"id"`
	RMA            string     `json:"rma"`
	Kind           string     `json:"kind"`  // withdrawal, return, claim
	State          string     `json:"state"` // see docs/notify.md
	Reason         string     `json:"reason,omitempty"`
	Remedy         string     `json:"remedy,omitempty"`
	Items          []Item     `json:"items"`
	Received       []Item     `json:"received,omitempty"`
	TrackingNumber string     `json:"tracking_number,omitempty"`
	Exchange       []Exchange `json:"exchange,omitempty"`
	Gift           bool       `json:"gift,omitempty"` // asked for by the recipient of a gift: nothing goes to the buyer
}

// Item is so many units of a line of the order.
type Item struct {
	LineID   string `json:"line_id"`
	Quantity int    `json:"quantity"`
}

// Exchange is what the shopper wants in the place of returned units.
type Exchange struct {
	LineID    string `json:"line_id"`
	Quantity  int    `json:"quantity"`
	SKU       string `json:"sku,omitempty"`
	Title     string `json:"title,omitempty"`
	UnitPrice string `json:"unit_price,omitempty"`
}

// CaseOf puts a case into the shop's words.
func CaseOf(c store.Case, currency string) Case {
	out := Case{
		ID: c.ID, RMA: c.RMA, Kind: string(c.Kind), State: string(c.State), Reason: string(c.Reason), Remedy: string(c.Remedy),
		TrackingNumber: c.TrackingNumber, Items: []Item{}, Gift: c.GiftID != "",
	}
	for _, i := range c.Items {
		out.Items = append(out.Items, Item{i.LineID, i.Quantity})
	}
	for _, i := range c.Received {
		out.Received = append(out.Received, Item{i.LineID, i.Quantity})
	}
	for _, x := range c.Wish.Exchange {
		out.Exchange = append(out.Exchange, Exchange{x.LineID, x.Quantity, x.SKU, x.Title, money.Decimal(x.UnitPrice, currency)})
	}
	return out
}

// Refund is a refund as the shop's systems see it.
type Refund struct {
	ID          string     `json:"id"`
	Case        string     `json:"case_id,omitempty"`
	PaymentKind string     `json:"payment_kind"`
	Payment     string     `json:"payment_reference,omitempty"`
	Amount      string     `json:"amount"` // major units
	Currency    string     `json:"currency"`
	Status      string     `json:"status"`
	Reason      string     `json:"failure_reason,omitempty"`
	PayBy       *time.Time `json:"pay_by,omitempty"` // the end of the time to pay it, where there is one
}

// RefundOf puts a refund into the shop's words.
func RefundOf(r store.Refund, payBy time.Time) Refund {
	out := Refund{
		ID: r.ID, Case: r.CaseID, PaymentKind: r.PaymentKind, Payment: r.PaymentReference, Amount: money.Decimal(r.Amount, r.Currency), Currency: r.Currency,
		Status: string(r.Status), Reason: r.FailureReason,
	}
	if !payBy.IsZero() {
		at := payBy.UTC()
		out.PayBy = &at
	}
	return out
}

// Deadline is a deadline as the shop's systems see it.
type Deadline struct {
	ID      string    `json:"id"`
	What    string    `json:"what"`  // refund, send_back, answer, statement, ship, cancel
	Party   string    `json:"party"` // who has to act: shop, shopper
	Rule    string    `json:"rule"`
	Stage   string    `json:"stage"` // half_time, escalate, ends_soon, missed
	LastDay string    `json:"last_day"`
	EndsAt  time.Time `json:"ends_at"`
	Case    string    `json:"case_id,omitempty"`
}

// DeadlineOf puts a deadline into the shop's words.
func DeadlineOf(t store.Term, stage string) Deadline {
	return Deadline{
		ID: t.ID, What: string(t.Kind), Party: string(t.Party), Rule: string(t.Rule), Stage: stage, LastDay: t.Last.String(), EndsAt: t.EndAt.UTC(),
		Case: t.CaseID,
	}
}

// Cancelled says who cancelled an order, and why.
type Cancelled struct {
	By     string    `json:"by"`     // clock, shopper, staff
	Reason string    `json:"reason"` // not_shipped_in_time, customer
	At     time.Time `json:"at"`
}
