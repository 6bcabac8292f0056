package returns

import (
	"time"

	"homeward/internal/orders"
)

// Code says why something cannot be done, or what is special about it; the templates put it into words.
type Code string

// The codes of a verdict and of a line.
const (
	NotDeliveredYet Code = "not_delivered_yet" // allowed: the window has not begun, so it is open
	OrderCancelled  Code = "order_cancelled"
	WindowOver      Code = "window_over"
	NothingLeft     Code = "nothing_left"
	AlreadyReturned Code = "already_returned"
	NotReturnable   Code = "not_returnable" // excluded from returns, or nothing that can be sent
)

// Verdict says whether a return can be asked for now. Until is the end of the window in UTC; zero while it is open without
// end. Code is the reason when Allowed is false, and may be NotDeliveredYet when it is true.
type Verdict struct {
	Allowed bool
	Code    Code
	Until   time.Time
}

// EligibleLine is a line of the order and how many of its units can still come back. Code says why when Left is 0.
type EligibleLine struct {
	Line orders.Line
	Left int
	Code Code
}

// Eligible says whether a return can be asked for, and of which lines. Lines that left the order are not listed.
//
// The window begins when the shopper has the last of the goods in hand (orders.Parcel.Possessed of every live parcel: a
// neighbour, a safe place or a locker does not begin it), and ends at the shop's midnight after Policy.Window; the day of
// possession does not count. While any live parcel is not in hand the window is open: what has not come can be called off
// as well.
func Eligible(state orders.State, policy Policy, now time.Time, taken Taken) ([]EligibleLine, Verdict) {
	lines, left := eligibleLines(state.Order.Lines, taken)
	until := windowEnd(state, policy)
	verdict := Verdict{Allowed: true, Until: until}
	switch {
	case !state.CancelledAt.IsZero():
		verdict = Verdict{Code: OrderCancelled}
	case !until.IsZero() && !now.Before(until):
		verdict.Allowed, verdict.Code = false, WindowOver
	case left == 0:
		verdict.Allowed, verdict.Code = false, NothingLeft
	case until.IsZero():
		verdict.Code = NotDeliveredYet
	}
	return lines, verdict
}

func eligibleLines(lines []orders.Line, taken Taken) (eligible []EligibleLine, left int) {
	for _, line := range lines {
		if line.Cancelled {
			continue
		}
		e := EligibleLine{Line: line, Left: max(line.Quantity-taken[line.ID], 0)}
		switch {
		case line.NotShipped || line.Withdrawal == "no":
			e.Left, e.Code = 0, NotReturnable
		case e.Left == 0:
			e.Code = AlreadyReturned
		}
		left += e.Left
		eligible = append(eligible, e)
	}
	return eligible, left
}

// windowEnd gives the end of the window in UTC, zero while some live parcel is not in the shopper's hands.
func windowEnd(state orders.State, policy Policy) time.Time {
	var last time.Time
	for _, parcel := range state.Parcels {
		if !parcel.Live() {
			continue
		}
		possessed := parcel.Possessed()
		if possessed.IsZero() {
			return time.Time{}
		}
		if possessed.After(last) {
			last = possessed
		}
	}
	if last.IsZero() {
		return last
	}
	zone := policy.Zone
	if zone == nil {
		zone = time.UTC
	}
	// Whole days by the calendar, so that summer time does not shorten one; a rest of hours is given on top.
	const day = 24 * time.Hour
	end := last.In(zone).AddDate(0, 0, int(policy.Window/day)).Add(policy.Window % day)
	return time.Date(end.Year(), end.Month(), end.Day()+1, 0, 0, 0, 0, zone).UTC()
}
