package returns

import (
	"time"

	"homeward/internal/calendar"
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

// Verdict says whether a return can be asked for now. Last is the last day of the window, and Until its end in UTC: the later
// of that day's midnights by the clocks of the shop and the shopper; both zero while it is open without end. Code is the reason when
// Allowed is false, and may be NotDeliveredYet when it is true.
type Verdict struct {
	Allowed bool
	Code    Code
	Until   time.Time
	Last    calendar.Date
}

// EligibleLine is a line of the order and how many of its units can still come back. Code says why when Left is 0.
type EligibleLine struct {
	Line orders.Line
	Left int
	Code Code
}
