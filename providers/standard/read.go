package standard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers"
	"homeward/providers/wire"
)

// ahead is how far into the future news may be dated: clocks differ, but news from next week would stand over
// everything that comes until then.
const ahead = 24 * time.Hour

type envelope struct {
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

type paidData struct {
	OrderID string `json:"order_id"`
	// Currency is optional; without it the amounts are in the currency of the shop's country.
	Currency string        `json:"currency"`
	Payments []paymentData `json:"payments"`
}

type cancelledData struct {
	OrderID string `json:"order_id"`
	Reason  string `json:"reason"`
}

type receivedData struct {
	OrderID string         `json:"order_id"`
	RMA     string         `json:"rma"`
	Lines   []receivedLine `json:"lines"`
	At      string         `json:"at"`
}

type receivedLine struct {
	ID       string `json:"id"`
	Quantity int    `json:"quantity"`
}

// reader maps one body; its fields carry the checks.
type reader struct {
	wire.Fields
	options  providers.Options
	received time.Time
	at       time.Time // the envelope's timestamp
}

// Read puts a body of the `standard` contract into events. It is strict where a wrong type or an impossible value would
// hurt and ignores fields that it does not know.
func (s *Source) Read(in providers.Delivery) (providers.Reading, error) {
	var e envelope
	if err := wire.Decode(in.Body, &e, ""); err != nil {
		return providers.Reading{}, err
	}
	r := &reader{options: s.options, received: in.ReceivedAt}
	r.Zone = s.options.Zone
	if e.Type == "" {
		return providers.Reading{}, wire.Invalid("type", "is missing", nil)
	}
	read, known := map[string]func(*reader, []byte) orders.Event{
		string(orders.Placed):         (*reader).order,
		string(orders.Updated):        (*reader).order,
		string(orders.Paid):           (*reader).paid,
		string(orders.Cancelled):      (*reader).cancelled,
		string(orders.ParcelUpdated):  (*reader).parcel,
		string(orders.ReturnReceived): (*reader).returned,
	}[e.Type]
	if !known {
		return providers.Reading{}, fault.New(fault.Permanent, "type_unknown", fmt.Sprintf(
			"The type %q is not one of order.placed, order.paid, order.updated, order.cancelled, parcel.updated, return.received.",
			wire.Word(e.Type)), nil)
	}
	r.at = r.past("timestamp", e.Timestamp)
	if len(e.Data) == 0 {
		return providers.Reading{}, wire.Invalid("data", "is missing", nil)
	}
	event := read(r, e.Data)
	if err := r.Err(); err != nil {
		return providers.Reading{}, err
	}
	event.Kind, event.Source = orders.Kind(e.Type), s.options.Name
	if event.At.IsZero() {
		event.At = r.at
	}
	switch event.Kind {
	case orders.Updated:
		event.ID += ":updated:" + wire.StampedDigest(event.At, event.Order)
	case orders.Placed:
		event.ID += ":placed"
	}
	return providers.Reading{Events: []orders.Event{event}, Note: r.Notes()}, nil
}

// decode reads data into v; the fault names the path from the document's root.
func (r *reader) decode(data []byte, v any) { r.Fail(wire.Decode(data, v, "data")) }

// past reads a time that must be there and is not in the future.
func (r *reader) past(path, s string) time.Time {
	if s == "" {
		r.Fail(wire.Invalid(path, "is missing", nil))
		return time.Time{}
	}
	t := r.moment(path, s)
	if !r.received.IsZero() && t.After(r.received.Add(ahead)) {
		r.Fail(wire.Invalid(path, "is more than a day in the future", nil))
	}
	return t
}

// moment reads an RFC 3339 time; "" is the zero time.
func (r *reader) moment(path, s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	if _, err := time.Parse(time.RFC3339Nano, s); err != nil {
		r.Fail(wire.Invalid(path, "is not an RFC 3339 time with an offset, like 2026-11-20T10:00:00Z", err))
		return time.Time{}
	}
	return r.Time(path, s)
}

// date reads a calendar day; "" is none.
func (r *reader) date(path, s string) string {
	if s == "" {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil || wire.Date(s) == "" {
		r.Fail(wire.Invalid(path, "is not a date like 2026-11-25", err))
	}
	return s
}

// oneOf gives s when it is one of the words, or empty.
func (r *reader) oneOf(path, s string, words ...string) string {
	if s == "" {
		return ""
	}
	if slices.Contains(words, s) {
		return s
	}
	r.Fail(wire.Invalid(path, fmt.Sprintf("is not one of %q", words), nil))
	return ""
}

// prefix begins the id of an event about an order.
func (r *reader) prefix(orderID string) string { return r.options.Name + ":order:" + orderID }

func (r *reader) paid(data []byte) orders.Event {
	var d paidData
	r.decode(data, &d)
	id := r.ID("data.order_id", d.OrderID)
	if d.Currency == "" {
		d.Currency = homeCurrency(r.options.Country)
	}
	if len(d.Payments) > 0 {
		r.SetCurrency(d.Currency)
	}
	payments := r.payments("data.payments", d.Payments)
	return orders.Event{
		ID:       r.prefix(id) + ":paid:" + wire.StampedDigest(r.at, payments),
		Ref:      orders.Ref{OrderID: id},
		Payments: payments,
	}
}

// homeCurrency gives the currency of a country. It decides only how many decimals the amounts have.
func homeCurrency(country string) string {
	region, err := language.ParseRegion(country)
	if err != nil {
		return "EUR"
	}
	unit, ok := currency.FromRegion(region)
	if !ok {
		return "EUR"
	}
	return unit.String()
}

func (r *reader) cancelled(data []byte) orders.Event {
	var d cancelledData
	r.decode(data, &d)
	id := r.ID("data.order_id", d.OrderID)
	return orders.Event{
		ID:     r.prefix(id) + ":cancelled:" + wire.Stamp(r.at),
		Ref:    orders.Ref{OrderID: id},
		Reason: wire.Text(d.Reason),
	}
}

func (r *reader) returned(data []byte) orders.Event {
	var d receivedData
	r.decode(data, &d)
	r.Count("data.lines", len(d.Lines))
	id := r.ID("data.order_id", d.OrderID)
	receipt := &orders.ReturnReceipt{RMA: r.OptionalID("data.rma", d.RMA)}
	for i, line := range d.Lines {
		at := "data.lines." + strconv.Itoa(i)
		receipt.Lines = append(receipt.Lines, orders.ParcelItem{
			LineID: r.ID(at+".id", line.ID), Quantity: r.Quantity(at+".quantity", line.Quantity),
		})
	}
	if receipt.RMA == "" && len(receipt.Lines) == 0 {
		r.Fail(wire.Invalid("data.rma", "is missing, and there are no lines", nil))
	}
	when := r.at
	if d.At != "" {
		when = r.past("data.at", d.At)
	}
	return orders.Event{
		ID:     r.prefix(id) + ":returned:" + receipt.RMA + ":" + wire.StampedDigest(when, receipt),
		At:     when,
		Ref:    orders.Ref{OrderID: id},
		Return: receipt,
	}
}
