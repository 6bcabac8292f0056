package returns

import (
	"cmp"
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
)

// The rules of the consumer's terms.
const (
	// WithdrawalOfGoods runs from possession of the last of the goods. Directive 2011/83/EU, Art. 9(2)(b); SI 2013/3134, reg. 30.
	WithdrawalOfGoods TermRule = "withdrawal.goods"
	// WithdrawalOfService runs from the contract, where nothing is to be shipped. Art. 9(2)(a) and (c); reg. 30(2).
	WithdrawalOfService TermRule = "withdrawal.service"
	// WithdrawalUninformed is longer, because the consumer was not told of the right. Art. 10(1); reg. 31(3).
	WithdrawalUninformed TermRule = "withdrawal.uninformed"
	// WithdrawalInformedLate runs from when the consumer was told after all. Art. 10(2); reg. 31(2).
	WithdrawalInformedLate TermRule = "withdrawal.informed_late"
	// SendBack is the consumer's time to send the goods back. Art. 14(1); reg. 35.
	SendBack TermRule = "send_back"
)

// Information says whether the consumer was told of the right to withdraw, and since 19 June 2026 of the withdrawal
// function and its place, as Art. 6(1)(h) asks. The zero value: with the contract, as it should be.
type Information struct {
	Missing bool      // not with the contract
	GivenAt time.Time // later; zero: never
}

// WithdrawalEnd gives the end of the period in which a consumer may withdraw. It is for telling: a statement that comes
// later is taken and flagged, never refused; and one may come before the period begins.
//
// The period begins when the last of the goods is in hand (orders.Parcel.Possessed of every live parcel: a locker, a
// neighbour or a safe place is not the consumer's hand) and is open until then, also while goods are known to be in no
// parcel. Where no parcel is live there is nothing to be in time for; the code says so.
func WithdrawalEnd(state orders.State, c Contract, info Information) Term {
	if c.Law.Withdrawal == 0 {
		return Term{Code: NoStatutoryPeriod}
	}
	start := possession(state)
	if start.Code != "" {
		return start
	}
	days := inDays(c.Law.Withdrawal)
	normal := c.generous(start.Rule, start.Since, days).because(start.Evidence...)
	if !info.Missing {
		return normal
	}
	uninformed := c.generous(WithdrawalUninformed, start.Since, func(from calendar.Date) calendar.Date {
		return days(from).AddMonths(c.Law.Uninformed)
	}).because(start.Evidence...)
	if info.GivenAt.IsZero() {
		return uninformed.because(Evidence{What: NotInformed})
	}
	told := Evidence{What: Informed, At: info.GivenAt.UTC()}
	cured := c.generous(WithdrawalInformedLate, info.GivenAt, days).because(start.Evidence...)
	switch {
	case !cured.Plain.After(normal.Plain):
		return normal.because(told)
	case cured.Plain.After(uninformed.Plain):
		return uninformed.because(told)
	default:
		return cured.because(told)
	}
}

// MustSendBack gives the end of the consumer's time to send the goods back, from when the withdrawal was declared. In
// time is what was sent before it ends.
func MustSendBack(c Contract, declaredAt time.Time) Term {
	if c.Law.SendBack == 0 {
		return Term{Code: NoStatutoryPeriod}
	}
	return c.generous(SendBack, declaredAt, inDays(c.Law.SendBack)).because(Evidence{What: WasDeclared, At: declaredAt.UTC()})
}

// possession gives rule, Since and evidence of a period that has begun, else code and evidence of one that has not.
func possession(state orders.State) Term {
	if onlyServices(state.Order.Lines) {
		return beganWithContract(state)
	}
	t := Term{Rule: WithdrawalOfGoods}
	live, missing := byPossession(state.Parcels)
	switch {
	case len(live) == 0 && !state.CancelledAt.IsZero():
		t.Code = OrderCancelled
	case len(live) == 0 && len(state.Parcels) > 0:
		t.Code = AllParcelsCancelled
	case len(live) == 0:
		t.Code = NothingShipped
	case len(missing) > 0:
		t.Code, t.Evidence = NotDeliveredYet, missing
	case goodsUnpacked(state):
		t.Code, t.Evidence = NotDeliveredYet, []Evidence{{What: NotPacked}}
	default:
		last := live[len(live)-1]
		t.Since, t.Evidence = last.At, []Evidence{last}
	}
	return t
}

func beganWithContract(state orders.State) Term {
	t := Term{Rule: WithdrawalOfService}
	switch {
	case !state.CancelledAt.IsZero():
		t.Code = OrderCancelled
	case state.Order.PlacedAt.IsZero():
		t.Code = OrderUnknown
	default:
		t.Since = state.Order.PlacedAt
		t.Evidence = []Evidence{{What: Concluded, At: state.Order.PlacedAt.UTC()}}
	}
	return t
}

// byPossession lists the live parcels by when they came into the consumer's hands, and those that did not.
func byPossession(parcels []orders.Parcel) (live, missing []Evidence) {
	for _, p := range parcels {
		if !p.Live() {
			continue
		}
		e := Evidence{What: InHand, ParcelKey: p.Key, At: p.Possessed().UTC()}
		if p.Possessed().IsZero() {
			e = Evidence{What: NotInHand, ParcelKey: p.Key}
			missing = append(missing, e)
		}
		live = append(live, e)
	}
	order := func(a, b Evidence) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ParcelKey, b.ParcelKey)) }
	slices.SortFunc(live, order)
	slices.SortFunc(missing, order)
	return live, missing
}

func onlyServices(lines []orders.Line) bool {
	services := 0
	for _, line := range lines {
		switch {
		case line.Cancelled:
		case !line.NotShipped:
			return false
		default:
			services++
		}
	}
	return services > 0
}

// goodsUnpacked tells that units which are to be shipped are in no live parcel, and were neither refunded instead nor cancelled. That is
// known only when every live parcel says what is in it.
func goodsUnpacked(state orders.State) bool {
	left, known := unsettled(state, func(orders.Parcel) bool { return true })
	return known && len(left) > 0
}

// unsettled gives the units that are to be shipped and are in no live parcel that counts, neither refunded nor cancelled. False when
// such a parcel does not say what is in it: then nobody can know.
func unsettled(state orders.State, counts func(orders.Parcel) bool) ([]Item, bool) {
	settled := map[string]int{}
	for _, p := range state.Parcels {
		switch {
		case !p.Live() || !counts(p):
			continue
		case len(p.Items) == 0:
			return nil, false
		}
		for _, item := range p.Items {
			settled[item.LineID] += item.Quantity
			if item.Quantity == 0 { // all of the line
				settled[item.LineID] += quantityOf(state.Order.Lines, item.LineID)
			}
		}
	}
	for _, refund := range state.Refunds {
		for _, line := range refund.Lines {
			settled[line.LineID] += line.Quantity
		}
	}
	var left []Item
	for _, l := range state.Order.Lines {
		if n := l.Quantity - settled[l.ID] - state.DroppedOf(l.ID); n > 0 && !l.Cancelled && !l.NotShipped {
			left = append(left, Item{LineID: l.ID, Quantity: n})
		}
	}
	return left, true
}

func quantityOf(lines []orders.Line, id string) int {
	for _, line := range lines {
		if line.ID == id {
			return line.Quantity
		}
	}
	return 0
}
