package orders

import (
	"cmp"
	"time"
)

// Whom a parcel was handed to.
const (
	ToRecipient   = "recipient"
	ToNeighbour   = "neighbour"
	ToSafePlace   = "safe_place"
	ToPickupPoint = "pickup_point"
)

// parcel is a Parcel in the making.
type parcel struct {
	Parcel
	firstNews time.Time
	dropped   bool // its goods were cancelled before a carrier had it
	ready     bool // waited at a pickup point since it was last out for delivery
}

func newParcel(key string, aliases []string, at time.Time) *parcel {
	return &parcel{
		Parcel:    Parcel{Key: key, Aliases: own(aliases), Stage: Announced, StageAt: at, Incident: None},
		firstNews: at,
	}
}

// take applies one piece of news, which is not older than those before. It gives what the news tells ("" when nothing
// that belongs in a timeline) and whether it counted.
func (p *parcel) take(at time.Time, u *ParcelUpdate) (what string, moved bool) {
	p.describe(u)
	p.UpdatedAt = at
	stage := p.meant(u)
	what = told(u, stage)
	if p.final(stage) {
		p.complete(u)
		p.note(u)
		return what, false
	}
	moved = p.advance(stage, at, u.DeliveredTo)
	moved = p.suffer(u, at) || moved
	p.expect(u)
	return what, moved || (stage == "" && u.Incident == "")
}

// describe takes what news says about the parcel itself; that is true whatever its stage.
func (p *parcel) describe(u *ParcelUpdate) {
	p.Carrier = cmp.Or(u.Carrier, p.Carrier)
	p.TrackingNumber = cmp.Or(u.TrackingNumber, p.TrackingNumber)
	p.TrackingURL = cmp.Or(u.TrackingURL, p.TrackingURL)
	if len(u.Items) > 0 {
		p.Items = own(u.Items)
	}
}

// meant gives the stage that the news means for this parcel. A carrier says "delivered" also when a parcel was fetched at
// the pickup point, and when it is back at the sender.
func (p *parcel) meant(u *ParcelUpdate) ParcelStage {
	switch {
	case u.Stage != Delivered && u.Stage != Collected:
		return u.Stage
	case p.Stage == Returning:
		return Returned
	case u.Stage == Collected:
		return Collected
	case p.ready && u.DeliveredTo != ToNeighbour && u.DeliveredTo != ToSafePlace,
		p.atPickupPoint() && u.DeliveredTo == ToRecipient:
		return Collected
	default:
		return Delivered
	}
}

// atPickupPoint tells that the carrier left the parcel at a pickup point without saying that it is ready there. The
// stage is Delivered, as the carrier says; it starts no window, and ready_for_pickup or collected may still follow.
func (p *parcel) atPickupPoint() bool { return p.Stage == Delivered && p.DeliveredTo == ToPickupPoint }

// final tells that the parcel's stage stands over the news: after delivered or collected only returning and returned
// count, after returning only returned, after returned nothing.
func (p *parcel) final(news ParcelStage) bool {
	switch p.Stage {
	case Returned:
		return true
	case Returning:
		return news != Returned
	case Delivered, Collected:
		if p.atPickupPoint() && (news == ReadyForPickup || news == Collected) {
			return false
		}
		return news != Returning && news != Returned
	default:
		return false
	}
}

// complete fills in to whom a delivered parcel went, when a later copy of the news says it.
func (p *parcel) complete(u *ParcelUpdate) {
	if u.Stage == Delivered && p.Stage == Delivered {
		p.DeliveredTo = cmp.Or(p.DeliveredTo, u.DeliveredTo)
	}
}

// advance moves the stage. Announced and handed_over never take a parcel back; on the road it goes where the carrier's
// clock says, also back from out_for_delivery. News of the same stage is a new scan, and a new beginning of that stage
// when it ended an incident (the second day out for delivery).
func (p *parcel) advance(stage ParcelStage, at time.Time, to string) bool {
	if p.dropped && stage.rank() < HandedOver.rank() {
		return false
	}
	if stage == "" || (stage.rank() < InTransit.rank() && stage.rank() < p.Stage.progress()) {
		return false
	}
	healed := p.heal(stage)
	again := stage == p.Stage && stage.rank() < InTransit.rank() && !p.firstNews.Equal(at)
	if stage != p.Stage || healed {
		p.Stage, p.StageAt = stage, at
	}
	p.stamp(stage, at, to)
	return !again
}

// stamp keeps the times that a stage brings, and to whom the parcel went.
func (p *parcel) stamp(stage ParcelStage, at time.Time, to string) {
	if stage.rank() >= HandedOver.rank() && stage != ParcelGone {
		setOnce(&p.HandedOverAt, at)
	}
	if stage.rank() >= InTransit.rank() && stage != ParcelGone {
		setOnce(&p.FirstScanAt, at)
		p.LastScanAt = at
	}
	switch stage {
	case OutForDelivery:
		p.ready = false
	case ReadyForPickup:
		p.ready, p.DeliveredTo, p.DeliveredAt = true, "", time.Time{}
	case Delivered:
		p.DeliveredAt, p.DeliveredTo = at, to
	case Collected:
		p.DeliveredAt, p.DeliveredTo = at, ToRecipient
	default:
	}
}

// heal ends an incident that progress has overtaken, and tells whether it did. A scan on the road ends all but a delay
// and a damage; out for delivery, ready, delivered and collected end every one. The way back keeps its reason.
func (p *parcel) heal(stage ParcelStage) bool {
	switch {
	case p.Incident == None:
		return false
	case p.Incident == Unknown:
	case stage == OutForDelivery, stage == ReadyForPickup, stage == Delivered, stage == Collected, stage == ParcelGone:
	case stage == InTransit && p.Incident != Delayed && p.Incident != Damaged:
	default:
		return false
	}
	p.Incident, p.IncidentAt = None, time.Time{}
	return true
}

// suffer sets or clears the incident that the news tells of. An unknown status never hides an incident that is known.
func (p *parcel) suffer(u *ParcelUpdate, at time.Time) bool {
	p.note(u)
	switch {
	case u.Incident == "":
		return false
	case u.Incident == None:
		p.Incident, p.IncidentAt = None, time.Time{}
	case u.Incident == Unknown && p.Incident != None:
	default:
		p.Incident, p.IncidentAt = u.Incident, at
	}
	return true
}

// note keeps the newest text that nobody here knows.
func (p *parcel) note(u *ParcelUpdate) {
	if u.Incident == Unknown {
		p.UnknownStatus = u.StatusText
	}
}

// expect takes the newest estimate and pickup.
func (p *parcel) expect(u *ParcelUpdate) {
	if u.ETA != "" && u.ETA != p.ETA {
		p.PreviousETA, p.ETA = p.ETA, u.ETA
	}
	p.Pickup.Place = cmp.Or(u.Pickup.Place, p.Pickup.Place)
	p.Pickup.Code = cmp.Or(u.Pickup.Code, p.Pickup.Code)
	if !u.Pickup.Until.IsZero() {
		p.Pickup.Until = utc(u.Pickup.Until)
	}
}

// action derives what the shopper can do.
func (p *parcel) action() Action {
	switch {
	case p.Stage == ReadyForPickup, p.atPickupPoint():
		return Collect
	case p.Stage == Returning, p.Stage == Returned:
		return Contact
	case p.Incident == AddressProblem:
		return CorrectAddress
	case p.Incident == Customs:
		return PayDuty
	case p.Incident == Damaged, p.Incident == Lost, p.Incident == Refused:
		return Contact
	default:
		return NoAction
	}
}

// told gives the word for a timeline: the incident, else the stage, else that there was news.
func told(u *ParcelUpdate, stage ParcelStage) string {
	switch {
	case u.Incident != "" && u.Incident != None:
		return string(u.Incident)
	case stage != "":
		return string(stage)
	case u.StatusText != "" || u.ETA != "" || u.Incident == None:
		return string(ParcelUpdated)
	default:
		return ""
	}
}
