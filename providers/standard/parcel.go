package standard

import (
	"strconv"
	"strings"

	"homeward/internal/orders"
	"homeward/providers/wire"
)

type parcelEnvelope struct {
	OrderID string     `json:"order_id"`
	Parcel  parcelData `json:"parcel"`
}

type parcelData struct {
	ID                string     `json:"id"`
	Carrier           string     `json:"carrier"`
	TrackingNumber    string     `json:"tracking_number"`
	TrackingURL       string     `json:"tracking_url"`
	LineIDs           []string   `json:"line_ids"`
	Status            string     `json:"status"`
	Incident          string     `json:"incident"`
	At                string     `json:"at"`
	EstimatedDelivery string     `json:"estimated_delivery"`
	DeliveredTo       string     `json:"delivered_to"`
	Pickup            pickupData `json:"pickup"`
}

type pickupData struct {
	Place string `json:"place"`
	Code  string `json:"code"`
	Until string `json:"until"`
}

var stages = []orders.ParcelStage{
	orders.Announced, orders.HandedOver, orders.InTransit, orders.OutForDelivery, orders.ReadyForPickup, orders.Delivered,
	orders.Collected, orders.Returning, orders.Returned, orders.ParcelGone,
}

var incidents = []orders.Incident{
	orders.None, orders.Delayed, orders.AttemptFailed, orders.Customs, orders.AddressProblem, orders.Damaged, orders.Lost,
	orders.Refused, orders.Uncollected, orders.Unknown,
}

func (r *reader) parcel(data []byte) orders.Event {
	var d parcelEnvelope
	r.decode(data, &d)
	p, at := d.Parcel, "data.parcel."
	orderID := r.ID("data.order_id", d.OrderID)
	parcelID := r.OptionalID(at+"id", p.ID)
	update := &orders.ParcelUpdate{
		Carrier:        wire.Text(p.Carrier),
		TrackingNumber: r.OptionalID(at+"tracking_number", p.TrackingNumber),
		TrackingURL:    wire.WebAddress(p.TrackingURL),
		Items:          r.items(at+"line_ids", p.LineIDs),
		ETA:            r.date(at+"estimated_delivery", p.EstimatedDelivery),
		Pickup: orders.Pickup{
			Place: wire.Text(p.Pickup.Place), Code: r.OptionalID(at+"pickup.code", p.Pickup.Code),
			Until: r.moment(at+"pickup.until", p.Pickup.Until),
		},
	}
	if parcelID == "" && orders.NormalizeTracking(update.TrackingNumber) == "" {
		r.Fail(wire.Invalid(at+"id", "is missing, and there is no tracking_number", nil))
	}
	if parcelID != "" {
		update.Aliases = []string{r.options.Name + ":parcel:" + parcelID}
	}
	r.words(update, p)
	when := r.at
	if p.At != "" {
		when = r.past(at+"at", p.At)
	}
	key := parcelID
	if key == "" {
		key = orders.NormalizeTracking(update.TrackingNumber)
	}
	return orders.Event{
		ID:     r.prefix(orderID) + ":parcel:" + key + ":" + wire.StampedDigest(when, update),
		At:     when,
		Ref:    orders.Ref{OrderID: orderID},
		Parcel: update,
	}
}

// words sets what status, incident and delivered_to say. A word that is not in the contract is the incident "unknown",
// kept as written: it is neither good news nor bad.
func (r *reader) words(update *orders.ParcelUpdate, p parcelData) {
	var unknown []string
	if stage, ok := lookup(stages, p.Status); ok {
		update.Stage = stage
	} else if p.Status != "" {
		unknown = append(unknown, wire.Text(p.Status))
	}
	if incident, ok := lookup(incidents, p.Incident); ok {
		update.Incident = incident
	} else if p.Incident != "" {
		unknown = append(unknown, wire.Text(p.Incident))
	}
	switch p.DeliveredTo {
	case "", "recipient", "neighbour", "safe_place", "pickup_point":
		update.DeliveredTo = p.DeliveredTo
	default:
		r.Note("delivered_to_unknown")
	}
	update.StatusText = wire.Text(p.Status)
	if len(unknown) > 0 {
		update.Incident = orders.Unknown
		update.StatusText = strings.Join(unknown, " / ")
		r.Note("status_unknown")
	}
}

func lookup[W ~string](words []W, s string) (W, bool) {
	for _, w := range words {
		if string(w) == s {
			return w, true
		}
	}
	return "", false
}

func (r *reader) items(path string, ids []string) []orders.ParcelItem {
	r.Count(path, len(ids))
	var out []orders.ParcelItem
	for i, id := range ids {
		out = append(out, orders.ParcelItem{LineID: r.ID(path+"."+strconv.Itoa(i), id)})
	}
	return out
}
