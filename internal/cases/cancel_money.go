package cases

import (
	"slices"
	"strings"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// The ExternalID of a refund of what was cancelled begins with one of these: of a whole order, and of what was not shipped of one.
const (
	cancelPrefix = "cancel:"
	restPrefix   = "rest:"
)

// cancelledID is the id of the event with which Homeward cancels a whole order.
const cancelledID = "homeward:cancelled"

// cancelledWhole tells that Homeward cancelled a whole order. One that the shop cancelled by itself it also refunds by itself.
func cancelledWhole(s orders.State) bool {
	return !s.CancelledAt.IsZero() && slices.ContainsFunc(s.Timeline, func(e orders.TimelineEntry) bool { return e.EventID == cancelledID })
}

// cancelledOf gives the account of what Homeward cancelled of an order; false when that is nothing, or nothing was paid. With a whole
// order the whole of delivery goes back, also of a dearer one, and cash on delivery was never collected. Of a part it was, if at all,
// collected for what came: staff pay that back.
func cancelledOf(order store.Order, refunds []store.Refund) (account, bool) {
	a := account{order: order.State.Order, refunds: refunds, cancels: restPrefix + order.ID, dropped: droppedOf(order.State)}
	if !cancelledWhole(order.State) {
		return a, len(order.State.Dropped) > 0
	}
	a.cancels = cancelPrefix + order.ID
	a.order.Shipping.Cheapest = -1
	a.order.Payments = slices.DeleteFunc(slices.Clone(a.order.Payments), func(p orders.Payment) bool { return p.Kind == cashOnDelivery })
	return a, len(a.order.Payments) > 0 || len(order.State.Order.Payments) == 0
}

// cancelledRows gives the refunds that are due of what was cancelled of an order and are not planned: all of it at first, and later what
// was not left before and is there again. None when nothing is due.
func (d *Desk) cancelledRows(order store.Order, refunds []store.Refund) ([]store.Refund, error) {
	a, ok := cancelledOf(order, refunds)
	if !ok {
		return nil, nil
	}
	plan, err := a.cancelledDue()
	if err != nil || plan.Total == 0 {
		return nil, err
	}
	parts := a.parts(plan)
	cuts := returns.CutLedger(plan.Ledger, parts)
	rows := make([]store.Refund, 0, len(parts))
	for i, part := range parts {
		row := d.refund(order, store.Case{}, part, a.planID(i))
		row.Lines, row.Explanation = cuts[i], plan.Lines
		if part.Kind == cashOnDelivery {
			row.ErrorMessage = cashSays
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// cancelledDue reckons what is due and not planned.
func (a account) cancelledDue() (returns.Breakdown, error) {
	items, first := a.notPlanned()
	if first {
		before := append(earlier(a.refunds), owed(a.order, a.refunds, items)...)
		plan, err := returns.PlanWithdrawal(a.order, before, items, returns.WithdrawalOptions{})
		if err != nil || plan.Total > 0 {
			return plan, err
		}
	}
	if !capped(a.told()) {
		return returns.Breakdown{}, nil
	}
	plan, err := a.back(returns.ShortBack(a.order, a.told(), a.booked()))
	if err != nil || plan.Total > 0 {
		return plan, err
	}
	before := append(a.reserved(), returns.Earlier{Lines: ledgerOfUnits(items)}) // delivery and fees
	return returns.PlanWithdrawal(a.order, before, nil, returns.WithdrawalOptions{})
}

// notPlanned gives the units that were cancelled and that no refund tells of; false when all is planned. With a whole order delivery and
// fees go back though no unit is left.
func (a account) notPlanned() ([]returns.Item, bool) {
	if strings.HasPrefix(a.cancels, restPrefix) {
		items := a.unbooked()
		return items, len(items) > 0
	}
	if slices.ContainsFunc(a.refunds, func(r store.Refund) bool { return a.planned(r) && strings.HasPrefix(r.ExternalID, cancelPrefix) }) {
		return nil, false
	}
	return allOpen(a.order, store.Distinct(a.refunds)), true
}

// unbooked gives the units that were cancelled while a part was shipped and that no refund tells of, because they cost nothing or
// nothing was left of what was paid. They are not there to be given back by a case either.
func (a account) unbooked() []returns.Item {
	if len(a.dropped) == 0 {
		return nil
	}
	a.cancels = restPrefix
	return unpaid(a.order, store.Distinct(a.refunds), a.open(a.dropped))
}

// droppedOf gives the units that were cancelled while a part was shipped.
func droppedOf(s orders.State) []returns.Item {
	if len(s.Dropped) == 0 {
		return nil
	}
	var units []returns.Item
	for _, line := range s.Order.Lines {
		if n := s.DroppedOf(line.ID); n > 0 {
			units = append(units, returns.Item{LineID: line.ID, Quantity: n})
		}
	}
	return units
}

func capped(told []returns.Explained) bool {
	return slices.ContainsFunc(told, func(e returns.Explained) bool { return e.Reason == returns.CappedAtPaid })
}
