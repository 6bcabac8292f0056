package shopify

import (
	"strconv"

	"homeward/internal/orders"
	"homeward/providers/wire"
)

// news is what a status says of a parcel.
type news struct {
	stage    orders.ParcelStage
	incident orders.Incident
}

// statuses are the values of a fulfilment's status.
var statuses = map[string]news{
	"pending":   {stage: orders.Announced},
	"open":      {stage: orders.Announced},
	"success":   {stage: orders.HandedOver},
	"cancelled": {stage: orders.ParcelGone},
}

// shipmentStatuses are the values of shipment_status and of a fulfilment event's status. "failure" is not here on
// purpose: it may be a lost parcel, a wrong address or a refusal, so it stays unknown.
var shipmentStatuses = map[string]news{
	"label_purchased":    {stage: orders.Announced},
	"label_printed":      {stage: orders.Announced},
	"confirmed":          {stage: orders.Announced},
	"carrier_picked_up":  {stage: orders.InTransit},
	"in_transit":         {stage: orders.InTransit},
	"out_for_delivery":   {stage: orders.OutForDelivery},
	"ready_for_pickup":   {stage: orders.ReadyForPickup},
	"attempted_delivery": {incident: orders.AttemptFailed},
	"delayed":            {incident: orders.Delayed},
	"delivered":          {stage: orders.Delivered},
}

// set puts a status into the update; one that is not in the table is kept as an unknown incident.
func set(u *orders.ParcelUpdate, table map[string]news, status string) {
	n, ok := table[status]
	if !ok {
		n.incident = orders.Unknown
	}
	u.Stage, u.Incident, u.StatusText = n.stage, n.incident, wire.Text(status)
}

func (r *reader) alias(fulfillmentID string) string { return r.name + ":fulfillment:" + fulfillmentID }

// fulfillment makes an event for each parcel of a fulfilment. Shopify does not say which item is in which of several
// parcels: the first carries the fulfilment's id and all items, the others only their numbers. at is the path of the
// fulfilment in the body, orderID the order it stands in, "" where it stands alone.
func (r *reader) fulfillment(at string, in fulfillment, orderID string) {
	id := r.ID(at+"id", string(in.ID))
	if orderID == "" {
		orderID = r.ID(at+"order_id", string(in.OrderID))
	}
	stamp := in.UpdatedAt
	if stamp == "" {
		stamp = in.CreatedAt
	}
	when := r.Time(at+"updated_at", stamp)
	numbers := in.TrackingNumbers
	if len(numbers) == 0 {
		numbers = []string{in.TrackingNumber}
	}
	r.Count(at+"tracking_numbers", len(numbers))
	r.Count(at+"line_items", len(in.LineItems))
	if r.Err() != nil {
		return
	}
	if nothingShips(in.LineItems) {
		r.Note("fulfillment_" + id + "_not_shipped")
		return
	}
	for i, tracking := range numbers {
		update := &orders.ParcelUpdate{
			Carrier:        wire.Text(in.TrackingCompany),
			TrackingNumber: r.OptionalID(at+"tracking_numbers", tracking),
			TrackingURL:    wire.WebAddress(urlOf(in, i)),
		}
		if i == 0 {
			update.Aliases = []string{r.alias(id)}
			update.Items = r.items(at, in.LineItems)
		} else if orders.NormalizeTracking(update.TrackingNumber) == "" {
			continue
		}
		if in.ShipmentStatus != "" && in.Status != "cancelled" {
			set(update, shipmentStatuses, in.ShipmentStatus)
		} else {
			set(update, statuses, in.Status)
		}
		r.add(orders.Event{
			ID:   r.alias(id) + ":" + strconv.Itoa(i) + ":" + wire.StampedDigest(when, update),
			Kind: orders.ParcelUpdated, At: when, Ref: orders.Ref{OrderID: orderID}, Parcel: update,
		})
	}
}

func urlOf(in fulfillment, i int) string {
	if i < len(in.TrackingURLs) {
		return in.TrackingURLs[i]
	}
	if i == 0 {
		return in.TrackingURL
	}
	return ""
}

// nothingShips tells that a fulfilment is of services, downloads or gift cards only: no parcel is made of it.
func nothingShips(in []lineItem) bool {
	for _, l := range in {
		if l.RequiresShipping == nil || *l.RequiresShipping {
			return false
		}
	}
	return len(in) > 0
}

func (r *reader) items(at string, in []lineItem) []orders.ParcelItem {
	var out []orders.ParcelItem
	for i, l := range in {
		out = append(out, orders.ParcelItem{
			LineID: r.ID(at+"line_items."+strconv.Itoa(i)+".id", string(l.ID)), Quantity: max(l.Quantity, 0),
		})
	}
	return out
}

func (r *reader) fulfillmentEvent(body []byte) {
	var in fulfillmentEvent
	r.Fail(wire.Decode(body, &in, ""))
	update := &orders.ParcelUpdate{
		Aliases: []string{r.alias(r.ID("fulfillment_id", string(in.FulfillmentID)))},
		ETA:     wire.Date(in.EstimatedDeliveryAt),
	}
	set(update, shipmentStatuses, in.Status)
	r.add(orders.Event{
		ID:   r.name + ":fulfillment_event:" + r.ID("id", string(in.ID)),
		Kind: orders.ParcelUpdated, At: r.Time("happened_at", in.HappenedAt),
		Ref: orders.Ref{OrderID: r.ID("order_id", string(in.OrderID))}, Parcel: update,
	})
}
