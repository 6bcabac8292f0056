package returns

import (
	"time"

	"homeward/internal/calendar"
)

// TermRule names the rule by which a term was worked out. The constants say where each stands.
type TermRule string

// The codes of a term that has no end, beside NotDeliveredYet and OrderCancelled.
const (
	NothingShipped      Code = "nothing_shipped"       // no parcel yet: the period has not begun
	AllParcelsCancelled Code = "all_parcels_cancelled" // nothing is on its way any more
	NoStatutoryPeriod   Code = "no_statutory_period"   // the consumer's law has none that is known here: the shop's policy counts
	AwaitingGoods       Code = "awaiting_goods"        // it runs from the goods or the proof that they were sent, whichever is first
	OrderUnknown        Code = "order_unknown"         // when it was placed is not known
	DelayAccepted       Code = "delay_accepted"        // the buyer agreed to wait without a date
)

// Term is a deadline that a law sets. Days are by the calendar of Zone, instants are UTC.
type Term struct {
	Rule TermRule // "" when no law here sets one
	Code Code     // why there is no end; "" when there is one
	// Since is the event from which it runs, and From its day, which does not count (Regulation 1182/71, Art. 3(1)).
	Since time.Time
	From  calendar.Date
	Plain calendar.Date  // the last day as counted
	Last  calendar.Date  // the last day; for a consumer never a weekend or holiday
	Zone  *time.Location // whose midnight ends Last
	End   time.Time      // that midnight: in time is what comes before it; zero while it is open
	// Evidence is what it was worked out from: the event that decided; while it is open what it waits for.
	Evidence []Evidence
}

// Evidence is one fact behind a term.
type Evidence struct {
	What      EvidenceKind `json:"what"`
	ParcelKey string       `json:"parcel_key,omitempty"`
	At        time.Time    `json:"at,omitzero"`
}

// EvidenceKind says what a fact is.
type EvidenceKind string

// The kinds of evidence.
const (
	InHand          EvidenceKind = "in_hand"           // orders.Parcel.Possessed
	NotInHand       EvidenceKind = "not_in_hand"       // a live parcel that the consumer does not have
	NotPacked       EvidenceKind = "not_packed"        // goods that are in no parcel
	Concluded       EvidenceKind = "concluded"         // the contract, when the order was placed
	NotInformed     EvidenceKind = "not_informed"      // the information on the right to withdraw is missing
	Informed        EvidenceKind = "informed"          // that information came later
	WasDeclared     EvidenceKind = "declared"          // the shop was told
	GoodsCameBack   EvidenceKind = "goods_back"        // all the goods are at the shop
	DispatchProven  EvidenceKind = "dispatch_proven"   // a receipt, or a carrier's scan
	ComplaintCame   EvidenceKind = "complaint"         // the shop received the complaint
	ExtensionNotice EvidenceKind = "extension_notice"  // told before the end that it takes longer
	ShipStated      EvidenceKind = "stated_ship_by"    // the shop said so
	DeliverStated   EvidenceKind = "stated_deliver_by" // the shop said so
	DelayTold       EvidenceKind = "delay_notice"      // the buyer was told of a delay
	DelayAgreed     EvidenceKind = "delay_consent"     // the buyer agreed to wait
	DelayRefused    EvidenceKind = "delay_refused"     // the buyer would not wait
	DelayToldLate   EvidenceKind = "delay_notice_late" // told when the time was over already
)

// Open tells that a law sets a term and its end is not known yet: nothing is late.
func (t Term) Open() bool { return t.Rule != "" && t.End.IsZero() && t.Code != OrderCancelled }

// Over tells that the term has ended.
func (t Term) Over(now time.Time) bool { return !t.End.IsZero() && !now.Before(t.End) }

// LastDay gives noon of the last day in a zone, for telling it there; zero while the term is open. Its end cannot be told so: east of
// the zone whose midnight it is, a clock shows the day after.
func (t Term) LastDay(zone *time.Location) time.Time {
	if t.End.IsZero() {
		return time.Time{}
	}
	return t.Last.Noon(zone)
}

// Party is one side of a contract. Country is ISO 3166-1 alpha-2, "" when not known; Zone nil when not known.
type Party struct {
	Country string
	Zone    *time.Location
	// West is the clock of the country that is last at midnight, where it has several; nil where Zone is the only one.
	West *time.Location
}

// Contract is between whom a term runs, by which law, and by which holidays.
type Contract struct {
	Consumer, Shop Party
	Law            Law
	Calendar       calendar.Calendar
}

// NewContract gives a contract by the law of the consumer's country (of the shop's, when that is not known) and the
// holidays that are built in; both may be changed. A zone that is not known is taken from the other side, else UTC.
func NewContract(consumer, shop Party) Contract {
	if consumer.Country == "" {
		consumer.Country = shop.Country
	}
	if consumer.Zone == nil {
		consumer.Zone = shop.Zone
	}
	if shop.Zone == nil {
		shop.Zone = consumer.Zone
	}
	consumer.Country, shop.Country = stateOf(consumer.Country), stateOf(shop.Country)
	return Contract{Consumer: consumer, Shop: shop, Law: LawOf(consumer.Country), Calendar: calendar.Default()}
}

// generous ends a period of the consumer: the day of the event by the consumer's clock; the last day is rolled forward to
// a working day of both countries, and ends with the later of both midnights (in a country with several clocks, with its last). Which state's holidays count is not
// certain, so the later result is taken (Regulation 1182/71, Art. 2(1), 3(4)).
func (c Contract) generous(rule TermRule, since time.Time, count func(calendar.Date) calendar.Date) Term {
	t := Term{Rule: rule, Since: since.UTC(), From: calendar.Of(since, c.Consumer.Zone)}
	t.Plain = count(t.From)
	t.Last = c.Calendar.NextWorkingDay(t.Plain, c.Consumer.Country, c.Shop.Country)
	t.Zone, t.End = zoneOr(c.Consumer.Zone), t.Last.EndOfDay(c.Consumer.Zone)
	others := []*time.Location{c.Shop.Zone}
	if c.Consumer.West != nil {
		others = append(others, c.Consumer.West)
	}
	for _, zone := range others {
		if end := t.Last.EndOfDay(zone); end.After(t.End) {
			t.Zone, t.End = zoneOr(zone), end
		}
	}
	return t
}

// strict ends a period of the shop: what is earlier by the clocks of both sides, without any rolling forward.
func (c Contract) strict(rule TermRule, since time.Time, count func(calendar.Date) calendar.Date) Term {
	t := Term{Rule: rule, Since: since.UTC(), From: calendar.Of(since, c.Consumer.Zone)}
	if day := calendar.Of(since, c.Shop.Zone); day.Before(t.From) {
		t.From = day
	}
	t.Plain = count(t.From)
	t.Last = t.Plain
	t.Zone, t.End = c.earlierMidnight(t.Last)
	return t
}

// earlierMidnight gives the first of both midnights that end a day, in UTC, and its zone.
func (c Contract) earlierMidnight(day calendar.Date) (*time.Location, time.Time) {
	shop, consumer := day.EndOfDay(c.Shop.Zone), day.EndOfDay(c.Consumer.Zone)
	if consumer.Before(shop) {
		return zoneOr(c.Consumer.Zone), consumer
	}
	return zoneOr(c.Shop.Zone), shop
}

func (t Term) because(evidence ...Evidence) Term {
	t.Evidence = append(t.Evidence, evidence...)
	return t
}

// inDays counts calendar days; weekends and holidays within count as well.
func inDays(n int) func(calendar.Date) calendar.Date {
	return func(from calendar.Date) calendar.Date { return from.AddDays(n) }
}

func zoneOr(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}
