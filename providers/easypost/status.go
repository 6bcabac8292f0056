package easypost

import (
	"homeward/internal/orders"
	"homeward/providers/wire"
)

// stages are the values of `status` that name a stage. "unknown" (nothing known yet) says nothing.
var stages = map[string]orders.ParcelStage{
	"unknown":              "",
	"pre_transit":          orders.Announced,
	"in_transit":           orders.InTransit,
	"out_for_delivery":     orders.OutForDelivery,
	"available_for_pickup": orders.ReadyForPickup,
	"delivered":            orders.Delivered,
	"return_to_sender":     orders.Returning,
	"cancelled":            orders.ParcelGone,
}

// incidents are the values of `status_detail` that name an incident.
var incidents = map[string]orders.Incident{
	"damaged":       orders.Damaged,
	"delayed":       orders.Delayed,
	"weather_delay": orders.Delayed,
	"lost":          orders.Lost,
	"refused":       orders.Refused,
}

// point maps the two words of a checkpoint. A status that is not in the table ("failure", "error", new ones) is an unknown
// incident, unless the detail names one; its words are kept.
func point(status, statusDetail, message string) wire.Point {
	stage, known := stages[status]
	p := wire.Point{Stage: stage, Code: wire.Text(status) + "/" + wire.Text(statusDetail), Text: wire.Text(message)}
	if p.Text == "" {
		p.Text = p.Code
	}
	p.Incident = incidents[statusDetail]
	if !known && status != "" && p.Incident == "" {
		p.Incident = orders.Unknown
		p.Text = p.Code
	}
	return p
}
