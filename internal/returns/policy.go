package returns

import (
	"strings"
	"time"
)

// Policy is what a shop set about returns of its goodwill. No withdrawal and no claim ever sees one: nothing that reckons
// or moves those takes a Policy, Terms, Conditions or History.
type Policy struct {
	Window      time.Duration // of the default rule: how long after possession a return can be asked for
	AutoApprove bool          // what no approval decides is approved at once
	Zone        *time.Location
	Country     string       // the shop's, for orders that say no country; ISO 3166-1 alpha-2
	Rules       []Rule       // the first that matches a line decides on it; a line that none matches falls to Default
	Approvals   []Approval   // the first that holds decides
	Reasons     []ReasonRule // for rules that name none; nil: DefaultReasons
}

// Rule says on what terms the lines that it matches come back.
type Rule struct {
	Name string
	When Match
	Terms
}

// Match says which lines a rule is about. Every list that is not empty has to hold one that matches. SKUs and categories may
// hold "*" for any letters; big and small letters are the same.
type Match struct {
	Countries  []string // the consumer's, ISO 3166-1 alpha-2
	Categories []string
	SKUs       []string
}

// From says which moment a window is counted from.
type From string

// The moments. Each is that of the last live parcel, but Placed. While it has not come the window is open without end.
const (
	FromPossession From = "possession" // in the shopper's own hands; a locker or a neighbour does not count
	FromDelivered  From = "delivered"  // handed over to anybody
	FromShipped    From = "shipped"    // handed to the carrier
	FromPlaced     From = "placed"
)

// Terms are what a rule grants. The zero value is what a shop without a policy grants, but for the window.
type Terms struct {
	Excluded    Code // why these goods do not come back at all, one of Exclusions; "" when they do
	Window      time.Duration
	From        From // "" is FromPossession
	PaidBy      Payer
	LabelFee    Amounts // what the shop's own label costs a shopper who pays the way back
	HandlingFee Amounts // once for a case; never on goods the shop is at fault for, nor while they can be withdrawn from
	Restocking  int     // percent of what a line brings; as HandlingFee
	Remedies    []Remedy
	CreditBonus int          // percent on top of store credit
	KeepBelow   Amounts      // KeepRemedy is offered for less than this
	Reasons     []ReasonRule // nil: the policy's
	Inspect     bool
	RefundWhen  RefundWhen // "" is OnReceipt
}

// Amounts are an amount in one or several currencies, in minor units. One that is not there for an order's currency is not
// reckoned in another.
type Amounts []Amount

// Amount is minor units of an ISO 4217 currency.
type Amount struct {
	Minor    int64
	Currency string
}

// In gives the amount in a currency; false when there is none.
func (a Amounts) In(currency string) (int64, bool) {
	for _, one := range a {
		if one.Currency == currency {
			return one.Minor, true
		}
	}
	return 0, false
}

// Texts is a text by language.
type Texts map[string]string

// In gives the text in the first of these languages that it exists in, else in English, else in any; "" when there is none.
func (t Texts) In(languages ...string) string {
	for _, language := range append(languages, "en") {
		if text := t[language]; text != "" {
			return text
		}
	}
	first := ""
	for language := range t {
		if first == "" || language < first {
			first = language
		}
	}
	return t[first]
}

// Photos says whether photos are wanted.
type Photos string

// The wishes for photos.
const (
	NoPhotos       Photos = ""
	PhotosWanted   Photos = "wanted"   // asked for, may be left out
	PhotosRequired Photos = "required" // at least one
)

// ReasonRule is a reason that a shopper may choose, and what it changes.
type ReasonRule struct {
	Code      Reason
	Text      Texts    // nil: the templates' words, for one of Reasons
	PaidBy    Payer    // "" leaves what the rule says
	Remedies  []Remedy // nil leaves what the rule says
	Photos    Photos
	Questions []Question
	Claim     bool // the shopper is told that a claim gives more than a return
}

// ShopsFault tells that the goods, not the shopper, are the reason: the way back is the shop's (Directive (EU) 2019/771,
// Art. 14), and nothing is taken off.
func (r ReasonRule) ShopsFault() bool { return r.Claim || r.Code.ShopsFault() }

// ShopsFault is ReasonRule.ShopsFault of the reasons that are built in.
func (r Reason) ShopsFault() bool {
	switch r {
	case "not_as_described", "damaged", "defective", "wrong_item":
		return true
	}
	return false
}

// Question is asked of a shopper who chose a reason.
type Question struct {
	Code     string
	Text     Texts
	Required bool
}

// DefaultReasons are the reasons of a shop that names none.
func DefaultReasons() []ReasonRule {
	rules := make([]ReasonRule, len(Reasons))
	for i, code := range Reasons {
		rules[i] = DefaultReason(code)
	}
	return rules
}

// DefaultReason is a reason of Reasons as it is when a shop says nothing about it.
func DefaultReason(code Reason) ReasonRule {
	rule := ReasonRule{Code: code, Claim: code.ShopsFault()}
	if rule.Claim {
		rule.PaidBy = ShopPays
	}
	return rule
}

// DefaultRule is the name of the rule that decides on what no other matches.
const DefaultRule = "default"

// Default gives that rule, made from the policy's window.
func (p Policy) Default() Rule {
	return Rule{Name: DefaultRule, Terms: Terms{Window: p.Window}}
}

// History is what is known of a customer from this shop's other orders. Withdrawals and claims are not counted: who uses a
// right is not worse for it.
type History struct {
	Orders  int // other orders
	Returns int // of those, how many have a return that was not refused or called off
}

// RateFrom is the least orders from which a rate of returns says anything.
const RateFrom = 3

// Rate gives the percent of orders with a return; 0 for fewer orders than RateFrom.
func (h History) Rate() int {
	if h.Orders < RateFrom {
		return 0
	}
	return h.Returns * 100 / h.Orders
}

// Then is what an approval leads to.
type Then string

// The ways an approval can lead.
const (
	ThenAuto   Then = "auto"
	ThenStaff  Then = "staff"
	ThenRefuse Then = "refuse"
)

// Approval says what happens to a request in some circumstances.
type Approval struct {
	Name    string
	When    Circumstances
	Then    Then
	Because Code // for ThenRefuse, one of Refusals
}

// Circumstances are what an approval looks at. What is zero is not looked at; all the rest has to hold. Amounts and numbers
// of "From" hold for that and more, those of "Below" for less.
type Circumstances struct {
	Match
	Reasons         []Reason
	Remedies        []Remedy
	OrderTotalFrom  Amounts
	OrderTotalBelow Amounts
	ItemValueFrom   Amounts // what was paid for one unit
	ItemValueBelow  Amounts
	OrderAgeFrom    time.Duration // since it was placed
	ReturnsFrom     int           // History.Returns
	ReturnRateFrom  int           // History.Rate
}

// Signals tells that the approval looks at the customer. Such a one can only ever call for a person.
func (a Approval) Signals() bool { return a.When.ReturnsFrom > 0 || a.When.ReturnRateFrom > 0 }

// Leads gives what the approval leads to: Then, but a person where the customer is looked at.
func (a Approval) Leads() Then {
	if a.Signals() {
		return ThenStaff
	}
	return a.Then
}

// Why goods are excluded from returns.
const (
	Hygiene        Code = "hygiene"
	Perishable     Code = "perishable"
	CustomMade     Code = "custom_made"
	SealedMedia    Code = "sealed_media"
	FinalSale      Code = "final_sale"
	GiftCard       Code = "gift_card"
	Digital        Code = "digital"
	Service        Code = "service"
	DangerousGoods Code = "dangerous_goods"
	Periodical     Code = "periodical"
	ByShopPolicy   Code = "shop_policy"
)

// Exclusions lists why goods may be excluded from returns.
var Exclusions = []Code{Hygiene, Perishable, CustomMade, SealedMedia, FinalSale, GiftCard, Digital, Service, DangerousGoods, Periodical, ByShopPolicy}

// Why a request may be refused, beside the exclusions.
const (
	OrderTooOld Code = "order_too_old"
	ValueLimit  Code = "value_limit"
)

// Refusals lists why an approval may refuse.
var Refusals = append([]Code{OrderTooOld, ValueLimit}, Exclusions...)

// The codes of decisions.
const (
	ReturnableUntil  Code = "returnable_until"
	ShopPaysWay      Code = "shop_pays"
	ShopPaysReason   Code = "shop_pays_reason" // because of what is wrong with the goods
	ShopperPaysWay   Code = "shopper_pays"
	LabelCosts       Code = "label_fee"
	HandlingCosts    Code = "handling_fee"
	RestockingTaken  Code = "restocking"
	NoFeesFault      Code = "no_fees_fault"      // a fee of the policy is not taken: the shop is at fault
	NoFeesWithdrawal Code = "no_fees_withdrawal" // a fee of the policy is not taken: the goods can still be withdrawn from
	NoFeesCurrency   Code = "no_fees_currency"   // a fee of the policy is not taken: it names no amount in the order's currency
	BonusGiven       Code = "credit_bonus"
	GoodsStay        Code = "goods_stay"
	Inspected        Code = "inspection"
	PaidAtOnce       Code = "refund_at_once"
	PaidOnFirstScan  Code = "refund_first_scan"
	PaidOnReceipt    Code = "refund_received"
	PaidOnInspection Code = "refund_inspected"
	ApprovedAtOnce   Code = "approved_at_once"
	StaffDecides     Code = "staff_decides"
)

// Whys lists every code that a policy's decision can give, for whoever puts them into words.
func Whys() []Code {
	codes := []Code{
		NotDeliveredYet, OrderCancelled, WindowOver, NothingLeft, AlreadyReturned, NotReturnable, ReturnableUntil, ShopPaysWay,
		ShopPaysReason, ShopperPaysWay, LabelCosts, HandlingCosts, RestockingTaken, NoFeesFault, NoFeesWithdrawal, NoFeesCurrency,
		BonusGiven, GoodsStay, Inspected, PaidAtOnce, PaidOnFirstScan, PaidOnReceipt, PaidOnInspection, ApprovedAtOnce, StaffDecides,
	}
	return append(codes, Refusals...)
}

// matches tells whether a line is one of those meant, and by what, for staff.
func (m Match) matches(country, category, sku string) (by string, ok bool) {
	var met []string
	for _, part := range []struct {
		name     string
		patterns []string
		value    string
	}{{"country", m.Countries, country}, {"category", m.Categories, category}, {"SKU", m.SKUs, sku}} {
		if len(part.patterns) == 0 {
			continue
		}
		pattern, found := anyLike(part.patterns, part.value)
		if !found {
			return "", false
		}
		met = append(met, part.name+" "+quoted(part.value)+" is "+quoted(pattern))
	}
	return strings.Join(met, ", "), true
}

func quoted(text string) string { return "“" + text + "”" }

func anyLike(patterns []string, value string) (string, bool) {
	for _, pattern := range patterns {
		if like(strings.ToLower(pattern), strings.ToLower(value)) {
			return pattern, true
		}
	}
	return "", false
}

// like matches a pattern in which each "*" stands for any letters, none included.
func like(pattern, value string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == value
	}
	rest, ok := strings.CutPrefix(value, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
