package returns

import "strings"

// Law is what the law of a consumer's country says of terms. It is data: a shop's configuration may put other values in
// its place.
type Law struct {
	Withdrawal int // days; 0: no right to withdraw is known here
	// Uninformed is by how many months the period is longer while the information on the right is missing.
	Uninformed int
	SendBack   int        // days for the consumer to send the goods back
	Refund     RefundForm // from when the shop's time to refund runs
	RefundDays int        // calendar days; working days for RefundWorkingDays
	Complaint  Answer
	Delivery   Delivery
}

// RefundForm says from when the time to refund runs.
type RefundForm string

// The forms.
const (
	// RefundFromDeclared runs from the day on which the shop was told; it may withhold beyond until goods or proof come.
	RefundFromDeclared RefundForm = "declared"
	// RefundFromGoods runs from the goods or the proof that they were sent, whichever is first.
	RefundFromGoods RefundForm = "goods"
	// RefundWorkingDays runs in working days from the day on which the right to the refund arose.
	RefundWorkingDays RefundForm = "working_days"
)

// Answer is how long a shop has to answer a complaint.
type Answer struct {
	Rule           TermRule
	Days           int  // calendar days from receipt
	Extension      int  // days more, if the consumer is told before the end
	SilenceAccepts bool // a complaint that was not answered in time is accepted
}

// DefaultAnswerDays is how long a shop gives itself for a complaint where the law says only "a reasonable time".
const DefaultAnswerDays = 14

var (
	anyAnswer = Answer{Rule: ComplaintElsewhere, Days: DefaultAnswerDays}

	// Directive 2011/83/EU as each state has it; the 30 days of its Art. 9(1a) are for visits at home, not for shops online.
	european = Law{Withdrawal: 14, Uninformed: 12, SendBack: 14, Refund: RefundFromDeclared, RefundDays: 14, Complaint: anyAnswer,
		Delivery: Delivery{Rule: DeliverEU, Days: 30}}

	// The Consumer Contracts (Information, Cancellation and Additional Charges) Regulations 2013 (SI 2013/3134); for delivery the
	// Consumer Rights Act 2015.
	british = Law{Withdrawal: 14, Uninformed: 12, SendBack: 14, Refund: RefundFromGoods, RefundDays: 14, Complaint: anyAnswer,
		Delivery: Delivery{Rule: DeliverGB, Days: 30}}

	// 16 CFR Part 435. There is no federal right to withdraw from an order placed online.
	american = Law{Refund: RefundWorkingDays, RefundDays: 7, Complaint: anyAnswer}

	// Where nothing is known the shop's policy counts; money that is owed goes back as in Europe.
	elsewhere = Law{SendBack: 14, Refund: RefundFromDeclared, RefundDays: 14, Complaint: anyAnswer}
)

// The states of the European Economic Area, where the directives hold.
const economicArea = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"

// territories are the regions of a state of the Union that have a country code of their own: the outermost regions of France, where the
// directives hold (TFEU, Art. 349 and 355(1)), and Åland.
var territories = map[string]string{"GF": "FR", "GP": "FR", "MF": "FR", "MQ": "FR", "RE": "FR", "YT": "FR", "AX": "FI"}

// stateOf gives the state whose law holds in a country, folded.
func stateOf(country string) string {
	country = strings.ToUpper(strings.TrimSpace(country))
	if state, ok := territories[country]; ok {
		return state
	}
	return country
}

// LawOf gives the law of a consumer's country (ISO 3166-1 alpha-2). It is not complete and not legal advice: what differs
// belongs into the configuration.
func LawOf(country string) Law {
	country = stateOf(country)
	law := elsewhere
	switch {
	case country == "GB":
		law = british
	case country == "US":
		law = american
	case len(country) == 2 && strings.Contains(economicArea, country):
		law = european
	}
	switch country {
	case "PL":
		law.Complaint = Answer{Rule: ComplaintPL, Days: 14, SilenceAccepts: true}
	case "SI":
		law.Complaint = Answer{Rule: ComplaintSI, Days: 30, Extension: 15}
	default:
	}
	return law
}
