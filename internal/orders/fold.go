package orders

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Fold gives the state of the order that all events tell of. The same set of events gives the same State in any order of
// arrival and with any repetition: events are put in the order of their own clocks first, ties by rank (see rank), then by
// ID; of two with one ID the first counts.
//
// The state shares no memory with the events, and survives JSON unchanged: empty slices are nil, times are UTC.
func Fold(events []Event) State {
	sorted := inOrder(events)
	f := folder{names: identify(sorted), parcels: map[string]*parcel{}}
	for i := range sorted {
		f.apply(&sorted[i])
	}
	return f.finish()
}

// folder carries what is needed between events; its state is the answer in the making.
type folder struct {
	names    *identity
	state    State
	shop     statements
	parcels  map[string]*parcel // by key
	payments []Payment          // the newest that were told
}

func (f *folder) apply(e *Event) {
	switch e.Kind {
	case Placed, Updated:
		f.statement(e)
	case Paid:
		f.paid(e)
	case Packing:
		f.tell(e, string(StagePacking), setOnce(&f.state.PackingAt, e.At))
	case Cancelled:
		f.cancelled(e)
	case ParcelUpdated:
		f.parcel(e)
	case ReturnReceived:
		f.returned(e)
	case Refunded:
		f.refunded(e)
	case RestCancelled:
		f.restCancelled(e)
	case TimePassed:
		f.fact(e)
	}
}

func (f *folder) paid(e *Event) {
	if len(e.Payments) > 0 {
		f.payments = e.Payments
	}
	f.tell(e, string(StagePaid), setOnce(&f.state.PaidAt, e.At))
}

// cancelled is for good: what comes later is kept, and the order stays cancelled. A shop that changes its mind places anew.
func (f *folder) cancelled(e *Event) {
	first := setOnce(&f.state.CancelledAt, e.At)
	if first {
		f.state.CancelReason = e.Reason
	}
	f.tell(e, string(StageCancelled), first)
}

// restCancelled takes the units out that no carrier has, and with them the parcels that were only announced: a printed label is not
// told of any more. What a carrier has all the same is on its way, whenever that is heard.
func (f *folder) restCancelled(e *Event) {
	f.state.Dropped = append(f.state.Dropped, Dropped{EventID: e.ID, At: e.At, Reason: e.Reason, Units: own(e.Units)})
	for _, p := range f.parcels {
		if p.Stage == Announced && p.HandedOverAt.IsZero() {
			p.Stage, p.StageAt, p.dropped = ParcelGone, e.At, true
		}
	}
	f.tell(e, string(e.Kind), true)
}

// parcel gives a piece of news to its parcel.
func (f *folder) parcel(e *Event) {
	if e.Parcel == nil {
		return
	}
	key := f.names.keyOf(e)
	p := f.parcels[key]
	if p == nil {
		p = newParcel(key, f.names.aliases[key], e.At)
		f.parcels[key] = p
	}
	what, moved := p.take(e.At, e.Parcel)
	if what == "" {
		return
	}
	f.add(TimelineEntry{
		At: e.At, EventID: e.ID, Kind: e.Kind, What: what, ParcelKey: key,
		Text: e.Parcel.StatusText, Source: e.Source, Quiet: !moved,
	})
}

func (f *folder) returned(e *Event) {
	if e.Return == nil {
		return
	}
	receipt := *e.Return
	receipt.Lines = own(receipt.Lines)
	f.state.Returns = append(f.state.Returns, ReturnFact{ReturnReceipt: receipt, EventID: e.ID, At: e.At})
	f.tell(e, string(e.Kind), true)
}

// refunded keeps money that the shop gave back itself, once for each refund, however many webhooks tell of it.
func (f *folder) refunded(e *Event) {
	if e.Refund == nil {
		return
	}
	refund := *e.Refund
	refund.ID = cmp.Or(refund.ID, e.ID)
	if slices.ContainsFunc(f.state.Refunds, func(r RefundFact) bool { return r.ID == refund.ID }) {
		return
	}
	refund.Lines = own(refund.Lines)
	f.state.Refunds = append(f.state.Refunds, RefundFact{Refund: refund, At: e.At, Source: e.Source})
	f.tell(e, string(e.Kind), true)
}

// fact keeps what time made. A fact that was not true by the clocks of the news (which came late) stays quiet.
func (f *folder) fact(e *Event) {
	if e.Fact == nil {
		return
	}
	fact := *e.Fact
	fact.ParcelKey = f.names.resolve(fact.ParcelKey)
	if slices.ContainsFunc(f.state.Facts, func(known FactAt) bool { return known.Fact == fact }) {
		return
	}
	f.state.Facts = append(f.state.Facts, FactAt{Fact: fact, At: e.At})
	arrived := false
	if p := f.parcels[fact.ParcelKey]; p != nil {
		arrived = p.Stage.ended()
	}
	f.add(TimelineEntry{
		At: e.At, EventID: e.ID, Kind: e.Kind, What: string(fact.Kind), ParcelKey: fact.ParcelKey, Source: e.Source, Quiet: arrived,
	})
}

// tell adds a line about the order itself.
func (f *folder) tell(e *Event, what string, moved bool) {
	f.add(TimelineEntry{At: e.At, EventID: e.ID, Kind: e.Kind, What: what, Text: e.Reason, Source: e.Source, Quiet: !moved})
}

func (f *folder) add(entry TimelineEntry) { f.state.Timeline = append(f.state.Timeline, entry) }

func (f *folder) finish() State {
	s := f.state
	s.Order = f.shop.order()
	if len(f.payments) > 0 {
		s.Order.Payments = own(f.payments)
	}
	all := make([]*parcel, 0, len(f.parcels))
	for _, p := range f.parcels {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *parcel) int {
		return cmp.Or(a.firstNews.Compare(b.firstNews), cmp.Compare(a.Key, b.Key))
	})
	for _, p := range all {
		p.Action = p.action()
		s.Parcels = append(s.Parcels, p.Parcel)
	}
	slices.SortStableFunc(s.Refunds, func(a, b RefundFact) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	s.Stage, s.StageAt = s.stage()
	return s
}

// inOrder copies events into the order in which they happened, each fact once.
func inOrder(events []Event) []Event {
	sorted := slices.Clone(events)
	for i := range sorted {
		sorted[i].At = utc(sorted[i].At)
	}
	slices.SortFunc(sorted, compare)
	seen := make(map[string]bool, len(sorted))
	return slices.DeleteFunc(sorted, func(e Event) bool {
		if e.ID == "" {
			return false
		}
		again := seen[e.ID]
		seen[e.ID] = true
		return again
	})
}

func compare(a, b Event) int {
	if c := cmp.Or(a.At.Compare(b.At), cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.ID, b.ID)); c != 0 {
		return c
	}
	// One ID, two contents: no source should, but the answer must not depend on which arrived first.
	x, _ := json.Marshal(a) //nolint:errchkjson // times here were parsed from JSON
	y, _ := json.Marshal(b) //nolint:errchkjson // the same
	return bytes.Compare(x, y)
}

// rank orders events of one instant: the shop's statements, paid, packing, then parcels by stage, then what concludes.
func rank(e *Event) int {
	switch e.Kind {
	case Placed:
		return 0
	case Updated:
		return 1
	case Paid:
		return 2
	case Packing:
		return 3
	case ParcelUpdated:
		if e.Parcel == nil {
			return 10
		}
		return 10 + 2*e.Parcel.Stage.newsRank()
	case TimePassed:
		return 50
	case ReturnReceived:
		return 51
	case Refunded:
		return 52
	default:
		return 53
	}
}

// setOnce keeps the first time that something happened, and tells whether this was it.
func setOnce(t *time.Time, at time.Time) bool {
	if !t.IsZero() {
		return false
	}
	*t = at
	return true
}

// utc gives t without a zone or a monotonic reading, as JSON would give it back.
func utc(t time.Time) time.Time { return t.Round(0).UTC() }

// own copies a slice, nil when it is empty.
func own[T any](in []T) []T {
	if len(in) == 0 {
		return nil
	}
	return slices.Clone(in)
}
