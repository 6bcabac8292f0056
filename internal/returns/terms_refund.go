package returns

import (
	"time"

	"homeward/internal/calendar"
)

// The rules of the time to refund.
const (
	// RefundEU is 14 days from when the shop was told, with withholding. Directive 2011/83/EU, Art. 13(1) and (3).
	RefundEU TermRule = "refund.eu"
	// RefundGB is 14 days from goods or proof, or from when the shop was told if it collects. SI 2013/3134, reg. 34(4) to (6).
	RefundGB TermRule = "refund.gb"
	// RefundUS is seven working days from when the right to the refund arose. 16 CFR 435.1(b)(1).
	RefundUS TermRule = "refund.us"
)

// Declaration is what the time to refund depends on. A zero time has not happened.
type Declaration struct {
	At              time.Time // the shop was told; in the United States: the right to the refund arose
	GoodsBack       time.Time // the last of the goods concerned is back
	ProofOfDispatch time.Time // the consumer proved to have sent them all; a carrier's scan of the way back is proof
	ShopCollects    bool      // the shop offered to collect the goods
	NothingToReturn bool      // they never reached the consumer
}

// RefundTerm is a shop's time to refund.
type RefundTerm struct {
	// Term ends at the hard date: in Europe by the declaration alone, whatever may be withheld; in Great Britain it is open
	// until goods or proof come.
	Term
	// MayWithhold tells that the shop may keep the money for now, also beyond the hard date: neither goods nor proof came.
	MayWithhold bool
	// PayBy is when the money must be on its way at the latest, as things are; zero while it may be withheld.
	PayBy time.Time
}

// RefundDue gives a shop's time to refund after a withdrawal, un-extended by weekends and holidays.
func RefundDue(c Contract, d Declaration) RefundTerm {
	told := Evidence{What: WasDeclared, At: d.At.UTC()}
	days := inDays(c.Law.RefundDays)
	switch c.Law.Refund {
	case RefundWorkingDays:
		due := c.strict(RefundUS, d.At, func(from calendar.Date) calendar.Date {
			return c.Calendar.AddWorkingDays(from, c.Law.RefundDays, "US")
		})
		return RefundTerm{Term: due.because(told), PayBy: due.End}
	case RefundFromGoods:
		return c.refundFromGoods(d, told, days)
	default:
		return c.refundFromDeclared(d, told, days)
	}
}

func (c Contract) refundFromDeclared(d Declaration, told Evidence, days func(calendar.Date) calendar.Date) RefundTerm {
	due := RefundTerm{Term: c.strict(RefundEU, d.At, days).because(told)}
	due.PayBy = due.End
	if !d.withholds() {
		return due
	}
	release, came := d.release()
	if !came {
		due.MayWithhold, due.PayBy = true, time.Time{}
		return due
	}
	due.Term = due.because(release)
	// After the hard date the money is due without delay: on the day on which the reason to keep it fell away.
	if day := calendar.Of(release.At, c.Shop.Zone).EndOfDay(c.Shop.Zone); !release.At.Before(due.End) {
		due.PayBy = day
	}
	return due
}

func (c Contract) refundFromGoods(d Declaration, told Evidence, days func(calendar.Date) calendar.Date) RefundTerm {
	since := told
	if d.withholds() {
		release, came := d.release()
		if !came {
			return RefundTerm{Term: Term{Rule: RefundGB, Code: AwaitingGoods}.because(told), MayWithhold: true}
		}
		since = release
	}
	due := c.strict(RefundGB, since.At, days).because(since)
	return RefundTerm{Term: due, PayBy: due.End}
}

// withholds tells whether the shop may wait for the goods at all.
func (d Declaration) withholds() bool { return !d.ShopCollects && !d.NothingToReturn }

// release gives what ended the withholding: the goods or the proof, whichever was first.
func (d Declaration) release() (Evidence, bool) {
	goods := Evidence{What: GoodsCameBack, At: d.GoodsBack.UTC()}
	proof := Evidence{What: DispatchProven, At: d.ProofOfDispatch.UTC()}
	switch {
	case d.GoodsBack.IsZero() && d.ProofOfDispatch.IsZero():
		return Evidence{}, false
	case d.GoodsBack.IsZero(), !d.ProofOfDispatch.IsZero() && d.ProofOfDispatch.Before(d.GoodsBack):
		return proof, true
	default:
		return goods, true
	}
}
