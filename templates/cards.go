package templates

import (
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// progress is how far an order is, in steps.
type progress struct {
	Steps []step
	Text  string // "Step 2 of 4: Shipped"
}

type step struct {
	Name          string
	Reached, Here bool
	Trouble       bool // the order stands here and something went wrong
}

// progress shows the way of the goods while they are on it.
func (c composer) progress() *progress {
	here := c.reached()
	if here < 0 {
		return nil
	}
	p := c.v.parcel()
	third, last := "on_its_way", "delivered"
	switch p.Stage {
	case orders.ReadyForPickup:
		third = "ready"
	case orders.Collected:
		last = "collected"
	default:
	}
	steps := make([]step, 0, 4)
	for i, name := range []string{"placed", "shipped", third, last} {
		steps = append(steps, step{Name: c.w.T("progress." + name), Reached: i <= here, Here: i == here, Trouble: i == here && troubled[c.v.Topic]})
	}
	text := c.w.T("progress.step", "Step", here+1, "Steps", len(steps), "Name", steps[here].Name)
	return &progress{Steps: steps, Text: text}
}

// reached gives the index of the step that the message's parcel (or the order) is at; -1 where steps would mislead.
func (c composer) reached() int {
	switch c.v.Topic {
	case messages.OrderPlaced, messages.OrderPaid, messages.OrderPacking:
		return 0
	case messages.Shipped:
		return 1
	case messages.InTransit, messages.OutForDelivery, messages.ReadyForPickup, messages.PickupEndsSoon:
		return 2
	case messages.Delivered:
		if c.v.parcel().DeliveredTo == "pickup_point" && c.v.parcel().Stage != orders.Collected {
			return 2
		}
		return 3
	case messages.AttemptFailed, messages.Delayed, messages.Customs, messages.AddressProblem:
		return stepOf(c.v.parcel().Stage)
	default:
		return -1
	}
}

func stepOf(s orders.ParcelStage) int {
	switch s {
	case orders.HandedOver:
		return 1
	case orders.InTransit, orders.OutForDelivery, orders.ReadyForPickup:
		return 2
	case "", orders.Announced:
		return 0
	default:
		return -1
	}
}

// sections gives the cards of a message.
func (c composer) sections() []section {
	switch c.v.Topic {
	case messages.OrderPlaced:
		return []section{c.order()}
	case messages.StaffDeadline:
		return []section{c.deadline()}
	case messages.OrderCancelled, messages.ShipDelay:
		if units := c.v.rest(); len(units) > 0 {
			return []section{c.units(units)}
		}
		return []section{c.goods(c.v.Order.Order.Lines)}
	case messages.OrderPaid, messages.OrderPacking:
		return []section{c.goods(c.v.Order.Order.Lines)}
	case messages.ReturnRequested, messages.ReturnApproved, messages.ReturnRejected, messages.ReturnReceived, messages.ReturnSendSoon:
		return c.returned()
	case messages.ReturnOnItsWay, messages.GiftCalledOff:
		return c.returned()
	case messages.ReturnInspected, messages.AppealAnswered:
		return c.inspected()
	case messages.CaseMessage:
		return []section{c.letterOfStaff()}
	case messages.WithdrawalReceived:
		return []section{c.statement(), c.afterStatement()}
	case messages.WithdrawalGoodsReceived:
		return []section{c.withdrawnGoods()}
	case messages.ClaimReceived, messages.ClaimGranted, messages.ClaimRefused, messages.ClaimExtended:
		return c.claimed()
	case messages.RefundStarted, messages.RefundSucceeded, messages.RefundPaid, messages.RefundFailed, messages.RefundNeedsYou:
		return []section{c.refunded()}
	case messages.OrderLink, messages.StaffReply:
		return nil
	default:
		return c.parcels()
	}
}

// order shows what was ordered and what it costs.
func (c composer) order() section {
	o := c.v.Order.Order
	s := c.goods(o.Lines)
	s.Facts = []fact{{Label: c.w.T("label.order"), Value: clean(o.Number), Literal: true}}
	if !o.PlacedAt.IsZero() {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.order_date"), Value: c.w.Date(o.PlacedAt)})
	}
	if day := c.w.Day(o.Promised.DeliverBy); day != "" {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.deliver_by"), Value: day})
	}
	s.Sums = c.sums(o)
	return s
}

func (c composer) sums(o orders.Order) []fact {
	var items, tax, fees int64
	for _, line := range o.Lines {
		items += line.UnitPrice*int64(line.Quantity) - line.Discount
		tax += line.Tax
	}
	tax += o.Shipping.Tax
	for _, fee := range o.Fees {
		fees += fee.Amount
		tax += fee.Tax
	}
	sum := func(label string, amount int64) fact {
		return fact{Label: c.w.T("label." + label), Value: c.w.Money(amount, o.Currency)}
	}
	sums := []fact{sum("subtotal", items)}
	if o.OrderDiscount != 0 {
		sums = append(sums, sum("discount", -o.OrderDiscount))
	}
	delivery := sum("delivery", o.Shipping.Paid)
	if o.Shipping.Paid == 0 {
		delivery.Value = c.w.T("label.free")
	}
	sums = append(sums, delivery)
	if fees != 0 {
		sums = append(sums, sum("fees", fees))
	}
	if !o.PricesIncludeTax && tax != 0 {
		sums = append(sums, sum("tax", tax))
	}
	total := sum("total", o.Total)
	total.Strong = true
	return append(sums, total)
}

// goods lists lines of an order.
func (c composer) goods(lines []orders.Line) section {
	s := section{Title: c.w.T("label.items")}
	for _, line := range lines {
		if !line.Cancelled || c.v.Topic == messages.OrderCancelled {
			s.Items = append(s.Items, c.item(line, line.Quantity, c.v.Topic == messages.OrderPlaced))
		}
	}
	return s
}

// rest gives the units that a message about a part of an order speaks of: those that were cancelled, or those that no carrier has.
func (v View) rest() []orders.ParcelItem {
	var rest []orders.ParcelItem
	if v.Topic == messages.OrderCancelled && v.Data.Reason == messages.RestCancelled {
		for _, d := range v.Order.Dropped {
			rest = append(rest, d.Units...)
		}
	}
	if v.Topic == messages.ShipDelay {
		units, _ := returns.Unshipped(v.Order)
		for _, unit := range units {
			rest = append(rest, orders.ParcelItem{LineID: unit.LineID, Quantity: unit.Quantity})
		}
		if !returns.PartlyShipped(v.Order) {
			return nil
		}
	}
	return rest
}

// units lists some units of an order.
func (c composer) units(units []orders.ParcelItem) section {
	s := section{Title: c.w.T("label.items")}
	for _, unit := range units {
		for _, line := range c.v.Order.Order.Lines {
			if line.ID == unit.LineID {
				s.Items = append(s.Items, c.item(line, unit.Quantity, false))
			}
		}
	}
	return s
}

func (c composer) item(line orders.Line, quantity int, priced bool) itemLine {
	i := itemLine{
		Count: c.w.T("items.times", "Count", c.w.Number(int64(quantity))),
		Title: shorten(clean(line.Title), 160), Variant: shorten(clean(line.Variant), 80),
	}
	if priced {
		i.Amount = c.w.Money(line.UnitPrice*int64(quantity)-line.Discount, c.v.Order.Order.Currency)
	}
	return i
}

// parcels shows each parcel that the message tells of.
func (c composer) parcels() []section {
	if len(c.v.Parcels) == 0 {
		return []section{c.promised()}
	}
	sections := make([]section, 0, len(c.v.Parcels))
	for _, p := range c.v.Parcels {
		sections = append(sections, c.parcelCard(p))
	}
	return sections
}

// promised is for news about an order that has no parcel yet.
func (c composer) promised() section {
	s := c.goods(c.v.Order.Order.Lines)
	for _, promise := range []struct{ label, date string }{
		{"label.new_date", c.v.Data.NewDate},
		{"label.ship_by", c.v.Order.Order.Promised.ShipBy},
	} {
		if day := c.w.Day(promise.date); day != "" {
			s.Facts = append(s.Facts, fact{Label: c.w.T(promise.label), Value: day})
		}
	}
	return s
}

func (c composer) parcelCard(p orders.Parcel) section {
	s := section{Title: c.w.T("label.parcel"), Facts: c.parcelFacts(p)}
	if p.Carrier != "" {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.carrier"), Value: CarrierName(p.Carrier), Literal: true})
	}
	if p.TrackingNumber != "" {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.tracking"), Value: clean(p.TrackingNumber), Literal: true})
	}
	if s.Link = safeURL(p.TrackingURL); s.Link != "" {
		s.Label = c.w.T("label.track")
	}
	if c.v.Topic == messages.Shipped || c.v.Topic == messages.Delivered {
		s.Items = c.contents(p)
	}
	return s
}

// parcelFacts gives what the reader needs in hand first: the code, the place, the date.
func (c composer) parcelFacts(p orders.Parcel) []fact {
	var facts []fact
	add := func(label, value string, big, literal bool) {
		if value != "" {
			facts = append(facts, fact{Label: c.w.T("label." + label), Value: clean(value), Big: big, Literal: literal})
		}
	}
	switch c.v.Topic {
	case messages.ReadyForPickup, messages.PickupEndsSoon:
		add("code", p.Pickup.Code, true, true)
		add("place", p.Pickup.Place, true, true)
		add("until", c.w.Moment(p.Pickup.Until), true, false)
	case messages.Delivered:
		if p.DeliveredTo == "pickup_point" {
			add("place", p.Pickup.Place, true, true)
		}
		label := "delivered_at"
		if p.Stage == orders.Collected {
			label = "collected_at"
		}
		add(label, c.w.DateTime(p.DeliveredAt), false, false)
	case messages.Delayed:
		if day := c.w.Day(c.v.Data.NewDate); day != "" {
			add("new_date", day, true, false)
			if p.PreviousETA != c.v.Data.NewDate {
				add("old_date", c.w.Day(p.PreviousETA), false, false)
			}
		}
	case messages.Shipped, messages.InTransit, messages.OutForDelivery:
		add("eta", c.w.Day(p.ETA), true, false)
	default:
	}
	return facts
}

// contents lists what is in a parcel, where that is known.
func (c composer) contents(p orders.Parcel) []itemLine {
	var items []itemLine
	for _, item := range p.Items {
		for _, line := range c.v.Order.Order.Lines {
			if line.ID != item.LineID {
				continue
			}
			quantity := item.Quantity
			if quantity == 0 {
				quantity = line.Quantity
			}
			items = append(items, c.item(line, quantity, false))
		}
	}
	return items
}
