package returns

import (
	"cmp"
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
)

// The rules of shipping to the United States: 16 CFR Part 435 (Mail, Internet, or Telephone Order Merchandise).
const (
	// ShipByStated is the date that the shop stated. 435.2(a)(1)(i).
	ShipByStated TermRule = "ship.stated"
	// ShipIn30Days is 30 days from the order, where none was stated. 435.2(a)(1)(ii).
	ShipIn30Days TermRule = "ship.30_days"
	// FirstDelay is the offer to wait or to cancel, before the time to ship is over. 435.2(b)(1).
	FirstDelay TermRule = "delay.first"
	// FurtherDelay is the renewed offer, before the date of the one before is over. 435.2(b)(2).
	FurtherDelay TermRule = "delay.further"
	// CancelUnshipped is when an order that was not shipped is cancelled and refunded without being asked. 435.2(c).
	CancelUnshipped TermRule = "ship.cancel"
)

const (
	shipDays  = 30 // where the shop stated no date
	delayDays = 30 // a first delay of up to so many may be agreed to by silence
)

// ShipBy gives the end of the shop's time to hand the order to a carrier: the stated day, else 30 days from the order,
// counted from when it was placed, which is never later than from when it was paid.
func ShipBy(state orders.State, c Contract) Term {
	if state.Order.PlacedAt.IsZero() {
		return Term{Rule: ShipIn30Days, Code: OrderUnknown}
	}
	stated, err := calendar.Parse(state.Order.Promised.ShipBy)
	if err != nil {
		return c.strict(ShipIn30Days, state.Order.PlacedAt, inDays(shipDays)).
			because(Evidence{What: Concluded, At: state.Order.PlacedAt.UTC()})
	}
	return c.strict(ShipByStated, state.Order.PlacedAt, func(calendar.Date) calendar.Date { return stated }).
		because(Evidence{What: ShipStated, At: state.Order.PlacedAt.UTC()})
}

// Shipped tells when the last live parcel was handed to its carrier; a label that was printed is no shipment. False while
// one was not, while goods are known to be in no parcel, and without a parcel. Of an order whose rest was cancelled: when that was.
func Shipped(state orders.State) (time.Time, bool) {
	var last time.Time
	for _, p := range state.Parcels {
		switch {
		case !p.Live():
			continue
		case p.HandedOverAt.IsZero():
			return time.Time{}, false
		case p.HandedOverAt.After(last):
			last = p.HandedOverAt
		}
	}
	if last.IsZero() || goodsUnpacked(state) {
		return time.Time{}, false
	}
	for _, d := range state.Dropped {
		if d.At.After(last) {
			last = d.At
		}
	}
	return last.UTC(), true
}

// Unshipped gives the units that no carrier has, of an order of which one has a part: neither refunded nor cancelled. False when there
// is no such part, when nothing is left, and when a parcel does not say what is in it: then nobody can know.
func Unshipped(state orders.State) ([]Item, bool) {
	left, known := unsettled(state, func(p orders.Parcel) bool { return !p.HandedOverAt.IsZero() })
	return left, known && len(left) > 0 && PartlyShipped(state)
}

// DelayNotice is a notice of delay that was sent to the buyer, and what came of it.
type DelayNotice struct {
	SentAt      time.Time
	Revised     calendar.Date // the definite revised date; no day: none could be given
	SaysSilence bool          // it says that silence is consent
	ConsentAt   time.Time     // when the buyer agreed; zero: not
	RefusedAt   time.Time     // when the buyer would not wait; zero: not
}

// Silence says what it means when the buyer does not answer a notice.
type Silence string

// What silence means.
const (
	SilenceConsents Silence = "consents" // only if the notice says so
	SilenceCancels  Silence = "cancels"  // the order is cancelled and refunded, if it has not shipped by then
)

// DelayOption is what the next notice of delay must be.
type DelayOption struct {
	Rule        TermRule
	SendBy      time.Time // at the latest, UTC: the end of the time that cannot be kept; zero when the buyer waits without a date
	NeedsReason bool      // no date can be given, so the reason must be
	Silence     Silence
	SilenceAt   time.Time // when silence takes effect, UTC; an answer before it is in time; zero as SendBy
	// MayCancel tells that the notice must say that the buyer, having agreed, may still cancel until it ships.
	MayCancel bool
}

// NextDelay says what a notice of delay must be, after those that were sent, with a revised date or (no day) without one.
// due is what ShipBy gave.
func NextDelay(c Contract, due Term, sent []DelayNotice, revised calendar.Date) DelayOption {
	return c.delayOption(due, len(sent) == 0, CancelBy(c, due, sent).End, revised)
}

// delayOption says what a notice must be; end is when the time it asks to prolong is over.
func (c Contract) delayOption(due Term, first bool, end time.Time, revised calendar.Date) DelayOption {
	option := DelayOption{
		Rule: FurtherDelay, SendBy: end, NeedsReason: revised.IsZero(), Silence: SilenceCancels, SilenceAt: end, MayCancel: true,
	}
	if !first || due.End.IsZero() {
		return option
	}
	option.Rule = FirstDelay
	longest := due.Last.AddDays(delayDays)
	if revised.IsZero() || revised.After(longest) {
		_, option.SilenceAt = c.earlierMidnight(longest)
		return option
	}
	option.Silence, option.MayCancel = SilenceConsents, false
	_, option.SilenceAt = c.earlierMidnight(revised)
	return option
}

// CancelBy gives when an order that is not shipped by then is cancelled and refunded without being asked, as the notices
// stand: RefundDue in working days runs from there. Open, with DelayAccepted, while the buyer agreed to wait without a date.
func CancelBy(c Contract, due Term, sent []DelayNotice) Term {
	t := due
	t.Rule = CancelUnshipped
	if due.End.IsZero() {
		return t
	}
	t.Evidence = slices.Clone(due.Evidence)
	sent = slices.SortedFunc(slices.Values(sent), func(a, b DelayNotice) int {
		return cmp.Or(a.SentAt.Compare(b.SentAt), a.Revised.Compare(b.Revised))
	})
	for i, notice := range sent {
		// Without a date there is nothing that a notice could come too late for.
		if !t.End.IsZero() && !notice.SentAt.Before(t.End) {
			return t.because(Evidence{What: DelayToldLate, At: notice.SentAt.UTC()})
		}
		t = t.because(Evidence{What: DelayTold, At: notice.SentAt.UTC()})
		t = c.answered(t, due, notice, c.delayOption(due, i == 0, t.End, notice.Revised))
		if !notice.RefusedAt.IsZero() {
			return c.refused(t, notice.RefusedAt)
		}
	}
	return t
}

// answered moves the time by what the buyer said, or did not say, to one notice.
func (c Contract) answered(t, due Term, notice DelayNotice, option DelayOption) Term {
	inTime := option.SilenceAt.IsZero() || notice.ConsentAt.Before(option.SilenceAt)
	switch {
	case !notice.ConsentAt.IsZero() && inTime:
		t = t.because(Evidence{What: DelayAgreed, At: notice.ConsentAt.UTC()})
		return c.until(t, notice.Revised)
	case option.Silence == SilenceConsents && notice.SaysSilence:
		return c.until(t, notice.Revised)
	case option.Rule == FirstDelay && option.Silence == SilenceCancels:
		return c.until(t, due.Last.AddDays(delayDays))
	default:
		return t
	}
}

// until ends the time with a day; without one the buyer waits.
func (c Contract) until(t Term, day calendar.Date) Term {
	if day.IsZero() {
		t.Code, t.Plain, t.Last, t.End = DelayAccepted, day, day, time.Time{}
		return t
	}
	t.Code, t.Plain, t.Last = "", day, day
	t.Zone, t.End = c.earlierMidnight(day)
	return t
}

// refused ends the time with the day on which the buyer refuses, by the shop's clock, or earlier when it was over by then: the order is
// cancelled with the refusal, and what is done at once is in time.
func (c Contract) refused(t Term, at time.Time) Term {
	t = t.because(Evidence{What: DelayRefused, At: at.UTC()})
	day := calendar.Of(at, c.Shop.Zone)
	if end := day.EndOfDay(c.Shop.Zone); t.End.IsZero() || end.Before(t.End) {
		t.Code, t.Plain, t.Last, t.Zone, t.End = "", day, day, c.Shop.Zone, end
	}
	return t
}
