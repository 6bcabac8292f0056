package returns

import (
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
)

// CancelTermOf gives the time by which an order is shipped, or cancelled and refunded, once its buyer was told of a delay. due is
// what [ShipTermOf] gave.
func CancelTermOf(c Contract, due WantedTerm, sent []DelayNotice) WantedTerm {
	return WantedTerm{Kind: TermCancel, By: ByShop, Term: CancelBy(c, due.Term, sent), Met: due.Met}
}

// CancelledTerm gives the time to refund an order that was cancelled because it was not shipped, money as for a case.
func CancelledTerm(c Contract, cancelledAt time.Time, money CaseMoney) (WantedTerm, bool) {
	if cancelledAt.IsZero() || (money.Owed.IsZero() && money.Gone.IsZero()) {
		return WantedTerm{}, false
	}
	due := RefundDue(c, Declaration{At: cancelledAt, NothingToReturn: true})
	w := WantedTerm{Kind: TermRefund, By: ByShop, Term: due.Term}
	if money.Owed.IsZero() {
		w.Met = money.Gone
	}
	return w, true
}

// PartlyShipped tells that a carrier has some of an order already: only the rest of it can be cancelled, see [Unshipped].
func PartlyShipped(state orders.State) bool {
	return slices.ContainsFunc(state.Parcels, func(p orders.Parcel) bool { return p.Live() && !p.HandedOverAt.IsZero() })
}

// ShippedUnknown tells that a carrier has some of an order and nobody can know what is left: it can be neither waited for nor cancelled.
func ShippedUnknown(state orders.State) bool {
	_, known := Unshipped(state)
	return PartlyShipped(state) && !known
}

// DelayToTell says whether a notice of delay must go now, and with which revised date (no day: none can be given). due is what
// [ShipBy] gave, by the first promise; sent are the notices so far; near tells that the day which the buyer counts on is near.
//
// A later day that the shop promised is told at once, for the shop knows by then that it cannot keep the one before (16 CFR
// 435.2(b)(1) and (2)). Without one the notice goes when the day is near. Nothing more is told while the newest notice waits for its
// answer, after the buyer agreed to wait without a date, and when the day is over: then it is too late.
func DelayToTell(state orders.State, c Contract, due Term, sent []DelayNotice, now time.Time, near bool) (calendar.Date, bool) {
	until := CancelBy(c, due, sent)
	if until.End.IsZero() || !now.Before(until.End) || ShippedUnknown(state) {
		return calendar.Date{}, false
	}
	var last calendar.Date
	if len(sent) > 0 {
		last = sent[len(sent)-1].Revised
	}
	if stated, err := calendar.Parse(state.Order.Promised.ShipBy); err == nil && stated.After(until.Last) && stated != last {
		return stated, true
	}
	return calendar.Date{}, near && (len(sent) == 0 || last == until.Last)
}
