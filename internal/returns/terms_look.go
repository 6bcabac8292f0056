package returns

import (
	"slices"
	"time"
)

// Missed is the stage of a term that ended before what had to be done was done.
const Missed ReminderKind = "missed"

// shopperNotice is how long before the end a shopper is reminded, once.
const shopperNotice = 72 * time.Hour

// grace is how long a term that is entered when it has nearly ended waits before it raises the alarm: what made it may meet it
// in the same minutes, as a parcel that arrives and whose refund goes at once.
const grace = time.Hour

// RemindersFor gives the reminders of a term for who must act: the shop's by [Reminders], a shopper's once, three days before
// the end or when a quarter of the time is left.
func RemindersFor(by Side, t Term) []Reminder {
	if by != ByShopper {
		return Reminders(t)
	}
	if t.End.IsZero() || !t.Since.Before(t.End) {
		return nil
	}
	return []Reminder{{EndsSoon, t.End.Add(-min(shopperNotice, t.End.Sub(t.Since)/4))}}
}

// NextLook gives when a term is to be looked at after now: its next reminder, else its end. A term that is over is looked at
// now; one that is past its last reminder, of which nobody heard yet (fresh), soon. Zero while it is open.
func NextLook(by Side, t Term, now time.Time, fresh bool) time.Time {
	if t.End.IsZero() {
		return time.Time{}
	}
	if !now.Before(t.End) {
		return now
	}
	for _, r := range RemindersFor(by, t) {
		if r.At.After(now) {
			return r.At
		}
	}
	if fresh {
		return now.Add(min(grace, t.End.Sub(now)/4))
	}
	return t.End
}

// StageAt gives the newest reminder of a term at a time; "" before the first, Missed after the end.
func StageAt(by Side, t Term, now time.Time) ReminderKind {
	if t.Over(now) {
		return Missed
	}
	var stage ReminderKind
	for _, r := range RemindersFor(by, t) {
		if !r.At.After(now) {
			stage = r.Kind
		}
	}
	return stage
}

// Later tells that one stage comes after another.
func (k ReminderKind) Later(than ReminderKind) bool {
	order := []ReminderKind{"", HalfTime, Escalate, EndsSoon, Missed}
	return slices.Index(order, k) > slices.Index(order, than)
}
