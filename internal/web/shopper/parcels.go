package shopper

import (
	"net/url"
	"strings"

	"homeward/internal/orders"
)

// parcelCard is one parcel of an order.
type parcelCard struct {
	Label   string // "Parcel 1 of 2"
	Hero    hero
	Steps   []step
	Carrier string
	Number  string
	Track   string // the carrier's page, https only
	Items   []itemRow
	Updated string
}

// itemRow is so many units of a line.
type itemRow struct {
	Title, Variant string
	Count          string
}

// step is one of the four steps that a parcel, or a return, takes.
type step struct {
	Name  string
	State string // done | now | todo
	Word  string // the state in words, for those who do not see it
}

func (v *visit) parcelCards(live []orders.Parcel) []parcelCard {
	cards := make([]parcelCard, len(live))
	for i, p := range live {
		cards[i] = parcelCard{
			Label: v.words.T("page.parcel.one"), Hero: v.parcelHero(p), Steps: v.parcelSteps(p),
			Carrier: carrierName(p.Carrier), Number: p.TrackingNumber, Track: webAddress(p.TrackingURL), Items: v.itemsOf(p),
		}
		if len(live) > 1 {
			cards[i].Label = v.words.T("page.parcel.many", "N", i+1, "All", len(live))
		}
		if !p.UpdatedAt.IsZero() {
			cards[i].Updated = v.words.T("page.parcel.updated", "Moment", v.words.Moment(p.UpdatedAt))
		}
	}
	return cards
}

// parcelSteps shows how far a parcel is; none where steps would mislead.
func (v *visit) parcelSteps(p orders.Parcel) []step {
	names := []string{"placed", "shipped", "on_its_way", "delivered"}
	now, done := 0, false
	switch p.Stage {
	case orders.HandedOver:
		now = 1
	case orders.InTransit, orders.OutForDelivery:
		now = 2
	case orders.ReadyForPickup:
		now, names[3] = 3, "ready"
	case orders.Delivered:
		now, done = 3, true
		if p.DeliveredTo == "pickup_point" {
			done, names[3] = false, "ready"
		}
	case orders.Collected:
		now, done, names[3] = 3, true, "collected"
	case orders.Returning, orders.Returned, orders.ParcelGone:
		return nil
	}
	return v.steps("progress.", names, now, done)
}

func (v *visit) steps(prefix string, names []string, now int, done bool) []step {
	steps := make([]step, len(names))
	for i, name := range names {
		state := "todo"
		switch {
		case i < now || (i == now && done):
			state = "done"
		case i == now:
			state = "now"
		}
		steps[i] = step{Name: v.words.T(prefix + name), State: state, Word: v.words.T("page.step.state." + state)}
	}
	return steps
}

func (v *visit) itemsOf(p orders.Parcel) []itemRow {
	var rows []itemRow
	for _, item := range p.Items {
		line, ok := v.line(item.LineID)
		if !ok {
			continue
		}
		count := item.Quantity
		if count == 0 {
			count = line.Quantity
		}
		rows = append(rows, v.item(line, count))
	}
	return rows
}

func (v *visit) item(line orders.Line, count int) itemRow {
	return itemRow{Title: line.Title, Variant: line.Variant, Count: v.words.T("items.times", "Count", count)}
}

func (v *visit) line(id string) (orders.Line, bool) {
	for _, line := range v.order.State.Order.Lines {
		if line.ID == id {
			return line, true
		}
	}
	return orders.Line{}, false
}

// carriers are names that a code does not show.
var carriers = map[string]string{
	"inpost": "InPost", "dhl": "DHL", "dpd": "DPD", "ups": "UPS", "gls": "GLS", "usps": "USPS", "fedex": "FedEx", "tnt": "TNT",
	"poczta_polska": "Poczta Polska", "posta_slovenije": "Pošta Slovenije", "orlen": "ORLEN Paczka", "aramex": "Aramex",
	"hermes": "Hermes", "royal_mail": "Royal Mail", "cdek": "CDEK", "evri": "Evri", "packeta": "Packeta",
}

func carrierName(carrier string) string {
	if name, ok := carriers[strings.ToLower(carrier)]; ok {
		return name
	}
	return carrier
}

// webAddress lets only addresses through that a browser may open.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	return u.String()
}
