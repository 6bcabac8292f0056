package aftership

import (
	"strconv"
	"strings"
	"time"

	"homeward/internal/orders"
	"homeward/providers/wire"
)

// tags are the statuses that say enough by themselves. OutForDelivery does not: it means "about to be delivered, or ready
// to be fetched". Exception does not either. Pending and Expired (nothing heard for 30 days) say nothing.
var tags = map[string]wire.Point{
	"Pending":            {},
	"Expired":            {},
	"InfoReceived":       {Stage: orders.Announced},
	"InTransit":          {Stage: orders.InTransit},
	"OutForDelivery":     {Stage: orders.InTransit},
	"AttemptFail":        {Incident: orders.AttemptFailed},
	"Delivered":          {Stage: orders.Delivered},
	"AvailableForPickup": {Stage: orders.ReadyForPickup},
}

// subtags are the sub-statuses that say more than their tag (aftership.com/docs/tracking/enum/delivery-sub-statuses; 002
// of OutForDelivery is in its older editions only).
var subtags = map[string]wire.Point{
	"OutForDelivery_001": {Stage: orders.OutForDelivery},
	"OutForDelivery_002": {Stage: orders.ReadyForPickup},
	"Delivered_002":      {Stage: orders.Collected},
	"Delivered_003":      {Stage: orders.Delivered, DeliveredTo: orders.ToRecipient},
	"Delivered_004":      {Stage: orders.Delivered, DeliveredTo: orders.ToRecipient},
	"Delivered_005":      {Stage: orders.Delivered, DeliveredTo: orders.ToNeighbour},
	"Exception_002":      {Incident: orders.AddressProblem},
	"Exception_003":      {Incident: orders.Refused},
	"Exception_004":      {Incident: orders.Customs},
	"Exception_005":      {Incident: orders.Delayed},
	"Exception_007":      {Incident: orders.AddressProblem},
	"Exception_008":      {Incident: orders.Uncollected},
	"Exception_010":      {Stage: orders.Returning},
	"Exception_011":      {Stage: orders.Returned},
	"Exception_012":      {Incident: orders.Damaged},
	"Exception_013":      {Incident: orders.Lost},
	"Exception_016":      {Incident: orders.Delayed},
	"Exception_017":      {Incident: orders.Delayed},
	"Exception_019":      {Incident: orders.Delayed},
}

// point maps a tag and its subtag. What is in neither table is an unknown incident, its words kept.
func point(tag, subtag, message string) wire.Point {
	code := strings.Trim(wire.Text(tag)+"/"+wire.Text(subtag), "/")
	p, known := subtags[subtag]
	if !known || !strings.HasPrefix(subtag, tag) {
		p, known = tags[tag]
	}
	p.Code, p.Text = code, wire.Text(message)
	if p.Text == "" {
		p.Text = code
	}
	if !known && tag != "" {
		p.Incident = orders.Unknown
		p.Text = strings.Trim(code+" "+wire.Text(message), " ")
	}
	return p
}

// updated gives when a tracking without checkpoints changed: its own time, else the webhook's, in Unix seconds.
func updated(f *wire.Fields, s string, ts wire.ID) time.Time {
	if t, ok := wire.ParseTime(s, f.Zone); ok {
		return t
	}
	seconds, err := strconv.ParseInt(string(ts), 10, 64)
	if t := time.Unix(seconds, 0).UTC(); err == nil && t.Year() >= 1990 && t.Year() < 2100 {
		return t
	}
	f.Fail(wire.Invalid("ts", "is not a time in Unix seconds", nil))
	return time.Time{}
}
