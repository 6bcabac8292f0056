package orders

import (
	"reflect"
	"slices"
	"time"
)

// statements keeps what the shop said of the order: the newest statement holds whole, but a line that it leaves out stays,
// marked as cancelled, because messages and returns may still speak of it.
type statements struct {
	newest   *Order
	lines    []Line // every line ever stated, as last stated, in order of first appearance
	placedAt time.Time
}

func (s *statements) add(o *Order, at time.Time) {
	if s.placedAt.IsZero() {
		s.placedAt = o.PlacedAt
	}
	if s.newest == nil && s.placedAt.IsZero() {
		s.placedAt = at
	}
	s.newest = o
	for _, line := range o.Lines {
		if i := slices.IndexFunc(s.lines, func(l Line) bool { return l.ID == line.ID }); i >= 0 {
			s.lines[i] = line
		} else {
			s.lines = append(s.lines, line)
		}
	}
}

// order gives the order as the newest statement has it; the zero Order when there is none.
func (s *statements) order() Order {
	if s.newest == nil {
		return Order{}
	}
	o := *s.newest
	if o.PlacedAt.IsZero() {
		o.PlacedAt = s.placedAt
	}
	o.PlacedAt = utc(o.PlacedAt)
	o.Lines, o.Fees, o.Payments = own(o.Lines), own(o.Fees), own(o.Payments)
	for _, line := range s.lines {
		if !slices.ContainsFunc(s.newest.Lines, func(l Line) bool { return l.ID == line.ID }) {
			line.Cancelled = true
			o.Lines = append(o.Lines, line)
		}
	}
	return o
}

// statement takes what the shop says of the order. The first one, be it placed or updated, makes the order known.
func (f *folder) statement(e *Event) {
	if e.Order == nil {
		return
	}
	first, before := !f.state.Known, f.shop.newest
	f.state.Known = true
	f.shop.add(e.Order, e.At)
	if len(e.Order.Payments) > 0 {
		f.payments = e.Order.Payments
	}
	paid := e.Order.PaidInFull && setOnce(&f.state.PaidAt, e.At)
	switch {
	case first:
		f.tell(e, string(StagePlaced), true)
	case paid:
		f.tell(e, string(StagePaid), true)
	default:
		f.tell(e, string(e.Kind), !reflect.DeepEqual(before, e.Order))
	}
}
